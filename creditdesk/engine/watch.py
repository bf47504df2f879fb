"""What of one loan somebody has to watch: ends of freezes, silence, interest left unpaid."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from creditdesk.engine.accrual import (
    RATE_UNIT,
    YEAR,
    Change,
    Stretch,
    interest_to,
    rate_units,
    stretches,
)
from creditdesk.engine.ageing import balances_on, changes_of, terms_on, total_of
from creditdesk.engine.journal import Account, Kind
from creditdesk.engine.money import Dong
from creditdesk.engine.replay import Booked
from creditdesk.engine.terms import LoanTerms

TRANSACTIONS = frozenset({Kind.DRAW, Kind.PRINCIPAL, Kind.INTEREST, Kind.REBOOK})
"""Kinds by which money passes between borrower and bank: decisions are no transactions."""


class InterestUnpaid(NamedTuple):
    """Interest not yet collected [dong]: what is due, and that of the grace, which is not."""

    due: Dong
    grace: Dong


def interest_unpaid(
    terms: LoanTerms, booked: Sequence[Booked], earned_to: date, collected_by: date
) -> InterestUnpaid:
    """Return the interest earned to one day and not collected by the end of another.

    Collected money pays what is due first, then the interest of the grace; paid ahead is nought.
    """
    collected = total_of(booked, Kind.INTEREST, collected_by)
    in_force = terms_on(terms, booked, earned_to)
    earned = interest_to(in_force, _changes(booked, earned_to), earned_to)
    due = earned.in_term + earned.overdue
    return InterestUnpaid(
        due=Dong(max(0, due - collected)),
        grace=Dong(max(0, earned.grace - max(0, collected - due))),
    )


def interest_paid_to(terms: LoanTerms, booked: Sequence[Booked], as_of: date) -> date:
    """Return the first day whose interest is not wholly paid, `as_of` where nothing is unpaid.

    The interest of the grace is left out.
    """
    left = total_of(booked, Kind.INTEREST, as_of) * YEAR * RATE_UNIT
    found = stretches(terms_on(terms, booked, as_of), _changes(booked, as_of), as_of)
    for since, until, a_day in _periods(found):
        whole = a_day * (until - since).days
        if whole > left:
            return since + timedelta(days=left // a_day)
        left -= whole
    return as_of


def _periods(found: Iterable[Stretch]) -> Iterable[tuple[date, date, int]]:
    """Return (since, until, what a day earns that is due), rising; kinds side by side together."""
    periods: dict[date, tuple[date, int]] = {}
    for stretch in found:
        if stretch.kind != "grace":
            _, earning = periods.get(stretch.since, (stretch.until, 0))
            earning += stretch.balance * rate_units(stretch.rate)
            periods[stretch.since] = (stretch.until, earning)
    return ((since, until, earning) for since, (until, earning) in periods.items())


def _changes(booked: Iterable[Booked], day: date) -> list[Change]:
    return [
        changes_of(entry.event.value_date, entry.postings)
        for entry in booked
        if entry.event.value_date <= day
    ]


def last_transaction_on(booked: Iterable[Booked], as_of: date) -> date | None:
    """Return the last day up to a day on which money passed, None where none did."""
    found = (
        entry.event.value_date
        for entry in booked
        if entry.event.kind in TRANSACTIONS and entry.event.value_date <= as_of
    )
    return max(found, default=None)


def freeze_ends_on(booked: Sequence[Booked], as_of: date) -> date | None:
    """Return the end of the freeze that ends first; None where nothing is frozen or none ends.

    What was released, repaid or written off meanwhile is taken from the freezes that end first.
    """
    freezes = sorted(
        (entry.event.until or date.max, entry.event.amount)
        for entry in booked
        if entry.event.kind is Kind.FREEZE and entry.event.value_date <= as_of
    )
    left = balances_on(booked, as_of)[Account.FROZEN]
    end = date.max
    for until, amount in reversed(freezes):
        if left <= 0:
            break
        end, left = until, left - amount
    return None if end == date.max else end
