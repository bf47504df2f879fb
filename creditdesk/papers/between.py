"""A book twice: on two days, or one day as it was known on two; and the loans that differ."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from creditdesk import statements, words
from creditdesk.db import Tx
from creditdesk.engine.days import ZONE
from creditdesk.engine.policy import Policy
from creditdesk.evidence import Evidence, Identity
from creditdesk.figures import Figures
from creditdesk.papers.asked import Asked
from creditdesk.papers.checks import sheet
from creditdesk.papers.leaves import added
from creditdesk.sheets import Cell, Column, Line, Part, Sheet
from creditdesk.statements import Changed, Comparison, NotYetKnown, PeriodBackwards, Side, Traced

_COMPARED = ("outstanding", "overdue", "frozen")
_FLOWS = {
    "drawn": "drawn",
    "principal_collected": "principal",
    "written_off": "written_off_period",
}
_AMOUNTS = (
    *(
        Column(what, group=f"between:{figure}")
        for figure in _COMPARED
        for what in ("before", "now", "change")
    ),
    *(Column(code, group="in_between") for code in _FLOWS.values()),
)
_ROWS = (
    *(Column("no", "no"), Column("code", "code"), Column("name", "text"), *_AMOUNTS),
    Column("loans_before", "count", "between:loans"),
    Column("loans_now", "count", "between:loans"),
)
_LOANS = (Column("no", "no"), Column("loan_differs", "text"), Column("group", "code"), *_AMOUNTS)
_ENTRIES = (
    *(Column("no", "no"), Column("entry_of", "text"), Column("receipt", "code")),
    *(Column("entered_how", "code"), Column("entry_kind", "code"), Column("day", "day")),
    *(Column("amount"), Column("act_no", "code"), Column("recorded_on", "day")),
)


class _Found(NamedTuple):
    evidence: Evidence
    book: Comparison
    notes: tuple[str, ...]


def difference(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return the book of a day beside that before a period, or beside how it was known before.

    Raises NothingInScope, NotYetKnown and what `statements.portfolio` refuses.
    """
    found = _compared(tx, policy, asked, "difference")
    rows, total = found.book.rows, found.book.total
    lines = tuple(
        Line((str(at), row.key, row.name, *_figures(row.then, row.now)))
        for at, row in enumerate(rows, 1)
    )
    cells = _figures(total.then, total.now)
    return sheet(
        found.evidence,
        Part("between", _ROWS, (*lines, Line(("", "", "", *cells), "total", label="total"))),
        checked=_checks(found.book),
        notes=found.notes,
    )


def loans(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return the loans that make a difference, row by row of it, and the entries that make them.

    Raises NothingInScope, NotYetKnown and what `statements.portfolio` refuses.
    """
    found = _compared(tx, policy, asked, "difference-loans")
    differ = statements.changed(tx, found.book, asked.by)
    entries = list(statements.trace(tx, found.book, differ))
    part = Part("between_loans", _LOANS, tuple(_leads(found.book, differ)))
    return sheet(
        found.evidence,
        part,
        Part("between_entries", _ENTRIES, tuple(_entries(entries))),
        checked=[*_checks(found.book), *_traced(found.book, part, entries)],
        notes=(*found.notes, "between-traced"),
        seen=(one.customer_no for one in differ),
    )


def _compared(tx: Tx, policy: Policy, asked: Asked, kind: str) -> _Found:
    before = asked.known_before
    since = asked.as_of if before else asked.since or asked.month
    question, evidence = asked.opened(tx, policy, kind, since, (asked.by,))
    if before:
        _check(before, asked.known_on, asked.made_at)
        then = Side(asked.as_of, before)
    else:
        then = Side(since - timedelta(days=1), asked.known_on)
    book = statements.compare(tx, policy, question, then)
    notes = ("between-known" if before else "between-days", "lent-net", "between-flows")
    return _Found(replace(evidence, known_before=before), book, notes)


def _check(before: date, known_on: date | None, made_at: datetime) -> None:
    """Raise NotYetKnown or PeriodBackwards where the earlier knowledge is not the earlier one."""
    if before >= made_at.astimezone(ZONE).date():
        raise NotYetKnown(day=before)
    if known_on and before >= known_on:
        raise PeriodBackwards(since=before, as_of=known_on)


def _figures(then: Figures, now: Figures) -> tuple[Cell, ...]:
    return (*_amounts(then, now), then.loans, now.loans)


def _amounts(then: Figures, now: Figures) -> Iterator[Cell]:
    for name in _COMPARED:
        before, after = getattr(then, name), getattr(now, name)
        yield from (before, after, after - before)
    for name in _FLOWS:
        yield getattr(now, name) - getattr(then, name)


def _checks(book: Comparison) -> Iterator[Identity]:
    """Yield that flows make the change of what is owed, and rows the total, on both sides."""
    total = book.total
    for side, figures in (("before", total.then), ("now", total.now)):
        rows = sum((row.then if side == "before" else row.now).outstanding for row in book.rows)
        yield Identity(f"parts-make-outstanding:{side}", figures.parts, figures.outstanding)
        yield Identity(f"rows-make-total:{side}", rows, figures.outstanding)
    many = (total, *book.rows)
    sound = sum(
        row.now.outstanding - row.then.outstanding == row.now.closing - row.then.closing
        for row in many
    )
    yield Identity("flows-make-change", sound, len(many))


def _leads(book: Comparison, differ: Sequence[Changed]) -> Iterator[Line]:
    names = {row.key: row.name for row in book.rows}
    plain: list[Line] = []
    for key, inside in groupby(differ, lambda one: one.key):
        lines = [
            Line((str(at), one.loan_no, one.group_no, *_of_loan(one)))
            for at, one in enumerate(inside, len(plain) + 1)
        ]
        sums = added(_LOANS, lines)
        yield Line((sums[0], f"{names.get(key, key)} ({key})", *sums[2:]), "lead", 1)
        yield from lines
        plain += lines
    yield Line(added(_LOANS, plain), "total", label="total")


def _of_loan(one: Changed) -> Iterator[Cell]:
    for name in _COMPARED:
        yield from (one.then[name], one.now[name], one.now[name] - one.then[name])
    for name in _FLOWS:
        yield one.now[name] - one.then[name]


def _entries(entries: Iterable[Traced]) -> Iterator[Line]:
    for at, one in enumerate(entries, 1):
        how = "ghi" if one.sign > 0 else "hủy"
        recorded = datetime.fromisoformat(one.recorded_at).astimezone(ZONE).date()
        kind = words.say("vi", f"page.kind-{one.kind}")
        said = (str(at), one.loan_no, one.receipt_no, how, kind, one.value_date)
        yield Line((*said, one.amount, str(one.act_id), recorded))


def _traced(book: Comparison, part: Part, entries: Sequence[Traced]) -> Iterator[Identity]:
    """Yield that the loans make the difference, and that entries make what moved them."""
    total = dict(zip((one.code for one in part.columns), part.lines[-1].cells, strict=True))
    then, now = book.total.then, book.total.now
    codes = [column.code for column in _LOANS]
    change = part.lines[-1].cells[codes.index("change")]
    yield Identity(
        "loans-make-difference:outstanding",
        change if isinstance(change, int) else 0,
        now.outstanding - then.outstanding,
    )
    for name, code in _FLOWS.items():
        signs = statements.FLOWS[name]
        moved = sum(signs.get(one.kind, 0) * one.sign * one.amount for one in entries)
        said = total[code]
        yield Identity(f"entries-make:{name}", moved, said if isinstance(said, int) else 0)
