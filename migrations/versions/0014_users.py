"""People who use the desk, their appointments, and how they show who they are."""

import sqlalchemy as sa
from alembic import op

from creditdesk.db import refuse_changes

APPEND_ONLY = ("person", "appointment")

revision = "0014_users"
down_revision = "0013_sealing"


def _number(name: str, *rest: sa.ForeignKey, nullable: bool = False) -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, *rest, nullable=nullable)


def _key(*rest: sa.ForeignKey, name: str = "id") -> sa.Column[int]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, *rest, primary_key=True, autoincrement=not rest)


def _text(name: str, *, nullable: bool = False, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable, primary_key=key)


def _of_person() -> sa.Column[int]:
    return _number("person_id", sa.ForeignKey("person.id"))


def _by_act() -> sa.Column[int]:
    return _number("act_id", sa.ForeignKey("act.id"))


def upgrade() -> None:
    """People, appointments, passwords, second factors, sessions, links, tokens, attempts."""
    _people()
    _proofs()
    _doors()
    for table in ("recovery_code", "session", "known_device", "one_time_link", "access_token"):
        op.create_index(f"ix_{table}_person_id", table, ["person_id"])
    for table in APPEND_ONLY:
        refuse_changes(op.get_bind(), table)


def _people() -> None:
    op.create_table(
        "person",
        _key(),
        _text("sign_in_name"),
        _by_act(),
        sa.UniqueConstraint("sign_in_name"),
    )
    op.create_table(
        "appointment",
        _key(),
        _of_person(),
        *(_text(name) for name in ("display_name", "language", "role", "scope", "codes")),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        _by_act(),
        sa.CheckConstraint("until IS NULL OR until >= since", name="until"),
        sa.CheckConstraint("(scope = 'all') = (codes = '')", name="codes"),
    )
    op.create_index("ix_appointment_person_id", "appointment", ["person_id", "id"])


def _proofs() -> None:
    op.create_table(
        "credential",
        _key(sa.ForeignKey("person.id"), name="person_id"),
        _text("hash"),
        _text("set_at"),
    )
    op.create_table(
        "second_factor",
        _key(sa.ForeignKey("person.id"), name="person_id"),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        _text("enrolled_at", nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
    )
    op.create_table("recovery_code", _text("digest", key=True), _of_person())


def _doors() -> None:
    op.create_table(
        "session",
        _text("digest", key=True),
        _of_person(),
        *(_text(name) for name in ("stage", "created_at", "seen_at", "expires_at")),
        _text("revoked_at", nullable=True),
        _text("agent"),
        sa.CheckConstraint("stage IN ('full', 'code', 'enrol')", name="stage"),
    )
    op.create_table("known_device", _text("digest", key=True), _of_person(), _text("expires_at"))
    op.create_table(
        "one_time_link",
        _text("digest", key=True),
        _of_person(),
        _text("expires_at"),
        _text("used_at", nullable=True),
        _by_act(),
    )
    op.create_table(
        "access_token",
        _key(),
        _text("digest"),
        _of_person(),
        *(_text(name) for name in ("label", "acts", "created_at", "expires_at")),
        _text("revoked_at", nullable=True),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "sign_in_attempt",
        _key(),
        _text("name_digest"),
        _text("source"),
        sa.Column("known", sa.Boolean(), nullable=False),
        _text("at"),
    )
    for name in ("name_digest", "source"):
        op.create_index(f"ix_sign_in_attempt_{name}", "sign_in_attempt", [name, "at"])
    op.create_index("ix_sign_in_attempt_at", "sign_in_attempt", ["at"])


def downgrade() -> None:
    """Take it back: for a book that nobody signs in to."""
    for table in (
        *("sign_in_attempt", "access_token", "one_time_link", "known_device", "session"),
        *("recovery_code", "second_factor", "credential", "appointment", "person"),
    ):
        op.drop_table(table)
