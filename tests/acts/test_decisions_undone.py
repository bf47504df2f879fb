"""Decisions undone: by two people, whole, and taken again."""

from datetime import timedelta

import pytest

from creditdesk import audit, decisions, ledger, records, repayments, standings
from creditdesk.decisions.law import NothingToUndo
from creditdesk.engine.lifecycle import State
from tests.builders import POLICY
from tests.decided import DAY, a_decision, a_loan_in, a_paper, decide

MOMENT = "2026-11-22T01:00:00+00:00"


def test_a_supplementary_freeze_is_undone_whole(database):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.FROZEN, frozen_until=DAY)
        before = standings.standing(tx, loan_no, DAY)
        done = decide(tx, "refreeze", loan_no, until="2027-06-07")

        repayments.reverse(tx, POLICY, receipt_no=done.decision.number, deed=a_paper())

        assert standings.standing(tx, loan_no, DAY) == before
        assert decide(tx, "refreeze", loan_no, until="2027-06-07").new
        assert audit.verify(tx, POLICY).faults == []


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("misuse", {"amount": "1.000"}),
        ("extend", {"until": "2031-03-02"}),
        ("freeze", {"reason": "K1", "loss": "60"}),
        ("re-price", {"rate": "5,4"}),
    ],
)
def test_what_two_people_decided_is_undone_by_two(database, kind, said):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.IN_TERM)
        before = standings.standing(tx, loan_no, DAY)
        number = decide(tx, kind, loan_no, **said).decision.number

        with pytest.raises(ledger.CheckerMissing):
            repayments.reverse(tx, POLICY, receipt_no=number, deed=a_paper(checked_by=""))

        repayments.reverse(tx, POLICY, receipt_no=number, deed=a_paper())
        assert standings.standing(tx, loan_no, DAY) == before


def test_the_same_decision_is_booked_once_and_again_after_it_was_reversed(database):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.IN_TERM)
        first = decide(tx, "misuse", loan_no, amount="1.000")
        again = decide(tx, "misuse", loan_no, amount="1.000")
        repayments.reverse(tx, POLICY, receipt_no=first.decision.number, deed=a_paper())
        anew = decide(tx, "misuse", loan_no, amount="1.000")

        assert standings.standing(tx, loan_no, DAY).overdue == 1_000
    assert (first.new, again.new, anew.new) == (True, False, True)
    assert again.act_id == first.act_id


def test_what_two_decided_is_proposed_to_be_undone_and_approved_by_another(database):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.IN_TERM)
        before = standings.standing(tx, loan_no, DAY)
        number = decide(tx, "extend", loan_no, until="2031-03-02").decision.number
        wanted = a_decision("reverse", loan_no, receipt_no=number)

        proposed = decisions.propose(tx, POLICY, decision=wanted, deed=a_paper(checked_by=""))
        assert standings.standing(tx, loan_no, DAY) != before
        with pytest.raises(ledger.SamePerson), tx.begin_nested():
            decisions.approve(tx, POLICY, number=proposed, by="nguoi-lap", recorded_at=MOMENT)
        done = decisions.approve(tx, POLICY, number=proposed, by="kiem-soat", recorded_at=MOMENT)

        assert standings.standing(tx, loan_no, DAY) == before
        act = records.ledger.acts_of(tx, [done.act_id])[done.act_id]
        assert (act.name, act.by, act.checked_by) == ("reverse", "nguoi-lap", "kiem-soat")
        assert decide(tx, "extend", loan_no, until="2031-03-02").new
        assert audit.verify(tx, POLICY).faults == []


@pytest.mark.parametrize(
    ("receipt_no", "day"), [("GH/0", DAY), ("INTEREST/1", DAY), ("", DAY - timedelta(days=1))]
)
def test_what_does_not_stand_on_the_loan_on_that_day_is_not_undone(database, receipt_no, day):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.IN_TERM)
        number = decide(tx, "misuse", loan_no, amount="1.000").decision.number

        with pytest.raises(NothingToUndo):
            decide(tx, "reverse", loan_no, day, receipt_no=receipt_no or number)
