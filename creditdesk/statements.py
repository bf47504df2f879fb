"""Readings across nouns: the portfolio on any axes, the portfolio statement, a loan's card."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from creditdesk import households, records, standings
from creditdesk.columns import Axes, Image, number_of
from creditdesk.communes import FIRST_MAP, Map, map_on
from creditdesk.db import Tx
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy
from creditdesk.errors import Malformed
from creditdesk.figures import (
    AXES,
    FIGURE_NAMES,
    Bridge,
    Figures,
    Identity,
    Portfolio,
    PortfolioRow,
    PortfolioStatement,
    Scope,
    Section,
)

STATUSES = ("open", "closed", "written-off")
_COLUMN_OF = {"group": "group_no", "village": "village_code"}
_ROWS_OF_KIND = ("xa", "phuong", "dac-khu", "cu")


class UnknownAxis(Malformed):
    """The portfolio has no such axis."""

    code = "unknown-axis"


class PeriodBackwards(Malformed):
    """The period ends before it begins."""

    code = "period-backwards"


class NothingInScope(Malformed):
    """The book has no loan in this place."""

    code = "nothing-in-scope"


@dataclass(frozen=True, slots=True)
class Question:
    """What a portfolio is asked for: first and last day, axes, a place or all of the book.

    `map_of` is the day on whose map loans are placed, that of `as_of` where it is not said.
    """

    since: date
    as_of: date
    axes: tuple[str, ...] = ("commune",)
    place: str | None = None
    with_year: bool = False
    map_of: date | None = None

    @property
    def mapped(self) -> date:
        """Return the day on whose map loans are placed."""
        return self.map_of or self.as_of

    def check(self) -> None:
        """Raise UnknownAxis or PeriodBackwards where the question cannot be answered."""
        for axis in self.axes:
            if axis not in AXES:
                raise UnknownAxis(axis=axis, axes=list(AXES))
        if not self.axes or len(set(self.axes)) != len(self.axes):
            raise UnknownAxis(axis=",".join(self.axes), axes=list(AXES))
        if self.since > self.as_of:
            raise PeriodBackwards(since=self.since, as_of=self.as_of)


def portfolio(tx: Tx, policy: Policy, question: Question) -> Portfolio:
    """Return the book in figures, one row for each combination of the axes that has lent anything.

    Raises UnknownAxis, PeriodBackwards, PlaceNotFound.
    """
    question.check()
    places = map_on(question.mapped)
    province, commune = places.scope(question.place)

    def loans_of(code: str) -> pd.DataFrame:
        over = standings.axes(tx, code, question.mapped)
        inside = over.columns["commune"] == commune if commune else None
        return _loans(tx, over, inside, question)

    frame = _together(tx, province, loans_of)
    rows = _Rows(frame, _names(policy, places))
    return Portfolio(
        question.since, question.as_of, question.axes, rows.by(*question.axes), rows.total
    )


def _together(
    tx: Tx, province: str | None, loans_of: Callable[[str], pd.DataFrame]
) -> pd.DataFrame:
    """Return the loans of a province, or of every province of the book, in one table."""
    frames = [loans_of(code) for code in ([province] if province else records.loans.provinces(tx))]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _loans(
    tx: Tx,
    over: Axes,
    inside: np.ndarray | None,
    question: Question,
    keys: Mapping[str, Any] = MappingProxyType({}),
) -> pd.DataFrame:
    """Return one row per loan that has lent anything: axes, figures [dong], household."""
    now = standings.image(tx, over.province, question.as_of)
    before = standings.image(tx, over.province, standings.day_before(question.since))
    chosen = now["draws"] > 0
    if inside is not None:
        chosen &= inside
    earned = standings.earned(tx, over, now)
    outstanding, late = now.outstanding, now.late
    columns: dict[str, Any] = {
        **keys,
        "household_id": over.columns["household_id"],
        "loans": outstanding > 0,
        "loans_drawn": now["draws"] > before["draws"],
        "drawn": now["drawn"] - before["drawn"],
        "drawn_to_date": now["drawn"],
        "principal_collected": now["repaid"] - before["repaid"],
        "interest_collected": now["interest_collected"] - before["interest_collected"],
        "written_off": now["written_off"] - before["written_off"],
        "opening": before.outstanding,
        "outstanding": outstanding,
        "in_term": now["in_term"],
        "overdue": now["overdue"],
        "frozen": now["frozen"],
        "late_principal": late,
        "loans_late": late > 0,
        "interest_unpaid": earned.in_term
        + earned.overdue
        + earned.grace
        - now["interest_collected"],
    }
    if question.with_year:
        last_year = date(question.as_of.year - 1, 12, 31)
        then = standings.image(tx, over.province, last_year)
        columns["drawn_year"] = now["drawn"] - then["drawn"]
    for axis in question.axes:
        columns[axis] = _statuses(now) if axis == "status" else over.by(_COLUMN_OF.get(axis, axis))
    return pd.DataFrame({name: values[chosen] for name, values in columns.items()}, copy=False)


def _statuses(now: Image) -> np.ndarray:
    outstanding = now.outstanding
    closed = np.where(now["written_off"] > 0, "written-off", "closed")
    return np.where((outstanding > 0) | (now["drawn"] == 0), "open", closed).astype(object)


def _coded(column: pd.Series) -> tuple[np.ndarray, Any]:
    """Return a column as codes and their sorted values."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), column.cat.categories
    codes, values = pd.factorize(column, sort=True)
    return codes, values


