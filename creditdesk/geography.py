"""Places of the country and the days they are in force: read from the tables of `config/places`.

A national code alone does not name a place: a commune of today mostly kept the code of one of the
communes that went into it, and a province keeps its code when its kind changes. A code with a day
does, so every place carries the days on which it is valid, both included.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from creditdesk.errors import Malformed

PROVINCE_KINDS = ("tinh", "thanh-pho")
COMMUNE_KINDS = ("xa", "phuong", "dac-khu")
FORMER_COMMUNE_KINDS = ("xa", "phuong", "thi-tran")
SHARES = ("whole", "part")
PEOPLE = ("all", "part", "none")

_FIRST_LINE = 2  # of the rows: line 1 is the heading


@dataclass(frozen=True, slots=True)
class Province:
    """A province or centrally-run city; no `valid_from` means before the tables begin."""

    code: str
    name: str
    kind: str
    valid_from: date | None
    valid_to: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune, ward or special zone since the two-tier order of 01/07/2025."""

    code: str
    name: str
    kind: str
    province: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class FormerCommune:
    """A commune, ward or township of the order that ended with `valid_to`, under its old code."""

    code: str
    name: str
    kind: str
    district: str
    province_then: str
    province_now: str
    valid_to: date


@dataclass(frozen=True, slots=True)
class Merger:
    """What of a former commune went into a commune: `share` of its land, `people` of its people.

    `people` is "all" or "none" where the conversion table says so; "part" else.
    """

    old_code: str
    new_code: str
    share: str
    people: str
    effective: date


@dataclass(frozen=True, slots=True)
class Geography:
    """All places and mergers; `version` is the day of the latest change that the tables know."""

    provinces: tuple[Province, ...]
    communes: tuple[Commune, ...]
    former_communes: tuple[FormerCommune, ...]
    mergers: tuple[Merger, ...]
    version: str

    def provinces_on(self, day: date) -> tuple[Province, ...]:
        """Return the provinces in force on `day`."""
        return tuple(row for row in self.provinces if _in_force(row, day))

    def communes_on(self, day: date) -> tuple[Commune, ...]:
        """Return the communes in force on `day`; none before 01/07/2025."""
        return tuple(row for row in self.communes if _in_force(row, day))


class _Table(NamedTuple):
    """One file read: its rows as values, and the same by column."""

    file: str
    rows: tuple[Any, ...]
    columns: dict[str, list[Any]]

    def malformed(self, row: int, column: str) -> Malformed:
        """Return the refusal of one value of the row that is `row`th after the heading."""
        value = self.columns[column][row]
        return Malformed(file=self.file, line=row + _FIRST_LINE, column=column, value=value)


def load(folder: Path) -> Geography:
    """Return the places of the four tables in `folder`.

    Raises Malformed with file, line and column of the first value that cannot stand.
    """
    provinces = _read(folder / "provinces.csv", Province, _PROVINCE)
    communes = _read(folder / "communes.csv", Commune, _COMMUNE)
    former = _read(folder / "former_communes.csv", FormerCommune, _FORMER_COMMUNE)
    mergers = _read(folder / "mergers.csv", Merger, _MERGER)
    _check_one_at_a_time(provinces)
    _check_one_at_a_time(communes)
    _check_unique(former, "code")
    _check_unique(mergers, "old_code", "new_code")
    _check_in_force(communes, "province", "valid_from", provinces)
    _check_in_force(former, "province_then", "valid_to", provinces)
    _check_known(former, "province_now", provinces)
    _check_known(mergers, "old_code", former)
    _check_in_force(mergers, "new_code", "effective", communes)
    changes = provinces.columns["valid_from"] + communes.columns["valid_from"]
    version = max(filter(None, changes), default=date.min).isoformat()
    return Geography(provinces.rows, communes.rows, former.rows, mergers.rows, version)


def _read(path: Path, make: type, readers: dict[str, Callable[[str], Any]]) -> _Table:
    """Return the rows of one file.

    The tables quote nothing, so every comma parts two cells; cut at once into columns, where
    most texts repeat, the 24,000 rows are read three times as fast as row by row.
    """
    lines = path.read_text("utf-8").splitlines()
    names = list(readers)
    width = len(names)
    if lines[:1] != [",".join(names)]:
        raise Malformed(file=path.name, line=1, column=names[0])
    commas = [line.count(",") for line in lines]
    if set(commas) != {width - 1}:
        row, count = next(pair for pair in enumerate(commas, start=1) if pair[1] != width - 1)
        raise Malformed(file=path.name, line=row, column=names[min(count + 1, width - 1)])
    cells = ",".join(lines[1:]).split(",") if lines[1:] else []
    texts = {name: cells[place::width] for place, name in enumerate(names)}
    columns = {name: _read_column(path.name, name, texts[name], readers[name]) for name in names}
    return _Table(path.name, tuple(map(make, *columns.values())), columns)


