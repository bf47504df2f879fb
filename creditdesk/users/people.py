"""People: admitting them, appointing them, suspending them, and opening the door to them again."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from creditdesk import ledger, records, words
from creditdesk.db import Tx
from creditdesk.errors import Conflict, NotFound, Refused
from creditdesk.settings import Settings
from creditdesk.users import held, passwords, permissions
from creditdesk.users.permissions import EVERYTHING, SYSTEM, Person, Role, Scope

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,30}[a-z0-9])?")


class PersonNotFound(NotFound):
    """Nobody of this name uses the desk."""

    code = "person-not-found"


class NameTaken(Conflict):
    """Somebody has this name."""

    code = "name-taken"


class NameUnfit(Refused):
    """A name to sign in with is of small letters, digits, points and dashes."""

    code = "name-unfit"


class LanguageUnknown(Refused):
    """The desk does not speak this language."""

    code = "language-unknown"


class OwnAppointment(Refused):
    """Nobody changes what they are themselves."""

    code = "own-appointment"


class LastAdministrator(Refused):
    """Somebody must be left who can admit people."""

    code = "last-administrator"


class AdministratorThere(Refused):
    """There is an administrator already: people are admitted by that one."""

    code = "administrator-there"


class AppointmentEndsBefore(Refused):
    """An appointment ends before it begins."""

    code = "appointment-ends-before"


class LinkSpent(NotFound):
    """This link opens nothing: it was used, is too old, or another took its place."""

    code = "link-spent"


@dataclass(frozen=True, slots=True)
class Appointment:
    """What somebody is: role and scope, from a day to a day [date], and how they are addressed."""

    display_name: str
    role: Role
    scope: Scope
    since: date
    until: date | None = None
    language: str = "vi"
    suspended: bool = False

    def holds_on(self, day: date) -> bool:
        """Return whether it counts on a day."""
        return not self.suspended and self.since <= day and (not self.until or day <= self.until)


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody with the appointment that counts now."""

    sign_in_name: str
    appointment: Appointment
    has_password: bool
    has_second_factor: bool
    is_linked: bool


def name_of(said: str) -> str:
    """Return a name as it is kept: without blanks about it and without capitals."""
    return said.strip().casefold()


def anybody(tx: Tx) -> bool:
    """Return whether the desk has users at all."""
    return records.users.anybody(tx)


def add(tx: Tx, *, sign_in_name: str, appointment: Appointment, deed: ledger.Deed) -> None:
    """Admit somebody; a one-time link (`reset`) lets them choose a password.

    Raises NameUnfit, NameTaken, ScopeUnfit, LanguageUnknown, AppointmentEndsBefore.
    """
    records.users.hold_people(tx)
    _admit(tx, sign_in_name, appointment, deed)


def begin(
    tx: Tx, configured: Settings, *, sign_in_name: str, at: datetime, deed: ledger.Deed
) -> str:
    """Admit the first administrator and return the secret of the link to a password.

    Raises AdministratorThere and what `add` raises.
    """
    records.users.hold_people(tx)
    if _administrators(tx, held.day_of(at)):
        raise AdministratorThere
    since = held.day_of(at)
    first = Appointment(sign_in_name, Role.ADMINISTRATOR, EVERYTHING, since)
    _admit(tx, sign_in_name, replace(first, language=configured.language), deed)
    return reset(tx, configured, sign_in_name=sign_in_name, at=at, deed=deed)


def _admit(tx: Tx, sign_in_name: str, appointment: Appointment, deed: ledger.Deed) -> int:
    name = name_of(sign_in_name)
    if not _NAME.fullmatch(name) or name == SYSTEM.sign_in_name:
        raise NameUnfit(name=sign_in_name)
    if records.users.find_person(tx, name) is not None:
        raise NameTaken(name=name)
    _demand(appointment)
    act_id = ledger.begin_act(tx, "users-add", deed)
    person_id = records.users.add_person(tx, name, act_id)
    _write(tx, person_id, appointment, act_id)
    return person_id


def change(
    tx: Tx,
    *,
    sign_in_name: str,
    appointment: Appointment,
    at: datetime,
    deed: ledger.Deed,
) -> None:
    """Appoint somebody to something else; sessions begun before end.

    Raises PersonNotFound, OwnAppointment, LastAdministrator, ScopeUnfit, LanguageUnknown,
    AppointmentEndsBefore.
    """
    _appoint(tx, "users-change", sign_in_name, appointment, at=at, deed=deed)


