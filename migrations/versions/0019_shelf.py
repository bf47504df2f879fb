"""Files that are held for somebody for some days."""

import sqlalchemy as sa
from alembic import op

revision = "0019_shelf"
down_revision = "0018_identities"


def upgrade() -> None:
    """Files that are held for somebody for some days."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "held_file",
        sa.Column("id", key, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("token", "by", "name", "media")),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("sha256", "at", "until")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_file")),
        sa.UniqueConstraint("token", name=op.f("uq_held_file_token")),
    )
    op.create_index("ix_held_file_until", "held_file", ["until"])


def downgrade() -> None:
    """Take it back: what was held is asked for again."""
    op.drop_table("held_file")
