"""The door to the database: transactions that hold on SQLite and PostgreSQL, and rows in bulk."""

import io
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
import sqlalchemy as sa
from pg8000 import dbapi as pg8000
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from creditdesk import copying
from creditdesk.errors import Conflict, DeskError, Malformed
from creditdesk.secrecy import Keyring

Tx = sa.Connection
"""One open transaction: what every act is given."""

BUSY_SECONDS = 15
NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = sa.MetaData(naming_convention=NAMES)


class DatabaseUnavailable(DeskError):
    """The database did not answer, is locked, full or read-only; `why` holds its own words."""

    code = "database-unavailable"


class DatabaseLocked(DatabaseUnavailable):
    """Another process holds the database and did not let go in time."""

    code = "database-locked"


class QuestionTooLong(DatabaseUnavailable):
    """The database was stopped: a question took longer than readers may take."""

    code = "question-too-long"


class Overtaken(Conflict):
    """Somebody else wrote under the same number at the same moment: trying again tells what."""

    code = "overtaken"


class AddressUnreadable(Malformed):
    """This is no address of an SQLite or PostgreSQL database."""

    code = "address-unreadable"


def address(url: str) -> URL:
    """Return the address of a database with the drivers this house ships.

    `postgres://` and `postgresql://` are read with pg8000; a `host` option that is a folder is
    taken as the server's socket folder.
    """
    try:
        found = make_url(url.replace("postgres://", "postgresql://", 1))
    except ArgumentError:
        raise AddressUnreadable from None
    if found.get_backend_name() not in ("postgresql", "sqlite"):
        raise AddressUnreadable
    if found.get_backend_name() == "postgresql":
        found = found.set(drivername="postgresql+pg8000")
    return found


class Database:
    """A database and the two ways into it: `begin` to write, `read` to look."""

    def __init__(self, url: str, keys: Keyring | None = None, *, reading_seconds: int = 0) -> None:
        """Prepare the engine of an SQLAlchemy address; nothing is opened yet.

        keys             open and seal what the book holds under seal
        reading_seconds  how long a question of a reader may take; 0: as long as it needs
        """
        self.reading_seconds = reading_seconds
        self.url = address(url)
        self.keys = keys or Keyring()
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url) if self.is_sqlite else _postgresql(self.url)

    @contextmanager
    def begin(self) -> Iterator[Tx]:
        """Open the one transaction of an act: all of it is kept, or nothing happened."""
        with self._open(reading=False) as tx:
            yield tx
        filled = _filled.pop(tx, Counter())
        if filled.total() >= _MANY_ROWS and not self.is_sqlite:
            self._look_anew(filled)

    @contextmanager
    def read(self, *, limited: bool = True) -> Iterator[Tx]:
        """Open a transaction that sees one moment and can write nothing; `limited` in time."""
        with self._open(reading=True, limited=limited) as tx:
            yield tx

    @contextmanager
    def _open(self, *, reading: bool, limited: bool = True) -> Iterator[Tx]:
        options: dict[str, Any] = {"reading": reading, "keys": self.keys}
        if reading and not self.is_sqlite:
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        try:
            with (
                self.engine.connect().execution_options(**options) as tx,
                tx.begin(),
                _limited(tx, self.reading_seconds if reading and limited else 0),
            ):
                yield tx
        except (DBAPIError, sqlite3.Error, pg8000.Error) as trouble:
            # Rows in bulk pass by SQLAlchemy, so that the driver's own troubles arrive here too.
            refusal = _refusal(trouble.orig if isinstance(trouble, DBAPIError) else trouble)
            if refusal is None:
                raise
            raise refusal from trouble

    def _look_anew(self, tables: Iterable[str]) -> None:
        """Have the server count tables that have grown, as it would by itself a minute later.

        Until then it takes them for small and reads them from end to end. What is written stands:
        what others hold is left out, and a server that will not do it is let be.
        """
        names = ", ".join(f'"{name}"' for name in sorted(tables))
        with suppress(DBAPIError), self.engine.begin() as tx:
            tx.exec_driver_sql(f"ANALYZE (SKIP_LOCKED) {names}")

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


_MANY_ROWS = 10_000
"""So many rows of one transaction are worth a look at the tables: it takes tenths of a second."""
_filled: WeakKeyDictionary[Tx, Counter[str]] = WeakKeyDictionary()


