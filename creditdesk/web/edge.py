"""The edge between HTTP and the desk: a view's transaction, the clock, the manners of answers."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask import Flask, Response, abort, current_app, g, request

from creditdesk import accesses, cards, schema
from creditdesk.accesses import View, Visitor
from creditdesk.cards import Cover
from creditdesk.db import Database, Tx
from creditdesk.engine.policy import Policy
from creditdesk.settings import Settings

METHODS = ("GET", "HEAD")
_KEY = "creditdesk"
_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}


@dataclass(slots=True)
class Desk:
    """What the pages work with: settings, the database, the law, and the cover last seen."""

    settings: Settings
    database: Database
    policy: Policy
    seen: Cover | None = None


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
        schema.check(tx)
        yield tx


def note(view: View) -> None:
    """Write down, before the answer leaves, whom it shows to whom: no note, no answer.

    Raises DatabaseUnavailable.
    """
    if not view.shows_nobody:
        with desk().database.begin() as tx:
            accesses.note(tx, visitor=visitor(), view=view, at=moment().isoformat())


def visitor() -> Visitor:
    """Return who looks: a guest of this machine until users sign in."""
    return Visitor("guest", "web", request_id=g.request_id)


def cover(tx: Tx) -> Cover:
    """Return the cover of the book."""
    found = cards.cover(tx, desk().seen)
    desk().seen = found
    return found


def today() -> date:
    """Return the day by the clock of this machine."""
    return date.today()


def moment() -> datetime:
    """Return this moment."""
    return datetime.now(UTC).replace(microsecond=0)


def _begin() -> None:
    """Name the request, and refuse every way of asking that could change something."""
    g.request_id = secrets.token_hex(6)
    if request.method not in METHODS:
        abort(405, response=None)


def _manners(answer: Response) -> Response:
    """Return an answer with the headers of every answer; only static files may be kept."""
    for name, value in _HEADERS.items():
        answer.headers[name] = value
    answer.headers["X-Request-ID"] = g.get("request_id", "-")
    if request.endpoint != "static" or answer.status_code >= 400:
        answer.headers["Cache-Control"] = "no-store"
    return answer
