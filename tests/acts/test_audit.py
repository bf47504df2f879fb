"""Proof of the books: it holds for every kind of event and finds every hand behind triggers."""

import json
import shutil
import zlib
from datetime import date, timedelta
from random import Random

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from creditdesk import audit, images, records, standings
from creditdesk.cli import cli
from creditdesk.db import Database
from creditdesk.engine.journal import Account, Kind
from creditdesk.errors import BooksBroken
from tests.builders import POLICY, a_book, a_loan, an_invented_book
from tests.conftest import TEMPLATE
from tests.keys import KEYS

ENTRY, POSTING, PLAN = records.ledger.entry, records.ledger.posting, records.ledger.plan_change
LOAN, HEAD, IMAGE = records.loans.loan, records.loans.loan_head, records.kept.book_image
KEPT_ON = date(2025, 12, 31)
ELSEWHERE = 987_654
BOOK = an_invented_book(12, count=6, length=16)


def fill(database):
    """Enter a book with every kind of event, mirrors, a loan not drawn, and a kept image."""
    with database.begin() as tx:
        a_book(tx, BOOK, shuffle=Random(21))
        a_loan(tx, 99, drawn=0)
        images.keep(tx, KEPT_ON)


def alter(tx, *changes):
    """Change rows as somebody with the keys of the database could: no trigger, no constraint."""
    if tx.dialect.name == "sqlite":
        triggers = tx.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            tx.exec_driver_sql(f"DROP TRIGGER {name}")
    else:
        tx.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table, name in (("entry", "amount"), ("posting", "sign"), ("posting", "amount")):
            tx.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
    for change in changes:
        assert tx.execute(change).rowcount == 1


def verify_altered(database, *changes):
    """Return what verify says of an altered book, and leave the book as it was."""
    with database.engine.connect() as tx:
        _unbind(tx, bound="OFF")
        with tx.begin() as whole:
            alter(tx, *changes)
            proof = audit.verify(tx, POLICY)
            whole.rollback()
        _unbind(tx, bound="ON")
    return proof


def _unbind(tx, *, bound):
    if tx.dialect.name == "sqlite":
        free = tx.connection.driver_connection
        free.execute("PRAGMA query_only=OFF")
        free.execute(f"PRAGMA foreign_keys={bound}")
        free.execute(f"PRAGMA ignore_check_constraints={'ON' if bound == 'OFF' else 'OFF'}")


def verify(database):
    with database.read() as tx:
        return audit.verify(tx, POLICY)


def other_value(column, row):
    """Return another value that the column could hold."""
    value = row[column.name]
    if column is ENTRY.c.kind:
        return Kind.INTEREST.value if value != Kind.INTEREST.value else Kind.PRINCIPAL.value
    if column.name in ("debit", "credit"):
        return next(account for account in Account if account not in (row["debit"], row["credit"]))
    if column.name == "sign":
        return -value
    if column.name in ("entry_id", "loan_id", "mirrors", "replaces", "id", "line"):
        return value + 9 if column.name == "line" else ELSEWHERE
    if isinstance(column.type, sa.Date):
        return (value or KEPT_ON) + timedelta(1)
    if isinstance(column.type, sa.LargeBinary):
        return bytes(16)
    return value + 1 if isinstance(value, int) else f"{value}x"


COLUMNS = [
    pytest.param(table, column, id=f"{table.name}-{column.name}")
    for table in (ENTRY, POSTING, PLAN)
    for column in table.columns
]


