"""The journal of accesses on pages: by user, by person concerned, and whether it is whole."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import islice

from flask import Blueprint, render_template, request

from creditdesk import accesses, words
from creditdesk.accesses import CUSTOMER, View
from creditdesk.db import Tx
from creditdesk.engine import days
from creditdesk.users.permissions import is_open
from creditdesk.web import edge
from creditdesk.web.writing import hand

PAGE = 100
_WEEK = timedelta(days=7)

pages = Blueprint("accesses", __name__, url_prefix="/administration/accesses")


@pages.get("")
def index() -> str:
    """Show accesses since a day: all of them, those of a user, or those to one person.

    That the journal is whole is proved where it is asked: every line of it is read then.
    """
    asked = {name: request.args.get(name, "").strip()[:60] for name in ("who", "customer")}
    since, reads = _since(), is_open(edge.who(), "audit-read")
    said, proving = request.args.get("page", "1"), "proof" in request.args
    page = max(int(said), 1) if said.isascii() and said.isdigit() and len(said) < 6 else 1
    with edge.read() as tx:
        fault = accesses.first_fault(tx) if proving else None
        count, digest = accesses.head(tx)
        newest = _newest(tx, asked, since) if reads else iter(())
        shown = list(islice(newest, (page - 1) * PAGE, page * PAGE + 1))
    if asked["customer"]:
        view = View("audit-person", CUSTOMER, asked["customer"], customers=[asked["customer"]])
        edge.note(replace(view, why=edge.need()))
    return render_template(
        "accesses/index.html",
        asked=asked,
        since=since,
        reads=reads,
        fault=fault,
        proved=proving,
        count=count,
        digest=digest,
        lines=shown[:PAGE],
        called=partial(words.looked_at, hand().language),
        page=page,
        more=len(shown) > PAGE,
    )


def _newest(tx: Tx, asked: Mapping[str, str], since: date) -> Iterator[accesses.Line]:
    """Yield the accesses that are asked for, the newest first."""
    if not asked["customer"]:
        return accesses.read(tx, since, asked["who"] or None, newest_first=True)
    edge.require("audit-person")
    found = reversed(accesses.of_person(tx, asked["customer"], since))
    return (one for one in found if asked["who"] in ("", one.who))


def _since() -> date:
    """Return the day from which on accesses are shown; of none that can be read, a week ago."""
    try:
        return days.read(request.args.get("since", ""))
    except ValueError:
        return edge.today() - _WEEK
