"""Errands: acts over many loans, asked for by one person, checked by another, done in their turn.

What was asked for is in the database; whoever is free does it - a thread of the server that was
asked, or the clock - and what a stopped process left is done by the next. The work and the line
that it is done are one transaction.
"""

import json
import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from creditdesk import (
    applications,
    arrears,
    closing,
    documents,
    ledger,
    measures,
    moves,
    parcels,
    records,
)
from creditdesk.applications import Line, Paper
from creditdesk.db import Database, DatabaseUnavailable, Overtaken, Tx
from creditdesk.engine.days import ZONE
from creditdesk.engine.policy import Policy
from creditdesk.errors import BooksBroken, Conflict, DeskError, NotFound
from creditdesk.figures import Moved, Place
from creditdesk.measures import Measure
from creditdesk.settings import Settings, load

LOG = logging.getLogger("creditdesk.errands")
LEASE = timedelta(minutes=15)
_BLOCK = 200
_TELL_EVERY = timedelta(seconds=1)
Progress = Callable[[int, int], None]


class ErrandNotFound(NotFound):
    """No errand has this number."""

    code = "errand-not-found"


class ErrandAnswered(Conflict):
    """The errand has been approved or refused before."""

    code = "errand-answered"


class Work(NamedTuple):
    """What an errand is done with: its row, the law, who did it, the day, who is told how far."""

    tx: Tx
    policy: Policy
    said: Mapping[str, Any]
    deed: ledger.Deed
    today: date
    progress: Progress
    settings: Settings
    moment: datetime

    @property
    def bench(self) -> parcels.Bench:
        """Return where files and papers are worked on."""
        told = (self.policy, self.settings, self.deed, self.moment, self.today, self.progress)
        return parcels.Bench(*told)


def _day(said: Any) -> date | None:
    return date.fromisoformat(said) if said else None


def _measure(said: Mapping[str, Any]) -> Measure:
    since = date.fromisoformat(said["since"])
    places, programmes = tuple(said["places"]), tuple(said["programmes"])
    return Measure(said["kind"], since, _day(said["until"]), places, programmes, said["reason"])


def _take_measure(work: Work) -> dict[str, Any]:
    number, found = measures.take(
        *(work.tx, work.policy, _measure(work.said)),
        today=work.today,
        deed=work.deed,
        progress=work.progress,
    )
    return documents.effect(found, number)


def _undo_measure(work: Work) -> dict[str, Any]:
    number = work.said["number"]
    own = measures.undo(
        work.tx, work.policy, number=number, deed=work.deed, progress=work.progress
    )
    return {"measure": own, "undoes": number}


def move(tx: Tx, said: Mapping[str, Any], deed: ledger.Deed, *, dry: bool = False) -> Moved:
    """Move a household, a group or a village; raises what `moves` refuses.

    dry  whether only what would move is looked at
    """
    to = moves.Change(**{name: said[name] for name in Place._fields})
    order = moves.Order(date.fromisoformat(said["day"]), deed, dry)
    if said["of"] == "household":
        return moves.move_household(tx, household_no=said["number"], to=to, order=order)
    if said["of"] == "group":
        return moves.move_group(tx, group_no=said["number"], to=to, order=order)
    return moves.move_village(tx, village_code=said["number"], to=to, order=order)


def _move(work: Work) -> dict[str, Any]:
    return documents.moved(move(work.tx, work.said, work.deed))


def _undo_move(work: Work) -> dict[str, Any]:
    return documents.moved(moves.undo(work.tx, act_id=work.said["number"], deed=work.deed))


def _transfer(work: Work) -> dict[str, Any]:
    session = date.fromisoformat(work.said["session"])
    place = arrears.place_of(work.said["place"], session)
    found = arrears.transfer(work.tx, work.policy, session=session, place=place, deed=work.deed)
    rows = [one._asdict() for one in found]
    return {"session": work.said["session"], "rows": rows, "total": sum(r["amount"] for r in rows)}


def _close_month(work: Work) -> dict[str, Any]:
    done = closing.close_month(
        work.tx, month=work.said["month"], today=work.today, moment=work.deed.recorded_at
    )
    return documents.closed(done)


def _open_month(work: Work) -> dict[str, Any]:
    return documents.month(closing.open_month(work.tx, month=work.said["month"], deed=work.deed))


def _approve(work: Work) -> dict[str, Any]:
    lines, paper = approval(work.said)
    found = applications.approve(work.tx, work.policy, lines=lines, paper=paper, deed=work.deed)
    return documents.advanced(found)


def approval(said: Mapping[str, Any]) -> tuple[list[Line], Paper]:
    """Return the lines and the paper of an approval, as the errand says them."""
    day = date.fromisoformat(said["day"])
    paper = Paper(day, said["paper_no"], _day(said["paper_on"]))
    return [Line(**line) for line in said["lines"]], paper


