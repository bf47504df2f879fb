"""Closing days and months, once; and opening a month again, by two people with a ground."""

import json
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from creditdesk import images, ledger, records, standings
from creditdesk.db import Tx
from creditdesk.errors import Malformed, Refused


class MonthNotOver(Refused):
    """A month is closed when its last day is over."""

    code = "month-not-over"


class MonthNotClosed(Refused):
    """Only a closed month is opened."""

    code = "month-not-closed"


class MonthStandsOpen(Refused):
    """People opened the month: people close it again."""

    code = "month-stands-open"


class NotAMonth(Malformed):
    """A month is written YYYY-MM."""

    code = "not-a-month"


class DayNotOver(Refused):
    """A day in the future cannot be closed."""

    code = "day-not-over"


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed day or month: the days it covers [date], its figures, whether this run did it.

    before  the figures of the month's closing before this one, nothing where there was none
    """

    name: str
    since: date
    until: date
    figures: dict[str, int]
    new: bool
    before: dict[str, int] = field(default_factory=dict)

    @property
    def differences(self) -> dict[str, int]:
        """Return by how much figures differ from the closing before, those that do."""
        found = {name: self.figures[name] - old for name, old in self.before.items()}
        return {name: by for name, by in found.items() if by}


class Closing(NamedTuple):
    """One closing of a month: its number from 1, its figures, and who opened it again, if any."""

    month: str
    number: int
    closed_at: str
    figures: dict[str, int]
    opened: ledger.Deed | None


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


def close_month(tx: Tx, *, month: str, today: date, moment: str, again: bool = True) -> Closed:
    """Close a month: keep the image of its last day; a closed month stays as it is.

    again  whether a month that people opened is closed again, its new figures beside the old

    Raises NotAMonth, MonthNotOver, and MonthStandsOpen for one that is not to be closed again.
    """
    first, last = span_of(month)
    if last >= today:
        raise MonthNotOver(month=month, last=last)
    records.ledger.hold_steady(tx)
    known = _closings(tx, month)
    opened = known[-1].opened if known else None
    if known and opened is None:
        return Closed(month, first, last, known[-1].figures, False, _before(known[:-1]))
    if opened is not None and not again:
        raise MonthStandsOpen(month=month, by=opened.by, ground=opened.ground)
    images.keep(tx, last)
    figures = standings.totals(tx, last)
    records.kept.write_closed_month(
        tx,
        {
            "month": month,
            "closing": len(known) + 1,
            "closed_at": moment,
            "last_entry": records.ledger.last_entry(tx),
            "figures": json.dumps(figures),
        },
    )
    return Closed(month, first, last, figures, True, _before(known))


def open_month(tx: Tx, *, month: str, deed: ledger.Deed) -> Closing:
    """Open a closed month, so that facts of its days can enter: a decision of two people.

    Returns the closing that this ends. Raises NotAMonth, MonthNotClosed and what
    `ledger.begin_act` refuses: a ground has to be stated.
    """
    span_of(month)
    records.ledger.hold_steady(tx)
    known = _closings(tx, month)
    if not known or known[-1].opened is not None:
        raise MonthNotClosed(month=month)
    act_id = ledger.begin_act(tx, "open-month", deed, checked=True, grounded=True)
    records.kept.write_opening(tx, month, known[-1].number, act_id)
    return _closings(tx, month)[-1]


def history(tx: Tx) -> tuple[Closing, ...]:
    """Return every closing of every month, oldest month first, with what opened it again."""
    return tuple(_closings(tx))


def open_months(tx: Tx) -> tuple[Closing, ...]:
    """Return the months that people opened and nobody has closed again: each its last closing."""
    newest = {closing.month: closing for closing in _closings(tx)}
    return tuple(closing for closing in newest.values() if closing.opened is not None)


def _closings(tx: Tx, month: str | None = None) -> list[Closing]:
    return [
        Closing(
            row.month,
            row.closing,
            row.closed_at,
            json.loads(row.figures),
            None
            if row.act_id is None
            else ledger.Deed(row.by, row.opened_at, row.checked_by, row.ground),
        )
        for row in records.kept.closings(tx, month)
    ]


def _before(known: list[Closing]) -> dict[str, int]:
    """Return the figures of the closing before, nothing where there was none."""
    return known[-1].figures if known else {}


def span_of(month: str) -> tuple[date, date]:
    """Return the first and last day of a month written YYYY-MM; raises NotAMonth."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise NotAMonth(month=month) from None
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def last_day(tx: Tx) -> date | None:
    """Return the newest day that was closed."""
    found = records.kept.last_closed_day(tx)
    return found.day if found else None
