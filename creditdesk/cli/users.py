"""People who use the desk: admitting them, appointing them, and shutting doors."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import click

from creditdesk import documents, settings, users, words
from creditdesk.cli import frame
from creditdesk.cli.frame import DAY, WHOLE, Desk, as_json, cli, command, tell
from creditdesk.db import Tx
from creditdesk.users import EVERYTHING, Person, Place, Role, Scope, demonstration, identities
from creditdesk.users import people as acts
from creditdesk.users import sessions as held_sessions
from creditdesk.users import tokens as held_tokens
from creditdesk.users.acting import acting
from creditdesk.users.people import Appointment
from creditdesk.users.permissions import KINDS

ROLES = [role.value for role in Role if role is not Role.SYSTEM]
by = click.option("--by", required=True, help="Which administrator does it.")
name = click.argument("name")


@cli.group("users")
def group() -> None:
    """Admit people, appoint them, shut doors."""


@group.group("token")
def token_group() -> None:
    """Give one's own programs tokens, and take them back."""


@command("permissions")
@as_json
def permissions(desk: Desk, json_: bool) -> None:
    """Show who may do what, and where."""
    if json_:
        tell(documents.permissions())
    else:
        click.echo(documents.permissions_table(desk.language))


def _appointed(act: Any) -> Any:
    """Add the options that say what somebody is."""
    for kind in KINDS[:-1]:
        act = click.option(f"--{kind}", multiple=True, help=f"Acts in this {kind}; repeatable.")(
            act
        )
    for option in (
        click.option("--language", type=click.Choice(words.LANGUAGES)),
        click.option("--until", type=DAY, help="The last day."),
        click.option("--since", type=DAY, help="The first day; today."),
        click.option("--role", type=click.Choice(ROLES)),
        click.option("--display-name", help="As they are addressed."),
    ):
        act = option(act)
    return act


def _wanted(said: dict[str, Any], former: Appointment) -> Appointment:
    """Return an appointment with what options say instead; without a place: everything."""
    kinds = {kind: said.pop(kind) for kind in KINDS[:-1]}
    given = [Scope(kind, codes) for kind, codes in kinds.items() if codes]
    if len(given) > 1:
        raise click.UsageError(" / ".join(f"--{scope.kind}" for scope in given))
    told = {key: value for key, value in said.items() if value is not None}
    role = Role(told.pop("role", former.role))
    scope = given[0] if given else former.scope if role is former.role else EVERYTHING
    return replace(former, role=role, scope=scope, **told)


def _administrator(tx: Tx, act: str, by: str) -> None:
    """Refuse whoever may not change people."""
    person = acting(tx, by, frame.today())
    if person is None:
        raise acts.PersonNotFound(name=by)
    users.may(person, act, Place())


@contextmanager
def _door(
    desk: Desk, act: str, name: str, by: str, *, json_: bool
) -> Iterator[tuple[Tx, dict[str, Any]]]:
    """Open or shut a door of somebody, as an administrator does, and say that it is done.

    Gives the transaction, and whose door it is and whose deed.
    """
    with desk.begin() as tx:
        _administrator(tx, act, by)
        yield tx, {"sign_in_name": name, "deed": frame.deed(by)}
    _done(desk, act, name, json_=json_)


@command("add", group)
@name
@_appointed
@by
@as_json
def add(desk: Desk, name: str, *, by: str, json_: bool, **said: Any) -> None:
    """Admit somebody and print the link by which they choose a password."""
    if not said["role"]:
        raise click.UsageError("--role")
    nobody = Appointment(
        name, Role.SYSTEM, EVERYTHING, frame.today(), language=desk.settings.language
    )
    at = frame.moment()
    with desk.begin() as tx:
        _administrator(tx, "users-add", by)
        acts.add(tx, sign_in_name=name, appointment=_wanted(said, nobody), deed=frame.deed(by))
        secret = acts.reset(tx, desk.settings, sign_in_name=name, at=at, deed=frame.deed(by))
    _link(desk, name, secret, at, json_=json_)


