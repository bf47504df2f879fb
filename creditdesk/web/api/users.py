"""Who uses the desk, and the tokens of one's own; people are changed by command and on pages."""

from operator import itemgetter
from typing import Any

from creditdesk import documents
from creditdesk.db import Tx
from creditdesk.users import people, sessions, tokens
from creditdesk.users.permissions import KINDS, Role, table
from creditdesk.web import edge
from creditdesk.web.api import paging, told
from creditdesk.web.api.decisions import Nothing
from creditdesk.web.api.frame import Service, Told
from creditdesk.web.api.paging import SortField
from creditdesk.web.shapes import Asking, ChoiceField, ListField, Shape, TextField, WholeField

ROLES = tuple(role.value for role in Role if role is not Role.SYSTEM)

service = Service("users")


class UsersAsked(Asking):
    """Of which role, in which order, and which page."""

    role = ChoiceField(ROLES)
    sort = SortField("name", "role")
    after = paging.after()
    limit = paging.limit()


class SessionsAsked(Asking):
    """In which order, and which page."""

    sort = SortField("-created_at", "created_at")
    after = paging.after()
    limit = paging.limit()


class TokensAsked(Asking):
    """In which order, and which page."""

    sort = SortField("number", "expires_at")
    after = paging.after()
    limit = paging.limit()


class TokenIn(Shape):
    """What a token is for, and how long it lives."""

    label = TextField(100, required=True)
    acts = ListField(ChoiceField(tuple(table().acts)), most=len(table().acts), required=True)
    days = WholeField(1, 366, load_default=90)


User = told.shape(
    "User",
    told.text("name display_name language"),
    {"role": ChoiceField(ROLES, required=True), "scope": ChoiceField(KINDS, required=True)},
    told.rows(TextField(40), "codes"),
    told.day("since"),
    told.day_or_none("until"),
    told.flag("suspended password second_factor linked"),
)
Users = told.shape("Users", told.rows(User), told.text_or_none("next"))
Session = told.shape(
    "Session",
    told.text("number stage created_at seen_at expires_at"),
    told.text_or_none("revoked_at"),
)
Sessions = told.shape("Sessions", told.rows(Session), told.text_or_none("next"))
Token = told.shape(
    "Token",
    told.count("number"),
    told.text("label created_at expires_at"),
    told.rows(TextField(40), "acts"),
    told.text_or_none("revoked_at"),
)
Tokens = told.shape("Tokens", told.rows(Token), told.text_or_none("next"))
TokenIssued = told.shape("TokenIssued", told.text_or_none("secret"))
TokenEnded = told.shape("TokenEnded", told.count("number"))


def _page(rows: list[dict[str, Any]], asked: dict[str, Any], own: str) -> Any:
    name = asked["sort"].removeprefix("-")
    page, after = paging.page(rows, asked, {name: itemgetter(name)}, itemgetter(own))
    return {"rows": page, "next": after}


@service.get("/users", "listUsers", act="users-list", answers=Users, asks=UsersAsked)
def listed(tx: Tx, asked: dict[str, Any]) -> Any:
    """Tell everybody who uses the desk by pages: what they are, where, and how they sign in."""
    found = [documents.user(one) for one in people.people(tx, edge.desk().settings)]
    return _page([one for one in found if asked.get("role") in (None, one["role"])], asked, "name")


@service.get(
    "/users/<text:user_name>/sessions",
    "listSessions",
    act="users-sessions",
    answers=Sessions,
    asks=SessionsAsked,
)
def opened(tx: Tx, asked: dict[str, Any], user_name: str) -> Any:
    """Tell somebody's sessions by pages; their numbers open nothing."""
    found = sessions.sessions_of(tx, people.person(tx, user_name))
    return _page([documents.session(one) for one in found], asked, "number")


@service.get("/tokens", "listTokens", act="token-list", answers=Tokens, asks=TokensAsked)
def own(tx: Tx, asked: dict[str, Any]) -> Any:
    """Tell the tokens of whoever asks by pages, without their secrets."""
    found = [documents.token(one) for one in tokens.tokens_of(tx, edge.who())]
    return _page(found, asked, "number")


@service.post(
    "/tokens",
    "issueToken",
    act="token-issue",
    takes=TokenIn,
    answers=TokenIssued,
    example={"label": "Sao kê tháng", "acts": ["portfolio"], "days": 30},
)
def issue(tx: Tx, said: dict[str, Any]) -> Any:
    """Issue a token of one's own for some of the acts that the present one is for.

    Its secret is shown this once: the same request sent again is answered without it.
    """
    at, configured = edge.moment(), edge.desk().settings
    secret = tokens.issue(tx, configured, person=edge.who(), at=at, **said)
    return Told({"secret": secret}, kept={"secret": None})


@service.post(
    "/tokens/<number:number>/revocation",
    "revokeToken",
    act="token-revoke",
    takes=Nothing,
    answers=TokenEnded,
)
def revoke(tx: Tx, said: dict[str, Any], number: str) -> Any:
    """End one token of one's own at once, the present one too."""
    tokens.revoke(tx, person=edge.who(), number=int(number), at=edge.moment())
    return {"number": int(number)}
