"""Dated values: what was in force since when, who says so; and how tables state them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Generic, TypeVar

from creditdesk.engine import money
from creditdesk.engine.money import Dong
from creditdesk.errors import Malformed, Refused

T = TypeVar("T")

CONFIDENCES = ("S", "R", "K-h", "K-m", "K-l", "I")
"""Read in a source; seen in practice; known with high, medium, low certainty; inferred."""


class NoValueYet(Refused):
    """Policy states no value for so early a day, or none at all."""

    code = "no-value-yet"


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """A value in force from `since` until the next one, with the law that states it."""

    since: date
    value: T
    unit: str
    source: str
    confidence: str
    checked_on: date
    reaches_existing: bool = False


@dataclass(frozen=True, slots=True)
class History(Generic[T]):
    """The values one parameter has had, by rising `since`; empty when none is known."""

    values: tuple[Dated[T], ...] = ()

    @property
    def first(self) -> Dated[T] | None:
        """Return the earliest value known, None when none is."""
        return self.values[0] if self.values else None

    def dated(self, day: date) -> Dated[T] | None:
        """Return the value in force on a day together with its source, None when none is known."""
        for entry in reversed(self.values):
            if entry.since <= day:
                return entry
        return None

    def find(self, day: date) -> T | None:
        """Return the value in force on a day, None when none is known."""
        entry = self.dated(day)
        return None if entry is None else entry.value

    def nearest(self, day: date) -> T | None:
        """Return the value in force on a day, or the first known for days before it."""
        entry = self.dated(day) or self.first
        return None if entry is None else entry.value

    def at(self, day: date) -> T:
        """Return the value in force on a day.

        Raises NoValueYet before the first.
        """
        entry = self.dated(day)
        if entry is None:
            raise NoValueYet(day=day, first=self.first and self.first.since)
        return entry.value


@dataclass(frozen=True, slots=True)
class Names:
    """What a thing is called in each language of the desk."""

    vi: str
    en: str
    id: str

    def said(self, language: str) -> str:
        """Return the name in a language (`vi`, `en` or `id`), Vietnamese for any other."""
        return {"en": self.en, "id": self.id}.get(language, self.vi)


@dataclass(frozen=True, slots=True)
class Named:
    """A code with what is printed for it: a source of money, a trustee, an account."""

    code: str
    short: str | None
    names: Names
    bank_code: str | None
    source: str
    confidence: str
    checked_on: date


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """How a value is read: its units, and a reading of (text, unit) that raises ValueError.

    `why` names what the text is not; `reprices` says that a value may reach running contracts.
    """

    units: tuple[str, ...]
    read: Callable[[str, str], T]
    why: str = "not-a-number"
    reprices: bool = False


class Table:
    """One table of a file, which refuses what it does not know and says where."""

    def __init__(self, file: str, path: str, content: object) -> None:
        """Open the table at `path` of a file; refuse anything but a table."""
        self._file, self._path = file, path
        if not isinstance(content, Mapping):
            raise Malformed(file=file, key=path, why="not-a-table")
        self._rest = dict(content)

    def fault(self, key: str, why: str) -> Malformed:
        """Return the refusal of one key of this table."""
        return Malformed(file=self._file, key=self._key(key), why=why)

    def finish(self) -> None:
        """Refuse the keys that nobody asked for."""
        for key in self._rest:
            raise self.fault(key, "unknown")

    def text(self, key: str) -> str:
        """Return a text that says something."""
        found = self._take(key)
        if not isinstance(found, str):
            raise self.fault(key, "not-text")
        if not found.strip():
            raise self.fault(key, "empty")
        return found

    def text_or_none(self, key: str) -> str | None:
        """Return a text, None where the key is absent."""
        return self.text(key) if key in self._rest else None

    def one_of(self, key: str, allowed: tuple[str, ...]) -> str:
        """Return a text that is one of those allowed."""
        found = self.text(key)
        if found not in allowed:
            raise self.fault(key, "not-a-code")
        return found

    def matching(self, key: str, pattern: re.Pattern[str]) -> str:
        """Return a text that a pattern matches as a whole."""
        found = self.text(key)
        if not pattern.fullmatch(found):
            raise self.fault(key, "not-a-code")
        return found

    def day(self, key: str) -> date:
        """Return a day, which is not a moment."""
        found = self._take(key)
        if not isinstance(found, date) or isinstance(found, datetime):
            raise self.fault(key, "not-a-day")
        return found

    def flag(self, key: str) -> bool:
        """Return yes or no; no where the key is absent."""
        found = self._rest.pop(key, False)
        if not isinstance(found, bool):
            raise self.fault(key, "not-a-flag")
        return found

    def table(self, key: str) -> "Table":
        """Return a table within this one."""
        return Table(self._file, self._key(key), self._take(key))

    def tables(self, key: str) -> "list[Table]":
        """Return the rows of a list of tables, none where the key is absent."""
        if key not in self._rest:
            return []
        found = self._take(key)
        if not isinstance(found, list):
            raise self.fault(key, "not-a-list")
        if not found:
            raise self.fault(key, "empty")
        return [
            Table(self._file, f"{self._key(key)}[{number}]", row)
            for number, row in enumerate(found, 1)
        ]

    def names(self) -> Names:
        """Return the names that this table holds under `names`."""
        names = self.table("names")
        found = Names(names.text("vi"), names.text("en"), names.text("id"))
        names.finish()
        return found

    def sourced(self) -> dict[str, Any]:
        """Return who says what this table states, how surely, and when that was checked."""
        return {
            "source": self.text("source"),
            "confidence": self.one_of("confidence", CONFIDENCES),
            "checked_on": self.day("checked_on"),
        }

    def named(self, key: str) -> dict[str, Named]:
        """Return the things listed under a key, by their codes."""
        found: dict[str, Named] = {}
        for row in self.tables(key):
            one = Named(
                code=row.text("code"),
                short=row.text_or_none("short"),
                names=row.names(),
                bank_code=row.text_or_none("bank_code"),
                **row.sourced(),
            )
            row.finish()
            if one.code in found:
                raise row.fault("code", "repeated")
            found[one.code] = one
        if not found:
            raise self.fault(key, "missing")
        return found

    def histories(
        self, forms: Mapping[str, Form[Any]], *, needed: bool = False
    ) -> dict[str, History[Any]]:
        """Return the history under each key of `forms`; where `needed`, none may be absent."""
        return {key: self._history(key, form, needed) for key, form in forms.items()}

    def _history(self, key: str, form: Form[T], needed: bool) -> History[T]:
        rows = self.tables(key)
        if needed and not rows:
            raise self.fault(key, "missing")
        entries = [row._dated(form) for row in rows]
        until = None
        for number, (row, entry) in enumerate(zip(rows, entries, strict=True)):
            if number and (why := _misplaced(entries[number - 1].since, until, entry.since)):
                raise row.fault("since", why)
            until = row.day("until") if "until" in row._rest else None
            row.finish()
        if until is not None:
            raise rows[-1].fault("until", "gap")
        return History(tuple(entries))

    def _dated(self, form: Form[T]) -> Dated[T]:
        unit, text = self.one_of("unit", form.units), self.text("value")
        try:
            value = form.read(text, unit)
        except ValueError:
            raise self.fault("value", form.why) from None
        return Dated(
            since=self.day("since"),
            value=value,
            unit=unit,
            **self.sourced(),
            reaches_existing=form.reprices and self.flag("reaches_existing"),
        )

    def _take(self, key: str) -> object:
        if key not in self._rest:
            raise self.fault(key, "missing")
        return self._rest.pop(key)

    def _key(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key


def _misplaced(previous: date, until: date | None, since: date) -> str | None:
    if since == previous:
        return "two-on-one-day"
    if since < previous:
        return "descending"
    if until is None or since == until + timedelta(days=1):
        return None
    return "overlap" if since <= until else "gap"


def choice(*allowed: str) -> Form[str]:
    """Return the form of a value that is one of some codes."""

    def read(text: str, _unit: str) -> str:
        return allowed[allowed.index(text)]

    return Form(("code",), read, why="not-a-code")


def codes(*allowed: str) -> Form[tuple[str, ...]]:
    """Return the form of a value that lists some codes in order, each once."""

    def read(text: str, _unit: str) -> tuple[str, ...]:
        found = tuple(text.split(", "))
        if len(set(found)) < len(found) or not set(found) <= set(allowed):
            raise ValueError(text)
        return found

    return Form(("codes",), read, why="not-a-code")


def marks(unit: str, *allowed: str) -> Form[Mapping[str, Decimal]]:
    """Return the form of a value that gives each of some codes a number: `one 5, other 30`."""

    def read(text: str, _unit: str) -> Mapping[str, Decimal]:
        pairs = [pair.split(" ") for pair in text.split(", ")]
        if [pair[0] for pair in pairs] != list(allowed):
            raise ValueError(text)
        return {code: _number(number, _unit) for code, number in pairs}

    return Form((unit,), read, why="not-a-code")


def _number(text: str, _unit: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _fraction(text: str, unit: str) -> Decimal:
    if not 0 < (found := _number(text, unit)) < 1:
        raise ValueError(text)
    return found


def _multiple(text: str, unit: str) -> Decimal:
    if (found := _number(text, unit)) < 1:
        raise ValueError(text)
    return found


def _dong(text: str, _unit: str) -> Dong:
    if (found := money.read(text)) == 0:
        raise ValueError(text)
    return found


def _whole(text: str, _unit: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError(text)
    return int(text)


_DECIMAL = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,8})?")
_WHOLE = re.compile(r"[1-9][0-9]{0,2}")

YES_NO: Form[bool] = Form(
    ("yes/no",), lambda text, _: bool(("no", "yes").index(text)), "not-a-code"
)
TEXT: Form[str] = Form(("text",), lambda text, _: text)
DONG = Form(("dong",), _dong)
MONTHS = Form(("months",), _whole)
YEARS = Form(("years",), _whole)
DAYS = Form(("days",), _whole)
COUNT = Form(("count",), _whole)
SHARE = Form(("share",), _fraction)
RATE = Form(("1/year",), _fraction, reprices=True)
MULTIPLE = Form(("multiple",), _multiple)
