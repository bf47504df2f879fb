"""Days: how they are read and written, months ahead, month ends and commune sessions."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.engine import days
from creditdesk.engine.days import EARLIEST, LATEST

CALENDAR = st.dates(EARLIEST, LATEST)
INNER = st.dates(date(1995, 1, 1), date(2090, 12, 31))
SESSION_DAYS = st.integers(1, 28)


@pytest.mark.parametrize(
    "text",
    [
        "05/11/2026",
        "5/11/2026",
        "05-11-2026",
        "05.11.2026",
        "2026-11-05",
        "  2026-11-05 ",
        "2026-11-05 00:00",
        "2026-11-05 00:00:00",
        "2026-11-05T00:00:00.000",
    ],
)
def test_a_day_is_read_as_people_and_machines_write_it(text: str) -> None:
    assert days.read(text) == date(2026, 11, 5)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "05/11/26",
        "05112026",
        "2026/11/05",
        "2026-11-5",
        "2026-11-05 12:30:00",
        "31/02/2026",
        "29/02/2027",
        "00/01/2026",
        "2026-13-01",
        "31/12/1989",
        "2101-01-01",
        "０５/１１/２０２６",
        "46331",
        "5 tháng 11 năm 2026",
    ],
)
def test_a_text_that_is_no_day_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="day|month"):
        days.read(text)


def test_the_calendar_includes_its_first_and_last_day() -> None:
    assert (days.read("1990-01-01"), days.read("31/12/2100")) == (EARLIEST, LATEST)


@given(CALENDAR)
def test_what_is_written_is_read_again(day: date) -> None:
    assert days.read(days.written(day)) == day
    assert days.read(day.isoformat()) == day


def test_a_day_is_written_with_two_digits() -> None:
    assert days.written(date(2026, 1, 5)) == "05/01/2026"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 15), 1, date(2026, 2, 15)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2026, 1, 28), 1, date(2026, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 1, 31), -14, date(2024, 11, 30)),
        (date(2026, 1, 31), 0, date(2026, 1, 31)),
    ],
)
def test_months_ahead_keep_the_day_or_end_the_month(
    day: date, months: int, expected: date
) -> None:
    assert days.months_after(day, months) == expected


@given(INNER, st.integers(-60, 60))
def test_months_ahead_lie_in_the_month_they_name(day: date, months: int) -> None:
    later = days.months_after(day, months)

    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and later == days.month_end(later))


@given(INNER)
def test_a_month_ends_the_day_before_the_next_begins(day: date) -> None:
    end = days.month_end(day)

    assert (end.year, end.month) == (day.year, day.month)
    assert (end + timedelta(1)).day == 1
    assert days.next_month_end(day) == days.month_end(end + timedelta(1))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 9, 30), date(2026, 9, 30)),
        (date(2026, 9, 29), date(2026, 8, 31)),
        (date(2026, 1, 1), date(2025, 12, 31)),
        (date(2028, 3, 5), date(2028, 2, 29)),
        (date(2028, 2, 28), date(2028, 1, 31)),
    ],
)
def test_the_previous_month_end_may_be_the_day_itself(day: date, expected: date) -> None:
    assert days.previous_month_end(day) == expected


def test_what_fell_due_on_22_october_meets_the_session_of_7_november() -> None:
    assert days.next_session(7, date(2026, 10, 22)) == date(2026, 11, 7)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (date(2026, 10, 6), date(2026, 10, 7)),
        (date(2026, 10, 7), date(2026, 11, 7)),
        (date(2026, 12, 31), date(2027, 1, 7)),
    ],
)
def test_the_next_session_is_strictly_after(after: date, expected: date) -> None:
    assert days.next_session(7, after) == expected


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (date(2026, 10, 7), date(2026, 10, 7)),
        (date(2026, 10, 31), date(2026, 10, 7)),
        (date(2026, 10, 6), date(2026, 9, 7)),
        (date(2026, 1, 6), date(2025, 12, 7)),
        (date(2026, 3, 31), date(2026, 3, 7)),
    ],
)
def test_the_last_session_may_be_the_day_itself(as_of: date, expected: date) -> None:
    assert days.last_session(7, as_of) == expected


@given(SESSION_DAYS, INNER)
def test_no_session_lies_between_the_last_and_the_next(session_day: int, day: date) -> None:
    last, following = days.last_session(session_day, day), days.next_session(session_day, day)

    assert last <= day < following
    assert last.day == following.day == session_day
    assert days.months_after(last, 1) == following


OFF = {date(2026, 4, 27), date(2026, 4, 30), date(2026, 5, 1)}


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 11, 20), 3, date(2026, 11, 17)),
        (date(2026, 11, 20), 5, date(2026, 11, 13)),
        (date(2026, 11, 22), 1, date(2026, 11, 20)),
        (date(2026, 5, 4), 1, date(2026, 4, 29)),
        (date(2026, 5, 4), 5, date(2026, 4, 22)),
    ],
)
def test_weekends_and_days_off_are_no_working_days(day: date, count: int, expected: date) -> None:
    assert days.working_days_before(day, count, OFF) == expected


@given(CALENDAR.filter(lambda day: day.year > 1990), st.integers(1, 30))
def test_counting_back_ends_on_a_working_day_with_as_many_on_the_way(
    day: date, count: int
) -> None:
    found = days.working_days_before(day, count, OFF)

    passed = [found + timedelta(days=later) for later in range((day - found).days)]
    assert found.weekday() < 5
    assert found not in OFF
    assert sum(one.weekday() < 5 and one not in OFF for one in passed) == count
