"""Kinds of errands: what does each, and whether a second person checks it before."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from creditdesk import (
    applications,
    arrears,
    audit,
    closing,
    documents,
    ledger,
    measures,
    moves,
    parcels,
)
from creditdesk.applications import Line, Paper
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.figures import Moved, Place
from creditdesk.measures import Measure
from creditdesk.settings import Settings

Progress = Callable[[int, int], None]


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
    keep: parcels.Keep
    so_far: Mapping[str, Any]

    @property
    def bench(self) -> parcels.Bench:
        """Return where files and papers are worked on."""
        return parcels.Bench(*(getattr(self, one) for one in parcels.Bench.__dataclass_fields__))


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


def draw_communes(
    tx: Tx, said: Mapping[str, Any], deed: ledger.Deed, *, dry: bool = False
) -> Moved:
    """Draw communes anew; raises what `moves.move_communes` refuses.

    dry  whether only what would move is looked at
    """
    lines = [moves.Line(**line, row=at) for at, line in enumerate(said["lines"], 1)]
    order = moves.Order(date.fromisoformat(said["day"]), deed, dry)
    return moves.move_communes(tx, lines=lines, order=order)


def _draw_communes(work: Work) -> dict[str, Any]:
    return documents.moved(draw_communes(work.tx, work.said, work.deed))


def _undo_move(work: Work) -> dict[str, Any]:
    return documents.moved(moves.undo(work.tx, act_id=work.said["number"], deed=work.deed))


def _transfer(work: Work) -> dict[str, Any]:
    session = date.fromisoformat(work.said["session"])
    place = arrears.place_of(work.said["place"], session)
    found = arrears.transfer(work.tx, work.policy, session=session, place=place, deed=work.deed)
    rows = [one._asdict() for one in found]
    return {"session": work.said["session"], "rows": rows, "total": sum(r["amount"] for r in rows)}


def _close_day(work: Work) -> dict[str, Any]:
    day, moment = date.fromisoformat(work.said["day"]), work.deed.recorded_at
    return documents.closed(closing.close_day(work.tx, day=day, today=work.today, moment=moment))


def _verify(work: Work) -> dict[str, Any]:
    return documents.proof(audit.verify(work.tx, work.policy, work.progress))


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


def _print_paper(work: Work) -> dict[str, Any]:
    return parcels.print_paper(work.tx, work.bench, work.said)


def _print_packs(work: Work) -> dict[str, Any]:
    return parcels.print_packs(work.tx, work.bench, work.said)


class Kind(NamedTuple):
    """A kind of errand: what does it, whether a second person checks it before.

    reads  whether it only looks at the book, however long, and keeps what it makes step by step:
           nobody waits for it, and it can be taken back while it is done
    """

    act: Callable[[Work], dict[str, Any]]
    checked: bool = True
    reads: bool = False


KINDS: Mapping[str, Kind] = {
    "measure": Kind(_take_measure),
    "measure-undo": Kind(_undo_measure),
    "move": Kind(_move),
    "move-undo": Kind(_undo_move),
    "transfer": Kind(_transfer),
    "move-communes": Kind(_draw_communes),
    "close-day": Kind(_close_day, checked=False),
    "verify": Kind(_verify, checked=False, reads=True),
    "close-month": Kind(_close_month, checked=False),
    "open-month": Kind(_open_month),
    "application-approve": Kind(_approve),
    "file": Kind(_take_file, checked=False),
    "paper": Kind(_print_paper, checked=False, reads=True),
    "pack": Kind(_print_packs, checked=False, reads=True),
}