def _take_file(work: Work) -> dict[str, Any]:
    return parcels.take_file(work.tx, work.bench, work.said)


def _print_portfolio(work: Work) -> dict[str, Any]:
    return parcels.print_portfolio(work.tx, work.bench, work.said)


class Kind(NamedTuple):
    """A kind of errand: what does it, and whether a second person checks it before."""

    act: Callable[[Work], dict[str, Any]]
    checked: bool = True


KINDS: Mapping[str, Kind] = {
    "measure": Kind(_take_measure),
    "measure-undo": Kind(_undo_measure),
    "move": Kind(_move),
    "move-undo": Kind(_undo_move),
    "transfer": Kind(_transfer),
    "close-month": Kind(_close_month, checked=False),
    "open-month": Kind(_open_month),
    "application-approve": Kind(_approve),
    "file": Kind(_take_file, checked=False),
    "print-portfolio": Kind(_print_portfolio, checked=False),
}


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
    """Take an errand back that nobody has begun, as its maker, and say why.

    Raises ErrandNotFound, also where it is another's, and ErrandAnswered.
    """
    row = records.errands.find_errand(tx, number, hold=True)
    if row is None or row.by.casefold() != deed.by.casefold():
        raise ErrandNotFound(number=number)
    if row.state not in ("to-check", "queued"):
        raise ErrandAnswered(number=number, state=row.state)
    said = json.dumps({"ground": deed.ground, "cancelled": True}, ensure_ascii=False)
    told = {"state": "declined", "answered_at": deed.recorded_at, "result": said}
    records.errands.change_errand(tx, number, **told)


class Worker:
    """Whoever does errands: a thread of the server, or the clock."""

    def __init__(
        self,
        database: Database,
        policy: Policy,
        now: Callable[[], datetime],
        configured: Settings | None = None,
    ) -> None:
        """Work on a database by a law, a clock and the settings."""
        self.database = database
        self.settings = configured or load()
        self.policy = policy
        self.now = now
        self.holder = secrets.token_hex(8)

    def work(self) -> int:
        """Do every errand whose turn it is, one after the other; return how many were done."""
        count = 0
        while (number := self._take()) is not None:
            self._do(number)
            count += 1
        return count

    def _take(self) -> int | None:
        with self.database.begin() as tx:
            return records.errands.take_next(tx, self.holder, self._stamp(), self._lease())

    def _stamp(self) -> str:
        return self.now().astimezone(UTC).isoformat(timespec="microseconds")

    def _lease(self) -> str:
        return (self.now().astimezone(UTC) + LEASE).isoformat(timespec="microseconds")

    def _do(self, number: int) -> None:
        try:
            with self.database.begin() as tx:
                row = records.errands.find_errand(tx, number)
                assert row is not None
                result = KINDS[row.kind].act(self._begun(tx, row))
                refused = result.get("faults") and not result["dry_run"]
                ended = "refused" if refused else "done"
                self._finish(tx, number, ended, result)
        except DatabaseUnavailable as trouble:
            LOG.warning("errand %s has to wait: %s", number, type(trouble).__name__)
        except (DeskError, BooksBroken) as why:
            code = why.code if isinstance(why, DeskError) else "books-broken"
            LOG.warning("errand %s refused: %s", number, code)
            with suppress(Overtaken), self.database.begin() as tx:
                self._finish(tx, number, "refused", {"code": code, "facts": why.facts})

    def _finish(self, tx: Tx, number: int, state: str, result: Mapping[str, Any]) -> None:
        """Write how an errand ended; raise Overtaken where somebody else does it meanwhile."""
        told = json.dumps(result, ensure_ascii=False, default=str)
        if not records.errands.finish(tx, number, self.holder, state, told):
            raise Overtaken(why=f"errand {number}")

    def _begun(self, tx: Tx, row: Any) -> Work:
        deed = ledger.Deed(
            by=row.by,
            recorded_at=self.now().astimezone(UTC).isoformat(timespec="seconds"),
            checked_by=row.checked_by,
            ground=row.ground,
            document_no=row.document_no,
            document_on=row.document_on,
        )
        today = self.now().astimezone(ZONE).date()
        said, progress = json.loads(row.said), self._progress(row.id)
        return Work(tx, self.policy, said, deed, today, progress, self.settings, moment=self.now())

    def _progress(self, number: int) -> Progress:
        """Return what writes how far an errand is, in a transaction of its own.

        On SQLite there is one writer, and that is the errand: how far it is shows at its end.
        """
        told = [self.now()]

        def tell(done: int, of: int) -> None:
            if self.database.is_sqlite or self.now() - told[0] < _TELL_EVERY:
                return
            told[0] = self.now()
            with self.database.begin() as tx:
                values = {"done": done, "whole": of, "until": self._lease()}
                records.errands.change_errand(tx, number, **values)

        return tell
