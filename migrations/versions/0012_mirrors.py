"""Steps of applications taken back: each by a step that names it."""

import sqlalchemy as sa
from alembic import op

revision = "0012_mirrors"
down_revision = "0011_proposals"


def upgrade() -> None:
    """Steps of applications taken back: each by a step that names it."""
    op.add_column("application_step", sa.Column("mirrors", sa.BigInteger(), nullable=True))
    op.create_index("uq_application_step_mirrors", "application_step", ["mirrors"], unique=True)


def downgrade() -> None:
    """Take it back: for a book in which no step was taken back."""
    op.drop_index("uq_application_step_mirrors", table_name="application_step")
    op.drop_column("application_step", "mirrors")
