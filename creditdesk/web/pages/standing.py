"""How the desk itself stands, worded: what is wrong, and what to do about it."""

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from flask import Blueprint, Response, render_template, url_for

from creditdesk import accesses, closing, errands, opening, sealing, turns
from creditdesk.db import Tx
from creditdesk.engine import days
from creditdesk.settings import ROOT
from creditdesk.users import places
from creditdesk.users.permissions import is_open
from creditdesk.web import edge, filled, orders
from creditdesk.web.filled import Done, Filled
from creditdesk.web.pages.errands import NothingSaid
from creditdesk.web.pages.steps import may

FINE, DOUBT, BAD = "fine", "late", "bad"
_GIGABYTE = 1 << 30
_LEAST, _LOW = 1 * _GIGABYTE, 5 * _GIGABYTE
_MANY = 100
_NIGHTS, _WEEK = timedelta(days=2), timedelta(days=8)
VERIFY = "verify"

pages = Blueprint("standing", __name__, url_prefix="/administration/health")


class Check(NamedTuple):
    """Something that was looked at: how it stands, and the facts of its sentence.

    sentence  its code under `page.health-`
    """

    name: str
    state: str
    sentence: str
    facts: dict[str, Any] = {}


@pages.get("")
def index() -> str:
    """Show how the desk stands, the worst first."""
    return _index(filled.blank())


def _index(form: Filled) -> str:
    with edge.read() as tx:
        checks = list(_checks(tx))
        runs, proved = turns.newest_runs(tx), _proved(tx)
        printed = next(errands.listed(tx, newest_first=True, kind="pack", by="clock"), None)
        faults = [_dated(fault) for fault in proved["result"]["faults"]] if proved else []
        cards = {fault.get("loan_no") for fault in faults if _leads_on(tx, fault)}
    worst = {BAD: 0, DOUBT: 1, FINE: 2}
    return render_template(
        "standing/index.html",
        form=form,
        checks=sorted(checks, key=lambda one: worst[one.state]),
        runs=runs,
        printed=printed,
        faults=faults,
        cards=cards,
        may_verify=is_open(edge.who(), VERIFY),
    )


@pages.post("")
def verify() -> Response:
    """Have the books proved in the background."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        number = orders.ask(tx, VERIFY, VERIFY, {}, None)
        return Done(url_for("jobs.show", number=number), "proof-asked")

    return filled.submit(NothingSaid, act, _index)


def _checks(tx: Tx) -> Iterator[Check]:
    """Yield what is looked at; that this page opens proves the database and its tables."""
    kind = "SQLite" if edge.desk().database.is_sqlite else "PostgreSQL"
    yield Check("database", FINE, "database", {"kind": kind, "count": opening.entries(tx)})
    newest = {run.job: run.day for run in turns.newest_runs(tx)}
    yield _nights(newest.get("close-day"), edge.today())
    yield _keys(tx)
    yield _space()
    yield _queue(tx)
    left = [one.month for one in closing.open_months(tx)]
    yield (
        Check("months", DOUBT, "months-open", {"months": left})
        if left
        else Check("months", FINE, "months-closed")
    )
    lines, _ = accesses.head(tx)
    yield Check("journal", FINE, "journal", {"count": lines})
    yield _proof(_proved(tx))


def _nights(newest: date | None, today: date) -> Check:
    if newest is None:
        return Check("clock", BAD, "clock-never")
    late = newest < today - _NIGHTS
    return Check(
        "clock", BAD if late else FINE, "clock-late" if late else "clock", {"day": newest}
    )


def _keys(tx: Tx) -> Check:
    uses = sealing.uses(tx)
    missing = [use.id for use in uses if use.rows and not use.given]
    if missing:
        return Check("keys", BAD, "keys-missing", {"keys": missing})
    old = sum(use.rows for use in uses if not use.seals)
    if old:
        return Check("keys", DOUBT, "keys-old", {"count": old})
    given = any(use.given for use in uses)
    return Check("keys", FINE if given else BAD, "keys" if given else "keys-none")


def _proved(tx: Tx) -> dict[str, Any] | None:
    """Return the newest proof of the books that was asked for and is done."""
    found = errands.listed(tx, newest_first=True, kind=VERIFY, state="done")
    newest = next(found, None)
    return errands.find(tx, newest["number"]) if newest else None


def _proof(proved: dict[str, Any] | None) -> Check:
    if proved is None:
        return Check("proof", DOUBT, "proof-never")
    told, asked = proved["result"], datetime.fromisoformat(proved["asked_at"])
    day = asked.astimezone(days.ZONE).date()
    if not told["holds"]:
        return Check("proof", BAD, "proof-broken", {"day": day, "count": len(told["faults"])})
    state = DOUBT if day < edge.today() - _WEEK else FINE
    facts = {"day": day, "loans": told["loans"], "entries": told["entries"]}
    return Check("proof", state, "proof-holds" if state == FINE else "proof-old", facts)


def _dated(fault: dict[str, Any]) -> dict[str, Any]:
    """Return a contradiction with the day that it was kept with as text."""
    return fault | ({"day": date.fromisoformat(fault["day"])} if "day" in fault else {})


def _leads_on(tx: Tx, fault: dict[str, Any]) -> bool:
    """Return whether a contradiction is of a loan whose card is open to whoever asks."""
    place = places.of_loan(tx, fault.get("loan_no", ""), edge.today())
    return place is not None and may("standing", place)


def _space() -> Check:
    folder = ROOT / edge.desk().settings.files_folder
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    state = BAD if free < _LEAST else DOUBT if free < _LOW else FINE
    sentence = "space" if state == FINE else "space-low"
    return Check("space", state, sentence, {"gigabytes": free // _GIGABYTE})


def _queue(tx: Tx) -> Check:
    waits = {
        state: sum(1 for _ in islice(errands.listed(tx, state=state), _MANY))
        for state in ("to-check", "queued", "running")
    }
    state = DOUBT if waits["queued"] >= _MANY else FINE
    facts = {"checks": waits["to-check"], "queued": waits["queued"], "running": waits["running"]}
    return Check("queue", state, "queue", facts)
