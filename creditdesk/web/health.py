"""Whether the desk can answer: for machines that watch it."""

from typing import Any

from flask import Blueprint

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