def _grouped(
    frame: pd.DataFrame, axes: Sequence[str]
) -> Iterable[tuple[tuple[str, ...], Figures]]:
    """Yield (keys, figures) of every group of loans, rising by key."""
    coded = [_coded(frame[axis]) for axis in axes]
    code = np.zeros(len(frame), dtype=np.int64)
    for codes, values in coded:
        code = code * len(values) + codes
    names = [name for name in FIGURE_NAMES if name in frame.columns]
    numbers = frame[names].astype(np.int64).groupby(code, sort=True).sum()
    owing = frame["outstanding"].to_numpy() > 0
    pairs = pd.DataFrame({"code": code[owing], "household": frame["household_id"][owing]})
    households = pairs.drop_duplicates()["code"].value_counts()
    for number, row in zip(numbers.index, numbers.itertuples(index=False), strict=True):
        figures = Figures(
            **{name: Dong(int(value)) for name, value in zip(names, row, strict=True)},
            households=int(households.get(number, 0)),
        )
        keys = []
        rest = int(number)
        for _, values in reversed(coded):
            rest, at = divmod(rest, len(values))
            keys.append(str(values[at]))
        yield tuple(reversed(keys)), figures


class _Rows(NamedTuple):
    """Loans that can be added up by any of their keys, and the names of the keys of each axis."""

    frame: pd.DataFrame
    names: Mapping[str, Mapping[str, str]]

    def by(self, *axes: str) -> tuple[PortfolioRow, ...]:
        groups = () if self.frame.empty else _grouped(self.frame, axes)
        return tuple(
            PortfolioRow(keys, tuple(map(self._name, axes, keys)), figures)
            for keys, figures in groups
        )

    def _name(self, axis: str, key: str) -> str:
        return self.names.get(axis, {}).get(key, key)

    @property
    def total(self) -> Figures:
        return next((row.figures for row in self.by()), Figures())


def _names(policy: Policy, places: Map) -> dict[str, dict[str, str]]:
    """Return the names of the keys of every axis, in Vietnamese."""
    return {
        "commune": places.names,
        "programme": {code: p.names.vi for code, p in policy.programmes.items()},
        "source": {code: named.names.vi for code, named in policy.sources.items()},
        "trustee": {code: named.names.vi for code, named in policy.trustees.items()},
    }


_THEN, _NOW = "commune_then", "commune_now"


def bridge(tx: Tx, question: Question, *, then: date) -> Bridge:
    """Return the book by the communes of two days: the way from one statement to the other.

    question  asked on the map of the later day; its axes do not matter. A commune asked for is
              that of either day: what left it and what came into it
    then      [date] the other day

    Raises PeriodBackwards, PlaceNotFound.
    """
    question = replace(question, axes=("commune",))
    question.check()
    maps = {_THEN: map_on(then), _NOW: map_on(question.mapped)}
    asked_of = _NOW if question.place in maps[_NOW].communes else _THEN
    province, commune = maps[asked_of].scope(question.place)

    def loans_of(code: str) -> pd.DataFrame:
        sides = {name: standings.axes(tx, code, there.day) for name, there in maps.items()}
        inside = None
        if commune:
            inside = np.logical_or(
                *(over.columns["commune"] == commune for over in sides.values())
            )
        keys = {name: over.by("commune") for name, over in sides.items()}
        return _loans(tx, sides[_NOW], inside, question, keys)

    rows = _Rows(_together(tx, province, loans_of), {n: there.names for n, there in maps.items()})
    return Bridge(
        since=question.since,
        as_of=question.as_of,
        map_then=then,
        map_now=question.mapped,
        rows=rows.by(_THEN, _NOW),
        then=tuple(row for row in rows.by(_THEN) if commune in (None, *row.keys)),
        now=tuple(row for row in rows.by(_NOW) if commune in (None, *row.keys)),
        total=rows.total,
    )


