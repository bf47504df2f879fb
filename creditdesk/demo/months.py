"""Months counted from January 2021, and days as numbers: what the demonstration reckons in."""

from datetime import date

import numpy as np

FIRST_YEAR, LAST_YEAR = 2021, 2054
PERIOD = 60
"""Months 0 to 59 are the years 2021-2025, the period the province reported on."""
END = 70
"""Months of the book: to October 2026."""
DATA_DATE = date(2026, 10, 31)

_FIRST_DAYS = np.array(
    [
        date(year, month, 1).toordinal()
        for year in range(FIRST_YEAR, LAST_YEAR + 1)
        for month in range(1, 13)
    ],
    dtype=np.int64,
)
NEVER = int(_FIRST_DAYS[-1])
"""A day after everything."""


def day(month: int | np.ndarray, day_of_month: int | np.ndarray) -> np.ndarray:
    """Return the number of a day of a month (proleptic ordinal); the 28th is the last safe one."""
    return _FIRST_DAYS[month] + day_of_month - 1


def month_since(start: date) -> int:
    """Return the first month that lies wholly on or after a day."""
    return int(np.searchsorted(_FIRST_DAYS, start.toordinal(), side="left"))


def written(days: np.ndarray) -> list[str]:
    """Return days as files carry them, dd/mm/yyyy; an empty text for 0."""
    known, places = np.unique(days, return_inverse=True)
    texts = [_written(int(number)) for number in known]
    return [texts[place] for place in places.tolist()]


def _written(number: int) -> str:
    if number == 0:
        return ""
    found = date.fromordinal(number)
    return f"{found.day:02d}/{found.month:02d}/{found.year}"
