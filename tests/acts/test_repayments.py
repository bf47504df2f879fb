"""Repayments: taken once, in one or two parts, undone by mirrors, replayed when late."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from creditdesk import audit, ledger, repayments, standings
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from creditdesk.engine.replay import MoreThanOutstanding
from tests.builders import POLICY, a_deed, a_loan, enter, live

PAID_ON = date(2025, 2, 20)


def receive(tx, loan_no, receipt_no="BL1", value_date=PAID_ON, deed=None, **parts):
    return repayments.receive(
        tx,
        POLICY,
        loan_no=loan_no,
        value_date=value_date,
        receipt_no=receipt_no,
        deed=deed or a_deed(checked_by=""),
        **{name: Dong(amount) for name, amount in parts.items()},
    )


def reverse(tx, receipt_no="BL1"):
    deed = a_deed(checked_by="", ground="nhập nhầm (minh họa)")
    repayments.reverse(tx, POLICY, receipt_no=receipt_no, deed=deed)


def balances(tx, loan_no, day=PAID_ON):
    found = standings.standing(tx, loan_no, day)
    return found.outstanding, found.principal_repaid, found.interest_collected


def test_principal_lowers_the_balance_and_interest_does_not(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)

        taken = receive(tx, loan_no, principal=2_000_000, interest=300_000)

        assert balances(tx, loan_no) == (48_000_000, 2_000_000, 300_000)
    assert (taken.new, taken.principal, taken.interest) == (True, 2_000_000, 300_000)


@pytest.mark.parametrize(
    "parts",
    [{"principal": 5}, {"interest": 5}, {"principal": 5, "interest": 7}],
    ids=["principal", "interest", "both"],
)
def test_a_repeated_receipt_is_answered_once(database, parts):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        receive(tx, loan_no, **parts)
        before = balances(tx, loan_no)

        again = receive(tx, loan_no, **parts)

        assert not again.new
        assert balances(tx, loan_no) == before


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"principal": 5}, {"principal": 5, "interest": 7}),
        ({"principal": 5, "interest": 7}, {"principal": 5}),
        ({"principal": 5, "interest": 7}, {"principal": 5, "interest": 8}),
        ({"principal": 5, "interest": 7}, {"principal": 6, "interest": 7}),
        ({"interest": 5}, {"principal": 5}),
    ],
)
def test_a_receipt_number_never_says_two_things(database, first, second):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        receive(tx, loan_no, **first)
        before = balances(tx, loan_no)

        with pytest.raises(ledger.ReceiptReused):
            receive(tx, loan_no, **second)

        assert balances(tx, loan_no) == before


@pytest.mark.parametrize("parts", [{}, {"principal": 0}, {"principal": 5, "interest": -1}])
def test_a_receipt_is_for_money(database, parts):
    with database.begin() as tx:
        loan_no = a_loan(tx)

        with pytest.raises(repayments.NothingPaid):
            receive(tx, loan_no, **parts)


def test_no_more_principal_is_taken_than_is_owed(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)

        with pytest.raises(MoreThanOutstanding) as refusal:
            receive(tx, loan_no, principal=50_000_001)

    assert refusal.value.facts["outstanding"] == 50_000_000


def test_a_loan_paid_to_the_end_is_closed(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        receive(tx, loan_no, principal=50_000_000)

        found = standings.standing(tx, loan_no, PAID_ON)

    assert (found.status, found.outstanding, found.next_due_on) == ("closed", 0, None)


@pytest.mark.parametrize(
    "parts", [{"principal": 5}, {"principal": 5, "interest": 7}], ids=["one", "both"]
)
def test_a_receipt_is_reversed_by_the_number_the_household_was_told(database, parts):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        receive(tx, loan_no, **parts)

        reverse(tx)

        assert balances(tx, loan_no) == (50_000_000, 0, 0)
        assert [entry.event.kind for entry in live(tx, loan_no)] == [Kind.DRAW]
        assert audit.verify(tx, POLICY).faults == []


def test_a_receipt_is_reversed_once(database):
    with database.begin() as tx:
        receive(tx, a_loan(tx), principal=5, interest=7)
        reverse(tx)

        with pytest.raises(ledger.AlreadyReversed):
            reverse(tx)


def test_an_unknown_receipt_cannot_be_reversed(database):
    with database.begin() as tx, pytest.raises(ledger.ReceiptNotFound):
        reverse(tx)


def test_a_reversed_number_is_not_used_again(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        receive(tx, loan_no, principal=5)
        reverse(tx)

        with pytest.raises(ledger.ReceiptReused):
            receive(tx, loan_no, principal=6)


@pytest.mark.parametrize("parts", [{"principal": 5}, {"principal": 5, "interest": 7}])
def test_a_receipt_undone_is_not_said_to_be_in_the_book(database, parts):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        receive(tx, loan_no, **parts)
        reverse(tx)

        with pytest.raises(ledger.AlreadyReversed):
            receive(tx, loan_no, **parts)


def test_money_is_not_taken_on_a_day_that_has_not_come(database):
    yesterday = replace(a_deed(), today=PAID_ON - timedelta(days=1))
    with database.begin() as tx:
        loan_no = a_loan(tx)

        with pytest.raises(ledger.DayAhead):
            receive(tx, loan_no, principal=5, deed=yesterday)

        assert receive(tx, loan_no, principal=5, deed=replace(a_deed(), today=PAID_ON)).new


def test_money_reduces_overdue_principal_before_what_is_in_term(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        enter(tx, loan_no, Event(date(2025, 2, 7), Kind.OVERDUE, 3_000_000, None, "CQH1"))

        receive(tx, loan_no, principal=4_000_000)

        found = standings.standing(tx, loan_no, PAID_ON)
    assert (found.overdue, found.in_term) == (0, 46_000_000)


def test_a_late_arrival_ends_in_the_balances_of_its_punctual_twin(database):
    """The receipt of March is typed after the transfer and the payment of April."""
    march, april = date(2025, 3, 3), date(2025, 4, 7)
    moved = Event(april, Kind.OVERDUE, 10_000_000, None, "CQH")
    with database.begin() as tx:
        punctual, late = a_loan(tx, 1), a_loan(tx, 2)

        receive(tx, punctual, "A1", march, principal=6_000_000, interest=100_000)
        enter(tx, punctual, moved._replace(receipt_no="CQH1"))
        receive(tx, punctual, "A2", date(2025, 5, 7), principal=12_000_000)

        enter(tx, late, moved._replace(receipt_no="CQH2"))
        receive(tx, late, "B2", date(2025, 5, 7), principal=12_000_000)
        receive(tx, late, "B1", march, principal=6_000_000, interest=100_000)

        for day in (march, april, date(2025, 5, 7), date(2026, 12, 31)):
            first, second = (standings.standing(tx, loan_no, day) for loan_no in (punctual, late))
            assert (first.in_term, first.overdue) == (second.in_term, second.overdue)
            assert first.interest_earned == second.interest_earned
            assert first.late_principal == second.late_principal
        assert audit.verify(tx, POLICY).faults == []


def test_a_late_receipt_is_refused_where_later_ones_could_not_stand(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        receive(tx, loan_no, "BL1", date(2025, 5, 7), principal=50_000_000)

        with pytest.raises(MoreThanOutstanding):
            receive(tx, loan_no, "BL0", date(2025, 3, 3), principal=1)


def test_a_receipt_of_an_unknown_loan_is_refused(database):
    with database.begin() as tx, pytest.raises(ledger.LoanNotFound):
        receive(tx, "6600000000000404", principal=1)


@pytest.mark.parametrize("programme", ["01", "02"])
def test_what_a_payoff_tells_closes_the_loan_on_that_day(database, programme):
    day = date(2026, 6, 7)
    changes = {"programme": programme}
    changes |= {"course_end_on": date(2025, 1, 31)} if programme == "02" else {}
    with database.begin() as tx:
        loan_no = a_loan(tx, **changes)
        enter(tx, loan_no, Event(date(2026, 2, 7), Kind.OVERDUE, 10_000_000, None, "CQH1"))
        receive(tx, loan_no, "L1", value_date=date(2025, 6, 7), interest=500_000)
        found = repayments.quote_full(tx, POLICY, loan_no=loan_no, day=day)

        receive(
            tx,
            loan_no,
            "T1",
            value_date=day,
            principal=found.principal,
            interest=found.interest.sum,
        )

        after = standings.standing(tx, loan_no, day)
    assert (after.status, after.interest_unpaid) == ("closed", 0)
    assert found.total == found.principal + found.interest.sum > 50_000_000
    assert (found.interest.grace > 0) == (programme == "02")


def test_nobody_is_told_what_closes_an_unknown_loan(database):
    with database.read() as tx, pytest.raises(ledger.LoanNotFound):
        repayments.quote_full(tx, POLICY, loan_no="6600000000000404", day=PAID_ON)
