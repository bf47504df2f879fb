"""Day counts: how many days a period has, and what share of a year they are."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.engine.day_count import DAY_COUNTS, actual_days, days_of_30, periods
from creditdesk.engine.days import months_after

DAYS = st.dates(date(1995, 1, 1), date(2090, 12, 31))


def share(day_count: str, start: date, end: date) -> Fraction:
    found = periods(day_count, start, (end,))  # type: ignore[arg-type]
    return Fraction(found.parts[0], found.basis)


@pytest.mark.parametrize(
    ("day_count", "expected"),
    [
        ("act/365", Fraction(366, 365)),
        ("act/360", Fraction(366, 360)),
        ("act/act", Fraction(1)),
        ("30/360", Fraction(1)),
    ],
)
def test_a_leap_year_by_each_count(day_count: str, expected: Fraction) -> None:
    assert share(day_count, date(2028, 1, 1), date(2029, 1, 1)) == expected


def test_act_act_splits_a_period_at_the_turn_of_the_year() -> None:
    found = share("act/act", date(2027, 12, 20), date(2028, 1, 20))

    assert found == Fraction(12, 365) + Fraction(19, 366)


def test_act_act_gives_31_december_to_its_own_year() -> None:
    assert share("act/act", date(2027, 12, 31), date(2028, 1, 1)) == Fraction(1, 365)
    assert share("act/act", date(2028, 12, 31), date(2029, 1, 1)) == Fraction(1, 366)


def test_the_day_money_goes_out_counts_and_the_day_it_comes_back_does_not() -> None:
    found = periods("act/365", date(2026, 1, 31), (date(2026, 2, 1), date(2026, 2, 28)))

    assert found == ((1, 27), (1, 27), 365)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2026, 1, 15), date(2026, 2, 15), 30),
        (date(2026, 1, 31), date(2026, 2, 28), 30),
        (date(2026, 2, 28), date(2026, 3, 31), 30),
        (date(2026, 1, 29), date(2026, 2, 28), 30),
        (date(2026, 2, 28), date(2026, 3, 28), 30),
        (date(2028, 1, 31), date(2028, 2, 29), 30),
        (date(2028, 2, 29), date(2028, 3, 31), 30),
        (date(2026, 3, 31), date(2026, 4, 30), 30),
        (date(2026, 4, 30), date(2026, 5, 31), 30),
        (date(2026, 1, 31), date(2027, 1, 31), 360),
        (date(2025, 8, 31), date(2026, 2, 28), 180),
        (date(2026, 1, 15), date(2026, 1, 31), 15),
        (date(2026, 3, 30), date(2026, 3, 31), 0),
        (date(2026, 3, 31), date(2026, 4, 1), 1),
        (date(2026, 2, 20), date(2026, 3, 1), 11),
        (date(2026, 12, 31), date(2027, 1, 5), 5),
    ],
)
def test_every_month_has_30_days(start: date, end: date, days: int) -> None:
    assert days_of_30(start, end) == days
    assert periods("30/360", start, (end,)) == ((days,), (days,), 360)


@given(DAYS, st.integers(1, 36))
def test_periods_of_whole_months_have_30_days_each_wherever_they_start(
    start: date, months: int
) -> None:
    ends = tuple(months_after(start, months * step) for step in range(1, 13))

    found = periods("30/360", start, ends)

    assert set(found.days) == {30 * months}


@given(DAYS, st.integers(1, 800), st.integers(1, 60))
def test_a_later_end_never_has_fewer_days_of_30(start: date, days: int, more: int) -> None:
    end = start + timedelta(days)

    assert 0 <= days_of_30(start, end) <= days_of_30(start, end + timedelta(more))


@given(DAYS, st.lists(st.integers(1, 500), min_size=1, max_size=20))
def test_actual_counts_add_up_over_any_division(start: date, gaps: list[int]) -> None:
    ends = tuple(start + timedelta(sum(gaps[: no + 1])) for no in range(len(gaps)))

    assert actual_days((start, *ends)) == tuple(gaps)
    for day_count in DAY_COUNTS[:3]:
        found = periods(day_count, start, ends)
        whole = periods(day_count, start, ends[-1:])
        assert found.days == tuple(gaps)
        assert (sum(found.parts), found.basis) == (whole.parts[0], whole.basis)


@given(DAYS, st.integers(1, 3000))
def test_act_act_is_one_day_after_another_of_its_own_year(start: date, days: int) -> None:
    walked = [start + timedelta(no) for no in range(days + 1)]

    by_day = sum(
        Fraction(1, (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days)
        for day, _ in pairwise(walked)
    )

    assert share("act/act", start, walked[-1]) == by_day
