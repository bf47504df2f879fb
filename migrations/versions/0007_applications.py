"""Standings by communes' lists, applications with their steps, and checks of use."""

import sqlalchemy as sa
from alembic import op

from creditdesk.db import refuse_changes

revision = "0007_applications"
down_revision = "0006_months"

APPEND_ONLY = ("household_standing", "application", "application_step", "use_check")


def upgrade() -> None:
    """Standings by communes' lists, applications with their steps, and checks of use."""
    op.create_index("ix_loan_household_id", "loan", ["household_id"], unique=False)
    _standings()
    _applications()
    _steps()
    _checks()
    for table in APPEND_ONLY:
        refuse_changes(op.get_bind(), table)


def downgrade() -> None:
    """Take it back: for a book into which nobody has applied yet."""
    for table in reversed(APPEND_ONLY):
        op.drop_table(table)
    op.drop_index("ix_loan_household_id", table_name="loan")


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _standings() -> None:
    op.create_table(
        "household_standing",
        _key("id"),
        sa.Column("province", sa.Text(), nullable=False),
        _key("household_id"),
        sa.Column("commune", sa.Text(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("list_no", sa.Text(), nullable=False),
        sa.Column("list_on", sa.Date(), nullable=False),
        _key("act_id"),
        sa.CheckConstraint(
            "standing IN ('HN', 'HCN', 'MTN', 'KHAC')",
            name=op.f("ck_household_standing_standing"),
        ),
        sa.CheckConstraint(
            "until IS NULL OR until >= since", name=op.f("ck_household_standing_until")
        ),
        sa.CheckConstraint("list_no <> ''", name=op.f("ck_household_standing_list_no")),
        sa.ForeignKeyConstraint(
            ["act_id"], ["act.id"], name=op.f("fk_household_standing_act_id_act")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_household_standing_household_id_household"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_standing")),
    )
    op.create_index(
        "ix_household_standing_household_id",
        "household_standing",
        ["household_id", "id"],
        unique=False,
    )


def _applications() -> None:
    op.create_table(
        "application",
        _key("id"),
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("application_no", sa.Text(), nullable=False),
        _key("customer_id"),
        _key("household_id"),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("investor", sa.Text(), nullable=False),
        sa.Column("trustee", sa.Text(), nullable=False),
        sa.Column("group_no", sa.Text(), nullable=False),
        sa.Column("group_head", sa.Text(), nullable=False),
        sa.Column("village_code", sa.Text(), nullable=False),
        sa.Column("commune", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("session_day", sa.SmallInteger(), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("months", sa.SmallInteger(), nullable=False),
        sa.Column("every_months", sa.SmallInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("collateral", sa.Text(), nullable=False),
        sa.Column("learner_no", sa.Text(), nullable=False),
        sa.Column("course_end_on", sa.Date(), nullable=True),
        sa.Column("study_months", sa.SmallInteger(), nullable=False),
        sa.Column("works", sa.SmallInteger(), nullable=False),
        sa.Column("workers", sa.Integer(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("contract_months", sa.SmallInteger(), nullable=False),
        _key("act_id"),
        sa.CheckConstraint("amount > 0", name=op.f("ck_application_amount")),
        sa.CheckConstraint("months > 0", name=op.f("ck_application_months")),
        sa.CheckConstraint(
            "session_day BETWEEN 1 AND 28", name=op.f("ck_application_session_day")
        ),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_application_act_id_act")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_application_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_application_household_id_household")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint("application_no", name=op.f("uq_application_application_no")),
    )
    op.create_index(
        "ix_application_province_commune", "application", ["province", "commune"], unique=False
    )
    op.create_index("ix_application_household_id", "application", ["household_id"], unique=False)


def _steps() -> None:
    op.create_table(
        "application_step",
        _key("id"),
        sa.Column("province", sa.Text(), nullable=False),
        _key("application_id"),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.Column("document_on", sa.Date(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("draw_on", sa.Date(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("loan_no", sa.Text(), nullable=True),
        _key("act_id"),
        sa.CheckConstraint(
            "amount IS NULL OR amount > 0", name=op.f("ck_application_step_amount")
        ),
        sa.CheckConstraint("accepted OR reason <> ''", name=op.f("ck_application_step_reason")),
        sa.ForeignKeyConstraint(
            ["act_id"], ["act.id"], name=op.f("fk_application_step_act_id_act")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["application.id"],
            name=op.f("fk_application_step_application_id_application"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_step")),
    )
    for name, columns, unique in (
        ("ix_application_step_application_id", ["application_id", "id"], False),
        ("ix_application_step_document_no", ["document_no"], False),
        ("uq_application_step_loan_no", ["loan_no"], True),
    ):
        op.create_index(name, "application_step", columns, unique=unique)


def _checks() -> None:
    op.create_table(
        "use_check",
        _key("id"),
        sa.Column("province", sa.Text(), nullable=False),
        _key("loan_id"),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("as_agreed", sa.Boolean(), nullable=False),
        sa.Column("found", sa.Text(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("document_no", sa.Text(), nullable=False),
        _key("act_id"),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("fk_use_check_act_id_act")),
        sa.ForeignKeyConstraint(["loan_id"], ["loan.id"], name=op.f("fk_use_check_loan_id_loan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_use_check")),
    )
    op.create_index("ix_use_check_loan_id", "use_check", ["loan_id", "checked_on"], unique=False)
