"""A20: the ledger and the journal of accesses, edited and cut by who may write and by who owns."""

from collections import Counter
from random import Random

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from creditdesk import accesses, audit, images
from creditdesk.accesses import LOAN, View
from creditdesk.db import metadata
from creditdesk.records.accesses import access_line
from tests.acts.test_accesses import noted, spoiled
from tests.acts.test_audit import BOOK, ENTRY, KEPT_ON, PLAN, POSTING, other_value, verify_altered
from tests.builders import POLICY, a_book, a_contract, a_loan
from tests.conftest import LONG

EDITS = 10_000 if LONG else 40
LINES = 30
FACTS = {"act", "loan", "entry", "posting", "plan_change", "access_line"}


@pytest.fixture
def kept(database):
    """Return the door to a book with every kind of event, and a journal of who looked."""
    with database.begin() as tx:
        a_book(tx, BOOK, shuffle=Random(20))
        a_loan(tx, 99, drawn=0)
        images.keep(tx, KEPT_ON)
        for number in range(1, LINES + 1):
            noted(tx, View("loan-card", LOAN, a_contract(99).loan_no, f"need {number}"))
    return database


def guarded(tx):
    """Return the tables that have a trigger against changes."""
    if tx.dialect.name == "sqlite":
        asked = "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'"
    else:
        asked = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
    return {name for (name,) in tx.exec_driver_sql(asked)}


def test_who_may_write_can_change_and_cut_no_fact(kept):
    tried = 0
    with kept.begin() as tx:
        tables = guarded(tx)
        filled = {
            name
            for name in tables
            if tx.execute(sa.select(sa.func.count()).select_from(metadata.tables[name])).scalar()
        }
    assert filled >= FACTS
    for table in (metadata.tables[name] for name in sorted(FACTS)):
        changes = [
            sa.update(table).values({column.name: column})
            for column in table.columns
            if not column.primary_key
        ]
        for change in (*changes, sa.delete(table)):
            with pytest.raises(DBAPIError), kept.begin() as tx:
                tx.execute(change)
            tried += 1

    assert tried > 30
    with kept.read() as tx:
        assert audit.verify(tx, POLICY).faults == []


def test_every_edit_of_the_ledger_by_its_owner_is_found(kept):
    rng = Random(2020)
    with kept.read() as tx:
        rows = [
            (table, dict(row))
            for table in (ENTRY, POSTING, PLAN)
            for row in tx.execute(sa.select(table)).mappings()
        ]
    missed = []
    for _ in range(EDITS):
        table, row = rng.choice(rows)
        found = sa.and_(*(column == row[column.name] for column in table.primary_key))
        column = rng.choice([one for one in table.columns if not one.primary_key])
        change = sa.update(table).where(found).values({column.name: other_value(column, row)})
        if rng.random() < 0.2:
            change = sa.delete(table).where(found)
        if not verify_altered(kept, change).faults:
            missed.append((table.name, column.name, row))

    assert missed == []


def edits(rng):
    """Return (kind, the lines it touches, statements) of one way of forging the journal."""
    line = access_line
    one, other = sorted(rng.sample(range(1, LINES), 2))
    here, there = line.c.number == one, line.c.number == other
    aside = sa.update(line).where(here).values(number=LINES + 1)
    swapped = [
        aside,
        sa.update(line).where(there).values(number=one),
        sa.update(line).where(line.c.number == LINES + 1).values(number=other),
    ]
    names = [column for column in line.c if column.name not in ("number", "digest", "people")]
    copied = sa.select(sa.literal(LINES + 1), *names, line.c.digest, line.c.people).where(here)
    into = ["number", *(column.name for column in names), "digest", "people"]
    said = 7 if (column := rng.choice(names)).name == "persons" else "khac"
    return rng.choice(
        [
            ("changed", one, [sa.update(line).where(here).values({column.name: said})]),
            ("changed", one, [sa.update(line).where(here).values(digest=bytes(32))]),
            ("deleted", one, [sa.delete(line).where(here)]),
            ("inserted", LINES + 1, [sa.insert(line).from_select(into, copied)]),
            ("swapped", one, swapped),
            ("cut short", other, [sa.delete(line).where(line.c.number >= other)]),
            ("begun later", 1, [sa.delete(line).where(line.c.number <= one)]),
        ]
    )


def test_every_edit_of_the_journal_by_its_owner_is_found_with_its_number(kept):
    rng = Random(2021)
    missed, kinds = [], Counter()
    for _ in range(EDITS):
        kind, number, statements = edits(rng)
        with kept.engine.connect() as tx, tx.begin() as whole:
            spoiled(tx, *statements)
            fault = accesses.first_fault(tx)
            whole.rollback()
        kinds[kind] += 1
        if fault is None or fault["line"] != number:
            missed.append((kind, number, fault))

    assert missed == []
    assert len(kinds) == 6
