"""What the address of a page asks for: a period, a place, a unit, an order."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import request
from marshmallow import EXCLUDE, Schema, ValidationError

from creditdesk import communes, reach, users
from creditdesk.cards import FILTERS, Cover, communes_of
from creditdesk.db import Tx
from creditdesk.engine import days
from creditdesk.errors import DeskError, Malformed
from creditdesk.figures import AXES
from creditdesk.statements import PeriodBackwards
from creditdesk.web import edge
from creditdesk.web.shapes import ChoiceField, CodeField, DayField
from creditdesk.web.writing import UNITS, alphabetical

_ORDERS = ("asc", "desc")


class PlaceUnsaid(Malformed):
    """Whoever asks sees several provinces, and this is of one; `provinces` are their codes."""

    code = "place-unsaid"


class Query(Schema):
    """What an address says after its question mark; what a page does not know it ignores."""

    class Meta:
        """How this shape is read."""

        unknown = EXCLUDE


class PeriodQuery(Query):
    """What every page of figures can be asked for."""

    as_of = DayField()
    since = DayField(data_key="from")
    place = CodeField(load_default="")
    unit = ChoiceField(UNITS)


class KnownQuery(Query):
    """As of which day's knowledge figures are asked for."""

    known_on = DayField(load_default=None)
    known_before = DayField(load_default=None)


class LoansQuery(Query):
    """Which loans of a commune a page lists: those of a filter, after a number."""

    filter_ = ChoiceField(FILTERS, data_key="only", load_default="all")
    after = CodeField(load_default="")


@dataclass(frozen=True, slots=True)
class Asked:
    """A period [date], a place (empty: all of the book), and the unit of amounts.

    within    the scope of whoever names no place, as axes and their keys; it lies in `province`
    """

    since: date
    as_of: date
    place: str
    unit: str
    within: tuple[tuple[str, str], ...] = ()
    province: str = ""

    @property
    def where(self) -> str | None:
        """Return the place of a question; None: all of the book."""
        return self.place or self.province or None

    def query(self, **others: str | None) -> dict[str, str]:
        """Return what carries the choice on to another page."""
        told: dict[str, str | None] = {
            "from": self.since.isoformat(),
            "as_of": self.as_of.isoformat(),
            "place": self.place or None,
            "unit": self.unit,
            "need": edge.need() or None,
        }
        return {name: value for name, value in (told | others).items() if value}


def asked(cover: Cover, *, unit: str) -> Asked:
    """Return what the address asks for, where it is silent the newest business year of the book.

    Raises DayUnreadable, PeriodBackwards, NotAChoice.
    """
    told = of_address(PeriodQuery())
    as_of: date = told.get("as_of", newest(cover))
    since: date = told.get("since", date(as_of.year, 1, 1))
    if since > as_of:
        raise PeriodBackwards(since=since, as_of=as_of)
    return Asked(since, as_of, told["place"], told.get("unit", unit))


def loans_asked() -> tuple[str, str]:
    """Return the filter of a list of loans and the number it begins after; raises NotAChoice."""
    told = of_address(LoansQuery())
    return told["filter_"], told["after"]


def period_asked(names: tuple[str, ...]) -> str:
    """Return which of some periods a list is of, the first where nothing is asked.

    Raises NotAChoice.
    """
    shape = Query.from_dict({"period": ChoiceField(names, load_default=names[0])})
    return str(of_address(shape())["period"])


def order_asked(keys: tuple[str, ...]) -> tuple[str, str]:
    """Return by which of the keys rows are sorted, and how; by the first where nothing is asked.

    Raises NotAChoice.
    """
    shape = Query.from_dict(
        {
            "sort": ChoiceField(keys, load_default=keys[0]),
            "order": ChoiceField(_ORDERS, load_default=_ORDERS[0]),
        }
    )
    told = of_address(shape())
    return told["sort"], told["order"]


def of_address(shape: Schema) -> dict[str, Any]:
    """Return what the address says, blanks left out; of several faults the first is raised."""
    said = {name: text.strip() for name, text in request.args.items() if text.strip()}
    try:
        found: dict[str, Any] = shape.load(said)
    except ValidationError as wrong:
        troubles: list[DeskError] = next(iter(wrong.messages_dict.values()))
        raise troubles[0] from None
    return found


def newest(cover: Cover) -> date:
    """Return the end of the month in which something happened last, but no day yet to come."""
    now = edge.today()
    if cover.newest is None:
        return now
    return min(days.month_end(cover.newest), max(cover.newest, now))