def _read_column(
    file: str, column: str, texts: Sequence[str], read: Callable[[str], Any]
) -> list[Any]:
    """Return the values of one column, each distinct text read once."""
    if read is str:
        return list(texts)
    values = {}
    for text in dict.fromkeys(texts):
        try:
            values[text] = read(text)
        except ValueError:
            line = texts.index(text) + _FIRST_LINE
            raise Malformed(file=file, line=line, column=column, value=text) from None
    return list(map(values.__getitem__, texts))


def _code(length: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) != length or not (text.isascii() and text.isdigit()):
            raise ValueError(text)
        return text

    return read


def _one_of(words: Iterable[str]) -> Callable[[str], str]:
    known = {word: word for word in words}

    def read(text: str) -> str:
        if text not in known:
            raise ValueError(text)
        return known[text]

    return read


def _name(text: str) -> str:
    if not text or text != text.strip() or '"' in text:
        raise ValueError(text)
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError(text)
    return text


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError(text)
    return day


def _day_or_none(text: str) -> date | None:
    return _day(text) if text else None


_PROVINCE: dict[str, Callable[[str], Any]] = {
    "code": _code(2),
    "name": _name,
    "kind": _one_of(PROVINCE_KINDS),
    "valid_from": _day_or_none,
    "valid_to": _day_or_none,
    "source": _name,
}
_COMMUNE: dict[str, Callable[[str], Any]] = {
    "code": _code(5),
    "name": _name,
    "kind": _one_of(COMMUNE_KINDS),
    "province": str,
    "valid_from": _day,
    "valid_to": _day_or_none,
}
_FORMER_COMMUNE: dict[str, Callable[[str], Any]] = {
    "code": _code(5),
    "name": _name,
    "kind": _one_of(FORMER_COMMUNE_KINDS),
    "district": _name,
    "province_then": str,
    "province_now": str,
    "valid_to": _day,
}
_MERGER: dict[str, Callable[[str], Any]] = {
    "old_code": str,  # which codes there are, the places say,
    "new_code": str,
    "share": _one_of(SHARES),
    "people": _one_of(PEOPLE),
    "effective": _day,
}


def _in_force(row: Province | Commune, day: date) -> bool:
    started = row.valid_from is None or row.valid_from <= day
    return started and (row.valid_to is None or day <= row.valid_to)


def _check_unique(table: _Table, *key: str) -> None:
    """Refuse the second row of one key."""
    keys = list(zip(*(table.columns[column] for column in key), strict=True))
    if len(set(keys)) == len(keys):
        return
    first = {value: row for row, value in reversed(list(enumerate(keys)))}
    again = next(row for row, value in enumerate(keys) if first[value] != row)
    raise table.malformed(again, key[-1])


def _check_one_at_a_time(table: _Table) -> None:
    """Refuse a row that starts before the earlier row of its code has ended."""
    ends: dict[str, date | None] = {}
    for number, row in enumerate(table.rows):
        start = row.valid_from or date.min
        if row.valid_to is not None and row.valid_to < start:
            raise table.malformed(number, "valid_to")
        end = ends.get(row.code, date.min)
        if row.code in ends and (end is None or start <= end):
            raise table.malformed(number, "code")
        ends[row.code] = row.valid_to


def _check_in_force(table: _Table, column: str, day_column: str, places: _Table) -> None:
    """Refuse a row that names a place not in force on the day in its `day_column`."""
    pairs = list(zip(table.columns[column], table.columns[day_column], strict=True))
    on = {
        day: {place.code for place in places.rows if _in_force(place, day)}
        for day in set(table.columns[day_column])
    }
    strangers = {(code, day) for code, day in set(pairs) if code not in on[day]}
    if strangers:
        row = next(row for row, pair in enumerate(pairs) if pair in strangers)
        raise table.malformed(row, column)


def _check_known(table: _Table, column: str, places: _Table) -> None:
    """Refuse a row that names a place which `places` never knew."""
    strangers = set(table.columns[column]) - set(places.columns["code"])
    if strangers:
        row = next(row for row, code in enumerate(table.columns[column]) if code in strangers)
        raise table.malformed(row, column)
