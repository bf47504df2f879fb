"""Principal instalments: when they fall due and how a lent amount is divided over them."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date

from creditdesk.engine.days import EARLIEST, LATEST
from creditdesk.engine.terms import LoanTerms
from creditdesk.errors import Refused

_MONTHS = tuple(
    (year, month, monthrange(year, month)[1])
    for year in range(EARLIEST.year, LATEST.year + 1)
    for month in range(1, 13)
)


class OutsideCalendar(Refused):
    """A due date lies outside the calendar of the bank."""

    code = "outside-calendar"


def rhythm(anchor: date, every_months: int, skipped: int, dates: int) -> tuple[date, ...]:
    """Return dates some months apart: the same day of the month, clamped to the month's end.

    skipped  steps from the anchor to the first of them, 0 when it is the anchor
    dates    how many

    Counted from the anchor, not from date to date: a 31st comes back after a February.
    Raises OutsideCalendar.
    """
    first = (anchor.year - EARLIEST.year) * 12 + anchor.month - 1 + skipped * every_months
    months = _MONTHS[first : first + dates * every_months : every_months] if dates > 0 else ()
    if first < 0 or len(months) < dates:
        raise OutsideCalendar(instalments=dates, every_months=every_months, latest=LATEST)
    day = anchor.day
    return tuple([date(y, m, day if day <= last else last) for y, m, last in months])


def due_dates(
    anchor: date | None, every_months: int, due_on: date, skipped: int = 0
) -> tuple[date, ...]:
    """Return principal due dates, rising: a rhythm as long as it lies before `due_on`, the last.

    anchor        [date] the first principal date, None for one instalment at the end
    every_months  months between the dates
    skipped       1 when the anchor is the draw, and the first date one step after it
    """
    if anchor is None:
        return (due_on,)
    months = (due_on.year - anchor.year) * 12 + due_on.month - anchor.month
    dates = rhythm(anchor, every_months, skipped, months // every_months + 1 - skipped)
    # Only the last can lie in the month of `due_on`.
    return (*dates[:-1], due_on) if dates and dates[-1] >= due_on else (*dates, due_on)


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


PlanChange = tuple[tuple[date, int], ...]


class Plan:
    """The principal plan of one loan while its events are replayed: an amount for each due date.

    Draws up to the first due date, less re-bookings, share one division. A later draw is divided
    over the due dates that follow it (after all of them: the last) on top of what stands there. A
    later re-booking is divided likewise and taken away. Of whatever is taken away, what an
    instalment does not hold is taken from the last that holds something. Due dates move by `move`.
    Each method returns what it changed as (due date, [dong] signed), so that the changes add up to
    the plan.
    """

    __slots__ = ("amounts", "base", "base_parts", "dates", "ladder", "prepaid")

    def __init__(self, terms: LoanTerms) -> None:
        """Start with the dates of the contract and nothing lent."""
        self.dates = list(contract_dates(terms))
        self.ladder = terms.ladder
        self.amounts = [0] * len(self.dates)
        self.base = 0
        self.base_parts = [0] * len(self.dates)
        self.prepaid = 0

    def lend(self, day: date, amount: int) -> PlanChange:
        """Divide an amount [dong] lent on a day; a negative amount is a re-booking."""
        if day <= self.dates[0]:
            self.base += amount
            parts = divide(self.base, len(self.dates), self.ladder)
            changes = [new - old for new, old in zip(parts, self.base_parts, strict=True)]
            self.base_parts = parts
        else:
            later = sum(1 for due_on in self.dates if due_on > day) or 1
            sign = -1 if amount < 0 else 1
            shares = [sign * share for share in divide(abs(amount), later, self.ladder)]
            changes = [0] * (len(self.dates) - later) + shares
        return self._change(changes)

    def _change(self, changes: list[int]) -> PlanChange:
        """Add to the instalments; what one does not hold is taken from the last that does."""
        before = self.amounts
        amounts = [old + new for old, new in zip(before, changes, strict=True)]
        short = -sum(min(0, amount) for amount in amounts)
        for number in reversed(range(len(amounts))):
            held = max(0, amounts[number])
            taken = min(short, held)
            amounts[number] = held - taken
            short -= taken
        self.amounts = amounts
        rows = zip(self.dates, amounts, before, strict=True)
        return tuple((due_on, new - old) for due_on, new, old in rows if new != old)

    def due_by(self, day: date) -> int:
        """Return the principal [dong] that falls due up to the end of a day, prepaid or not."""
        due = zip(self.dates, self.amounts, strict=True)
        return self.prepaid + sum(amount for due_on, amount in due if due_on <= day)

    def prepay(self, day: date, amount: int, how: str) -> PlanChange:
        """Let an amount [dong] repaid before it is due pay the last instalments, or all evenly.

        What is prepaid becomes due on the day it was paid, so that nothing is late by it.
        """
        later = sum(1 for due_on in self.dates if due_on > day)
        shares = divide(amount, later, self.ladder) if how == "even" else [amount]
        self.prepaid += amount
        taken = [0] * (len(self.dates) - len(shares)) + [-share for share in shares]
        return ((day, amount), *self._change(taken))

    def move(self, to: Mapping[date, date]) -> PlanChange:
        """Move due dates to other days; what meets on one day becomes one instalment."""
        held: dict[date, tuple[int, int]] = {}
        changes: dict[date, int] = {}
        for old, amount, base in zip(self.dates, self.amounts, self.base_parts, strict=True):
            new = to.get(old, old)
            there = held.get(new, (0, 0))
            held[new] = (there[0] + amount, there[1] + base)
            if new != old and amount:
                changes[old] = changes.get(old, 0) - amount
                changes[new] = changes.get(new, 0) + amount
        self.dates = sorted(held)
        self.amounts = [held[day][0] for day in self.dates]
        self.base_parts = [held[day][1] for day in self.dates]
        return tuple((day, changes[day]) for day in sorted(changes) if changes[day])
