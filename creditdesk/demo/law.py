"""What the lending policy says of every habit, laid out for many loans at once."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from creditdesk.demo import months
from creditdesk.demo.habits import HABITS
from creditdesk.engine.policy import Ceiling, History, Policy, Programme

MICRO = 10**6
"""Rates are counted in millionths per year, enough for 130 % of four decimals."""
UNIT = 500_000
"""Amounts lent are whole multiples of this [dong]."""

_WORKS = 2
_MONTHS_OF_TERM = 5
_NO_CEILING = 2**40
_USUAL_TENTHS = 13  # overdue principal bears 130 % in every programme that says


@dataclass(frozen=True, slots=True)
class Law:
    """For every habit, by its place in the list: what a contract signed on a day must say."""

    programmes: tuple[Programme, ...]

    def rates(self, habit: np.ndarray, signed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the lending rates and overdue rates of the signing days [millionths a year]."""
        rate = self._each(habit, signed, lambda p: (p.rate_per_year, _millionths, 0))
        tenths = self._each(habit, signed, lambda p: (p.overdue_multiple, _tenths, _USUAL_TENTHS))
        return rate, rate * tenths // 10

    def repriced(self, habit: np.ndarray, signed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return from when a decree gives running contracts another rate, and which one.

        NEVER and 0 where none does.
        """
        since = np.full(len(habit), months.NEVER)
        rate = np.zeros(len(habit), dtype=np.int64)
        for place, programme in enumerate(self.programmes):
            for change in programme.rate_per_year.values:
                reached = (habit == place) & (signed < change.since.toordinal())
                if change.reaches_existing:
                    since[reached] = change.since.toordinal()
                    rate[reached] = _millionths(change.value)
        return since, rate

    def ceiling(self, habit: np.ndarray, signed: np.ndarray) -> np.ndarray:
        """Return the most that may be lent at a draw by the law of a signing day [UNITs]."""
        return self._each(habit, signed, lambda p: (p.ceiling, _units, _NO_CEILING))

    def interval(self, habit: np.ndarray, signed: np.ndarray) -> np.ndarray:
        """Return the months between principal instalments."""
        usual = np.array([row.every for row in HABITS], dtype=np.int64)[habit]
        said = self._each(habit, signed, lambda p: (p.principal_interval_months, int, 0))
        return np.where(said > 0, said, usual)

    def lent_in(self) -> np.ndarray:
        """Return habits x months: whether a programme is lent in a month, by policy and habit."""
        table = np.zeros((len(HABITS), months.END), dtype=bool)
        for place, (habit, programme) in enumerate(zip(HABITS, self.programmes, strict=True)):
            known = [h.values[0].since for h in (programme.open, programme.rate_per_year)]
            first = max(habit.months[0], *map(months.month_since, known))
            last = habit.months[1]
            if programme.closed_on is not None:
                last = min(last, months.month_since(programme.closed_on) - 1)
            table[place, first : last + 1] = True
        return table

    def _each(
        self,
        habit: np.ndarray,
        signed: np.ndarray,
        wanted: Callable[[Programme], tuple[History[Any], Callable[[Any], int], int]],
    ) -> np.ndarray:
        """Return the value in force for each loan; the default before the first known."""
        found = np.zeros(len(habit), dtype=np.int64)
        for place, programme in enumerate(self.programmes):
            here = np.flatnonzero(habit == place)
            history, count, default = wanted(programme)
            since = [row.since.toordinal() for row in history.values]
            values = np.array([default, *(count(row.value) for row in history.values)])
            found[here] = values[np.searchsorted(since, signed[here], side="right")]
        return found


def read(policy: Policy) -> Law:
    """Return what a policy says of the programmes that the demonstration lends."""
    return Law(tuple(policy.programme(habit.code) for habit in HABITS))


def _millionths(rate: Decimal) -> int:
    return int(rate * MICRO)


def _tenths(multiple: Decimal) -> int:
    return int(multiple * 10)


def _units(ceiling: Ceiling) -> int:
    if ceiling.amount is None:
        return _NO_CEILING
    times = {"dong/works": _WORKS, "dong/month": _MONTHS_OF_TERM}
    return ceiling.amount * times.get(ceiling.unit, 1) // UNIT
