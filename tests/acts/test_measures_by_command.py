"""Measures by command: tried, taken, listed, undone."""

import json

import pytest
from click.testing import CliRunner

from creditdesk import words
from creditdesk.cli import cli
from creditdesk.measures.effects import MeasureUnclear
from tests.acts.test_measures import a_house, counted
from tests.builders import a_loan


def run(database_url, *arguments):
    answer = CliRunner().invoke(
        cli, ["measure", *arguments, "--json"], env={"CREDITDESK_DATABASE_URL": database_url}
    )
    return answer.exit_code, json.loads(answer.stdout)


PAPER = (
    "--by",
    "A",
    "--checked-by",
    "B",
    "--ground",
    "NĐ 261/2025",
    "--document",
    "12/QĐ",
    "--document-on",
    "2025-10-15",
)


def test_a_measure_is_tried_taken_listed_and_undone_by_command(database, database_url):
    with database.begin() as tx:
        loan_no = a_house(tx, 1)
    asked = ("rate", "--since", "2025-10-10", "--programme", "12", *PAPER)

    tried = run(database_url, *asked, "--dry-run")
    done = run(database_url, *asked)
    again = run(database_url, *asked)
    listed = run(database_url, "list")
    undone = run(database_url, "undo", "1", *PAPER)

    assert (tried[0], tried[1]["number"], tried[1]["total"]["loans"]) == (0, None, 1)
    assert (done[0], done[1]["number"], done[1]["loans"][0]["loan_no"]) == (0, 1, loan_no)
    assert (again[0], again[1]["code"]) == (1, "measure-in-force")
    assert [one["document_no"] for one in listed[1]["measures"]] == ["12/QĐ"]
    assert undone == (0, {"measure": 2, "undoes": 1})
    assert counted(database)[0] == []


@pytest.mark.parametrize(
    "asked",
    [
        ("freeze", "--day", "2026-06-15", "--until", "2029-06-15", "--reason", "K1"),
        ("holiday", "--from", "2026-07-01", "--until", "2026-12-31"),
    ],
)
def test_a_table_tells_the_effect_by_commune(database, database_url, asked):
    with database.begin() as tx:
        a_loan(tx, 1)

    answer = CliRunner().invoke(
        cli,
        ["measure", *asked, "--place", "19333", *PAPER],
        env={"CREDITDESK_DATABASE_URL": database_url},
    )

    head, commune, total = answer.stdout.splitlines()
    assert head == "commune,loans,principal,interest"
    assert commune.startswith("19333,1,50000000,")
    assert total == commune.replace("19333", "total")


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("field", ["programmes", "until", "places", "reason"])
def test_what_a_measure_lacks_is_named_as_people_say_it(language, field):
    said = words.refusal(language, MeasureUnclear(measure="freeze", field=field))

    assert words.catalogue(language)[f"field.{field}"] in said
