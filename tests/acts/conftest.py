"""Books that many tests of acts read and none changes."""

import shutil
from datetime import date

import pytest

from creditdesk.db import Database
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from tests.builders import a_book, a_loan, an_invented_book, enter
from tests.keys import KEYS
from tests.papered import HOSTILE


@pytest.fixture(scope="session")
def books(tmp_path_factory, sqlite_template):
    """Return doors to four books: three by chance, and one of a single hostile loan."""
    folder, doors = tmp_path_factory.mktemp("papers"), []
    invented = (an_invented_book(31, count=20), an_invented_book(8), an_invented_book(17, count=9))
    for number, book in enumerate((*invented, None)):
        path = folder / f"{number}.sqlite"
        shutil.copy(sqlite_template, path)
        doors.append(Database(f"sqlite:///{path}", KEYS))
        with doors[-1].begin() as tx:
            if book is None:
                loan_no = a_loan(tx, 1, group_head=HOSTILE[0], drawn=7_777_777)
                moved = Event(date(2026, 9, 7), Kind.OVERDUE, Dong(2_000_001), None, "CQH1")
                enter(tx, loan_no, moved)
            else:
                a_book(tx, book)
    yield doors
    for door in doors:
        door.close()
