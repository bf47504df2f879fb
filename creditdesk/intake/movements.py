"""The movements file: events read in columns, replayed loan by loan, and entered whole or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

import numpy as np

from creditdesk import ledger, records
from creditdesk.db import Tx
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.policy import Policy
from creditdesk.engine.replay import Revision, revise
from creditdesk.intake import cells
from creditdesk.intake.layout import MOVEMENTS
from creditdesk.intake.reading import Table
from creditdesk.intake.report import Report

_BLOCK = 500
_NEEDS_UNTIL = frozenset({Kind.EXTEND, Kind.FREEZE})
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class _Rows:
    """The rows of a file that could be read, in the order of their loans."""

    rows: np.ndarray
    loan_ids: np.ndarray
    events: list[Event]


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
    report = Report(rows=len(table.rows), skipped=table.skipped, unknown_columns=table.unknown)
    if act is not None:
        records.ledger.hold_for_writing(tx)
    rows = _read(tx, table, latest, report)
    rows = _new_to_book(tx, rows, report)
    writer = None
    if act is not None and not report.faults:
        ids = count(records.ledger.next_id(tx, records.ledger.entry))
        writer = ledger.Writer(tx, act(), ids)
    _book(tx, policy, rows, report, writer, progress)
    report.accepted = 0 if report.faults else len(rows.events)
    if writer is not None and not report.faults:
        writer.flush()
        records.ledger.ids_given(tx, records.ledger.entry)
    return report


def _read(tx: Tx, table: Table, latest: date, report: Report) -> _Rows:
    """Return the readable rows, noting a fault for each cell that cannot be."""
    columns: dict[str, Any] = {}
    sound = np.ones(len(table.rows), dtype=bool)
    report.overlong(table.overlong)
    for reader in MOVEMENTS:
        texts = table.columns.get(reader.key)
        if texts is None:
            texts = np.full(len(table.rows), "", dtype=object)
        columns[reader.key], faults = cells.each(texts, reader.read)
        for at, code in faults:
            sound[at] = False
            report.fault(int(table.rows[at]), reader.key, texts[at], code)
    known = records.loans.loan_ids(tx)
    loan_ids = np.array([known.get(number, 0) for number in columns["loan_no"]], dtype=np.int64)
    _check_facts(table, columns, sound, latest, report)
    readable = np.array([number is not None for number in columns["loan_no"]], dtype=bool)
    for at in np.flatnonzero(readable & (loan_ids == 0)):
        report.fault(int(table.rows[at]), "loan_no", columns["loan_no"][at], "loan-unknown")
    sound &= loan_ids > 0
    order = np.flatnonzero(sound)
    order = order[np.argsort(loan_ids[order], kind="stable")]
    fields = zip(
        *(
            columns[name][order]
            for name in ("value_date", "kind", "amount", "until", "receipt_no")
        ),
        strict=True,
    )
    return _Rows(table.rows[order], loan_ids[order], [Event(*row) for row in fields])


def _check_facts(
    table: Table, columns: dict[str, Any], sound: np.ndarray, latest: date, report: Report
) -> None:
    """Note what readable cells of one row say against each other or against the calendar."""
    facts = zip(
        columns["value_date"], columns["kind"], columns["amount"], columns["until"], strict=True
    )
    for at, (day, kind, amount, until) in enumerate(facts):
        row = int(table.rows[at])
        if day is not None and day > latest:
            report.fault(row, "value_date", str(day), "after-the-data", latest=latest)
            sound[at] = False
        if kind is None:
            continue
        if kind is Kind.EXTEND:
            if amount:
                report.fault(row, "amount", str(amount), "extension-has-no-amount")
                sound[at] = False
        elif amount == 0:
            report.fault(row, "amount", "", "missing")
            sound[at] = False
        if until is None and kind in _NEEDS_UNTIL and not table.columns["until"][at]:
            report.fault(row, "until", "", "missing")
            sound[at] = False


def _new_to_book(tx: Tx, rows: _Rows, report: Report) -> _Rows:
    """Return the rows whose receipt is new; a known one must hold the same facts."""
    first: dict[str, int] = {}
    keep = np.ones(len(rows.events), dtype=bool)
    for at in np.argsort(rows.rows, kind="stable"):
        event = rows.events[at]
        before = first.setdefault(event.receipt_no, int(at))
        if before == at:
            continue
        keep[at] = False
        if rows.events[before] == event and rows.loan_ids[before] == rows.loan_ids[at]:
            report.already_known += 1
        else:
            report.fault(
                int(rows.rows[at]),
                "receipt_no",
                event.receipt_no,
                "receipt-repeated",
                first=int(rows.rows[before]),
            )
    if records.ledger.last_entry(tx):
        for number, old in records.ledger.known_receipts(tx, first).items():
            at = first[number]
            keep[at] = False
            if ledger.event_of(old) == rows.events[at] and old.loan_id == rows.loan_ids[at]:
                report.already_known += 1
            else:
                report.fault(int(rows.rows[at]), "receipt_no", number, "receipt-known")
    events = [event for event, kept in zip(rows.events, keep, strict=True) if kept]
    return _Rows(rows.rows[keep], rows.loan_ids[keep], events)


def _book(
    tx: Tx,
    policy: Policy,
    rows: _Rows,
    report: Report,
    writer: ledger.Writer | None,
    progress: Progress,
) -> None:
    """Replay every loan that has new events; write what changes, or note what cannot be."""
    orders = ledger.orders_of(policy, date.max)
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
            revision = revise(ledger.terms_of(loan), orders, facts, rows.events[start:end])
            _note(rows, start, end, revision, report)
            if writer is not None and not report.faults:
                head = ledger.Head(loan, *heads[loan.id])
                writer.write(head, revision, dict(facts))
        progress(block[-1][1], len(rows.events))


def _note(rows: _Rows, start: int, end: int, revision: Revision, report: Report) -> None:
    """Note the events of one loan that cannot have happened, each at its own line."""
    if not revision.refused:
        return
    lines = {rows.events[at].receipt_no: int(rows.rows[at]) for at in range(start, end)}
    last = max(lines.values())
    for event, why in revision.refused:
        row = lines.get(event.receipt_no, last)
        column = "until" if event.kind is Kind.EXTEND else "amount"
        value = str(event.until if event.kind is Kind.EXTEND else event.amount)
        report.fault(row, column, value, why.code, **why.facts)