@command("change", group)
@name
@_appointed
@by
@as_json
def change(desk: Desk, name: str, *, by: str, json_: bool, **said: Any) -> None:
    """Appoint somebody to something else; what is not said stays."""
    with desk.begin() as tx:
        _administrator(tx, "users-change", by)
        wanted = _wanted(said, acts.appointment_of(tx, name))
        acts.change(
            tx, sign_in_name=name, appointment=wanted, at=frame.moment(), deed=frame.deed(by)
        )
    _done(desk, "users-change", name, json_=json_)


@command("suspend", group)
@name
@by
@as_json
def suspend(desk: Desk, name: str, by: str, json_: bool) -> None:
    """Shut somebody out at once."""
    with _door(desk, "users-suspend", name, by, json_=json_) as (tx, told):
        acts.suspend(tx, at=frame.moment(), **told)


@command("restore", group)
@name
@by
@as_json
def restore(desk: Desk, name: str, by: str, json_: bool) -> None:
    """Let somebody in again who was suspended."""
    with _door(desk, "users-restore", name, by, json_=json_) as (tx, told):
        acts.restore(tx, at=frame.moment(), **told)


@command("reset", group)
@name
@click.option("--second-factor", is_flag=True, help="Forget the second factor too.")
@by
@as_json
def reset(desk: Desk, name: str, *, second_factor: bool, by: str, json_: bool) -> None:
    """Forget somebody's password and print the link to a new one."""
    at = frame.moment()
    with desk.begin() as tx:
        _administrator(tx, "users-reset", by)
        secret = acts.reset(
            tx,
            desk.settings,
            sign_in_name=name,
            at=at,
            deed=frame.deed(by),
            second_factor=second_factor,
        )
    _link(desk, name, secret, at, json_=json_)


@command("link", group)
@name
@click.option("--subject", required=True, help="As what the identity provider knows them (sub).")
@by
@as_json
def link(desk: Desk, name: str, subject: str, by: str, json_: bool) -> None:
    """Let somebody sign in at the bank's identity provider."""
    with _door(desk, "users-link", name, by, json_=json_) as (tx, told):
        identities.link(tx, desk.settings, subject=subject, **told)


@command("unlink", group)
@name
@by
@as_json
def unlink(desk: Desk, name: str, by: str, json_: bool) -> None:
    """Let somebody no longer sign in there; what they are signed in to ends."""
    with _door(desk, "users-unlink", name, by, json_=json_) as (tx, told):
        identities.unlink(tx, desk.settings, at=frame.moment(), **told)


@command("revoke", group)
@name
@by
@as_json
def revoke(desk: Desk, name: str, by: str, json_: bool) -> None:
    """End every session and token of somebody."""
    with desk.begin() as tx:
        _administrator(tx, "users-revoke", by)
        count = acts.revoke_all(tx, sign_in_name=name, at=frame.moment(), deed=frame.deed(by))
    if json_:
        tell({"name": acts.name_of(name), "ended": count})
    else:
        click.echo(words.say(desk.language, "done.users-ended", count=count, name=name))


@command("list", group)
@as_json
def list_(desk: Desk, json_: bool) -> None:
    """List everybody who uses the desk."""
    with desk.read() as tx:
        found = [documents.user(one) for one in acts.people(tx, desk.settings)]
    if json_:
        tell({"users": found})
        return
    for one in found:
        role = words.say(desk.language, f"role.{one['role']}")
        scope = words.say(desk.language, f"scope.{one['scope']}")
        shown = [one["name"], role, " ".join([scope, *one["codes"]]), one["display_name"]]
        click.echo(" · ".join([*shown, *(["✗"] if one["suspended"] else [])]))


@command("sessions", group)
@name
@as_json
def sessions(desk: Desk, name: str, json_: bool) -> None:
    """List somebody's sessions, the newest first."""
    with desk.read() as tx:
        kept = held_sessions.sessions_of(tx, acts.person(tx, name))
    _listed(desk, "sessions", [documents.session(one) for one in kept], json_=json_)


