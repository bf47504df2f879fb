"""The portfolio statement: what a finance department signs for."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256

import numpy as np

from creditdesk import households, records, standings
from creditdesk.columns import number_of
from creditdesk.communes import FIRST_MAP, Map, map_on
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.errors import Malformed
from creditdesk.figures import (
    FIGURE_NAMES,
    Heading,
    Identity,
    Portfolio,
    PortfolioRow,
    PortfolioStatement,
    Scope,
    Section,
)
from creditdesk.statements.books import Question, add, cuts, keys_of, names

_ROWS_OF_KIND = ("xa", "phuong", "dac-khu", "cu")


class NothingInScope(Malformed):
    """The book has no loan in this place."""

    code = "nothing-in-scope"


def portfolio_statement(
    tx: Tx, policy: Policy, question: Question, *, made_at: datetime
) -> PortfolioStatement:
    """Return the portfolio statement of a province, a commune, or the book's only province.

    question  its first axis is that of the rows

    Raises NothingInScope where the book has no loan there, and what `portfolio` refuses.
    """
    by = question.axes[0]
    axes = tuple({by: None, "programme": None, "source": None})
    question = replace(question, axes=axes, with_year=True)
    question, head = heading(tx, policy, question, made_at)
    rows, programmes = cuts(tx, policy, question, (by,), ("programme", "source"))
    sections = _sections(rows, map_on(question.mapped))
    return PortfolioStatement(
        **head._asdict(),
        by=by,
        sections=sections,
        total=rows.total,
        programmes=programmes.rows,
        programmes_total=programmes.total,
        identities=tuple(_identities(rows, programmes, sections)),
        digest=_digest(head.scope, question.mapped, rows, programmes),
    )


def heading(
    tx: Tx, policy: Policy, question: Question, made_at: datetime
) -> tuple[Question, Heading]:
    """Return a question with its place, the book's only province where none is said, and a head.

    Raises NothingInScope where the book has no such loan, and what `portfolio` refuses.
    """
    question.check()
    places = map_on(question.mapped)
    provinces = records.loans.provinces(tx)
    if question.place is None and len(provinces) == 1:
        question = replace(question, place=provinces[0])
    province, commune = places.scope(question.place)
    if province is None or province not in provinces:
        raise NothingInScope(place=question.place, provinces=provinces)
    inside = _inside(tx, question, province, commune)
    if question.within and not inside.any():
        raise NothingInScope(
            place=", ".join((question.place or "", *(key for _, key in question.within))),
            provinces=provinces,
        )
    known = names(tx, policy, places, [axis for axis, _ in question.within])
    narrowed = tuple(
        (axis, key, known.get(axis, {}).get(key, key)) for axis, key in question.within
    )
    return question, Heading(
        scope=replace(_scope(places, province, commune), narrowed=narrowed),
        since=question.since,
        as_of=question.as_of,
        map_of=max(FIRST_MAP, question.mapped),
        policy_version=policy.version,
        made_at=made_at,
        left_out=_left_out(tx, question, province, inside),
        demonstration=households.are_invented(tx),
    )


def _inside(tx: Tx, question: Question, province: str, commune: str | None) -> np.ndarray:
    """Return which loans of a province are asked for."""
    over = standings.axes(tx, province, question.mapped)
    found = np.ones(len(over.ids), dtype=bool)
    if commune:
        found &= over.columns["commune"] == commune
    now = standings.image(tx, province, question.as_of)
    for axis, key in question.within:
        found &= keys_of(over, now, axis) == key
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


def _identities(
    rows: Portfolio, programmes: Portfolio, sections: Sequence[Section]
) -> Iterable[Identity]:
    total = rows.total
    parts = "communes" if rows.axes == ("commune",) else "rows"
    yield Identity(
        "parts-make-outstanding", total.in_term + total.overdue + total.frozen, total.outstanding
    )
    flows = total.opening + total.drawn - total.principal_collected - total.written_off
    yield Identity("opening-and-flows-make-closing", flows, total.outstanding)
    for name in ("drawn", "drawn_to_date", "principal_collected", "outstanding", "late_principal"):
        of_rows = sum(getattr(row.figures, name) for part in sections for row in part.rows)
        yield Identity(f"{parts}-make-total:{name}", of_rows, getattr(total, name))
        of_programmes = sum(getattr(row.figures, name) for row in programmes.rows)
        yield Identity(f"programmes-make-total:{name}", of_programmes, getattr(total, name))
    yield Identity(f"loans-of-{parts}-make-total", _count(rows), total.loans)


def _count(book: Portfolio) -> int:
    return sum(row.figures.loans for row in book.rows)


def _left_out(
    tx: Tx, question: Question, province: str, inside: np.ndarray
) -> tuple[tuple[str, int], ...]:
    over = standings.axes(tx, province, question.mapped)
    undrawn = inside & (standings.image(tx, province, question.as_of)["draws"] == 0)
    signed = over.columns["signed_on"] <= number_of(question.as_of)
    found = {
        "approved-not-drawn": int((undrawn & signed).sum()),
        "signed-after-the-day": int((undrawn & ~signed).sum()),
    }
    return tuple((code, count) for code, count in found.items() if count)


def _digest(scope: Scope, mapped: date, *books: Portfolio) -> str:
    """Return the SHA-256 of what a statement says: the same data give the same digest."""
    said = "\n".join(
        "|".join((*row.keys, *(str(getattr(row.figures, name)) for name in FIGURE_NAMES)))
        for book in books
        for row in (*book.rows, PortfolioRow(("total",), (), book.total))
    )
    head = f"{scope}|{books[0].since}|{books[0].as_of}|{mapped}\n"
    return sha256((head + said).encode()).hexdigest()
