"""Due dates of a quotation: what the terms of a contract describe, and what they leave unclear."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.engine.days import EARLIEST, LATEST, months_after
from creditdesk.engine.quotation import CountNotPositive, TermUnclear, due_dates
from creditdesk.engine.schedule import OutsideCalendar

DRAW = date(2026, 1, 10)


def test_contract_dates_run_from_the_first_and_end_at_the_end() -> None:
    dates = due_dates(
        date(2025, 8, 5),
        first_principal_on=date(2026, 1, 31),
        every_months=1,
        due_on=date(2026, 5, 15),
    )

    assert dates == (
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2026, 5, 15),
    )


def test_a_date_that_falls_on_the_end_is_not_doubled() -> None:
    dates = due_dates(
        DRAW, first_principal_on=date(2027, 1, 10), every_months=12, due_on=date(2028, 1, 10)
    )

    assert dates == (date(2027, 1, 10), date(2028, 1, 10))


@pytest.mark.parametrize("every_months", [None, 6])
def test_a_first_date_not_before_the_end_leaves_the_end(every_months: int | None) -> None:
    end = date(2027, 1, 10)

    assert due_dates(DRAW, first_principal_on=end, every_months=every_months, due_on=end) == (end,)


def test_an_end_alone_is_one_instalment() -> None:
    assert due_dates(DRAW, due_on=date(2031, 1, 10)) == (date(2031, 1, 10),)
    assert due_dates(date(2026, 1, 31), months=13) == (date(2027, 2, 28),)


def test_a_term_with_an_interval_is_counted_from_the_draw() -> None:
    dates = due_dates(date(2025, 8, 31), months=18, every_months=6)

    assert dates == (date(2026, 2, 28), date(2026, 8, 31), date(2027, 2, 28))


def test_counted_instalments_come_back_to_the_31st_after_february() -> None:
    dates = due_dates(date(2028, 1, 31), every_months=1, instalments=3)

    assert dates == (date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 30))


def test_counted_instalments_may_start_at_a_first_date() -> None:
    dates = due_dates(DRAW, first_principal_on=date(2026, 12, 31), every_months=2, instalments=3)

    assert dates == (date(2026, 12, 31), date(2027, 2, 28), date(2027, 4, 30))


def test_terms_that_say_the_same_twice_agree() -> None:
    dates = due_dates(DRAW, months=24, due_on=date(2028, 1, 10), every_months=12, instalments=2)

    assert dates == (date(2027, 1, 10), date(2028, 1, 10))


@pytest.mark.parametrize(
    ("terms", "facts"),
    [
        ({}, {"missing": "due_on"}),
        ({"every_months": 1}, {"missing": "due_on"}),
        ({"instalments": 3}, {"missing": "due_on"}),
        (
            {"first_principal_on": date(2026, 7, 1), "due_on": date(2027, 1, 1)},
            {"missing": "every_months"},
        ),
        (
            {"months": 12, "due_on": date(2027, 1, 11)},
            {"months": 12, "due_on": date(2027, 1, 11)},
        ),
        ({"months": 12, "instalments": 12}, {"instalments": 12, "dates": 1}),
    ],
)
def test_unclear_terms_are_malformed(terms: dict[str, Any], facts: dict[str, Any]) -> None:
    with pytest.raises(TermUnclear) as refusal:
        due_dates(DRAW, **terms)

    assert refusal.value.code == "term-unclear"
    assert refusal.value.facts == facts


@pytest.mark.parametrize("name", ["months", "every_months", "instalments"])
@pytest.mark.parametrize("value", [0, -1])
def test_a_count_below_one_is_refused(name: str, value: int) -> None:
    terms: dict[str, Any] = {name: value}

    with pytest.raises(CountNotPositive) as refusal:
        due_dates(DRAW, **terms)

    assert refusal.value.facts == {"name": name, "value": value}


@pytest.mark.parametrize(
    "terms",
    [
        {"months": 10**9},
        {"months": 900},
        {"every_months": 1333, "instalments": 1},
        {"every_months": 12, "instalments": 75},
        {"due_on": LATEST + timedelta(1)},
    ],
)
def test_a_term_beyond_the_calendar_is_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(OutsideCalendar) as refusal:
        due_dates(DRAW, **terms)

    assert refusal.value.facts["latest"] == LATEST


def test_instalments_before_the_calendar_are_refused() -> None:
    with pytest.raises(OutsideCalendar):
        due_dates(date(1985, 1, 1), every_months=1, instalments=12)


def test_the_calendar_reaches_to_its_last_month() -> None:
    assert due_dates(DRAW, every_months=12, instalments=74)[-1] == date(2100, 1, 10)


@given(
    st.dates(EARLIEST, date(2060, 12, 31)), st.integers(1, 12), st.integers(1, 40), st.booleans()
)
def test_counted_dates_are_months_after_their_anchor(
    anchor: date, every_months: int, instalments: int, is_first: bool
) -> None:
    dates = due_dates(
        anchor,
        first_principal_on=anchor if is_first else None,
        every_months=every_months,
        instalments=instalments,
    )

    steps = range(instalments) if is_first else range(1, instalments + 1)
    assert dates == tuple(months_after(anchor, every_months * step) for step in steps)
