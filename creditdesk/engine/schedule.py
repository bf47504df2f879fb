"""Principal instalments: when they fall due and how a lent amount is divided over them."""

from collections.abc import Sequence
from datetime import date

from creditdesk.engine import days
from creditdesk.engine.terms import LoanTerms


def due_dates(first_on: date | None, every_months: int, due_on: date) -> tuple[date, ...]:
    """Return the principal due dates of a contract, rising; the last is `due_on`.

    first_on      [date] first principal date, None for one instalment at the end
    every_months  months between the dates, counted from the first (so a 31st never drifts)
    """
    if first_on is None:
        return (due_on,)
    found = []
    day = first_on
    while day < due_on:
        found.append(day)
        day = days.months_after(first_on, every_months * len(found))
    return (*found, due_on)


def contract_dates(terms: LoanTerms) -> tuple[date, ...]:
    """Return the principal due dates that the terms of a loan state."""
    return due_dates(terms.first_principal_on, terms.every_months, terms.due_on)


def divide(amount: int, parts: int, ladder: Sequence[int]) -> list[int]:
    """Return an amount [dong] >= 0 in equal parts, rounded down, the remainder in the last.

    ladder  [dong] rounding units, tried in order until a part is not zero
    """
    if parts == 1:
        return [amount]
    share = amount // parts
    part = next((share // unit * unit for unit in ladder if share >= unit), 0)
    return [part] * (parts - 1) + [amount - part * (parts - 1)]


class Plan:
    """The principal plan of one loan while its events are replayed: an amount for each due date.

    Draws up to the first due date share one division; a later draw is divided over the due dates
    that follow it, on top of what stands there; an extension moves the last due date. Each method
    returns what it changed as (due date, [dong] signed), so that the changes add up to the plan.
    """

    __slots__ = ("amounts", "base", "base_parts", "dates", "ladder")

    def __init__(self, terms: LoanTerms) -> None:
        """Start with the dates of the contract and nothing lent."""
        self.dates = list(contract_dates(terms))
        self.ladder = terms.ladder
        self.amounts = [0] * len(self.dates)
        self.base = 0
        self.base_parts = [0] * len(self.dates)

    def lend(self, day: date, amount: int) -> tuple[tuple[date, int], ...]:
        """Divide an amount [dong] lent on a day; a negative amount is a re-booking."""
        if day <= self.dates[0]:
            self.base += amount
            parts = divide(self.base, len(self.dates), self.ladder)
            changes = [new - old for new, old in zip(parts, self.base_parts, strict=True)]
            self.base_parts = parts
        else:
            later = sum(1 for due_on in self.dates if due_on > day) or 1
            shares = divide(abs(amount), later, self.ladder)
            sign = 1 if amount > 0 else -1
            changes = [0] * (len(self.dates) - later) + [sign * share for share in shares]
        self.amounts = [old + new for old, new in zip(self.amounts, changes, strict=True)]
        return tuple((due, new) for due, new in zip(self.dates, changes, strict=True) if new)

    def extend(self, until: date) -> tuple[tuple[date, int], ...]:
        """Move the last due date to a later day."""
        old, self.dates[-1] = self.dates[-1], until
        last = self.amounts[-1]
        return ((old, -last), (until, last)) if last else ()
