"""Letters go out under numbers of their office and year: without gaps, and each for good."""

import io
import json
import re
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from pypdf import PdfReader

from creditdesk import accesses, letters, papers
from creditdesk.cli import cli
from creditdesk.db import Database
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from creditdesk.papers import Asked, Look
from creditdesk.records.letters import letter
from creditdesk.spelling import plain
from tests.builders import POLICY, a_loan, enter
from tests.keys import KEYS

AS_OF = date(2026, 9, 30)
MADE = datetime(2026, 9, 30, 3, tzinfo=UTC)
OVERDUE = papers.KINDS["14-td"]


def a_book(tx, count=3):
    """Enter overdue loans: the odd ones of one office, the even ones of another."""
    for number in range(1, count + 1):
        loan_no = a_loan(tx, number, office=f"00440{3 + (number + 1) % 2}")
        moved = Event(date(2026, 9, 7), Kind.OVERDUE, Dong(number * 1_000), None, f"CQH{number}")
        enter(tx, loan_no, moved)


def gone_out(door, at=MADE, as_of=AS_OF, kind=OVERDUE, **more):
    """Return what goes out on paper, as every face lets it."""
    with door.read() as tx:
        value = kind.value(tx, POLICY, Asked(as_of, at, **{"place": "44"} | more))
    return kind.goes_out(door.begin, value, by="can-bo", at=at)


def numbers(value):
    return [(leaf.facts["office"], leaf.facts["number"]) for leaf in value.leaves]


def written(value):
    pages = PdfReader(io.BytesIO(OVERDUE.written(value, "pdf", Look()))).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def test_each_office_counts_its_letters_from_one_in_every_year(database):
    with database.begin() as tx:
        a_book(tx)

    first = gone_out(database)
    assert numbers(first) == [("004403", "01"), ("004404", "01"), ("004403", "02")]
    assert "Số: 02/TB-NHCS" in written(first)
    # Late on the last day of the year by UTC it is the first of the next one at the bank.
    eve = datetime(2026, 12, 31, 18, tzinfo=UTC)
    with database.begin() as tx:
        loan_no = a_loan(tx, 9)
        enter(tx, loan_no, Event(date(2026, 12, 7), Kind.OVERDUE, Dong(9_000), None, "CQH9"))
    assert numbers(gone_out(database, eve, date(2026, 12, 31))) == [("004403", "01")]


def test_a_letter_printed_again_keeps_its_number_and_its_day(database):
    with database.begin() as tx:
        a_book(tx)
    first = gone_out(database)

    again = gone_out(database, MADE + timedelta(days=9), within=(("office", "004403"),))

    assert numbers(again) == [("004403", "01"), ("004403", "02")]
    assert "Quảng Trị, ngày 30 tháng 9 năm 2026" in written(again)
    with database.begin() as tx:
        enter(tx, "6600000000000001", Event(AS_OF, Kind.PRINCIPAL, Dong(400), None, "PT1"))
    other = gone_out(database, MADE + timedelta(days=1))
    assert numbers(other)[0] == ("004403", "03")
    assert numbers(other)[1:] == numbers(first)[1:]


def test_only_what_goes_out_takes_a_number(database):
    with database.begin() as tx:
        a_book(tx)
    with database.read() as tx:
        value = OVERDUE.value(tx, POLICY, Asked(AS_OF, MADE, place="44"))
        assert "number" not in value.leaves[0].facts
        assert "Số: ......../TB-NHCS" in written(value)
    listed = papers.KINDS["late"]
    assert gone_out(database, kind=listed).leaves == ()
    with database.read() as tx:
        assert tx.execute(sa.select(sa.func.count()).select_from(letter)).scalar_one() == 0


def test_a_number_is_not_lost_where_what_took_it_is_taken_back(database):
    with database.begin() as tx:
        a_book(tx)
    with database.begin() as tx:
        kept = tx.begin_nested()
        value = OVERDUE.value(tx, POLICY, Asked(AS_OF, MADE, place="44"))
        assert numbers(letters.entered(tx, value, by="can-bo", at=MADE))[0] == ("004403", "01")
        kept.rollback()

    assert numbers(gone_out(database, MADE, AS_OF - timedelta(days=1)))[0] == ("004403", "01")


