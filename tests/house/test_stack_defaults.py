"""The defaults of our own stack, mended: each with what happens where they are not."""

import ast
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from creditdesk import db, intake, jobs, loans, records, schema, settings, standings
from creditdesk.db import Database, DatabaseLocked, DatabaseUnavailable, Overtaken, metadata
from creditdesk.engine import money
from creditdesk.engine.days import ZONE
from creditdesk.errors import Conflict
from creditdesk.intake import layout
from tests.faults.book import DEED, LIMITS, PLACES, POLICY, contract

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "creditdesk").rglob("*.py"))
THREADS = 8
ADDED = 40
LEDGER = "CREATE TABLE purse (one INTEGER PRIMARY KEY, held INTEGER NOT NULL)"


def named(path):
    return path.relative_to(ROOT).as_posix()


def open_purse(begin):
    with begin() as tx:
        tx.exec_driver_sql(LEDGER)
        tx.exec_driver_sql("INSERT INTO purse VALUES (1, 0)")


def held_in(tx):
    return tx.exec_driver_sql("SELECT held FROM purse").scalar_one()


def put(tx, held):
    tx.exec_driver_sql(f"UPDATE purse SET held = {held}")


def test_what_is_read_before_a_write_on_sqlite_stays_true_until_the_commit(sqlite_url):
    database = Database(sqlite_url)
    open_purse(database.begin)

    def add(_):
        for _ in range(ADDED):
            with database.begin() as tx:
                put(tx, held_in(tx) + 1)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(add, range(THREADS)))

    with database.read() as tx:
        assert held_in(tx) == THREADS * ADDED
    database.close()


def test_the_driver_s_own_transactions_would_lose_what_was_acknowledged(tmp_path):
    engine = sa.create_engine(f"sqlite:///{tmp_path}/plain.sqlite")
    open_purse(engine.begin)

    with engine.begin() as one:
        seen = held_in(one)
        with engine.begin() as other:
            put(other, held_in(other) + 1)
        put(one, seen + 1)

    with engine.begin() as tx:
        assert held_in(tx) == 1
    engine.dispose()


def test_a_reading_transaction_can_write_nothing(database):
    with pytest.raises(DatabaseUnavailable), database.read() as tx:
        tx.execute(sa.insert(records.kept.business_day).values(one=1, day=date(2026, 4, 1)))

    with database.begin() as tx:
        assert records.kept.today(tx) is None
        records.kept.set_today(tx, date(2026, 4, 1))


def test_a_reading_transaction_sees_one_moment(database):
    with database.read() as before:
        assert records.kept.today(before) is None
        with database.begin() as tx:
            records.kept.set_today(tx, date(2026, 4, 1))

        assert records.kept.today(before) is None


def tables(database):
    with database.read() as tx:
        return set(sa.inspect(tx).get_table_names())


def test_a_migration_interrupted_before_its_end_leaves_nothing(database, monkeypatch):
    schema.downgrade(database, "base")
    assert tables(database) <= {"alembic_version"}
    act = schema.command.upgrade

    def interrupted(config, to):
        act(config, to)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        schema._run(database, interrupted, "head")
    assert tables(database) <= {"alembic_version"}

    schema.upgrade(database)
    with database.read() as tx:
        schema.check(tx)


def test_every_migration_can_be_taken_back_and_done_again(database):
    newest = tables(database)
    for revision in ScriptDirectory(str(schema.FOLDER)).walk_revisions():
        schema.downgrade(database, revision.down_revision or "base")
        schema.upgrade(database, revision.revision)
        schema.downgrade(database, revision.down_revision or "base")

    schema.upgrade(database)

    assert tables(database) == newest


def test_the_migrations_make_the_tables_that_the_program_knows(database):
    with database.begin() as tx:
        assert compare_metadata(MigrationContext.configure(tx), metadata) == []


def test_migrations_are_numbered_and_the_newest_is_named():
    files = sorted(path.stem for path in (ROOT / "migrations" / "versions").glob("*.py"))
    script = ScriptDirectory(str(schema.FOLDER))
    chain = [revision.revision for revision in script.walk_revisions()]

    assert files == chain[::-1]
    assert [name[:5] for name in files] == [f"{n:04d}_" for n in range(1, len(files) + 1)]
    assert (ROOT / "migrations" / "HEAD").read_text("utf-8").strip() == files[-1]


@pytest.mark.parametrize("value", [1.9, 1.0, True, "1", None, 10**30, -(10**30)])
def test_an_amount_is_a_whole_number_and_nothing_like_it(value):
    with pytest.raises((TypeError, ValueError)):
        money.dong(value)


def test_a_name_handed_in_decomposed_is_read_composed(tmp_path):
    name = "Nguyễn Thị Mẩy (mẫu)"
    path = tmp_path / "loans.csv"
    heading = [reader.title for reader in layout.LOANS]
    row = [name if reader.key == "customer_name" else "x" for reader in layout.LOANS]
    text = f"{';'.join(heading)}\n{';'.join(row)}\n"
    path.write_text(unicodedata.normalize("NFD", text), "utf-8")

    table = intake.open_loans(path, LIMITS)

    assert list(table.columns["customer_name"]) == [name]


