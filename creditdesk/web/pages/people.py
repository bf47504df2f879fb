"""The people of the desk: who they are, and the doors that an administrator opens and shuts."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from creditdesk import communes, settings
from creditdesk.db import Tx
from creditdesk.spelling import plain
from creditdesk.users import Role, Scope, identities, overview, people, sessions
from creditdesk.users.overview import Known
from creditdesk.users.people import Appointment
from creditdesk.users.permissions import ALL, KINDS, ScopeUnfit, is_open, table
from creditdesk.web import edge, filled
from creditdesk.web.filled import Done, Filled, Revealed
from creditdesk.web.shapes import ChoiceField, DayField, FlagField, Shape, TextField, ValueMissing
from creditdesk.web.writing import NAMES, hand

ROLES = tuple(role.value for role in Role if role is not Role.SYSTEM)
STATES = ("in-office", "suspended", "not-in-office", "invited")
DEEDS = ("suspend", "restore", "reset", "revoke", "link", "unlink")
SECRET = ("reset",)
_DEED = f"<any({','.join(DEEDS)}):deed>"
_CODES = r"[0-9]{2,8}(?:[\s,;]+[0-9]{2,8}){0,49}"

pages = Blueprint("users", __name__, url_prefix="/administration/users")


class Ground(Shape):
    """Why something is done."""

    ground = TextField(300, required=True)


class AppointmentSaid(Ground):
    """What somebody is to be."""

    display_name = TextField(80, required=True)
    role = ChoiceField(ROLES, required=True)
    scope = ChoiceField(KINDS, required=True)
    codes = TextField(500, pattern=_CODES, load_default="")
    since = DayField(required=True)
    until = DayField(load_default=None)
    language = ChoiceField(tuple(NAMES), required=True)


class PersonSaid(AppointmentSaid):
    """Somebody who is to be admitted."""

    sign_in_name = TextField(40, required=True)


class DeedSaid(Ground):
    """Why a door is opened or shut, and what belongs to some of these deeds."""

    second_factor = FlagField(load_default=False)
    subject = TextField(255, load_default="")


@pages.get("")
def index() -> str:
    """Show everybody who uses the desk, narrowed to a name, a role or a state."""
    wanted = {name: request.args.get(name, "").strip()[:80] for name in ("q", "role", "state")}
    with edge.read() as tx:
        everybody = overview.everybody(tx, edge.desk().settings)
    rows = [one for one in everybody if _is_wanted(one, wanted)]
    return render_template(
        "users/index.html",
        rows=rows,
        whole=len(everybody),
        wanted=wanted,
        roles=ROLES,
        states=STATES,
        state_of=state_of,
        where=where,
    )


def _is_wanted(one: Known, wanted: dict[str, str]) -> bool:
    appointed = one.admitted.appointment
    named = plain(f"{one.admitted.sign_in_name} {appointed.display_name}")
    return (
        plain(wanted["q"]) in named
        and wanted["role"] in ("", appointed.role.value)
        and wanted["state"] in ("", state_of(one))
    )


def state_of(one: Known) -> str:
    """Return the code of how somebody stands today."""
    admitted = one.admitted
    if admitted.appointment.suspended:
        return "suspended"
    if not admitted.appointment.holds_on(edge.today()):
        return "not-in-office"
    return "in-office" if admitted.has_password or admitted.is_linked else "invited"


def where(scope: Scope) -> list[str]:
    """Return the places of a scope as people call them, with their codes."""
    known = communes.map_on(edge.today())
    names = {code: one.name for code, one in known.provinces.items()} | known.names
    return [f"{names[code]} ({code})" if code in names else code for code in scope.codes]


@pages.get("/<name>")
def show(name: str) -> str:
    """Show one person: what they are, how they sign in, what is open, what became of them."""
    desk, at = edge.desk(), edge.moment()
    with edge.read() as tx:
        known = overview.one(tx, desk.settings, name)
        running = [
            one
            for one in sessions.sessions_of(tx, people.person(tx, name))
            if sessions.is_running(one, desk.settings, at)
        ]
        changes = overview.history(tx, name)
    return render_template(
        "users/person.html",
        known=known,
        state=state_of(known),
        where=where,
        sessions=running if is_open(edge.who(), "users-sessions") else None,
        changes=changes,
        deeds=_deeds(known),
        demanded=table().roles[known.admitted.appointment.role].second_factor,
        provided=bool(desk.settings.provider_issuer),
    )


def _deeds(known: Known) -> list[str]:
    """Return what the reader may do with somebody as they stand."""
    one, own = known.admitted, known.admitted.sign_in_name == edge.who().sign_in_name
    issuer = edge.desk().settings.provider_issuer
    fit = {
        "suspend": not own and not one.appointment.suspended,
        "restore": not own and one.appointment.suspended,
        "reset": not one.appointment.suspended,
        "revoke": True,
        "link": bool(issuer) and not one.is_linked,
        "unlink": bool(issuer) and one.is_linked,
    }
    return [deed for deed in DEEDS if fit[deed] and is_open(edge.who(), f"users-{deed}")]


@pages.get("/new")
def ask() -> str:
    """Show where somebody is admitted."""
    today = edge.today()
    return _new(filled.blank(since=today, language=edge.desk().settings.language))


def _new(form: Filled) -> str:
    return render_template("users/new.html", form=form, roles=_roles(), kinds=KINDS)


def _roles() -> list[tuple[str, str]]:
    """Return the roles with their words and the kinds of scope that each is given."""
    w = hand()
    return [
        (
            role,
            f"{w.told(f'role.{role}')} – "
            + " / ".join(w.told(f"scope.{kind}") for kind in table().roles[Role(role)].scopes),
        )
        for role in ROLES
    ]


@pages.post("/new")
def add() -> Response:
    """Admit somebody and show the link to their first password this once."""

    def act(tx: Tx, said: dict[str, Any]) -> Revealed:
        name, deed = said.pop("sign_in_name"), edge.deed(said.pop("ground"))
        wanted = appointed(said)
        with _in_their_fields():
            people.add(tx, sign_in_name=name, appointment=wanted, deed=deed)
        return _link(tx, people.name_of(name), deed, second_factor=False)

    return filled.reveal(PersonSaid, act, _new)


def appointed(said: dict[str, Any]) -> Appointment:
    """Return the appointment that a form says."""
    codes = said["codes"].replace(",", " ").replace(";", " ").split()
    scope = Scope(said["scope"], tuple(dict.fromkeys(codes)) if said["scope"] != ALL else ())
    return Appointment(
        said["display_name"],
        Role(said["role"]),
        scope,
        said["since"],
        said["until"],
        said["language"],
    )


class _in_their_fields:  # noqa: N801 -- read as a word of the language
    """Let the refusals of an appointment be told at the fields that they are about."""

    FIELDS = {
        people.NameUnfit: "sign_in_name",
        people.NameTaken: "sign_in_name",
        people.AppointmentEndsBefore: "until",
        ScopeUnfit: "scope",
    }

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: Any, trouble: Any, trace: Any) -> None:
        """Tell a refusal at its field."""
        if kind in self.FIELDS:
            raise filled.Misfit(self.FIELDS[kind], trouble) from None


def _link(tx: Tx, name: str, deed: Any, *, second_factor: bool) -> Revealed:
    """Return the page that shows a one-time link this once, or that no password is needed."""
    configured, at = edge.desk().settings, edge.moment()
    secret = people.reset(
        tx, configured, sign_in_name=name, at=at, deed=deed, second_factor=second_factor
    )
    page = render_template(
        "users/link.html",
        name=name,
        address=f"{settings.public_address(configured)}/links/{secret}" if secret else "",
        until=(at + timedelta(hours=configured.link_hours)).isoformat(),
    )
    return Revealed(page, Done(url_for("users.show", name=name), "shown-once"))


@pages.get("/<name>/change")
def ask_change(name: str) -> str:
    """Show where somebody is appointed to something else."""
    with edge.read() as tx:
        former = people.appointment_of(tx, name)
    form = filled.blank(
        display_name=former.display_name,
        role=former.role.value,
        scope=former.scope.kind,
        codes=", ".join(former.scope.codes),
        since=edge.today(),
        until=former.until,
        language=former.language,
    )
    return _change(name)(form)


def _change(name: str) -> filled.Show:
    def page(form: Filled) -> str:
        return render_template(
            "users/change.html", form=form, roles=_roles(), kinds=KINDS, name=name
        )

    return page


@pages.post("/<name>/change")
def change(name: str) -> Response:
    """Appoint somebody to something else."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        former = people.appointment_of(tx, name)
        deed = edge.deed(said.pop("ground"))
        wanted = replace(appointed(said), suspended=former.suspended)
        with _in_their_fields():
            people.change(tx, sign_in_name=name, appointment=wanted, at=edge.moment(), deed=deed)
        return Done(url_for("users.show", name=name), "user-changed")

    return filled.submit(AppointmentSaid, act, _change(name))


