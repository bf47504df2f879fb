"""A16: the flow of business: eyes skipped, money drawn twice, days bent, forms borrowed."""

from dataclasses import replace
from datetime import date

import pytest

from creditdesk import applications, audit, closing, decisions, ledger
from creditdesk.applications.cases import NotEligible
from creditdesk.decisions.proposals import ProposalAnswered
from creditdesk.engine.lifecycle import State
from creditdesk.engine.procedure import Step
from creditdesk.errors import DeskError
from tests.applicants import a_paper, applied, brought_to, drawn, listed, signed, take
from tests.builders import PLACES, POLICY, a_deed, a_loan
from tests.decided import a_decision, a_loan_in
from tests.decided import a_paper as a_ground

LOAN_NO = "6600000000000001"
DAY = "2026-06-12"
MOMENT = "2026-11-22T01:00:00+00:00"


def receipt(**more):
    said = {"loan_no": LOAN_NO, "day": DAY, "receipt_no": "T1", "principal": 1_000_000}
    return said | more


def draw(**more):
    return {"loan_no": LOAN_NO, "day": DAY, "receipt_no": "D1", "amount": 1} | more


def refused(answer, code):
    assert answer.status_code in (409, 422), answer.text
    assert answer.json["code"] == code, answer.text


def test_nobody_checks_what_they_made(database):
    with database.begin() as tx:
        applied(tx, 1)
        brought_to(tx, Step.APPRAISE, "D1")
        loan_no = a_loan_in(tx, State.LATE, 9)
        frozen = a_decision("freeze", loan_no, reason="K4a")
        number = decisions.propose(
            tx, POLICY, decision=frozen, deed=replace(a_ground(), checked_by="")
        )

    for name in ("nguoi-lap", " Nguoi-Lap ", "NGUOI-LAP"):
        with pytest.raises(ledger.SamePerson), database.begin() as tx:
            take(tx, Step.APPROVE, "D1", deed=a_deed("nguoi-lap", name))
        with pytest.raises(ledger.SamePerson), database.begin() as tx:
            decisions.approve(tx, POLICY, number=number, by=name, recorded_at=MOMENT)


def test_a_decision_is_taken_once(database):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.LATE, 9)
        frozen = a_decision("freeze", loan_no, reason="K4a")
        deed = replace(a_ground(), checked_by="")
        number = decisions.propose(tx, POLICY, decision=frozen, deed=deed)
        decisions.approve(tx, POLICY, number=number, by="kiem-soat", recorded_at=MOMENT)

    with pytest.raises(ProposalAnswered), database.begin() as tx:
        decisions.approve(tx, POLICY, number=number, by="kiem-soat-2", recorded_at=MOMENT)


def test_no_step_is_skipped(database):
    with database.begin() as tx:
        applied(tx, 1)

    for step in (Step.CONFIRM, Step.APPRAISE, Step.APPROVE, Step.NOTIFY):
        with pytest.raises(DeskError), database.begin() as tx:
            take(tx, step, "D1")
    with pytest.raises(DeskError), database.begin() as tx:
        signed(tx, "D1")
    with pytest.raises(DeskError), database.begin() as tx:
        drawn(tx, 1)


def test_an_approved_form_is_signed_for_one_loan_of_its_own(database):
    with database.begin() as tx:
        applied(tx, 1)
        applied(tx, 2)
        brought_to(tx, Step.SIGN, "D1")

    with pytest.raises(DeskError), database.begin() as tx:
        signed(tx, "D1", 5)
    with pytest.raises(DeskError), database.begin() as tx:
        signed(tx, "D2", 6)


def test_a_household_does_not_get_more_by_asking_in_parts(database):
    with database.begin() as tx:
        a_loan(tx, 5, household_no="H1", approved=80_000_000, drawn=80_000_000)

    for part in (100_000_000, 50_000_000, 20_000_001):
        with pytest.raises(NotEligible), database.begin() as tx:
            applied(tx, 1, amount=part, months=60)


def test_nobody_lists_a_household_as_poor_after_the_form(database):
    with database.begin() as tx:
        listed(tx, "HN", date(2026, 6, 1), household_no="H3")

    with pytest.raises(NotEligible), database.begin() as tx:
        applied(tx, 3, standing="")


def test_a_loan_is_not_drawn_beyond_what_was_approved(desk):
    officer = desk.people["officer"]

    refused(officer.ask("POST", "/api/v1/draws", draw()), "above-approved")
    refused(
        officer.ask("POST", "/api/v1/draws", draw(receipt_no="GN1", amount=2)), "receipt-reused"
    )


def test_nobody_repays_more_than_is_owed(desk):
    officer = desk.people["officer"]

    over = officer.ask("POST", "/api/v1/receipts", receipt(principal=50_000_001))
    kept = officer.ask("POST", "/api/v1/receipts", receipt(principal=50_000_000))
    again = officer.ask("POST", "/api/v1/receipts", receipt(receipt_no="T2"))

    assert (over.status_code, kept.status_code, again.status_code) == (422, 201, 422)


def test_nothing_is_dated_into_a_closed_month_or_the_future(desk):
    officer = desk.people["officer"]
    with desk.database.begin() as tx:
        closing.close_month(tx, month="2026-06", today=date(2026, 7, 10), moment=MOMENT)

    refused(officer.ask("POST", "/api/v1/receipts", receipt()), "month-closed")
    refused(officer.ask("POST", "/api/v1/receipts", receipt(day="2100-01-01")), "day-ahead")
    with desk.database.read() as tx:
        assert audit.verify(tx, POLICY).faults == []


def test_a_receipt_is_undone_once(desk):
    officer, ground = desk.people["officer"], {"ground": "Ghi nhầm"}
    officer.ask("POST", "/api/v1/receipts", receipt())

    first = officer.ask("POST", "/api/v1/receipts/T1/reversal", ground)
    second = officer.ask("POST", "/api/v1/receipts/T1/reversal", ground)

    assert first.status_code == 201
    refused(second, "already-reversed")


def test_the_form_of_one_household_opens_no_loan_of_another(database):
    with database.begin() as tx:
        applied(tx, 1)
        brought_to(tx, Step.NOTIFY, "D1")

    with pytest.raises(DeskError), database.begin() as tx:
        applications.sign(
            tx,
            POLICY,
            PLACES,
            application_no="D2",
            signing=applications.Signing(loan_no=LOAN_NO, signed_on=date(2026, 4, 7)),
            deed=a_deed(checked_by=""),
        )
    with pytest.raises(DeskError), database.begin() as tx:
        take(tx, Step.APPROVE, "D1", paper=a_paper(Step.APPROVE))
