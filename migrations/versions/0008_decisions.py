"""Decisions in mid-life: what entries of the new kinds say, and the paper behind an act."""

import sqlalchemy as sa
from alembic import op

revision = "0008_decisions"
down_revision = "0007_applications"

BEFORE = "amount > 0 OR (amount = 0 AND kind = 'extend')"
AFTER = (
    "amount > 0 OR (amount = 0 AND kind IN "
    "('extend', 'carry-over', 'leave', 'shorten', 'rate', 'redate'))"
)


def upgrade() -> None:
    """Decisions in mid-life: what entries of the new kinds say, and the paper behind an act."""
    op.add_column("act", sa.Column("document_no", sa.Text(), server_default="", nullable=False))
    op.add_column("act", sa.Column("document_on", sa.Date(), nullable=True))
    op.add_column("act", sa.Column("particulars", sa.Text(), server_default="{}", nullable=False))
    op.add_column("entry", sa.Column("of_date", sa.Date(), nullable=True))
    for name in ("rate_e8", "overdue_rate_e8"):
        op.add_column(
            "entry", sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
        )
    _require(BEFORE, AFTER)
    op.create_index(
        "ix_entry_terms",
        "entry",
        ["province", "loan_id"],
        unique=False,
        sqlite_where=sa.text("kind IN ('rate', 'leave')"),
        postgresql_where=sa.text("kind IN ('rate', 'leave')"),
    )


def downgrade() -> None:
    """Take it back: for a book that holds no such entry yet."""
    op.drop_index("ix_entry_terms", table_name="entry")
    _require(AFTER, BEFORE)
    for name in ("overdue_rate_e8", "rate_e8", "of_date"):
        op.drop_column("entry", name)
    for name in ("particulars", "document_on", "document_no"):
        op.drop_column("act", name)


def _require(before: str, after: str) -> None:
    """Replace the check of an entry's amount.

    SQLite has no word for that; its manual (ALTER TABLE, section 7) allows the text of a check to
    be changed where rows stay as they are. Rows that broke the new check would be broken books.
    """
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_entry_amount"), "entry", type_="check")
        op.create_check_constraint(op.f("ck_entry_amount"), "entry", after)
        return
    version = bind.exec_driver_sql("PRAGMA schema_version").scalar_one()
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    bind.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) "
        "WHERE type = 'table' AND name = 'entry'",
        (before, after),
    )
    bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema = OFF")
