"""Measures: one decision over many loans, and the loans it reached."""

import sqlalchemy as sa
from alembic import op

from creditdesk.db import refuse_changes

APPEND_ONLY = ("measure", "measure_line")

revision = "0010_measures"
down_revision = "0009_moves"


def _key(name: str, *, nullable: bool = False) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, nullable=nullable, autoincrement=False)


def upgrade() -> None:
    """Measures: one decision over many loans, and the loans it reached."""
    op.create_table(
        "measure",
        _key("id"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("places", sa.Text(), nullable=False),
        sa.Column("programmes", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        _key("act_id"),
        _key("undoes", nullable=True),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_measure_act_id_act")),
        sa.ForeignKeyConstraint(
            ["undoes"], ["measure.id"], name=op.f("fk_measure_undoes_measure")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sa.UniqueConstraint("undoes", name=op.f("uq_measure_undoes")),
    )
    op.create_table(
        "measure_line",
        _key("measure_id"),
        _key("loan_id"),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("receipt_no", sa.Text(), nullable=False),
        sa.Column("principal", sa.BigInteger(), nullable=False),
        sa.Column("interest", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["loan_id"], ["loan.id"], name=op.f("fk_measure_line_loan_id_loan")
        ),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["measure.id"], name=op.f("fk_measure_line_measure_id_measure")
        ),
        sa.PrimaryKeyConstraint("measure_id", "loan_id", name=op.f("pk_measure_line")),
        sqlite_with_rowid=False,
    )
    for table in APPEND_ONLY:
        refuse_changes(op.get_bind(), table)


def downgrade() -> None:
    """Take it back: for a book without measures."""
    for table in reversed(APPEND_ONLY):
        op.drop_table(table)
