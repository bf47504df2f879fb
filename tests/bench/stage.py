"""What is measured on: the demonstration's book, copies of it to write in, and blank databases."""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import zlib
from contextlib import closing
from functools import cached_property
from itertools import count
from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from creditdesk import demo, opening, schema, settings
from creditdesk.db import Database
from creditdesk.records.ledger import intake_file
from tests.bench.measure import note
from tests.keys import KEYS
from tests.postgres import Server

FOLDER = settings.ROOT / "var" / "bench"
MOMENT = "2026-11-22T00:00:00+00:00"


class Stage:
    """Gives each measurement its ground; what it made is thrown away, the full book is kept."""

    def __init__(self, *, small=False, postgresql=False):
        """Choose a tenth or the whole, SQLite or a PostgreSQL server of our own."""
        self.small = small
        self.policy = settings.policy()
        self.folder = Path(tempfile.mkdtemp(prefix="creditdesk-bench-"))
        self.server = Server() if postgresql else None
        self.numbers = count(1)
        self.open = []
        if self.server:
            self.server.start()

    def end(self):
        """Throw away everything but the book."""
        for database in self.open:
            database.close()
        if self.server:
            self.server.stop()
        shutil.rmtree(self.folder)

    def of(self, whole):
        """Return a size, or a tenth of it where all is small."""
        return max(1, whole // 10) if self.small else whole

    def _door(self, url):
        database = Database(url, KEYS)
        self.open.append(database)
        return database

    def _address(self, name):
        return self.server.url(name) if self.server else f"sqlite:///{self.folder / name}.sqlite"

    @cached_property
    def _template(self):
        if self.server:
            self.server.create("template")
        database = Database(self._address("template"), KEYS)
        schema.upgrade(database)
        with database.begin() as tx:
            opening.prepare(tx, settings.geography(), self.policy, MOMENT)
        return database

    def blank(self):
        """Return a fresh database that is ready for its first loan."""
        return self.copy(self._template)

    def plain(self):
        """Return the engine of a database without any table, for the plain ways."""
        name = f"plain{next(self.numbers)}"
        if self.server:
            self.server.create(name)
        return self._door(self._address(name)).engine

    def copy(self, database):
        """Return a copy of a database."""
        name = f"copy{next(self.numbers)}"
        database.close()
        if self.server:
            self.server.create(name, database.url.database)
        else:
            with closing(sqlite3.connect(database.url.database)) as connection:
                # What still stands in the log belongs to the file.
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copyfile(database.url.database, self.folder / f"{name}.sqlite")
        return self._door(self._address(name))

    def drop(self, database):
        """Throw a copy away."""
        database.close()
        self.open.remove(database)
        if self.server:
            self.server.drop(database.url.database)
        else:
            for file in self.folder.glob(f"{Path(database.url.database).name}*"):
                file.unlink()

    @cached_property
    def built(self):
        """Return how the book was built: seconds, megabytes, when, in this run or before."""
        told = self._book_folder / "built.json"
        if not self.server and told.exists():
            return json.loads(told.read_text("utf-8")) | {"now": False}
        shutil.rmtree(self._book_folder, ignore_errors=True)
        self._book_folder.mkdir(parents=True)
        if self.server:
            self.server.create("book")
        found = self._build() | {"on": time.strftime("%Y-%m-%d")}
        if not self.server:
            told.write_text(json.dumps(found), "utf-8")
        return found | {"now": True}

    @cached_property
    def book(self):
        """Return the demonstration's book, which nobody writes in."""
        assert self.built
        return self._door(self._book_url)

    @property
    def _asked(self):
        return ("--loans", str(demo.FULL_LOANS // 10)) if self.small else ("--full",)

    @property
    def _book_folder(self):
        config = Config()
        config.set_main_option("script_location", str(schema.FOLDER))
        head = ScriptDirectory.from_config(config).get_current_head()
        what = (*self._asked, demo.PROVINCE, demo.SEED, demo.FULL_LOANS, str(demo.REPORTED), head)
        return FOLDER / hashlib.sha256(repr(what).encode()).hexdigest()[:12]

    @property
    def _book_url(self):
        if self.server:
            return self.server.url("book")
        return f"sqlite:///{self._book_folder / 'book.sqlite'}"

    def _build(self):
        """Build the book by the command that everybody uses, in a process of its own."""
        command = [sys.executable, "-m", "creditdesk", "demo", *self._asked]
        note(f"building the book: creditdesk demo {' '.join(self._asked)}")
        start = time.perf_counter()
        with subprocess.Popen(
            command,
            cwd=settings.ROOT,
            env=os.environ | {"CREDITDESK_DATABASE_URL": self._book_url},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as child:
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise RuntimeError(f"creditdesk demo ended with {child.returncode}")
        return {
            "seconds": time.perf_counter() - start,
            "megabytes": used.ru_maxrss / 1024,
            "processor": used.ru_utime + used.ru_stime,
        }

    @cached_property
    def office(self):
        """Return the loan file and the movements file of the office with most movements."""
        wanted = sa.select(intake_file.c.name, intake_file.c.kind, intake_file.c.content)
        with self.book.read() as tx:
            largest = tx.execute(
                sa.select(intake_file.c.name)
                .where(intake_file.c.kind == "movements")
                .order_by(intake_file.c.rows.desc())
                .limit(1)
            ).scalar_one()
            code = largest.removesuffix(".csv").rpartition("-")[2]
            found = {}
            for name, kind, content in tx.execute(wanted.where(intake_file.c.name.contains(code))):
                found[kind] = self.folder / name
                found[kind].write_bytes(zlib.decompress(content))
        return found["loans"], found["movements"]
