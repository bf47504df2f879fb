"""Sessions: who somebody is from one request to the next, until idle, too long, or revoked."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from creditdesk import records
from creditdesk.db import Tx
from creditdesk.errors import Denied, NotFound
from creditdesk.settings import Settings
from creditdesk.users import held, people
from creditdesk.users.permissions import Person

_WAITING = timedelta(minutes=10)
_NOTED_EVERY = timedelta(minutes=1)
_NUMBER = 12


class SessionOver(Denied):
    """Nobody is signed in here, or not any more."""

    code = "session-over"


class SessionNotFound(NotFound):
    """This person has no such session that still opens."""

    code = "session-not-found"


class Stage(StrEnum):
    """How far somebody is signed in: wholly, but for a code, or but for a second factor."""

    FULL = "full"
    CODE = "code"
    ENROL = "enrol"


class Client(NamedTuple):
    """Where a request comes from: its address, the secret of a device known, and its program."""

    address: str
    device: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that begins; `token` and `device` are shown this once.

    device  the secret by which this client is known later; empty until a session is whole
    """

    person: Person
    stage: Stage
    token: str = field(repr=False)
    device: str = field(repr=False)


class Seen(NamedTuple):
    """Somebody who is signed in; `stale` asks for `see`, which notes that they are still there."""

    person: Person
    stale: bool


class Kept(NamedTuple):
    """A session as an administrator sees it; moments as ISO text."""

    number: str
    stage: str
    created_at: str
    seen_at: str
    expires_at: str
    revoked_at: str | None


def begin(
    tx: Tx, configured: Settings, *, person: Person, stage: Stage, client: Client, at: datetime
) -> Begun:
    """Write a session under a fresh token and return it."""
    token, moment = held.new_secret(), held.kept(at)
    whole = stage is Stage.FULL
    life = timedelta(hours=configured.session_hours) if whole else _WAITING
    records.users.forget_sessions(tx, held.kept(at - timedelta(days=1)))
    records.users.add_session(
        tx,
        {
            "digest": held.digest(token),
            "person_id": person.id,
            "stage": stage.value,
            "created_at": moment,
            "seen_at": moment,
            "expires_at": held.kept(at + life),
            "agent": held.digest(client.agent),
        },
    )
    if whole:
        records.arrivals.note(tx, person.id, moment)
    return Begun(
        person, stage, token, _device(tx, configured, person, client, at) if whole else ""
    )


def _device(tx: Tx, configured: Settings, person: Person, client: Client, at: datetime) -> str:
    """Return the secret by which a client is known for a person, the one it has if that holds."""
    known = records.users.find_device(tx, held.digest(client.device))
    if known is not None and known.person_id == person.id and known.expires_at > held.kept(at):
        return client.device
    secret = held.new_secret()
    until = held.kept(at + timedelta(days=configured.device_days))
    records.users.add_device(tx, held.digest(secret), person.id, until)
    return secret


def who(tx: Tx, configured: Settings, *, token: str, at: datetime) -> Seen:
    """Return who is wholly signed in under a token; raises SessionOver."""
    return waiting(tx, configured, token=token, stage=Stage.FULL, at=at)


def waiting(tx: Tx, configured: Settings, *, token: str, stage: Stage, at: datetime) -> Seen:
    """Return who is signed in as far as a stage; raises SessionOver."""
    row = records.users.find_session(tx, held.digest(token))
    if row is None or row.stage != stage or _is_over(row, configured, at):
        raise SessionOver
    person = records.users.person_of(tx, row.person_id)
    if not people.in_office(person, held.day_of(at)):
        raise SessionOver
    return Seen(people.person_from(person), row.seen_at < held.kept(at - _NOTED_EVERY))


def left(tx: Tx, *, token: str, at: datetime) -> Person | None:
    """Return whose session ran out by time under a token: not whose was ended, or shut out."""
    row = records.users.find_session(tx, held.digest(token))
    if row is None or row.stage != Stage.FULL or row.revoked_at is not None:
        return None
    person = records.users.person_of(tx, row.person_id)
    return people.person_from(person) if people.in_office(person, held.day_of(at)) else None


def _is_over(row: Any, configured: Settings, at: datetime) -> bool:
    idle = timedelta(minutes=configured.session_idle_minutes)
    return (
        row.revoked_at is not None
        or row.expires_at <= held.kept(at)
        or row.seen_at <= held.kept(at - idle)
    )


def see(tx: Tx, *, token: str, at: datetime) -> None:
    """Note that a session is still used: it is not idle from this moment on."""
    records.users.see_session(tx, held.digest(token), held.kept(at))


def end(tx: Tx, *, token: str, at: datetime) -> None:
    """Sign out: the session of a token ends at once; of no session it is nothing."""
    records.users.revoke_session(tx, held.digest(token), held.kept(at))


def end_one(tx: Tx, *, person: Person, number: str, at: datetime) -> None:
    """End a session of a person by the number that `sessions_of` tells; raises SessionNotFound."""
    known = len(number) == _NUMBER
    if not known or not records.users.revoke_sessions(tx, person.id, held.kept(at), number):
        raise SessionNotFound(number=number)


def end_others(tx: Tx, *, person: Person, token: str, at: datetime) -> int:
    """End every session of a person but that of a token, and return how many ended."""
    own = number_of(token)
    numbers = [kept.number for kept in sessions_of(tx, person) if kept.number != own]
    moment = held.kept(at)
    return sum(records.users.revoke_sessions(tx, person.id, moment, each) for each in numbers)


def number_of(token: str) -> str:
    """Return the number under which the session of a token is told."""
    return held.digest(token)[:_NUMBER]


def is_running(kept: Kept, configured: Settings, at: datetime) -> bool:
    """Return whether a session opens still."""
    return not _is_over(kept, configured, at)


def sessions_of(tx: Tx, person: Person) -> tuple[Kept, ...]:
    """Return a person's sessions, the newest first; their numbers open nothing."""
    return tuple(
        Kept(
            row.digest[:_NUMBER],
            row.stage,
            row.created_at,
            row.seen_at,
            row.expires_at,
            row.revoked_at,
        )
        for row in records.users.sessions_of(tx, person.id)
    )


def form_token(token: str) -> str:
    """Return what a form of a session carries, so that no other site can send it (CSRF)."""
    return held.digest(f"form:{token}")
