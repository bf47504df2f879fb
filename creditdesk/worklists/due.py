"""Lists of what falls due, is late or moves to overdue."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from creditdesk.columns import day_of, number_of
from creditdesk.engine import ageing
from creditdesk.engine.days import month_end, next_month_end, next_session
from creditdesk.engine.journal import Account, Kind
from creditdesk.engine.policy import Policy
from creditdesk.worklists.looked import Found, Looked
from creditdesk.worklists.view import View, in_force

DUE_WITHIN = timedelta(days=30)
_OVERDUE = frozenset({Kind.OVERDUE})


def late(view: View) -> np.ndarray:
    """Return the principal late by contract."""
    return view.now.late


def late_rows(loan: Looked) -> Iterator[Found]:
    """Yield what is late, since when."""
    if loan.late.since:
        yield Found(loan.late.principal, loan.late.since)


def may_move(view: View) -> np.ndarray:
    """Return at least what the rule would move: late principal not overdue or frozen already."""
    unmoved = np.maximum(0, view.now.late - view.now["overdue"] - view.now["frozen"])
    return np.where(_movable(view, view.now["due"]), unmoved, 0)


def _movable(view: View, due: np.ndarray) -> np.ndarray:
    """Return the loans of which the rule may move anything where so much has fallen due [dong].

    All of it has, or missed instalments are moved: of most contracts they are only listed.
    """
    rule, columns = view.policy.overdue_rule, view.axes.columns
    young = columns["signed_on"] >= number_of(rule.instalments_signed_from)
    found: np.ndarray = young | (due >= view.now["drawn"])
    return found


def moving_rows(loan: Looked) -> Iterator[Found]:
    """Yield what the rule would move by the last session and is not yet booked."""
    amount = ageing.to_transfer(loan.terms, loan.booked, loan.policy.overdue_rule, loan.as_of)
    if amount and loan.late.since:
        yield Found(amount, loan.late.since)


def boxes(view: View) -> np.ndarray:
    """Return at least what stands in the three boxes of a loan."""
    due = view.due_by_sessions(before=1)
    unpaid = np.minimum(view.now.outstanding, np.maximum(0, due - view.now["repaid"]))
    moving = np.maximum(0, unpaid - view.now["overdue"] - view.now["frozen"])
    moved = view.moved(_OVERDUE, _before_month(view.as_of))
    found: np.ndarray = np.where(_movable(view, due), moving, 0) + moved
    return found


def boxes_rows(loan: Looked) -> Iterator[Found]:
    """Yield the boxes of an officer's list for the month of the day, each that holds anything.

    1  the due date has passed and the session too, and it is not yet moved
    2  moved within the month
    3  moves at the next session if nothing is paid by then
    """
    rule, coming = loan.policy.overdue_rule, next_session(loan.terms.session_day, loan.as_of)
    first = ageing.to_transfer(loan.terms, loan.booked, rule, loan.as_of)
    begun = _before_month(loan.as_of)
    moved = ageing.total_of(loan.booked, Kind.OVERDUE, loan.as_of)
    moved -= ageing.total_of(loan.booked, Kind.OVERDUE, begun)
    then = ageing.to_transfer(loan.terms, loan.booked, rule, coming) - first
    for box, amount in ((1, first), (2, moved), (3, then)):
        if amount:
            why = {"box": box} | ({"session": coming} if box == 3 else {})
            yield Found(amount, loan.late.since or _next_due_on(loan), why)


def _next_due_on(loan: Looked) -> date:
    return next((row.due_on for row in loan.instalments if row.unpaid), loan.final_due_on)


def due(view: View) -> np.ndarray:
    """Return the principal of the 30 days after the day."""
    return view.coming(view.as_of, view.as_of + DUE_WITHIN)


def due_rows(loan: Looked) -> Iterator[Found]:
    """Yield the principal of the 30 days after the day."""
    amount, rows = loan.coming(loan.as_of, loan.as_of + DUE_WITHIN)
    if amount:
        yield Found(amount, rows[0].due_on)


def next_month(view: View) -> np.ndarray:
    """Return the principal of the calendar month after the day's."""
    return view.coming(*_next_month(view.as_of))


