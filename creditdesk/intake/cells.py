"""One cell of a branch's file as a value: text in, fact out, a code where it cannot be."""

import re
from collections.abc import Callable, Hashable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from creditdesk.engine import days, money
from creditdesk.engine.money import Dong

V = TypeVar("V")
_PERCENT = re.compile(r"([0-9]{1,4})(?:[.,]([0-9]{1,4}))?\s*%?")
_WHOLE = re.compile(r"([0-9]{1,4})(?:[.,]0+)?")
_NO_FRACTION = re.compile(r"([0-9]+|[0-9]{1,3}(?:([., \u00a0\u202f])[0-9]{3})+)([.,])0{1,2}")
_TIME_OF_DAY = re.compile(r"[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?$")


class Unreadable(ValueError):
    """The cell does not say what its column is for; the argument is the code of the reason."""


def amount(text: str) -> Dong:
    """Return an amount [dong] > 0."""
    if not text:
        raise Unreadable("missing")
    if text.startswith("-"):
        raise Unreadable("amount-not-positive")
    try:
        value = money.read(_without_empty_fraction(text))
    except ValueError:
        raise Unreadable(_why_no_amount(text)) from None
    if value <= 0:
        raise Unreadable("amount-not-positive")
    return value


def _without_empty_fraction(text: str) -> str:
    """Return 50.000.000,00 as 50.000.000: a spreadsheet's way to write a whole number."""
    found = _NO_FRACTION.fullmatch(text)
    return found[1] if found and found[2] != found[3] else text


def _why_no_amount(text: str) -> str:
    return "fraction-of-a-dong" if re.search(r"[0-9][.,][0-9]{1,2}$", text) else "not-an-amount"


def day(text: str) -> date:
    """Return a day that must be there; a time of day after it is left out."""
    if not text:
        raise Unreadable("missing")
    try:
        return days.read(_TIME_OF_DAY.sub("", text))
    except ValueError:
        raise Unreadable("not-a-day") from None


def day_or_none(text: str) -> date | None:
    """Return a day, or None for an empty cell."""
    return day(text) if text else None


def rate(text: str) -> Decimal:
    """Return a rate per year as a fraction, from percent with up to four decimals."""
    if not text:
        raise Unreadable("missing")
    found = _PERCENT.fullmatch(text)
    if not found:
        raise Unreadable("not-a-rate")
    return Decimal(f"{found[1]}.{found[2] or 0}").scaleb(-2)


def whole(text: str) -> int:
    """Return a small whole number that must be there."""
    if not text:
        raise Unreadable("missing")
    found = _WHOLE.fullmatch(text)
    if not found:
        raise Unreadable("not-a-number")
    return int(found[1])


def whole_or_zero(text: str) -> int:
    """Return a small whole number, 0 for an empty cell; a written 0 is refused."""
    if not text:
        return 0
    value = whole(text)
    if value == 0:
        raise Unreadable("not-above-zero")
    return value


def text(value: str) -> str:
    """Return text that must be there."""
    if not value:
        raise Unreadable("missing")
    return value


def code(length: int) -> Callable[[str], str]:
    """Return a reader of codes of so many digits."""

    def read(value: str) -> str:
        if not value:
            raise Unreadable("missing")
        if len(value) != length or not (value.isascii() and value.isdigit()):
            raise Unreadable("wrong-code")
        return value

    return read


def optional(read: Callable[[str], str]) -> Callable[[str], str]:
    """Return a reader that lets an empty cell pass."""
    return lambda value: read(value) if value else ""


def one_of(allowed: Sequence[str], default: str | None = None) -> Callable[[str], str]:
    """Return a reader of a word out of a few."""

    def read(value: str) -> str:
        if not value and default is not None:
            return default
        if not value:
            raise Unreadable("missing")
        word = value.upper()
        if word not in allowed:
            raise Unreadable("not-in-list")
        return word

    return read


def each(
    column: np.ndarray, read: Callable[[str], Hashable]
) -> tuple[np.ndarray, list[tuple[int, str]]]:
    """Return a whole column read, and (position, code) of the cells that could not be.

    Each different text is read once. Unreadable cells hold None.
    """
    codes, texts = pd.factorize(column)
    values = np.empty(len(texts), dtype=object)
    why: dict[int, str] = {}
    for at, found in enumerate(texts):
        try:
            values[at] = read(found)
        except Unreadable as trouble:
            why[at] = str(trouble)
    faults = []
    if why:
        wrong = np.flatnonzero(np.isin(codes, list(why)))
        faults = [(int(at), why[int(codes[at])]) for at in wrong]
    result: Any = values[codes]
    return result, faults
