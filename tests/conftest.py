"""What every test may ask for: a fresh, migrated database, on SQLite and on PostgreSQL."""

import os
import shutil
import tempfile
import threading
from functools import cache
from itertools import count
from pathlib import Path

import hypothesis
import pytest

from creditdesk import schema
from creditdesk.db import Database
from tests.chromium import browser
from tests.keys import DATA_KEY, KEYS
from tests.postgres import Server

__all__ = ["browser"]

os.environ["CREDITDESK_DATA_KEY"] = DATA_KEY
# Nobody's seal: what a trial on this machine made seals nothing here.
os.environ["CREDITDESK_SEAL_FILE"] = str(Path(tempfile.gettempdir()) / f"{os.getpid()}.p12")
TEMPLATE = "cd_template"
_numbers = count(1)

# Randomized tests are judged by what they find, never by how fast they are.
# The suite tries the same examples each time, so that a failure is of the change before it;
# CREDITDESK_LONG=1 (`make long`) gives new ones at each run, twenty times as many.
LONG = os.environ.get("CREDITDESK_LONG") == "1"
hypothesis.settings.register_profile(
    "creditdesk",
    max_examples=2000 if LONG else 100,
    deadline=None,
    derandomize=not LONG,
    print_blob=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("creditdesk")


def migrated(url):
    """Bring the database at an address to the newest tables and let go of it."""
    database = Database(url, KEYS)
    try:
        schema.upgrade(database)
    finally:
        database.close()


@pytest.fixture(scope="session")
def postgresql():
    """Return a PostgreSQL server of this process's own, holding a migrated template."""
    server = Server()
    server.start()
    try:
        server.create(TEMPLATE)
        migrated(server.url(TEMPLATE))
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    """Return the path of a migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "book.sqlite"
    migrated(f"sqlite:///{path}")
    return path


def filled(url, fill):
    """Fill the book at an address and let go of it; return what the filling returned."""
    database = Database(url, KEYS)
    try:
        return fill(database)
    finally:
        database.close()


@pytest.fixture(scope="session")
def templates(request):
    """Return how to come by (its place, what its filling returned) of a book of either kind.

    A book is filled once in each process, for all the tests that begin with a copy of it.
    """

    @cache
    def template(kind, fill):
        if kind == "sqlite":
            empty = request.getfixturevalue("sqlite_template")
            if fill is None:
                return empty, None
            path = request.getfixturevalue("tmp_path_factory").mktemp("filled") / "book.sqlite"
            shutil.copy(empty, path)
            return path, filled(f"sqlite:///{path}", fill)
        if fill is None:
            return TEMPLATE, None
        server, name = request.getfixturevalue("postgresql"), f"cd_filled_{next(_numbers)}"
        server.create(name, TEMPLATE)
        return name, filled(server.url(name), fill)

    return template


def wait_for_errands():
    """Let what pages and service do in the background come to its end, before its book goes."""
    for thread in threading.enumerate():
        if thread.name == "errands":
            thread.join(30)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown():
    """Close no book while somebody works in it."""
    wait_for_errands()


@pytest.fixture
def filling():
    """Return the function that fills the book of a test; where there is none it begins empty.

    It is given the open door to a migrated book. A folder or a file may have one of its own.
    """
    return


@pytest.fixture
def sqlite_url(templates, filling, tmp_path):
    """Return the address of a fresh, migrated SQLite file."""
    path = tmp_path / "book.sqlite"
    shutil.copy(templates("sqlite", filling)[0], path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgresql, templates, filling):
    """Return the address of a fresh, migrated PostgreSQL database."""
    name = f"cd_{next(_numbers)}"
    postgresql.create(name, templates("postgresql", filling)[0])
    yield postgresql.url(name)
    postgresql.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    """Return the address of a fresh, migrated database: once on each of both."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def held(templates, filling, database_url):
    """Return what the filling of the book returned: the secrets of those who are in it."""
    return templates(database_url.partition(":")[0], filling)[1]


@pytest.fixture
def database(database_url):
    """Return the door to a fresh, migrated database: once on each of both."""
    door = Database(database_url, KEYS)
    yield door
    door.close()
