"""Answers to requests that write, kept under their keys."""

import sqlalchemy as sa
from alembic import op

revision = "0016_answers"
down_revision = "0015_accesses"


def upgrade() -> None:
    """Answers to requests that write, kept under their keys."""
    op.create_table(
        "answer",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_answer")),
    )
    op.create_index("ix_answer_at", "answer", ["at"])


def downgrade() -> None:
    """Take it back: a request that is sent again is then done again."""
    op.drop_table("answer")
