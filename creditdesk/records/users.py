"""People who use the desk: what they are appointed to, and how they show who they are.

Who a person is and what they were appointed to are facts: they are only added to. What shows who
somebody is (a password, a session, a token) is a state: it is replaced, and of every secret only a
digest is kept, or what only the desk's key opens. Moments are ISO text in UTC, to the second.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from creditdesk.db import Tx, metadata, on_sqlite
from creditdesk.records.ledger import act

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")

person = sa.Table(
    "person",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("sign_in_name", sa.Text, nullable=False, unique=True),
    sa.Column("act_id", sa.ForeignKey("act.id"), nullable=False),
)

appointment = sa.Table(
    "appointment",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("person_id", sa.ForeignKey("person.id"), nullable=False),
    sa.Column("display_name", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("scope", sa.Text, nullable=False),
    # Codes of the scope, divided by commas; empty where the scope is everything.
    sa.Column("codes", sa.Text, nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
    sa.Column("suspended", sa.Boolean, nullable=False),
    sa.Column("act_id", sa.ForeignKey("act.id"), nullable=False),
    sa.CheckConstraint("until IS NULL OR until >= since", name="until"),
    sa.CheckConstraint("(scope = 'all') = (codes = '')", name="codes"),
    sa.Index("ix_appointment_person_id", "person_id", "id"),
)

credential = sa.Table(
    "credential",
    metadata,
    sa.Column("person_id", sa.ForeignKey("person.id"), primary_key=True, autoincrement=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("set_at", sa.Text, nullable=False),
)

second_factor = sa.Table(
    "second_factor",
    metadata,
    sa.Column("person_id", sa.ForeignKey("person.id"), primary_key=True, autoincrement=False),
    # Sealed with the desk's key.
    sa.Column("secret", sa.LargeBinary, nullable=False),
    sa.Column("enrolled_at", sa.Text),
    # The newest step of the clock whose code was taken: each code is taken once.
    sa.Column("last_step", sa.BigInteger, nullable=False),
)

recovery_code = sa.Table(
    "recovery_code",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("person_id", sa.ForeignKey("person.id"), nullable=False, index=True),
)

session = sa.Table(
    "session",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("person_id", sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.Column("seen_at", sa.Text, nullable=False),
    sa.Column("expires_at", sa.Text, nullable=False),
    sa.Column("revoked_at", sa.Text),
    sa.Column("agent", sa.Text, nullable=False),
    sa.CheckConstraint("stage IN ('full', 'code', 'enrol')", name="stage"),
)

known_device = sa.Table(
    "known_device",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("person_id", sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("expires_at", sa.Text, nullable=False),
)

one_time_link = sa.Table(
    "one_time_link",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("person_id", sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("expires_at", sa.Text, nullable=False),
    sa.Column("used_at", sa.Text),
    sa.Column("act_id", sa.ForeignKey("act.id"), nullable=False),
)

access_token = sa.Table(
    "access_token",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False, unique=True),
    sa.Column("person_id", sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("label", sa.Text, nullable=False),
    # The acts that it may perform, divided by spaces: some of those of its person.
    sa.Column("acts", sa.Text, nullable=False),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.Column("expires_at", sa.Text, nullable=False),
    sa.Column("revoked_at", sa.Text),
)

sign_in_attempt = sa.Table(
    "sign_in_attempt",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    # Digests: a name typed wrongly may be a password, and an address is a person's.
    sa.Column("name_digest", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("known", sa.Boolean, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Index("ix_sign_in_attempt_name_digest", "name_digest", "at"),
    sa.Index("ix_sign_in_attempt_source", "source", "at"),
    sa.Index("ix_sign_in_attempt_at", "at"),
)

APPEND_ONLY = ("person", "appointment")


def add_person(tx: Tx, sign_in_name: str, act_id: int) -> int:
    """Write one person and return the inner number."""
    written = sa.insert(person).values(sign_in_name=sign_in_name, act_id=act_id)
    return int(tx.execute(written.returning(person.c.id)).scalar_one())


def add_appointment(tx: Tx, values: dict[str, Any]) -> None:
    """Write what a person is from now on."""
    tx.execute(sa.insert(appointment).values(**values))


def _people() -> sa.Select[Any]:
    newest = sa.select(sa.func.max(appointment.c.id)).group_by(appointment.c.person_id)
    a = appointment.c
    return (
        sa.select(
            *(person.c.id, person.c.sign_in_name, a.display_name, a.language, a.role, a.scope),
            *(a.codes, a.since, a.until, a.suspended),
        )
        .select_from(person.join(appointment, a.person_id == person.c.id))
        .where(a.id.in_(newest))
    )


def find_person(tx: Tx, sign_in_name: str) -> Any | None:
    """Return a person of this name with the newest appointment."""
    return tx.execute(_people().where(person.c.sign_in_name == sign_in_name)).first()


def person_of(tx: Tx, person_id: int) -> Any:
    """Return the person of an inner number with the newest appointment."""
    return tx.execute(_people().where(person.c.id == person_id)).one()


def people(tx: Tx) -> list[Any]:
    """Return everybody with the newest appointment, by name."""
    return list(tx.execute(_people().order_by(person.c.sign_in_name)))


def appointments_of(tx: Tx, person_id: int) -> list[Any]:
    """Return every appointment of a person with its act, oldest first."""
    made = sa.select(appointment, act.c.name, act.c.by, act.c.ground, act.c.recorded_at)
    made = made.join(act, act.c.id == appointment.c.act_id)
    chosen = made.where(appointment.c.person_id == person_id)
    return list(tx.execute(chosen.order_by(appointment.c.id)))


def hold_people(tx: Tx) -> None:
    """Let one transaction at a time change who may do what."""
    if not on_sqlite(tx):
        tx.exec_driver_sql("LOCK TABLE person IN SHARE ROW EXCLUSIVE MODE")


def anybody(tx: Tx) -> bool:
    """Return whether the desk has any user."""
    return tx.execute(sa.select(person.c.id).limit(1)).first() is not None


def find_credential(tx: Tx, person_id: int) -> Any | None:
    """Return how a person's password is known."""
    return tx.execute(sa.select(credential).where(credential.c.person_id == person_id)).first()


