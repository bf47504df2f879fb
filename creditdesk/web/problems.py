"""Problem documents: a refusal or failure as programs read it.

Source: RFC 9457 (application/problem+json).
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Response, g, request
from werkzeug.exceptions import HTTPException

from creditdesk import words
from creditdesk.db import DatabaseUnavailable
from creditdesk.errors import Conflict, Denied, DeskError, Malformed, NotFound
from creditdesk.users.tokens import TokenRefused
from creditdesk.web import edge
from creditdesk.web.protocol import (
    OF_HTTP,
    RETRY_SECONDS,
    InputInvalid,
    MethodUnfit,
    NotSignedIn,
    RequestUnreadable,
    TooManyRequests,
    status_of,
)

KIND = "application/problem+json"
_TITLES: tuple[tuple[type[DeskError], str], ...] = (
    (DatabaseUnavailable, "unavailable"),
    (NotSignedIn, "not-signed-in"),
    (TokenRefused, "not-signed-in"),
    (NotFound, "not-found"),
    (Malformed, "malformed"),
    (Denied, "denied"),
    (Conflict, "conflict"),
)


def refused(trouble: DeskError) -> Response:
    """Return a refusal as a problem document, in the caller's language."""
    # The driver's own words name files and hosts: they are for the log.
    hidden = isinstance(trouble, DatabaseUnavailable)
    facts = {} if hidden else plain(trouble.facts)
    title = next((name for kind, name in _TITLES if isinstance(trouble, kind)), "refused")
    said = words.refusal(language(), trouble)
    document = _document(trouble.code, status_of(trouble), title, said) | {"facts": facts}
    if isinstance(trouble, InputInvalid):
        document["errors"] = [_fault(*fault) for fault in trouble.faults]
    answer = _answer(document)
    if document["status"] == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="creditdesk"'
    if document["status"] == 503:
        answer.headers["Retry-After"] = str(RETRY_SECONDS)
    if isinstance(trouble, TooManyRequests):
        answer.headers["Retry-After"] = str(trouble.facts["seconds"])
    return answer


def asked_wrongly(trouble: HTTPException) -> Response:
    """Return what the server itself refuses as a problem document."""
    status = trouble.code or 500
    if status >= 500:
        return failed("failed")
    kind = OF_HTTP.get(status, RequestUnreadable)
    allowed = sorted(getattr(trouble, "valid_methods", None) or ())
    answer = refused(kind(methods=allowed) if kind is MethodUnfit else kind())
    if allowed:
        answer.headers["Allow"] = ", ".join(allowed)
    return answer


def failed(code: str) -> Response:
    """Return a failure of ours as a problem document: only the number to quote is told."""
    said = words.say(language(), f"problem.{code}")
    return _answer(_document(code, 500, "failed", said) | {"facts": {}})


def language() -> str:
    """Return the language that the caller reads best, else that of the settings."""
    best = request.accept_languages.best_match(words.LANGUAGES)
    return best or edge.desk().settings.language


def plain(value: Any) -> Any:
    """Return facts as JSON has them: days as ISO text, exact numbers as text."""
    if value is None or isinstance(value, bool | int | str):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, Sequence | set | frozenset):
        return [plain(one) for one in value]
    return str(value)


def _fault(kind: str, place: str, trouble: DeskError) -> dict[str, Any]:
    return {
        kind: place,
        "code": trouble.code,
        "facts": plain(trouble.facts),
        "detail": words.refusal(language(), trouble),
    }


def _document(code: str, status: int, title: str, said: str) -> dict[str, Any]:
    return {
        "type": f"{edge.API}/problems/{code}",
        "title": words.say(language(), f"problem.{title}"),
        "status": status,
        "detail": said,
        "instance": f"urn:creditdesk:request:{g.get('request_id', '-')}",
        "code": code,
    }


def _answer(document: dict[str, Any]) -> Response:
    answer = Response(
        json.dumps(document, ensure_ascii=False), status=document["status"], content_type=KIND
    )
    answer.headers["Content-Language"] = language()
    answer.vary.add("Accept-Language")
    return answer
