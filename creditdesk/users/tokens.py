"""Personal tokens: by which a program does some of what its person may, for a while."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from creditdesk import records
from creditdesk.db import Tx
from creditdesk.errors import Denied, NotFound, Refused
from creditdesk.settings import Settings
from creditdesk.users import held, people, permissions
from creditdesk.users.permissions import NotAllowed, Person

PREFIX = "cdt_"
"""How every token begins, so that one that was lost is found by who searches for secrets."""


class TokenRefused(Denied):
    """This token opens nothing, or not any more."""

    code = "token-refused"


class TokenTooLong(Refused):
    """A token lives at least a day and at most so many."""

    code = "token-too-long"


class TokenWithoutAct(Refused):
    """A token names the acts that it is for."""

    code = "token-without-act"


class TokenNotFound(NotFound):
    """This person has no such token that still opens."""

    code = "token-not-found"


class Token(NamedTuple):
    """A token as its person sees it again: not the secret; moments as ISO text."""

    number: int
    label: str
    acts: tuple[str, ...]
    created_at: str
    expires_at: str
    revoked_at: str | None


def issue(
    tx: Tx,
    configured: Settings,
    *,
    person: Person,
    label: str,
    acts: Collection[str],
    days: int,
    at: datetime,
) -> str:
    """Return the secret of a new token for some acts of its person, shown this once.

    Raises TokenWithoutAct, TokenTooLong, ActUnknown, NotAllowed.
    """
    if not acts:
        raise TokenWithoutAct
    if not 1 <= days <= configured.token_days:
        raise TokenTooLong(most=configured.token_days)
    for act in sorted(acts):
        if not permissions.is_open(person, act):
            raise NotAllowed(act=act, role=person.role.value)
    secret = PREFIX + held.new_secret()
    records.users.add_token(
        tx,
        {
            "digest": held.digest(secret),
            "person_id": person.id,
            "label": label.strip(),
            "acts": " ".join(sorted(set(acts))),
            "created_at": held.kept(at),
            "expires_at": held.kept(at + timedelta(days=days)),
        },
    )
    return secret


def bearer(tx: Tx, *, secret: str, at: datetime) -> Person:
    """Return the person of a token, limited to what it is for; raises TokenRefused."""
    row = records.users.find_token(tx, held.digest(secret))
    if row is None or row.revoked_at or row.expires_at <= held.kept(at):
        raise TokenRefused
    person = records.users.person_of(tx, row.person_id)
    if not people.in_office(person, held.day_of(at)):
        raise TokenRefused
    return replace(people.person_from(person), only=frozenset(row.acts.split()))


def revoke(tx: Tx, *, person: Person, number: int, at: datetime) -> None:
    """End one token of a person at once; raises TokenNotFound."""
    if not records.users.revoke_tokens(tx, person.id, held.kept(at), number):
        raise TokenNotFound(number=number)


def tokens_of(tx: Tx, person: Person) -> tuple[Token, ...]:
    """Return a person's tokens, oldest first."""
    return tuple(
        Token(
            row.id,
            row.label,
            tuple(row.acts.split()),
            row.created_at,
            row.expires_at,
            row.revoked_at,
        )
        for row in records.users.tokens_of(tx, person.id)
    )
