"""Receipts and draws as they leave the desk."""

from typing import Any

from creditdesk.repayments import Receipt


def receipt(found: Receipt) -> dict[str, Any]:
    """Return a repayment that was taken."""
    return {
        "receipt_no": found.receipt_no,
        "loan_no": found.loan_no,
        "day": found.value_date.isoformat(),
        "principal": found.principal,
        "interest": found.interest,
        "new": found.new,
    }
