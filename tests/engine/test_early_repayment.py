"""Early repayment by each policy: what it pays, and that nothing falls due or late by it."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.engine.ageing import look, plan_on, stand, total_of
from creditdesk.engine.allocation import Orders
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.replay import Booked, replay
from creditdesk.engine.schedule import Plan
from creditdesk.engine.terms import LoanTerms
from tests.engine.builders import a_bullet, a_contract, an_event, booked
from tests.engine.histories import loans

START = date(2026, 3, 2)
EARLY = date(2026, 6, 1)
FIRST, SECOND, LAST = date(2027, 3, 2), date(2028, 3, 2), date(2029, 3, 2)
DAY = timedelta(1)
MILLION = 1_000_000
TERMS = a_contract()
LENT = an_event("draw", START, 30 * MILLION)
HOW = ("next", "last", "even")
Loan = tuple[LoanTerms, list[Event]]


def plan_after(*events: Event, how: str, terms: LoanTerms = TERMS) -> dict[date, int | Decimal]:
    """Return the plan that a draw of 30 million and some events leave, in millions."""
    entries = booked(terms, LENT, *events, orders=Orders(prepaid=how))
    return {due: Decimal(amount) / MILLION for due, amount in plan_on(entries, date.max).items()}


def paid(day: date, amount: int) -> Event:
    return an_event("principal", day, amount * MILLION)


@pytest.mark.parametrize(
    ("how", "plan", "next_due"),
    [
        ("next", {FIRST: 10, SECOND: 10, LAST: 10}, (SECOND, 5)),
        ("last", {EARLY: 15, FIRST: 10, SECOND: 5}, (FIRST, 10)),
        ("even", {EARLY: 15, FIRST: 5, SECOND: 5, LAST: 5}, (FIRST, 5)),
    ],
)
def test_fifteen_of_thirty_million_repaid_early(
    how: str, plan: dict[date, int], next_due: tuple[date, int]
) -> None:
    entries = booked(TERMS, LENT, paid(EARLY, 15), orders=Orders(prepaid=how))
    now = stand(TERMS, entries, date(2026, 6, 2))

    assert plan_after(paid(EARLY, 15), how=how) == plan
    assert (now.next_due_on, now.next_due_principal) == (next_due[0], next_due[1] * MILLION)
    assert stand(TERMS, entries, FIRST).late_principal == 0


@pytest.mark.parametrize(
    ("how", "plan"),
    [
        ("last", {FIRST: 10, date(2027, 3, 5): 4, SECOND: 10, LAST: 6}),
        ("even", {FIRST: 10, date(2027, 3, 5): 4, SECOND: 8, LAST: 8}),
    ],
)
def test_what_is_due_is_paid_before_what_is_not(how: str, plan: dict[date, int]) -> None:
    assert plan_after(paid(date(2027, 3, 5), 14), how=how) == plan
    assert plan_after(paid(FIRST, 4), paid(FIRST + DAY, 6), how=how) == {
        FIRST: 10,
        SECOND: 10,
        LAST: 10,
    }


def test_early_repayments_add_up() -> None:
    twice = (paid(EARLY, 4), paid(date(2026, 7, 1), 7))

    assert plan_after(*twice, how="last") == {
        EARLY: 4,
        date(2026, 7, 1): 7,
        FIRST: 10,
        SECOND: 9,
    }
    # 4 in three: 1.3 each, the last the rest; 7 likewise: 2.3 each and 2.4.
    assert plan_after(*twice, how="even") == {
        EARLY: 4,
        date(2026, 7, 1): 7,
        FIRST: Decimal("6.4"),
        SECOND: Decimal("6.4"),
        LAST: Decimal("6.2"),
    }


@pytest.mark.parametrize("how", HOW)
def test_a_full_early_repayment_leaves_nothing_ahead(how: str) -> None:
    entries = booked(TERMS, LENT, paid(EARLY, 12), paid(FIRST, 18), orders=Orders(prepaid=how))

    for day in (FIRST, SECOND, LAST, LAST + DAY):
        now = stand(TERMS, entries, day)
        assert (now.status, now.late_principal) == ("closed", 0)
        assert (now.next_due_on, now.next_due_principal) == (None, 0)
    if how != "next":
        assert max(plan_on(entries, LAST)) == FIRST


def test_a_repayment_of_the_day_counts_before_a_decision_of_the_day() -> None:
    moved = an_event("redate", EARLY, 0, SECOND, of=FIRST)

    assert plan_after(moved, paid(EARLY, 15), how="last") == {EARLY: 15, SECOND: 15}


def test_a_late_draw_after_an_early_repayment_makes_no_instalment_negative() -> None:
    # 599,997 in three is 100,000 twice and 399,997; three more make it 200,000 each.
    plan = Plan(TERMS)
    plan.lend(START, 599_997)
    plan.prepay(START, 399_997, "last")

    changes = plan.lend(EARLY, 3)

    assert changes == ((FIRST, 100_000), (SECOND, -99_997))
    assert plan.amounts == [200_000, 3, 0]


def test_a_re_booking_after_an_early_repayment_makes_no_instalment_negative() -> None:
    plan = Plan(TERMS)
    plan.lend(START, 30 * MILLION)
    plan.prepay(START, 15 * MILLION, "last")

    changes = plan.lend(EARLY, -12 * MILLION)

    assert changes == ((FIRST, -7 * MILLION), (SECOND, -5 * MILLION))
    assert plan.amounts == [3 * MILLION, 0, 0]


def test_after_an_early_repayment_a_bullet_is_still_re_booked_and_extended() -> None:
    events = [paid(EARLY, 10), an_event("rebook", date(2026, 7, 1), 5 * MILLION)]
    longer = an_event("extend", FIRST, 0, SECOND)

    assert plan_after(*events, longer, terms=a_bullet(FIRST), how="last") == {
        EARLY: 10,
        SECOND: 15,
    }


@given(loans(most=25), st.sampled_from(HOW))
def test_a_plan_adds_up_to_what_was_lent_whatever_was_decided(loan: Loan, how: str) -> None:
    terms, history = loan
    entries = booked(terms, *history, orders=Orders(prepaid=how))

    for count, entry in enumerate(entries, start=1):
        plan = plan_on(entries[:count], date.max)
        lent = sum(
            sign * total_of(entries[:count], kind, date.max)
            for kind, sign in ((Kind.DRAW, 1), (Kind.REBOOK, -1))
        )
        assert sum(plan.values()) == lent
        assert min(plan.values(), default=1) > 0
        days = [day for day, _ in entry.plan]
        assert all(one < other for one, other in pairwise(days))


@given(loans(most=25), st.sampled_from(HOW))
def test_nothing_becomes_late_by_an_early_repayment(loan: Loan, how: str) -> None:
    terms, history = loan
    entries = booked(terms, *history, orders=Orders(prepaid=how))

    for count, entry in enumerate(entries):
        if entry.event.kind is Kind.PRINCIPAL and entry.plan:
            before, after = entries[:count], entries[: count + 1]
            assert _late(after, entry.event.value_date + DAY) == 0
            assert _ahead(before, entry) - _ahead(after, entry) == entry.plan[0][1]


def _late(entries: list[Booked], day: date) -> int:
    repaid = total_of(entries, Kind.PRINCIPAL, date.max)
    return look(plan_on(entries, date.max), repaid, 10**15, day).principal


def _ahead(entries: list[Booked], paid: Booked) -> int:
    plan = plan_on(entries, date.max)
    return sum(amount for due, amount in plan.items() if due > paid.event.value_date)


@given(loans(most=25))
def test_the_order_of_telling_decides_nothing(loan: Loan) -> None:
    terms, history = loan

    for how in HOW:
        orders = Orders(prepaid=how)
        assert replay(terms, reversed(history), orders) == replay(terms, history, orders)
