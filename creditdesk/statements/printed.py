"""The portfolio statement: what a finance department signs for."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from creditdesk import households, records, sheets, standings
from creditdesk.columns import number_of
from creditdesk.communes import FIRST_MAP, Map, map_on
from creditdesk.db import Tx
from creditdesk.engine.days import ZONE
from creditdesk.engine.policy import Policy
from creditdesk.errors import Malformed
from creditdesk.evidence import Evidence, Identity, Scope, equations, makes_total
from creditdesk.figures import Portfolio, PortfolioRow, PortfolioStatement, Section
from creditdesk.statements.books import Question, add, among, cuts, names
from creditdesk.statements.counted import counted
from creditdesk.statements.tabled import tables

_ROWS_OF_KIND = ("xa", "phuong", "dac-khu", "cu")


class NothingInScope(Malformed):
    """The book has no loan in this province, or none of this key."""

    code = "nothing-in-scope"


class NothingKnown(NothingInScope):
    """At the end of that day the book knew no loan of this province yet."""

    code = "nothing-known"


class NotYetKnown(Malformed):
    """What is known at the end of a day stands fast when the day is over."""

    code = "not-yet-known"


def portfolio_statement(
    tx: Tx, policy: Policy, question: Question, *, made_at: datetime
) -> PortfolioStatement:
    """Return the portfolio statement of a province, a commune, or the book's only province.

    question  its first axis is that of the rows

    Raises NothingInScope where the book has no loan there, and what `portfolio` refuses.
    """
    by = question.axes[0]
    axes = tuple({by: None, "programme": None, "source": None, "group": None})
    question = replace(question, axes=axes, with_year=True)
    question, evidence = heading(tx, policy, question, kind="portfolio", made_at=made_at)
    rows, programmes, groups = cuts(
        tx, policy, question, (by,), ("programme", "source"), ("group",)
    )
    found = PortfolioStatement(
        evidence=evidence,
        by=by,
        sections=_sections(rows, map_on(question.mapped)),
        total=rows.total,
        programmes=programmes.rows,
        programmes_total=programmes.total,
    )
    checks = [*equations(rows.total, counted(tx, question)), *_identities(found, groups.rows)]
    proved = evidence.proved(sheets.data(tables(found)), checks)
    return replace(found, evidence=proved)


def heading(
    tx: Tx, policy: Policy, question: Question, *, kind: str, made_at: datetime
) -> tuple[Question, Evidence]:
    """Return a question with its place, the book's only province where none is said, and evidence.

    The evidence wants its data and what was checked: `Evidence.proved`.

    kind  the document, as `creditdesk print` calls it

    Raises NothingInScope where the book has no such loan, NotYetKnown, and what `portfolio`
    refuses.
    """
    question.check()
    if question.known_on and question.known_on >= made_at.astimezone(ZONE).date():
        raise NotYetKnown(day=question.known_on)
    places = map_on(question.mapped)
    provinces = records.loans.provinces(tx)
    if question.place is None and len(provinces) == 1:
        question = replace(question, place=provinces[0])
    province, commune = places.scope(question.place)
    if province is None or province not in provinces:
        raise NothingInScope(place=question.place, provinces=provinces)
    inside = _inside(tx, question, province, commune)
    if not inside.any():
        _all_known(tx, question, province)
    known = names(tx, policy, places, [axis for axis, _ in question.within])
    narrowed = tuple(
        (axis, key, known.get(axis, {}).get(key, key)) for axis, key in question.within
    )
    return question, Evidence(
        kind=kind,
        scope=replace(_scope(places, province, commune), narrowed=narrowed),
        since=question.since,
        as_of=question.as_of,
        map_of=max(FIRST_MAP, question.mapped),
        policy=policy.version,
        made_at=made_at,
        known_on=question.known_on,
        left_out=_left_out(tx, question, province, inside),
        demonstration=households.are_invented(tx),
    )


def _all_known(tx: Tx, question: Question, province: str) -> None:
    """Refuse a key that is of no loan of the province: together they may well have none."""
    for within in (), *((one,) for one in question.within):
        if not _inside(tx, replace(question, within=within), province, None).any():
            if question.known_on and not within:
                raise NothingKnown(place=question.place or province, day=question.known_on)
            told = ", ".join((question.place or province, *(key for _, key in within)))
            raise NothingInScope(place=told, provinces=records.loans.provinces(tx))


def _inside(tx: Tx, question: Question, province: str, commune: str | None) -> np.ndarray:
    """Return which loans of a province are asked for."""
    over = standings.axes(tx, province, question.mapped, question.known_on)
    found = standings.signed_by(tx, over, question.known_on)
    if commune:
        found &= over.columns["commune"] == commune
    now = standings.image(tx, province, question.as_of, question.known_on)
    found &= among(over, now, question.within)
    return found


def _scope(places: Map, province: str, commune: str | None) -> Scope:
    over = places.province(province)
    if commune is None:
        return Scope(province, over.name, over.kind)
    unit = places.commune(commune)
    return Scope(province, over.name, over.kind, commune, unit.name, unit.kind)


def _sections(book: Portfolio, places: Map) -> tuple[Section, ...]:
    """Return the communes by their kind; rows of another axis as one section."""
    if book.axes != ("commune",):
        return (Section(book.axes[0], book.rows, book.total),) if book.rows else ()
    by_kind: dict[str, list[PortfolioRow]] = {}
    for row in book.rows:
        unit = places.communes.get(row.keys[0])
        by_kind.setdefault(unit.kind if unit else "cu", []).append(row)
    return tuple(
        Section(kind, tuple(by_kind[kind]), add(row.figures for row in by_kind[kind]))
        for kind in _ROWS_OF_KIND
        if kind in by_kind
    )


def _identities(found: PortfolioStatement, groups: Sequence[PortfolioRow]) -> Iterable[Identity]:
    """Yield what must hold of a portfolio: over the whole, and over every row that is printed."""
    total, rows = found.total, [row for part in found.sections for row in part.rows]
    printed = [row.figures for row in (*rows, *found.programmes)]
    whole = [row.parts == row.outstanding == row.closing for row in printed]
    yield Identity("every-row-holds", sum(whole), len(printed))
    of_rows = "communes" if found.by == "commune" else "rows"
    parts = {of_rows: rows, "programmes": found.programmes, "groups": groups}
    for name in ("drawn", "drawn_to_date", "principal_collected", "outstanding", "late_principal"):
        for of, many in parts.items():
            summed = (getattr(row.figures, name) for row in many)
            yield makes_total(of, name, summed, getattr(total, name))
    loans = sum(row.figures.loans for row in rows)
    yield Identity(f"loans-of-{of_rows}-make-total", loans, total.loans)


def _left_out(
    tx: Tx, question: Question, province: str, inside: np.ndarray
) -> tuple[tuple[str, int], ...]:
    over = standings.axes(tx, province, question.mapped, question.known_on)
    now = standings.image(tx, province, question.as_of, question.known_on)
    undrawn = inside & (now["draws"] == 0)
    signed = over.columns["signed_on"] <= number_of(question.as_of)
    found = {
        "approved-not-drawn": int((undrawn & signed).sum()),
        "signed-after-the-day": int((undrawn & ~signed).sum()),
    }
    return tuple((code, count) for code, count in found.items() if count)
