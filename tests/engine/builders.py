"""Plain contracts, events and requests for tests to change one thing of."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from creditdesk import settings
from creditdesk.engine import quotation
from creditdesk.engine.accrual import Change, Interest, interest_to, rate_units
from creditdesk.engine.ageing import changes_of
from creditdesk.engine.allocation import Orders
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from creditdesk.engine.replay import Booked, replay
from creditdesk.engine.terms import LoanTerms, RateStep
from tests.engine.histories import ORDERS

RULE = settings.policy().overdue_rule

DRAW_ON = date(2026, 1, 10)
SIGNED_ON = date(2026, 3, 2)


def a_request(**changes: Any) -> quotation.Request:
    """Return a request: 12 million at 6.6 %, twelve monthly instalments."""
    plain: dict[str, Any] = {
        "amount": Dong(12_000_000),
        "rate_per_year": Decimal("0.066"),
        "draw_on": DRAW_ON,
        "due_on": quotation.due_dates(DRAW_ON, every_months=1, instalments=12),
    }
    return quotation.Request(**(plain | changes))


def a_rate(rate: str = "0.066", since: date = SIGNED_ON) -> RateStep:
    """Return a rate from a day on, 130 % of it when overdue."""
    return RateStep(since, Decimal(rate), Decimal(rate) * Decimal("1.3"))


def a_contract(**changes: Any) -> LoanTerms:
    """Return a contract: entrusted, 6.6 %, three yearly instalments, sessions on the 7th."""
    signed_on = changes.get("signed_on", SIGNED_ON)
    plain: dict[str, Any] = {
        "loan_no": "6600000724000001",
        "signed_on": signed_on,
        "rates": (a_rate(since=signed_on),),
        "approved": Dong(100_000_000),
        "first_principal_on": date(2027, 3, 2),
        "every_months": 12,
        "due_on": date(2029, 3, 2),
        "session_day": 7,
        "trustee": "11",
        "grace_until": None,
        "ladder": (100_000, 1_000, 1),
    }
    return LoanTerms(**(plain | changes))


def a_bullet(due_on: date, **changes: Any) -> LoanTerms:
    """Return a contract with one instalment at the end."""
    return a_contract(first_principal_on=None, every_months=0, due_on=due_on, **changes)


def an_event(
    kind: str,
    day: date,
    amount: int = 0,
    until: date | None = None,
    receipt_no: str = "",
    *,
    of: date | None = None,
    rate: str = "0",
) -> Event:
    """Return an event; its receipt is named after its kind and day unless told.

    rate  per year from the day on, 130 % of it when overdue
    """
    number = receipt_no or f"{kind} of {day}"
    units = rate_units(Decimal(rate))
    return Event(day, Kind(kind), amount, until, number, of, units, units * 13 // 10)


def booked(terms: LoanTerms, *events: Event, orders: Orders = ORDERS) -> list[Booked]:
    """Return events with what they do; none of them may be refused."""
    entries, refused = replay(terms, events, orders)
    assert not refused, refused
    return entries


def changes(entries: Iterable[Booked]) -> list[Change]:
    """Return what entries add to the balances that earn interest."""
    return [changes_of(entry.event.value_date, entry.postings) for entry in entries]


def earned(terms: LoanTerms, entries: Iterable[Booked], day: date) -> Interest:
    """Return the interest that entries earned up to a day."""
    return interest_to(terms, changes(entries), day)
