"""Differences: what a late receipt or an undoing changed, told by the book itself."""

from datetime import date

import pytest

from creditdesk import audit, closing, differences, ledger, records, repayments, standings
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from tests.builders import POLICY, a_deed, a_loan, enter

TODAY = date(2026, 11, 22)
JUNE, JULY = date(2026, 6, 20), date(2026, 7, 15)
MOMENT = "2026-11-22T16:00:00+00:00"


def receive(tx, loan_no, receipt_no, day, **parts):
    return repayments.receive(
        tx,
        POLICY,
        loan_no=loan_no,
        value_date=day,
        receipt_no=receipt_no,
        deed=a_deed(checked_by=""),
        **{name: Dong(amount) for name, amount in parts.items()},
    )


def lent(tx, number=1):
    """Return a loan of which 5 million is overdue since May, and a receipt of July reduced it."""
    loan_no = a_loan(tx, number)
    moved = Event(date(2026, 5, 7), Kind.OVERDUE, 5_000_000, None, f"CQH{number}")
    enter(tx, loan_no, moved)
    receive(tx, loan_no, f"BL7-{number}", JULY, principal=4_000_000)
    return loan_no


def close(tx, *months):
    for month in months:
        closing.close_month(tx, month=month, today=TODAY, moment=MOMENT)


def told(tx, act_id, loan_no):
    return differences.of_act(tx, act_id=act_id, loan_no=loan_no, today=TODAY)


def receipts(found):
    return [(one.event.receipt_no, bool(one.before), bool(one.after)) for one in found.entries]


def test_a_late_receipt_tells_entries_month_ends_and_today(database):
    with database.begin() as tx:
        loan_no = lent(tx)
        close(tx, "2026-05", "2026-07", "2026-08")
        days = (date(2026, 7, 31), date(2026, 8, 31), TODAY)
        before = [standings.standing(tx, loan_no, day) for day in days]

        taken = receive(tx, loan_no, "BL6", JUNE, principal=2_000_000, interest=7)

        found = told(tx, taken.act_id, loan_no)
        after = [standings.standing(tx, loan_no, day) for day in days]
        assert audit.verify(tx, POLICY).faults == []
    assert receipts(found) == [
        ("BL6/G", False, True),
        ("BL6/L", False, True),
        ("BL7-1", True, True),
    ]
    stood = [*found.month_ends, found.today]
    assert [one.before for one in stood] == before
    assert [one.after for one in stood] == after
    assert found.today.after.in_term == found.today.before.in_term - 1_000_000


def test_month_ends_that_nothing_touches_are_not_told(database):
    with database.begin() as tx:
        loan_no = lent(tx)
        close(tx, "2026-05", "2026-09")

        taken = receive(tx, loan_no, "BL10", date(2026, 10, 2), principal=5)

        found = told(tx, taken.act_id, loan_no)
    assert found.month_ends == ()
    assert found.today.before.outstanding - found.today.after.outstanding == 5


def test_a_month_that_stands_open_was_told_all_the_same(database):
    with database.begin() as tx:
        loan_no = lent(tx)
        close(tx, "2026-06")
        closing.open_month(tx, month="2026-06", deed=a_deed(ground="sót chứng từ"))

        taken = receive(tx, loan_no, "BL6", JUNE, principal=5)

        (june,) = told(tx, taken.act_id, loan_no).month_ends
    assert june.after.as_of == date(2026, 6, 30)
    assert june.before.outstanding - june.after.outstanding == 5


def test_a_reversal_tells_the_way_back(database):
    with database.begin() as tx:
        loan_no = lent(tx)
        taken = receive(tx, loan_no, "BL6", JUNE, principal=2_000_000)
        there = told(tx, taken.act_id, loan_no)

        deed = a_deed(ground="nhập nhầm", checked_by="")
        undone = repayments.reverse(tx, POLICY, receipt_no="BL6", deed=deed)

        back = told(tx, undone.act_id, loan_no)
    assert (undone.receipt_no, undone.loan_no) == ("BL6", loan_no)
    assert [(one.before, one.after) for one in back.entries] == [
        (one.after, one.before) for one in there.entries
    ]
    assert (back.today.before, back.today.after) == (there.today.after, there.today.before)


def test_what_an_act_changed_is_told_the_same_at_any_later_time(database):
    with database.begin() as tx:
        loan_no = lent(tx)
        close(tx, "2026-06")
        closing.open_month(tx, month="2026-06", deed=a_deed(ground="sót chứng từ"))
        taken = receive(tx, loan_no, "BL6", JUNE, principal=2_000_000)
        at_once = told(tx, taken.act_id, loan_no)

        receive(tx, loan_no, "BL5", date(2026, 5, 20), principal=3_000_000)
        repayments.reverse(tx, POLICY, receipt_no="BL7-1", deed=a_deed(ground="nhập nhầm"))

        assert told(tx, taken.act_id, loan_no) == at_once


def test_an_act_on_another_loan_changed_nothing_of_this_one(database):
    with database.begin() as tx:
        mine, other = lent(tx, 1), lent(tx, 2)
        taken = receive(tx, other, "BL6", JUNE, principal=5)

        found = told(tx, taken.act_id, mine)

    assert (found.entries, found.month_ends) == ((), ())
    assert found.today.before == found.today.after


def test_a_loan_that_is_not_there_is_not_told(database):
    with database.begin() as tx, pytest.raises(ledger.LoanNotFound):
        told(tx, 1, "6600000000000404")


def test_a_receipt_undone_and_entered_anew_leaves_the_same_book(database):
    with database.begin() as tx:
        loan_no = lent(tx)
        receive(tx, loan_no, "BL6", JUNE, principal=2_000_000, interest=9)
        days = (JUNE, date(2026, 6, 30), JULY, TODAY)
        before = [standings.standing(tx, loan_no, day) for day in days]
        seen = records.ledger.last_entry(tx)

        repayments.reverse(tx, POLICY, receipt_no="BL6", deed=a_deed(ground="sai số chứng từ"))
        receive(tx, loan_no, "BL6b", JUNE, principal=2_000_000, interest=9)

        assert [standings.standing(tx, loan_no, day) for day in days] == before
        assert records.ledger.last_entry(tx) > seen
        assert audit.verify(tx, POLICY).faults == []
