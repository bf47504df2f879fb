"""To whom letters went, and which earlier knowledge a statement compares with."""

import sqlalchemy as sa
from alembic import op

from creditdesk.db import allow_changes, refuse_changes

revision = "0026_letters_to"
down_revision = "0025_letters"

_TO = ("province", "commune", "group_no", "customer_no", "loan_no")
_PROVINCE = sa.text(
    "UPDATE letter SET province = COALESCE("
    "(SELECT MIN(loan.province) FROM loan WHERE loan.office = letter.office), '')"
)


def upgrade() -> None:
    """Add the columns; of letters of before only the province is known, by their office."""
    for name in _TO:
        op.add_column("letter", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    allow_changes(op.get_bind(), "letter")
    op.execute(_PROVINCE)
    refuse_changes(op.get_bind(), "letter")
    op.add_column("issued_statement", sa.Column("known_before", sa.Date()))


def downgrade() -> None:
    """Take them back: to whom letters went is not known any more."""
    op.drop_column("issued_statement", "known_before")
    for name in _TO:
        op.drop_column("letter", name)
