"""Decisions for tests: a paper of two people, and a loan in every state of its life."""

from datetime import date

from creditdesk import decisions, ledger
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.lifecycle import State
from creditdesk.engine.money import Dong
from tests.builders import POLICY, a_loan, enter

DAY = date(2026, 6, 7)
"""A session, on which all states are asked."""


def a_paper(by="nguoi-lap", checked_by="kiem-soat", **changes):
    """Return a deed of two people on a paper."""
    said = {
        "ground": "Biên bản (minh họa)",
        "document_no": "12/QĐ-NHCS",
        "document_on": date(2026, 6, 1),
    }
    return ledger.Deed(by, "2026-11-22T00:00:00+00:00", checked_by, **said | changes)


def a_decision(kind, loan_no, day=DAY, **texts):
    """Return a decision as it is written down."""
    return decisions.decision_of(kind, loan_no, day, texts)


def decide(tx, kind, loan_no, day=DAY, deed=None, **texts):
    """Take a decision on a loan."""
    decision = a_decision(kind, loan_no, day, **texts)
    return decisions.decide(tx, POLICY, decision=decision, deed=deed or a_paper())


def fact(tx, loan_no, kind, day, amount=0, **more):
    """Enter a fact of history, as a file would tell it, under a number of its own."""
    said = {"until": None, "receipt_no": f"{kind.value}/{loan_no}/{day}"}
    return enter(tx, loan_no, Event(day, kind, amount, **said | more))


def a_loan_in(tx, state, number=1, *, frozen_until=date(2026, 5, 20), **changes):
    """Return the number of a loan of 50 million, lent on 2 March, that is in a state on `DAY`.

    It has paid a little interest; where it is overdue, a freeze has come and gone before.
    """
    on_time = state in {State.UNDRAWN, State.IN_TERM}
    terms = {
        "signed_on": date(2026, 3, 2),
        "approved": Dong(60_000_000),
        "first_principal_on": date(2026, 8 if on_time else 5, 2),
        "every_months": 1,
        "due_on": date(2030, 3, 2),
    }
    loan_no = a_loan(tx, number, **terms | changes)
    fact(tx, loan_no, Kind.INTEREST, date(2026, 4, 1), 1_000)
    _HISTORIES.get(state, lambda *_: None)(tx, loan_no, frozen_until)
    return loan_no


def _overdue(tx, loan_no, _frozen_until):
    until = date(2026, 4, 10)
    fact(tx, loan_no, Kind.FREEZE, date(2026, 3, 10), 10_000_000, until=until)
    fact(tx, loan_no, Kind.UNFREEZE, until, 10_000_000)
    fact(tx, loan_no, Kind.OVERDUE, date(2026, 5, 7), 1_000_000)


def _frozen(tx, loan_no, frozen_until):
    fact(tx, loan_no, Kind.FREEZE, date(2026, 5, 10), 1_000_000, until=frozen_until)


def _all(kind):
    return lambda tx, loan_no, _: fact(tx, loan_no, kind, date(2026, 6, 5), 50_000_000)


_HISTORIES = {
    State.UNDRAWN: _all(Kind.REBOOK),
    State.OVERDUE: _overdue,
    State.FROZEN: _frozen,
    State.CLOSED: _all(Kind.PRINCIPAL),
    State.WRITTEN_OFF: _all(Kind.WRITE_OFF),
}
