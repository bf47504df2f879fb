"""Money at the desk as service and pages ask for it: taken, paid out, taken back."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from creditdesk import collecting, loans, repayments
from creditdesk.collecting import Paid
from creditdesk.db import Tx
from creditdesk.web import edge, within

Guard = Callable[[Tx, str], None]
"""Refuses a loan that is no longer what the caller saw."""


def _unguarded(tx: Tx, loan_no: str) -> None:
    """Let pass: a form tells what was seen beside it."""


def receive(
    tx: Tx, said: Mapping[str, Any], day: date, guard: Guard = _unguarded
) -> repayments.Receipt:
    """Take a repayment on a loan of whoever asks; raises as `repayments.receive` does.

    said  loan_no, receipt_no, principal and interest [dong]
    """
    paid = Paid(**{name: said[name] for name in Paid._fields})
    within.loan(tx, collecting.act_of(paid), paid.loan_no)
    guard(tx, paid.loan_no)
    told = paid._asdict()
    return repayments.receive(tx, edge.desk().policy, value_date=day, deed=edge.deed(), **told)


def draw(tx: Tx, said: Mapping[str, Any], guard: Guard = _unguarded) -> bool:
    """Pay a loan out; raises as `loans.draw` does."""
    within.loan(tx, "draw", said["loan_no"])
    guard(tx, said["loan_no"])
    return loans.draw(tx, edge.desk().policy, **_moved(said))


def rebook(tx: Tx, said: Mapping[str, Any], guard: Guard = _unguarded) -> bool:
    """Take back part of a draw; raises as `loans.rebook` does."""
    within.loan(tx, "rebook", said["loan_no"])
    guard(tx, said["loan_no"])
    return loans.rebook(tx, edge.desk().policy, **_moved(said))


def _moved(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "loan_no": said["loan_no"],
        "amount": said["amount"],
        "value_date": said["day"],
        "receipt_no": said["receipt_no"],
        "deed": edge.deed(),
    }


def reverse(
    tx: Tx, receipt_no: str, ground: str, guard: Guard = _unguarded
) -> repayments.Reversal:
    """Undo a receipt by its mirror; raises as `repayments.reverse` does."""
    within.receipt(tx, "reverse", receipt_no)
    guard(tx, repayments.loan_of(tx, receipt_no))
    return repayments.reverse(
        tx, edge.desk().policy, receipt_no=receipt_no, deed=edge.deed(ground)
    )