@contextmanager
def _limited(tx: Tx, seconds: int) -> Iterator[None]:
    """Stop what takes longer: on PostgreSQL each question, on SQLite a whole reading."""
    if not seconds:
        yield
    elif not on_sqlite(tx):
        tx.exec_driver_sql(f"SET LOCAL statement_timeout = '{seconds}s'")
        yield
    else:
        driver, end = tx.connection.driver_connection, time.monotonic() + seconds
        assert driver is not None
        driver.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
        try:
            yield
        finally:
            driver.set_progress_handler(None, 0)


_STEPS = 20_000
"""Steps of SQLite's machine between two looks at the clock: some milliseconds."""


def _refusal(trouble: BaseException | None) -> DeskError | None:
    """Return what a driver's trouble means to the caller; None where the fault is ours."""
    why = str(trouble)
    if isinstance(trouble, sqlite3.Error):
        code = getattr(trouble, "sqlite_errorcode", 0)
        locked, taken = code & 0xFF in _SQLITE_LOCKED, code in _SQLITE_TAKEN
        stopped = code == sqlite3.SQLITE_INTERRUPT
        gone = isinstance(trouble, sqlite3.OperationalError)
    else:
        said = trouble.args[0] if trouble is not None and trouble.args else {}
        state = str(said.get("C", "")) if isinstance(said, dict) else ""
        locked, taken = state in _POSTGRESQL_LOCKED, state == "23505"
        stopped = state == "57014"
        gone = state.startswith(_POSTGRESQL_GONE) or isinstance(trouble, pg8000.InterfaceError)
    if stopped:
        return QuestionTooLong(why=why)
    if locked:
        return DatabaseLocked(why=why)
    if taken:
        return Overtaken(why=why)
    return DatabaseUnavailable(why=why) if gone else None


_SQLITE_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_SQLITE_TAKEN = (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY)
# Not granted in time, a circle of waiting, overtaken by another transaction.
_POSTGRESQL_LOCKED = ("55P03", "40P01", "40001")
# Connection lost, resources used up, stopped by an operator or a time limit, disk, read-only.
_POSTGRESQL_GONE = ("08", "53", "57", "58", "25P03", "25006")


def _sqlite(url: URL) -> sa.Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # The driver would open transactions late, after the first read, and lose updates.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(tx: Tx) -> None:
        reading = tx.get_execution_options().get("reading", False)
        tx.exec_driver_sql("PRAGMA query_only=ON" if reading else "PRAGMA query_only=OFF")
        tx.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _postgresql(url: URL) -> sa.Engine:
    options: dict[str, Any] = {"timeout": 10}
    folder = url.query.get("host")
    if isinstance(folder, str) and folder.startswith("/"):
        # No TLS on a socket: asking for it would read every certificate at each connection.
        options |= {"unix_sock": f"{folder}/.s.PGSQL.{url.port or 5432}", "ssl_context": False}
        url = url.difference_update_query(["host"])
    engine = sa.create_engine(url, connect_args=options, hide_parameters=True, pool_pre_ping=True)

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        # Discs do not turn: for the entries of a group's loans the index is the shorter way.
        connection.cursor().execute(
            "SELECT set_config(name, value, false) FROM (VALUES ('lock_timeout', '15s'), "
            "('idle_in_transaction_session_timeout', '10min'), ('TimeZone', 'UTC'), "
            "('random_page_cost', '1.1')) AS said (name, value)"
        )
        connection.commit()

    return engine


def keys_of(tx: Tx) -> Keyring:
    """Return the keys of the door through which a transaction was opened."""
    found: Keyring = tx.get_execution_options().get("keys", Keyring())
    return found


def on_sqlite(tx: Tx) -> bool:
    """Return whether a transaction speaks to SQLite."""
    return tx.dialect.name == "sqlite"


