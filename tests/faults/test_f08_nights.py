"""Nights missed, nights twice, nights late: one closing says what a punctual twin says."""

from dataclasses import astuple
from datetime import date, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from creditdesk import arrears, closing, months, records, standings, statements
from creditdesk.db import Database
from creditdesk.engine.journal import Kind
from creditdesk.engine.money import Dong
from tests.builders import as_told
from tests.conftest import LONG, TEMPLATE
from tests.faults.book import DEED, KEPT, POLICY, at_once, kept_rows, lend, pay, prove
from tests.keys import KEYS

FIRST = date(2026, 4, 1)
MOMENT = "2026-11-22T00:00:00+00:00"
MISSED = (1, 7, 30, 700) if LONG else (1, 7, 30)
LOANS = 6


def close(database, day):
    with database.begin() as tx:
        return closing.close_day(tx, day=day, today=day, moment=MOMENT)


def close_month(database, month):
    with database.begin() as tx:
        today = date(2030, 1, 1)
        return closing.close_month(tx, month=month, today=today, moment=MOMENT)


@pytest.fixture
def twin(database_url, request, tmp_path):
    """Return the door to a second fresh book on the same kind of database."""
    if database_url.startswith("sqlite"):
        server, url = None, database_url.replace("book.sqlite", "twin.sqlite")
        template = request.getfixturevalue("sqlite_template")
        (tmp_path / "twin.sqlite").write_bytes(template.read_bytes())
    else:
        server = request.getfixturevalue("postgresql")
        server.create("cd_twin", TEMPLATE)
        url = server.url("cd_twin")
    door = Database(url, KEYS)
    yield door
    door.close()
    if server:
        server.drop("cd_twin")


def live(database, day):
    """Let one day pass over a book: somebody pays, somebody pays late, debts are decided on."""
    number = (day - FIRST).days
    loan_no = f"66000007{1 + number % LOANS:08d}"
    pay(database, loan_no, f"PT{number}", day, principal=10_000 + number)
    if number % 5 == 0:
        # A receipt that lay in a drawer, for a day that one of the twins has closed long ago.
        paid_on = max(FIRST, day - timedelta(11))
        pay(database, loan_no, f"TRE{number}", paid_on, principal=1_000, interest=3_000 + number)
    with database.begin() as tx:
        if number % 17 == 3:
            facts = {"loan_no": loan_no, "value_date": day, "receipt_no": f"KN{number}"}
            until = day + timedelta(90)
            as_told(Kind.FREEZE)(tx, POLICY, amount=Dong(70_000), until=until, deed=DEED, **facts)
        if day.day == 10:
            arrears.transfer(tx, POLICY, session=day, place=arrears.Place(), deed=DEED)


def told(database, day):
    """Return everything that a book tells of a day: each loan, and the book in figures."""
    with database.read() as tx:
        question = statements.Question(FIRST, day, ("commune", "status"))
        figures = statements.portfolio(tx, POLICY, question)
        numbers = [f"66000007{number:08d}" for number in range(1, LOANS + 1)]
        return figures, [astuple(standings.standing(tx, number, day)) for number in numbers]


def test_one_closing_after_missed_nights_says_what_a_punctual_twin_says(database, twin):
    day = FIRST
    for book in (database, twin):
        for number in range(1, LOANS + 1):
            lend(book, number, rate=Decimal(number) / 100, due_on=date(2026 + number, 9, 2))
        close(book, day)

    for missed in MISSED:
        for _ in range(missed + 1):
            day += timedelta(1)
            for book in (database, twin):
                live(book, day)
            close(twin, day)
        closed = close(database, day)

        assert (closed.until - closed.since).days == missed
        assert closed.figures == close(twin, day).figures
        assert told(database, day) == told(twin, day)

    assert told(database, day + timedelta(365)) == told(twin, day + timedelta(365))
    for book in (database, twin):
        prove(book)


def test_a_day_closed_twice_is_closed_once(database):
    lend(database, 1)
    first = close(database, FIRST)
    rows = kept_rows(database)

    again = close(database, FIRST)

    assert (first.new, again.new) == (True, False)
    assert first.figures == again.figures
    assert kept_rows(database) == rows


def test_closings_while_another_runs_say_the_same_and_one_of_them_did_it(database):
    lend(database, 1)
    close(database, FIRST)
    day = FIRST + timedelta(9)

    closed = at_once(*[lambda: close(database, day)] * 4)

    assert sorted(found.new for found in closed) == [False] * 3 + [True]
    assert len({(found.since, found.until, str(found.figures)) for found in closed}) == 1
    assert [row[0] for row in kept_rows(database)["closed_day"]] == [FIRST, day]


def test_a_month_closed_beside_a_day_says_the_same_as_one_after_the_other(database, twin):
    for book in (database, twin):
        loan_no = lend(book, 1)
        close(book, FIRST)
        pay(book, loan_no, "PT1", FIRST, principal=500_000)
    day = date(2026, 5, 1)

    outcomes = at_once(lambda: close(database, day), lambda: close_month(database, "2026-04"))

    assert outcomes == [close(twin, day), close_month(twin, "2026-04")]
    assert kept_rows(database) == kept_rows(twin)


def test_a_receipt_dated_before_a_closed_day_shows_in_every_later_picture(database):
    loan_no = lend(database, 1)
    close(database, date(2026, 5, 31))
    close_month(database, "2026-04")
    close_month(database, "2026-05")

    with database.begin() as tx:
        closing.open_month(tx, month="2026-04", deed=DEED)
    pay(database, loan_no, "TRE", date(2026, 4, 20), principal=5_000_000)
    close(database, date(2026, 6, 1))

    for day, owed in ((date(2026, 4, 19), 50), (date(2026, 4, 30), 45), (date(2026, 5, 31), 45)):
        with database.read() as tx:
            total = statements.portfolio(tx, POLICY, statements.Question(FIRST, day)).total
        assert total.outstanding == owed * 1_000_000
    prove(database)


def test_a_receipt_beside_the_closing_of_its_month_is_in_its_figures_or_refused(database):
    loan_no = lend(database, 1)

    closed, taken = at_once(
        lambda: close_month(database, "2026-04"),
        lambda: pay(database, loan_no, "PT1", date(2026, 4, 20), principal=1_000_000),
    )

    refused = isinstance(taken, months.MonthClosed)
    assert closed.figures["outstanding"] == (50 if refused else 49) * 1_000_000
    assert refused or taken.new
    prove(database)


def test_the_business_day_never_goes_back(database):
    lend(database, 1)
    close(database, date(2026, 5, 31))
    before = kept_rows(database, (*KEPT, records.kept.business_day))

    close(database, date(2026, 5, 30))

    after = kept_rows(database, (*KEPT, records.kept.business_day))
    assert after["business_day"] == before["business_day"] == [(1, date(2026, 6, 1))]
    assert set(before["closed_day"]) < set(after["closed_day"])


def statements_of(database, act):
    """Return how many statements an act sends to the database."""
    sent = []

    def note(_connection, _cursor, statement, *_):
        sent.append(statement)

    sa.event.listen(database.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        sa.event.remove(database.engine, "before_cursor_execute", note)
    return len(sent)


def test_seven_hundred_missed_days_cost_no_more_statements_than_two_days(database):
    lend(database, 1)
    close(database, FIRST)

    one = statements_of(database, lambda: close(database, FIRST + timedelta(1)))
    many = statements_of(database, lambda: close(database, FIRST + timedelta(701)))

    assert 0 < many <= 2 * one
