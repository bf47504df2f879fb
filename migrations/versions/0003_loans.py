"""Loans and the heads of their chains."""

import sqlalchemy as sa
from alembic import op

revision = "0003_loans"
down_revision = "0002_households"


def upgrade() -> None:
    """Loans and the heads of their chains."""
    op.create_table(
        "loan",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("loan_no", sa.Text(), nullable=False),
        sa.Column(
            "customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "household_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("investor", sa.Text(), nullable=False),
        sa.Column("trustee", sa.Text(), nullable=False),
        sa.Column("group_no", sa.Text(), nullable=False),
        sa.Column("village_code", sa.Text(), nullable=False),
        sa.Column("commune", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("session_day", sa.SmallInteger(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("rate_e8", sa.BigInteger(), nullable=False),
        sa.Column("overdue_rate_e8", sa.BigInteger(), nullable=False),
        sa.Column("approved", sa.BigInteger(), nullable=False),
        sa.Column("first_principal_on", sa.Date(), nullable=True),
        sa.Column("every_months", sa.SmallInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("grace_until", sa.Date(), nullable=True),
        sa.Column("ladder", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("course_end_on", sa.Date(), nullable=True),
        sa.Column("act_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "source = '1' OR investor <> ''", name=op.f("ck_loan_investor_of_local")
        ),
        sa.CheckConstraint("source IN ('1', '2')", name=op.f("ck_loan_source")),
        sa.CheckConstraint("approved > 0", name=op.f("ck_loan_approved")),
        sa.CheckConstraint("due_on > signed_on", name=op.f("ck_loan_due_after_signed")),
        sa.CheckConstraint("session_day BETWEEN 1 AND 28", name=op.f("ck_loan_session_day")),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_loan_act_id_act")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_loan_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_loan_household_id_household")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loan")),
        sa.UniqueConstraint("loan_no", name=op.f("uq_loan_loan_no")),
    )
    op.create_index("ix_loan_commune", "loan", ["commune"], unique=False)
    op.create_index("ix_loan_province", "loan", ["province", "id"], unique=False)
    op.create_index("ix_loan_customer_id", "loan", ["customer_id"], unique=False)
    op.create_table(
        "loan_head",
        sa.Column("loan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_loan_head_loan_id_loan")),
        sa.PrimaryKeyConstraint("loan_id", name=op.f("pk_loan_head")),
    )


def downgrade() -> None:
    """Take it back: for a book that holds nothing yet."""
    op.drop_table("loan_head")
    op.drop_index("ix_loan_province", table_name="loan")
    op.drop_index("ix_loan_customer_id", table_name="loan")
    op.drop_index("ix_loan_commune", table_name="loan")
    op.drop_table("loan")