def set_credential(tx: Tx, person_id: int, digest: str, at: str) -> None:
    """Keep the hash of a person's password in place of any former one."""
    drop_credential(tx, person_id)
    tx.execute(sa.insert(credential).values(person_id=person_id, hash=digest, set_at=at))


def drop_credential(tx: Tx, person_id: int) -> None:
    """Forget a person's password."""
    tx.execute(sa.delete(credential).where(credential.c.person_id == person_id))


def find_factor(tx: Tx, person_id: int) -> Any | None:
    """Return a person's second factor, enrolled or begun."""
    chosen = sa.select(second_factor).where(second_factor.c.person_id == person_id)
    return tx.execute(chosen).first()


def begin_factor(tx: Tx, person_id: int, secret: bytes) -> None:
    """Keep a sealed secret that is not enrolled yet, in place of any former one."""
    drop_factor(tx, person_id)
    tx.execute(sa.insert(second_factor).values(person_id=person_id, secret=secret, last_step=0))


def drop_factor(tx: Tx, person_id: int) -> None:
    """Forget a person's second factor and recovery codes."""
    tx.execute(sa.delete(second_factor).where(second_factor.c.person_id == person_id))
    tx.execute(sa.delete(recovery_code).where(recovery_code.c.person_id == person_id))


def enrol_factor(tx: Tx, person_id: int, at: str, recovery: Iterable[str]) -> None:
    """Note that a second factor is in use, and the digests of its recovery codes."""
    tx.execute(
        sa.update(second_factor)
        .where(second_factor.c.person_id == person_id)
        .values(enrolled_at=at)
    )
    tx.execute(sa.delete(recovery_code).where(recovery_code.c.person_id == person_id))
    rows = [{"digest": digest, "person_id": person_id} for digest in recovery]
    tx.execute(sa.insert(recovery_code), rows)


def take_step(tx: Tx, person_id: int, step: int) -> bool:
    """Take a step of the clock, and return whether nobody took it or a later one before."""
    taken = tx.execute(
        sa.update(second_factor)
        .where(second_factor.c.person_id == person_id, second_factor.c.last_step < step)
        .values(last_step=step)
    )
    return taken.rowcount == 1


def take_recovery_code(tx: Tx, person_id: int, digest: str) -> bool:
    """Use a recovery code up, and return whether it was there."""
    taken = tx.execute(
        sa.delete(recovery_code).where(
            recovery_code.c.person_id == person_id, recovery_code.c.digest == digest
        )
    )
    return taken.rowcount == 1


def add_session(tx: Tx, values: dict[str, Any]) -> None:
    """Write one session."""
    tx.execute(sa.insert(session).values(**values))


def find_session(tx: Tx, digest: str) -> Any | None:
    """Return the session of a token's digest."""
    return tx.execute(sa.select(session).where(session.c.digest == digest)).first()


def sessions_of(tx: Tx, person_id: int) -> list[Any]:
    """Return a person's sessions, the newest first."""
    chosen = sa.select(session).where(session.c.person_id == person_id)
    return list(tx.execute(chosen.order_by(session.c.created_at.desc(), session.c.digest)))


def see_session(tx: Tx, digest: str, at: str) -> None:
    """Note that a session was used."""
    tx.execute(sa.update(session).where(session.c.digest == digest).values(seen_at=at))


def revoke_session(tx: Tx, digest: str, at: str) -> None:
    """End one session."""
    chosen = sa.and_(session.c.digest == digest, session.c.revoked_at.is_(None))
    tx.execute(sa.update(session).where(chosen).values(revoked_at=at))


