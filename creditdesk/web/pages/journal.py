"""The journal of accesses on pages: by user, by person concerned, and whether it is whole."""

from dataclasses import replace
from datetime import date, timedelta

from flask import Blueprint, render_template, request

from creditdesk import accesses
from creditdesk.accesses import CUSTOMER, View
from creditdesk.engine import days
from creditdesk.users.permissions import is_open
from creditdesk.web import edge

PAGE = 100
_WEEK = timedelta(days=7)

pages = Blueprint("accesses", __name__, url_prefix="/administration/accesses")


@pages.get("")
def index() -> str:
    """Show accesses since a day: all of them, those of a user, or those to one person."""
    asked = {name: request.args.get(name, "").strip()[:60] for name in ("who", "customer")}
    since, reads = _since(), is_open(edge.who(), "audit-read")
    lines: list[accesses.Line] = []
    with edge.read() as tx:
        fault = accesses.first_fault(tx)
        count, digest = accesses.head(tx)
        if reads and asked["customer"]:
            edge.require("audit-person")
            lines = accesses.of_person(tx, asked["customer"], since)
            lines = [one for one in lines if asked["who"] in ("", one.who)]
        elif reads and asked["who"]:
            lines = accesses.of_user(tx, asked["who"], since)
        elif reads:
            lines = accesses.journal(tx, since)
    if asked["customer"]:
        view = View("audit-person", CUSTOMER, asked["customer"], customers=[asked["customer"]])
        edge.note(replace(view, why=edge.need()))
    said = request.args.get("page", "1")
    page = max(int(said), 1) if said.isascii() and said.isdigit() and len(said) < 6 else 1
    newest = lines[::-1]
    return render_template(
        "accesses/index.html",
        asked=asked,
        since=since,
        reads=reads,
        fault=fault,
        count=count,
        digest=digest,
        lines=newest[(page - 1) * PAGE : page * PAGE],
        found=len(newest),
        page=page,
        more=len(newest) > page * PAGE,
    )


def _since() -> date:
    """Return the day from which on accesses are shown; of none that can be read, a week ago."""
    try:
        return days.read(request.args.get("since", ""))
    except ValueError:
        return edge.today() - _WEEK
