"""What the address of a page asks for: a period, a place, a unit, an order."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import request

from creditdesk import communes
from creditdesk.cards import Cover, communes_of
from creditdesk.db import Tx
from creditdesk.engine import days
from creditdesk.errors import Malformed
from creditdesk.statements import PeriodBackwards
from creditdesk.web import edge
from creditdesk.web.writing import MONTHS, UNITS, alphabetical

_LONGEST_CODE = 20


class DayUnreadable(Malformed):
    """This is no day."""

    code = "day-unreadable"


@dataclass(frozen=True, slots=True)
class Asked:
    """A period [date], a place (empty: all of the book), and the unit of amounts."""

    since: date
    as_of: date
    place: str
    unit: str

    def query(self, **others: str | None) -> dict[str, str]:
        """Return what carries the choice on to another page."""
        told: dict[str, str | None] = {
            "from": self.since.isoformat(),
            "as_of": self.as_of.isoformat(),
            "place": self.place or None,
            "unit": self.unit,
        }
        return {name: value for name, value in (told | others).items() if value}


def asked(cover: Cover, *, unit: str) -> Asked:
    """Return what the address asks for, where it is silent the newest business year of the book.

    Raises DayUnreadable, PeriodBackwards, NotAChoice.
    """
    as_of = _day("as_of", newest(cover))
    since = _day("from", date(as_of.year, 1, 1))
    if since > as_of:
        raise PeriodBackwards(since=since, as_of=as_of)
    place = request.args.get("place", "").strip()[:_LONGEST_CODE]
    return Asked(since, as_of, place, edge.one_of("unit", UNITS, unit))


def newest(cover: Cover) -> date:
    """Return the end of the month in which something happened last, but no day yet to come."""
    now = edge.today()
    if cover.newest is None:
        return now
    return min(days.month_end(cover.newest), max(cover.newest, now))


def _day(name: str, otherwise: date) -> date:
    text = request.args.get(name, "").strip()
    if not text:
        return otherwise
    try:
        return days.read(_with_number(text))
    except ValueError:
        raise DayUnreadable(value=text[:40]) from None


def _with_number(text: str) -> str:
    """Return a day whose month is an English name, 05 Nov 2026, with the month's number."""
    parts = text.split()
    if len(parts) != 3 or parts[1].capitalize() not in MONTHS:
        return text
    return f"{parts[0]}/{MONTHS.index(parts[1].capitalize()) + 1}/{parts[2]}"


@dataclass(frozen=True, slots=True)
class Choice:
    """A place that can be chosen: a province, or a commune within it."""

    code: str
    name: str
    within: bool


def places(tx: Tx, cover: Cover, chosen: Asked) -> list[Choice]:
    """Return the provinces of the book, and the communes of the chosen or only one, by name."""
    known = communes.map_on(chosen.as_of)
    province, _ = known.scope(chosen.place)
    if province is None and len(cover.provinces) == 1:
        province = cover.provinces[0]
    found = []
    for code in cover.provinces:
        there = known.provinces.get(code)
        found.append(Choice(code, there.name if there else code, within=False))
        if code == province:
            units = [
                Choice(unit, known.communes[unit].name, within=True)
                for unit in communes_of(tx, code)
                if unit in known.communes
            ]
            found += sorted(units, key=lambda unit: alphabetical(unit.name))
    return found


@dataclass(frozen=True, slots=True)
class Period:
    """A period that one step reaches: its name's code and its days."""

    code: str
    since: date
    as_of: date


def periods(cover: Cover, chosen: Asked) -> tuple[Period, ...]:
    """Return periods that are often asked for, ending with the chosen day's month and year."""
    end = newest(cover)
    last = chosen.as_of.replace(day=1)
    quarter = date(last.year, 3 * ((last.month - 1) // 3) + 1, 1)
    year_before = date(last.year - 1, 1, 1)
    return (
        Period("newest-year", date(end.year, 1, 1), end),
        Period("this-quarter", quarter, chosen.as_of),
        Period("this-month", last, chosen.as_of),
        Period("year-before", year_before, date(last.year, 1, 1) - timedelta(days=1)),
    )
