"""Days, half-open periods, due dates and commune sessions."""

import re
from calendar import monthrange
from collections.abc import Collection
from datetime import date, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
"""Where the bank's days begin and end."""
EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)
"""No contract of the bank (founded 2002, heir of a 1995 bank) lies outside."""

_SLASHED = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")


def read(text: str) -> date:
    """Return the day written as dd/mm/yyyy or ISO.

    Raises ValueError when there is no such day or it lies outside 1990-2100.
    """
    plain = text.strip()
    if found := _ISO.fullmatch(plain):
        day = date(int(found[1]), int(found[2]), int(found[3]))
    elif found := _SLASHED.fullmatch(plain):
        day = date(int(found[3]), int(found[2]), int(found[1]))
    else:
        raise ValueError(f"not a day: {text!r}")
    if not EARLIEST <= day <= LATEST:
        raise ValueError(f"a day outside {EARLIEST.year}-{LATEST.year}: {text!r}")
    return day


def written(day: date) -> str:
    """Return a day as the bank writes it: 05/11/2026."""
    return f"{day.day:02d}/{day.month:02d}/{day.year}"


def months_after(day: date, months: int) -> date:
    """Return the same day of the month some months later, clamped to that month's end."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    if day.day <= 28:
        return date(year, month, day.day)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def whole_months(since: date, until: date) -> int:
    """Return how many whole months pass from a day to a later one."""
    months = (until.year - since.year) * 12 + until.month - since.month
    return months - (months_after(since, months) > until)


def month_end(day: date) -> date:
    """Return the last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def next_month_end(day: date) -> date:
    """Return the last day of the month after a day's."""
    return month_end(month_end(day) + timedelta(days=1))


def previous_month_end(day: date) -> date:
    """Return the last month end on or before a day."""
    return day if day == month_end(day) else day.replace(day=1) - timedelta(days=1)


def last_session(session_day: int, as_of: date) -> date:
    """Return the last commune session on or before a day; `session_day` is 1 to 28."""
    if as_of.day >= session_day:
        return as_of.replace(day=session_day)
    return months_after(as_of.replace(day=1), -1).replace(day=session_day)


def next_session(session_day: int, after: date) -> date:
    """Return the first commune session strictly after a day; `session_day` is 1 to 28."""
    if after.day < session_day:
        return after.replace(day=session_day)
    return months_after(after.replace(day=1), 1).replace(day=session_day)


def working_days_before(day: date, count: int, days_off: Collection[date]) -> date:
    """Return the working day that lies some working days before a day, itself not counted.

    days_off  [date] when everything is closed besides Saturdays and Sundays
    """
    while count:
        day -= timedelta(days=1)
        count -= day.weekday() < 5 and day not in days_off
    return day
