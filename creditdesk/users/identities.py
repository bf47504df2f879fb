"""Who is known at the bank's identity provider: linked by an administrator, never by the provider.

Signing in by its word: a question is asked for one client, and answered once.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from creditdesk import ledger, records
from creditdesk.db import Database, Tx
from creditdesk.errors import Conflict, Denied, NotFound, Refused
from creditdesk.settings import Settings
from creditdesk.users import held, people, sessions, signing
from creditdesk.users.permissions import Person
from creditdesk.users.provider import Provider, ProviderRefused, Vouched, state_of
from creditdesk.users.sessions import Begun, Client, Stage

LIFE = timedelta(minutes=10)
"""How long a question waits for its answer."""


class ProviderMissing(Refused):
    """The settings name no identity provider."""

    code = "provider-missing"


class IdentityTaken(Conflict):
    """Somebody is linked to this subject, or this person to another one."""

    code = "identity-taken"


class IdentityMissing(NotFound):
    """This person is linked to no subject."""

    code = "identity-missing"


class NotLinked(Denied):
    """The provider knows somebody who may not sign in here: why, is not told."""

    code = "not-linked"


class Asked(NamedTuple):
    """A question to the provider: where it is asked, and the secret of whoever may answer."""

    address: str
    secret: str


def link(
    tx: Tx, configured: Settings, *, sign_in_name: str, subject: str, deed: ledger.Deed
) -> None:
    """Let somebody sign in as whom the provider knows as a subject.

    Raises PersonNotFound, ProviderMissing, IdentityTaken.
    """
    issuer = _issuer(configured)
    records.users.hold_people(tx)
    person = people.person(tx, sign_in_name)
    taken = records.identities.person_id_of(tx, issuer, subject)
    if taken is not None or records.identities.subject_of(tx, issuer, person.id) is not None:
        raise IdentityTaken(name=person.sign_in_name, subject=subject)
    act_id = ledger.begin_act(tx, "users-link", deed)
    _write(tx, person, issuer, subject, linked=True, act_id=act_id)


def unlink(
    tx: Tx, configured: Settings, *, sign_in_name: str, at: datetime, deed: ledger.Deed
) -> None:
    """Let somebody no longer sign in by the provider's word; sessions and tokens end.

    Raises PersonNotFound, ProviderMissing, IdentityMissing.
    """
    issuer = _issuer(configured)
    records.users.hold_people(tx)
    person = people.person(tx, sign_in_name)
    subject = records.identities.subject_of(tx, issuer, person.id)
    if subject is None:
        raise IdentityMissing(name=person.sign_in_name)
    act_id = ledger.begin_act(tx, "users-unlink", deed)
    _write(tx, person, issuer, subject, linked=False, act_id=act_id)
    people.revoke_all_of(tx, person.id, at)


def ask(door: Database, provider: Provider, *, page: str, at: datetime) -> Asked:
    """Write a question down and return it; page: where its answer leads to.

    Raises ProviderSilent.
    """
    secret = held.new_secret()
    asked = Asked(provider.question(secret, at), secret)
    with door.begin() as tx:
        records.identities.ask(
            tx,
            held.digest(state_of(secret)),
            page,
            at=held.kept(at),
            expires_at=held.kept(at + LIFE),
        )
    return asked


def answer(
    door: Database,
    configured: Settings,
    provider: Provider,
    *,
    secret: str,
    said: Mapping[str, str],
    client: Client,
    at: datetime,
) -> tuple[Begun, str]:
    """Begin a session by an answer of the provider; return it and the page that it leads to.

    The question is taken before the provider is asked, so that no answer is weighed twice.

    secret  of the question, which the same client has kept
    said  what the provider's address says: state, code

    Raises ProviderRefused, ProviderSilent, NotLinked.
    """
    code = provider.answers(said, secret, at)
    with door.begin() as tx:
        page = records.identities.take(tx, held.digest(state_of(secret)), held.kept(at))
    if page is None:
        raise ProviderRefused(why="question-gone")
    vouched = provider.answer(secret, code, at)
    with door.begin() as tx:
        person = _linked(tx, vouched, at)
        stage = Stage.FULL if vouched.strong else signing.stage_of(tx, person)
        begun = sessions.begin(tx, configured, person=person, stage=stage, client=client, at=at)
    return begun, page


def _linked(tx: Tx, vouched: Vouched, at: datetime) -> Person:
    person_id = records.identities.person_id_of(tx, vouched.issuer, vouched.subject)
    if person_id is None:
        raise NotLinked
    row = records.users.person_of(tx, person_id)
    if not people.in_office(row, held.day_of(at)):
        raise NotLinked
    return people.person_from(row)


def _issuer(configured: Settings) -> str:
    if not configured.provider_issuer:
        raise ProviderMissing
    return configured.provider_issuer


def _write(
    tx: Tx, person: Person, issuer: str, subject: str, *, linked: bool, act_id: int
) -> None:
    row = {"person_id": person.id, "issuer": issuer, "subject": subject}
    records.identities.add(tx, row | {"linked": linked, "act_id": act_id})
