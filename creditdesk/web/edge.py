"""The edge between HTTP and the desk: who asks, a view's transaction, the clock, the manners."""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, g, request

from creditdesk import accesses, cards, issued, schema, users
from creditdesk.accesses import View, Visitor
from creditdesk.cards import Cover
from creditdesk.db import Database, Tx
from creditdesk.engine import days
from creditdesk.engine.policy import Policy
from creditdesk.errors import DeskError
from creditdesk.evidence import Evidence, Render
from creditdesk.ledger import Deed
from creditdesk.reach import Asker
from creditdesk.settings import Settings
from creditdesk.users import Person, Place, permissions, tokens
from creditdesk.users.permissions import NotYours
from creditdesk.users.provider import Provider
from creditdesk.web.protocol import NotSignedIn

Page = TypeVar("Page", bound=Callable[..., Any])
API = "/api/v1"
METHODS = ("GET", "HEAD")
_KEY = "creditdesk"
_LONGEST_NEED = 200
_SHOWING = ("figures", "persons")
# A number of digits alone may be somebody's identity number, and the log names no person.
_REQUEST_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9._-]{8,64}")
_HEADERS: Mapping[str, str] = {
    # Bootstrap draws ticks and arrows as data: images. A picture runs nothing and loads nothing.
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Not "no-referrer": a browser would send our own forms from the origin "null".
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


@dataclass(slots=True)
class Desk:
    """What the pages work with: settings, the database, the law, where else one signs in."""

    settings: Settings
    database: Database
    policy: Policy
    provider: Provider | None = None
    seen: Cover | None = None
    peopled: bool = False


def install(app: Flask, desk: Desk) -> None:
    """Give an application its desk and every answer its manners."""
    app.extensions[_KEY] = desk
    app.before_request(_begin)
    app.after_request(_manners)


def desk() -> Desk:
    """Return the desk of the application that answers."""
    found: Desk = current_app.extensions[_KEY]
    return found


@contextmanager
def read() -> Iterator[Tx]:
    """Open the one transaction of a view: it sees one moment of the book and can write nothing.

    Raises SchemaOutdated, SchemaNewer, DatabaseUnavailable.
    """
    with desk().database.read() as tx:
        _check(tx)
        yield tx


def note(view: View) -> None:
    """Write down, before the answer leaves, whom it shows to whom: no note, no answer.

    Raises DatabaseUnavailable.
    """
    if not view.shows_nobody:
        view = replace(view, why=view.why or need())
        with desk().database.begin() as tx:
            accesses.note(tx, visitor=visitor(), view=view, at=moment().isoformat())


def issue(evidence: Evidence, render: Render) -> bytes:
    """Return a document as it is given out: sealed where there is a seal, and registered.

    Raises SealUnreadable, HsmMissing, SealFailed, DatabaseUnavailable.
    """
    paper = issued.made(desk().settings, evidence, render)
    with desk().database.begin() as tx:
        issued.enter(tx, paper=paper, by=visitor().who, at=moment().isoformat())
    return paper.content


def visitor() -> Visitor:
    """Return who looks: by a token or a session; a guest where the desk has no users."""
    channel = "api" if by_program() else "web"
    person = who() if by_program() else reader()
    if person is None:
        return Visitor("guest", channel, request_id=g.request_id)
    return Visitor(person.sign_in_name, channel, person.role.value, g.request_id)


def _check(tx: Tx) -> None:
    """Refuse tables that are not those of this program, once for each request."""
    if "checked" not in g:
        schema.check(tx)
        g.checked = True
        # The head of every page says whether the book is invented, also a worker's first page.
        if desk().seen is None:
            cover(tx)


@contextmanager
def begin(*, trial: bool = False) -> Iterator[Tx]:
    """Open the one transaction of an act: all of it is kept, or nothing happened.

    trial  whether all that the act wrote is taken back at the end: it is only looked at

    Raises SchemaOutdated, SchemaNewer, DatabaseUnavailable.
    """
    with desk().database.read() as tx:
        _check(tx)
    with desk().database.begin() as tx:
        yield tx
        if trial:
            tx.rollback()


def who() -> Person:
    """Return who asks, by the token or the session that comes with the request.

    Raises NotSignedIn.
    """
    if not by_program():
        signed_in = reader()
        if signed_in is None:
            raise NotSignedIn
        return signed_in
    if "person" not in g:
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.casefold() != "bearer":
            raise NotSignedIn
        with read() as tx:
            g.person = tokens.bearer(tx, secret=secret.strip(), at=moment())
    found: Person = g.person
    return found


def require(act: str, place: Place | None = None, *, maker: str | None = None) -> None:
    """Refuse what the person may not do at a place; where no place is said, anywhere at all.

    maker  the sign-in name of whoever did what an act of checking judges

    Raises NotSignedIn, NotAllowed, NotYours, OwnDeed, NeedMissing.
    """
    asker().require(act, place, maker=maker)


def asker() -> Asker:
    """Return who asks, today, with the need that was stated; raises NotSignedIn."""
    return Asker(who(), today(), need())


def need() -> str:
    """Return why persons are to be seen, in the words of who asks; empty where nothing is said."""
    if by_program():
        # What a header says beyond ASCII is UTF-8, handed on byte by byte.
        said = request.headers.get("X-Need", "").encode("latin-1", "replace")
        told = said.decode("utf-8", "replace")
    else:
        told = request.args.get("need", "")
    return told.strip()[:_LONGEST_NEED]


def deed(
    ground: str = "",
    document_no: str = "",
    document_on: date | None = None,
) -> Deed:
    """Return that the person does something now, on which ground and paper."""
    name, now = who().sign_in_name, moment().isoformat()
    return Deed(name, now, "", ground, document_no, document_on, today=today())


def by_program() -> bool:
    """Return whether a program asks, so that it is answered in JSON."""
    return request.path == API or request.path.startswith(f"{API}/")


def cover(tx: Tx) -> Cover:
    """Return the cover of the book."""
    found = cards.cover(tx, desk().seen)
    desk().seen = found
    return found


def reader() -> Person | None:
    """Return who is signed in on the pages; None where the desk has no users yet."""
    found: Person | None = g.get("reader")
    return found


def alone() -> bool:
    """Return whether the book is known to have no users, and is shown to whoever sits here."""
    found: bool = g.get("alone", False)
    return found


def opens(endpoint: str) -> bool:
    """Return whether a page is open to whoever asks: to a guest, what changes nothing."""
    rules = permissions.rules_of(endpoint)
    person = reader()
    if person is None:
        return alone() and any(rule.theme in _SHOWING for rule in rules.values())
    return any(users.is_open(person, act) for act in rules)


def show(act: str, place: Place, otherwise: DeskError) -> None:
    """Refuse what lies outside of the scope of who is signed in, as what is not there is refused.

    Raises the other refusal in place of NotYours, and NotAllowed, NeedMissing.
    """
    person = reader()
    if person is None:
        return
    try:
        users.may(person, act, place, need=need())
    except NotYours:
        raise otherwise from None


def today() -> date:
    """Return the day by the clock of this machine, where the bank is."""
    return datetime.now(days.ZONE).date()


def moment() -> datetime:
    """Return this moment."""
    return datetime.now(UTC).replace(microsecond=0)


def roomy(*, kilobytes: int, files: bool = False) -> Callable[[Page], Page]:
    """Return a decorator of a page whose form may be so long [KiB], with files or many rows.

    files  whether it also takes a file of a branch, as large as the settings let one be
    """

    def decorate(page: Page) -> Page:
        page.bytes = kilobytes * 1024  # type: ignore[attr-defined]
        page.files = files  # type: ignore[attr-defined]
        return page

    return decorate


def resumed(page: Page) -> Page:
    """Mark a page whose form is held for whoever sends it after their session ran out."""
    page.resumed = True  # type: ignore[attr-defined]
    return page


def _begin() -> None:
    """Name the request, and refuse pages every way of asking that could change something.

    A page is only written to where it has a form.
    """
    told = request.headers.get("X-Request-ID", "")
    g.request_id = told if _REQUEST_ID.fullmatch(told) else f"r{secrets.token_hex(6)}"
    has_form = request.method == "POST" and request.url_rule is not None
    if request.method not in METHODS and not has_form and not by_program():
        abort(405, response=None)
    page = current_app.view_functions.get(request.endpoint or "")
    room = getattr(page, "bytes", None)
    if room is not None:
        request.max_content_length = request.max_form_memory_size = room
    if room is not None and getattr(page, "files", False):
        request.max_content_length = room + (desk().settings.intake_max_megabytes << 20)


def _manners(answer: Response) -> Response:
    """Return an answer with the headers of every answer; only files of style may be kept."""
    for name, value in _HEADERS.items():
        answer.headers[name] = value
    answer.headers["X-Request-ID"] = g.get("request_id", "-")
    if request.endpoint != "assets.file" or answer.status_code >= 400:
        answer.headers["Cache-Control"] = "no-store"
    return answer
