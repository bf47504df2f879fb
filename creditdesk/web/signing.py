"""Signing in and out, the second factor, and a password by a one-time link."""

import hmac
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, g, make_response, request
from flask import render_template as template
from werkzeug.exceptions import SecurityError

from creditdesk import users
from creditdesk.errors import DeskError, Refused
from creditdesk.users import factors, held, people, permissions, sessions, signing
from creditdesk.users.sessions import SessionOver, Stage
from creditdesk.users.signing import SignInRefused, TooManyTries
from creditdesk.web import drawing, edge, keeping, navigation, resuming, returning
from creditdesk.web.protocol import NotSignedIn, status_of
from creditdesk.web.writing import hand


class PasswordsDiffer(Refused):
    """The password was typed in two ways."""

    code = "passwords-differ"


pages = Blueprint("signing", __name__)


def install(app: Flask) -> None:
    """Ask who is there before every page that the table of permissions does not leave open."""
    app.before_request(_admit)
    app.context_processor(_at_hand)


def _admit() -> Response | None:
    """Let a request pass, send whoever did not sign in where one does, refuse what is not theirs.

    A book without users is shown to whoever sits at this machine, as before there were any.
    """
    known = permissions.table()
    page = request.endpoint
    if page is None or page in known.open_routes or edge.by_program():
        return None
    token, seen = keeping.kept(keeping.SESSION), _seen()
    if edge.alone():
        _only_look()
        return None
    if seen is None:
        return keeping.lead(returning.bearing("/sign-in", resuming.hold() or returning.here()))
    if seen.stale:
        with edge.begin() as tx:
            sessions.see(tx, token=token, at=edge.moment())
    if request.method == "POST":
        _demand_form(token)
    if request.path == returning.FIRST and not request.args and not edge.opens(page):
        return keeping.lead(navigation.home())
    _demand_act(seen.person, page)
    return None


def _seen() -> sessions.Seen | None:
    """Return the session of this request, None without one that stands; its reader is known."""
    desk, token = edge.desk(), keeping.kept(keeping.SESSION)
    with edge.read() as tx:
        desk.peopled = desk.peopled or people.anybody(tx)
        if not desk.peopled:
            g.alone = True
            return None
        try:
            seen = sessions.who(tx, desk.settings, token=token, at=edge.moment())
        except SessionOver:
            return None
    g.reader = seen.person
    return seen


def recognise() -> None:
    """Make out who asks where no page of ours is asked for, so that the answer is theirs."""
    named_wrongly = isinstance(request.routing_exception, SecurityError)
    if edge.reader() is None and not edge.alone() and not named_wrongly:
        with suppress(DeskError):
            _seen()


def _only_look() -> None:
    """Refuse every form where nobody can answer for it."""
    if request.method == "POST":
        raise NotSignedIn


def _demand_act(person: users.Person, endpoint: str) -> None:
    if not edge.opens(endpoint):
        act = next(iter(permissions.rules_of(endpoint)), endpoint)
        raise permissions.NotAllowed(act=act, role=person.role.value)


def _at_hand() -> dict[str, Any]:
    token = keeping.kept(keeping.SESSION) if edge.reader() else ""
    desk = edge.desk()
    return {
        "person": edge.reader(),
        "alone": edge.alone(),
        "provider": desk.provider,
        "form_token": sessions.form_token(token) if token else "",
        "leaving_token": sessions.form_token(token) if token else "",
        "qr_code": drawing.code,
    }


@pages.get("/sign-in")
def ask() -> Response:
    """Show where one signs in."""
    return form("sign-in.html")


@pages.post("/sign-in")
def sign_in() -> Response:
    """Begin a session, whole or up to the second factor."""
    demand_form_of_page()
    desk = edge.desk()
    try:
        begun = signing.sign_in(
            desk.database,
            desk.settings,
            name=_said("name"),
            password=request.form.get("password", ""),
            client=keeping.client(),
            at=edge.moment(),
        )
    except (SignInRefused, TooManyTries) as refusal:
        return form("sign-in.html", refusal)
    return keeping.lead_on(begun, returning.wanted())


@pages.get("/second-factor")
def ask_code() -> Response:
    """Show where the code of the second factor is entered."""
    _waiting(Stage.CODE)
    return form("second-factor.html")


