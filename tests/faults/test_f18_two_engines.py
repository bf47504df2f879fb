"""Two engines, one loan at a time and all by columns: the same dong, and the model's too."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

import numpy as np
import pytest

from creditdesk import columns
from creditdesk.db import EMPTY
from creditdesk.engine.accrual import RATE_UNIT, YEAR, rate_units
from creditdesk.engine.ageing import stand
from creditdesk.engine.allocation import Orders
from creditdesk.engine.journal import KIND_CODE, Event, Kind
from creditdesk.engine.replay import replay
from creditdesk.engine.terms import LoanTerms, RateStep
from tests.conftest import LONG
from tests.faults.model import Impossible, Loan, Said

LOANS = 10_000 if LONG else 300
DAYS = 12
SIGNED = date(2026, 3, 2)
LAST = date(2056, 1, 1)
BILLION = 10**9
KINDS = ("draw", "principal", "interest", "overdue", "freeze", "unfreeze", "write-off", "rebook")


def random_loan(chance, number):
    """Return a random contract of the model with a history that can be, and its rates."""
    rate = chance.choice([Decimal("0.099999"), Decimal(chance.randrange(1, 100_000)) / 10**6])
    rates = {"in_term": Fraction(rate), "overdue": Fraction(rate) * Fraction(13, 10)}
    months = range(12, 12 * chance.choice([1, 5, 25]) + 1, 12)
    dates = tuple(date(2026 + month // 12, 3, 2) for month in months)
    top = chance.choice([20_000_000, 100_000_000, 10 * BILLION])
    loan = Loan(f"{number}", SIGNED, rates, dates, top)
    loan = loan.also(Said(SIGNED, "draw", "N", chance.randrange(1, top)))
    for step in range(chance.randrange(9)):
        day = SIGNED + timedelta(chance.randrange(9_500))
        said = Said(day, chance.choice(KINDS), f"N{step}", chance.randrange(1, top // 4 + 2))
        try:
            loan = loan.also(said)
        except Impossible:
            continue
    return loan, rate


def terms_of(loan, rate):
    several = len(loan.dates) > 1
    return LoanTerms(
        loan_no=loan.number,
        signed_on=loan.signed_on,
        rates=(RateStep(date.min, rate, rate * Decimal("1.3")),),
        approved=loan.approved,
        first_principal_on=loan.dates[0] if several else None,
        every_months=12 if several else 0,
        due_on=loan.dates[-1],
        session_day=10,
        trustee="11",
        grace_until=None,
        ladder=(100_000, 1_000, 1),
    )


def booked_of(loan, rate):
    events = [Event(s.day, Kind(s.kind), s.amount, s.until, s.number) for s in loan.said]
    booked, refused = replay(terms_of(loan, rate), events, Orders())
    assert not refused
    return booked


def columns_of(books, rates, day):
    """Return the columns and the image that bookings of many loans make at the end of a day."""
    units = [rate_units(rate) for rate in rates]
    over = columns.Axes(
        "44",
        {
            "id": np.arange(1, len(books) + 1),
            "rate_e8": np.array(units),
            "overdue_rate_e8": np.array([unit * 13 // 10 for unit in units]),
            "grace_until": np.full(len(books), EMPTY),
        },
    )
    values = np.zeros((len(columns.COLUMNS), len(books)), dtype=np.int64)
    rows = [
        (at, columns.number_of(event.value_date), *posting, 1, KIND_CODE[event.kind])
        for at, booked in enumerate(books, start=1)
        for event, postings, _ in booked
        for posting in postings
        if event.value_date <= day
    ]
    names = ("loan_id", "value_date", "debit", "credit", "amount", "sign", "kind")
    postings = np.array(rows, dtype=np.int64).reshape(-1, len(names)).T
    columns.add_postings(values, over, dict(zip(names, postings, strict=True)))
    for at, booked in enumerate(books):
        values[columns.COLUMNS.index("due"), at] = sum(
            amount
            for event, _, plan in booked
            for due_on, amount in plan
            if event.value_date <= day and due_on < day
        )
    return over, columns.Image(day, 1, values)


def test_columns_engine_and_model_agree_to_the_dong():
    chance = Random(18)
    loans, rates = zip(*(random_loan(chance, number) for number in range(LOANS)), strict=True)
    books = [booked_of(loan, rate) for loan, rate in zip(loans, rates, strict=True)]
    compared = 0

    for _ in range(DAYS):
        day = SIGNED + timedelta(chance.randrange((LAST - SIGNED).days))
        over, image = columns_of(books, rates, day)
        earned = columns.earned(over, image)
        late, owed = image.late, image.outstanding
        for at, loan in enumerate(loans):
            one = stand(terms_of(loan, rates[at]), books[at], day)
            state = loan.on(day)
            interest = one.interest_earned
            by_engine = (interest.in_term, interest.overdue, interest.grace)
            by_engine += (one.outstanding, one.late_principal)
            by_columns = (*(kind[at] for kind in earned), owed[at], late[at])
            assert by_columns == by_engine, (at, day)
            assert by_engine == (*loan.interest(day), state.owed, state.late(day)[0])
            compared += 1

    assert compared == LOANS * DAYS


def in_whole_numbers(balance_days, rate_e8):
    unit = YEAR * RATE_UNIT
    return (balance_days * rate_e8 + unit // 2) // unit


@pytest.mark.parametrize(
    ("most", "days"), [(10 * BILLION, 25 * 366), (10**13, 80 * 366), (10**15, 25 * 365)]
)
def test_interest_by_columns_is_that_of_whole_numbers(most, days):
    chance = Random(most)
    count = 200_000 if LONG else 4_000
    pairs = [
        (chance.randrange(most + 1) * chance.randrange(days + 1), chance.randrange(39_000_000))
        for _ in range(count)
    ]
    pairs += [
        (most * days, rate) for rate in (0, 1, 9_999_900, 12_999_870, 39_000_000, 36 * 10**7)
    ]
    pairs += [(half, RATE_UNIT) for half in (182, 183, 547, 548)]

    found = columns._interest(*np.array(pairs, dtype=np.int64).T)

    assert found.tolist() == [in_whole_numbers(*pair) for pair in pairs]
