"""Arrears: transfers at sessions, and decisions of two."""

from dataclasses import replace
from datetime import date

import pytest

from creditdesk import arrears, audit, ledger, records, repayments, standings, worklists
from creditdesk.arrears import Place
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from tests.builders import POLICY, a_deed, a_loan, as_told, enter, live

BOOK = Place()
INSTALMENTS_MOVE = {
    "signed_on": date(2026, 3, 2),
    "first_principal_on": date(2026, 5, 2),
    "every_months": 1,
    "due_on": date(2028, 3, 2),
}


def transfer(tx, session, place=BOOK, deed=None):
    return arrears.transfer(tx, POLICY, session=session, place=place, deed=deed or a_deed())


def test_the_whole_loan_moves_at_the_first_session_after_its_final_due_date(database):
    with database.begin() as tx:
        loan_no = a_loan(tx, due_on=date(2027, 1, 7), first_principal_on=None, every_months=0)

        on_the_day = transfer(tx, date(2027, 1, 7))
        (moved,) = transfer(tx, date(2027, 2, 7))

        found = standings.standing(tx, loan_no, date(2027, 2, 7))
    assert on_the_day == ()
    assert (moved.loan_no, moved.commune, moved.amount) == (loan_no, "19333", 50_000_000)
    assert (found.overdue, found.in_term) == (50_000_000, 0)


def test_instalments_move_for_entrusted_contracts_signed_from_march_2026(database):
    day = date(2026, 5, 7)
    with database.begin() as tx:
        a_loan(tx, 1, **INSTALMENTS_MOVE)
        a_loan(tx, 2, **INSTALMENTS_MOVE | {"signed_on": date(2026, 2, 28)})
        a_loan(tx, 3, **INSTALMENTS_MOVE, trustee="99", group_no="")
        a_loan(tx, 4, **INSTALMENTS_MOVE, trustee="11", group_no="")

        moved = transfer(tx, day)

    assert [(move.loan_no[-1], move.amount) for move in moved] == [
        ("1", 2_100_000),
        ("4", 2_100_000),
    ]


def test_a_payment_on_the_session_day_counts_first(database):
    with database.begin() as tx:
        loan_no = a_loan(tx, **INSTALMENTS_MOVE)
        paid = Event(date(2026, 5, 7), Kind.PRINCIPAL, 2_000_000, None, "TG1")
        enter(tx, loan_no, paid)

        (moved,) = transfer(tx, date(2026, 5, 7))

    assert moved.amount == 100_000


def test_only_sessions_of_the_day_are_held(database):
    with database.begin() as tx:
        a_loan(tx, **INSTALMENTS_MOVE)

        assert transfer(tx, date(2026, 5, 8)) == ()


def test_a_transfer_again_moves_nothing(database):
    with database.begin() as tx:
        a_loan(tx, **INSTALMENTS_MOVE)

        first = transfer(tx, date(2026, 5, 7))
        again = transfer(tx, date(2026, 5, 7))

        assert (len(first), again) == (1, ())
        assert worklists.worklist(tx, POLICY, "to-transfer", date(2026, 5, 20), BOOK) == ()
        assert audit.verify(tx, POLICY).faults == []


def test_a_session_that_was_missed_moves_no_more_than_a_later_one_left(database):
    with database.begin() as tx:
        loan_no = a_loan(tx, **INSTALMENTS_MOVE)

        later = transfer(tx, date(2026, 6, 7))
        missed = transfer(tx, date(2026, 5, 7))

        found = standings.standing(tx, loan_no, date(2026, 6, 7))
    assert [move.amount for move in later] == [4_200_000]
    assert missed == ()
    assert found.overdue == 4_200_000


def test_what_a_reversal_brings_back_moves_under_another_number(database):
    session = date(2026, 5, 7)
    with database.begin() as tx:
        loan_no = a_loan(tx, **INSTALMENTS_MOVE)
        enter(tx, loan_no, Event(session, Kind.PRINCIPAL, 2_000_000, None, "TG1"))
        transfer(tx, session)
        repayments.reverse(tx, POLICY, receipt_no="TG1", deed=a_deed(ground="sửa"))

        transfer(tx, session)
        transfer(tx, session)

        numbers = [b.event.receipt_no for b in live(tx, loan_no) if b.event.kind is Kind.OVERDUE]
        assert numbers == [f"CQH/{loan_no}/2026-05-07", f"CQH/{loan_no}/2026-05-07/2"]
        assert standings.standing(tx, loan_no, session).overdue == 2_100_000