CLOCK = re.compile(r"\b(?:date\.today|datetime\.(?:now|utcnow|today)|time\.time)$")
FACES = ("creditdesk/cli", "creditdesk/jobs.py", "creditdesk/web/edge.py")


def calls(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_only_faces_look_at_the_clock(path):
    found = [node.lineno for node, name in calls(path) if CLOCK.search(name)]

    assert not found or named(path).startswith(FACES)


# Table names come from our own metadata there, never from a caller.
RAW_SQL = {"creditdesk/db.py", "creditdesk/records/ledger.py"}
RUNS_SQL = ("execute", "exec_driver_sql", "executemany", "text")
BUILT = (ast.JoinedStr, ast.BinOp)


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_statement_is_put_together_from_text(path):
    built = [
        node.lineno
        for node, name in calls(path)
        if name.rpartition(".")[2] in RUNS_SQL
        and node.args
        and (isinstance(node.args[0], BUILT) or ".format" in ast.unparse(node.args[0]))
    ]

    assert not built or named(path) in RAW_SQL


def test_raw_text_of_sql_is_only_that_of_our_own_indexes():
    found = {
        (named(path), ast.unparse(node.args[0]))
        for path in MODULES
        for node, name in calls(path)
        if name in ("sa.text", "sqlalchemy.text")
    }

    ours = ("'mirrors IS", "'replaces IS", '"kind IN', "'kind = ")
    assert all(text.startswith(ours) for _, text in found)


def test_the_clock_s_job_is_effective_once(database):
    clock = jobs.Clock(database, settings.load({}))
    evening = jobs.datetime(2026, 4, 2, 21, 30, tzinfo=ZONE)

    done = [clock.fire(jobs.TIMETABLE[0], evening) for _ in range(3)]

    assert done == [True, False, False]


def test_a_database_held_by_another_is_told_by_its_code(sqlite_url, monkeypatch):
    monkeypatch.setattr(db, "BUSY_SECONDS", 0.05)
    holder, other = Database(sqlite_url), Database(sqlite_url)

    with holder.begin(), pytest.raises(DatabaseLocked) as told, other.begin():
        pass

    assert told.value.code == "database-locked"
    with other.begin() as tx:
        records.kept.set_today(tx, date(2026, 4, 1))
    holder.close()
    other.close()


def test_a_row_held_by_another_is_told_by_its_code(postgresql_url):
    database = Database(postgresql_url)
    with database.begin() as tx:
        records.kept.set_today(tx, date(2026, 4, 1))

    with database.begin() as holder:
        records.kept.set_today(holder, date(2026, 4, 2))
        with pytest.raises(DatabaseLocked), database.begin() as tx:
            tx.exec_driver_sql("LOCK TABLE business_day IN EXCLUSIVE MODE NOWAIT")

    database.close()


def test_a_circle_of_waiting_is_told_as_locked_and_one_of_the_two_goes_on(postgresql_url):
    database = Database(postgresql_url)
    with database.begin() as tx:
        tx.exec_driver_sql("CREATE TABLE pair (n INTEGER PRIMARY KEY, held INTEGER)")
        tx.exec_driver_sql("INSERT INTO pair VALUES (1, 0), (2, 0)")

    def one_and_other(first, second):
        try:
            with database.begin() as tx:
                for n in (first, second):
                    tx.exec_driver_sql(f"UPDATE pair SET held = held + 1 WHERE n = {n}")
                    tx.exec_driver_sql("SELECT pg_sleep(0.3)")
        except DatabaseLocked:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = sorted(pool.map(one_and_other, (1, 2), (2, 1)))

    assert done == [False, True]
    database.close()


def test_a_number_taken_meanwhile_is_a_conflict_also_for_rows_in_bulk(database):
    table = records.places.policy_version
    rows = [("v1", "m"), ("v1", "m")]

    with pytest.raises(Overtaken) as told, database.begin() as tx:
        db.insert_rows(tx, table, ("version", "loaded_at"), rows)

    assert isinstance(told.value, Conflict)
    assert told.value.code == "overtaken"


def test_what_was_rolled_back_is_remembered_by_nobody(sqlite_url):
    database = Database(sqlite_url)

    def sign(tx, number, programme):
        said = contract(number, programme=programme)
        loans.sign(tx, POLICY, PLACES, contract=said, deed=DEED)
        return standings.axes(tx, "44").columns["programme"].tolist()

    with suppress(KeyboardInterrupt), database.begin() as tx:
        assert sign(tx, 1, "01") == ["01"]
        raise KeyboardInterrupt
    with database.begin() as tx:
        assert sign(tx, 2, "19") == ["19"]
    with database.read() as tx:
        assert standings.axes(tx, "44").columns["programme"].tolist() == ["19"]
    database.close()
