"""Closings of a month, one after the other, and what opened a month between them."""

import sqlalchemy as sa
from alembic import op

from creditdesk.db import allow_changes, refuse_changes

APPEND_ONLY = ("closed_month", "month_opening")

revision = "0006_months"
down_revision = "0005_kept"


def upgrade() -> None:
    """Closings of a month, one after the other, and what opened a month between them."""
    known = _rows("SELECT month, closed_at, last_entry, figures FROM closed_month")
    op.drop_table("closed_month")
    table = op.create_table(
        "closed_month",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("closing", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.Text(), nullable=False),
        sa.Column("last_entry", sa.BigInteger(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("month", "closing", name=op.f("pk_closed_month")),
    )
    op.create_table(
        "month_opening",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("closing", sa.Integer(), nullable=False),
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_month_opening_act_id_act")),
        sa.ForeignKeyConstraint(
            ["month", "closing"],
            ["closed_month.month", "closed_month.closing"],
            name=op.f("fk_month_opening_month_closed_month"),
        ),
        sa.PrimaryKeyConstraint("month", "closing", name=op.f("pk_month_opening")),
    )
    op.bulk_insert(table, [row | {"closing": 1} for row in known])
    for name in APPEND_ONLY:
        refuse_changes(op.get_bind(), name)


def downgrade() -> None:
    """Take it back: of each month that stands closed its newest closing is left."""
    for name in APPEND_ONLY:
        allow_changes(op.get_bind(), name)
    known = _rows(
        "SELECT month, closed_at, last_entry, figures FROM closed_month c WHERE NOT EXISTS ("
        "SELECT 1 FROM month_opening o WHERE o.month = c.month AND o.closing = c.closing)"
    )
    op.drop_table("month_opening")
    op.drop_table("closed_month")
    table = op.create_table(
        "closed_month",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.Text(), nullable=False),
        sa.Column("last_entry", sa.BigInteger(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_closed_month")),
    )
    op.bulk_insert(table, known)


def _rows(query: str) -> list[dict[str, object]]:
    """Return closed months, a few for each year: all of them can be carried over at once."""
    return [dict(row) for row in op.get_bind().exec_driver_sql(query).mappings()]
