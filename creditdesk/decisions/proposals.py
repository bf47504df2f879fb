"""Proposals: what one person prepares and another approves, refuses, or its maker withdraws."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from creditdesk import communes, ledger, records, users
from creditdesk.arrears import Place
from creditdesk.db import Tx
from creditdesk.decisions.deciding import Decided, Preview, decide, preview
from creditdesk.decisions.kinds import Decision, decision_of
from creditdesk.engine.policy import Policy
from creditdesk.errors import Conflict, Denied, NotFound


class ProposalNotFound(NotFound):
    """No proposal has this number."""

    code = "proposal-not-found"


class ProposalAnswered(Conflict):
    """The proposal was approved, refused or withdrawn before."""

    code = "proposal-answered"


class ProposalOutdated(Conflict):
    """The loan changed: the decision would do another thing than its maker saw."""

    code = "proposal-outdated"


class NotTheMaker(Denied):
    """Only who made a proposal withdraws it."""

    code = "not-the-maker"


class Answer(NamedTuple):
    """How a proposal was answered: `approved`, `refused` or `withdrawn`, by whom, when and why."""

    answer: str
    by: str
    at: str
    ground: str


class Proposal(NamedTuple):
    """A proposed decision: who made it when, on what ground and paper.

    commune  empty where only its loan was asked
    answer   None while it waits
    """

    number: int
    decision: Decision
    commune: str
    by: str
    made_at: str
    ground: str
    document_no: str
    document_on: date
    answer: Answer | None = None


class Looked(NamedTuple):
    """A proposal and what it would do now.

    preview   None where it is answered
    outdated  whether it would do another thing than its maker saw, so that it is not approved
    """

    proposal: Proposal
    preview: Preview | None
    outdated: bool


def propose(tx: Tx, policy: Policy, *, decision: Decision, deed: ledger.Deed) -> int:
    """Lay a decision before another person and return the proposal's number.

    Raises what `decide` would refuse now, MakerMissing, GroundMissing, DocumentMissing, DayAhead.
    """
    loan = records.loans.lock_loan(tx, decision.loan_no)
    ledger.require_document(decision.act.value, deed)
    seen = preview(tx, policy, decision)
    if seen.refusal is not None:
        raise seen.refusal
    assert loan is not None
    alone = replace(deed, checked_by="")
    act_id = ledger.begin_act(tx, "propose", alone, grounded=True, days=[decision.day])
    return records.proposals.add_proposal(
        tx,
        {
            "province": loan.province,
            "loan_id": loan.id,
            "kind": decision.act.value,
            "value_date": decision.day,
            "said": json.dumps(decision.written(), sort_keys=True, ensure_ascii=False),
            "effect": seen.digest,
            "act_id": act_id,
        },
    )


def approve(tx: Tx, policy: Policy, *, number: int, by: str, recorded_at: str) -> Decided:
    """Take a proposed decision as another person: its maker decides, the approver checks.

    Raises ProposalNotFound, ProposalAnswered, ProposalOutdated where the loan has changed so that
    the decision does another thing than its maker saw, SamePerson, and what `decide` refuses.
    """
    row = _waiting(tx, number)
    decision = _decision(row)
    if preview(tx, policy, decision).digest != row.effect:
        raise ProposalOutdated(number=number, loan_no=row.loan_no)
    deed = ledger.Deed(
        by=row.by,
        recorded_at=recorded_at,
        checked_by=by,
        ground=row.ground,
        document_no=row.document_no,
        document_on=row.document_on,
        particulars={"proposal": number},
    )
    done = decide(tx, policy, decision=decision, deed=deed)
    records.proposals.add_answer(tx, number, "approved", done.act_id)
    return done


def refuse(tx: Tx, *, number: int, deed: ledger.Deed) -> None:
    """Answer a proposal with no, as another person than its maker, and say why.

    Raises ProposalNotFound, ProposalAnswered, SamePerson, GroundMissing.
    """
    row = _waiting(tx, number)
    if _same(row.by, deed.by):
        raise ledger.SamePerson(act="refuse-proposal", by=row.by)
    _answer(tx, number, "refused", deed)


def withdraw(tx: Tx, *, number: int, deed: ledger.Deed) -> None:
    """Take a proposal back, as its maker, and say why.

    Raises ProposalNotFound, ProposalAnswered, NotTheMaker, GroundMissing.
    """
    row = _waiting(tx, number)
    if not _same(row.by, deed.by):
        raise NotTheMaker(number=number, by=row.by)
    _answer(tx, number, "withdrawn", deed)


def subject(tx: Tx, number: int) -> tuple[str, str]:
    """Return the loan's number of a proposal and who made it, answered or not.

    Raises ProposalNotFound.
    """
    row = records.proposals.find_proposal(tx, number)
    if row is None:
        raise ProposalNotFound(number=number)
    return row.loan_no, row.by


def inbox(
    tx: Tx, place: Place, as_of: date, scope: users.Scope = users.EVERYTHING
) -> tuple[Proposal, ...]:
    """Return the proposals that wait for an answer, oldest first.

    place  where the loans are on the day; scope  within what else they lie then
    """
    rows = records.proposals.unanswered(tx, place.province)
    at = {
        loan.id: loan
        for loan in communes.loans_on(tx, sorted({row.loan_id for row in rows}), as_of)
    }
    return tuple(
        _told(row, at[row.loan_id].commune)
        for row in rows
        if place.holds(at[row.loan_id]) and scope.holds(_near(at[row.loan_id]))
    )


def _near(loan: Any) -> users.Place:
    return users.Place(loan.province, loan.commune, loan.office, loan.group_no)


def of_loan(tx: Tx, loan_no: str) -> tuple[Proposal, ...]:
    """Return every proposal that was ever made of a loan, oldest first."""
    return tuple(_told(row) for row in records.proposals.of_loan(tx, loan_no))


def look(tx: Tx, policy: Policy, number: int) -> Looked:
    """Return a proposal and, while it waits, what it would do now; raises ProposalNotFound."""
    row = records.proposals.find_proposal(tx, number)
    if row is None:
        raise ProposalNotFound(number=number)
    if row.answer is not None:
        return Looked(_told(row), None, outdated=False)
    found = preview(tx, policy, _decision(row))
    return Looked(_told(row), found, outdated=found.digest != row.effect)


def _told(row: Any, commune: str = "") -> Proposal:
    return Proposal(
        number=row.id,
        decision=_decision(row),
        commune=commune,
        by=row.by,
        made_at=row.recorded_at,
        ground=row.ground,
        document_no=row.document_no,
        document_on=row.document_on,
        answer=_answered(row) if row.answer else None,
    )


def _answered(row: Any) -> Answer:
    """Return an answer: who approves is the checker of the decision, whose maker proposed it."""
    if row.answer == "approved":
        return Answer(row.answer, row.answer_checked_by, row.answered_at, "")
    return Answer(row.answer, row.answer_by, row.answered_at, row.answer_ground)


def _waiting(tx: Tx, number: int) -> Any:
    """Return a proposal that nobody has answered, its loan locked so that nobody does now."""
    row = records.proposals.find_proposal(tx, number)
    if row is None:
        raise ProposalNotFound(number=number)
    records.loans.lock_loan(tx, row.loan_no)
    row = records.proposals.find_proposal(tx, number)
    assert row is not None
    if row.answer is not None:
        raise ProposalAnswered(number=number, answer=row.answer)
    return row


def _decision(row: Any) -> Decision:
    said: Mapping[str, str] = json.loads(row.said)
    return decision_of(row.kind, row.loan_no, row.value_date, said)


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _answer(tx: Tx, number: int, answer: str, deed: ledger.Deed) -> None:
    name = {"refused": "refuse-proposal", "withdrawn": "withdraw-proposal"}[answer]
    act_id = ledger.begin_act(tx, name, deed, grounded=True)
    records.proposals.add_answer(tx, number, answer, act_id)
