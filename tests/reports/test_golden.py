"""Every document of a fixed little book says what it said when somebody last looked at it.

Where a change is meant, `python -m tests.reports.golden` renews the files, and the difference is
read before it is kept.
"""

import pytest

from creditdesk.db import Database
from creditdesk.papers import KINDS
from tests import printed
from tests.keys import KEYS
from tests.reports import golden


@pytest.fixture
def filling():
    return printed.fill


@pytest.fixture
def book(sqlite_url):
    door = Database(sqlite_url, KEYS)
    yield door
    door.close()


@pytest.mark.parametrize("name", KINDS)
def test_pages_totals_and_text_of_a_document_are_as_they_were(book, name):
    kept = (golden.FOLDER / f"{name}.txt").read_text("utf-8")

    with book.read() as tx:
        assert golden.told(tx, name) == kept


def test_no_golden_file_is_of_a_document_that_is_gone():
    assert {file.stem for file in golden.FOLDER.iterdir()} == set(KINDS)
