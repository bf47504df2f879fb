"""Interest: which days earn, on what, at which rate, and when it is rounded."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.engine.accrual import (
    Change,
    Interest,
    Stretch,
    interest_to,
    rate_units,
    stretches,
)
from creditdesk.engine.ageing import balances_on
from creditdesk.engine.journal import Account, Event
from creditdesk.engine.money import Dong
from creditdesk.engine.replay import Booked
from creditdesk.engine.terms import LoanTerms
from tests.engine.builders import a_contract, a_rate, an_event, booked, changes, earned
from tests.engine.histories import loans

START = date(2026, 3, 2)
RATE, OVERDUE_RATE = Decimal("0.066"), Decimal("0.0858")
LENT = Change(START, 10_000_000, 0)


def test_no_day_has_earned_on_the_day_of_the_draw() -> None:
    assert interest_to(a_contract(), [LENT], START) == Interest(Dong(0), Dong(0), Dong(0))


def test_nothing_is_earned_before_anything_was_lent() -> None:
    assert interest_to(a_contract(), [], date(2030, 1, 1)).sum == 0
    assert interest_to(a_contract(), [LENT], date(2026, 1, 1)).sum == 0


def test_a_stretch_ends_where_a_balance_or_a_rate_changes() -> None:
    terms = a_contract(rates=(a_rate(), a_rate("0.054", date(2026, 4, 1))))
    moved = Change(date(2026, 3, 12), -4_000_000, 4_000_000)

    found = list(stretches(terms, [moved, LENT], date(2026, 4, 3)))

    other = Decimal("0.054")
    assert found == [
        Stretch("in_term", START, date(2026, 3, 12), 10_000_000, RATE),
        Stretch("in_term", date(2026, 3, 12), date(2026, 4, 1), 6_000_000, RATE),
        Stretch("overdue", date(2026, 3, 12), date(2026, 4, 1), 4_000_000, OVERDUE_RATE),
        Stretch("in_term", date(2026, 4, 1), date(2026, 4, 3), 6_000_000, other),
        Stretch("overdue", date(2026, 4, 1), date(2026, 4, 3), 4_000_000, other * Decimal("1.3")),
    ]
    assert [stretch.days for stretch in found] == [10, 20, 20, 2, 2]


def test_grace_interest_is_earned_on_the_days_before_the_grace_ends() -> None:
    terms = a_contract(grace_until=date(2026, 3, 12))

    found = [(s.kind, s.days) for s in stretches(terms, [LENT], date(2026, 4, 1))]

    assert found == [("grace", 10), ("in_term", 20)]


def test_overdue_principal_earns_overdue_interest_in_the_grace_too() -> None:
    terms = a_contract(grace_until=date(2027, 1, 1))
    changes = [LENT, Change(START, -10_000_000, 10_000_000)]

    assert [s.kind for s in stretches(terms, changes, date(2026, 4, 1))] == ["overdue"]


def test_a_new_rate_counts_from_its_first_day_on() -> None:
    terms = a_contract(rates=(a_rate("0.0365"), a_rate("0.073", date(2026, 3, 12))))

    assert interest_to(terms, [LENT], date(2026, 3, 12)).in_term == 10_000
    assert interest_to(terms, [LENT], date(2026, 3, 13)).in_term == 12_000


def test_money_lent_before_the_contract_was_signed_earns_at_the_first_rate() -> None:
    early = Change(date(2026, 2, 20), 10_000_000, 0)
    terms = a_contract(rates=(a_rate("0.0365"), a_rate("0.073", date(2026, 3, 12))))

    assert interest_to(terms, [early], date(2026, 3, 12)).in_term == 20_000


def test_a_leap_year_has_365_days_too() -> None:
    change = Change(date(2028, 1, 1), 10_000_000, 0)

    assert interest_to(a_contract(), [change], date(2029, 1, 1)).in_term == 661_808


def test_each_kind_is_rounded_once_over_the_whole_life() -> None:
    # 1 825 dong at 10 % earn half a dong a day: the first day rounds up, two days make one dong.
    terms = a_contract(rates=(a_rate("0.1"),), grace_until=date(2026, 3, 3))
    change = Change(START, 1_825, 0)

    found = [interest_to(terms, [change], START + timedelta(days)) for days in range(1, 5)]

    assert [(interest.grace, interest.in_term) for interest in found] == [
        (1, 0),
        (1, 1),
        (1, 1),
        (1, 2),
    ]
    assert found[-1].sum == 3


@pytest.mark.parametrize(
    ("rate", "units"),
    [("0", 0), ("0.066", 6_600_000), ("0.0858", 8_580_000), ("0.10896613", 10_896_613)],
)
def test_rates_count_in_hundred_millionths(rate: str, units: int) -> None:
    assert rate_units(Decimal(rate)) == units


def test_a_rate_with_nine_decimals_is_refused() -> None:
    with pytest.raises(ValueError, match="at most eight decimals: 0.066000001"):
        rate_units(Decimal("0.066000001"))


# What holds for every history


def day_by_day(terms: LoanTerms, entries: Iterable[Booked], day: date) -> dict[str, int]:
    """Return interest by kind by walking from day to day in fractions, balances from postings."""
    by_day: dict[date, list[Booked]] = {}
    for entry in entries:
        by_day.setdefault(entry.event.value_date, []).append(entry)
    balances = dict.fromkeys(Account, 0)
    exact = {"in_term": Fraction(0), "overdue": Fraction(0), "grace": Fraction(0)}
    today = min(by_day)
    while today < day:
        for entry in by_day.get(today, ()):
            for debit, credit, amount in entry.postings:
                balances[debit] += amount
                balances[credit] -= amount
        step = [step for step in terms.rates if step.since <= today][-1]
        in_grace = terms.grace_until is not None and today < terms.grace_until
        kind = "grace" if in_grace else "in_term"
        exact[kind] += Fraction(step.rate) * balances[Account.IN_TERM] / 365
        exact["overdue"] += Fraction(step.overdue_rate) * balances[Account.OVERDUE] / 365
        today += timedelta(1)
    return {kind: half_up(sum_) for kind, sum_ in exact.items()}


def half_up(exact: Fraction) -> int:
    return int(exact + Fraction(1, 2))


Loan = tuple[LoanTerms, list[Event]]


@given(loans(most=8), st.integers(-30, 900))
def test_interest_is_what_walking_from_day_to_day_earns(loan: Loan, after: int) -> None:
    terms, history = loan
    entries = booked(terms, *history)
    day = history[-1].value_date + timedelta(after)

    interest = earned(terms, entries, day)

    walked = day_by_day(terms, entries, day)
    assert {kind: getattr(interest, kind) for kind in walked} == walked


@given(loans(), st.lists(st.integers(1, 3000), min_size=1))
def test_time_in_many_steps_earns_what_one_step_does(loan: Loan, steps: list[int]) -> None:
    terms, history = loan
    told = changes(booked(terms, *history))
    start = history[0].value_date
    days = [start, *(start + timedelta(step) for step in sorted(steps))]

    exact = {"in_term": Fraction(0), "overdue": Fraction(0), "grace": Fraction(0)}
    for since, day in pairwise(days):
        for part in stretches(terms, told, day):
            earning = (part.until - max(part.since, since)).days
            exact[part.kind] += max(0, earning) * part.balance * Fraction(part.rate) / 365

    interest = interest_to(terms, told, days[-1])
    assert {kind: getattr(interest, kind) for kind in exact} == {
        kind: half_up(sum_) for kind, sum_ in exact.items()
    }


@given(loans(), st.lists(st.integers(0, 3000), min_size=2))
def test_interest_never_falls(loan: Loan, steps: list[int]) -> None:
    terms, history = loan
    told = changes(booked(terms, *history))

    found = [
        interest_to(terms, told, history[0].value_date + timedelta(step)) for step in sorted(steps)
    ]

    for kind in ("in_term", "overdue", "grace"):
        amounts = [getattr(interest, kind) for interest in found]
        assert amounts == sorted(amounts)


@given(loans(), st.integers(0, 2**32))
def test_the_order_in_which_changes_are_told_does_not_matter(loan: Loan, seed: int) -> None:
    terms, history = loan
    told = changes(booked(terms, *history))
    day = history[-1].value_date + timedelta(500)

    shuffled = Random(seed).sample(told, len(told))

    assert interest_to(terms, shuffled, day) == interest_to(terms, told, day)


@given(loans())
def test_nothing_is_earned_up_to_the_first_draw(loan: Loan) -> None:
    terms, history = loan

    assert earned(terms, booked(terms, *history), history[0].value_date).sum == 0


@given(loans(), st.integers(1, 3000))
def test_a_wholly_frozen_loan_earns_nothing(loan: Loan, days: int) -> None:
    terms, history = loan
    day = history[-1].value_date + timedelta(1)
    owing = balances_on(booked(terms, *history), day)
    amount = owing[Account.IN_TERM] + owing[Account.OVERDUE]
    freeze = [an_event("freeze", day, amount)] if amount else []

    entries = booked(terms, *history, *freeze)

    assert earned(terms, entries, day + timedelta(days)) == earned(terms, entries, day)