def one_row(database, table, *conditions):
    """Return a row in the middle of a table, and the condition that finds it."""
    with database.read() as tx:
        rows = list(
            tx.execute(sa.select(table).where(*conditions).order_by(*table.primary_key)).mappings()
        )
    row = rows[len(rows) // 2]
    return row, sa.and_(*(column == row[column.name] for column in table.primary_key))


def test_a_book_with_every_kind_of_event_holds(database):
    kinds = {event.kind for _, events in BOOK for event in events}

    fill(database)
    shown = []
    with database.read() as tx:
        proof = audit.verify(tx, POLICY, lambda done, of: shown.append((done, of)))
        mirrors = tx.execute(
            sa.select(sa.func.count()).where(ENTRY.c.mirrors.is_not(None))
        ).scalar_one()

    assert kinds == set(Kind)
    assert mirrors
    proof.require()
    assert (proof.faults, proof.loans, proof.images) == ([], len(BOOK) + 1, 2)
    assert proof.entries > sum(len(events) for _, events in BOOK)
    assert sum(done for done, _ in shown) == proof.loans


def test_an_empty_book_holds(database):
    assert verify(database).faults == []


@pytest.fixture(scope="module")
def filled_sqlite(tmp_path_factory, sqlite_template):
    """Return the address of an SQLite file with a book in it."""
    path = tmp_path_factory.mktemp("filled") / "book.sqlite"
    shutil.copy(sqlite_template, path)
    return _filled(f"sqlite:///{path}")


@pytest.fixture(scope="module")
def filled_postgresql(postgresql):
    """Return the address of a PostgreSQL database with a book in it."""
    postgresql.create("cd_filled", TEMPLATE)
    yield _filled(postgresql.url("cd_filled"))
    postgresql.drop("cd_filled")


def _filled(url):
    door = Database(url, KEYS)
    fill(door)
    door.close()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(request):
    """Return the door to a filled book that no test may change for good."""
    door = Database(request.getfixturevalue(f"filled_{request.param}"), KEYS)
    yield door
    door.close()


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_a_changed_column_is_found(filled, table, column):
    row, found = one_row(filled, table)
    changed = {column.name: other_value(column, row)}

    assert verify_altered(filled, sa.update(table).where(found).values(changed)).faults


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("rate", {"rate_e8": 1}),
        ("rate", {"overdue_rate_e8": 1}),
        ("rate", {"value_date": date(2026, 5, 5)}),
        ("leave", {"of_date": date(2030, 1, 1)}),
        ("leave", {"until": date(2035, 1, 1)}),
        ("redate", {"of_date": None}),
        ("redate", {"until": date(2035, 1, 1)}),
    ],
    ids=lambda said: said if isinstance(said, str) else next(iter(said)),
)
def test_what_a_decision_says_cannot_be_changed_unseen(filled, kind, changed):
    _, found = one_row(filled, ENTRY, ENTRY.c.kind == kind)

    proof = verify_altered(filled, sa.update(ENTRY).where(found).values(changed))

    assert "entry-altered" in {fault["why"] for fault in proof.faults}


@pytest.mark.parametrize("table", [ENTRY, POSTING, PLAN], ids=lambda table: table.name)
def test_a_row_that_is_gone_is_found(filled, table):
    _, found = one_row(filled, table)

    assert verify_altered(filled, sa.delete(table).where(found)).faults


@pytest.mark.parametrize("parent", ["known", "unknown"])
@pytest.mark.parametrize("table", [ENTRY, POSTING, PLAN], ids=lambda table: table.name)
def test_a_row_that_was_slipped_in_is_found(filled, table, parent):
    row, _ = one_row(filled, table)
    new = dict(row)
    if table is ENTRY:
        new |= {"id": ELSEWHERE, "receipt_no": "X", "mirrors": None, "replaces": None}
        new |= {} if parent == "known" else {"loan_id": ELSEWHERE}
    else:
        new |= {"line": 9} if table is POSTING else {"due_on": date(2031, 5, 5)}
        new |= {} if parent == "known" else {"entry_id": ELSEWHERE}

    assert verify_altered(filled, sa.insert(table).values(new)).faults


def test_a_loan_whose_last_entry_is_cut_off_is_found(filled):
    with filled.read() as tx:
        last = tx.execute(sa.select(sa.func.max(ENTRY.c.id))).scalar_one()
        lines = tx.execute(
            sa.select(sa.func.count()).where(POSTING.c.entry_id == last)
        ).scalar_one()

    proof = verify_altered(
        filled,
        *(
            sa.delete(POSTING).where(POSTING.c.entry_id == last, POSTING.c.line == line + 1)
            for line in range(lines)
        ),
        sa.delete(ENTRY).where(ENTRY.c.id == last),
    )

    assert "entries-missing" in {fault["why"] for fault in proof.faults}