def refuse_changes(tx: Tx, table: str) -> None:
    """Have the database refuse to change or delete rows of a table.

    Released migrations call it: what it writes stays as it is.
    """
    if on_sqlite(tx):
        for verb in ("UPDATE", "DELETE"):
            tx.exec_driver_sql(
                f"CREATE TRIGGER append_only_{table}_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END"
            )
        return
    tx.exec_driver_sql(
        f"CREATE TRIGGER append_only_{table} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    )


def allow_changes(tx: Tx, table: str) -> None:
    """Take back what `refuse_changes` laid on a table."""
    if on_sqlite(tx):
        for verb in ("update", "delete"):
            tx.exec_driver_sql(f"DROP TRIGGER append_only_{table}_{verb}")
    else:
        tx.exec_driver_sql(f"DROP TRIGGER append_only_{table} ON {table}")


@cache
def day_text(day: date) -> str:
    """Return a day as both databases read it; each day of a book is written many times."""
    return day.isoformat()


def row_text(row: Iterable[Any]) -> list[Any]:
    """Return a row with its days as text."""
    return [day_text(value) if isinstance(value, date) else value for value in row]


def insert_rows(
    tx: Tx, table: sa.Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Write many rows at once and return how many: executemany on SQLite, COPY on PostgreSQL.

    rows  values in the order of the columns: int, str, bytes or None, a day as `day_text` has it
    """
    counted = _Counted(rows)
    cursor: Any = _raw_cursor(tx)
    names = ", ".join(f'"{name}"' for name in columns)
    if on_sqlite(tx):
        marks = ", ".join("?" * len(columns))
        cursor.executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', counted)
    else:
        cursor.execute(f'COPY "{table.name}" ({names}) FROM STDIN', stream=copying.lines(counted))
    cursor.close()
    _filled.setdefault(tx, Counter())[table.name] += counted.seen
    return counted.seen


def read_columns(tx: Tx, query: sa.Select[Any]) -> dict[str, np.ndarray]:
    """Return a query's columns: int64 for numbers, days since 1970 for dates, else object.

    Empty numbers and dates come back as the smallest int64.
    """
    sql = str(query.compile(dialect=tx.dialect, compile_kwargs={"literal_binds": True}))
    fetch = _sqlite_columns if on_sqlite(tx) else _postgresql_columns
    found = fetch(tx, sql, [column.name for column in query.selected_columns])
    return {
        column.name: _typed(found[column.name], column.type) for column in query.selected_columns
    }


EMPTY = np.iinfo(np.int64).min


def _raw_cursor(tx: Tx) -> Any:
    driver = tx.connection.driver_connection
    assert driver is not None
    return driver.cursor()


class _Counted:
    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.rows = rows
        self.seen = 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for row in self.rows:
            self.seen += 1
            yield row


def _sqlite_columns(tx: Tx, sql: str, names: list[str]) -> dict[str, Sequence[Any]]:
    cursor = _raw_cursor(tx)
    rows = cursor.execute(sql).fetchall()
    cursor.close()
    return (
        dict(zip(names, zip(*rows, strict=True), strict=True))
        if rows
        else dict.fromkeys(names, ())
    )


def _postgresql_columns(tx: Tx, sql: str, names: list[str]) -> dict[str, Sequence[Any]]:
    tx.exec_driver_sql("SELECT 1")
    out = io.BytesIO()
    cursor: Any = _raw_cursor(tx)
    cursor.execute(f"COPY ({sql}) TO STDOUT (FORMAT csv, HEADER false)", stream=out)
    cursor.close()
    out.seek(0)
    if not out.getbuffer().nbytes:
        return dict.fromkeys(names, ())
    frame = pd.read_csv(
        out, header=None, names=names, dtype=object, keep_default_na=False, na_filter=False
    )
    return {name: frame[name].to_numpy() for name in names}


def _typed(values: Sequence[Any], kind: Any) -> np.ndarray:
    if isinstance(kind, sa.Date):
        return _days(values)
    if isinstance(kind, sa.Integer | sa.Numeric):
        return _numbers(values)
    return np.array(values, dtype=object)


def _numbers(values: Sequence[Any]) -> np.ndarray:
    try:
        return np.array(values, dtype=np.int64)
    except (TypeError, ValueError):
        return np.array([EMPTY if v in (None, "") else int(v) for v in values], dtype=np.int64)


def _days(values: Sequence[Any]) -> np.ndarray:
    clean = np.array(["NaT" if v in (None, "") else v for v in values], dtype="datetime64[D]")
    return clean.astype(np.int64)
