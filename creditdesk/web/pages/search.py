"""Search: who and what is found by a name or a number."""

from typing import Any

from flask import Blueprint, render_template, request

from creditdesk import communes
from creditdesk.accesses import LIST, View
from creditdesk.errors import DeskError
from creditdesk.search import MOST, Found, QueryShort
from creditdesk.users.permissions import NeedMissing
from creditdesk.web import edge, within
from creditdesk.web.asked import newest
from creditdesk.web.protocol import status_of
from creditdesk.web.shapes import NotAText

_LONGEST = 100

pages = Blueprint("search", __name__)


@pages.get("/search")
def index() -> Any:
    """Show persons with their loans, and groups, that are like what was typed."""
    typed = request.args.get("q", "").strip()
    found, trouble = Found(), None
    with edge.read() as tx:
        day = max(newest(edge.cover(tx)), edge.today())
        if typed:
            try:
                _check(typed)
                found = within.search(tx, typed, None, as_of=day)
            except (QueryShort, NotAText, NeedMissing) as refused:
                trouble = refused
    edge.note(View("search", LIST, "", customers=found.seen))
    return render_template(
        "search/index.html",
        typed=typed,
        found=found,
        trouble=trouble,
        needed=isinstance(trouble, NeedMissing) or bool(edge.need()),
        most=MOST,
        programmes=edge.desk().policy.programmes,
        known=communes.map_on(day).communes,
    ), _status(trouble)


def _check(typed: str) -> None:
    if len(typed) > _LONGEST or not typed.isprintable():
        raise NotAText(value=None, longest=_LONGEST)


def _status(trouble: DeskError | None) -> int:
    return status_of(trouble) if trouble else 200
