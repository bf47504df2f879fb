"""Whole dong: how amounts are read, divided, rounded and written."""

import re
from collections.abc import Sequence
from typing import Literal, NewType

Dong = NewType("Dong", int)
Rounding = Literal["half-up", "half-even"]

LARGEST = Dong(10**15)
"""Twice the bank's whole book of 2025 and more: anything above is a typing error."""

_GROUPED = re.compile(r"[0-9]{1,3}(?:([., \u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*")
_APART = str.maketrans(",;", ".,")
_PLAIN = re.compile(r"[0-9]+")


def dong(value: object) -> Dong:
    """Return a whole number of dong from an int; refuse booleans, floats, text and the absurd."""
    if type(value) is not int:
        raise TypeError(f"an amount is a whole number of dong, not {value!r}")
    if abs(value) > LARGEST:
        raise ValueError(f"an amount of {value} dong is beyond any loan")
    return Dong(value)


def read(text: str) -> Dong:
    """Return the dong that digits with `.` `,` or space between thousands say.

    Raises ValueError for signs, fractions, uneven groups and anything but ASCII digits.
    """
    plain = text.strip()
    if grouped := _GROUPED.fullmatch(plain):
        plain = plain.replace(grouped[1], "")
    if not _PLAIN.fullmatch(plain) or len(plain) > 16:
        raise ValueError(f"not an amount in dong: {text!r}")
    return dong(int(plain))


def round_ratio(numerator: int, denominator: int, rounding: Rounding = "half-up") -> int:
    """Return numerator / denominator rounded to a whole number: the only road from ratio to money.

    denominator  > 0
    rounding     half away from zero, or to even
    """
    whole, rest = divmod(abs(numerator), denominator)
    twice = 2 * rest
    up = twice > denominator or (
        twice == denominator and (rounding == "half-up" or whole % 2 == 1)
    )
    whole += up
    return -whole if numerator < 0 else whole


def written(amount: int) -> str:
    """Return an amount as the bank writes it: 1.234.567."""
    return f"{amount:,}".replace(",", ".")


def all_written(amounts: Sequence[int]) -> list[str]:
    """Return amounts as the bank writes them, each as `written` does: quicker where many are."""
    different = {*amounts}
    if len(different) * 2 < len(amounts):
        known = dict(zip(different, all_written([*different]), strict=True))
        return [known[amount] for amount in amounts]
    told = ("{:,}\n" * len(amounts)).format(*amounts)
    return told.replace(",", ".").splitlines()


def millions(amount: int, decimals: int = 2) -> str:
    """Return an amount in million dong as the bank writes it: 1.234,57."""
    whole, part = divmod(abs(round_ratio(amount, 10 ** (6 - decimals))), 10**decimals)
    said = f"{written(whole)},{part:0{decimals}d}" if decimals else written(whole)
    return f"-{said}" if amount < 0 and (whole or part) else said


def all_millions(amounts: Sequence[int]) -> list[str]:
    """Return amounts in million dong as the bank writes them, each as `millions` does."""
    parts = (part for amount in amounts for part in divmod((abs(amount) + 5_000) // 10_000, 100))
    told = ("{:,};{:02}\n" * len(amounts)).format(*parts).translate(_APART).splitlines()
    if min(amounts, default=0) > -5_000:  # None of them is less than nought as it is written.
        return told
    pairs = zip(told, amounts, strict=True)
    return [f"-{said}" if amount <= -5_000 else said for said, amount in pairs]
