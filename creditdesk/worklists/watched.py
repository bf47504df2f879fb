"""Lists of loans that are still, or whose time for a decision runs out."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from creditdesk.columns import number_of
from creditdesk.db import EMPTY
from creditdesk.engine.dated import History
from creditdesk.engine.days import months_after
from creditdesk.engine.limits import extension_until
from creditdesk.engine.watch import (
    freeze_ends_on,
    interest_paid_to,
    interest_unpaid,
    last_transaction_on,
)
from creditdesk.standings import day_before
from creditdesk.worklists.looked import Found, Looked
from creditdesk.worklists.view import View, in_force


def frozen(view: View) -> np.ndarray:
    """Return the frozen principal, whenever its freeze ends."""
    return view.now["frozen"]


def freeze_rows(loan: Looked) -> Iterator[Found]:
    """Yield a freeze that ends within the days of warning, or has ended and was not released."""
    end = freeze_ends_on(loan.booked, loan.as_of)
    warning = in_force(loan.policy.limits.freeze_warning_days, loan.as_of)
    if end is not None and end <= loan.as_of + timedelta(days=warning):
        yield Found(loan.frozen, end, {"days_left": (end - loan.as_of).days})


def falling_due(view: View) -> np.ndarray:
    """Return what is owed on contracts of which all falls due in the near, or has."""
    notice = timedelta(days=in_force(view.policy.limits.due_notice_days, view.as_of))
    ending = view.due_by(view.as_of + notice) >= view.now["drawn"]
    return np.where(ending, view.now["in_term"] + view.now["overdue"], 0)


def extension_rows(loan: Looked) -> Iterator[Found]:
    """Yield a contract past or near its final due date that may still be extended."""
    notice = in_force(loan.policy.limits.due_notice_days, loan.as_of)
    amount = loan.outstanding - loan.frozen
    if not amount or loan.final_due_on > loan.as_of + timedelta(days=notice):
        return
    latest = extension_until(loan.terms, loan.booked, loan.policy.limits, loan.as_of)
    if latest is not None and latest > max(loan.final_due_on, loan.as_of):
        yield Found(amount, loan.final_due_on, {"extension_until": latest})


def inactive(view: View) -> np.ndarray:
    """Return what is owed where no money has passed for months; the frozen and students apart."""
    since = day_before(_months_before(view.policy.limits.inactive_months, view.as_of))
    grace = view.axes.columns["grace_until"]
    studying = view.students & ((grace == EMPTY) | (grace > number_of(view.as_of)))
    silent = ~np.any(view.since(since, *_TRANSACTED), axis=0)
    apart = studying | (view.now["frozen"] > 0)
    return np.where(silent & ~apart, view.now.outstanding, 0)


# What any event of `engine.watch.TRANSACTIONS` moves; events that were undone add up to nothing.
_TRANSACTED = ("drawn", "draws", "repaid", "interest_collected")


def inactive_rows(loan: Looked) -> Iterator[Found]:
    """Yield what is owed and the last day on which money passed."""
    last = last_transaction_on(loan.booked, loan.as_of)
    yield Found(loan.outstanding, loan.final_due_on, {"last_transaction_on": last})


def undrawn(view: View) -> np.ndarray:
    """Return one dong for every contract signed long ago on which nothing was ever drawn."""
    waited = number_of(view.as_of) - view.axes.columns["signed_on"]
    long = waited > in_force(view.policy.limits.undrawn_days, view.as_of)
    return np.where(long & (view.now["draws"] <= 0), 1, 0)


def undrawn_rows(loan: Looked) -> Iterator[Found]:
    """Yield what was approved and when it ought to have been drawn."""
    signed = loan.terms.signed_on
    by = signed + timedelta(days=in_force(loan.policy.limits.undrawn_days, loan.as_of))
    yield Found(loan.terms.approved, by, {"signed_on": signed})


def interest(view: View) -> np.ndarray:
    """Return the interest due that was earned months ago and is still unpaid."""
    cut = _months_before(view.policy.limits.interest_unpaid_months, view.as_of)
    unpaid = view.interest_unpaid(cut).due
    given_up = ~view.owing & (view.now["written_off"] > 0)
    return np.where(given_up | view.not_asked, 0, unpaid)


def interest_rows(loan: Looked) -> Iterator[Found]:
    """Yield the interest that is unpaid too long, all that is unpaid, and since when."""
    cut = _months_before(loan.policy.limits.interest_unpaid_months, loan.as_of)
    old = interest_unpaid(loan.terms, loan.booked, cut, loan.as_of).due
    why = {
        "interest_unpaid": interest_unpaid(loan.terms, loan.booked, loan.as_of, loan.as_of).due,
        "unpaid_since": interest_paid_to(loan.terms, loan.booked, loan.as_of),
    }
    yield Found(old, loan.final_due_on, why)


def _months_before(months: History[int], as_of: date) -> date:
    return months_after(as_of, -in_force(months, as_of))