@pytest.mark.parametrize(
    ("deed", "refusal"),
    [
        (a_deed(checked_by=""), ledger.CheckerMissing),
        (a_deed("an", "an"), ledger.SamePerson),
        # The session of the day after is still to come.
        (replace(a_deed(), today=date(2026, 5, 6)), ledger.DayAhead),
    ],
)
def test_a_transfer_is_a_decision_of_two(database, deed, refusal):
    with database.begin() as tx:
        loan_no = a_loan(tx, **INSTALMENTS_MOVE)

        with pytest.raises(refusal):
            transfer(tx, date(2026, 5, 7), deed=deed)

        assert standings.standing(tx, loan_no, date(2026, 5, 7)).overdue == 0


def test_a_transfer_is_of_a_place(database):
    with database.begin() as tx:
        a_loan(tx, 1, **INSTALMENTS_MOVE)
        a_loan(tx, 2, **INSTALMENTS_MOVE, commune="19363", group_no="9363001")

        moved = transfer(tx, date(2026, 5, 7), arrears.place_of("19363", date(2026, 5, 7)))

    assert [move.commune for move in moved] == ["19363"]


def freeze(tx, loan_no, amount=10_000_000, receipt_no="KN1", deed=None):
    return as_told(Kind.FREEZE)(
        tx,
        POLICY,
        loan_no=loan_no,
        amount=Dong(amount),
        value_date=date(2026, 1, 10),
        until=date(2029, 1, 10),
        receipt_no=receipt_no,
        deed=deed or a_deed(),
    )


def unfreeze(tx, loan_no, value_date, deed=None):
    return as_told(Kind.UNFREEZE)(
        tx,
        POLICY,
        loan_no=loan_no,
        amount=Dong(10_000_000),
        value_date=value_date,
        receipt_no="HK1",
        deed=deed or a_deed(),
    )


def write_off(tx, loan_no, amount, deed=None):
    return as_told(Kind.WRITE_OFF)(
        tx,
        POLICY,
        loan_no=loan_no,
        amount=Dong(amount),
        value_date=date(2026, 2, 1),
        receipt_no="XN1",
        deed=deed or a_deed(),
    )


def test_frozen_principal_earns_nothing(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        freeze(tx, loan_no, 50_000_000)

        on_the_day = standings.standing(tx, loan_no, date(2026, 1, 10))
        a_year_later = standings.standing(tx, loan_no, date(2027, 1, 10))

    assert (on_the_day.frozen, on_the_day.in_term) == (50_000_000, 0)
    assert on_the_day.interest_earned == a_year_later.interest_earned


@pytest.mark.parametrize(
    ("value_date", "where"),
    [(date(2027, 1, 15), "in_term"), (date(2027, 1, 16), "overdue")],
)
def test_a_freeze_ends_where_the_final_due_date_says(database, value_date, where):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        freeze(tx, loan_no)

        unfreeze(tx, loan_no, value_date)

        found = standings.standing(tx, loan_no, value_date)
    held = {"in_term": 40_000_000, "overdue": 0}
    held[where] += 10_000_000
    assert {"in_term": found.in_term, "overdue": found.overdue} == held
    assert found.frozen == 0


def test_principal_given_up_closes_the_loan_as_written_off(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        freeze(tx, loan_no)
        write_off(tx, loan_no, 50_000_000)

        found = standings.standing(tx, loan_no, date(2026, 2, 1))

    assert (found.status, found.written_off, found.outstanding) == ("written-off", 50_000_000, 0)


@pytest.mark.parametrize("act", ["freeze", "unfreeze", "write_off"])
def test_a_change_of_status_is_a_decision_of_two(database, act):
    alone = a_deed(checked_by="")
    acts = {
        "freeze": lambda tx, loan_no: freeze(tx, loan_no, receipt_no="KN2", deed=alone),
        "unfreeze": lambda tx, loan_no: unfreeze(tx, loan_no, date(2026, 2, 1), deed=alone),
        "write_off": lambda tx, loan_no: write_off(tx, loan_no, 1, deed=alone),
    }
    with database.begin() as tx:
        loan_no = a_loan(tx)
        freeze(tx, loan_no)

        with pytest.raises(ledger.CheckerMissing):
            acts[act](tx, loan_no)

        loan = records.loans.find_loan(tx, loan_no)
        assert len(ledger.facts_of(tx, loan.id)) == 2
