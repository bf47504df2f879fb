"""Everybody's own account: password, second factor, sessions, tokens of one's programs."""

from typing import Any

from flask import Blueprint, Response, make_response, render_template, url_for

from creditdesk.db import Tx
from creditdesk.errors import Denied
from creditdesk.users import factors, passwords, people, sessions, signing, tokens
from creditdesk.users.permissions import Rule, is_open, table
from creditdesk.users.sessions import Stage
from creditdesk.users.signing import SignInRefused
from creditdesk.web import edge, filled, keeping, notices
from creditdesk.web.filled import Done, Filled, Revealed
from creditdesk.web.shapes import ListField, Shape, TextField, WholeField
from creditdesk.web.signing import PasswordsDiffer

_LONGEST = 300
_MANY = 200
DAYS = 90
"""How long a token lives where nothing else is said."""

pages = Blueprint("account", __name__)


class PasswordWrong(Denied):
    """This is not the password that is changed."""

    code = "password-wrong"


class FormerCodeWrong(Denied):
    """This is neither a code of the authenticator in use nor one for recovery."""

    code = "former-code-wrong"


class NothingSaid(Shape):
    """A form that only has a button."""


class PasswordSaid(Shape):
    """The password in use, and the new one twice."""

    password = TextField(_LONGEST, required=True)
    wanted = TextField(_LONGEST, required=True)
    again = TextField(_LONGEST, required=True)


class FactorSaid(Shape):
    """A key that was offered, a code of it, and one of the authenticator in use."""

    sealed = TextField(_LONGEST)
    former = TextField(40, load_default="")
    code = TextField(10, required=True)


class TokenSaid(Shape):
    """What a token is for, which acts it performs, and for how many days."""

    label = TextField(80, required=True)
    acts = ListField(TextField(40), most=_MANY, required=True)
    days = WholeField(1, 366, required=True)


@pages.get("/account")
def index() -> str:
    """Show who one is, how one signs in, and what is open in one's name."""
    return _account(filled.blank())


def _account(form: Filled) -> str:
    person, at, configured = edge.who(), edge.moment(), edge.desk().settings
    with edge.read() as tx:
        held = sessions.sessions_of(tx, person)
        return render_template(
            "account/index.html",
            form=form,
            appointment=people.appointment_of(tx, person.sign_in_name),
            factor=people.has_second_factor(tx, person.id),
            demanded=table().roles[person.role].second_factor,
            here=sessions.number_of(keeping.kept(keeping.SESSION)),
            sessions=[one for one in held if sessions.is_running(one, configured, at)],
            tokens=tokens.tokens_of(tx, person),
            now=at.isoformat(),
        )


@pages.get("/account/password")
def password() -> str:
    """Show where one's own password is changed."""
    return _password(filled.blank())


@pages.post("/account/password")
def change_password() -> Response:
    """Change one's own password; what is open elsewhere ends, this goes on."""
    return filled.apart(PasswordSaid, _change_password, _password)


def _password(form: Filled) -> str:
    shortest = edge.desk().settings.password_shortest
    return render_template("account/password.html", form=form, shortest=shortest)


def _change_password(form: Filled) -> Response:
    desk, person, at = edge.desk(), edge.who(), edge.moment()
    said = form.said
    if said["wanted"] != said["again"]:
        with filled.in_field("again"):
            raise PasswordsDiffer
    try:
        with filled.in_field("wanted"):
            passwords.demand(
                desk.settings, said["wanted"], person.sign_in_name, person.display_name
            )
        signing.change_password(
            desk.database,
            desk.settings,
            person=person,
            password=said["password"],
            wanted=said["wanted"],
            client=keeping.client(),
            at=at,
        )
    except SignInRefused:
        with filled.in_field("password"):
            raise PasswordWrong from None
    return _anew("password-changed")


def _anew(code: str) -> Response:
    """Go on in a session that begins now, after all that were open have ended."""
    begun = _begin()
    answer = keeping.begun_with(keeping.lead(url_for("account.index")), begun)
    notices.tell(answer, code, {}, begun.token)
    return answer