def suspend(tx: Tx, *, sign_in_name: str, at: datetime, deed: ledger.Deed) -> None:
    """Shut somebody out: sessions, tokens and links end at once; raises as `change` does."""
    former = appointment_of(tx, sign_in_name)
    person_id = _appoint(
        tx, "users-suspend", sign_in_name, replace(former, suspended=True), at=at, deed=deed
    )
    records.users.revoke_tokens(tx, person_id, held.kept(at))
    records.users.drop_links(tx, person_id)


def restore(tx: Tx, *, sign_in_name: str, at: datetime, deed: ledger.Deed) -> None:
    """Let somebody in again who was suspended; raises as `change` does."""
    former = appointment_of(tx, sign_in_name)
    _appoint(tx, "users-restore", sign_in_name, replace(former, suspended=False), at=at, deed=deed)


def reset(
    tx: Tx,
    configured: Settings,
    *,
    sign_in_name: str,
    at: datetime,
    deed: ledger.Deed,
    second_factor: bool = False,
) -> str:
    """Forget somebody's password and return the secret of a link that opens once, to a new one.

    second_factor  whether that is forgotten too: the telephone was lost

    Empty where no password lets them in, see `signs_in_elsewhere`. Sessions and tokens end. Raises
    PersonNotFound.
    """
    row = _row(tx, sign_in_name)
    act_id = ledger.begin_act(tx, "users-reset", deed)
    records.users.drop_credential(tx, row.id)
    revoke_all_of(tx, row.id, at)
    if second_factor:
        records.users.drop_factor(tx, row.id)
    if signs_in_elsewhere(tx, configured, row.id):
        return ""
    secret = held.new_secret()
    expires = at + timedelta(hours=configured.link_hours)
    records.users.add_link(
        tx,
        {
            "digest": held.digest(secret),
            "person_id": row.id,
            "expires_at": held.kept(expires),
            "act_id": act_id,
        },
    )
    return secret


def signs_in_elsewhere(tx: Tx, configured: Settings, person_id: int) -> bool:
    """Return whether the settings send somebody to the identity provider, and take no password."""
    issuer = configured.provider_issuer
    sent = issuer and configured.provider_passwords == "off"
    return bool(sent) and records.identities.subject_of(tx, issuer, person_id) is not None


def link_opens(tx: Tx, *, secret: str, at: datetime) -> Person:
    """Return whose password a one-time link sets; raises LinkSpent."""
    link = records.users.find_link(tx, held.digest(secret))
    if link is None or link.used_at or link.expires_at <= held.kept(at):
        raise LinkSpent
    row = records.users.person_of(tx, link.person_id)
    if row.suspended:
        raise LinkSpent
    return person_from(row)


def set_password(
    tx: Tx, configured: Settings, *, secret: str, password: str, at: datetime
) -> Person:
    """Set a password by a one-time link, which is spent then; every session ends.

    Raises LinkSpent and the refusals of `passwords.demand`.
    """
    person = link_opens(tx, secret=secret, at=at)
    passwords.demand(configured, password, person.sign_in_name, person.display_name)
    if not records.users.use_link(tx, held.digest(secret), held.kept(at)):
        raise LinkSpent
    revoke_all_of(tx, person.id, at)
    hashed = passwords.hash_of(configured, password)
    records.users.set_credential(tx, person.id, hashed, held.kept(at))
    return person


def revoke_all(tx: Tx, *, sign_in_name: str, at: datetime, deed: ledger.Deed) -> int:
    """End every session and token of somebody, know no device of theirs; return how many ended.

    Raises PersonNotFound.
    """
    row = _row(tx, sign_in_name)
    ledger.begin_act(tx, "users-revoke", deed)
    records.users.forget_devices(tx, row.id)
    return revoke_all_of(tx, row.id, at)


def revoke_all_of(tx: Tx, person_id: int, at: datetime) -> int:
    """End every session and token of a person and return how many."""
    moment = held.kept(at)
    ended = records.users.revoke_sessions(tx, person_id, moment)
    return ended + records.users.revoke_tokens(tx, person_id, moment)


