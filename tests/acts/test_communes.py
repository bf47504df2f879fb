"""Places: the map of a day, other codes of a commune, and the scope that a code means."""

from datetime import date

import pytest

from creditdesk import communes, records, settings
from creditdesk.communes import Map, PlaceNotFound

GEOGRAPHY = settings.geography()
NOW = Map(GEOGRAPHY, date(2026, 10, 31))


def test_the_map_of_the_book_is_loaded_once(database):
    with database.begin() as tx:
        communes.load_places(tx, GEOGRAPHY)
        first = records.places.places_digest(tx)
        communes.load_places(tx, GEOGRAPHY)

        assert records.places.places_digest(tx) == first
        assert first[0] == len(GEOGRAPHY.provinces) + len(GEOGRAPHY.communes)


def test_a_map_that_differs_is_loaded_anew(database):
    with database.begin() as tx:
        records.places.replace_places(tx, [], [])
        communes.load_places(tx, GEOGRAPHY)

        assert records.places.places_digest(tx)[1] == len(GEOGRAPHY.mergers)


def test_a_commune_in_force_is_found_with_its_province():
    found = NOW.commune("19333")

    assert (found.name, found.province) == ("Đông Hà", "44")


def test_before_the_first_map_of_communes_that_one_counts():
    assert Map(GEOGRAPHY, date(2024, 1, 1)).commune("19333").name == "Đông Hà"


def test_a_commune_is_known_by_a_code_of_a_former_one_of_its_name():
    """Lists disagree on which parent's code a merged commune of the same name carries."""
    names = {row.code: row.name for row in GEOGRAPHY.former_communes}
    in_force = {row.code: row for row in GEOGRAPHY.communes_on(NOW.day)}
    other = next(
        move
        for move in GEOGRAPHY.mergers
        if move.share == "whole"
        and move.old_code not in in_force
        and names.get(move.old_code) == in_force[move.new_code].name
    )

    found = NOW.commune(other.old_code)

    assert found.code == other.old_code
    assert found.name == in_force[other.new_code].name


@pytest.mark.parametrize(
    ("code", "scope"),
    [(None, (None, None)), ("", (None, None)), ("44", ("44", None)), ("19333", ("44", "19333"))],
)
def test_a_code_means_a_province_a_commune_or_the_book(code, scope):
    assert NOW.scope(code) == scope


@pytest.mark.parametrize("code", ["99999", "45x", "00"])
def test_an_unknown_place_is_not_found(code):
    with pytest.raises(PlaceNotFound):
        NOW.scope(code)


def test_a_province_is_found_by_its_code():
    assert NOW.province("44").code == "44"
    with pytest.raises(PlaceNotFound):
        NOW.province("19333")
