"""What every test may ask for: a fresh, migrated database, on SQLite and on PostgreSQL."""

import os
import shutil
from itertools import count

import hypothesis
import pytest

from creditdesk import schema
from creditdesk.db import Database
from tests.keys import DATA_KEY, KEYS
from tests.postgres import Server

os.environ["CREDITDESK_DATA_KEY"] = DATA_KEY
TEMPLATE = "cd_template"
_numbers = count(1)

# Randomized tests are judged by what they find, never by how fast they are.
# CREDITDESK_LONG=1 (`make long`) gives them twenty times the examples.
LONG = os.environ.get("CREDITDESK_LONG") == "1"
hypothesis.settings.register_profile(
    "creditdesk",
    max_examples=2000 if LONG else 100,
    deadline=None,
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


@pytest.fixture
def sqlite_url(sqlite_template, tmp_path):
    """Return the address of a fresh, migrated SQLite file."""
    path = tmp_path / "book.sqlite"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgresql):
    """Return the address of a fresh, migrated PostgreSQL database."""
    name = f"cd_{next(_numbers)}"
    postgresql.create(name, TEMPLATE)
    yield postgresql.url(name)
    postgresql.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    """Return the address of a fresh, migrated database: once on each of both."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def database(database_url):
    """Return the door to a fresh, migrated database: once on each of both."""
    door = Database(database_url, KEYS)
    yield door
    door.close()
