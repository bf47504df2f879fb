"""A loan's card, its schedule and its movements, and lists of loans, as they leave the desk."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from creditdesk.documents.loans import standing
from creditdesk.figures import LoanCard, LoanLine
from creditdesk.search import Found
from creditdesk.tables import day

_SAME = (
    *("loan_no", "customer_no", "customer_name", "id_no_masked", "commune", "commune_name"),
    *("province", "village_code", "group_no", "group_head", "trustee", "office", "programme"),
    *("programme_name", "source", "investor", "household_standing", "purpose", "session_day"),
)
_LINE = (
    *("loan_no", "customer_no", "customer_name", "programme", "programme_name", "group_no"),
    *("status", "drawn", "outstanding", "in_term", "overdue", "frozen", "late_principal"),
)


def card(found: LoanCard) -> dict[str, Any]:
    """Return a loan as a desk shows it: the contract, whose it is, and where it stands."""
    return {name: getattr(found, name) for name in _SAME} | {
        "signed_on": found.signed_on.isoformat(),
        "annual_rate": found.rate_percent,
        "approved": found.approved,
        "standing": standing(found.standing),
    }


def instalments(found: LoanCard) -> dict[str, Any]:
    """Return the plan of a loan on a day: what is due when, and what of it was paid."""
    rows = [
        {
            "no": line.no,
            "due_on": line.due_on.isoformat(),
            "principal": line.principal,
            "paid": line.paid,
            "late": line.late,
        }
        for line in found.instalments
    ]
    return {
        "loan_no": found.loan_no,
        "as_of": found.standing.as_of.isoformat(),
        "rows": rows,
        "total": sum(line.principal for line in found.instalments),
    }


def movements(found: LoanCard) -> dict[str, Any]:
    """Return what happened on a loan up to a day, in the order in which it counts."""
    return {
        "loan_no": found.loan_no,
        "as_of": found.standing.as_of.isoformat(),
        "rows": [
            {
                "value_date": line.value_date.isoformat(),
                "kind": line.kind,
                "amount": line.amount,
                "until": day(line.until),
                "receipt_no": line.receipt_no,
                "outstanding": line.outstanding,
                "reversed": line.reversed,
            }
            for line in found.movements
        ],
    }


def loans(found: Sequence[LoanLine], as_of: date) -> dict[str, Any]:
    """Return a page of loans."""
    return {
        "as_of": as_of.isoformat(),
        "rows": [
            {name: getattr(line, name) for name in _LINE} | {"due_on": line.due_on.isoformat()}
            for line in found
        ],
    }


def found(told: Found, as_of: date) -> dict[str, Any]:
    """Return who and what was found."""
    return {
        "as_of": as_of.isoformat(),
        "count": told.count,
        "persons": [
            {
                "customer_no": one.customer_no,
                "customer_name": one.name,
                "id_no_masked": one.id_no_masked,
                "loans": loans(one.loans, as_of)["rows"],
            }
            for one in told.persons
        ],
        "groups": [group._asdict() for group in told.groups],
    }
