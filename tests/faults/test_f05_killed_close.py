"""A closing killed at any moment and run again: not a row differs from an undisturbed twin's."""

import shutil
from datetime import date, timedelta
from itertools import count
from random import Random

import pytest
import sqlalchemy as sa

from creditdesk import closing, ledger, months, records
from creditdesk.db import Database
from creditdesk.engine.days import month_end
from tests.conftest import LONG, TEMPLATE
from tests.faults.book import fill, kept_rows, pay, prove
from tests.keys import KEYS

LOANS = 400
KILLS = 200 if LONG else 6
MOST_TURNS = 10 * KILLS
FIRST = date(2024, 1, 31)
KILLED = -9
_names = count(1)


@pytest.fixture(scope="module")
def sqlite_twins(sqlite_template, tmp_path_factory):
    """Return the addresses of two copies of one filled book."""
    folder = tmp_path_factory.mktemp("twins")
    paths = [folder / f"{name}.sqlite" for name in ("killed", "spared")]
    shutil.copy(sqlite_template, paths[0])
    filled(f"sqlite:///{paths[0]}", folder)
    shutil.copy(paths[0], paths[1])
    return [f"sqlite:///{path}" for path in paths]


@pytest.fixture(scope="module")
def postgresql_twins(postgresql, tmp_path_factory):
    """Return the addresses of two copies of one filled book."""
    number = next(_names)
    names = [f"cd_{name}_{number}" for name in ("killed", "spared")]
    postgresql.create(names[0], TEMPLATE)
    filled(postgresql.url(names[0]), tmp_path_factory.mktemp("twins"))
    postgresql.create(names[1], names[0])
    yield [postgresql.url(name) for name in names]
    for name in names:
        postgresql.drop(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def twins(request):
    """Return the doors to two equal books: once on each of both databases."""
    doors = [Database(url, KEYS) for url in request.getfixturevalue(f"{request.param}_twins")]
    yield doors
    for door in doors:
        door.close()


def filled(url, folder):
    database = Database(url, KEYS)
    fill(database, folder, LOANS)
    database.close()


def acts_of(turn):
    """Return the closings of one turn: a day, its month, and images of month ends."""
    day = month_end(FIRST + timedelta(31 * turn))
    month = {"month": day.isoformat()[:7], "today": (day + timedelta(1)).isoformat()}
    return (
        ("close_day", {"day": day.isoformat()}),
        ("close_month", month),
        ("keep_month_ends", {"until": day.isoformat(), "at_least": 100}),
    )


def test_a_killed_closing_leaves_all_or_nothing_and_ends_as_if_undisturbed(twins, nursery):
    killed, spared = twins
    chance = Random(20260531)
    usual, hits = dict.fromkeys(("close_day", "close_month", "keep_month_ends"), 0.3), 0
    loan_no = oldest_loan(killed)

    for turn in range(MOST_TURNS):
        if hits >= KILLS:
            break
        for act, facts in acts_of(turn):
            before = kept_rows(killed)
            told = nursery.run(act, spared.url, **facts)
            usual[act] = 0.5 * usual[act] + 0.5 * told["seconds"]
            after = kept_rows(spared)

            struck = nursery.run(
                act, killed.url, **facts, kill_after=chance.uniform(0, usual[act])
            )

            hits += struck["status"] == KILLED
            assert kept_rows(killed) in (before, after)
            assert nursery.run(act, killed.url, **facts)["status"] == told["status"] == 0
            assert kept_rows(killed) == after
        # Something arrives late, so that the next closing makes images anew.
        for database in twins:
            late = FIRST + timedelta(turn)
            opened(database, late)
            pay(database, loan_no, f"TRE{turn}", late, interest=1_000 + turn)

    assert hits >= KILLS
    prove(killed)


def opened(database, day):
    """Open the month of a day where it is closed."""
    deed = ledger.Deed("A", "2026-05-31T00:00:00+00:00", "B", "chứng từ đến muộn")
    with database.begin() as tx:
        if months.Lock(tx).holds(day):
            closing.open_month(tx, month=months.named(day), deed=deed)


def oldest_loan(database):
    """Return the number of the loan that was drawn first."""
    entry, loan = records.ledger.entry, records.loans.loan
    first = sa.select(loan.c.loan_no).join(entry).order_by(entry.c.value_date, entry.c.id)
    with database.read() as tx:
        return tx.execute(first).scalars().first()
