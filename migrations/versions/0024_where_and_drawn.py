"""Loans by group and by office, and draws by day: asked on every page of a desk."""

import sqlalchemy as sa
from alembic import op

revision = "0024_where_and_drawn"
down_revision = "0023_search"

DRAWS = sa.text("kind = 1")


def upgrade() -> None:
    """Let indexes answer where a group or an office has loans, and what was drawn when."""
    op.create_index("ix_loan_group_no", "loan", ["group_no", "province", "commune", "office"])
    op.create_index("ix_loan_office", "loan", ["office", "commune"])
    op.create_index(
        "ix_posting_draws",
        "posting",
        ["province", "value_date", "loan_id", "sign", "amount"],
        sqlite_where=DRAWS,
        postgresql_where=DRAWS,
    )


def downgrade() -> None:
    """Take them back: the tables are searched from end to end."""
    op.drop_index("ix_posting_draws", "posting")
    op.drop_index("ix_loan_office", "loan")
    op.drop_index("ix_loan_group_no", "loan")
