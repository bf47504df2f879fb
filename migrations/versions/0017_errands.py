"""Work that was asked for and takes long, and what became of it."""

import sqlalchemy as sa
from alembic import op

revision = "0017_errands"
down_revision = "0016_answers"


def upgrade() -> None:
    """Work that was asked for and takes long, and what became of it."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    texts = ("by", "ground", "document_no", "asked_at", "state", "checked_by", "answered_at")
    op.create_table(
        "errand",
        sa.Column("id", key, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "said", "place")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("document_on", sa.Date(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("holder", "until")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("done", "whole")),
        sa.Column("result", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('to-check', 'queued', 'running', 'done', 'refused', 'declined')",
            name=op.f("ck_errand_state"),
        ),
        sa.CheckConstraint('"by" <> checked_by', name=op.f("ck_errand_two_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errand")),
    )
    op.create_index("ix_errand_state", "errand", ["state", "id"])


def downgrade() -> None:
    """Take it back: what was asked for and not done is asked for again."""
    op.drop_table("errand")
