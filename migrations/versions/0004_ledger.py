"""The ledger: entries, postings, plan changes and files taken in."""

import sqlalchemy as sa
from alembic import op

from creditdesk.db import allow_changes, refuse_changes

APPEND_ONLY = ("act", "loan", "entry", "posting", "plan_change", "intake_file")

revision = "0004_ledger"
down_revision = "0003_loans"


def upgrade() -> None:
    """The ledger: entries, postings, plan changes and files taken in."""
    op.create_table(
        "intake_file",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unknown_columns", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_intake_file_act_id_act")),
        sa.PrimaryKeyConstraint("sha256", "kind", name=op.f("pk_intake_file")),
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("loan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("receipt_no", sa.Text(), nullable=False),
        sa.Column("mirrors", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("replaces", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "amount > 0 OR (amount = 0 AND kind = 'extend')", name=op.f("ck_entry_amount")
        ),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_entry_act_id_act")),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_entry_loan_id_loan")),
        sa.ForeignKeyConstraint(["mirrors"], ["entry.id"], name=op.f("fk_entry_mirrors_entry")),
        sa.ForeignKeyConstraint(["replaces"], ["entry.id"], name=op.f("fk_entry_replaces_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
    )
    op.create_index("ix_entry_loan_id", "entry", ["loan_id", "id"], unique=False)
    op.create_index(
        "uq_entry_mirrors",
        "entry",
        ["mirrors"],
        unique=True,
        sqlite_where=sa.text("mirrors IS NOT NULL"),
        postgresql_where=sa.text("mirrors IS NOT NULL"),
    )
    op.create_index(
        "uq_entry_receipt_no",
        "entry",
        ["receipt_no"],
        unique=True,
        sqlite_where=sa.text("mirrors IS NULL AND replaces IS NULL"),
        postgresql_where=sa.text("mirrors IS NULL AND replaces IS NULL"),
    )
    op.create_index(
        "uq_entry_replaces",
        "entry",
        ["replaces"],
        unique=True,
        sqlite_where=sa.text("replaces IS NOT NULL"),
        postgresql_where=sa.text("replaces IS NOT NULL"),
    )
    op.create_table(
        "plan_change",
        sa.Column(
            "entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("counts_from", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_plan_change_amount")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_plan_change_entry_id_entry")
        ),
        sa.PrimaryKeyConstraint("entry_id", "due_on", name=op.f("pk_plan_change")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_plan_change_province_counts_from",
        "plan_change",
        ["province", "counts_from"],
        unique=False,
    )
    op.create_table(
        "posting",
        sa.Column(
            "entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("line", sa.SmallInteger(), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("debit", sa.SmallInteger(), nullable=False),
        sa.Column("credit", sa.SmallInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("sign", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_posting_amount")),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_posting_two_accounts")),
        sa.CheckConstraint("sign IN (1, -1)", name=op.f("ck_posting_sign")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_posting_entry_id_entry")
        ),
        sa.PrimaryKeyConstraint("entry_id", "line", name=op.f("pk_posting")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_posting_province_value_date", "posting", ["province", "value_date"], unique=False
    )
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME; END $$"
        )
    for table in APPEND_ONLY:
        refuse_changes(op.get_bind(), table)


def downgrade() -> None:
    """Take it back: for a book that holds nothing yet."""
    for table in APPEND_ONLY:
        allow_changes(op.get_bind(), table)
    op.drop_index("ix_posting_province_value_date", table_name="posting")
    op.drop_table("posting")
    op.drop_index("ix_plan_change_province_counts_from", table_name="plan_change")
    op.drop_table("plan_change")
    op.drop_index(
        "uq_entry_replaces",
        table_name="entry",
        sqlite_where=sa.text("replaces IS NOT NULL"),
        postgresql_where=sa.text("replaces IS NOT NULL"),
    )
    op.drop_index(
        "uq_entry_receipt_no",
        table_name="entry",
        sqlite_where=sa.text("mirrors IS NULL AND replaces IS NULL"),
        postgresql_where=sa.text("mirrors IS NULL AND replaces IS NULL"),
    )
    op.drop_index(
        "uq_entry_mirrors",
        table_name="entry",
        sqlite_where=sa.text("mirrors IS NOT NULL"),
        postgresql_where=sa.text("mirrors IS NOT NULL"),
    )
    op.drop_index("ix_entry_loan_id", table_name="entry")
    op.drop_table("entry")
    op.drop_table("intake_file")
