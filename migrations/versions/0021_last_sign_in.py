"""When everybody signed in last."""

import sqlalchemy as sa
from alembic import op

revision = "0021_last_sign_in"
down_revision = "0020_issued"


def upgrade() -> None:
    """When everybody signed in last, as far as sessions still tell."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "last_sign_in",
        sa.Column("person_id", number, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_last_sign_in_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_last_sign_in")),
    )
    op.execute(
        "INSERT INTO last_sign_in (person_id, at) "
        "SELECT person_id, max(created_at) FROM session WHERE stage = 'full' GROUP BY person_id"
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("last_sign_in")