@pytest.mark.parametrize(
    "changed",
    [{"rate_e8": 1}, {"overdue_rate_e8": 1}, {"approved": 1}, {"village_code": "0"}],
    ids=lambda changed: next(iter(changed)),
)
@pytest.mark.parametrize("drawn", [True, False])
def test_a_changed_contract_is_found(filled, changed, drawn):
    numbers = [contract.loan_no for contract, events in BOOK if events]
    loan_no = numbers[0] if drawn else "6600000000000099"

    assert verify_altered(
        filled, sa.update(LOAN).where(LOAN.c.loan_no == loan_no).values(changed)
    ).faults


@pytest.mark.parametrize("changed", [{"entries": 0}, {"digest": bytes(16)}], ids=["n", "digest"])
def test_a_changed_head_is_found(filled, changed):
    _, found = one_row(filled, HEAD)

    assert verify_altered(filled, sa.update(HEAD).where(found).values(changed)).faults


@pytest.mark.parametrize(
    ("table", "changed"),
    [(ENTRY, {"kind": "gift"}), (POSTING, {"debit": 77}), (ENTRY, {"receipt_no": ""})],
    ids=["kind", "account", "receipt"],
)
def test_what_cannot_even_be_read_is_a_fault_of_its_loan(filled, table, changed):
    _, found = one_row(filled, table)

    assert verify_altered(filled, sa.update(table).where(found).values(changed)).faults


@pytest.mark.parametrize("how", ["figure", "garbage", "digest", "last_entry", "loans"])
def test_an_altered_image_is_found(filled, how):
    row, found = one_row(filled, IMAGE)
    content = bytearray(zlib.decompress(row["content"]))
    content[0] ^= 1
    changes = {
        "figure": {"content": zlib.compress(bytes(content))},
        "garbage": {"content": b"garbage"},
        "digest": {"digest": "0"},
        "last_entry": {"last_entry": 1},
        "loans": {"loans": row["loans"] + 1},
    }
    with filled.read() as tx:
        standings.image(tx, row["province"], KEPT_ON)  # what was looked at before proves nothing

    assert verify_altered(filled, sa.update(IMAGE).where(found).values(changes[how])).faults


def test_the_first_contradictions_are_enough(filled):
    with filled.begin() as tx:
        nested = tx.begin_nested()
        ids = tx.execute(sa.select(LOAN.c.id)).scalars().all()
        alter(
            tx, *(sa.update(HEAD).where(HEAD.c.loan_id == key).values(entries=77) for key in ids)
        )

        proof = audit.verify(tx, POLICY, most=1)
        nested.rollback()

    assert {fault["why"] for fault in proof.faults} == {
        "entries-missing",
        "contract-altered-or-entries-missing",
    }
    assert proof.images == 0
    with pytest.raises(BooksBroken):
        proof.require()


def test_broken_books_are_an_exit_status_of_their_own(database, monkeypatch):
    url = database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("CREDITDESK_DATABASE_URL", url)
    fill(database)
    sound = CliRunner().invoke(cli, ["verify", "--json"])
    _, found = one_row(database, POSTING)
    with database.begin() as tx:
        alter(tx, sa.update(POSTING).where(found).values(amount=POSTING.c.amount + 1))

    broken = CliRunner().invoke(cli, ["verify", "--json"])
    told = CliRunner().invoke(cli, ["verify"])

    assert (sound.exit_code, json.loads(sound.stdout)["holds"]) == (0, True)
    assert (broken.exit_code, json.loads(broken.stdout)["holds"]) == (3, False)
    assert (told.exit_code, "đã bị sửa. Không thu" in told.stdout) == (3, True)
