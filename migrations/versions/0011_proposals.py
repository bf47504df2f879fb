"""Proposals of decisions, and how each was answered."""

import sqlalchemy as sa
from alembic import op

from creditdesk.db import refuse_changes

revision = "0011_proposals"
down_revision = "0010_measures"

APPEND_ONLY = ("proposal", "proposal_answer")


def _key(name: str, *, counted: bool = True) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    if counted:
        return sa.Column(name, kind, nullable=False)
    return sa.Column(name, kind, nullable=False, autoincrement=False)


def upgrade() -> None:
    """Proposals of decisions, and how each was answered."""
    op.create_table(
        "proposal",
        _key("id"),
        sa.Column("province", sa.Text(), nullable=False),
        _key("loan_id"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        _key("act_id"),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_proposal_act_id_act")),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_proposal_loan_id_loan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index("ix_proposal_loan_id", "proposal", ["loan_id"], unique=False)
    op.create_table(
        "proposal_answer",
        _key("proposal_id", counted=False),
        sa.Column("answer", sa.Text(), nullable=False),
        _key("act_id"),
        sa.CheckConstraint(
            "answer IN ('approved', 'refused', 'withdrawn')",
            name=op.f("ck_proposal_answer_answer"),
        ),
        sa.ForeignKeyConstraint(
            ["act_id"], ["act.id"], name=op.f("fk_proposal_answer_act_id_act")
        ),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["proposal.id"],
            name=op.f("fk_proposal_answer_proposal_id_proposal"),
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_proposal_answer")),
    )
    for table in APPEND_ONLY:
        refuse_changes(op.get_bind(), table)


def downgrade() -> None:
    """Take it back: for a book in which nothing was proposed."""
    for table in reversed(APPEND_ONLY):
        op.drop_table(table)