def revoke_sessions(tx: Tx, person_id: int, at: str, begins: str = "") -> int:
    """End a person's sessions whose digest begins so, and return how many had not ended."""
    chosen = sa.and_(session.c.person_id == person_id, session.c.revoked_at.is_(None))
    chosen = sa.and_(chosen, session.c.digest.startswith(begins, autoescape=True))
    return int(tx.execute(sa.update(session).where(chosen).values(revoked_at=at)).rowcount)


def forget_sessions(tx: Tx, before: str) -> None:
    """Forget sessions that ended, and devices last known, before a moment."""
    tx.execute(sa.delete(session).where(session.c.expires_at < before))
    tx.execute(sa.delete(known_device).where(known_device.c.expires_at < before))


def add_device(tx: Tx, digest: str, person_id: int, expires_at: str) -> None:
    """Know a device from which a person signed in."""
    tx.execute(
        sa.insert(known_device).values(digest=digest, person_id=person_id, expires_at=expires_at)
    )


def find_device(tx: Tx, digest: str) -> Any | None:
    """Return a known device."""
    return tx.execute(sa.select(known_device).where(known_device.c.digest == digest)).first()


def forget_devices(tx: Tx, person_id: int) -> None:
    """Know none of a person's devices any more."""
    tx.execute(sa.delete(known_device).where(known_device.c.person_id == person_id))


def add_link(tx: Tx, values: dict[str, Any]) -> None:
    """Write a one-time link; a person's former ones no longer open."""
    tx.execute(sa.delete(one_time_link).where(one_time_link.c.person_id == values["person_id"]))
    tx.execute(sa.insert(one_time_link).values(**values))


def drop_links(tx: Tx, person_id: int) -> None:
    """Let none of a person's one-time links open any more."""
    tx.execute(sa.delete(one_time_link).where(one_time_link.c.person_id == person_id))


def find_link(tx: Tx, digest: str) -> Any | None:
    """Return a one-time link."""
    return tx.execute(sa.select(one_time_link).where(one_time_link.c.digest == digest)).first()


def use_link(tx: Tx, digest: str, at: str) -> bool:
    """Use a link up, and return whether nobody had."""
    chosen = sa.and_(one_time_link.c.digest == digest, one_time_link.c.used_at.is_(None))
    return tx.execute(sa.update(one_time_link).where(chosen).values(used_at=at)).rowcount == 1


def add_token(tx: Tx, values: dict[str, Any]) -> int:
    """Write one personal token and return its number."""
    written = sa.insert(access_token).values(**values).returning(access_token.c.id)
    return int(tx.execute(written).scalar_one())


def find_token(tx: Tx, digest: str) -> Any | None:
    """Return a personal token by its digest."""
    return tx.execute(sa.select(access_token).where(access_token.c.digest == digest)).first()


def tokens_of(tx: Tx, person_id: int) -> list[Any]:
    """Return a person's tokens, oldest first."""
    chosen = sa.select(access_token).where(access_token.c.person_id == person_id)
    return list(tx.execute(chosen.order_by(access_token.c.id)))


def revoke_tokens(tx: Tx, person_id: int, at: str, number: int | None = None) -> int:
    """End a person's token of a number, or all of them, and return how many were not ended."""
    chosen = sa.and_(access_token.c.person_id == person_id, access_token.c.revoked_at.is_(None))
    if number is not None:
        chosen = sa.and_(chosen, access_token.c.id == number)
    return int(tx.execute(sa.update(access_token).where(chosen).values(revoked_at=at)).rowcount)


def hold_attempts(tx: Tx) -> None:
    """Count and write attempts to sign in one after the other, so that none is overlooked."""
    if not on_sqlite(tx):
        tx.exec_driver_sql("LOCK TABLE sign_in_attempt IN SHARE ROW EXCLUSIVE MODE")


def add_attempt(tx: Tx, values: dict[str, Any]) -> int:
    """Write an attempt that counts as failed until it is forgotten; return its number."""
    written = sa.insert(sign_in_attempt).values(**values).returning(sign_in_attempt.c.id)
    return int(tx.execute(written).scalar_one())


def forget_attempt(tx: Tx, number: int) -> None:
    """Forget an attempt that succeeded."""
    tx.execute(sa.delete(sign_in_attempt).where(sign_in_attempt.c.id == number))


def forget_attempts(tx: Tx, before: str) -> None:
    """Forget attempts made before a moment."""
    tx.execute(sa.delete(sign_in_attempt).where(sign_in_attempt.c.at < before))


def attempts_on(tx: Tx, name_digest: str, since: str) -> list[Any]:
    """Return the failed attempts on a name since a moment, in the order of writing."""
    a = sign_in_attempt.c
    chosen = sa.select(a.source, a.known, a.at).where(a.name_digest == name_digest, a.at > since)
    return list(tx.execute(chosen.order_by(a.id)))


def attempts_from(tx: Tx, source: str, since: str) -> int:
    """Return how many attempts from a source have failed since a moment, on whatever name."""
    a = sign_in_attempt.c
    chosen = sa.select(sa.func.count()).where(a.source == source, a.at > since)
    return int(tx.execute(chosen).scalar_one())