@command("issue", token_group)
@name
@click.option("--label", required=True, help="What it is for.")
@click.option("--act", "wanted", multiple=True, required=True, help="An act; repeatable.")
@click.option("--days", type=WHOLE, default=90, show_default=True)
@as_json
def issue(desk: Desk, name: str, *, wanted: tuple[str, ...], json_: bool, **said: Any) -> None:
    """Print a new token of somebody for some acts; it is shown this once."""
    with desk.begin() as tx:
        person = _own(tx, "token-issue", name)
        secret = held_tokens.issue(
            tx, desk.settings, person=person, acts=wanted, at=frame.moment(), **said
        )
    if json_:
        tell({"name": person.sign_in_name, "secret": secret})
    else:
        click.echo(words.say(desk.language, "done.users-token", secret=secret))


@command("list", token_group)
@name
@as_json
def tokens(desk: Desk, name: str, json_: bool) -> None:
    """List somebody's tokens, oldest first."""
    with desk.read() as tx:
        kept = held_tokens.tokens_of(tx, _own(tx, "token-list", name))
    _listed(desk, "tokens", [documents.token(one) for one in kept], json_=json_)


@command("revoke", token_group)
@name
@click.argument("number", type=WHOLE)
@as_json
def revoke_token(desk: Desk, name: str, number: int, json_: bool) -> None:
    """End one token of somebody."""
    with desk.begin() as tx:
        person = _own(tx, "token-revoke", name)
        held_tokens.revoke(tx, person=person, number=number, at=frame.moment())
    _done(desk, "token-revoke", name, json_=json_)


def _own(tx: Tx, act: str, name: str) -> Person:
    person = acts.person(tx, name)
    users.may(person, act, Place())
    return person


def begin_users(desk: Desk, name: str) -> None:
    """Admit the first administrator and print the link to a password."""
    at = frame.moment()
    with desk.begin() as tx:
        secret = acts.begin(tx, desk.settings, sign_in_name=name, at=at, deed=frame.deed())
    _link(desk, name, secret, at, json_=False)


def invite(desk: Desk) -> None:
    """Admit the people of the demonstration and announce them."""
    at = frame.moment()
    with desk.begin() as tx:
        invited = demonstration.invite(tx, desk.settings, at=at, deed=frame.deed("demo"))
    password = demonstration.PASSWORD
    frame.note(words.say(desk.language, "done.users-demo", password=password))
    for person in invited:
        role = words.say(desk.language, f"role.{person.role.value}")
        scope = words.say(desk.language, f"scope.{person.scope.kind}")
        where = " ".join([scope, *person.scope.codes])
        frame.note(f"  {person.sign_in_name} · {role} · {where}")


def _link(desk: Desk, name: str, secret: str, at: datetime, *, json_: bool) -> None:
    """Print a link to a password; without a secret that its person needs none."""
    if not secret:
        _no_link(desk, name, json_=json_)
        return
    address = f"{settings.public_address(desk.settings)}/links/{secret}"
    until = at + timedelta(hours=desk.settings.link_hours)
    if json_:
        document = {"name": acts.name_of(name), "link": address, "until": until.isoformat()}
        tell(document)
        return
    told = {"name": acts.name_of(name), "until": until}
    click.echo(words.say(desk.language, "done.users-link", address=address, **told))


def _no_link(desk: Desk, name: str, *, json_: bool) -> None:
    if json_:
        tell({"name": acts.name_of(name), "link": None, "until": None})
    else:
        click.echo(words.say(desk.language, "done.users-no-link", name=acts.name_of(name)))


def _done(desk: Desk, act: str, name: str, *, json_: bool) -> None:
    if json_:
        tell({"act": act, "name": acts.name_of(name)})
    else:
        click.echo(words.say(desk.language, "done.users-done", act=act, name=acts.name_of(name)))


def _listed(desk: Desk, title: str, rows: list[dict[str, Any]], *, json_: bool) -> None:
    if json_:
        tell({title: rows})
        return
    for row in rows:
        click.echo(frame.line(desk.language, row))
