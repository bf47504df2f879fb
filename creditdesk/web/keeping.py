"""What a client keeps of signing in, in cookies that no script reads, and where it goes on."""

from datetime import timedelta

from flask import Response, g, make_response, redirect, request

from creditdesk import users
from creditdesk.users.sessions import Begun, Stage
from creditdesk.web import edge, navigation, returning

SESSION, DEVICE, FORM, QUESTION = "session", "device", "form", "question"
NOTICE = "notice"
_WAITING = {Stage.CODE: "/second-factor", Stage.ENROL: "/enrol"}


def lead(address: str) -> Response:
    """Return an answer that leads on to an address."""
    return make_response(redirect(address, 303))


def lead_on(begun: Begun, page: str) -> Response:
    """Return an answer with a fresh session that leads to a page, or to what comes before it."""
    waiting = _WAITING.get(begun.stage)
    if not waiting and page == returning.FIRST:
        g.reader = begun.person
        page = navigation.home()
    return begun_with(lead(returning.bearing(waiting, page) if waiting else page), begun)


def begun_with(answer: Response, begun: Begun) -> Response:
    """Return an answer that carries a fresh session, and by what the client is known later."""
    put(answer, SESSION, begun.token)
    if begun.device:
        put(answer, DEVICE, begun.device, timedelta(days=edge.desk().settings.device_days))
    return answer


def client() -> users.Client:
    """Return where this request comes from."""
    agent = request.headers.get("User-Agent", "")
    return users.Client(request.remote_addr or "", kept(DEVICE), agent)


def kept(name: str) -> str:
    """Return what the client keeps under a name; empty if nothing."""
    return request.cookies.get(_named(name), "")


def put(answer: Response, name: str, value: str, life: timedelta | None = None) -> None:
    """Let the client keep a value, for so long or until it is closed."""
    answer.set_cookie(
        _named(name),
        value,
        max_age=life,
        secure=request.is_secure,
        httponly=True,
        samesite="Lax",
    )


def drop(answer: Response, name: str) -> None:
    """Let the client keep nothing under a name."""
    answer.delete_cookie(_named(name), secure=request.is_secure, httponly=True, samesite="Lax")


def _named(name: str) -> str:
    """Return what a cookie is called: behind TLS so that no other host can set it."""
    return f"__Host-{name}" if request.is_secure else name
