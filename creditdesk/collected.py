"""What a session brings, as values: the sheet of a group, its receipts, what they come to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from creditdesk.engine.money import Dong


class Till(NamedTuple):
    """What a sheet comes to, against the cash that was counted [dong]; None: not counted."""

    principal: Dong
    interest: Dong
    cash: Dong | None

    @property
    def total(self) -> Dong:
        """Return everything that the sheet takes."""
        return Dong(self.principal + self.interest)

    @property
    def over(self) -> Dong:
        """Return what the cash has too much; below zero what it lacks."""
        return Dong((self.cash or 0) - self.total)


def tally(lines: Iterable[Any], cash: Dong | None) -> Till:
    """Return what lines with `principal` and `interest` come to, against the cash counted."""
    found = list(lines)
    principal = Dong(sum(line.principal for line in found))
    return Till(principal, Dong(sum(line.interest for line in found)), cash)


class SheetLine(NamedTuple):
    """One loan on a sheet: whose, what it is asked for and what it paid on the day [dong]."""

    loan_no: str
    customer_no: str
    customer_name: str
    programme: str
    outstanding: Dong
    late: Dong
    principal: Dong
    interest: Dong
    paid: Dong


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet of a group on a day.

    given     how many receipts of this group were numbered for the day: tells one state of the
              sheet from the next
    receipts  what its loans paid on the day
    """

    group_no: str
    head: str
    trustee: str
    commune: str
    province: str
    office: str
    day: date
    given: int
    lines: tuple[SheetLine, ...]
    receipts: tuple["Slip", ...]

    @property
    def asked(self) -> Till:
        """Return what all loans are asked for."""
        return tally(self.lines, None)


class Slip(NamedTuple):
    """A receipt of a group's day, with whose it is; `counts` is false for one undone."""

    receipt_no: str
    loan_no: str
    customer_no: str
    customer_name: str
    programme: str
    principal: Dong
    interest: Dong
    counts: bool

    @property
    def total(self) -> Dong:
        """Return what was paid."""
        return Dong(self.principal + self.interest)
