"""Entries by day: the newest is asked for by whoever opens a page after something was booked."""

from alembic import op

revision = "0027_newest_day"
down_revision = "0026_letters_to"


def upgrade() -> None:
    """Let an index tell the newest day."""
    op.create_index("ix_entry_value_date", "entry", ["value_date"])


def downgrade() -> None:
    """Take it back: the entries are read from end to end."""
    op.drop_index("ix_entry_value_date", "entry")
