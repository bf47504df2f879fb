"""Checks of use (06/TD): what was found, and which are due thirty days after a draw."""

from datetime import date

import pytest
from sqlalchemy.exc import DBAPIError

from creditdesk import applications, ledger, loans, records, repayments, worklists
from creditdesk.arrears import Place
from creditdesk.engine.money import Dong
from creditdesk.engine.procedure import State, Step
from tests.applicants import DAYS, DRAW_ON, applied, brought_to, drawn
from tests.builders import POLICY, a_deed, a_loan

LOAN_NO = "6600000000000001"


def check(tx, day, *, loan_no=LOAN_NO, found="Chăn nuôi bò", **changes):
    applications.check_use(
        tx,
        loan_no=loan_no,
        checked_on=day,
        found=found,
        as_agreed=True,
        deed=a_deed(checked_by=""),
        **changes,
    )


def due(tx, as_of, province=None, commune=None):
    return [
        (row.loan_no, row.amount, row.due_on, row.days_late)
        for row in worklists.worklist(tx, POLICY, "use-check-due", as_of, Place(province, commune))
    ]


@pytest.fixture
def tx(database):
    """Return a transaction in which a loan was signed by the way of an application."""
    with database.begin() as tx:
        brought_to(tx, Step.SIGN, applied(tx))
        yield tx


def test_a_draw_is_checked_within_thirty_days(tx):
    drawn(tx)

    assert due(tx, date(2026, 4, 6)) == []
    assert due(tx, DRAW_ON) == [(LOAN_NO, 50_000_000, date(2026, 5, 7), 0)]
    assert due(tx, date(2026, 5, 10)) == [(LOAN_NO, 50_000_000, date(2026, 5, 7), 3)]


def test_a_checked_draw_is_not_due(tx):
    drawn(tx)
    check(tx, date(2026, 4, 20), document_no="06/TD-1", remark="Không nợ lãi")

    assert due(tx, date(2026, 4, 19)) == [(LOAN_NO, 50_000_000, date(2026, 5, 7), 0)]
    assert due(tx, date(2026, 6, 1)) == []


def test_a_further_draw_needs_a_further_check(tx):
    drawn(tx, amount=20_000_000)
    check(tx, date(2026, 4, 20))
    drawn(tx, amount=10_000_000, receipt_no="GN2", day=date(2026, 6, 1))
    drawn(tx, amount=5_000_000, receipt_no="GN3", day=date(2026, 6, 9))

    assert due(tx, date(2026, 6, 10)) == [(LOAN_NO, 15_000_000, date(2026, 7, 1), 0)]


def test_a_reversed_draw_is_no_draw(tx):
    drawn(tx)
    repayments.reverse(tx, POLICY, receipt_no="GN1", deed=a_deed(ground="Ghi nhầm"))

    assert due(tx, date(2026, 6, 10)) == []


def test_draws_before_checks_were_asked_for_are_left_alone(tx):
    a_loan(tx, 9, signed_on=date(2024, 1, 15))

    assert due(tx, date(2026, 6, 10)) == []


def test_checks_due_are_those_of_a_place(tx):
    drawn(tx)
    a_loan(tx, 9, commune="19363", signed_on=date(2026, 4, 1), first_principal_on=None)

    def loan_nos(**place):
        return [row[0] for row in due(tx, date(2026, 4, 8), **place)]

    assert loan_nos() == [LOAN_NO, "6600000000000009"]
    assert loan_nos(province="44", commune="19363") == ["6600000000000009"]
    assert loan_nos(province="46") == []


def test_a_check_ends_the_way_of_an_application(tx):
    drawn(tx)
    check(tx, DRAW_ON, remark="Đã mua bò")

    found = applications.dossier(tx, POLICY, "D1", date(2026, 12, 31))
    assert (found.state, found.since) == (State.CHECKED, DRAW_ON)
    assert [line.step for line in found.lines[-2:]] == [Step.DRAW, Step.CHECK]
    assert found.lines[-1].remark == "Đã mua bò"


def test_nothing_drawn_is_nothing_to_check(tx):
    with pytest.raises(applications.NothingDrawn):
        check(tx, date(2026, 4, 20))
    drawn(tx)
    with pytest.raises(applications.NothingDrawn):
        check(tx, DAYS[Step.NOTIFY])


def test_a_check_says_what_was_found(tx):
    drawn(tx)

    with pytest.raises(applications.FindingMissing):
        check(tx, date(2026, 4, 20), found=" ")


def test_an_unknown_loan_is_not_checked(tx):
    with pytest.raises(ledger.LoanNotFound):
        check(tx, date(2026, 4, 20), loan_no="6600000000000404")


CHANGES = {
    "application": "amount = amount + 1",
    "application_step": "remark = 'x'",
    "use_check": "found = 'x'",
}


@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
@pytest.mark.parametrize("table", records.applications.APPEND_ONLY)
def test_what_is_written_of_an_application_cannot_be_changed(database, table, verb):
    with database.begin() as tx:
        brought_to(tx, Step.SIGN, applied(tx))
        loans.draw(
            tx,
            POLICY,
            loan_no=LOAN_NO,
            amount=Dong(1),
            value_date=DRAW_ON,
            receipt_no="GN1",
            deed=a_deed(),
        )
        check(tx, DRAW_ON)
    changed = f"UPDATE {table} SET {CHANGES[table]}"
    statement = changed if verb == "UPDATE" else f"DELETE FROM {table}"

    with pytest.raises(DBAPIError, match="append-only"), database.begin() as tx:
        tx.exec_driver_sql(statement)
