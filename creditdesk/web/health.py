"""Whether the desk can answer: for machines that watch it."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from flask import Blueprint, Response

from creditdesk import closing, opening, turns
from creditdesk.db import Tx
from creditdesk.engine import days
from creditdesk.errors import DeskError
from creditdesk.web import edge
from creditdesk.web.protocol import RETRY_SECONDS

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def alive() -> Any:
    """Answer 200 where the database answers with the tables of this program, else 503."""
    return _told(_ask())


@pages.get("/readyz")
def ready() -> Any:
    """Answer 200 where requests may be sent here: the policy is read and the database answers."""
    return _told(_ask())


@pages.get("/metrics")
def metrics() -> Any:
    """Tell a watching Prometheus whether the desk stands and how far its nights have come.

    Whole numbers only, of the book as a whole: nothing of a person, a loan or a place.
    """
    lines = [("creditdesk_up", "", int(_ask() == "ok"))]
    if lines[0][2]:
        with edge.read() as tx:
            lines += _measured(tx)
    text = "".join(f"{name}{labels} {value}\n" for name, labels, value in lines)
    return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _measured(tx: Tx) -> Iterator[tuple[str, str, int]]:
    yield "creditdesk_entries_total", "", opening.entries(tx)
    yield "creditdesk_months_open", "", len(closing.open_months(tx))
    if closed := closing.last_day(tx):
        yield "creditdesk_last_closed_day_seconds", "", _seconds(closed)
    for run in turns.newest_runs(tx):
        yield "creditdesk_job_last_day_seconds", f'{{job="{run.job}"}}', _seconds(run.day)


def _seconds(day: date) -> int:
    """Return the beginning of a day in the bank's zone as seconds since 1970."""
    return int(datetime.combine(day, time(), days.ZONE).timestamp())


def _ask() -> str:
    """Return `ok`, or the code of what stands in the way."""
    try:
        with edge.read():
            return "ok"
    except DeskError as trouble:
        return trouble.code


def _told(status: str) -> Any:
    if status == "ok":
        return {"status": status}
    return {"status": status}, 503, {"Retry-After": str(RETRY_SECONDS)}
