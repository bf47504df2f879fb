"""The entries of the desk: each shows where its page exists and is open to whoever asks."""

from typing import Any, NamedTuple

from flask import Flask, current_app, request, url_for
from werkzeug.exceptions import SecurityError

from creditdesk.users.permissions import ALL, KINDS
from creditdesk.web import edge


class Entry(NamedTuple):
    """An entry: its word's code under `page.nav-`, and the endpoint of its page.

    least  the narrowest kind of scope that its page has something for
    """

    name: str
    endpoint: str
    least: str = KINDS[0]


ENTRIES = (
    Entry("today", "today.index"),
    Entry("commune", "commune.index"),
    Entry("sheet", "sheets.index"),
    Entry("loans", "search.index"),
    Entry("applications", "applications.index"),
    Entry("decisions", "decisions.index"),
    Entry("portfolio", "portfolio.index", "commune"),
    Entry("statements", "statements.index", "commune"),
    Entry("downloads", "downloads.index"),
    Entry("administration", "administration.index"),
)
SEARCH, ACCOUNT = "search.index", "account.index"
# Where one begins, the first that is open: with what there is to do, or to see; not with a search.
_HOMES = ("today.index", "commune.index", "portfolio.index", "administration.index")

# Pages that no entry names stand in the part of the desk that leads to them.
_PARTS = {
    "applying": "applications",
    "letters": "statements",
    "loans": "search",
    "money": "search",
    "pictures": "statements",
    "trail": "statements",
    "transfers": "decisions",
    "verifying": "statements",
    "worklists": "today",
}


def install(app: Flask) -> None:
    """Give templates the entries that are open, and a question whether a page is."""
    app.context_processor(_at_hand)


def opened() -> list[Entry]:
    """Return the entries that are open to whoever asks, in their order."""
    person = edge.reader()
    reach = KINDS.index(person.scope.kind if person else ALL)
    return [
        entry for entry in ENTRIES if is_open(entry.endpoint) and reach >= KINDS.index(entry.least)
    ]


def is_open(endpoint: str) -> bool:
    """Return whether a page exists and is open to whoever asks, by a name that is ours."""
    if isinstance(request.routing_exception, SecurityError):
        return False
    return endpoint in current_app.view_functions and edge.opens(endpoint)


def home() -> str:
    """Return the address where whoever signed in begins."""
    found = {entry.endpoint for entry in opened()}
    return next((url_for(page) for page in _HOMES if page in found), "/")


def _here() -> str | None:
    """Return the part of the desk that a page belongs to."""
    if request.path.startswith("/administration/"):
        return "administration"
    return _PARTS.get(request.blueprint or "", request.blueprint)


def _at_hand() -> dict[str, Any]:
    return {
        "entries": opened,
        "is_open": is_open,
        "home": home,
        "here": _here(),
        "search_page": SEARCH,
        "account_page": ACCOUNT,
    }
