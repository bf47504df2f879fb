"""Repayments: taking principal and interest, and undoing a receipt by its mirror."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple

from creditdesk import entering, ledger, records
from creditdesk.db import Tx
from creditdesk.engine.accrual import Interest
from creditdesk.engine.ageing import stand
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong, dong
from creditdesk.engine.policy import Policy
from creditdesk.errors import Refused


class NothingPaid(Refused):
    """A receipt is for principal, for interest, or for both."""

    code = "nothing-paid"


class Receipt(NamedTuple):
    """A repayment as the household was told, [dong]; `new` is false when it was known before.

    act_id  the act that entered it: `differences.of_act` tells what that changed
    """

    receipt_no: str
    loan_no: str
    value_date: date
    principal: Dong
    interest: Dong
    new: bool
    act_id: int


class Reversal(NamedTuple):
    """A receipt that was undone, of which loan and by which act."""

    receipt_no: str
    loan_no: str
    act_id: int


class Payoff(NamedTuple):
    """What closes a loan at the end of a day [dong]: principal by account, interest by kind."""

    loan_no: str
    day: date
    in_term: Dong
    overdue: Dong
    frozen: Dong
    interest: Interest

    @property
    def principal(self) -> Dong:
        """Return all principal that is owed."""
        return Dong(self.in_term + self.overdue + self.frozen)

    @property
    def total(self) -> Dong:
        """Return everything that is owed."""
        return Dong(self.principal + self.interest.sum)


def quote_full(tx: Tx, policy: Policy, *, loan_no: str, day: date) -> Payoff:
    """Return what repays a loan in full on a day; `receive` of it closes the loan.

    The day itself earns nothing. What was collected has paid the kinds of interest in the order
    that policy had when the contract was signed. Raises LoanNotFound.
    """
    loan = ledger.find_loan(tx, loan_no)
    booked = ledger.in_order(ledger.facts_of(tx, loan.id))
    now = stand(ledger.terms_of(loan), booked, day)
    left, unpaid = int(now.interest_collected), {}
    for kind in policy.repayment_order.interest.at(loan.signed_on):
        earned = getattr(now.interest_earned, kind)
        unpaid[kind] = Dong(max(0, earned - left))
        left = max(0, left - earned)
    return Payoff(loan_no, day, now.in_term, now.overdue, now.frozen, Interest(**unpaid))


def receive(
    tx: Tx,
    policy: Policy,
    *,
    loan_no: str,
    value_date: date,
    receipt_no: str,
    deed: ledger.Deed,
    principal: Dong = Dong(0),
    interest: Dong = Dong(0),
) -> Receipt:
    """Take a repayment and book it.

    value_date           [date] the day the money was handed over, not the day it was typed
    principal, interest  [dong] as the household was told; principal reduces overdue first

    Returns the Receipt; the same number with the same facts returns it again and changes nothing.
    Raises NothingPaid and what `entering.enter` refuses.
    """
    with window(tx, policy, loan_nos=[loan_no], receipt_nos=[receipt_no]) as taking:
        return taking.receive(
            loan_no=loan_no,
            value_date=value_date,
            receipt_no=receipt_no,
            deed=deed,
            principal=principal,
            interest=interest,
        )


class Window(NamedTuple):
    """Where repayments are taken: one, or those of a whole sheet together."""

    lot: entering.Lot

    def receive(
        self,
        *,
        loan_no: str,
        value_date: date,
        receipt_no: str,
        deed: ledger.Deed,
        principal: Dong = Dong(0),
        interest: Dong = Dong(0),
    ) -> Receipt:
        """Take a repayment as `receive` does."""
        events = _events(receipt_no, value_date, principal, interest)
        ours = {event.receipt_no for event in events}
        if self.lot.known(numbers_of(receipt_no)) - ours:
            raise ledger.ReceiptReused(receipt_no=receipt_no)
        new = self.lot.enter("receive", deed, loan_no=loan_no, events=events, at_desk=True)
        act_id = self.lot.act_of(events[0].receipt_no)
        return Receipt(receipt_no, loan_no, value_date, principal, interest, new, act_id)


@contextmanager
def window(
    tx: Tx, policy: Policy, *, loan_nos: Collection[str], receipt_nos: Collection[str]
) -> Iterator[Window]:
    """Open a window for repayments of some loans under some numbers, as `entering.lot` does."""
    numbers = [part for number in receipt_nos for part in numbers_of(number)]
    with entering.lot(tx, policy, loan_nos=loan_nos, receipt_nos=numbers) as papers:
        yield Window(papers)


def _events(receipt_no: str, day: date, principal: Dong, interest: Dong) -> list[Event]:
    """Return the events of a receipt; raises NothingPaid."""
    parts = [(Kind.PRINCIPAL, dong(principal), "G"), (Kind.INTEREST, dong(interest), "L")]
    paid = [(kind, amount, mark) for kind, amount, mark in parts if amount > 0]
    if not paid or principal < 0 or interest < 0:
        raise NothingPaid(receipt_no=receipt_no)
    return [
        Event(day, kind, amount, None, _part(receipt_no, mark, len(paid)))
        for kind, amount, mark in paid
    ]


_MARKS = ("G", "L", "HK")
"""Marks of parts: principal, interest, the end of a freeze."""


def _part(receipt_no: str, mark: str, parts: int) -> str:
    """Return the number under which a part of a receipt is booked: of two, each has its mark."""
    return receipt_no if parts == 1 else f"{receipt_no}/{mark}"


def numbers_of(receipt_no: str) -> list[str]:
    """Return the numbers under which a receipt or a decision may be booked: its own, or parts."""
    return [receipt_no, *(_part(receipt_no, mark, 2) for mark in _MARKS)]


class Taken(NamedTuple):
    """A receipt of a loan as it was entered [dong]; `counts` is false for one undone."""

    loan_id: int
    receipt_no: str
    principal: Dong
    interest: Dong
    counts: bool


def on_day(tx: Tx, loan_ids: Iterable[int], day: date) -> tuple[Taken, ...]:
    """Return the receipts of some loans that were entered for a day, in no order."""
    entries, _, _ = records.ledger.chains_of(tx, list(loan_ids))
    live = {row.receipt_no for row in ledger.live_rows(entries)}
    parts: dict[tuple[int, str], dict[str, Any]] = {}
    for row in entries:
        first = row.mirrors is None and row.replaces is None
        if first and row.value_date == day and row.kind in _PAID:
            whole = row.receipt_no.removesuffix("/G").removesuffix("/L")
            of = parts.setdefault((row.loan_id, whole), dict.fromkeys(_PAID, 0))
            of[row.kind] += row.amount
            of["counts"] = row.receipt_no in live
    return tuple(
        Taken(*key, Dong(of[Kind.PRINCIPAL.value]), Dong(of[Kind.INTEREST.value]), of["counts"])
        for key, of in parts.items()
    )


_PAID = (Kind.PRINCIPAL.value, Kind.INTEREST.value)


def _entries(tx: Tx, receipt_no: str) -> list[Any]:
    """Return the original entries of a receipt or a decision: one, or its two parts."""
    return list(records.ledger.known_receipts(tx, numbers_of(receipt_no)).values())


def loan_of(tx: Tx, receipt_no: str) -> str:
    """Return the number of the loan that a receipt is of; raises ReceiptNotFound."""
    entries = _entries(tx, receipt_no)
    if not entries:
        raise ledger.ReceiptNotFound(receipt_no=receipt_no)
    loan = records.loans.find_loan_by_id(tx, entries[0].loan_id)
    assert loan is not None
    return str(loan.loan_no)


class Told(NamedTuple):
    """A receipt as the household was told.

    parts    its kinds with their amounts [dong]
    undone   whether it counts no more; decided  whether two people decided it
    """

    receipt_no: str
    loan_no: str
    value_date: date
    parts: tuple[tuple[str, Dong], ...]
    undone: bool
    decided: bool


def told(tx: Tx, receipt_no: str) -> Told:
    """Return the receipt of a number, which may be that of its principal or its interest.

    Raises ReceiptNotFound.
    """
    whole, _, mark = receipt_no.rpartition("/")
    if mark in _MARKS and len(_entries(tx, whole)) > 1:
        receipt_no = whole
    entries = _entries(tx, receipt_no)
    loan_no = loan_of(tx, receipt_no)
    loan = ledger.find_loan(tx, loan_no)
    live = {fact.booked.event.receipt_no for fact in ledger.facts_of(tx, loan.id)}
    events = [ledger.event_of(entry) for entry in entries]
    return Told(
        receipt_no,
        loan_no,
        events[0].value_date,
        tuple((event.kind.value, Dong(event.amount)) for event in events),
        undone=not any(event.receipt_no in live for event in events),
        decided=any(event.kind in ledger.DECISIONS for event in events),
    )


def reverse(tx: Tx, policy: Policy, *, receipt_no: str, deed: ledger.Deed) -> Reversal:
    """Undo an entered event by its mirror on the same day, and replay what came after it.

    receipt_no  as the household was told: principal and interest of one receipt go together, and
                so do the end of a freeze and the supplementary freeze after it

    What two people decided is undone by two. Raises ReceiptNotFound, AlreadyReversed, MonthClosed,
    what `ledger.begin_act` refuses, and the refusal of a later event that cannot stand without it.
    """
    loan_no = loan_of(tx, receipt_no)
    numbers = {entry.receipt_no for entry in _entries(tx, receipt_no)}
    loan = records.loans.lock_loan(tx, loan_no)
    assert loan is not None
    live = [
        fact for fact in ledger.facts_of(tx, loan.id) if fact.booked.event.receipt_no in numbers
    ]
    if not live:
        raise ledger.AlreadyReversed(receipt_no=receipt_no)
    decided = any(fact.booked.event.kind in ledger.DECISIONS for fact in live)
    act_id = ledger.begin_act(tx, "reverse", deed, checked=decided, grounded=True)
    ledger.book(tx, policy, loan, act_id, remove=[fact.entry_id for fact in live])
    return Reversal(receipt_no, loan_no, act_id)
