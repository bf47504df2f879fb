"""Money out and back by month, and what is late by its age, of the loans of a question."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from creditdesk import records, standings
from creditdesk.columns import EPOCH, Axes, Image, number_of
from creditdesk.communes import map_on
from creditdesk.db import Tx, read_columns
from creditdesk.engine.journal import KIND_CODE, Kind
from creditdesk.engine.money import Dong
from creditdesk.figures import AgeBand, MonthFlow
from creditdesk.statements.books import Question, chosen

AGES = (0, 30, 90, 180, 360)
"""Days late above which a band begins."""
_OUT = (KIND_CODE[Kind.DRAW], KIND_CODE[Kind.REBOOK])
_BACK = KIND_CODE[Kind.PRINCIPAL]
_KINDS = (*_OUT, _BACK)
_KEPT = 6


class _Moved(NamedTuple):
    """What was lent and repaid in a province by the newest entry: one element a posting."""

    last_entry: int
    loan_id: np.ndarray
    day: np.ndarray
    out: np.ndarray
    back: np.ndarray

    def adds_up(self, over: Axes, now: Image) -> bool:
        """Return whether, up to a day, every loan comes to what the image of that day holds."""
        until = self.day <= number_of(now.day)
        at = np.searchsorted(over.ids, self.loan_id[until])
        sums = np.zeros((2, len(over.ids)), dtype=np.int64)
        np.add.at(sums[0], at, self.out[until])
        np.add.at(sums[1], at, self.back[until])
        return bool((sums[0] == now["drawn"]).all() and (sums[1] == now["repaid"]).all())


_remembered: WeakKeyDictionary[Any, dict[str, _Moved]] = WeakKeyDictionary()


def by_month(tx: Tx, question: Question) -> tuple[MonthFlow, ...]:
    """Return what was lent and repaid [dong] in every month of a period in which anything was.

    Loans lie where they lie in the portfolio of the same question, and its sums are these.

    Raises UnknownAxis, PeriodBackwards, PlaceNotFound.
    """
    question.check()
    found: dict[int, list[int]] = {}
    for over, now, inside in _provinces(tx, question):
        moved = _moved(tx, over, now, _later(tx, question))
        until, since = number_of(question.as_of), number_of(question.since)
        wanted = (moved.day >= since) & (moved.day <= until)
        wanted &= inside[np.searchsorted(over.ids, moved.loan_id) % len(inside)]
        days = moved.day[wanted].astype("datetime64[D]")
        months, at = np.unique(days.astype("datetime64[M]").astype(int), return_inverse=True)
        sums = np.zeros((2, len(months)), dtype=np.int64)
        np.add.at(sums[0], at, moved.out[wanted])
        np.add.at(sums[1], at, moved.back[wanted])
        for month, out, back in zip(months.tolist(), *sums.tolist(), strict=True):
            both = found.setdefault(month, [0, 0])
            both[0], both[1] = both[0] + out, both[1] + back
    return tuple(
        MonthFlow(_first_day(month), Dong(out), Dong(back))
        for month, (out, back) in sorted(found.items())
    )


def by_age(tx: Tx, question: Question) -> tuple[AgeBand, ...]:
    """Return the late principal [dong] of a day by how many days ago it was due, youngest first.

    A loan counts in every band in which some of it is late. The bands make the late principal of
    the portfolio of the same question.

    Raises UnknownAxis, PeriodBackwards, PlaceNotFound.
    """
    question.check()
    amounts, loans = np.zeros(len(AGES), dtype=np.int64), np.zeros(len(AGES), dtype=np.int64)
    for over, now, inside in _provinces(tx, question):
        late = np.flatnonzero(inside & (now.late > 0))
        behind = _behind(tx, over, now, late, _later(tx, question))
        older = np.vstack([*behind, np.zeros(len(late), dtype=np.int64)])
        bands = older[:-1] - older[1:]
        amounts += bands.sum(axis=1)
        loans += (bands > 0).sum(axis=1)
    ends = (*AGES[1:], None)
    return tuple(
        AgeBand(first + 1, last, int(count), Dong(int(amount)))
        for first, last, count, amount in zip(AGES, ends, loans, amounts, strict=True)
    )


def _provinces(tx: Tx, question: Question) -> Iterator[tuple[Axes, Image, np.ndarray]]:
    """Yield the loans of each province, where they stand, and which of them are asked for."""
    province, commune = map_on(question.mapped).scope(question.place)
    for code in [province] if province else records.loans.provinces(tx):
        over = standings.axes(tx, code, question.mapped, question.known_on)
        now = standings.image(tx, code, question.as_of, question.known_on)
        inside = chosen(over, now, question)
        if commune:
            inside &= over.columns["commune"] == commune
        if len(inside):
            yield over, now, inside


def _later(tx: Tx, question: Question) -> Any:
    """Return what was entered after the day of the question's knowledge, if it has one."""
    if question.known_on is None:
        return None
    return records.ledger.entries_later(tx, standings.recorded_after(question.known_on))


def _behind(tx: Tx, over: Axes, now: Image, late: np.ndarray, later: Any) -> Iterator[np.ndarray]:
    """Yield of late loans what of the late principal was due more than so many days ago.

    What was repaid lies on the oldest due dates, as `engine.ageing` has it.
    """
    plans = {"loan_id": np.array([], dtype=np.int64)}
    ids = over.ids[late]
    if len(ids):
        query = records.flows.plans_of_query(over.province, now.day, ids.tolist(), later)
        plans = read_columns(tx, query)
    at = np.searchsorted(ids, plans["loan_id"])
    for days in AGES:
        due = np.zeros(len(late), dtype=np.int64)
        if len(at):
            old = plans["due_on"] < number_of(now.day) - days
            np.add.at(due, at[old], plans["amount"][old])
        yield np.minimum(np.maximum(0, due - now["repaid"][late]), now.late[late])


def _moved(tx: Tx, over: Axes, now: Image, later: Any) -> _Moved:
    """Return what was lent and repaid in a province, remembered and proved by today's image.

    Writers may overtake one another, so what is remembered may lack an entry below its newest:
    then every loan does not come to what the image holds, and all is read again.
    """
    newest = records.ledger.last_entry(tx)
    if later or not tx.get_execution_options().get("reading", False):
        return _read(tx, over.province, 0, newest, later)
    shared = _remembered.setdefault(tx.engine, {})
    known = shared.pop(over.province, None)
    if known is not None and known.last_entry < newest:
        known = _with(known, _read(tx, over.province, known.last_entry, newest))
    if known is None or known.last_entry > newest or not known.adds_up(over, now):
        known = _read(tx, over.province, 0, newest)
    for oldest in list(shared)[: 1 - _KEPT]:
        shared.pop(oldest, None)
    shared[over.province] = known
    return known


def _read(tx: Tx, province: str, after: int, newest: int, later: Any = None) -> _Moved:
    rows = read_columns(tx, records.flows.moved_after_query(province, after, _KINDS, later))
    signed = rows["amount"] * rows["sign"]
    out = np.where(rows["kind"] == KIND_CODE[Kind.REBOOK], -signed, signed)
    back = rows["kind"] == _BACK
    return _Moved(
        newest,
        rows["loan_id"],
        rows["value_date"],
        np.where(back, 0, out),
        np.where(back, signed, 0),
    )


def _with(known: _Moved, new: _Moved) -> _Moved:
    both = (np.concatenate(pair) for pair in zip(known[1:], new[1:], strict=True))
    return _Moved(new.last_entry, *both)


def _first_day(month: int) -> date:
    year, within = divmod(month + EPOCH.year * 12, 12)
    return date(year, within + 1, 1)
