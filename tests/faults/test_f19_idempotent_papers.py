"""F19: the same statement twice of the same book is the same file, whoever makes it and where.

To the byte, under its seal too: the signature draws no number by chance where the key lies in a
file (RFC 6979). A device that holds the key may draw one.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from creditdesk import issued
from creditdesk.db import Database
from creditdesk.papers import KINDS, Look
from tests import printed, readback
from tests.keys import KEYS
from tests.sealed import certify

ROOT = Path(__file__).parents[2]


@pytest.fixture
def filling():
    return printed.fill


@pytest.fixture
def book(sqlite_url):
    door = Database(sqlite_url, KEYS)
    yield door
    door.close()


def elsewhere(url, **surroundings):
    """Return the digests that a process of its own finds, in other surroundings."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.printed", url],
        cwd=ROOT,
        env=os.environ | surroundings,
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_every_document_is_the_same_file_again_elsewhere_and_on_another_database(
    book, postgresql_url
):
    abroad = {"PYTHONHASHSEED": "4711", "TZ": "Pacific/Auckland", "LC_ALL": "C", "LANG": "C"}

    assert elsewhere(postgresql_url, **abroad) == printed.digests(book)


@pytest.mark.parametrize("name", KINDS)
def test_what_the_pages_add_up_to_is_what_the_book_holds(book, name):
    with book.read() as tx:
        value = printed.value(tx, name)
    content = KINDS[name].written(value, "pdf", Look())

    read, true = readback.money(name, value, content)

    assert read == true
    assert KINDS[name].evidence(value).failed == ()
    assert readback.enclosed(content) == readback.table(KINDS[name].written(value, "csv", Look()))


def test_a_statement_sealed_twice_is_the_same_file(book, tmp_path):
    settings = certify(tmp_path)
    with book.read() as tx:
        value = printed.value(tx, "portfolio")
    printer = KINDS["portfolio"].printer(value, Look())

    one, two = (issued.made(settings, value.evidence, printer) for _ in range(2))

    assert one.sealed_by
    assert one.content == two.content