def within(tx: Tx, chosen: Asked, act: str) -> Asked:
    """Return what is asked for; of whoever has a scope and names no place, all of that scope.

    Raises PlaceUnsaid where that is several provinces; NotAllowed.
    """
    person = edge.reader()
    if chosen.place or person is None or person.scope == users.EVERYTHING:
        return chosen
    one_of(person.scope.codes if person.scope.kind == "province" else ())
    area = reach.area(tx, edge.asker(), act, None, as_of=chosen.as_of)
    if not area.only:
        return replace(chosen, place=area.commune or area.province or "")
    return replace(chosen, within=area.keys, province=reach.province_of(tx, area) or "")


def one_of(provinces: Collection[str]) -> None:
    """Refuse what is of one province, asked for without one, where there are several.

    Raises PlaceUnsaid.
    """
    if len(provinces) > 1:
        raise PlaceUnsaid(provinces=list(provinces))


def provinces_of(cover: Cover) -> tuple[str, ...]:
    """Return the provinces that whoever asks sees as a whole."""
    person = edge.reader()
    if person is None or person.scope == users.EVERYTHING:
        return cover.provinces
    return person.scope.codes if person.scope.kind == "province" else ()


def reachable(tx: Tx, chosen: Asked) -> Collection[str]:
    """Return the communes to whose own pages whoever asks may go on."""
    person = edge.reader()
    if person is not None and chosen.within:
        return users.places.communes_of(tx, person)
    return communes.map_on(chosen.as_of).communes


def place_name(known: communes.Map, code: str) -> str:
    """Return the name of a place, empty for all of the book."""
    province, commune = known.scope(code)
    if commune:
        return known.commune(commune).name
    return known.province(province).name if province else ""


def require(act: str, tx: Tx, chosen: Asked) -> None:
    """Refuse a place outside of the scope of whoever asks, as one that is not there is."""
    if edge.reader() is not None and not chosen.within:
        place = users.places.of_place(tx, communes.map_on(chosen.as_of), chosen.place)
        edge.show(act, place, communes.PlaceNotFound(place=chosen.place))


@dataclass(frozen=True, slots=True)
class Choice:
    """A place that can be chosen: a province, or a commune within it."""

    code: str
    name: str
    within: bool


def places(tx: Tx, cover: Cover, chosen: Asked) -> list[Choice]:
    """Return the provinces of the book, and the communes of the chosen or only one, by name."""
    known = communes.map_on(chosen.as_of)
    province, _ = known.scope(chosen.where)
    if province is None and len(cover.provinces) == 1:
        province = cover.provinces[0]
    found = []
    for code in cover.provinces:
        there = known.provinces.get(code)
        found.append(Choice(code, there.name if there else code, within=False))
        if code == province:
            units = [
                Choice(unit, known.communes[unit].name, within=True)
                for unit in communes_of(tx, code, chosen.as_of)
                if unit in known.communes
            ]
            found += sorted(units, key=lambda unit: alphabetical(unit.name))
    return _own(tx, found)


def _own(tx: Tx, choices: list[Choice]) -> list[Choice]:
    """Return the places that may be chosen by whoever asks."""
    person = edge.reader()
    if person is None or person.scope == users.EVERYTHING:
        return choices
    if person.scope.kind == "province":
        codes: tuple[str, ...] = person.scope.codes
        return [choice for choice in choices if choice.within or choice.code in codes]
    codes = users.places.communes_of(tx, person)
    return [choice for choice in choices if choice.code in codes]


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


def known_on() -> date | None:
    """Return the day at whose end the books were known as they are asked for; raises its faults.

    None: as they are now.
    """
    found: date | None = of_address(KnownQuery())["known_on"]
    return found


def known_before() -> date | None:
    """Return the earlier knowledge day that is compared with; None where two days are compared.

    Raises what is wrong in it.
    """
    found: date | None = of_address(KnownQuery())["known_before"]
    return found


def narrowed(axes: tuple[str, ...]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the axis of a document's rows, and the axes it is narrowed to with one key of each.

    Raises NotAChoice.
    """
    fields = {axis: CodeField(load_default="") for axis in axes}
    shape = Query.from_dict({"by": ChoiceField(AXES, load_default=AXES[0]), **fields})
    told = of_address(shape())
    return told["by"], tuple((axis, told[axis]) for axis in axes if told[axis])
