"""Households, customers and groups: admitted once each."""

from datetime import date

import pytest
from sqlalchemy.exc import DBAPIError

from creditdesk import households, records
from creditdesk.communes import PlaceNotFound
from creditdesk.ledger import MakerMissing
from tests.builders import PLACES, POLICY, a_deed, a_loan


def register(tx, customer_no="0000000001", household_no=""):
    return households.register(
        tx,
        province="44",
        customer_no=customer_no,
        name="Nguyễn Thị Mẫu",
        household_no=household_no,
    )


def test_a_customer_without_a_household_stands_for_one(database):
    with database.begin() as tx:
        key = register(tx)

        customer = records.households.find_customer(tx, "0000000001")
        household = records.households.find_household(tx, "0000000001")
    assert (customer.id, customer.household_id) == (key, household.id)


def test_a_customer_is_admitted_once(database):
    with database.begin() as tx:
        assert register(tx, household_no="H1") == register(tx, household_no="H1")


def test_a_household_has_several_customers(database):
    with database.begin() as tx:
        first = register(tx, "0000000001", "H1")
        second = register(tx, "0000000002", "H1")

        assert first != second
        assert len(records.households.all_households(tx)) == 1


@pytest.mark.parametrize("elsewhere", ["", "H2"])
def test_a_customer_belongs_to_one_household(database, elsewhere):
    with database.begin() as tx:
        register(tx, household_no="H1")
        register(tx, "0000000002", "H2")

        with pytest.raises(households.CustomerElsewhere):
            register(tx, household_no=elsewhere)


def test_a_group_is_formed_once_under_one_trustee(database):
    with database.begin() as tx:
        for _ in range(2):
            households.form_group(tx, province="44", group_no="9333001", trustee="12", head="Tổ")

        with pytest.raises(households.GroupElsewhere):
            households.form_group(tx, province="44", group_no="9333001", trustee="11")

        assert records.households.all_groups(tx) == {"9333001": ("12", "Tổ")}


def listed(standing, since, until=None, *, household_no="H1", list_no="12/DS-UBND"):
    return households.Listing(
        household_no, "19333", standing, since, until, list_no, date(2024, 1, 5)
    )


def classify(tx, *listings, deed=None):
    return households.classify(
        tx, POLICY, PLACES, listings=listings, deed=deed or a_deed(checked_by="")
    )


def standing_on(tx, day, household_no="H1"):
    spell = households.standing_on(tx, household_no, day)
    return spell and spell.standing


def test_a_household_has_the_standing_of_the_day(database):
    with database.begin() as tx:
        classify(tx, listed("HN", date(2024, 1, 1)), listed("HCN", date(2025, 1, 1)))

        found = [
            standing_on(tx, day)
            for day in (date(2023, 12, 31), date(2024, 12, 31), date(2025, 1, 1))
        ]
    assert found == [None, "HN", "HCN"]


def test_a_standing_tells_the_list_that_gives_it(database):
    with database.begin() as tx:
        classify(tx, listed("HN", date(2024, 1, 1)))

        spell = households.standing_on(tx, "H1", date(2024, 6, 1))
    assert (spell.list_no, spell.list_on) == ("12/DS-UBND", date(2024, 1, 5))


def test_a_standing_that_ran_out_is_none(database):
    with database.begin() as tx:
        classify(
            tx,
            listed("HN", date(2022, 1, 1)),
            listed("MTN", date(2024, 1, 1), date(2026, 12, 31)),
        )

        assert standing_on(tx, date(2027, 1, 1)) is None


def test_the_newest_listing_of_a_day_counts_and_the_former_stays_written(database):
    with database.begin() as tx:
        classify(tx, listed("HN", date(2024, 1, 1)))
        classify(tx, listed("HCN", date(2024, 1, 1), list_no="19/DS-UBND"))

        household = records.households.find_household(tx, "H1")
        rows = records.households.standings_of(tx, [household.id])[household.id]
        found = standing_on(tx, date(2024, 1, 1))
    assert found == "HCN"
    assert [row.standing for row in rows] == ["HN", "HCN"]


def test_a_list_read_twice_says_nothing_new(database):
    lines = [listed("HN", date(2024, 1, 1)), listed("HCN", date(2024, 1, 1), household_no="H2")]
    with database.begin() as tx:
        first = classify(tx, *lines)
        again = classify(tx, *lines)

    assert (first, again) == (2, 0)


def test_a_household_without_list_has_the_standing_of_its_newest_contract(database):
    with database.begin() as tx:
        a_loan(tx, 1, household_no="H1", customer_no="0000000001", standing="HN")
        a_loan(
            tx,
            2,
            household_no="H1",
            customer_no="0000000001",
            standing="HCN",
            programme="19",
            signed_on=date(2024, 6, 1),
        )

        found = [standing_on(tx, day) for day in (date(2024, 5, 31), date(2024, 6, 1))]
    assert found == ["HN", "HCN"]


def test_a_list_outweighs_a_contract(database):
    with database.begin() as tx:
        a_loan(tx, 1, household_no="H1", standing="HN")
        classify(tx, listed("KHAC", date(2025, 1, 1)))

        assert standing_on(tx, date(2025, 1, 1)) == "KHAC"


REFUSED_LISTINGS = [
    (listed("GIAU", date(2024, 1, 1)), households.StandingUnknown),
    (listed("HN", date(2024, 1, 1), list_no=" "), households.ListMissing),
    (listed("HN", date(2024, 1, 1), date(2023, 12, 31)), households.StandingEndsBefore),
    (
        households.Listing("H1", "99999", "HN", date(2024, 1, 1), None, "1", date(2024, 1, 1)),
        PlaceNotFound,
    ),
]


@pytest.mark.parametrize(("listing", "refusal"), REFUSED_LISTINGS)
def test_a_listing_that_cannot_be_is_refused(database, listing, refusal):
    with database.begin() as tx:
        with pytest.raises(refusal), tx.begin_nested():
            classify(tx, listing)

        assert records.households.all_households(tx) == {}


@pytest.mark.parametrize(
    ("since", "entered"), [(date(2025, 1, 1), True), (date(2025, 1, 2), False)]
)
def test_newly_escaped_is_who_left_the_lists_three_years_ago_at_most(database, since, entered):
    with database.begin() as tx:
        classify(tx, listed("HN", date(2020, 1, 1), date(2021, 12, 31)))

        if entered:
            assert classify(tx, listed("MTN", since)) == 1
        else:
            with pytest.raises(households.EscapedTooLong) as refusal:
                classify(tx, listed("MTN", since))
            assert refusal.value.facts["left_on"] == date(2022, 1, 1)


def test_an_unknown_household_has_no_standing(database):
    with database.begin() as tx, pytest.raises(households.HouseholdNotFound):
        standing_on(tx, date(2024, 1, 1))


def test_a_listing_has_a_maker(database):
    with database.begin() as tx, pytest.raises(MakerMissing):
        classify(tx, listed("HN", date(2024, 1, 1)), deed=a_deed("", ""))


@pytest.mark.parametrize("verb", ["UPDATE household_standing SET until = since", "DELETE FROM"])
def test_what_a_list_said_stays_written(database, verb):
    with database.begin() as tx:
        classify(tx, listed("HN", date(2024, 1, 1)))
    statement = verb if "SET" in verb else f"{verb} household_standing"

    with pytest.raises(DBAPIError, match="append-only"), database.begin() as tx:
        tx.exec_driver_sql(statement)
