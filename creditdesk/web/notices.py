"""What was done, told once on the page after a form was sent.

It travels in a cookie, bound to the session: the code of a sentence and its facts, which are
numbers of things and counts, never names.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, g

from creditdesk.web import keeping
from creditdesk.web.writing import hand

_LONGEST = 1_000


def install(app: Flask) -> None:
    """Let pages tell what was done, once."""
    app.context_processor(lambda: {"notice": _notice})
    app.after_request(_forget)


def tell(answer: Response, code: str, facts: Mapping[str, Any], session: str = "") -> None:
    """Let the next page say a sentence of [page] with its facts.

    session  the token of the session that begins with the answer, where one does
    """
    told = urlsafe_b64encode(json.dumps([code, facts]).encode()).decode()
    keeping.put(answer, keeping.NOTICE, f"{told}.{_mark(told, session)}")


def _notice() -> str:
    """Return what was done, in the reader's language; empty where nothing is to be told."""
    told, _, mark = keeping.kept(keeping.NOTICE)[:_LONGEST].partition(".")
    if not told or not hmac.compare_digest(mark.encode(), _mark(told).encode()):
        return ""
    code, facts = json.loads(urlsafe_b64decode(told))
    g.noticed = True
    return hand().say(code, **facts)


def _mark(told: str, session: str = "") -> str:
    """Return what only the desk can add to a notice of this session."""
    key = f"notice:{session or keeping.kept(keeping.SESSION)}"
    return hmac.new(key.encode(), told.encode(), "sha256").hexdigest()


def _forget(answer: Response) -> Response:
    if g.get("noticed"):
        keeping.drop(answer, keeping.NOTICE)
    return answer
