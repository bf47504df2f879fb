"""The register of statements issued."""

import sqlalchemy as sa
from alembic import op

from creditdesk.db import allow_changes, refuse_changes

revision = "0020_issued"
down_revision = "0019_shelf"


def upgrade() -> None:
    """The register of statements issued: append-only."""
    days = ("since", "as_of", "map_of")
    digests = ("made_at", "data_digest", "file_digest", "sealed_by", "by", "at")
    op.create_table(
        "issued_statement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("number", "kind", "scope")),
        *(sa.Column(name, sa.Date(), nullable=False) for name in days),
        sa.Column("known_on", sa.Date(), nullable=True),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in digests),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_statement")),
    )
    for name in ("file_digest", "number"):
        op.create_index(f"ix_issued_statement_{name}", "issued_statement", [name])
    refuse_changes(op.get_bind(), "issued_statement")


def downgrade() -> None:
    """Take it back: what was given out is not known any more."""
    allow_changes(op.get_bind(), "issued_statement")
    op.drop_table("issued_statement")
