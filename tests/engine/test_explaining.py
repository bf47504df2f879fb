"""Why a standing says what it says: exact stretches, collections, instalments, the rule."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.engine.accrual import YEAR
from creditdesk.engine.ageing import stand, to_transfer
from creditdesk.engine.days import next_session
from creditdesk.engine.explaining import (
    UNIT,
    collections,
    earnings,
    interest_of,
    plan_lines,
    transfer,
)
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.terms import LoanTerms
from tests.engine.builders import RULE, a_bullet, a_contract, a_rate, an_event, booked
from tests.engine.histories import loans

Loan = tuple[LoanTerms, list[Event]]
KINDS = ("in_term", "overdue", "grace")
ORDER = ("overdue", "in_term", "grace")
DRAWN = date(2026, 3, 2)
DAYS = st.integers(-5, 2500)


def day_of(history: list[Event], later: int) -> date:
    return history[0].value_date + timedelta(later)


@given(loans(), DAYS)
def test_stretches_add_up_exactly_and_are_rounded_once(loan: Loan, later: int) -> None:
    terms, history = loan
    entries, day = booked(terms, *history), day_of(history, later)

    found = earnings(terms, entries, day)

    earned = stand(terms, entries, day).interest_earned
    for kind in KINDS:
        exact = sum(
            (
                Fraction(one.stretch.balance)
                * one.stretch.days
                * Fraction(one.stretch.rate)
                / YEAR
                for one in found
                if one.stretch.kind == kind
            ),
            Fraction(0),
        )
        numerators = sum(one.numerator for one in found if one.stretch.kind == kind)
        assert exact == Fraction(numerators, UNIT)
        assert getattr(earned, kind) == interest_of(found, kind, day)
        assert -Fraction(1, 2) <= earned.__getattribute__(kind) - exact <= Fraction(1, 2)


@given(loans(), DAYS)
def test_stretches_are_as_long_as_nothing_changes(loan: Loan, later: int) -> None:
    terms, history = loan
    found = earnings(terms, booked(terms, *history), day_of(history, later))

    for kind in KINDS:
        mine = [one for one in found if one.stretch.kind == kind]
        for before, after in pairwise(mine):
            assert before.stretch.until <= after.stretch.since
            if before.stretch.until == after.stretch.since:
                same = before.stretch[3:] == after.stretch[3:] and before.rate_by == after.rate_by
                assert not same


@given(loans(), DAYS)
def test_a_decided_rate_is_that_of_its_decision(loan: Loan, later: int) -> None:
    terms, history = loan
    by_receipt = {event.receipt_no: event for event in history}

    for one in earnings(terms, booked(terms, *history), day_of(history, later)):
        if one.rate_by:
            event = by_receipt[one.rate_by]
            rate = event.overdue_rate_e8 if one.stretch.kind == "overdue" else event.rate_e8
            assert one.stretch.rate == Decimal(rate).scaleb(-8)


@given(loans(), DAYS)
def test_collections_pay_no_more_than_was_earned_and_leave_nothing_over(
    loan: Loan, later: int
) -> None:
    terms, history = loan
    entries, day = booked(terms, *history), day_of(history, later)
    one = stand(terms, entries, day)

    found = collections(earnings(terms, entries, day), entries, ORDER, day)

    assert sum(row.amount for row in found) == one.interest_collected
    owed = {
        kind: getattr(one.interest_earned, kind) - sum(getattr(row, kind) for row in found)
        for kind in KINDS
    }
    ahead = sum(row.ahead for row in found)
    assert min(owed.values()) >= 0
    assert min([row.ahead for row in found], default=0) >= 0
    assert not (ahead and any(owed.values()))
    assert sum(owed.values()) - ahead == one.interest_unpaid


@given(loans(), DAYS)
def test_the_plans_lines_add_up_to_the_standing(loan: Loan, later: int) -> None:
    terms, history = loan
    entries, day = booked(terms, *history), day_of(history, later)
    one = stand(terms, entries, day)

    lines = plan_lines(entries, one)

    assert sum(line.late for line in lines) == one.late_principal
    assert [line.due_on for line in lines if line.late][:1] == (
        [one.oldest_late_due_on] if one.oldest_late_due_on else []
    )
    for line in lines:
        assert sum(amount for _, amount in line.origins) == line.principal
    assert [line.no for line in lines] == list(range(1, len(lines) + 1))
    if lines:
        assert lines[-1].due_so_far == sum(line.principal for line in lines)


@given(loans(), DAYS)
def test_the_rule_moves_something_exactly_where_it_says_so(loan: Loan, later: int) -> None:
    terms, history = loan
    entries, day = booked(terms, *history), day_of(history, later)
    until = [entry for entry in entries if entry.event.value_date <= day]

    found = transfer(terms, entries, RULE, day)

    assert found.session == next_session(terms.session_day, day)
    assert found.amount == to_transfer(terms, until, RULE, found.session)
    assert bool(found.amount) == (found.why in {"final-due-passed", "instalment-late"})
    assert found.missed == to_transfer(terms, until, RULE, day)


def drawn(terms: LoanTerms, *more: Event) -> list:
    return booked(terms, an_event("draw", DRAWN, 30_000_000), *more)


PAID = an_event("principal", date(2026, 5, 1), 30_000_000)
CASES = [
    ("nothing-owed", a_contract(), [PAID], date(2026, 6, 1)),
    ("not-late", a_contract(), [], date(2026, 6, 1)),
    ("instalment-late", a_contract(), [], date(2027, 3, 2)),
    ("instalment-not-moved", a_contract(trustee="99"), [], date(2027, 3, 2)),
    ("final-due-passed", a_bullet(date(2027, 3, 2), trustee="99"), [], date(2027, 3, 6)),
    (
        "moved-before",
        a_bullet(date(2027, 3, 2)),
        [an_event("overdue", date(2027, 3, 7), 30_000_000)],
        date(2027, 3, 7),
    ),
]


@pytest.mark.parametrize(("why", "terms", "more", "day"), CASES, ids=[case[0] for case in CASES])
def test_the_rule_says_why(why: str, terms: LoanTerms, more: list[Event], day: date) -> None:
    assert transfer(terms, drawn(terms, *more), RULE, day).why == why


# The sums of Circular 14/2017/TT-NHNN worked by hand: dong, % a year, days, interest.
BY_HAND = [
    (50_000_000, "0.066", 31, 280_274),
    (50_000_000, "0.066", 28, 253_151),
    (25_000_000, "0.09", 30, 184_932),
    (100_000_000, "0.0792", 31, 672_658),
    (200_000_000, "0.08382", 30, 1_377_863),
]


@pytest.mark.parametrize(("amount", "rate", "days", "interest"), BY_HAND)
def test_a_stretch_says_the_sum_worked_by_hand(
    amount: int, rate: str, days: int, interest: int
) -> None:
    terms = a_contract(rates=(a_rate(rate),))
    entries = booked(terms, an_event("draw", DRAWN, amount))

    (one,) = earnings(terms, entries, DRAWN + timedelta(days))

    assert (one.stretch.balance, one.stretch.days, one.stretch.rate) == (
        amount,
        days,
        Decimal(rate),
    )
    assert one.numerator == amount * days * int(Decimal(rate) * 10**8)
    assert interest_of([one], "in_term", date.max) == interest


def test_overdue_interest_says_the_sum_worked_by_hand() -> None:
    terms = a_bullet(date(2026, 9, 2))
    session = date(2026, 9, 7)
    moved = an_event("overdue", session, 10_000_000)
    entries = booked(terms, an_event("draw", DRAWN, 10_000_000), moved)

    found = earnings(terms, entries, session + timedelta(17))

    assert [(one.stretch.kind, one.began) for one in found] == [
        ("in_term", (f"draw of {DRAWN}",)),
        ("overdue", (moved.receipt_no,)),
    ]
    assert interest_of(found, "overdue", date.max) == 39_962


def test_a_grace_that_ends_begins_a_stretch_by_itself() -> None:
    terms = a_contract(grace_until=date(2026, 6, 2))

    found = earnings(terms, drawn(terms), date(2026, 7, 2))

    assert [(one.stretch.kind, one.began) for one in found] == [
        ("grace", (f"draw of {DRAWN}",)),
        ("in_term", ()),
    ]


def test_a_receipt_of_interest_divides_no_stretch() -> None:
    terms = a_contract()
    paid = an_event("interest", date(2026, 4, 2), 100_000)

    assert len(earnings(terms, drawn(terms, paid), date(2026, 5, 2))) == 1


def test_a_decided_rate_names_its_decision() -> None:
    terms = a_contract()
    rate = Event(date(2026, 6, 2), Kind.RATE, 0, None, "QĐ1", None, 5_400_000, 7_020_000)

    found = earnings(terms, drawn(terms, rate), date(2026, 7, 2))

    assert [(one.rate_by, one.began) for one in found] == [
        ("", (f"draw of {DRAWN}",)),
        ("QĐ1", ("QĐ1",)),
    ]


def test_interest_collected_pays_overdue_interest_first() -> None:
    terms = a_bullet(date(2026, 9, 2))
    moved = an_event("overdue", date(2026, 9, 7), 10_000_000)
    paid = an_event("interest", date(2026, 9, 24), 40_000)
    entries = drawn(terms, moved, paid)

    (row,) = collections(
        earnings(terms, entries, date(2026, 9, 30)), entries, ORDER, date(2026, 9, 30)
    )

    assert (row.overdue, row.in_term, row.grace, row.ahead) == (39_962, 38, 0, 0)


def test_interest_collected_ahead_pays_what_is_earned_next() -> None:
    terms = a_contract()
    early = an_event("interest", DRAWN, 100_000)
    next_ = an_event("interest", date(2026, 4, 2), 100_000)
    entries = drawn(terms, early, next_)
    day = date(2026, 4, 2)

    first, second = collections(earnings(terms, entries, day), entries, ORDER, day)

    # 30,000,000 x 31 x 6.6 % / 365 = 168,164
    assert (first.in_term, first.ahead) == (100_000, 0)
    assert (second.in_term, second.ahead) == (68_164, 31_836)
