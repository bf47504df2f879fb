"""Who is known at the bank's identity provider, and questions put to it."""

import sqlalchemy as sa
from alembic import op

revision = "0018_identities"
down_revision = "0017_errands"


def upgrade() -> None:
    """Who is known at the bank's identity provider, and questions put to it."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "identity",
        sa.Column("id", number, nullable=False),
        sa.Column("person_id", number, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("linked", sa.Boolean(), nullable=False),
        sa.Column("act_id", number, sa.ForeignKey("act.id"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity")),
    )
    op.create_index("ix_identity_subject", "identity", ["issuer", "subject", "id"])
    op.create_index("ix_identity_person_id", "identity", ["person_id", "id"])
    op.create_table(
        "provider_question",
        sa.Column("digest", sa.Text(), primary_key=True),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
    )
    _refuse_changes()


def downgrade() -> None:
    """Take it back: people sign in with their passwords only."""
    op.drop_table("provider_question")
    op.drop_table("identity")


def _refuse_changes() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER append_only_identity_{verb.lower()} BEFORE {verb} ON identity "
                "BEGIN SELECT RAISE(ABORT, 'append-only: identity'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER append_only_identity BEFORE UPDATE OR DELETE OR TRUNCATE ON identity "
        "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )
