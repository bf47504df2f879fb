"""People as an administrator looks at them: since when they are away, and what became of them."""

from typing import NamedTuple

from creditdesk import records
from creditdesk.db import Tx
from creditdesk.settings import Settings
from creditdesk.users import people
from creditdesk.users.people import Admitted, Appointment


class Known(NamedTuple):
    """Somebody who is admitted, and when they signed in last, ISO; None for never."""

    admitted: Admitted
    signed_in_at: str | None


class Change(NamedTuple):
    """What was made of somebody: by which act of whom, why, when [ISO], and what they were then.

    appointment  None where the act is about the bank's identity provider
    """

    act: str
    by: str
    ground: str
    at: str
    appointment: Appointment | None


def everybody(tx: Tx, configured: Settings) -> tuple[Known, ...]:
    """Return everybody, by name."""
    numbers = {row.sign_in_name: row.id for row in records.users.people(tx)}
    seen = records.arrivals.newest(tx)
    return tuple(
        Known(one, seen.get(numbers[one.sign_in_name])) for one in people.people(tx, configured)
    )


def one(tx: Tx, configured: Settings, sign_in_name: str) -> Known:
    """Return somebody by name; raises PersonNotFound."""
    name = people.person(tx, sign_in_name).sign_in_name
    return next(
        found for found in everybody(tx, configured) if found.admitted.sign_in_name == name
    )


def history(tx: Tx, sign_in_name: str) -> tuple[Change, ...]:
    """Return what was made of somebody, the newest first; raises PersonNotFound."""
    number = people.person(tx, sign_in_name).id
    appointed = [
        Change(row.name, row.by, row.ground, row.recorded_at, people.appointment_from(row))
        for row in records.users.appointments_of(tx, number)
    ]
    linked = [
        Change(row.name, row.by, row.ground, row.recorded_at, None)
        for row in records.identities.acts_on(tx, number)
    ]
    return tuple(sorted(appointed + linked, key=lambda change: change.at, reverse=True))