def portfolio_statement(
    tx: Tx,
    policy: Policy,
    *,
    since: date,
    as_of: date,
    place: str | None,
    made_at: datetime,
    map_of: date | None = None,
) -> PortfolioStatement:
    """Return the portfolio statement of a province, a commune, or the book's only province.

    map_of  [date] the day on whose map loans are placed; that of `as_of` where it is not said

    Raises NothingInScope where the book has no loan there, and what `portfolio` refuses.
    """
    mapped = map_of or as_of
    places = map_on(mapped)
    provinces = records.loans.provinces(tx)
    if place is None and len(provinces) == 1:
        place = provinces[0]
    province, commune = places.scope(place)
    if province is None or province not in provinces:
        raise NothingInScope(place=place, provinces=provinces)
    by_commune, by_programme = (
        portfolio(tx, policy, Question(since, as_of, axes, place, with_year=True, map_of=map_of))
        for axes in (("commune",), ("programme", "source"))
    )
    sections = _sections(by_commune, places)
    scope = _scope(places, province, commune)
    return PortfolioStatement(
        scope=scope,
        since=since,
        as_of=as_of,
        map_of=max(FIRST_MAP, mapped),
        policy_version=policy.version,
        made_at=made_at,
        sections=sections,
        total=by_commune.total,
        programmes=by_programme.rows,
        programmes_total=by_programme.total,
        identities=tuple(_identities(by_commune, by_programme, sections)),
        left_out=_left_out(tx, province, commune, as_of, mapped),
        digest=_digest(scope, mapped, by_commune, by_programme),
        demonstration=households.are_invented(tx),
    )


def _scope(places: Map, province: str, commune: str | None) -> Scope:
    over = places.province(province)
    if commune is None:
        return Scope(province, over.name, over.kind)
    unit = places.commune(commune)
    return Scope(province, over.name, over.kind, commune, unit.name, unit.kind)


def _sections(book: Portfolio, places: Map) -> tuple[Section, ...]:
    by_kind: dict[str, list[PortfolioRow]] = {}
    for row in book.rows:
        unit = places.communes.get(row.keys[0])
        by_kind.setdefault(unit.kind if unit else "cu", []).append(row)
    return tuple(
        Section(kind, tuple(by_kind[kind]), add(row.figures for row in by_kind[kind]))
        for kind in _ROWS_OF_KIND
        if kind in by_kind
    )


def add(many: Iterable[Figures]) -> Figures:
    """Return figures added up; households too, so for disjoint sets of households only."""
    rows = list(many)
    return Figures(**{name: sum(getattr(row, name) for row in rows) for name in FIGURE_NAMES})


def _identities(
    by_commune: Portfolio, by_programme: Portfolio, sections: Sequence[Section]
) -> Iterable[Identity]:
    total = by_commune.total
    yield Identity(
        "parts-make-outstanding", total.in_term + total.overdue + total.frozen, total.outstanding
    )
    flows = total.opening + total.drawn - total.principal_collected - total.written_off
    yield Identity("opening-and-flows-make-closing", flows, total.outstanding)
    for name in ("drawn", "drawn_to_date", "principal_collected", "outstanding", "late_principal"):
        of_communes = sum(getattr(section.subtotal, name) for section in sections)
        yield Identity(f"communes-make-total:{name}", of_communes, getattr(total, name))
        of_programmes = sum(getattr(row.figures, name) for row in by_programme.rows)
        yield Identity(f"programmes-make-total:{name}", of_programmes, getattr(total, name))
    yield Identity("loans-of-communes-make-total", _count(by_commune), total.loans)


def _count(book: Portfolio) -> int:
    return sum(row.figures.loans for row in book.rows)


def _left_out(
    tx: Tx, province: str, commune: str | None, as_of: date, mapped: date
) -> tuple[tuple[str, int], ...]:
    over = standings.axes(tx, province, mapped)
    now = standings.image(tx, province, as_of)
    inside = over.columns["commune"] == commune if commune else np.ones(len(over.ids), dtype=bool)
    undrawn = inside & (now["draws"] == 0)
    signed = over.columns["signed_on"] <= number_of(as_of)
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
