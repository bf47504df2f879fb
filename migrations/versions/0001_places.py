"""Places, mergers and versions of the policy."""

import sqlalchemy as sa
from alembic import op

revision = "0001_places"
down_revision = None


def upgrade() -> None:
    """Places, mergers and versions of the policy."""
    op.create_table(
        "merger",
        sa.Column("old_code", sa.Text(), nullable=False),
        sa.Column("new_code", sa.Text(), nullable=False),
        sa.Column("effective", sa.Date(), nullable=False),
        sa.Column("share", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("old_code", "new_code", "effective", name=op.f("pk_merger")),
    )
    op.create_table(
        "place",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.CheckConstraint("level IN ('province', 'commune')", name=op.f("ck_place_level")),
        sa.PrimaryKeyConstraint("code", "level", "valid_from", name=op.f("pk_place")),
    )
    op.create_table(
        "policy_version",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_policy_version")),
    )


def downgrade() -> None:
    """Take it back: for a book that holds nothing yet."""
    op.drop_table("policy_version")
    op.drop_table("place")
    op.drop_table("merger")
