"""Scores of groups: what was measured in a book, what lowers them, and what is not known."""

from datetime import date
from decimal import Decimal

import pytest

from creditdesk import arrears, worklists
from creditdesk.arrears import Place
from creditdesk.engine.journal import Event, Kind
from tests.builders import POLICY, a_deed, a_loan, enter

BOOK = Place()
SEPTEMBER = date(2026, 9, 30)
# Sessions on the 7th; in September 2026 an instalment of a twelfth falls due on the 10th.
MONTHLY = {
    "signed_on": date(2026, 8, 10),
    "first_principal_on": date(2026, 9, 10),
    "every_months": 1,
    "due_on": date(2027, 8, 10),
    "approved": 36_500_000,
    "drawn": 36_500_000,
}


def scores(tx, day=SEPTEMBER, place=BOOK):
    return worklists.group_scores(tx, POLICY, day, place)


def points(row):
    return {one.code: one.points for one in row.criteria}


def paid(tx, loan_no, kind, amount, day=date(2026, 9, 10)):
    enter(tx, loan_no, Event(day, kind, amount, None, f"{kind} {loan_no}"))


def test_a_group_that_pays_all_has_all_points_that_can_be_known(database):
    with database.begin() as tx:
        loan_no = a_loan(tx, **MONTHLY)
        paid(tx, loan_no, Kind.INTEREST, 1_000_000)
        paid(tx, loan_no, Kind.PRINCIPAL, 3_000_000)

        (row,) = scores(tx)

    assert (row.group_no, row.commune, row.trustee) == ("9333001", "19333", "12")
    assert (row.head, row.members, row.outstanding) == ("Trần Văn Mẫu", 1, 33_500_000)
    assert (row.known, row.score, row.band, row.lowering) == (65, 100, "good", ())
    unknown = {one.code for one in row.criteria if one.why == "not-known"}
    assert unknown == {"members_saving", "savings_growth", "attendance"}


def test_what_lowers_a_score_is_told_most_points_first(database):
    with database.begin() as tx:
        loan_no = a_loan(tx, **MONTHLY)
        # 6,600 dong a day: 198,000 in the thirty days of September, of which nine tenths are paid.
        paid(tx, loan_no, Kind.INTEREST, 178_200, date(2026, 9, 5))
        # Three million of September's 3 million stay unpaid but for a quarter.
        paid(tx, loan_no, Kind.PRINCIPAL, 2_250_000, SEPTEMBER)

        (row,) = scores(tx)

    shares = {one.code: one.share for one in row.criteria if one.share is not None}
    assert shares == {
        "overdue": 0,
        "interest": Decimal("0.9"),
        "principal": Decimal("0.75"),
    }
    assert [(one.code, one.lost) for one in row.lowering] == [
        ("interest", Decimal("10.00")),
        ("principal", Decimal("7.50")),
    ]
    assert row.score == Decimal("73.08")  # 47.5 of 65
    assert row.band == "fair"


def test_overdue_principal_costs_up_to_thirty_points(database):
    with database.begin() as tx:
        late = a_loan(tx, 1, **MONTHLY)
        other = a_loan(tx, 2, **MONTHLY)
        for number in (late, other):
            paid(tx, number, Kind.INTEREST, 1_000_000)
        paid(tx, other, Kind.PRINCIPAL, 3_000_000)
        arrears.transfer(tx, POLICY, session=date(2026, 10, 7), place=BOOK, deed=a_deed())

        (before,) = scores(tx)
        (after,) = scores(tx, date(2026, 10, 31))

    assert points(before)["overdue"] == 30
    # 3 million of 70 are 4.3 %: of thirty points a seventh is left.
    assert points(after)["overdue"] == Decimal("4.29")
    assert after.overdue == 3_000_000


@pytest.mark.parametrize(
    ("day", "measured"),
    [
        (date(2026, 9, 9), False),
        # An instalment can be paid until the end of its day.
        (date(2026, 9, 10), False),
        (date(2026, 9, 11), True),
        (date(2026, 10, 10), True),
    ],
)
def test_principal_is_measured_once_some_fell_due_in_the_month(database, day, measured):
    with database.begin() as tx:
        a_loan(tx, **MONTHLY)

        (row,) = scores(tx, day)

    (principal,) = (one for one in row.criteria if one.code == "principal")
    assert principal.why == ("" if measured else "nothing-due")
    assert principal.points == (0 if measured else None)


def test_a_loan_repaid_within_the_month_counts_for_its_group(database):
    with database.begin() as tx:
        a_loan(tx, 1, **MONTHLY)
        gone = a_loan(tx, 2, **MONTHLY)
        paid(tx, gone, Kind.PRINCIPAL, 36_500_000)

        (row,) = scores(tx)

    shares = {one.code: one.share for one in row.criteria}
    assert (row.members, row.outstanding) == (1, 36_500_000)
    assert shares["principal"] == Decimal("0.5")


def test_what_was_written_off_is_neither_due_nor_paid(database):
    with database.begin() as tx:
        a_loan(tx, 1, **MONTHLY)
        gone = a_loan(tx, 2, **MONTHLY)
        paid(tx, gone, Kind.WRITE_OFF, 36_500_000, SEPTEMBER)
        paid(tx, a_loan(tx, 3, **MONTHLY), Kind.PRINCIPAL, 3_000_000)

        (row,) = scores(tx)

    assert {one.code: one.share for one in row.criteria}["principal"] == Decimal("0.5")


def test_groups_are_of_a_place_and_in_order(database):
    with database.begin() as tx:
        for number, commune, group in (
            (1, "19363", "9363001"),
            (2, "19333", "9333002"),
            (3, "19333", "9333001"),
        ):
            a_loan(tx, number, commune=commune, group_no=group)

        everywhere = [row.group_no for row in scores(tx)]
        there = [row.group_no for row in scores(tx, place=arrears.place_of("19333", SEPTEMBER))]

    assert everywhere == ["9333001", "9333002", "9363001"]
    assert there == ["9333001", "9333002"]


def test_a_group_without_a_balance_is_not_scored(database):
    with database.begin() as tx:
        loan_no = a_loan(tx, **MONTHLY)
        paid(tx, loan_no, Kind.PRINCIPAL, 36_500_000)

        assert scores(tx) == ()