def next_month_rows(loan: Looked) -> Iterator[Found]:
    """Yield the principal of the calendar month after the day's."""
    yield from _month_rows(loan, *_next_month(loan.as_of))


def to_announce(view: View) -> np.ndarray:
    """Return the principal of the first month that begins late enough to be announced in time."""
    return view.coming(*_announced(view.policy, view.as_of))


def to_announce_rows(loan: Looked) -> Iterator[Found]:
    """Yield the principal of the first month that begins late enough to be announced in time."""
    yield from _month_rows(loan, *_announced(loan.policy, loan.as_of))


def _month_rows(loan: Looked, since: date, until: date) -> Iterator[Found]:
    amount, rows = loan.coming(since, until)
    if amount:
        planned = [row for row in loan.instalments if since < row.due_on <= until]
        ahead = sum(row.principal - row.unpaid for row in planned)
        notice = timedelta(days=_notice_days(loan.policy, loan.as_of))
        why = {"paid_ahead": ahead, "announce_by": rows[0].due_on - notice}
        yield Found(amount, rows[0].due_on, why)


def _next_month(as_of: date) -> tuple[date, date]:
    """Return the last days of the day's month and of the month after."""
    return month_end(as_of), next_month_end(as_of)


def _announced(policy: Policy, as_of: date) -> tuple[date, date]:
    """Return the last day before and of the first month whose first day leaves time for notice."""
    since = month_end(as_of)
    while (since - as_of).days + 1 < _notice_days(policy, as_of):
        since = next_month_end(since)
    return since, next_month_end(since)


def _notice_days(policy: Policy, as_of: date) -> int:
    return in_force(policy.limits.due_notice_days, as_of)


class Asked(NamedTuple):
    """What the next session of each loan should bring [dong]; of the grace nothing is due yet."""

    principal: np.ndarray
    interest: np.ndarray
    grace: np.ndarray


def asked(view: View) -> Asked:
    """Return principal due and interest by the next session of each loan; never frozen."""
    due = np.maximum(0, view.due_by_sessions() - view.now["repaid"])
    principal = np.minimum(view.now["in_term"] + view.now["overdue"], due)
    unpaid = view.interest_by_sessions()
    interest = np.where(view.not_asked_at_sessions, 0, unpaid.due)
    return Asked(principal, interest, unpaid.grace)


def session(view: View) -> np.ndarray:
    """Return principal due and interest by the next session of each loan."""
    claimed = view.once(asked)
    return np.where(view.owing, claimed.principal + claimed.interest, 0)


def session_told(view: View, at: np.ndarray) -> Iterator[Found]:
    """Yield what the next session should bring: principal late and due, and interest."""
    claimed = view.once(asked)
    columns = (view.sessions, *claimed, np.minimum(claimed.principal, view.now.late))
    for coming, principal, interest, grace, late in zip(
        *(column[at].tolist() for column in columns), strict=True
    ):
        why = {
            "principal_late": late,
            "principal_due": principal - late,
            "interest": interest,
            "interest_grace": grace,
        }
        yield Found(principal + interest, day_of(coming), why)


def collect(view: View) -> np.ndarray:
    """Return what a group collects next: principal of the next month, and interest now asked."""
    return np.where(view.owing, next_month(view) + view.once(asked).interest, 0)


def collect_told(view: View, at: np.ndarray) -> Iterator[Found]:
    """Yield both halves: principal of the calendar month after, interest by the next session."""
    claimed, principal = view.once(asked), next_month(view)
    for coming, due, interest, grace in zip(
        *(column[at].tolist() for column in (view.sessions, principal, *claimed[1:])), strict=True
    ):
        why = {"principal_next_month": due, "interest": interest, "interest_grace": grace}
        yield Found(due + interest, day_of(coming), why)


def overdue(view: View) -> np.ndarray:
    """Return the overdue principal."""
    return view.now["overdue"]


def overdue_rows(loan: Looked) -> Iterator[Found]:
    """Yield the overdue principal."""
    amount = loan.balances[Account.OVERDUE]
    if amount:
        yield Found(amount, loan.late.since or loan.final_due_on)


def _before_month(day: date) -> date:
    return day.replace(day=1) - timedelta(days=1)
