"""Draws whose use nobody has checked yet (form 06/TD)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import numpy as np

from creditdesk import records
from creditdesk.columns import day_of, number_of
from creditdesk.db import read_columns
from creditdesk.worklists.looked import Found
from creditdesk.worklists.view import View


class _Unchecked(NamedTuple):
    """What was drawn of each loan since its last check [dong], and the day of the first draw."""

    amount: np.ndarray
    drawn_on: np.ndarray


def _draws(view: View) -> _Unchecked:
    """Return the unchecked draws; those before policy first asked for checks are left alone.

    Source: `use_check_days` of config/policy/limits.toml.
    """
    first = view.policy.limits.use_check_days.first
    assert first is not None
    query = records.applications.unchecked_draws_query(
        view.province, first.since, view.as_of, view.place.before
    )
    rows = view.near(read_columns(view.tx, query))
    loans = len(view.axes.ids)
    found = _Unchecked(
        np.zeros(loans, dtype=np.int64), np.full(loans, number_of(view.as_of), dtype=np.int64)
    )
    np.add.at(found.amount, rows["at"], rows["amount"])
    np.minimum.at(found.drawn_on, rows["at"], rows["drawn_on"])
    return found


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
