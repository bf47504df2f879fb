"""Measures: one decision over many loans - a rate, a freeze, a holiday - dry run, done, undone."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from creditdesk import chain, communes, ledger, records
from creditdesk.arrears import Candidate, Progress, candidates
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.engine.replay import Revision, revise
from creditdesk.errors import Conflict, Refused
from creditdesk.measures.effects import (
    KINDS,
    Effect,
    Line,
    Measure,
    MeasureUnknown,
    Work,
    reaches,
)

__all__ = [
    "KINDS",
    "Effect",
    "Line",
    "Measure",
    "MeasureUnknown",
    "Taken",
    "dry_run",
    "find",
    "holding",
    "holidays",
    "lies",
    "reaches",
    "take",
    "taken",
    "undo",
]


class MeasureInForce(Conflict):
    """The same measure was taken before and has not been undone."""

    code = "measure-in-force"


class MeasureUndone(Conflict):
    """The measure has been undone before, or is an undoing itself."""

    code = "measure-undone"


class MeasureHolds(Refused):
    """What came later stands on the measure: it cannot be undone before that is."""

    code = "measure-holds"


class NothingReached(Refused):
    """No loan of the book is reached by the measure."""

    code = "nothing-reached"


@dataclass(frozen=True, slots=True)
class Taken:
    """A measure as it was taken: its number, who decided it on which paper, what it reached."""

    number: int
    measure: Measure
    by: str
    checked_by: str
    ground: str
    document_no: str
    document_on: date | None
    recorded_at: str
    effect: dict[str, int]
    undoes: int | None
    undone_by: int | None


def dry_run(
    tx: Tx,
    policy: Policy,
    measure: Measure,
    *,
    today: date,
    progress: Progress = lambda done, of: None,
) -> Effect:
    """Return what a measure would do to every loan it reaches, and write nothing.

    today  [date] up to which the interest of a new rate is compared

    Raises MeasureUnclear, PlaceNotFound, RateNotOfPolicy, FreezeTooLong, and the refusal of a loan
    on which it cannot be booked.
    """
    work = Work(tx, policy, measure, number=0)
    up_to = _up_to(measure, today)
    lines = (work.line(loan, revision, up_to) for loan, revision in work.through(progress))
    return Effect(measure, up_to, tuple(lines))


def take(
    tx: Tx,
    policy: Policy,
    measure: Measure,
    *,
    today: date,
    deed: ledger.Deed,
    progress: Progress = lambda done, of: None,
) -> tuple[int, Effect]:
    """Take a measure: book it on every loan it reaches as one decision of two people.

    A holiday may be decided ahead: it enters no fact of money.

    Returns its number and what it did. Raises DocumentMissing, MeasureInForce, NothingReached,
    MonthClosed, what `dry_run` and `ledger.begin_act` refuse; then nothing is written.
    """
    ledger.require_document(f"measure-{measure.kind}", deed)
    records.ledger.hold_for_writing(tx)
    if any(one.measure == measure for one in taken(tx) if _stands(one)):
        raise MeasureInForce(measure=measure.kind, since=measure.since)
    name, on = f"measure-{measure.kind}", [measure.since] if measure.kind != "holiday" else []
    act_id = ledger.begin_act(tx, name, deed, checked=True, grounded=True, days=on)
    work = Work(tx, policy, measure, records.measures.next_number(tx))
    up_to, lines = _up_to(measure, today), list[Line]()

    def reached() -> Iterator[tuple[Candidate, Revision]]:
        for loan, revision in work.through(progress):
            lines.append(work.line(loan, revision, up_to))
            yield loan, revision

    _write(tx, act_id, reached())
    if not lines:
        raise NothingReached(measure=measure.kind)
    effect = Effect(measure, up_to, tuple(lines))
    records.measures.add_measure(tx, _row(work.number, measure, effect.sums, act_id))
    records.measures.add_lines(
        tx,
        (
            (work.number, line.loan_id, line.province, work.receipt_no(line.loan_no))
            + (line.principal, line.interest)
            for line in lines
        ),
    )
    return work.number, effect


def _up_to(measure: Measure, today: date) -> date:
    return measure.until or max(today, measure.since)


def undo(
    tx: Tx,
    policy: Policy,
    *,
    number: int,
    deed: ledger.Deed,
    progress: Progress = lambda done, of: None,
) -> int:
    """Undo a measure on every loan it reached, as one decision, and return its own number.

    Raises DocumentMissing, MeasureUnknown, MeasureUndone, MeasureHolds with the first loan on
    which something later cannot stand without it, MonthClosed, what `ledger.begin_act` refuses.
    """
    ledger.require_document("measure-undo", deed)
    records.ledger.hold_for_writing(tx)
    found = records.measures.find_measure(tx, number)
    if found is None:
        raise MeasureUnknown(measure=number)
    if found.undone_by is not None or found.undoes is not None:
        raise MeasureUndone(measure=number, undone_by=found.undone_by)
    act_id = ledger.begin_act(tx, "measure-undo", deed, checked=True, grounded=True)
    lines = {line.loan_id: line for line in records.measures.lines_of(tx, number)}
    measure = _measure_of(found)
    _write(tx, act_id, _withdrawn(tx, policy, measure.since, lines, progress))
    own = records.measures.next_number(tx)
    row = _row(own, measure, json.loads(found.effect), act_id)
    records.measures.add_measure(tx, row | {"undoes": number})
    return own


def _withdrawn(
    tx: Tx, policy: Policy, day: date, lines: dict[int, Any], progress: Progress
) -> Iterator[tuple[Candidate, Revision]]:
    for loan in candidates(tx, list(lines), day, progress):
        receipt_no = lines[loan.row.id].receipt_no
        live = [fact.entry_id for fact in loan.facts if fact.booked.event.receipt_no == receipt_no]
        orders = ledger.orders_of(policy, loan.row.signed_on)
        revision = revise(loan.terms, orders, loan.facts, (), live)
        for refused in revision.refused:
            raise MeasureHolds(
                loan_no=loan.row.loan_no,
                receipt_no=refused.event.receipt_no,
                value_date=refused.event.value_date,
            )
        yield loan, revision


def taken(tx: Tx) -> tuple[Taken, ...]:
    """Return every measure taken, oldest first; undoings are measures too."""
    return tuple(map(_taken, records.measures.measures(tx)))


def _taken(row: Any) -> Taken:
    return Taken(
        number=row.id,
        measure=_measure_of(row),
        by=row.by,
        checked_by=row.checked_by,
        ground=row.ground,
        document_no=row.document_no,
        document_on=row.document_on,
        recorded_at=row.recorded_at,
        effect=json.loads(row.effect),
        undoes=row.undoes,
        undone_by=row.undone_by,
    )


def _stands(one: Taken) -> bool:
    return one.undoes is None and one.undone_by is None


def find(tx: Tx, number: int) -> Taken:
    """Return one measure as it was taken; raises MeasureUnknown."""
    row = records.measures.find_measure(tx, number)
    if row is None:
        raise MeasureUnknown(measure=number)
    return _taken(row)


def lies(tx: Tx, number: int, day: date) -> list[tuple[str, str, str, str]]:
    """Return where the loans that a measure reached lie on a day, as scopes know places.

    Raises MeasureUnknown.
    """
    found = communes.places_on(tx, records.measures.reached_query(number), day)
    if not found:
        raise MeasureUnknown(measure=number)
    return found


def holidays(tx: Tx, before: str | None = None) -> tuple[Measure, ...]:
    """Return the holidays of interest collection that were taken and stand.

    before  a moment: what was recorded then or later does not count
    """
    known = [one for one in taken(tx) if before is None or one.recorded_at < before]
    undone = {one.undoes for one in known}
    return tuple(
        one.measure
        for one in known
        if one.measure.kind == "holiday" and one.undoes is None and one.number not in undone
    )


def holding(measures: Iterable[Measure], day: date) -> Iterator[Measure]:
    """Yield those of some measures with an end that hold on a day."""
    return (one for one in measures if one.until is not None and one.since <= day <= one.until)


def _row(number: int, measure: Measure, effect: dict[str, int], act_id: int) -> dict[str, Any]:
    return {
        "id": number,
        "kind": measure.kind,
        "since": measure.since,
        "until": measure.until,
        "places": ",".join(measure.places),
        "programmes": ",".join(measure.programmes),
        "reason": measure.reason,
        "effect": json.dumps(effect),
        "act_id": act_id,
    }


def _measure_of(row: Any) -> Measure:
    places, programmes = (
        tuple(text.split(",")) if text else () for text in (row.places, row.programmes)
    )
    return Measure(row.kind, row.since, row.until, places, programmes, row.reason)


def _write(tx: Tx, act_id: int, revisions: Iterator[tuple[Candidate, Revision]]) -> None:
    """Write many loans' revisions in blocks; other writers are kept out, so ids are given here."""
    start = records.ledger.next_id(tx, records.ledger.entry)
    writer = chain.Writer(tx, act_id, iter(range(start, 2**62)))
    for loan, revision in revisions:
        writer.write(chain.Head.of(tx, loan.row), revision, dict(loan.facts))
    writer.flush()
    records.ledger.ids_given(tx, records.ledger.entry)
