"""The register of letters that went out."""

import sqlalchemy as sa
from alembic import op

from creditdesk.db import allow_changes, refuse_changes

revision = "0025_letters"
down_revision = "0024_where_and_drawn"


def upgrade() -> None:
    """Number letters by office and year; those of before bear the numbers of their paper books."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "letter",
        sa.Column("id", key, nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "digest")),
        sa.Column("dated", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("by", "at")),
        sa.CheckConstraint("number > 0", name=op.f("ck_letter_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("digest", name=op.f("uq_letter_digest")),
        sa.UniqueConstraint("office", "year", "number", name=op.f("uq_letter_office")),
    )
    refuse_changes(op.get_bind(), "letter")


def downgrade() -> None:
    """Take it back: which letter bore which number is not known any more."""
    allow_changes(op.get_bind(), "letter")
    op.drop_table("letter")
