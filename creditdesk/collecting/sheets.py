"""The sheet of a group on a day: what every loan is asked for, and what it paid."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from creditdesk import communes, records, repayments, worklists
from creditdesk.db import Tx
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy
from creditdesk.errors import NotFound
from creditdesk.users import places

_BLOCK = 100


class GroupUnknown(NotFound):
    """No group has this number, or it has no loan."""

    code = "group-unknown"


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


def sheet(tx: Tx, policy: Policy, group_no: str, day: date) -> Sheet:
    """Return the sheet of a group on a day; raises GroupUnknown."""
    group, near = records.households.find_group(tx, group_no), places.of_group(tx, group_no)
    if group is None or not near.province:
        raise GroupUnknown(group_no=group_no)
    claimed = worklists.claims(tx, policy, near.province, group_no, day)
    holders = records.households.customers_of(tx, {one.row.customer_id for one in claimed})
    slips = _slips(tx, [one.row for one in claimed], holders, day)
    first = claimed[0].row if claimed else None
    return Sheet(
        group_no=group_no,
        head=group.head,
        trustee=group.trustee,
        commune=communes.map_on(day).heir(first.commune) if first else near.commune,
        office=first.office if first else near.office,
        day=day,
        given=given(tx, stem_of(group_no, day)),
        lines=tuple(_line(one, holders[one.row.customer_id], slips) for one in claimed),
        receipts=slips,
    )


def _line(claim: worklists.Claim, customer: Any, slips: Sequence[Slip]) -> SheetLine:
    loan_no = str(claim.row.loan_no)
    return SheetLine(
        loan_no=loan_no,
        customer_no=customer.customer_no,
        customer_name=customer.name,
        programme=claim.row.programme,
        outstanding=claim.outstanding,
        late=claim.late,
        principal=claim.principal,
        interest=claim.interest,
        paid=Dong(sum(slip.total for slip in slips if slip.loan_no == loan_no and slip.counts)),
    )


def _slips(tx: Tx, rows: Sequence[Any], holders: Mapping[int, Any], day: date) -> tuple[Slip, ...]:
    """Return the receipts of some loans on a day, by number."""
    loans = {row.id: row for row in rows}
    found = []
    for taken in repayments.on_day(tx, loans, day):
        row = loans[taken.loan_id]
        customer = holders[row.customer_id]
        found.append(
            Slip(
                taken.receipt_no,
                row.loan_no,
                customer.customer_no,
                customer.name,
                row.programme,
                taken.principal,
                taken.interest,
                taken.counts,
            )
        )
    return tuple(sorted(found))


def stem_of(group_no: str, day: date) -> str:
    """Return what the numbers of a group's receipts on a day begin with."""
    return f"PT{group_no}-{day:%y%m%d}-"


def number_of(stem: str, at: int) -> str:
    """Return a number of a stem, counted from 1."""
    return f"{stem}{at:03d}"


def given(tx: Tx, stem: str) -> int:
    """Return how many numbers of a stem are given: they have no gaps."""
    found = 0
    while True:
        block = [number_of(stem, found + at) for at in range(1, _BLOCK + 1)]
        booked = [name for number in block for name in repayments.numbers_of(number)]
        known = {name.split("/")[0] for name in records.ledger.known_receipts(tx, booked)}
        found += len(known)
        if len(known) < _BLOCK:
            return found
