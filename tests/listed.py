"""Worklists as tests ask for them, and interest by plain arithmetic."""

from creditdesk import worklists
from creditdesk.arrears import Place
from tests.builders import POLICY

BOOK = Place()


def listed(tx, name, day, place=BOOK):
    return worklists.worklist(tx, POLICY, name, day, place)


def on_list(tx, name, day):
    """Return (last digits of the loan, amount, due date, why) of the rows of a list."""
    return [
        (row.loan_no[-1:], row.amount, row.due_on, dict(row.why)) for row in listed(tx, name, day)
    ]


def interest(principal, days):
    return round(principal * 66 * days / 365_000)
