"""Proposals of decisions, and how each was answered."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from creditdesk.db import Tx, metadata
from creditdesk.records.ledger import act
from creditdesk.records.loans import loan

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")

proposal = sa.Table(
    "proposal",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("province", sa.Text, nullable=False),
    sa.Column("loan_id", sa.ForeignKey("loan.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("value_date", sa.Date, nullable=False),
    # What the decision says, as JSON; and a digest of the effect that its maker saw.
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("effect", sa.Text, nullable=False),
    sa.Column("act_id", sa.ForeignKey("act.id"), nullable=False),
    sa.Index("ix_proposal_loan_id", "loan_id"),
)

proposal_answer = sa.Table(
    "proposal_answer",
    metadata,
    sa.Column("proposal_id", sa.ForeignKey("proposal.id"), primary_key=True, autoincrement=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("act_id", sa.ForeignKey("act.id"), nullable=False),
    sa.CheckConstraint("answer IN ('approved', 'refused', 'withdrawn')", name="answer"),
)

APPEND_ONLY = ("proposal", "proposal_answer")


def add_proposal(tx: Tx, values: dict[str, Any]) -> int:
    """Write one proposal and return its id."""
    written = sa.insert(proposal).values(**values).returning(proposal.c.id)
    return int(tx.execute(written).scalar_one())


def add_answer(tx: Tx, proposal_id: int, answer: str, act_id: int) -> None:
    """Write how a proposal was answered."""
    values = {"proposal_id": proposal_id, "answer": answer, "act_id": act_id}
    tx.execute(sa.insert(proposal_answer).values(**values))


def _proposals() -> sa.Select[Any]:
    """Return a query for proposals, each with its loan, who made it on what paper, its answer."""
    return (
        sa.select(
            proposal,
            loan.c.loan_no,
            act.c.by,
            act.c.ground,
            act.c.document_no,
            act.c.document_on,
            act.c.recorded_at,
            proposal_answer.c.answer,
            _answer.c.by.label("answer_by"),
            _answer.c.checked_by.label("answer_checked_by"),
            _answer.c.ground.label("answer_ground"),
            _answer.c.recorded_at.label("answered_at"),
        )
        .join(loan, loan.c.id == proposal.c.loan_id)
        .join(act, act.c.id == proposal.c.act_id)
        .outerjoin(proposal_answer, proposal_answer.c.proposal_id == proposal.c.id)
        .outerjoin(_answer, _answer.c.id == proposal_answer.c.act_id)
    )


_answer = act.alias("answer")


def find_proposal(tx: Tx, proposal_id: int) -> Any | None:
    """Return a proposal with its loan, its maker's paper and its answer."""
    return tx.execute(_proposals().where(proposal.c.id == proposal_id)).first()


def unanswered(tx: Tx, province: str | None) -> Sequence[Any]:
    """Return the proposals that wait for an answer, in the order in which they were made."""
    waiting = _proposals().where(proposal_answer.c.proposal_id.is_(None)).order_by(proposal.c.id)
    if province:
        waiting = waiting.where(proposal.c.province == province)
    return tx.execute(waiting).all()


def of_loan(tx: Tx, loan_no: str) -> Sequence[Any]:
    """Return the proposals of a loan, answered or not, in the order in which they were made."""
    chosen = _proposals().where(loan.c.loan_no == loan_no).order_by(proposal.c.id)
    return tx.execute(chosen).all()
