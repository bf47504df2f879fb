"""A form that comes after its session ran out: held for the person, shown again when they return.

It is held sealed, for the person whose session it was and the address it was sent to; only a form
that the session itself was given is held.
"""

import hmac
from urllib.parse import parse_qsl, urlencode

from flask import current_app, request

from creditdesk.shelf import FileGone, Shelf
from creditdesk.users import sessions
from creditdesk.web import edge, keeping
from creditdesk.web.filled import KEY, TOKEN, Filled

NAME = "held"
_MEDIA = "application/x-www-form-urlencoded"


def hold() -> str:
    """Hold the form of this request, and return the address that shows it again; empty if none."""
    page = current_app.view_functions.get(request.endpoint or "")
    token = keeping.kept(keeping.SESSION)
    said = request.form.get(TOKEN, "") if request.method == "POST" else ""
    ours = hmac.compare_digest(sessions.form_token(token).encode(), said.encode())
    if not (token and ours and getattr(page, "resumed", False)):
        return ""
    desk, at = edge.desk(), edge.moment()
    with edge.begin() as tx:
        person = sessions.left(tx, token=token, at=at)
        if person is None:
            return ""
        typed = [(name, text) for name, text in request.form.items(multi=True) if name != TOKEN]
        number = Shelf(desk.settings).put(
            tx,
            by=person.sign_in_name,
            name=request.path,
            media=_MEDIA,
            content=urlencode(typed).encode(),
            at=at,
        )
    return f"{request.path}?{NAME}={number}"


def held() -> Filled | None:
    """Return the form that is held under the number in the address, None where there is none.

    What is held for another person, or was sent elsewhere, is not there.
    """
    said = request.args.get(NAME, "")
    if not (said.isascii() and said.isdigit() and len(said) < 16):
        return None
    shelf, at = Shelf(edge.desk().settings), edge.moment()
    with edge.read() as tx:
        try:
            found = shelf.find(tx, int(said), at)
            if (found.by, found.name) != (edge.who().sign_in_name, request.path):
                return None
            content = shelf.content(tx, int(said), at).decode()
        except FileGone:
            return None
    typed: dict[str, list[str]] = {}
    for name, text in parse_qsl(content, keep_blank_values=True):
        typed.setdefault(name, []).append(text)
    (key,) = typed.pop(KEY, [""])
    return Filled(typed, key=key) if key else None
