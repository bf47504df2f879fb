"""The movements file: events in columns, replayed loan by loan, entered whole or not at all."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from itertools import count
from typing import Any

import numpy as np

from creditdesk import chain, ledger, months, records
from creditdesk.db import Tx
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.policy import Policy
from creditdesk.engine.replay import BeforeFirstDraw, MoreThanOutstanding, Revision, revise
from creditdesk.intake.layout import MOVEMENTS
from creditdesk.intake.reading import Table
from creditdesk.intake.report import Lines, Report

_BLOCK = 500
_NEEDS_UNTIL = frozenset({Kind.EXTEND, Kind.FREEZE})
_FILLS_ACCOUNTS = frozenset({Kind.DRAW, Kind.FREEZE})
_COLUMNS = {BeforeFirstDraw.code: "value_date", MoreThanOutstanding.code: "amount"}
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class _Rows:
    """The rows of a file that could be read, in the order of their loans.

    `places` are theirs in the table. `unclear` pairs loans with a kind that fills an account where
    a row of it has a fault of its own: whether later rows take too much is seen once it is mended.
    """

    places: np.ndarray
    loan_ids: np.ndarray
    events: list[Event]
    unclear: set[tuple[int, Kind]] = field(default_factory=set)

    def follows(self, loan_id: int, kind: Kind, code: str) -> bool:
        """Return whether a refusal may only follow from another row's fault."""
        emptied = (loan_id, Kind.DRAW) in self.unclear
        unfrozen = kind is Kind.UNFREEZE and (loan_id, Kind.FREEZE) in self.unclear
        return code in _COLUMNS and (emptied or unfrozen)


def take(
    tx: Tx,
    policy: Policy,
    table: Table,
    *,
    latest: date,
    act: Callable[[], int] | None,
    progress: Progress = lambda done, of: None,
) -> Report:
    """Check every movement of a table and, without a fault, book them all.

    latest    [date] a movement after it is a fault
    act       writes down who does it and returns the act's id; None only looks
    progress  is told how many of how many rows are done

    The road is that of one receipt, without its ceremony: the same replay, the same writer.
    """
    lines = Lines(table)
    report = lines.report
    if act is not None:
        records.ledger.hold_for_writing(tx)
    rows = _new_to_book(tx, _read(tx, lines, latest), lines)
    _check_months(tx, rows, lines)
    writer = None
    if act is not None and not report.faults:
        ids = count(records.ledger.next_id(tx, records.ledger.entry))
        writer = chain.Writer(tx, act(), ids)
    _book(tx, policy, rows, lines, writer=writer, progress=progress)
    report.accepted = 0 if report.faults else len(rows.events)
    if writer is not None and not report.faults:
        writer.flush()
        records.ledger.ids_given(tx, records.ledger.entry)
    return report


def _read(tx: Tx, lines: Lines, latest: date) -> _Rows:
    """Return the readable rows, noting a fault for each cell that cannot be."""
    columns, sound = lines.columns(MOVEMENTS)
    known = records.loans.loan_ids(tx)
    loan_ids = np.array([known.get(number, 0) for number in columns["loan_no"]], dtype=np.int64)
    _check_facts(lines, columns, sound, latest)
    readable = np.array([number is not None for number in columns["loan_no"]], dtype=bool)
    for at in np.flatnonzero(readable & (loan_ids == 0)).tolist():
        lines.fault(at, "loan_no", "loan-unknown")
    unsound = np.flatnonzero(~sound & (loan_ids > 0))
    kinds = columns["kind"]
    unclear = {(int(loan_ids[at]), kinds[at]) for at in unsound if kinds[at] in _FILLS_ACCOUNTS}
    order = np.flatnonzero(sound & (loan_ids > 0))
    order = order[np.argsort(loan_ids[order], kind="stable")]
    fields = zip(
        *(
            columns[name][order]
            for name in ("value_date", "kind", "amount", "until", "receipt_no")
        ),
        strict=True,
    )
    return _Rows(order, loan_ids[order], [Event(*row) for row in fields], unclear)


def _check_facts(lines: Lines, columns: dict[str, Any], sound: np.ndarray, latest: date) -> None:
    """Note what readable cells of one row say against each other or against the calendar."""
    facts = zip(
        columns["value_date"], columns["kind"], columns["amount"], columns["until"], strict=True
    )
    for at, (day, kind, amount, until) in enumerate(facts):
        if day is not None and day > latest:
            lines.fault(at, "value_date", "after-the-data", latest=latest)
            sound[at] = False
        if kind is None:
            continue
        if kind is Kind.EXTEND:
            if amount:
                lines.fault(at, "amount", "extension-has-no-amount")
                sound[at] = False
        elif amount == 0:
            lines.fault(at, "amount", "missing")
            sound[at] = False
        if until is None and kind in _NEEDS_UNTIL and not lines.cell(at, "until"):
            lines.fault(at, "until", "missing")
            sound[at] = False


