"""Invented contracts and histories: every kind of event, valid in every order the desk may meet.

`random_terms` and `random_history` draw from a plain `random.Random`, for long runs; `terms` and
`histories` are the same as hypothesis strategies, which shrink what fails.

    @given(st.data())
    def test_...(data):
        contract = data.draw(terms())
        events = data.draw(histories(contract))

A history is sorted by the order in which its events count; replayed with `ORDERS`, none of them is
refused. It begins with a draw, its draws less re-bookings stay within the approved amount, and its
receipt numbers begin with the number of the loan, so that many loans may share a book.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from hypothesis import strategies as st

from creditdesk.engine import days
from creditdesk.engine.accrual import rate_units
from creditdesk.engine.ageing import balances_on, final_due_on, plan_on, terms_on, total_of
from creditdesk.engine.allocation import Orders
from creditdesk.engine.journal import PRINCIPAL, WITHOUT_AMOUNT, Account, Event, Kind
from creditdesk.engine.money import Dong
from creditdesk.engine.replay import Booked, replay
from creditdesk.engine.terms import LoanTerms, RateStep

ORDERS = Orders()
LADDERS = ((100_000, 1_000, 1), (100_000, 1_000, 1), (50_000, 1), (1,))
RATES = ("0.012", "0.03", "0.048", "0.066", "0.0792", "0.0825", "0.08382", "0.09")
INTERVALS = (1, 3, 6, 12)
GAPS = (0, 0, 1, 3, 17, 30, 31, 90, 200, 400)
"""Days from one event to the next: often none, at times more than a year."""

KINDS = (
    *(Kind.PRINCIPAL,) * 5,
    *(Kind.DRAW, Kind.INTEREST, Kind.OVERDUE) * 2,
    *(Kind.REBOOK, Kind.EXTEND, Kind.FREEZE, Kind.UNFREEZE, Kind.WRITE_OFF),
)
"""Kinds of event that files know, by how often they are tried."""

ALL_KINDS = (
    *KINDS,
    *(Kind.RATE, Kind.REDATE, Kind.REDATE, Kind.CARRY_OVER, Kind.LEAVE, Kind.SHORTEN),
)
"""These, and what only a decision at the desk can say."""

SOURCES: dict[Kind, tuple[Account, ...]] = {
    Kind.REBOOK: (Account.IN_TERM, Account.OVERDUE),
    Kind.PRINCIPAL: PRINCIPAL,
    Kind.OVERDUE: (Account.IN_TERM,),
    Kind.FREEZE: (Account.IN_TERM, Account.OVERDUE),
    Kind.UNFREEZE: (Account.FROZEN,),
    Kind.WRITE_OFF: PRINCIPAL,
}
"""The accounts that bound the amount of an event."""


def random_terms(rng: Random, loan_no: str = "6600000724000001") -> LoanTerms:
    """Return an invented contract, signed in the years around the rule of 2026-03-01.

    One in four has a single instalment, one in four grace interest, one in three several rates.
    """
    signed_on = date(2023, 1, 1) + timedelta(rng.randint(0, 1400))
    if rng.randint(0, 9) == 0:
        signed_on = date(2026, 3, 1) - timedelta(rng.randint(0, 1))
    first, every = None, 0
    due_on = signed_on + timedelta(rng.randint(30, 2000))
    if rng.randint(0, 3):
        every = rng.choice(INTERVALS)
        first = days.months_after(signed_on, rng.choice(INTERVALS)) + timedelta(rng.randint(0, 30))
        due_on = days.months_after(first, every * rng.randint(0, 8)) + timedelta(rng.randint(0, 9))
    grace = None if rng.randint(0, 3) else signed_on + timedelta(rng.randint(1, 1500))
    return LoanTerms(
        loan_no=loan_no,
        signed_on=signed_on,
        rates=_random_rates(rng, signed_on),
        approved=Dong(rng.randint(1, 200) * rng.choice((1, 1_000, 500_000, 1_000_000))),
        first_principal_on=first,
        every_months=every,
        due_on=due_on,
        session_day=rng.randint(1, 28),
        trustee=rng.choice(("11", "12", "13", "99")),
        grace_until=grace,
        ladder=rng.choice(LADDERS),
    )


def _random_rates(rng: Random, signed_on: date) -> tuple[RateStep, ...]:
    since, steps = signed_on, []
    for _ in range(1 if rng.randint(0, 2) else rng.randint(2, 4)):
        rate = Decimal(rng.choice(RATES))
        steps.append(RateStep(since, rate, rate * Decimal("1.3")))
        since += timedelta(rng.randint(1, 500))
    return tuple(steps)


def random_history(
    rng: Random, terms: LoanTerms, length: int, kinds: Sequence[Kind] = ALL_KINDS
) -> list[Event]:
    """Return an invented history of at most so many events, none of which replay refuses.

    length  events that are tried; those that could not happen are left out. Time is quadratic in
            it: 200 events take a tenth of a second.
    """
    history: list[Event] = []
    booked: list[Booked] = []
    day = terms.signed_on + timedelta(rng.randint(0, 60))
    for number in range(1, length + 1):
        event = _random_event(rng, terms, booked, kinds, day)
        event = event._replace(receipt_no=f"{terms.loan_no}-{number:03d}")
        tried, refused = replay(terms, [*history, event], ORDERS)
        if not refused:
            history, booked = [entry.event for entry in tried], tried
        day += timedelta(rng.choice(GAPS))
    return history


def _random_event(
    rng: Random, terms: LoanTerms, booked: list[Booked], kinds: Sequence[Kind], day: date
) -> Event:
    bounds = _bounds(terms, booked)
    kind = rng.choice([kind for kind in kinds if bounds[kind] > 0]) if booked else Kind.DRAW
    event = Event(day, kind, _random_amount(rng, bounds[kind]), None, "")
    if kind in WITHOUT_AMOUNT:
        return _random_decision(rng, terms, booked, event._replace(amount=0))
    if kind is Kind.FREEZE and rng.randint(0, 1):
        return event._replace(until=day + timedelta(rng.randint(1, 1100)))
    return event


def _random_decision(rng: Random, terms: LoanTerms, booked: list[Booked], event: Event) -> Event:
    final, day = final_due_on(terms, booked, date.max), event.value_date
    if event.kind is Kind.SHORTEN:
        return event._replace(until=day + timedelta(rng.randint(0, 400)))
    if event.kind is Kind.RATE:
        rate = rate_units(Decimal(rng.choice(RATES)))
        return event._replace(rate_e8=rate, overdue_rate_e8=rate * 13 // 10)
    if event.kind is Kind.REDATE:
        due_on = rng.choice([due for due in plan_on(booked, date.max) if due >= day] or [final])
        return event._replace(of=due_on, until=due_on + timedelta(rng.randint(1, 200)))
    if event.kind is Kind.LEAVE:
        grace = terms_on(terms, booked, date.max).grace_until or day
        months = rng.randint(1, 12)
        return event._replace(
            of=days.months_after(grace, months), until=days.months_after(final, months)
        )
    return event._replace(until=final + timedelta(rng.randint(1, 500)))


def _bounds(terms: LoanTerms, booked: list[Booked]) -> dict[Kind, int]:
    """Return the largest amount of each kind that the books allow; 1 for one without amount."""
    balances = balances_on(booked, date.max)
    drawn, rebooked = (total_of(booked, kind, date.max) for kind in (Kind.DRAW, Kind.REBOOK))
    bounds: dict[Kind, int] = {
        kind: sum(balances[account] for account in sources) for kind, sources in SOURCES.items()
    }
    return (
        bounds
        | {
            Kind.DRAW: terms.approved - drawn + rebooked,
            Kind.INTEREST: terms.approved,
        }
        | dict.fromkeys(WITHOUT_AMOUNT, 1)
    )


def _random_amount(rng: Random, most: int) -> int:
    """Return a little, a tenth, a third, half, all there is, or anything between."""
    shares = (1000, 100, 10, 10, 3, 2, 1)
    picked = rng.randint(0, len(shares))
    return rng.randint(1, most) if picked == len(shares) else max(1, most // shares[picked])


def terms() -> st.SearchStrategy[LoanTerms]:
    """Return the strategy of invented contracts."""
    return st.randoms(use_true_random=False).map(random_terms)


def histories(
    contract: LoanTerms, *, most: int = 15, least: int = 1
) -> st.SearchStrategy[list[Event]]:
    """Return the strategy of valid histories of one contract, trying so many events."""
    return st.builds(
        lambda rng, length: random_history(rng, contract, length),
        st.randoms(use_true_random=False),
        st.integers(least, most),
    )


def loans(*, most: int = 15) -> st.SearchStrategy[tuple[LoanTerms, list[Event]]]:
    """Return the strategy of a contract with a history of it."""
    return terms().flatmap(
        lambda contract: st.tuples(st.just(contract), histories(contract, most=most))
    )
