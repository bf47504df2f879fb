"""Where somebody goes after signing in: to the page of this desk that was asked for."""

from urllib.parse import quote, unquote, urlencode, urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException

from creditdesk.users import permissions
from creditdesk.web import edge

NAME = "next"
FIRST = "/"
_LONGEST = 1_000


def wanted() -> str:
    """Return the page to which this request asks to come back."""
    return local(request.args.get(NAME, ""))


def here() -> str:
    """Return the page that somebody has before them: this one, or that whose form was sent."""
    if request.method in edge.METHODS:
        return local(_address(quote(request.path), request.query_string.decode("latin-1")))
    form = urlsplit(request.referrer or "")
    return local(_address(form.path, form.query)) if form.netloc == request.host else FIRST


def bearing(address: str, page: str) -> str:
    """Return an address of signing in that leads on to a page."""
    return address if page == FIRST else f"{address}?{urlencode({NAME: page})}"


def local(said: str) -> str:
    """Return an address if one of our pages for people stands there, else that of the first page.

    A route is asked for, so that nothing is followed that this desk would not answer itself.
    """
    plain = said.isascii() and said.isprintable() and not set(said) & set(" \\")
    if not plain or len(said) > _LONGEST or not said.startswith("/") or said.startswith("//"):
        return FIRST
    adapter = current_app.create_url_adapter(request)
    assert adapter is not None
    try:
        page, _ = adapter.match(unquote(urlsplit(said).path), method="GET")
    except HTTPException:
        return FIRST
    is_ours = page not in permissions.table().open_routes and not page.startswith("api")
    return said if is_ours else FIRST


def _address(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
