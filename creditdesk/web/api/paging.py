"""Pages of lists: in which order, after which row; a cursor holds for its own question only."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cmp_to_key, partial
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from flask import request

from creditdesk.errors import Malformed
from creditdesk.web.shapes import ChoiceField, TextField, WholeField

MOST = 200
USUAL = 100
CURSOR = "[0-9A-Za-z_-]{1,300}={0,2}"
_FINE = 10**6
Row = TypeVar("Row")


class CursorUnfit(Malformed):
    """A cursor goes with the list, the order and the filters that it was told with."""

    code = "cursor-unfit"


class SortField(ChoiceField):
    """By which value rows rise, or with a minus before it fall; else by the first."""

    def __init__(self, *names: str) -> None:
        """Offer values to sort by."""
        both = tuple(sign + name for name in names for sign in ("", "-"))
        super().__init__(both, load_default=names[0])

    def described(self) -> dict[str, Any]:
        """Return the field as JSON Schema tells it."""
        return super().described() | {"default": self.choices[0], "examples": [self.choices[-1]]}


def after() -> TextField:
    """Return the field of the cursor after which a page begins."""
    return TextField(302, pattern=CURSOR, load_default="")


def limit() -> WholeField:
    """Return the field of how many rows a page has at most."""
    return WholeField(1, MOST, load_default=USUAL)


class _Place(NamedTuple):
    """Where a row stands: the value that it is sorted by, and what tells it from any other."""

    value: list[Any]
    own: Any


def page(
    rows: Iterable[Row],
    asked: Mapping[str, Any],
    values: Mapping[str, Callable[[Row], Any]],
    own: Callable[[Row], Any],
) -> tuple[list[Row], str | None]:
    """Return a page of rows in the order that is asked for, and the cursor of the next page.

    values  what rows are sorted by, by name
    own     what tells a row from any other: among equals they rise by it

    Raises CursorUnfit.
    """
    name, down = asked["sort"].removeprefix("-"), asked["sort"].startswith("-")
    compare = cmp_to_key(partial(_compare, down=down))
    placed = [(_Place(_plain(values[name](row)), own(row)), row) for row in rows]
    placed.sort(key=lambda each: compare(each[0]))
    try:
        last = _last(asked)
        key = compare(last) if last else None
        begin = bisect_right(placed, key, key=lambda each: compare(each[0])) if key else 0
    except TypeError:
        raise CursorUnfit from None
    found = placed[begin : begin + asked["limit"]]
    more = len(placed) > begin + len(found)
    return [row for _, row in found], _cursor(asked, found[-1][0]) if found and more else None


def begins(asked: Mapping[str, Any]) -> int | None:
    """Return after which row a page begins, None for the first; raises CursorUnfit.

    For rows that the book sorts by their numbers, and by nothing else.
    """
    last = _last(asked)
    if last is not None and not isinstance(last.own, int):
        raise CursorUnfit
    return last and last.own


def cut(
    rows: Iterable[Row], asked: Mapping[str, Any], own: Callable[[Row], Any]
) -> tuple[list[Row], str | None]:
    """Return a page of rows that come sorted from where it begins, and the next one's cursor."""
    found = list(islice(rows, asked["limit"] + 1))
    more = len(found) > asked["limit"]
    del found[asked["limit"] :]
    return found, _cursor(asked, _Place([], own(found[-1]))) if more else None


def _compare(one: _Place, other: _Place, *, down: bool) -> int:
    if one.value != other.value:
        return (1 if one.value > other.value else -1) * (-1 if down else 1)
    return (one.own > other.own) - (one.own < other.own)


def _plain(value: Any) -> list[Any]:
    """Return a value as JSON keeps it and as it sorts: nothing comes before anything."""
    if value is None:
        return []
    if isinstance(value, Decimal):
        return [int(value * _FINE)]
    return [value.isoformat() if isinstance(value, date) else value]


def _question(asked: Mapping[str, Any]) -> str:
    """Return what tells one question from any other: its list, its order and its filters."""
    said = {name: asked[name] for name in sorted(asked) if name not in ("after", "limit")}
    told = json.dumps([request.path, said], default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _cursor(asked: Mapping[str, Any], last: _Place) -> str:
    told = json.dumps([_question(asked), last.value, last.own], separators=(",", ":"))
    return urlsafe_b64encode(told.encode()).decode()


def _last(asked: Mapping[str, Any]) -> _Place | None:
    """Return after which row a page begins; None for the first. Raises CursorUnfit."""
    if not asked["after"]:
        return None
    try:
        question, value, own = json.loads(urlsafe_b64decode(asked["after"]))
    except (TypeError, ValueError):
        raise CursorUnfit from None
    if question != _question(asked) or not isinstance(value, list):
        raise CursorUnfit
    return _Place(value, own)