@pages.post("/second-factor")
def give_code() -> Response:
    """Take the code of the second factor."""
    demand_form_of_page()
    desk = edge.desk()
    try:
        begun = signing.give_code(
            desk.database,
            desk.settings,
            token=keeping.kept(keeping.SESSION),
            code=_said("code"),
            client=keeping.client(),
            at=edge.moment(),
        )
    except SessionOver:
        return keeping.lead(returning.bearing("/sign-in", returning.wanted()))
    except (SignInRefused, TooManyTries) as refusal:
        return form("second-factor.html", refusal)
    return keeping.lead_on(begun, returning.wanted())


@pages.get("/enrol")
def ask_enrolment() -> Response:
    """Show what a second factor is, and where one begins to enrol it."""
    _waiting(Stage.ENROL)
    return form("enrol.html", key=None)


@pages.post("/enrol")
def enrol() -> Response:
    """Give a key; and by a code of it enrol the second factor, which signs in."""
    demand_form_of_page()
    desk, at = edge.desk(), edge.moment()
    person = _waiting(Stage.ENROL)
    code = _said("code")
    if not code:
        with edge.begin() as tx:
            return form("enrol.html", key=factors.begin(tx, person=person))
    try:
        with edge.begin() as tx:
            recovery = factors.enrol(tx, person=person, code=code, at=at)
            begun = sessions.begin(
                tx, desk.settings, person=person, stage=Stage.FULL, client=keeping.client(), at=at
            )
    except factors.CodeWrong as refusal:
        with edge.read() as tx:
            return form("enrol.html", refusal, key=factors.begun(tx, person=person))
    page = template("signing/recovery.html", codes=recovery, onward=returning.wanted())
    return keeping.begun_with(make_response(page), begun)


@pages.get("/links/<secret>")
def ask_password(secret: str) -> Response:
    """Show where a one-time link sets a password."""
    with edge.read() as tx:
        person = people.link_opens(tx, secret=secret, at=edge.moment())
    return form("password.html", named=person.sign_in_name)


@pages.post("/links/<secret>")
def set_password(secret: str) -> Response:
    """Set a password by a one-time link, which is spent then."""
    demand_form_of_page()
    at = edge.moment()
    with edge.read() as tx:
        person = people.link_opens(tx, secret=secret, at=at)
    try:
        if request.form.get("password", "") != request.form.get("again", ""):
            raise PasswordsDiffer
        with edge.begin() as tx:
            people.set_password(
                tx,
                edge.desk().settings,
                secret=secret,
                password=request.form.get("password", ""),
                at=at,
            )
    except DeskError as refusal:
        if isinstance(refusal, people.LinkSpent):
            raise
        return form("password.html", refusal, named=person.sign_in_name)
    return keeping.lead("/sign-in")


@pages.post("/sign-out")
def sign_out() -> Response:
    """End the session."""
    _demand_form(keeping.kept(keeping.SESSION))
    with edge.begin() as tx:
        sessions.end(tx, token=keeping.kept(keeping.SESSION), at=edge.moment())
    answer = keeping.lead("/sign-in?left=1" if edge.desk().provider else "/sign-in")
    keeping.drop(answer, keeping.SESSION)
    return answer


def _waiting(stage: Stage) -> users.Person:
    with edge.read() as tx:
        seen = sessions.waiting(
            tx,
            edge.desk().settings,
            token=keeping.kept(keeping.SESSION),
            stage=stage,
            at=edge.moment(),
        )
    return seen.person


def form(name: str, refusal: DeskError | None = None, **facts: Any) -> Response:
    """Return a page with a form that only this client can send, and what went wrong before."""
    secret = keeping.kept(keeping.FORM) or held.new_secret()
    said = hand().refusal(refusal) if refusal else None
    facts = {"form_token": sessions.form_token(secret)} | facts
    page = template(f"signing/{name}", said=said, **facts)
    answer = make_response(page, status_of(refusal) if refusal else 200)
    if isinstance(refusal, TooManyTries):
        answer.status_code = 429
        answer.headers["Retry-After"] = str(refusal.facts["seconds"])
    keeping.put(answer, keeping.FORM, secret)
    return answer


def demand_form_of_page() -> None:
    """Refuse a form of an open page that was not given to this client by this desk."""
    _demand_form(keeping.kept(keeping.FORM))


def _demand_form(secret: str) -> None:
    """Refuse a form that was not given to this client by this desk."""
    origin = request.headers.get("Origin")
    foreign = origin is not None and urlsplit(origin).netloc != request.host
    said = request.form.get("form_token", "").encode()
    if (
        foreign
        or not secret
        or not hmac.compare_digest(sessions.form_token(secret).encode(), said)
    ):
        abort(403)


def _said(name: str) -> str:
    return request.form.get(name, "").strip()