def test_two_who_print_at_once_give_no_number_twice_and_leave_none_out(database):
    with database.begin() as tx:
        a_book(tx, 6)
    found = []

    def go_out(day):
        found.extend(numbers(gone_out(database, MADE, day)))

    days = (AS_OF, AS_OF - timedelta(days=1))
    threads = [threading.Thread(target=go_out, args=(day,)) for day in days]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(found) == [
        (office, f"{number:02d}") for office in ("004403", "004404") for number in range(1, 7)
    ]


def test_the_register_tells_which_number_went_to_whom_by_year_place_and_what_is_looked_for(
    database,
):
    with database.begin() as tx:
        a_book(tx)
    gone_out(database)
    near = {"province": ("44",)}

    def told(where=near, **more):
        with database.read() as tx:
            found, further = letters.register(tx, where, **more)
        return [(one.office, one.number, one.loan_no[-1]) for one in found], further

    every = [("004403", 2, "3"), ("004404", 1, "2"), ("004403", 1, "1")]
    assert told() == (every, None)
    page, further = told(limit=2)
    assert (page, told(limit=2, below=further)) == (every[:2], (every[2:], None))
    assert told({"office": ("004404",)})[0] == every[1:2]
    assert told({"province": ("79",)})[0] == told(year=2025)[0] == told(text="khong co")[0] == []
    with database.read() as tx:
        (one, *_), _ = letters.register(tx, near, year=2026)
    assert (one.dated, one.kind, one.by, one.at) == (AS_OF, "14-td", "can-bo", MADE.isoformat())
    assert one.seen == one.customer_no
    assert every[0] in told(text=plain(one.name))[0]
    assert told(text=one.loan_no)[0] == told(text=one.customer_no)[0] == every[:1]
    assert told(text="2")[0] == every[:1]


def test_more_letters_ask_no_more_of_the_database(sqlite_url):
    door, counts = Database(sqlite_url, KEYS), []
    with door.begin() as tx:
        a_book(tx, 9)
    for within in ((("office", "004403"),), ()):
        with door.read() as tx:
            asked = []
            sa.event.listen(tx, "before_cursor_execute", lambda *said, to=asked: to.append(said))
            value = OVERDUE.make(tx, POLICY, Asked(AS_OF, MADE, place="44", within=within))
            counts.append((len(value.leaves), len(asked)))
    door.close()

    (few, asked_of_few), (many, asked_of_many) = counts
    assert (few, many) == (5, 9)
    assert asked_of_many <= asked_of_few


def test_a_command_lists_the_register_and_notes_whom_it_shows(database, database_url, monkeypatch):
    monkeypatch.setenv("CREDITDESK_DATABASE_URL", database_url)
    with database.begin() as tx:
        a_book(tx)
    gone_out(database)
    asked = ["letters", "--year", "2026", "--place", "44", "--find", "1"]

    shown, document = (CliRunner().invoke(cli, [*asked, *more]) for more in ((), ("--json",)))

    assert (shown.exit_code, document.exit_code) == (0, 0), shown.stderr
    lines = [line.split(" · ")[:3] for line in shown.stdout.splitlines()]
    assert lines == [[of, "01/2026", "2026-09-30"] for of in ("004404", "004403")]
    assert [row["number"] for row in json.loads(document.stdout)["rows"]] == [1, 1]
    with database.read() as tx:
        noted = [(line.act, line.persons) for line in accesses.journal(tx, accesses.FIRST)]
    assert noted == [("letters", 2)] * 2


@pytest.mark.parametrize("change", ["UPDATE letter SET number = 9", "DELETE FROM letter"])
def test_the_register_is_append_only(database, change):
    with database.begin() as tx:
        a_book(tx, 1)
    gone_out(database)

    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.begin() as tx:
        tx.exec_driver_sql(change)
