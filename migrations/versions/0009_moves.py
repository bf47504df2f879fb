"""Where loans have moved to."""

import sqlalchemy as sa
from alembic import op

from creditdesk.db import refuse_changes

revision = "0009_moves"
down_revision = "0008_decisions"


def upgrade() -> None:
    """Where loans have moved to: append-only, like the contracts beside which it stands."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "loan_place",
        sa.Column("id", key, nullable=False),
        sa.Column("loan_id", key, nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("commune", sa.Text(), nullable=False),
        sa.Column("village_code", sa.Text(), nullable=False),
        sa.Column("group_no", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("session_day", sa.SmallInteger(), nullable=False),
        sa.Column("mirrors", key, nullable=True),
        sa.Column("act_id", key, nullable=False),
        sa.CheckConstraint("session_day BETWEEN 1 AND 28", name=op.f("ck_loan_place_session_day")),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_loan_place_act_id_act")),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_loan_place_loan_id_loan")),
        sa.ForeignKeyConstraint(
            ["mirrors"], ["loan_place.id"], name=op.f("fk_loan_place_mirrors_loan_place")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan_place")),
    )
    op.create_index("ix_loan_place_act_id", "loan_place", ["act_id"], unique=False)
    op.create_index("ix_loan_place_loan_id", "loan_place", ["loan_id", "since", "id"])
    op.create_index("ix_loan_place_province_since", "loan_place", ["province", "since"])
    op.create_index(
        "uq_loan_place_mirrors",
        "loan_place",
        ["mirrors"],
        unique=True,
        sqlite_where=sa.text("mirrors IS NOT NULL"),
        postgresql_where=sa.text("mirrors IS NOT NULL"),
    )
    refuse_changes(op.get_bind(), "loan_place")


def downgrade() -> None:
    """Take it back: every loan is then where its contract says."""
    op.drop_table("loan_place")