@pages.get(f"/<name>/{_DEED}")
def ask_deed(name: str, deed: str) -> str:
    """Show what opening or shutting a door does, and ask why."""
    edge.require(f"users-{deed}")
    return _ask_deed(name, deed)(filled.blank())


def _ask_deed(name: str, deed: str) -> filled.Show:
    def page(form: Filled) -> str:
        with edge.read() as tx:
            known = overview.one(tx, edge.desk().settings, name)
        return render_template("users/deed.html", form=form, known=known, deed=deed)

    return page


@pages.post(f"/<name>/{_DEED}")
def do(name: str, deed: str) -> Response:
    """Open or shut a door of somebody."""
    edge.require(f"users-{deed}")
    again = _ask_deed(name, deed)
    if deed in SECRET:
        return filled.reveal(DeedSaid, lambda tx, said: _reset(tx, name, said), again)
    return filled.submit(DeedSaid, lambda tx, said: _do(tx, name, deed, said), again)


def _reset(tx: Tx, name: str, said: dict[str, Any]) -> Revealed:
    name = people.person(tx, name).sign_in_name
    return _link(tx, name, edge.deed(said["ground"]), second_factor=said["second_factor"])


def _do(tx: Tx, name: str, deed: str, said: dict[str, Any]) -> Done:
    told: dict[str, Any] = {"sign_in_name": name, "deed": edge.deed(said["ground"])}
    configured, at, facts = edge.desk().settings, edge.moment(), {}
    if deed == "suspend":
        people.suspend(tx, at=at, **told)
    elif deed == "restore":
        people.restore(tx, at=at, **told)
    elif deed == "revoke":
        facts = {"count": people.revoke_all(tx, at=at, **told)}
    elif deed == "unlink":
        identities.unlink(tx, configured, at=at, **told)
    else:
        with filled.in_field("subject"):
            if not said["subject"]:
                raise ValueMissing
            identities.link(tx, configured, subject=said["subject"], **told)
    return Done(url_for("users.show", name=name), f"user-{deed}-done", facts)
