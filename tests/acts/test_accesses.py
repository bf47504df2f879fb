"""The journal of accesses: what is noted, of whom, whole or broken, by many at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from creditdesk import accesses, audit, records
from creditdesk.accesses import HOUSEHOLD, LIST, LOAN, PurposeMissing, View, Visitor
from creditdesk.errors import BooksBroken
from creditdesk.sealing import CustomerNotFound
from tests.builders import POLICY, a_contract, a_loan

OFFICER = Visitor("can-bo", "web", "officer", "r1")
AT = "2026-11-22T02:00:00+00:00"
LINE = records.accesses.access_line
FIRST, SECOND, THIRD = (a_contract(number).customer_no for number in (1, 2, 3))
ID_NO = "044080123456"
WRITERS, EACH = 8, 25


def noted(tx, view, at=AT, visitor=OFFICER):
    return accesses.note(tx, visitor=visitor, view=view, at=at)


@pytest.fixture
def looked(database):
    """Return the door to a book of three borrowers, of two of whom a list was seen, and a card."""
    with database.begin() as tx:
        a_loan(tx, 1, id_no=ID_NO)
        a_loan(tx, 2, household_no="H2")
        a_loan(tx, 3, household_no="H2")
        noted(tx, View("loan-card", LOAN, a_contract(1).loan_no))
        noted(tx, View("worklist-late", LIST, "19333", customers=[SECOND, FIRST, SECOND]))
        noted(tx, View("household-show", HOUSEHOLD, "H2"), "2026-11-23T02:00:00+00:00")
    return database


def spoiled(tx, *statements):
    """Change the journal as somebody would who owns the database."""
    if tx.dialect.name == "sqlite":
        for verb in ("update", "delete"):
            tx.exec_driver_sql(f"DROP TRIGGER append_only_access_line_{verb}")
    else:
        tx.exec_driver_sql("ALTER TABLE access_line DISABLE TRIGGER ALL")
    for statement in statements:
        tx.execute(statement)


def test_a_person_learns_who_saw_them_alone_or_in_a_list(looked):
    with looked.read() as tx:
        found = {
            customer_no: [line.act for line in accesses.of_person(tx, customer_no)]
            for customer_no in (FIRST, SECOND, THIRD, "0000000009")
        }

    assert found == {
        FIRST: ["loan-card", "worklist-late"],
        SECOND: ["worklist-late", "household-show"],
        THIRD: ["household-show"],
        "0000000009": [],
    }


def test_a_line_tells_who_when_what_how_many_and_in_which_request(looked):
    with looked.read() as tx:
        line = accesses.of_user(tx, "can-bo")[1]

    said = (line.number, line.at, line.role, line.channel, line.persons, line.request_id)
    assert said == (2, AT, "officer", "web", 2, "r1")
    assert (line.subject_kind, line.subject_no) == ("list", "19333")


def test_a_day_of_the_journal_begins_at_midnight_in_vietnam(looked):
    with looked.begin() as tx:
        noted(tx, View("worklist-due", LIST, "44", customers=[FIRST]), "2026-11-23T17:00:00+00:00")

        found = [line.number for line in accesses.journal(tx, date(2026, 11, 24))]
        assert found == [4]
        assert [line.number for line in accesses.journal(tx, date(2026, 11, 23))] == [3, 4]


def test_an_identity_number_is_shown_to_a_stated_purpose_and_noted(looked):
    with looked.begin() as tx:
        shown = accesses.identity_of(
            tx, customer_no=FIRST, why="đối chiếu hồ sơ", visitor=OFFICER, at=AT
        )
        line = accesses.of_person(tx, FIRST)[-1]

    assert shown == ID_NO
    assert (line.act, line.why) == ("identity-number", "đối chiếu hồ sơ")


@pytest.mark.parametrize(
    ("customer_no", "why", "refusal"),
    [(FIRST, " ", PurposeMissing), ("0000000009", "đối chiếu", CustomerNotFound)],
)
def test_an_identity_number_is_not_shown_otherwise(looked, customer_no, why, refusal):
    with pytest.raises(refusal), looked.begin() as tx:
        accesses.identity_of(tx, customer_no=customer_no, why=why, visitor=OFFICER, at=AT)

    with looked.read() as tx:
        assert accesses.head(tx)[0] == 3


def test_the_journal_is_proved_with_the_books(looked):
    with looked.read() as tx:
        assert accesses.first_fault(tx) is None
        assert audit.verify(tx, POLICY).faults == []


COLUMNS = [
    *({"at": "2027-01-01T00:00:00+00:00"}, {"who": "khac"}, {"role": ""}, {"channel": "cli"}),
    *({"act": "x"}, {"subject_kind": "x"}, {"subject_no": "x"}, {"why": "x"}, {"persons": 0}),
    *({"customer_no": "x"}, {"people": b""}, {"request_id": "x"}, {"digest": b""}),
]


@pytest.mark.parametrize("altered", COLUMNS, ids=lambda altered: next(iter(altered)))
def test_an_altered_line_is_named(looked, altered):
    with looked.begin() as tx:
        spoiled(tx, sa.update(LINE).where(LINE.c.number == 2).values(**altered))

        assert accesses.first_fault(tx) == {"why": "access-line-altered", "line": 2}
        with pytest.raises(BooksBroken, match="access-line-altered"):
            audit.verify(tx, POLICY).require()


@pytest.mark.parametrize(
    ("number", "why"),
    [(1, "access-line-missing"), (2, "access-line-missing"), (3, "access-lines-missing")],
)
def test_a_removed_line_is_named(looked, number, why):
    with looked.begin() as tx:
        spoiled(tx, sa.delete(LINE).where(LINE.c.number == number))

        assert accesses.first_fault(tx) == {"why": why, "line": number}


def test_an_inserted_line_is_named(looked):
    with looked.begin() as tx:
        row = dict(tx.execute(sa.select(LINE).where(LINE.c.number == 3)).mappings().one())
        tx.execute(sa.insert(LINE).values(row | {"number": 4}))

        assert accesses.first_fault(tx) == {"why": "access-line-altered", "line": 4}


@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
@pytest.mark.parametrize("table", records.accesses.APPEND_ONLY)
def test_a_line_and_a_cut_cannot_be_changed(looked, table, verb):
    with looked.begin() as tx:
        if table == "access_cut":
            accesses.cut(tx, years=0, today=date(2026, 11, 23), visitor=OFFICER, at=AT)
    statement = f"UPDATE {table} SET who = 'khac'" if verb == "UPDATE" else f"DELETE FROM {table}"

    with pytest.raises(DBAPIError, match="append-only"), looked.begin() as tx:
        tx.exec_driver_sql(statement)


def cut(tx, today, years=10):
    return accesses.cut(tx, years=years, today=today, visitor=OFFICER, at=today.isoformat())


def test_lines_past_their_time_are_cut_and_the_chain_goes_on(looked):
    with looked.begin() as tx:
        assert cut(tx, date(2036, 11, 22)) == 0
        assert cut(tx, date(2036, 11, 23)) == 2

        assert [line.act for line in accesses.journal(tx, accesses.FIRST)] == [
            "household-show",
            "cut",
        ]
        assert accesses.first_fault(tx) is None
        noted(tx, View("loan-card", LOAN, a_contract(1).loan_no))
        assert accesses.head(tx)[0] == 5
        assert cut(tx, date(2036, 11, 24)) == 1
        assert accesses.first_fault(tx) is None


def test_a_cut_that_took_more_than_it_says_is_found(looked):
    with looked.begin() as tx:
        cut(tx, date(2036, 11, 23))
        spoiled(tx, sa.delete(LINE).where(LINE.c.number == 3))

        assert accesses.first_fault(tx) == {"why": "access-line-missing", "line": 3}


def test_eight_who_look_at_once_are_noted_one_after_another(looked):
    def look(number):
        visitor = Visitor(f"can-bo-{number}", "web")
        for _ in range(EACH):
            with looked.begin() as tx:
                noted(tx, View("loan-card", LOAN, a_contract(1).loan_no), visitor=visitor)

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(look, range(WRITERS)))

    with looked.read() as tx:
        assert accesses.first_fault(tx) is None
        assert accesses.head(tx)[0] == 3 + WRITERS * EACH
        seen = [len(accesses.of_user(tx, f"can-bo-{number}")) for number in range(WRITERS)]
        assert seen == [EACH] * WRITERS