def _new_to_book(tx: Tx, rows: _Rows, lines: Lines) -> _Rows:
    """Return the rows whose receipt is new; a known one must hold the same facts."""
    first: dict[str, int] = {}
    keep = np.ones(len(rows.events), dtype=bool)
    for at in np.argsort(rows.places, kind="stable"):
        event = rows.events[at]
        before = first.setdefault(event.receipt_no, int(at))
        if before == at:
            continue
        keep[at] = False
        if rows.events[before] == event and rows.loan_ids[before] == rows.loan_ids[at]:
            lines.report.already_known += 1
        else:
            line = lines.row(rows.places[before])
            _differs(rows, int(at), lines, "receipt-repeated", first=line)
    if records.ledger.last_entry(tx):
        for number, old in records.ledger.known_receipts(tx, first).items():
            at = first[number]
            keep[at] = False
            if ledger.event_of(old) == rows.events[at] and old.loan_id == rows.loan_ids[at]:
                lines.report.already_known += 1
            else:
                _differs(rows, at, lines, "receipt-known")
    events = [event for event, kept in zip(rows.events, keep, strict=True) if kept]
    return _Rows(rows.places[keep], rows.loan_ids[keep], events, rows.unclear)


def _check_months(tx: Tx, rows: _Rows, lines: Lines) -> None:
    """Note every new row of a closed month: what is known of it already may come again."""
    lock = months.Lock(tx)
    for place, event in zip(rows.places.tolist(), rows.events, strict=True):
        if month := lock.holds(event.value_date):
            lines.fault(place, "value_date", "month-closed", month=month)


def _differs(rows: _Rows, at: int, lines: Lines, code: str, **facts: Any) -> None:
    """Note a receipt that says something else than the first of its number."""
    lines.fault(int(rows.places[at]), "receipt_no", code, **facts)
    rows.unclear.add((int(rows.loan_ids[at]), rows.events[at].kind))


def _book(
    tx: Tx,
    policy: Policy,
    rows: _Rows,
    lines: Lines,
    *,
    writer: chain.Writer | None,
    progress: Progress,
) -> None:
    """Replay every loan that has new events; write what changes, or note what cannot be."""
    if not rows.events:
        return
    orders = cache(partial(ledger.orders_of, policy))
    starts = np.flatnonzero(np.diff(rows.loan_ids, prepend=-1))
    ends = [*starts[1:].tolist(), len(rows.events)]
    spans = list(zip(starts.tolist(), ends, strict=True))
    fresh = records.ledger.last_entry(tx) == 0
    for at in range(0, len(spans), _BLOCK):
        block = spans[at : at + _BLOCK]
        ids = [int(rows.loan_ids[start]) for start, _ in block]
        live = {} if fresh else ledger.facts_of_many(tx, ids)
        heads = records.loans.heads_of(tx, ids)
        for loan, (start, end) in zip(records.loans.loans_by_id(tx, ids), block, strict=True):
            facts = live.get(loan.id, [])
            terms, order = ledger.terms_of(loan), orders(loan.signed_on)
            revision = revise(terms, order, facts, rows.events[start:end])
            _note(rows, start, end, revision, lines)
            _wonder(rows, (start, end), loan, facts, lines)
            if writer is not None and not lines.report.faults:
                head = chain.Head(loan, *heads[loan.id])
                writer.write(head, revision, dict(facts))
        progress(block[-1][1], len(rows.events))


def _note(rows: _Rows, start: int, end: int, revision: Revision, lines: Lines) -> None:
    """Note the events of one loan that cannot have happened, each at its own line."""
    if not revision.refused:
        return
    places = {rows.events[at].receipt_no: int(rows.places[at]) for at in range(start, end)}
    last = max(places.values())
    for event, why in revision.refused:
        if rows.follows(int(rows.loan_ids[start]), event.kind, why.code):
            continue
        # What the book has already may be refused too: the file's last row stands for it.
        place = places.get(event.receipt_no, last)
        lines.fault(place, _COLUMNS.get(why.code, "until"), why.code, **why.facts)


def _wonder(
    rows: _Rows, span: tuple[int, int], loan: Any, facts: Sequence[ledger.Fact], lines: Lines
) -> None:
    """Note what is allowed but unusual: events before the signing, more lent than was approved."""
    start, end = span
    events = rows.events[start:end]
    early = [at for at, event in enumerate(events, start) if event.value_date < loan.signed_on]
    for at in early:
        place = int(rows.places[at])
        lines.doubt(place, "value_date", "before-signing", signed=loan.signed_on)
    draws = [at for at, event in enumerate(events, start) if event.kind is Kind.DRAW]
    if draws and _lent(events) + _lent(fact.booked.event for fact in facts) > loan.approved:
        place = int(rows.places[draws[-1]])
        lines.doubt(place, "amount", "above-approved", approved=loan.approved)


def _lent(events: Iterable[Event]) -> int:
    """Return draws less re-bookings [dong]."""
    signs = {Kind.DRAW: 1, Kind.REBOOK: -1}
    return sum(event.amount * signs.get(event.kind, 0) for event in events)
