"""One loan: where it stands and why, a quoted schedule, what an act changed."""

from typing import Any

from creditdesk import narration
from creditdesk.differences import Differences
from creditdesk.engine.ageing import Standing
from creditdesk.engine.comparison import Difference, by_account
from creditdesk.engine.quotation import Quotation
from creditdesk.engine.replay import Booked
from creditdesk.explanations import Explanation
from creditdesk.repayments import Payoff
from creditdesk.tables import day


def standing(found: Standing) -> dict[str, Any]:
    """Return where a loan stands."""
    earned = found.interest_earned
    return {
        "loan_no": found.loan_no,
        "as_of": found.as_of.isoformat(),
        "status": found.status,
        "drawn": found.drawn,
        "principal_repaid": found.principal_repaid,
        "written_off": found.written_off,
        "outstanding": found.outstanding,
        "in_term": found.in_term,
        "overdue": found.overdue,
        "frozen": found.frozen,
        "late_principal": found.late_principal,
        "days_late": found.days_late,
        "oldest_late_due_on": day(found.oldest_late_due_on),
        "interest_earned": {
            "in_term": earned.in_term,
            "overdue": earned.overdue,
            "grace": earned.grace,
        },
        "interest_collected": found.interest_collected,
        "interest_unpaid": found.interest_unpaid,
        "next_due_on": day(found.next_due_on),
        "next_due_principal": found.next_due_principal,
        "due_on": day(found.due_on),
        "extended_to": day(found.extended_to),
    }


def explanation(found: Explanation) -> dict[str, Any]:
    """Return why a loan stands where it stands: whole dong, and exact numbers as text."""
    return {
        "loan_no": found.terms.loan_no,
        "as_of": found.standing.as_of.isoformat(),
        "known_on": found.known_on and found.known_on.isoformat(),
        "standing": standing(found.standing),
    } | narration.opened(found)


def quotation(found: Quotation) -> dict[str, Any]:
    """Return a quoted schedule."""
    rows = [row._asdict() | {"due_on": row.due_on.isoformat()} for row in found.rows]
    return {
        "principal": found.principal,
        "instalments": rows,
        "total_interest": found.total_interest,
    }


def differences(found: Differences) -> dict[str, Any]:
    """Return what an act changed of a loan: entries, ends of months that were told, and today."""
    return {
        "loan_no": found.loan_no,
        "entries": [_difference(one) for one in found.entries],
        "month_ends": [
            {"before": standing(one.before), "after": standing(one.after)}
            for one in found.month_ends
        ],
        "today": {"before": standing(found.today.before), "after": standing(found.today.after)},
    }


def _difference(found: Difference) -> dict[str, Any]:
    event = found.event
    return {
        "receipt_no": event.receipt_no,
        "kind": event.kind.value,
        "day": event.value_date.isoformat(),
        "amount": event.amount,
        "until": day(event.until),
        "before": _booked(found.before),
        "after": _booked(found.after),
    }


def _booked(found: Booked | None) -> dict[str, Any] | None:
    """Return what an entry adds to each account and to each due date [dong]."""
    if found is None:
        return None
    return {
        "accounts": {
            account.name.lower(): amount for account, amount in by_account(found).items()
        },
        "plan": {due_on.isoformat(): amount for due_on, amount in found.plan},
    }


def payoff(found: Payoff) -> dict[str, Any]:
    """Return what repays a loan in full on a day."""
    interest = found.interest
    return {
        "loan_no": found.loan_no,
        "day": found.day.isoformat(),
        "principal": {
            "in_term": found.in_term,
            "overdue": found.overdue,
            "frozen": found.frozen,
            "total": found.principal,
        },
        "interest": {
            "in_term": interest.in_term,
            "overdue": interest.overdue,
            "grace": interest.grace,
            "total": interest.sum,
        },
        "total": found.total,
    }
