"""Migrations: a book made before decisions were known is the same book afterwards, and sound."""

from datetime import date
from itertools import count

import pytest
import sqlalchemy as sa

from creditdesk import audit, chain, images, letters, records, schema
from creditdesk.db import Database, metadata
from creditdesk.engine.journal import Event, Kind
from tests.builders import POLICY, a_book, a_loan, an_invented_book, enter
from tests.engine.histories import KINDS
from tests.keys import KEYS

BEFORE, DECISIONS = "0007_applications", "0008_decisions"
ENTRY = records.ledger.entry
DAY = date(2026, 6, 1)
RATE = Event(DAY, Kind.RATE, 0, None, "QD1", None, 5_400_000, 7_020_000)
_numbers = count(1)


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request, tmp_path):
    """Return the door to a database without tables: once on each of both."""
    if request.param == "sqlite":
        door = Database(f"sqlite:///{tmp_path / 'bare.sqlite'}", KEYS)
        yield door
        door.close()
        return
    server, name = request.getfixturevalue("postgresql"), f"cd_bare_{next(_numbers)}"
    server.create(name)
    door = Database(server.url(name), KEYS)
    yield door
    door.close()
    server.drop(name)


def rows_of(tx):
    """Return every row of every table that the database has, by the columns that it has."""
    inspector = sa.inspect(tx)
    found = {}
    for table in metadata.sorted_tables:
        if inspector.has_table(table.name):
            known = {column["name"] for column in inspector.get_columns(table.name)}
            columns = [column for column in table.columns if column.name in known]
            chosen = sa.select(*columns).order_by(*table.primary_key)
            found[table] = [dict(row) for row in tx.execute(chosen).mappings()]
    return found


def copied(old, new):
    """Write into a database everything of another for which it has columns and no rows yet."""
    with old.read() as tx:
        rows = rows_of(tx)
    with new.begin() as tx:
        places = rows_of(tx)
        for table in (table for table, already in places.items() if not already):
            former = sa.Table(table.name, sa.MetaData(), autoload_with=tx)
            gone = {"id_no": ""} if "id_no" in former.columns else {}
            for row in rows[table]:
                said = {name: value for name, value in row.items() if name in former.columns}
                tx.execute(sa.insert(former).values(gone | said))
        for table in (records.ledger.act, ENTRY):
            records.ledger.ids_given(tx, table)


def without_new_columns(rows, known):
    """Return rows by table, each with the columns that were known before."""
    return {
        table.name: [{name: row[name] for name in old} for row in rows[table]]
        for table, said in known.items()
        if (old := list(said[0]) if said else [])
    }


def test_a_book_from_before_decisions_is_the_same_book_and_takes_them(database, bare):
    with database.begin() as tx:
        a_book(tx, an_invented_book(12, count=6, length=16, kinds=KINDS))
        loan_no = a_loan(tx, 99, drawn_on=date(2026, 1, 1))
        images.keep(tx, date(2025, 12, 31))
    schema.upgrade(bare, BEFORE)
    copied(database, bare)
    with bare.read() as tx:
        before = rows_of(tx)

    schema.upgrade(bare, DECISIONS)

    with bare.read() as tx:
        after = rows_of(tx)
        assert "of_date" not in before[ENTRY][0]
        assert any(row["kind"] == "extend" for row in before[ENTRY])
        said = {(row["of_date"], row["rate_e8"], row["overdue_rate_e8"]) for row in after[ENTRY]}
        assert said == {(None, 0, 0)}
        assert without_new_columns(after, before) == without_new_columns(before, before)
    schema.upgrade(bare)
    with bare.begin() as tx:
        assert audit.verify(tx, POLICY).faults == []
        assert enter(tx, loan_no, RATE)
    with bare.read() as tx:
        assert audit.verify(tx, POLICY).faults == []


@pytest.mark.parametrize(
    ("kind", "amount", "held"),
    [("rate", 0, True), ("redate", 0, True), ("draw", 0, False), ("rate", -1, False)],
)
def test_an_entry_without_amount_is_one_that_moves_no_money(bare, kind, amount, held):
    schema.upgrade(bare, BEFORE)
    schema.upgrade(bare)
    with bare.begin() as tx:
        a_loan(tx)
        row = dict(tx.execute(sa.select(ENTRY)).mappings().one())
    new = row | {"id": 99, "receipt_no": "X", "kind": kind, "amount": amount}

    if held:
        with bare.begin() as tx:
            tx.execute(sa.insert(ENTRY).values(new))
    else:
        with pytest.raises(sa.exc.DBAPIError, match="amount"), bare.begin() as tx:
            tx.execute(sa.insert(ENTRY).values(new))

    with bare.read() as tx:
        assert len(tx.execute(sa.select(ENTRY.c.id)).all()) == 1 + held


def shape_of(tx):
    """Return the columns of the tables that decisions changed, and the check of an amount."""
    inspector = sa.inspect(tx)
    (check,) = (
        check["sqltext"]
        for check in inspector.get_check_constraints("entry")
        if check["name"] == "ck_entry_amount"
    )
    names = {
        table: {column["name"] for column in inspector.get_columns(table)}
        for table in ("act", "entry")
    }
    return names, check, {index["name"] for index in inspector.get_indexes("entry")}


def test_decisions_are_taken_back_from_an_empty_book_and_brought_again(bare):
    schema.upgrade(bare, BEFORE)
    with bare.read() as tx:
        before = shape_of(tx)
    schema.upgrade(bare, DECISIONS)
    with bare.read() as tx:
        after = shape_of(tx)

    schema.downgrade(bare, BEFORE)

    with bare.read() as tx:
        assert shape_of(tx) == before != after
    schema.upgrade(bare, DECISIONS)
    with bare.read() as tx:
        assert shape_of(tx) == after
        if tx.dialect.name == "sqlite":
            assert tx.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


def test_letters_of_before_stay_and_belong_to_the_province_of_their_office(sqlite_url, bare):
    old = Database(sqlite_url, KEYS)
    sent = {"office": "004401", "year": 2026, "kind": "14-td", "dated": DAY, "by": "an", "at": ""}
    with old.begin() as tx:
        a_loan(tx, office="004401")
        records.letters.add_letter(tx, {**sent, "number": 1, "digest": "a"})
        records.letters.add_letter(tx, {**sent, "number": 1, "digest": "b", "office": "004402"})
    schema.upgrade(bare, "0025_letters")
    copied(old, bare)
    old.close()

    schema.upgrade(bare)

    with bare.read() as tx:
        for near, offices in (({"province": ("44",)}, ["004401"]), ({}, ["004402", "004401"])):
            found, _ = letters.register(tx, near)
            assert [(one.office, one.number, one.seen) for one in found] == [
                (office, 1, "") for office in offices
            ]
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), bare.begin() as tx:
        tx.exec_driver_sql("DELETE FROM letter")


def test_an_entry_that_decides_nothing_says_what_it_always_said():
    extend = Event(DAY, Kind.EXTEND, 0, date(2027, 6, 1), "GH1")

    assert chain.said(extend, None, None, 7) == ("extend|2026-06-01|0|2027-06-01|GH1|None|None|7")
    assert chain.said(RATE, None, 3, 7) == (
        "rate|2026-06-01|0|None|QD1|None|3|7|None|5400000|7020000"
    )
