"""Money out and back by month, and what is late by its age, of the loans of a question."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np

from creditdesk import records, standings
from creditdesk.columns import EPOCH, Axes, Image, number_of
from creditdesk.communes import map_on
from creditdesk.db import Tx
from creditdesk.engine.journal import KIND_CODE, Kind
from creditdesk.engine.money import Dong
from creditdesk.figures import AgeBand, MonthFlow
from creditdesk.statements.books import Question, chosen

AGES = (0, 30, 90, 180, 360)
"""Days late above which a band begins."""


def by_month(tx: Tx, question: Question) -> tuple[MonthFlow, ...]:
    """Return what was lent and repaid [dong] in every month of a period in which anything was.

    Loans lie where they lie in the portfolio of the same question, and its sums are these.

    Raises UnknownAxis, PeriodBackwards, PlaceNotFound.
    """
    question.check()
    sums: Counter[tuple[int, bool]] = Counter()
    for over, _, inside in _provinces(tx, question):
        moved = _moved(tx, over.province, question)
        mine = np.isin(moved["loan_id"], over.ids[inside])
        months, amounts = moved["month"][mine], moved["amount"][mine]
        back = moved["kind"][mine] == KIND_CODE[Kind.PRINCIPAL]
        taken = moved["kind"][mine] == KIND_CODE[Kind.REBOOK]
        for side, of_side in ((False, ~back), (True, back)):
            signed = np.where(taken, -amounts, amounts)[of_side]
            for month, amount in _by(months[of_side], signed):
                sums[month, side] += amount
    return tuple(
        MonthFlow(_first_day(month), Dong(sums[month, False]), Dong(sums[month, True]))
        for month in sorted({month for month, _ in sums})
    )


def _moved(tx: Tx, province: str, question: Question) -> dict[str, np.ndarray]:
    """Return what was lent and repaid in the period of a question, with its month since 1970."""
    rows = principal(tx, province, question)
    months = rows["value_date"].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return rows | {"month": months}


def principal(tx: Tx, province: str, question: Question) -> dict[str, np.ndarray]:
    """Return what was lent, taken back and repaid in the period of a question, by posting.

    Of all loans of a province, whichever of them are asked for.
    """
    known_on = question.known_on
    before = None if known_on is None else standings.recorded_after(known_on)
    # A process reads a year once, whatever months of it and of those after it are asked for.
    year = date(question.since.year, 1, 1)

    def queries(seen: int) -> tuple[Any, Any]:
        return records.settled.principal_query(province, year, seen, before)

    name = () if before else ("principal", year)
    rows = standings.rows(tx, province, date.max, name, queries)
    days = rows["value_date"]
    within = (days >= number_of(question.since)) & (days <= number_of(question.as_of))
    return {name: column[within] for name, column in rows.items()}


def _by(months: np.ndarray, amounts: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield the sum of every month in which anything moved."""
    if len(months):
        first = int(months.min())
        sums = np.zeros(int(months.max()) - first + 1, dtype=np.int64)
        np.add.at(sums, months - first, amounts)
        there = np.bincount(months - first) > 0
        for at in np.flatnonzero(there).tolist():
            yield first + at, int(sums[at])


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
        behind = _behind(tx, over, now, late, question)
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


def _behind(
    tx: Tx, over: Axes, now: Image, late: np.ndarray, question: Question
) -> Iterator[np.ndarray]:
    """Yield of late loans what of the late principal was due more than so many days ago.

    What was repaid lies on the oldest due dates, as `engine.ageing` has it.
    """
    plans = _plans(tx, over, over.ids[late].tolist(), question)
    at = np.searchsorted(over.ids[late], plans["loan_id"])
    for days in AGES:
        due = np.zeros(len(late), dtype=np.int64)
        old = plans["due_on"] < number_of(now.day) - days
        np.add.at(due, at[old], plans["amount"][old])
        yield np.minimum(np.maximum(0, due - now["repaid"][late]), now.late[late])


def _plans(tx: Tx, over: Axes, ids: Sequence[int], question: Question) -> dict[str, np.ndarray]:
    """Return what the plans of some loans made due before the day of a question."""
    day, known_on = question.as_of, question.known_on
    before = None if known_on is None else standings.recorded_after(known_on)

    def queries(seen: int) -> tuple[Any, Any]:
        return records.settled.plans_of_query(ids, day, seen, before)

    name = () if before else ("plans of", day, *ids)
    return standings.rows(tx, over.province, day, name, queries)


def _first_day(month: int) -> date:
    year, within = divmod(month + EPOCH.year * 12, 12)
    return date(year, within + 1, 1)