def people(tx: Tx, configured: Settings) -> tuple[Admitted, ...]:
    """Return everybody, by name."""
    by_password, by_factor, linked = records.identities.ways_in(tx, configured.provider_issuer)
    return tuple(
        Admitted(
            row.sign_in_name,
            appointment_from(row),
            row.id in by_password,
            row.id in by_factor,
            row.id in linked,
        )
        for row in records.users.people(tx)
    )


def person(tx: Tx, sign_in_name: str) -> Person:
    """Return somebody by name, whether they may sign in or not; raises PersonNotFound."""
    return person_from(_row(tx, sign_in_name))


def appointment_of(tx: Tx, sign_in_name: str) -> Appointment:
    """Return somebody's newest appointment; raises PersonNotFound."""
    return appointment_from(_row(tx, sign_in_name))


def has_second_factor(tx: Tx, person_id: int) -> bool:
    """Return whether a person has enrolled a second factor."""
    factor = records.users.find_factor(tx, person_id)
    return factor is not None and factor.enrolled_at is not None


def person_from(row: Any) -> Person:
    """Return the person of a row of `records.users`."""
    scope = _scope(row)
    return Person(row.id, row.sign_in_name, row.display_name, Role(row.role), scope, row.language)


def in_office(row: Any, day: date) -> bool:
    """Return whether the appointment of a row of `records.users` counts on a day."""
    return appointment_from(row).holds_on(day)


def _scope(row: Any) -> Scope:
    return Scope(row.scope, tuple(filter(None, row.codes.split(","))))


def appointment_from(row: Any) -> Appointment:
    """Return the appointment of a row of `records.users`."""
    return Appointment(
        display_name=row.display_name,
        role=Role(row.role),
        scope=_scope(row),
        since=row.since,
        until=row.until,
        language=row.language,
        suspended=row.suspended,
    )


def find(tx: Tx, said: str) -> Any | None:
    """Return the row of whoever has this name, None for a name that nobody can have."""
    name = name_of(said)
    return records.users.find_person(tx, name) if _NAME.fullmatch(name) else None


def _row(tx: Tx, sign_in_name: str) -> Any:
    row = find(tx, sign_in_name)
    if row is None:
        raise PersonNotFound(name=sign_in_name)
    return row


def _appoint(
    tx: Tx, act: str, sign_in_name: str, wanted: Appointment, *, at: datetime, deed: ledger.Deed
) -> int:
    records.users.hold_people(tx)
    row = _row(tx, sign_in_name)
    if name_of(deed.by) == row.sign_in_name:
        raise OwnAppointment(by=deed.by)
    _demand(wanted)
    day = held.day_of(at)
    keeps = wanted.role is Role.ADMINISTRATOR and wanted.holds_on(day)
    if not keeps and _administrators(tx, day) == [row.sign_in_name]:
        raise LastAdministrator(name=row.sign_in_name)
    _write(tx, row.id, wanted, ledger.begin_act(tx, act, deed))
    records.users.revoke_sessions(tx, row.id, held.kept(at))
    return int(row.id)


def _administrators(tx: Tx, day: date) -> list[str]:
    return [
        row.sign_in_name
        for row in records.users.people(tx)
        if row.role == Role.ADMINISTRATOR and in_office(row, day)
    ]


def _demand(wanted: Appointment) -> None:
    if wanted.role is Role.SYSTEM:
        raise permissions.ScopeUnfit(role=wanted.role.value, scopes=[])
    permissions.fit(wanted.role, wanted.scope)
    if wanted.language not in words.LANGUAGES:
        raise LanguageUnknown(language=wanted.language, languages=list(words.LANGUAGES))
    if wanted.until is not None and wanted.until < wanted.since:
        raise AppointmentEndsBefore(since=wanted.since, until=wanted.until)


def _write(tx: Tx, person_id: int, wanted: Appointment, act_id: int) -> None:
    records.users.add_appointment(
        tx,
        {
            "person_id": person_id,
            "display_name": wanted.display_name.strip(),
            "language": wanted.language,
            "role": wanted.role.value,
            "scope": wanted.scope.kind,
            "codes": ",".join(wanted.scope.codes),
            "since": wanted.since,
            "until": wanted.until,
            "suspended": wanted.suspended,
            "act_id": act_id,
        },
    )
