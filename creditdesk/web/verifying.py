"""Whether a statement is genuine: an open page that shows what was issued, and no person."""

from collections.abc import Mapping
from contextlib import closing
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, request

from creditdesk import documents, issued, seals
from creditdesk.communes import map_on
from creditdesk.errors import DeskError
from creditdesk.web import edge, limits, signing
from creditdesk.web.writing import hand

_FIELDS = 64 * 1024  # bytes of the form beside the file

pages = Blueprint("verifying", __name__)


@pages.before_request
def _recognise() -> None:
    """Give whoever is signed in their own menu, and a way back."""
    signing.recognise()


@pages.get("/verify")
def ask() -> Response:
    """Show where a PDF can be looked at."""
    return signing.form("verify.html")


@pages.get("/verify/<number>")
def show(number: str) -> Response:
    """Show what was issued under a number, and where the PDF in hand can be compared with it."""
    limits.of_address()
    with edge.read() as tx:
        found = issued.statement(tx, number.strip().upper()[:40])
    return signing.form("verify.html", statement=documents.issued(found), covered=_covered)


@pages.post("/verify")
def look() -> Response:
    """Show whether a PDF is one that was issued, to the byte; it is not kept."""
    limits.of_address()
    most = edge.desk().settings.verify_megabytes
    request.max_content_length = (most << 20) + _FIELDS
    request.max_form_memory_size = 4 * _FIELDS  # a part of the file is read at a time
    signing.demand_form_of_page()
    brought = request.files.get("file")
    if brought is None:
        abort(400)
    with closing(brought):
        content = brought.stream.read((most << 20) + 1)
    try:
        found = _judged(content, most)
    except DeskError as refusal:
        return signing.form("verify.html", refusal)
    return signing.form(
        "verify.html", verdict=found, statement=found["statement"], covered=_covered
    )


def _covered(statement: Mapping[str, Any]) -> str:
    """Return what a statement covers in words: its place by name, then what it is narrowed to."""
    place, *narrowed = statement["scope"].split(".")
    name = map_on(date.fromisoformat(statement["as_of"])).called.get(place)
    told = [f"{name} ({place})" if name else place]
    for one in narrowed:
        axis, _, key = one.partition("=")
        told.append(f"{hand().say(f'axis-{axis}')}: {key}")
    return " · ".join(filter(None, told))


def _judged(content: bytes, most: int) -> dict[str, Any]:
    if len(content) > most << 20:
        raise seals.PdfTooLarge(most=most)
    roots = seals.roots_of(edge.desk().settings)
    with edge.read() as tx:
        return documents.verdict(issued.judge(tx, content, roots, now=edge.moment()))
