"""Repayments: taking principal and interest, and undoing a receipt by its mirror."""

from datetime import date
from typing import NamedTuple

from creditdesk import ledger, records
from creditdesk.db import Tx
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong, dong
from creditdesk.engine.policy import Policy
from creditdesk.errors import Refused


class NothingPaid(Refused):
    """A receipt is for principal, for interest, or for both."""

    code = "nothing-paid"


class Receipt(NamedTuple):
    """A repayment as the household was told, [dong]; `new` is false when it was known before."""

    receipt_no: str
    loan_no: str
    value_date: date
    principal: Dong
    interest: Dong
    new: bool


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
    Raises NothingPaid and what `ledger.enter` refuses.
    """
    parts = [(Kind.PRINCIPAL, dong(principal), "G"), (Kind.INTEREST, dong(interest), "L")]
    paid = [(kind, amount, mark) for kind, amount, mark in parts if amount > 0]
    if not paid or principal < 0 or interest < 0:
        raise NothingPaid(receipt_no=receipt_no)
    new = False
    for kind, amount, mark in paid:
        number = receipt_no if len(paid) == 1 else f"{receipt_no}/{mark}"
        event = Event(value_date, kind, amount, None, number)
        new = ledger.enter(tx, policy, "receive", deed, loan_no=loan_no, event=event) or new
    return Receipt(receipt_no, loan_no, value_date, principal, interest, new)


def reverse(tx: Tx, policy: Policy, *, receipt_no: str, deed: ledger.Deed) -> None:
    """Undo an entered event by its mirror on the same day, and replay what came after it.

    Raises ReceiptNotFound, AlreadyReversed, and the refusal of a later event that cannot stand
    without it.
    """
    entry = records.ledger.find_receipt(tx, receipt_no)
    if entry is None:
        raise ledger.ReceiptNotFound(receipt_no=receipt_no)
    known = records.loans.find_loan_by_id(tx, entry.loan_id)
    assert known is not None
    loan = records.loans.lock_loan(tx, known.loan_no)
    live = [
        fact.entry_id
        for fact in ledger.facts_of(tx, entry.loan_id)
        if fact.booked.event.receipt_no == receipt_no
    ]
    if not live:
        raise ledger.AlreadyReversed(receipt_no=receipt_no)
    act_id = ledger.begin_act(tx, "reverse", deed)
    ledger.book(tx, policy, loan, act_id, remove=live)
