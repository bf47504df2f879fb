"""Closing days and months: kept images brought up to date, and a line that it was done, once."""

import json
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from creditdesk import images, records, standings
from creditdesk.db import Tx
from creditdesk.errors import Malformed, Refused


class MonthNotOver(Refused):
    """A month is closed when its last day is over."""

    code = "month-not-over"


class NotAMonth(Malformed):
    """A month is written YYYY-MM."""

    code = "not-a-month"


class DayNotOver(Refused):
    """A day in the future cannot be closed."""

    code = "day-not-over"


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed day or month: the days it covers [date], its figures, whether this run did it."""

    name: str
    since: date
    until: date
    figures: dict[str, int]
    new: bool


def close_day(tx: Tx, *, day: date, today: date, moment: str) -> Closed:
    """Close a day and every day missed before it, in one pass; a closed day stays as it is.

    today  [date] by the clock of the face; raises DayNotOver for a later day

    Interest and lateness are functions of the entries, so that nothing has to be made up for the
    days that were missed: one closing covers them all.
    """
    if day > today:
        raise DayNotOver(day=day, today=today)
    records.ledger.hold_steady(tx)
    done = records.kept.covering_day(tx, day)
    if done is not None:
        return Closed(done.day.isoformat(), done.since, done.day, json.loads(done.figures), False)
    last = records.kept.last_closed_day(tx)
    since = last.day + timedelta(days=1) if last and last.day < day else day
    images.bring_up(tx)
    figures = standings.totals(tx, day)
    records.kept.write_closed_day(
        tx,
        {
            "day": day,
            "since": since,
            "closed_at": moment,
            "last_entry": records.ledger.last_entry(tx),
            "figures": json.dumps(figures),
        },
    )
    if last is None or last.day < day:
        records.kept.set_today(tx, day + timedelta(days=1))
    return Closed(day.isoformat(), since, day, figures, True)


def close_month(tx: Tx, *, month: str, today: date, moment: str) -> Closed:
    """Close a month: keep the image of its last day; a closed month stays as it is.

    Raises NotAMonth, MonthNotOver.
    """
    first, last = span_of(month)
    if last >= today:
        raise MonthNotOver(month=month, last=last)
    records.ledger.hold_steady(tx)
    done = records.kept.find_closed_month(tx, month)
    if done is not None:
        return Closed(month, first, last, json.loads(done.figures), False)
    images.keep(tx, last)
    figures = standings.totals(tx, last)
    records.kept.write_closed_month(
        tx,
        {
            "month": month,
            "closed_at": moment,
            "last_entry": records.ledger.last_entry(tx),
            "figures": json.dumps(figures),
        },
    )
    return Closed(month, first, last, figures, True)


def span_of(month: str) -> tuple[date, date]:
    """Return the first and last day of a month written YYYY-MM; raises NotAMonth."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise NotAMonth(month=month) from None
    return first, first.replace(day=monthrange(first.year, first.month)[1])
