"""Documents that the desk prints, each by its kind and ending."""

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request

from creditdesk import papers
from creditdesk.accesses import LIST, View
from creditdesk.db import Tx
from creditdesk.papers import MEDIA, Asked, Ending, Kind, Look
from creditdesk.web import asked as address
from creditdesk.web import edge

pages = Blueprint("papers", __name__)


@pages.get("/papers/<kind>.<any(pdf, xlsx, csv):ending>")
def paper(kind: str, ending: Ending) -> Response:
    """Send a document as its kind and ending say."""
    return answer(kind, ending)


def answer(name: str, ending: Ending) -> Response:
    """Return a document as an answer; whom it shows is noted before."""
    kind = papers.kind_of(name)
    with edge.read() as tx:
        chosen, act = asked(tx), kind.act_of(ending)
        value = made(tx, kind, wanted(kind, chosen), act)
    note(name, kind, value, chosen)
    where = "inline" if ending == "pdf" else "attachment"
    called = kind.evidence(value).file_name
    return Response(
        given(kind, value, ending, chosen.unit),
        content_type=MEDIA[ending],
        headers={"Content-Disposition": f'{where}; filename="{called}.{ending}"'},
    )


def asked(tx: Tx) -> address.Asked:
    """Return what the address asks a document for; raises what `asked.asked` does."""
    return address.asked(edge.cover(tx), unit=edge.desk().settings.unit_of_statement)


def made(tx: Tx, kind: Kind, wanted: Asked, act: str) -> Any:
    """Return the value of a document that whoever asks may have by an act.

    Raises NotAllowed, NeedMissing, PlaceUnsaid, what is absent elsewhere, and what the kind
    refuses.
    """
    if not wanted.is_placed:
        address.one_of(address.provinces_of(edge.cover(tx)))
    if edge.reader() is not None:
        wanted = wanted.near(tx, edge.asker(), act)
    return kind.value(tx, edge.desk().policy, wanted)


def note(name: str, kind: Kind, value: Any, chosen: address.Asked) -> None:
    """Note whom a document shows, before it leaves."""
    edge.note(View(f"print-{name}", LIST, chosen.place, customers=kind.seen(value)))


def given(kind: Kind, value: Any, ending: Ending, unit: str) -> bytes:
    """Return a document as it is given out: a PDF sealed and registered, tables as they are."""
    how = look(unit)
    if ending == "pdf":
        begin, by = edge.desk().database.begin, edge.visitor().who
        value = kind.goes_out(begin, value, by=by, at=edge.moment())
        return edge.issue(kind.evidence(value), kind.printer(value, how))
    return kind.written(value, ending, how)


def look(unit: str) -> Look:
    """Return how this desk writes its documents; amounts in a unit where the form leaves it."""
    folder = edge.desk().settings.font_folder
    return Look("dong" if unit == "dong" else "million", Path(folder) if folder else None)


def wanted(kind: Kind, chosen: address.Asked) -> Asked:
    """Return what a document is asked for: a period where its form leaves that open."""
    axes = tuple(axis for axis in kind.asks if axis in papers.KEYS)
    by, within = address.narrowed(axes)
    said = "since" in kind.asks and request.args.get("from", "").strip()
    return Asked(
        chosen.as_of,
        edge.moment(),
        since=chosen.since if said or "by" in kind.asks else None,
        place=chosen.place or None,
        by=by,
        within=within,
        known_on=address.known_on(),
        known_before=address.known_before() if "known_before" in kind.asks else None,
    )
