"""The principal plan: due dates, divisions, and what draws, re-bookings and extensions change."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.engine.days import EARLIEST, LATEST, months_after
from creditdesk.engine.schedule import (
    OutsideCalendar,
    Plan,
    contract_dates,
    divide,
    due_dates,
    rhythm,
)
from tests.engine.builders import a_bullet, a_contract

LADDER = (100_000, 1_000, 1)
FIRST, SECOND, LAST = date(2027, 3, 2), date(2028, 3, 2), date(2029, 3, 2)


# Dates


def test_the_dates_of_a_contract_run_from_the_first_to_the_end() -> None:
    assert contract_dates(a_contract()) == (FIRST, SECOND, LAST)


def test_without_a_first_date_there_is_one_instalment_at_the_end() -> None:
    assert contract_dates(a_bullet(LAST)) == (LAST,)


def test_a_31st_is_clamped_and_comes_back() -> None:
    dates = due_dates(date(2027, 12, 31), 1, date(2028, 5, 15))

    assert dates == (
        date(2027, 12, 31),
        date(2028, 1, 31),
        date(2028, 2, 29),
        date(2028, 3, 31),
        date(2028, 4, 30),
        date(2028, 5, 15),
    )


def test_the_last_period_may_be_short_or_of_the_same_month() -> None:
    assert due_dates(FIRST, 12, date(2028, 3, 1)) == (FIRST, date(2028, 3, 1))
    assert due_dates(FIRST, 12, SECOND) == (FIRST, SECOND)
    assert due_dates(FIRST, 12, date(2028, 3, 3)) == (FIRST, SECOND, date(2028, 3, 3))


@pytest.mark.parametrize("end", [FIRST, date(2027, 3, 1), date(2026, 12, 31), date(2025, 1, 1)])
def test_a_first_date_not_before_the_end_leaves_the_end(end: date) -> None:
    assert due_dates(FIRST, 12, end) == (end,)
    assert due_dates(FIRST, 12, end, skipped=1) == (end,)


def test_dates_counted_from_the_draw_begin_one_step_after_it() -> None:
    assert due_dates(date(2026, 8, 31), 6, date(2027, 10, 1), skipped=1) == (
        date(2027, 2, 28),
        date(2027, 8, 31),
        date(2027, 10, 1),
    )


@pytest.mark.parametrize(
    ("anchor", "dates"), [(date(1989, 12, 31), 1), (date(2100, 12, 1), 2), (LATEST, 1200)]
)
def test_a_rhythm_stays_within_the_calendar(anchor: date, dates: int) -> None:
    with pytest.raises(OutsideCalendar) as refusal:
        rhythm(anchor, 1, 0, dates)

    assert refusal.value.facts == {"instalments": dates, "every_months": 1, "latest": LATEST}


def test_a_rhythm_may_fill_the_calendar() -> None:
    dates = rhythm(date(1990, 1, 31), 1, 0, 1332)

    assert (dates[0], dates[1], dates[-1]) == (date(1990, 1, 31), date(1990, 2, 28), LATEST)


@given(st.dates(EARLIEST, date(2060, 12, 31)), st.integers(1, 24), st.integers(0, 14_000))
def test_due_dates_are_months_after_the_first_until_the_end(
    first: date, every_months: int, span: int
) -> None:
    end = date.fromordinal(first.toordinal() + span)

    dates = due_dates(first, every_months, end)

    assert dates[-1] == end
    assert all(before < after for before, after in pairwise(dates))
    assert dates[:-1] == tuple(
        months_after(first, every_months * number) for number in range(len(dates) - 1)
    )
    assert months_after(first, every_months * (len(dates) - 1)) >= end


# Divisions


@pytest.mark.parametrize(
    ("amount", "parts", "shares"),
    [
        (50_000_000, 3, [16_600_000, 16_600_000, 16_800_000]),
        (1_000_000, 3, [300_000, 300_000, 400_000]),
        (299_999, 3, [99_000, 99_000, 101_999]),
        (300_000, 3, [100_000, 100_000, 100_000]),
        (2_999, 3, [999, 999, 1_001]),
        (2, 3, [0, 0, 2]),
        (0, 3, [0, 0, 0]),
        (12_345_678, 1, [12_345_678]),
    ],
)
def test_shares_are_rounded_down_and_the_last_takes_the_rest(
    amount: int, parts: int, shares: list[int]
) -> None:
    assert divide(amount, parts, LADDER) == shares


def test_a_policy_may_round_otherwise() -> None:
    assert divide(50_000_000, 3, (1,)) == [16_666_666, 16_666_666, 16_666_668]
    assert divide(1_000_000, 3, (500_000,)) == [0, 0, 1_000_000]


@given(st.integers(0, 10**12), st.integers(1, 200))
def test_shares_make_up_the_whole(amount: int, parts: int) -> None:
    shares = divide(amount, parts, LADDER)

    assert sum(shares) == amount
    assert len(shares) == parts
    assert len(set(shares[:-1])) <= 1
    assert 0 <= shares[0] <= shares[-1]


# The plan of a loan


def test_draws_up_to_the_first_due_date_share_one_division() -> None:
    plan = Plan(a_contract())

    plan.lend(date(2026, 3, 2), 10_000_000)
    changes = plan.lend(FIRST, 10_000_000)

    assert plan.amounts == [6_600_000, 6_600_000, 6_800_000]
    assert changes == ((FIRST, 3_300_000), (SECOND, 3_300_000), (LAST, 3_400_000))


def test_a_later_draw_lies_on_the_dates_after_it() -> None:
    plan = Plan(a_contract())
    plan.lend(date(2026, 3, 2), 30_000_000)

    changes = plan.lend(date(2027, 3, 3), 5_000_000)

    assert changes == ((SECOND, 2_500_000), (LAST, 2_500_000))
    assert plan.amounts == [10_000_000, 12_500_000, 12_500_000]


def test_a_draw_on_a_later_due_date_is_due_after_it() -> None:
    plan = Plan(a_contract())

    assert plan.lend(SECOND, 5_000_000) == ((LAST, 5_000_000),)


@pytest.mark.parametrize("day", [LAST, date(2031, 1, 1)])
def test_a_draw_after_all_dates_lies_on_the_last(day: date) -> None:
    plan = Plan(a_contract())

    assert plan.lend(day, 5_000_000) == ((LAST, 5_000_000),)


def test_a_draw_wholly_re_booked_leaves_nothing() -> None:
    plan = Plan(a_contract())

    plan.lend(date(2026, 3, 2), 10_000_000)
    plan.lend(date(2026, 3, 3), -10_000_000)

    assert plan.amounts == [0, 0, 0]


def test_a_later_re_booking_undoes_a_later_draw() -> None:
    plan = Plan(a_contract())
    plan.lend(date(2026, 3, 2), 10_000_000)
    before = plan.amounts

    plan.lend(date(2027, 3, 3), 7_777_777)
    plan.lend(date(2028, 3, 2), -7_777_777)

    assert plan.amounts[0] == before[0]
    assert sum(plan.amounts) == sum(before)
    assert min(plan.amounts) >= 0


def test_a_re_booking_leaves_no_instalment_below_nothing() -> None:
    plan = Plan(a_contract())
    plan.lend(date(2026, 3, 2), 500_000)

    changes = plan.lend(date(2027, 3, 3), -400_000)

    assert changes == ((SECOND, -100_000), (LAST, -300_000))
    assert plan.amounts == [100_000, 0, 0]


def test_what_later_instalments_do_not_hold_is_taken_from_earlier_ones() -> None:
    plan = Plan(a_contract())
    plan.lend(date(2026, 3, 2), 30_000_000)

    changes = plan.lend(date(2028, 3, 3), -25_000_000)

    assert changes == ((FIRST, -5_000_000), (SECOND, -10_000_000), (LAST, -10_000_000))


def test_an_extension_moves_the_last_instalment() -> None:
    plan = Plan(a_contract())
    plan.lend(date(2026, 3, 2), 30_000_000)

    changes = plan.move({LAST: date(2030, 3, 2)})

    assert changes == ((LAST, -10_000_000), (date(2030, 3, 2), 10_000_000))
    assert plan.dates == [FIRST, SECOND, date(2030, 3, 2)]


def test_an_extension_of_nothing_moves_the_date_alone() -> None:
    plan = Plan(a_bullet(LAST))

    assert plan.move({LAST: date(2030, 3, 2)}) == ()
    assert plan.lend(LAST, 5_000_000) == ((date(2030, 3, 2), 5_000_000),)


def test_after_an_extension_an_early_re_booking_may_undo_a_late_draw() -> None:
    plan = Plan(a_bullet(FIRST))
    plan.lend(date(2026, 3, 2), 10_000_000)
    plan.lend(SECOND, 5_000_000)
    plan.move({FIRST: LAST})

    changes = plan.lend(date(2028, 3, 3), -12_000_000)

    assert changes == ((LAST, -12_000_000),)
    assert plan.amounts == [3_000_000]


@given(st.lists(st.tuples(st.integers(0, 1500), st.integers(1, 10**8), st.booleans())))
def test_a_plan_holds_what_was_lent_and_no_instalment_below_nothing(
    steps: list[tuple[int, int, bool]],
) -> None:
    plan = Plan(a_contract())
    told: dict[date, int] = {}
    lent = 0

    for gap, wanted, back in sorted(steps):
        amount = -min(wanted, lent) if back else wanted
        if amount:
            changes = plan.lend(date.fromordinal(date(2026, 3, 2).toordinal() + gap), amount)
            lent += amount
            for due_on, change in changes:
                told[due_on] = told.get(due_on, 0) + change

        assert sum(plan.amounts) == lent
        assert min(plan.amounts) >= 0
        assert [told.get(due_on, 0) for due_on in plan.dates] == plan.amounts
