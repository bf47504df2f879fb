"""Signing in at the bank's identity provider: going there, coming back, and leaving it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, Response, abort, g, request

from creditdesk.errors import DeskError
from creditdesk.users import identities
from creditdesk.users.provider import ANSWERS, Provider
from creditdesk.web import edge, keeping, limits, returning

pages = Blueprint("provided", __name__)
_log = logging.getLogger(__name__)


@pages.get("/sign-in/provider")
def ask() -> Response:
    """Send somebody to the provider, with a question that only this client can bring back."""
    page, at = returning.wanted(), edge.moment()
    with _logged():
        asked = identities.ask(edge.desk().database, _provider(), page=page, at=at)
    answer = keeping.lead(asked.address)
    keeping.put(answer, keeping.QUESTION, asked.secret, identities.LIFE)
    return answer


@pages.get(ANSWERS)
def answered() -> Response:
    """Begin a session by what the provider answers, whole or up to a second factor of ours."""
    desk = edge.desk()
    with _logged():
        begun, page = identities.answer(
            desk.database,
            desk.settings,
            _provider(),
            secret=keeping.kept(keeping.QUESTION),
            said=request.args.to_dict(),
            client=keeping.client(),
            at=edge.moment(),
        )
    answer = keeping.lead_on(begun, page)
    keeping.drop(answer, keeping.QUESTION)
    return answer


@pages.get("/sign-out/provider")
def leave() -> Response:
    """Lead somebody who left this desk to where they leave the provider too."""
    with _logged():
        return keeping.lead(_provider().farewell(edge.moment()) or "/sign-in")


def _provider() -> Provider:
    limits.of_provider()
    return edge.desk().provider or abort(404)


@contextmanager
def _logged() -> Iterator[None]:
    """Write for the log, under the number of the request, what a reader is not told."""
    try:
        yield
    except DeskError as trouble:
        _log.warning("request %s: %s", g.request_id, trouble)
        raise
