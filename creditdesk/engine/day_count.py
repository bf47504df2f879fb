"""How long a period is: its days, and the share of a year they stand for."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from operator import sub
from typing import Literal, NamedTuple

from creditdesk.engine.days import months_after

DayCount = Literal["act/365", "act/360", "act/act", "30/360"]
DAY_COUNTS: tuple[DayCount, ...] = ("act/365", "act/360", "act/act", "30/360")


class Periods(NamedTuple):
    """Consecutive periods: the days of each, and its share of a year as parts / basis."""

    days: tuple[int, ...]
    parts: tuple[int, ...]
    basis: int


def periods(day_count: DayCount, start: date, ends: Sequence[date]) -> Periods:
    """Return the periods from a start to each end in turn; the first day counts, the last not.

    start  [date] of the first period; each end is the start of the next
    ends   (n,) [date], rising

    `act/365` and `act/360` divide the actual days by 365 (in leap years too) and by 360; `act/act`
    gives each calendar year its own 365 or 366; `30/360` gives a month 30 days.
    Source of act/365: Circular 14/2017/TT-NHNN.
    """
    return _CONVENTIONS[day_count]((start, *ends))


def actual_days(days: Sequence[date]) -> tuple[int, ...]:
    """Return the days from each day to the next."""
    ordinals = tuple(map(date.toordinal, days))
    return tuple(map(sub, ordinals[1:], ordinals))


def days_of_30(start: date, end: date) -> int:
    """Return the days between two days when every month has 30.

    Whole months count 30 each, also where the month's end clamped one of the two days: 31 January
    to 28 February, and 28 February to 31 March. Any other span counts by 30E/360 (the European
    rule): the 31st is the 30th.
    """
    months = (end.year - start.year) * 12 + end.month - start.month
    if months_after(start, months) == end or months_after(end, -months) == start:
        return 30 * months
    return 30 * months + min(end.day, 30) - min(start.day, 30)


def _act_365(days: Sequence[date]) -> Periods:
    actual = actual_days(days)
    return Periods(actual, actual, 365)


def _act_360(days: Sequence[date]) -> Periods:
    actual = actual_days(days)
    return Periods(actual, actual, 360)


def _act_act(days: Sequence[date]) -> Periods:
    parts = tuple(_parts_by_year(start, end) for start, end in pairwise(days))
    return Periods(actual_days(days), parts, 365 * 366)


def _30_360(days: Sequence[date]) -> Periods:
    counted = tuple(days_of_30(start, end) for start, end in pairwise(days))
    return Periods(counted, counted, 360)


def _parts_by_year(start: date, end: date) -> int:
    # A day is 1/365 or 1/366 of its year: 366 or 365 parts of the common basis 365 x 366.
    parts = 0
    while start < end:
        turn = date(start.year + 1, 1, 1)
        days_in_year = (turn - date(start.year, 1, 1)).days
        parts += (min(turn, end) - start).days * (365 * 366 // days_in_year)
        start = turn
    return parts


_CONVENTIONS: dict[DayCount, Callable[[Sequence[date]], Periods]] = {
    "act/365": _act_365,
    "act/360": _act_360,
    "act/act": _act_act,
    "30/360": _30_360,
}
