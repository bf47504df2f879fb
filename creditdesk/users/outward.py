"""Asking another server for JSON: by TLS, within a time and a size, and led nowhere else."""

import json
import time
from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from creditdesk.errors import DeskError
from creditdesk.settings import is_safe

_MOST_BYTES = 256 * 1024
_PIECE = 16 * 1024


class ProviderSilent(DeskError):
    """The identity provider does not answer, or not as one does; `why` is for the log."""

    code = "provider-silent"


class ProviderSaysNo(DeskError):
    """The identity provider refuses what it was asked; `status` of HTTP."""

    code = "provider-says-no"


class _Nowhere(HTTPRedirectHandler):
    """Follow nobody."""

    def redirect_request(self, *_said: Any, **_more: Any) -> None:
        """Return nothing to ask instead."""


_OPENER = build_opener(_Nowhere)


def ask(
    address: str, *, seconds: int, body: str = "", headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the JSON object at an address; what has a body is posted there.

    Raises ProviderSilent, ProviderSaysNo.
    """
    if not is_safe(address):
        raise ProviderSilent(why="address-not-safe")
    told = {"Accept": "application/json", **(headers or {})}
    request = Request(address, body.encode() or None, told)
    try:
        content = _content(request, seconds)
        found = json.loads(content)
    except HTTPError as trouble:
        trouble.close()
        if 400 <= trouble.code < 500:
            raise ProviderSaysNo(status=trouble.code) from None
        raise ProviderSilent(why=f"status-{trouble.code}") from None
    except (OSError, HTTPException, ValueError, RecursionError) as trouble:
        raise ProviderSilent(why=type(trouble).__name__) from None
    if not isinstance(found, dict):
        raise ProviderSilent(why="not-an-object")
    return found


def _content(request: Request, seconds: int) -> bytes:
    """Return what is answered, unless it takes too long or is too much: each piece is weighed."""
    until = time.monotonic() + seconds
    content = b""
    with _OPENER.open(request, timeout=seconds) as answer:
        assert isinstance(answer, HTTPResponse)
        while piece := answer.read1(_PIECE):
            content += piece
            if len(content) > _MOST_BYTES:
                raise ProviderSilent(why="too-much")
            if time.monotonic() > until:
                raise ProviderSilent(why="too-slow")
    return content
