"""People for tests: appointed through the acts, with passwords that cost little to weigh."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from creditdesk import ledger, settings, users
from creditdesk.users import codes, factors, people, sessions, signing
from creditdesk.users.people import Appointment
from creditdesk.users.permissions import EVERYTHING, Role, Scope
from creditdesk.users.signing import SignInRefused, TooManyTries

CONFIGURED = replace(settings.load({}), password_passes=1, password_memory_kib=8)
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PASSWORD = "bốn con ngựa trắng"
OFFICE = Scope("office", ("004403",))
DEED = ledger.Deed("admin", "2026-11-22T08:00:00+00:00")
HERE = users.Client("127.0.0.1")
SCOPES = {
    Role.OFFICER: OFFICE,
    Role.GROUP_HEAD: Scope("group", ("9333001",)),
    Role.COMMITTEE: Scope("commune", ("19333",)),
    Role.SUPERVISOR: OFFICE,
    Role.REVIEWER: Scope("province", ("44",)),
    Role.ADMINISTRATOR: EVERYTHING,
    Role.AUDITOR: EVERYTHING,
}


def an_appointment(role=Role.OFFICER, **changes):
    """Return an appointment of an invented person to a role."""
    said = Appointment("Người dùng (minh họa)", role, SCOPES[role], date(2026, 1, 1))
    return replace(said, **changes)


def a_user(tx, name="an", role=Role.OFFICER, *, password=PASSWORD, at=NOW, **changes):
    """Admit somebody with a password and return the person."""
    people.add(tx, sign_in_name=name, appointment=an_appointment(role, **changes), deed=DEED)
    if password:
        link = people.reset(tx, CONFIGURED, sign_in_name=name, at=at, deed=DEED)
        people.set_password(tx, CONFIGURED, secret=link, password=password, at=at)
    return people.person(tx, name)


def enrolled(database, person, at=NOW):
    """Enrol a second factor and return its key and codes for recovery."""
    with database.begin() as tx:
        key = factors.begin(tx, person=person).key
        code = codes.code_of(key, codes.step_at(at) - 1)
        recovery = factors.enrol(tx, person=person, code=code, at=at)
    return key, recovery


def sign_in(database, name="an", password=PASSWORD, *, client=HERE, at=NOW, code=""):
    """Sign in and return the session begun."""
    return signing.sign_in(
        database,
        CONFIGURED,
        name=name,
        password=password,
        code=code,
        client=client,
        at=at,
    )


def who(database, token, at=NOW):
    """Return the name of who is signed in under a token."""
    with database.read() as tx:
        return sessions.who(tx, CONFIGURED, token=token, at=at).person.sign_in_name


def later(**time):
    """Return a moment so much after NOW."""
    return NOW + timedelta(**time)


def fail(database, name="an", *, client=HERE, at=NOW, times=1):
    """Try to sign in with a wrong password, which is refused."""
    for _ in range(times):
        with pytest.raises(SignInRefused):
            sign_in(database, name, "không phải mật khẩu", client=client, at=at)


def admit(database, name="an", role=Role.OFFICER, **changes):
    """Admit somebody with a password in a transaction of its own and return the person."""
    with database.begin() as tx:
        return a_user(tx, name, role, **changes)


def waiting_seconds(database, *, client=HERE, at=NOW, name="an"):
    """Return how long a try has to wait, though its password is right."""
    with pytest.raises(TooManyTries) as refused:
        sign_in(database, name, client=client, at=at)
    return refused.value.facts["seconds"]
