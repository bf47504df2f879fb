"""Closing days and months: once each, missed days in one pass, never what is not over."""

from datetime import date

import pytest
import sqlalchemy as sa

from creditdesk import closing, records, standings
from creditdesk.engine.journal import Event, Kind
from tests.builders import a_deed, a_loan, enter

TODAY = date(2026, 11, 22)
MOMENT = "2026-11-22T16:00:00+00:00"


def close_day(tx, day, today=TODAY):
    return closing.close_day(tx, day=day, today=today, moment=MOMENT)


def close_month(tx, month, today=TODAY):
    return closing.close_month(tx, month=month, today=today, moment=MOMENT)


def kept(tx, table):
    return tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def test_a_day_is_closed_once(database):
    with database.begin() as tx:
        a_loan(tx)

        first = close_day(tx, date(2026, 11, 20))
        again = close_day(tx, date(2026, 11, 20))

        assert (first.new, again.new) == (True, False)
        assert (again.since, again.until, again.figures) == (
            first.since,
            first.until,
            first.figures,
        )
        assert kept(tx, records.kept.closed_day) == 1
    assert first.figures["outstanding"] == 50_000_000


def test_missed_days_are_closed_in_one_pass(database):
    with database.begin() as tx:
        close_day(tx, date(2026, 11, 1))

        done = close_day(tx, date(2026, 11, 20))
        covered = close_day(tx, date(2026, 11, 10))

        assert (done.since, done.until) == (date(2026, 11, 2), date(2026, 11, 20))
        assert (covered.new, covered.name) == (False, "2026-11-20")
        assert records.kept.today(tx) == date(2026, 11, 21)


def test_a_day_before_the_first_closing_is_closed_alone(database):
    with database.begin() as tx:
        close_day(tx, date(2026, 11, 20))

        early = close_day(tx, date(2026, 11, 1))

        assert (early.new, early.since, early.until) == (True, early.until, date(2026, 11, 1))
        assert records.kept.today(tx) == date(2026, 11, 21)


def test_a_day_in_the_future_is_not_closed(database):
    with database.begin() as tx, pytest.raises(closing.DayNotOver):
        close_day(tx, date(2026, 11, 23))


def test_closing_a_day_brings_kept_images_up(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        close_month(tx, "2025-06")
        closing.open_month(tx, month="2025-06", deed=a_deed(ground="sót"))
        enter(tx, loan_no, Event(date(2025, 6, 1), Kind.PRINCIPAL, 5, None, "TG1"))

        close_day(tx, date(2026, 11, 20))

        (image,) = records.kept.image_days(tx, "44")
        assert image.last_entry == records.ledger.last_entry(tx)
        assert standings.image(tx, "44", image.day).outstanding.tolist() == [49_999_995]


def test_a_month_is_closed_once_with_an_image_of_its_last_day(database):
    with database.begin() as tx:
        a_loan(tx)

        first = close_month(tx, "2026-10")
        again = close_month(tx, "2026-10")

        assert (first.new, again.new) == (True, False)
        assert first.figures == again.figures
        assert (first.since, first.until) == (date(2026, 10, 1), date(2026, 10, 31))
        assert [row.day for row in records.kept.image_days(tx, "44")] == [date(2026, 10, 31)]


@pytest.mark.parametrize("today", [date(2026, 10, 31), date(2026, 10, 1)])
def test_a_month_that_is_not_over_is_not_closed(database, today):
    with database.begin() as tx, pytest.raises(closing.MonthNotOver):
        close_month(tx, "2026-10", today)


@pytest.mark.parametrize("month", ["2026-13", "2026", "10-2026", "2026-1", ""])
def test_a_month_is_written_with_its_year(month):
    with pytest.raises(closing.NotAMonth):
        closing.span_of(month)
