"""Refusals and failures: pages for people, problem documents for programs, a number to quote."""

import logging
import traceback

from flask import Flask, Response, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from creditdesk import communes
from creditdesk.db import DatabaseUnavailable, QuestionTooLong
from creditdesk.errors import BooksBroken, DeskError
from creditdesk.users.permissions import NeedMissing
from creditdesk.web import edge, problems, signing
from creditdesk.web.asked import PlaceUnsaid
from creditdesk.web.protocol import RETRY_SECONDS, status_of
from creditdesk.web.writing import hand

_KNOWN = (400, 403, 404, 405, 413, 415, 429, 500, 503)
_log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Answer every refusal and failure of an application with a page or a problem document."""
    app.register_error_handler(DeskError, _refused)
    app.register_error_handler(BooksBroken, _broken)
    app.register_error_handler(HTTPException, _asked_wrongly)
    app.register_error_handler(Exception, _failed)


def _refused(trouble: DeskError) -> Response:
    status = status_of(trouble)
    if isinstance(trouble, DatabaseUnavailable):
        # The driver's own words name files and hosts: they are for the log.
        _log.error("request %s: %s", g.request_id, trouble)
    if edge.by_program():
        return problems.refused(trouble)
    signing.recognise()
    if isinstance(trouble, DatabaseUnavailable) and not isinstance(trouble, QuestionTooLong):
        return _page(status, hand().say("database-silent"))
    if isinstance(trouble, NeedMissing) and request.method == "GET":
        return _page(status, hand().say("need-ask"), "need.html")
    if isinstance(trouble, PlaceUnsaid) and request.method == "GET":
        g.choices = [communes.map_on(edge.today()).province(c) for c in trouble.facts["provinces"]]
        return _page(status, hand().refusal(trouble), "choose.html")
    return _page(status, hand().refusal(trouble))


def _broken(trouble: BooksBroken) -> Response:
    _log.critical("request %s: books broken: %s", g.request_id, trouble)
    if edge.by_program():
        return problems.failed("books-broken")
    return _page(500, hand().say("books-broken"))


def _asked_wrongly(trouble: HTTPException) -> Response:
    status = trouble.code or 500
    if edge.by_program():
        return problems.asked_wrongly(trouble)
    if status < 500:
        signing.recognise()
    answer = _page(status, hand().say(f"http-{status if status in _KNOWN else 400}"))
    if status == 405:
        answer.headers["Allow"] = ", ".join(edge.METHODS)
    return answer


def _failed(trouble: Exception) -> Response:
    _log.error("request %s failed: %s", g.request_id, _where(trouble))
    if edge.by_program():
        return problems.failed("failed")
    return _page(500, hand().say("http-500"))


def _where(trouble: BaseException | None) -> str:
    """Return kinds and places of a failure and its causes; never words, which may name persons."""
    told = []
    while trouble is not None:
        places = "".join(traceback.format_tb(trouble.__traceback__))
        told.append(f"{type(trouble).__name__}\n{places}")
        trouble = trouble.__cause__ or trouble.__context__
    return "caused by ".join(told)


def _page(status: int, sentence: str, template: str = "error.html") -> Response:
    g.setdefault("request_id", "-")
    told = {"sentence": sentence, "next_step": f"next-{status if status in _KNOWN else 400}"}
    answer = make_response(render_template(template, status=status, **told), status)
    if status == 503:
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer
