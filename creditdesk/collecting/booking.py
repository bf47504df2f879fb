"""Booking a filled sheet: its cash settled, its receipts numbered, whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from creditdesk import reach, records, repayments
from creditdesk.collected import Till, tally
from creditdesk.collecting.sheets import given, number_of, stem_of
from creditdesk.db import Tx
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy
from creditdesk.errors import Conflict, DeskError, Malformed, Refused
from creditdesk.ledger import Deed, LoanNotFound
from creditdesk.reach import Asker
from creditdesk.repayments import Receipt
from creditdesk.users import places

NOTES = (500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000)
"""The notes in which cash is counted [dong]."""


class LineRefused(Refused):
    """One line of a sheet is refused, and so the sheet: nothing of it was booked."""

    code = "line-refused"

    def __init__(self, line: int, paid: "Paid", why: DeskError) -> None:
        """Tell which line, counted from 1, and why."""
        said = {"code": why.code, **why.facts}
        numbers = {"loan_no": paid.loan_no, "receipt_no": paid.receipt_no}
        super().__init__(line=line, **numbers, refusal=said)
        self.loan_no, self.why = paid.loan_no, why


class ReceiptTwice(Malformed):
    """A sheet has two lines of one number."""

    code = "receipt-twice"


class SheetEmpty(Refused):
    """Nobody paid anything: there is nothing to book."""

    code = "sheet-empty"


class SheetMoved(Conflict):
    """Somebody booked receipts of this group for this day since the sheet was opened."""

    code = "sheet-moved"


class CashMissing(Refused):
    """The cash was not counted."""

    code = "cash-missing"


class CashCountedTwice(Malformed):
    """The notes and the sum beside them say two things."""

    code = "cash-counted-twice"


class CashDiffers(Refused):
    """The cash is not what the sheet comes to, and nobody says why."""

    code = "cash-differs"


class Paid(NamedTuple):
    """What one loan pays [dong], under the number of its receipt; empty: one is allotted."""

    loan_no: str
    principal: Dong = Dong(0)
    interest: Dong = Dong(0)
    receipt_no: str = ""


class Counted(NamedTuple):
    """The cash on the table: how many notes of each kind, or one sum [dong], or both alike."""

    notes: Mapping[int, int]
    sum: Dong | None

    @property
    def cash(self) -> Dong | None:
        """Return the cash, None where nobody counted it; raises CashCountedTwice."""
        of_notes = Dong(sum(note * many for note, many in self.notes.items()))
        if not of_notes:
            return self.sum
        if self.sum is not None and self.sum != of_notes:
            raise CashCountedTwice(notes=of_notes, sum=self.sum)
        return of_notes


class Brought(NamedTuple):
    """A filled sheet: what each loan pays, and the cash.

    given  how many receipts the sheet had when it was opened: nothing is taken twice
    """

    group_no: str
    day: date
    given: int
    paid: Sequence[Paid]
    counted: Counted


def collect(
    tx: Tx, policy: Policy, asker: Asker, brought: Brought, *, deed: Deed
) -> tuple[Receipt, ...]:
    """Book the sheet of a group, whole or not at all; receipts are numbered without gaps.

    deed  its ground says why the cash is not what the sheet comes to, where it is not

    Raises SheetMoved, SheetEmpty, CashMissing, CashDiffers, CashCountedTwice and LineRefused with
    the first line that is refused.
    """
    group_no, day, seen = brought.group_no, brought.day, brought.given
    stem = stem_of(group_no, day)
    records.answers.hold_key(tx, stem)
    now = given(tx, stem)
    if now != seen:
        raise SheetMoved(group_no=group_no, day=day, receipts=now)
    paying = [one for one in brought.paid if one.principal or one.interest]
    if not paying:
        raise SheetEmpty(group_no=group_no)
    till = tally(paying, brought.counted.cash)
    _settle(till, deed)
    paid = [
        one._replace(receipt_no=number_of(stem, seen + at)) for at, one in enumerate(paying, 1)
    ]
    there = places.of_loans(tx, [one.loan_no for one in paid], day)
    for at, one in enumerate(paid, 1):
        near = there.get(one.loan_no)
        if near is None or near.group != group_no:
            raise LineRefused(at, one, LoanNotFound(loan_no=one.loan_no))
    said = {"group_no": group_no, "cash": till.cash or 0, "total": till.total}
    return take(tx, policy, asker, day=day, paid=paid, deed=replace(deed, particulars=said))


def _settle(till: Till, deed: Deed) -> None:
    """Refuse cash that was not counted, or is not what the sheet comes to and nobody says why."""
    if till.cash is None:
        raise CashMissing(total=till.total)
    if till.over and not deed.ground.strip():
        raise CashDiffers(total=till.total, cash=till.cash, over=till.over)


def take(
    tx: Tx, policy: Policy, asker: Asker, *, day: date, paid: Sequence[Paid], deed: Deed
) -> tuple[Receipt, ...]:
    """Take the receipts of a day, whole or not at all, and return them in the order told.

    Raises LineRefused with the first line that is refused.
    """
    loan_nos, numbers = [one.loan_no for one in paid], [one.receipt_no for one in paid]
    demand, taken = reach.loans(tx, asker, loan_nos), []
    with repayments.window(tx, policy, loan_nos=loan_nos, receipt_nos=numbers) as window:
        for at, one in enumerate(paid, 1):
            try:
                _demand_once(one.receipt_no, numbers)
                demand(act_of(one), one.loan_no)
                taken.append(window.receive(**one._asdict(), value_date=day, deed=deed))
            except DeskError as why:
                raise LineRefused(at, one, why) from None
    return tuple(taken)


def _demand_once(number: str, numbers: Sequence[str]) -> None:
    if numbers.count(number) > 1:
        raise ReceiptTwice(receipt_no=number)


def act_of(paid: Paid) -> str:
    """Return whose act a payment is, in the table of permissions."""
    return "receive-principal" if paid.principal else "receive-interest"
