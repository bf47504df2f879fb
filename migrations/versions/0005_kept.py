"""Images of the book, closed days and months, the business day and runs of jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0005_kept"
down_revision = "0004_ledger"


def upgrade() -> None:
    """Images of the book, closed days and months, the business day and runs of jobs."""
    op.create_table(
        "book_image",
        sa.Column("province", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last_entry", sa.BigInteger(), nullable=False),
        sa.Column("loans", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("province", "day", name=op.f("pk_book_image")),
    )
    op.create_table(
        "business_day",
        sa.Column("one", sa.SmallInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_business_day_one")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_business_day")),
    )
    op.create_table(
        "clock_lease",
        sa.Column("one", sa.SmallInteger(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_clock_lease_one")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_clock_lease")),
    )
    op.create_table(
        "closed_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.Text(), nullable=False),
        sa.Column("last_entry", sa.BigInteger(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_closed_day")),
    )
    op.create_table(
        "closed_month",
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.Text(), nullable=False),
        sa.Column("last_entry", sa.BigInteger(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_closed_month")),
    )
    op.create_table(
        "job_run",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("job", "day", name=op.f("pk_job_run")),
    )


def downgrade() -> None:
    """Take it back: for a book that holds nothing yet."""
    op.drop_table("job_run")
    op.drop_table("closed_month")
    op.drop_table("closed_day")
    op.drop_table("clock_lease")
    op.drop_table("business_day")
    op.drop_table("book_image")
