"""The sheet of a group on a day: what every loan is asked for, and what it paid."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from creditdesk import records, repayments, worklists
from creditdesk.collected import Sheet, SheetLine, Slip
from creditdesk.db import Tx
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy
from creditdesk.errors import NotFound
from creditdesk.users import places

_BLOCK = 100


class GroupUnknown(NotFound):
    """No group has this number, or it has no loan."""

    code = "group-unknown"


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
        commune=first.commune if first else near.commune,
        province=near.province,
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
