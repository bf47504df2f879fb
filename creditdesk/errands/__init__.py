"""Errands: acts over many loans, asked for by one person, checked by another, done in their turn.

What was asked for is in the database; whoever is free does it - a thread of the server that was
asked, or the clock - and what a stopped process left is done by the next. The work and the line
that it is done are one transaction.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from creditdesk import documents, ledger, records
from creditdesk.db import Tx
from creditdesk.errands import working
from creditdesk.errands.kinds import KINDS, approval, draw_communes, move
from creditdesk.errands.working import Worker
from creditdesk.errors import Conflict, NotFound

__all__ = [
    "KINDS",
    "ErrandAnswered",
    "ErrandNotFound",
    "Worker",
    "answer",
    "approval",
    "ask",
    "cancel",
    "draw_communes",
    "find",
    "forsaken",
    "listed",
    "move",
]
_BLOCK = 200


class ErrandNotFound(NotFound):
    """No errand has this number."""

    code = "errand-not-found"


class ErrandAnswered(Conflict):
    """The errand has been approved or refused before."""

    code = "errand-answered"


def ask(tx: Tx, *, kind: str, said: Mapping[str, Any], deed: ledger.Deed, place: str = "") -> int:
    """Write down what is asked for and return its number.

    What a second person has to check waits for them; anything else is done in its turn.
    """
    return records.errands.add_errand(
        tx,
        {
            "kind": kind,
            "said": json.dumps(said, ensure_ascii=False, sort_keys=True, default=str),
            "place": place,
            "by": deed.by,
            "ground": deed.ground,
            "document_no": deed.document_no,
            "document_on": deed.document_on,
            "asked_at": deed.recorded_at,
            "state": "to-check" if KINDS[kind].checked else "queued",
            "checked_by": "",
            "answered_at": "",
            "holder": "",
            "until": "",
            "done": 0,
            "whole": 0,
            "result": "null",
        },
    )


def find(tx: Tx, number: int, *, hold: bool = False) -> dict[str, Any]:
    """Return an errand and what became of it; raises ErrandNotFound.

    hold  whether nobody else changes it until the transaction ends
    """
    row = records.errands.find_errand(tx, number, hold=hold)
    if row is None:
        raise ErrandNotFound(number=number)
    return _told(row)


def listed(
    tx: Tx, after: int | None = None, *, newest_first: bool = False, **chosen: str
) -> Iterator[dict[str, Any]]:
    """Yield errands after a number, without their results.

    chosen  the state or the kind that they have
    """
    while True:
        rows = records.errands.errands_after(
            tx, after, _BLOCK, newest_first=newest_first, chosen=chosen
        )
        yield from (_told(row) | {"result": None} for row in rows)
        if len(rows) < _BLOCK:
            return
        after = rows[-1].id


def forsaken(tx: Tx, at: datetime) -> bool:
    """Return whether errands wait at a moment and nobody works on any: a process was stopped."""
    return records.errands.nobody_works(tx, working.stamp(at))


def _told(row: Any) -> dict[str, Any]:
    return {
        "number": row.id,
        "kind": row.kind,
        "said": json.loads(row.said),
        "place": row.place,
        "state": row.state,
        "by": row.by,
        "checked_by": row.checked_by,
        "ground": row.ground,
        "document_no": row.document_no,
        "document_on": documents.day(row.document_on),
        "asked_at": row.asked_at,
        "answered_at": row.answered_at,
        "progress": {"done": row.done, "of": row.whole},
        "result": json.loads(row.result),
    }


def answer(tx: Tx, number: int, *, yes: bool, deed: ledger.Deed) -> None:
    """Approve an errand, as another person than its maker, so that it is done; or refuse it.

    Raises ErrandNotFound, ErrandAnswered, SamePerson.
    """
    row = records.errands.find_errand(tx, number, hold=True)
    if row is None:
        raise ErrandNotFound(number=number)
    if row.state != "to-check":
        raise ErrandAnswered(number=number, state=row.state)
    if row.by.casefold() == deed.by.casefold():
        raise ledger.SamePerson(act=row.kind, by=row.by)
    said = {"ground": deed.ground} if deed.ground else None
    records.errands.change_errand(
        tx,
        number,
        state="queued" if yes else "declined",
        checked_by=deed.by,
        answered_at=deed.recorded_at,
        result=json.dumps(said, ensure_ascii=False),
    )


def cancel(tx: Tx, number: int, *, deed: ledger.Deed) -> None:
    """Take an errand back that nobody has begun, or that only reads, as its maker, and say why.

    Raises ErrandNotFound, also where it is another's, and ErrandAnswered.
    """
    row = records.errands.find_errand(tx, number, hold=True)
    if row is None or row.by.casefold() != deed.by.casefold():
        raise ErrandNotFound(number=number)
    begun = ("running",) if KINDS[row.kind].reads else ()
    if row.state not in ("to-check", "queued", *begun):
        raise ErrandAnswered(number=number, state=row.state)
    # What it made so far stays: it may be fetched, and somebody may have a link to it.
    said = (json.loads(row.result) or {}) | {"ground": deed.ground, "cancelled": True}
    result = json.dumps(said, ensure_ascii=False)
    told = {"state": "declined", "answered_at": deed.recorded_at, "result": result}
    records.errands.change_errand(tx, number, **told)
