"""Draws whose use nobody has checked yet (form 06/TD)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from creditdesk import records, standings
from creditdesk.columns import day_of, number_of
from creditdesk.db import EMPTY, read_columns
from creditdesk.engine.journal import KIND_CODE, Kind
from creditdesk.worklists.looked import Found
from creditdesk.worklists.view import View


class _Unchecked(NamedTuple):
    """What was drawn of each loan since its last check [dong], and the day of the first draw."""

    amount: np.ndarray
    drawn_on: np.ndarray


def _draws(view: View) -> _Unchecked:
    """Return the unchecked draws; those before policy first asked for checks are left alone.

    A check on the day of a draw has seen it.
    Source: `use_check_days` of config/policy/limits.toml.
    """
    drawn, before = _drawn(view), view.place.before
    query = records.applications.last_checks_query(view.province, view.as_of, before)
    checks = view.near(read_columns(view.tx, query))
    loans = len(view.axes.ids)
    checked_on = np.full(loans, EMPTY, dtype=np.int64)
    checked_on[checks["at"]] = checks["checked_on"]
    since = drawn["value_date"] > checked_on[drawn["at"]]
    at, amount, day = (drawn[name][since] for name in ("at", "amount", "value_date"))
    found = _Unchecked(np.zeros(loans, dtype=np.int64), np.full(loans, number_of(view.as_of)))
    np.add.at(found.amount, at, amount)
    np.minimum.at(found.drawn_on, at, day)
    return found


def _drawn(view: View) -> dict[str, np.ndarray]:
    """Return what was drawn of each loan on each day since checks are asked for."""
    first, until = view.policy.limits.use_check_days.first, view.as_of
    before = view.place.before
    assert first is not None

    def queries(seen: int) -> tuple[Any, Any]:
        return records.settled.draws_query(view.province, first.since, until, seen, before)

    name = ("draws", first.since, until, before)
    rows = view.near(standings.rows(view.tx, view.province, until, name, queries))
    days = rows["value_date"]
    chosen = (days >= number_of(first.since)) & (days <= number_of(until))
    chosen &= rows["kind"] == KIND_CODE[Kind.DRAW]
    frame = pd.DataFrame({name: rows[name][chosen] for name in ("at", "value_date", "amount")})
    # What was undone adds up to nothing on its own day.
    summed = frame.groupby(["at", "value_date"], as_index=False).sum()
    summed = summed[summed["amount"] > 0]
    return {name: summed[name].to_numpy() for name in summed}


def unchecked(view: View) -> np.ndarray:
    """Return what was drawn since the last check of each loan."""
    return view.once(_draws).amount


def unchecked_told(view: View, at: np.ndarray) -> Iterator[Found]:
    """Yield what was drawn and when it is to be checked, counted from the first such draw."""
    draws, asked = view.once(_draws), view.policy.limits.use_check_days
    for amount, number in zip(draws.amount[at].tolist(), draws.drawn_on[at].tolist(), strict=True):
        drawn_on = day_of(number)
        due_on = drawn_on + timedelta(days=asked.at(drawn_on))
        yield Found(amount, due_on, days_late=max(0, (view.as_of - due_on).days))