def _begin() -> sessions.Begun:
    desk = edge.desk()
    with edge.begin() as tx:
        return sessions.begin(
            tx,
            desk.settings,
            person=edge.who(),
            stage=Stage.FULL,
            client=keeping.client(),
            at=edge.moment(),
        )


@pages.get("/account/second-factor")
def factor() -> str:
    """Show what a second factor is, and where one begins to enrol it."""
    return _factor(filled.blank(), None)


@pages.post("/account/second-factor")
def change_factor() -> Response:
    """Offer a key; and by a code of it put it in place of the one in use."""
    form = filled.read(FactorSaid)
    if not form.text("sealed"):
        with edge.begin() as tx:
            return make_response(_factor(filled.blank(), factors.offer(tx, person=edge.who())))
    return filled.apart(FactorSaid, _change_factor, _offered)


def _offered(form: Filled) -> str:
    with edge.read() as tx:
        offer = factors.offered(tx, person=edge.who(), sealed=form.text("sealed"))
    return _factor(form, offer)


def _factor(form: Filled, offer: factors.Offer | None) -> str:
    with edge.read() as tx:
        enrolled = people.has_second_factor(tx, edge.who().id)
    return render_template("account/factor.html", form=form, offer=offer, enrolled=enrolled)


def _change_factor(form: Filled) -> Response:
    desk = edge.desk()
    try:
        with filled.in_field("code"):
            recovery = signing.change_factor(
                desk.database,
                desk.settings,
                person=edge.who(),
                former=form.said["former"],
                sealed=form.said["sealed"],
                code=form.said["code"],
                client=keeping.client(),
                at=edge.moment(),
            )
    except filled.Misfit as wrong:
        if isinstance(wrong.trouble, SignInRefused):
            raise filled.Misfit("former", FormerCodeWrong()) from None
        raise
    page = render_template(
        "signing/recovery.html", codes=recovery, onward=url_for("account.index")
    )
    return keeping.begun_with(make_response(page), _begin())


@pages.post("/account/sessions/<number>/end")
def end_session(number: str) -> Response:
    """End one of one's own sessions."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        sessions.end_one(tx, person=edge.who(), number=number, at=edge.moment())
        return Done(url_for("account.index"), "session-ended")

    return filled.submit(NothingSaid, act, _account)


@pages.post("/account/sessions/end-others")
def end_others() -> Response:
    """End one's own sessions but this one."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        token = keeping.kept(keeping.SESSION)
        count = sessions.end_others(tx, person=edge.who(), token=token, at=edge.moment())
        return Done(url_for("account.index"), "sessions-ended", {"count": count})

    return filled.submit(NothingSaid, act, _account)


@pages.get("/account/tokens/new")
def ask_token() -> str:
    """Show where a token is asked for."""
    return _token(filled.blank(days=DAYS))


@pages.post("/account/tokens/new")
def issue_token() -> Response:
    """Issue a token for some of one's own acts and show it this once."""

    def act(tx: Tx, said: dict[str, Any]) -> Revealed:
        with filled.in_field("days"):
            secret = tokens.issue(
                tx, edge.desk().settings, person=edge.who(), at=edge.moment(), **said
            )
        page = render_template("account/token.html", secret=secret, label=said["label"])
        return Revealed(page, Done(url_for("account.index"), "shown-once"))

    return filled.reveal(TokenSaid, act, _token)


def _token(form: Filled) -> str:
    return render_template(
        "account/new_token.html",
        form=form,
        themes=_themes(),
        most=edge.desk().settings.token_days,
    )


def _themes() -> dict[str, list[str]]:
    """Return the acts that a program may perform in one's name, by theme."""
    found: dict[str, list[str]] = {}
    for name, rule in table().acts.items():
        if _of_service(rule) and is_open(edge.who(), name):
            found.setdefault(rule.theme, []).append(name)
    return found


def _of_service(rule: Rule) -> bool:
    return any(route.startswith("api-") for route in rule.routes)


@pages.post("/account/tokens/<int(max=2147483647):number>/revoke")
def revoke_token(number: int) -> Response:
    """End one of one's own tokens."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        tokens.revoke(tx, person=edge.who(), number=number, at=edge.moment())
        return Done(url_for("account.index"), "token-ended")

    return filled.submit(NothingSaid, act, _account)
