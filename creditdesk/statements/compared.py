"""A book twice: on two days, or one day as it was known on two; and which loans differ."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from creditdesk import records, standings
from creditdesk.columns import BEGINNING, Axes
from creditdesk.communes import map_on
from creditdesk.db import Tx
from creditdesk.engine.journal import Kind
from creditdesk.engine.policy import Policy
from creditdesk.figures import Figures
from creditdesk.statements.books import Question, Rows, keys_of, loans, names, placed, reckoned

_FIGURES = ("outstanding", "overdue", "frozen", "drawn", "principal_collected", "written_off")
_TOLD = ("group_no", "customer_id")


@dataclass(frozen=True, slots=True)
class Side:
    """The book at the end of a day, as it was known at the end of another; None: as it is."""

    day: date
    known_on: date | None = None


class Row(NamedTuple):
    """A row of the book on both sides; flows [dong] are from the beginning."""

    key: str
    name: str
    then: Figures
    now: Figures


class Changed(NamedTuple):
    """A loan that differs: `then` and `now` hold its amounts [dong] by name."""

    loan_id: int
    loan_no: str
    customer_no: str
    key: str
    group_no: str
    then: Mapping[str, int]
    now: Mapping[str, int]


class Traced(NamedTuple):
    """An entry that one side has and the other lacks: of an act, and when that was recorded.

    sign  1 for a fact, -1 for one that was withdrawn
    """

    loan_no: str
    receipt_no: str
    kind: str
    value_date: date
    amount: int
    sign: int
    act_id: int
    recorded_at: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A book on two sides by one axis: both placed as the later side knows the loans."""

    then: Side
    now: Side
    rows: tuple[Row, ...]
    total: Row
    frames: tuple[pd.DataFrame, pd.DataFrame]


def compare(tx: Tx, policy: Policy, question: Question, then: Side) -> Comparison:
    """Return the book of a question's last day beside another side of it, by its first axis.

    What only moved from place to place, or changed its key, is no difference.

    Raises UnknownAxis, PeriodBackwards, PlaceNotFound.
    """
    axis = question.axes[0]
    beginning = BEGINNING + timedelta(days=1)
    now = replace(question, axes=(axis,), since=beginning)
    before = replace(now, as_of=then.day, known_on=then.known_on)
    before = replace(before, map_of=question.mapped)
    now.check()
    before.check()

    def frame_of(side: Question) -> pd.DataFrame:
        def told(over: Axes, inside: np.ndarray | None) -> pd.DataFrame:
            last = standings.image(tx, over.province, question.as_of, question.known_on)
            keys: dict[str, Any] = {name: over.columns[name] for name in _TOLD}
            keys["loan"] = over.ids
            keys[axis] = reckoned(over, policy, question.as_of, axis)
            if keys[axis] is None:
                keys[axis] = keys_of(over, last, axis)
            return loans(tx, over, inside, side, keys)

        return placed(tx, question, told)

    frames = frame_of(before), frame_of(now)
    known = names(tx, policy, map_on(question.mapped), (axis,))
    sides = [Rows(frame, known) for frame in frames]
    found = [{row.keys[0]: row.figures for row in one.by(axis)} for one in sides]
    rows = [
        Row(key, known.get(axis, {}).get(key, key), *(one.get(key, Figures()) for one in found))
        for key in sorted(set().union(*found))
    ]
    total = Row("", "", *(one.total for one in sides))
    return Comparison(then, Side(question.as_of, question.known_on), tuple(rows), total, frames)


def changed(tx: Tx, found: Comparison, axis: str) -> list[Changed]:
    """Return the loans that differ in what they owe or in what moved it, by key and number."""
    many = [frame.set_index("loan") for frame in found.frames if len(frame)]
    if not many:
        return []
    every = many[0].index.union(many[-1].index)
    then, now = (
        (frame.set_index("loan") if len(frame) else many[0].iloc[:0]).reindex(every)
        for frame in found.frames
    )
    amounts = [one[list(_FIGURES)].fillna(0).astype("int64") for one in (then, now)]
    differ = (amounts[0] != amounts[1]).any(axis=1)
    said = [axis, *_TOLD]
    keys_then, keys_now = (one[said].astype(object) for one in (then, now))
    told = keys_now.combine_first(keys_then)[said][differ]
    numbers = {key: number for number, key in _numbers(tx, every[differ]).items()}
    holders = records.households.customer_numbers(tx, map(int, set(told["customer_id"])))
    both = (one[differ].to_dict("records") for one in amounts)
    rows = zip(every[differ].tolist(), told.itertuples(index=False), *both, strict=True)
    loans_ = [
        Changed(one, numbers[one], holders[int(customer)], str(key), str(group), *sides)
        for one, (key, group, customer), *sides in rows
    ]
    return sorted(loans_, key=lambda one: (one.key, one.group_no, one.loan_no))


def _numbers(tx: Tx, ids: Iterable[Any]) -> dict[str, int]:
    return records.loans.numbers_of(tx, map(int, ids))


def trace(tx: Tx, found: Comparison, loans_: Iterable[Changed]) -> Iterator[Traced]:
    """Yield the entries that make the difference of loans; what was only booked anew is none."""
    numbers = {one.loan_id: one.loan_no for one in loans_}
    then, now = (
        (side.day, None if side.known_on is None else standings.recorded_after(side.known_on))
        for side in (found.then, found.now)
    )
    facts: dict[tuple[Any, ...], Traced] = {}
    for row in records.flows.entered_between(tx, sorted(numbers), then, now):
        key = (row.loan_id, row.receipt_no, row.kind, row.value_date, row.amount)
        sign = -1 if row.mirrors else 1
        before = facts.pop(key, None)
        if before is None or before.sign == sign:
            said = (row.receipt_no, row.kind, row.value_date, row.amount, sign, row.act_id)
            facts[key] = Traced(numbers[row.loan_id], *said, row.recorded_at)
    yield from sorted(facts.values(), key=lambda one: (one.loan_no, one.value_date, one.act_id))


FLOWS: Mapping[str, Mapping[str, int]] = {
    "drawn": {Kind.DRAW: 1, Kind.REBOOK: -1},
    "principal_collected": {Kind.PRINCIPAL: 1},
    "written_off": {Kind.WRITE_OFF: 1},
}
"""What entries of which kinds make which flow."""
