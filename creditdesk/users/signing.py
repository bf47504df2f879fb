"""Signing in: a name and a password, tried so often and no oftener, then a session.

How tries are counted, and why nobody can shut another out: docs/decisions/0016-signing-in.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from creditdesk import records
from creditdesk.db import Database, Tx
from creditdesk.errors import Denied
from creditdesk.settings import Settings
from creditdesk.users import factors, held, passwords, people, sessions
from creditdesk.users.permissions import Person, table
from creditdesk.users.sessions import Begun, Client, Stage

_REMEMBERED = timedelta(hours=24)
_LONGEST_DOUBLING = 5


class SignInRefused(Denied):
    """Name, password or code is wrong, or nobody of this name may sign in: which, is not told."""

    code = "sign-in-refused"


class TooManyTries(Denied):
    """So many tries failed that the next one has to wait; it says nothing of who exists."""

    code = "too-many-tries"


@dataclass(frozen=True, slots=True)
class _Knock:
    """A try that was admitted: it counts as failed until it succeeds."""

    attempt: int
    person_id: int | None
    known: bool
    hash: str | None = field(repr=False)


class _Tried(NamedTuple):
    """What tries are counted by: digests of the name, of the source, and of the address."""

    name: str
    source: str
    address: str
    known: bool


def sign_in(
    door: Database,
    configured: Settings,
    *,
    name: str,
    password: str,
    code: str = "",
    client: Client,
    at: datetime,
) -> Begun:
    """Begin a session: whole, or one that only takes or enrols the second factor.

    A try is written down in a transaction of its own, so that a refusal leaves its trace, and the
    password is weighed between two transactions, so that nobody waits for it.

    Raises SignInRefused, TooManyTries.
    """
    knock = _knock(door, configured, name, client, at)
    if not passwords.proves(configured, knock.hash, password):
        raise SignInRefused
    fresh = None
    if knock.hash is not None and passwords.is_outdated(configured, knock.hash):
        fresh = passwords.hash_of(configured, password)
    with door.begin() as tx:
        person = _still(tx, knock, at)
        if fresh:
            records.users.set_credential(tx, person.id, fresh, held.kept(at))
        stage = stage_of(tx, person)
        if stage is Stage.CODE and code:
            _take_code(tx, person, code, at)
            stage = Stage.FULL
        records.users.forget_attempt(tx, knock.attempt)
        return sessions.begin(tx, configured, person=person, stage=stage, client=client, at=at)


def give_code(
    door: Database,
    configured: Settings,
    *,
    token: str,
    code: str,
    client: Client,
    at: datetime,
) -> Begun:
    """Finish signing in with a code of the second factor, or one for recovery.

    token  of the session that waits for it, which ends

    Raises SessionOver, SignInRefused, TooManyTries.
    """
    with door.read() as tx:
        waiting = sessions.waiting(tx, configured, token=token, stage=Stage.CODE, at=at)
    knock = _knock(door, configured, waiting.person.sign_in_name, client, at)
    with door.begin() as tx:
        person = sessions.waiting(tx, configured, token=token, stage=Stage.CODE, at=at).person
        _take_code(tx, person, code, at)
        records.users.forget_attempt(tx, knock.attempt)
        sessions.end(tx, token=token, at=at)
        return sessions.begin(
            tx, configured, person=person, stage=Stage.FULL, client=client, at=at
        )


def change_password(
    door: Database,
    configured: Settings,
    *,
    person: Person,
    password: str,
    wanted: str,
    client: Client,
    at: datetime,
) -> None:
    """Replace somebody's own password; every session and token of theirs ends.

    Raises SignInRefused, TooManyTries and the refusals of `passwords.demand`.
    """
    passwords.demand(configured, wanted, person.sign_in_name, person.display_name)
    knock = _knock(door, configured, person.sign_in_name, client, at)
    if not passwords.proves(configured, knock.hash, password):
        raise SignInRefused
    hashed = passwords.hash_of(configured, wanted)
    with door.begin() as tx:
        _still(tx, knock, at)
        records.users.forget_attempt(tx, knock.attempt)
        records.users.set_credential(tx, person.id, hashed, held.kept(at))
        people.revoke_all_of(tx, person.id, at)


def change_factor(
    door: Database,
    configured: Settings,
    *,
    person: Person,
    former: str,
    sealed: str,
    code: str,
    client: Client,
    at: datetime,
) -> tuple[str, ...]:
    """Put a key that was offered in place of somebody's second factor; return recovery codes.

    former  a code of the factor that goes, or one for recovery; not asked where there is none
    sealed  the key that `factors.offer` offered, and `code` a code of it

    Sessions end. Raises SignInRefused, TooManyTries, OfferGone, CodeWrong.
    """
    knock = _knock(door, configured, person.sign_in_name, client, at)
    with door.begin() as tx:
        if people.has_second_factor(tx, person.id):
            _take_code(tx, person, former, at)
        recovery = factors.replace(tx, person=person, sealed=sealed, code=code, at=at)
        records.users.forget_attempt(tx, knock.attempt)
        return recovery


def stage_of(tx: Tx, person: Person) -> Stage:
    """Return what a right password leads to: all, or a second factor of ours."""
    if people.has_second_factor(tx, person.id):
        return Stage.CODE
    return Stage.ENROL if table().roles[person.role].second_factor else Stage.FULL


def _take_code(tx: Tx, person: Person, code: str, at: datetime) -> None:
    if not factors.takes(tx, person_id=person.id, code=code, at=at):
        raise SignInRefused


def _still(tx: Tx, knock: _Knock, at: datetime) -> Person:
    """Return who knocked, unless password or appointment ended in between."""
    if knock.person_id is None:
        raise SignInRefused
    row = records.users.person_of(tx, knock.person_id)
    credential = records.users.find_credential(tx, knock.person_id)
    same = credential is not None and credential.hash == knock.hash
    if not same or not people.in_office(row, held.day_of(at)):
        raise SignInRefused
    return people.person_from(row)


def _knock(
    door: Database, configured: Settings, name: str, client: Client, at: datetime
) -> _Knock:
    """Write a try down and return it, or refuse it because too many before it failed."""
    with door.begin() as tx:
        records.users.hold_attempts(tx)
        records.users.forget_attempts(tx, held.kept(at - _REMEMBERED))
        row = people.find(tx, name)
        tried = _tried(tx, name, row, client, at)
        wait = _wait(tx, configured, tried, at)
        if wait > timedelta():
            raise TooManyTries(seconds=int(wait.total_seconds()))
        attempt = records.users.add_attempt(
            tx,
            {
                "name_digest": tried.name,
                "source": tried.source,
                "known": tried.known,
                "at": held.kept(at),
            },
        )
        there = row if row and people.in_office(row, held.day_of(at)) else None
        credential = _credential(tx, configured, there.id) if there else None
        return _Knock(
            attempt,
            there.id if there else None,
            tried.known,
            credential.hash if credential else None,
        )


def _credential(tx: Tx, configured: Settings, person_id: int) -> Any | None:
    """Return how a password is known, None for whom the settings send to the provider."""
    if people.signs_in_elsewhere(tx, configured, person_id):
        return None
    return records.users.find_credential(tx, person_id)


def _tried(tx: Tx, name: str, row: Any, client: Client, at: datetime) -> _Tried:
    device = records.users.find_device(tx, held.digest(client.device))
    known = (
        device is not None
        and row is not None
        and device.person_id == row.id
        and device.expires_at > held.kept(at)
    )
    address = held.digest(f"address:{client.address}")
    source = held.digest(f"device:{client.device}") if known else address
    return _Tried(held.digest(f"name:{people.name_of(name)}"), source, address, known)


def _wait(tx: Tx, configured: Settings, tried: _Tried, at: datetime) -> timedelta:
    """Return how long this try has to wait [timedelta]; none: it need not.

    After each full round of tries from one source the wait doubles.
    """
    window = timedelta(minutes=configured.sign_in_minutes)
    failed = records.users.attempts_on(tx, tried.name, held.kept(at - _REMEMBERED))
    own = [_moment(row) for row in failed if row.source == tried.source]
    until = [_free(own, configured.sign_in_tries, window, at)]
    rounds, rest = divmod(len(own), configured.sign_in_tries)
    if rounds and not rest:
        until.append(own[-1] + window * (1 << min(rounds - 1, _LONGEST_DOUBLING)))
    if not tried.known:
        strangers = [_moment(row) for row in failed if not row.known]
        until.append(_free(strangers, configured.sign_in_tries_of_strangers, window, at))
        from_there = records.users.attempts_from(tx, tried.address, held.kept(at - window))
        if from_there >= configured.sign_in_tries_of_address:
            until.append(at + window)
    return max(until) - at


def _moment(row: Any) -> datetime:
    return datetime.fromisoformat(row.at)


def _free(failed: Sequence[datetime], most: int, window: timedelta, at: datetime) -> datetime:
    """Return when fewer than so many tries lie within the window before."""
    recent = [moment for moment in failed if moment > at - window]
    return recent[-most] + window if len(recent) >= most else at
