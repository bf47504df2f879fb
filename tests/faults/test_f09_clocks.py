"""Several clocks on one database: a job is effective once a day, who overslept writes nothing."""

import time
from datetime import date, datetime, timedelta
from functools import partial
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from creditdesk import closing, jobs, records, settings
from creditdesk.db import Database
from creditdesk.engine.days import ZONE
from tests.conftest import LONG
from tests.faults.book import DEED, KEPT, at_once, kept_rows, lend

CLOCKS = 4
NIGHTS = 500 if LONG else 10
EVENING = datetime(2026, 4, 2, 21, 30, tzinfo=ZONE)
OVERSLEPT = jobs.LEASE + timedelta(seconds=1)
CLOSE_DAY, CLOSE_MONTH = jobs.TIMETABLE
SETTINGS = settings.load({})
WRITTEN = (*KEPT, records.kept.job_run, records.kept.business_day)


def clock(database):
    return jobs.Clock(database, SETTINGS)


@pytest.fixture
def clocks(database_url):
    """Return clocks of one database, each with a door of its own."""
    doors = [Database(database_url) for _ in range(CLOCKS)]
    yield [clock(door) for door in doors]
    for door in doors:
        door.close()


def runs(database):
    """Return which jobs ran for which days, in order."""
    table = records.kept.job_run
    with database.read() as tx:
        found = tx.execute(sa.select(table.c.job, table.c.day).order_by(table.c.day, table.c.job))
        return [tuple(row) for row in found]


def test_of_clocks_that_fire_at_once_one_is_effective(clocks):
    database = clocks[0].database
    lend(database, 1)
    nights = [EVENING + timedelta(number) for number in range(NIGHTS)]
    effective = []
    barrier = Barrier(CLOCKS, timeout=60)

    def tick(one):
        for night in nights:
            for job in jobs.TIMETABLE:
                barrier.wait()
                if one.fire(job, night):
                    effective.append((job.name, night.date()))

    threads = [Thread(target=tick, args=(one,)) for one in clocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    days = [night.date() for night in nights]
    assert effective == [(job.name, day) for day in days for job in jobs.TIMETABLE]
    assert runs(database) == effective
    assert [row[0] for row in kept_rows(database)["closed_day"]] == days


def test_a_job_run_twice_is_effective_once(database):
    lend(database, 1)
    one = clock(database)

    assert one.fire(CLOSE_DAY, EVENING)
    rows = kept_rows(database, WRITTEN)

    assert not one.fire(CLOSE_DAY, EVENING)
    assert kept_rows(database, WRITTEN) == rows


def test_a_second_clock_stands_by_until_the_first_is_gone(clocks):
    first, second, *_ = clocks
    lend(first.database, 1)

    assert first.take_lease(EVENING)
    assert not second.fire(CLOSE_DAY, EVENING + jobs.LEASE / 2)
    assert second.fire(CLOSE_DAY, EVENING + OVERSLEPT)
    assert (first.token, second.token) == (1, 2)


def test_a_clock_that_was_overtaken_in_its_sleep_writes_nothing(clocks):
    frozen, awake, *_ = clocks
    lend(frozen.database, 1)
    assert frozen.take_lease(EVENING)
    assert awake.take_lease(EVENING + OVERSLEPT)
    rows = kept_rows(frozen.database, WRITTEN)

    token, day = frozen.token, EVENING.date()
    done = jobs.run(frozen.database, CLOSE_DAY, day=day, token=token)

    assert not done
    assert not frozen.fire(CLOSE_DAY, EVENING + OVERSLEPT)
    assert kept_rows(frozen.database, WRITTEN) == rows


def test_a_clock_keeps_its_lease_while_its_work_takes_longer(clocks, monkeypatch):
    monkeypatch.setattr(jobs, "LEASE", timedelta(seconds=0.9))
    table = records.kept.clock_lease
    kept = []

    class Busy(jobs.Clock):
        """A clock whose work ends when its lease was renewed thrice, or never is."""

        def tidy(self, moment):
            """Work, and stop."""
            for _ in range(400):
                with self.database.read() as tx:
                    kept.append(tx.execute(sa.select(table.c.until)).scalar())
                if len(set(kept)) > 3:
                    break
                time.sleep(0.02)
            self.stop()

    Busy(clocks[0].database, SETTINGS).keep()

    assert len(set(kept)) > 3
    assert kept == sorted(kept)


def test_the_very_first_lease_is_taken_by_one_of_many(clocks):
    taken = at_once(*(partial(one.take_lease, EVENING) for one in clocks))

    assert sorted(taken) == [False] * (CLOCKS - 1) + [True]


def test_two_clocks_of_one_process_are_two(database):
    first, second = clock(database), clock(database)

    assert first.take_lease(EVENING)
    assert not second.take_lease(EVENING)


def test_a_host_whose_clock_jumps_back_closes_nothing_again(database):
    lend(database, 1)
    one = clock(database)
    one.fire(CLOSE_DAY, EVENING)
    one.fire(CLOSE_DAY, EVENING + timedelta(10))
    rows = kept_rows(database, (*KEPT, records.kept.business_day))

    one.fire(CLOSE_DAY, EVENING + timedelta(5))

    assert kept_rows(database, (*KEPT, records.kept.business_day)) == rows


def test_a_stopped_process_that_wakes_after_another_did_its_work_writes_nothing(database, nursery):
    lend(database, 1)
    later = EVENING + OVERSLEPT

    slept = nursery.run("fire", database.url, moment=EVENING.isoformat(), stop=True)
    other = clock(database)
    assert other.fire(CLOSE_DAY, later)
    rows = kept_rows(database, WRITTEN)
    woken = nursery.wake()

    assert slept["status"] == "stopped"
    assert (woken["status"], woken["said"]) == (0, [True, False])
    assert kept_rows(database, WRITTEN) == rows


def test_processes_that_keep_the_same_nights_do_each_night_once(database, nursery, other_nursery):
    lend(database, 1)
    nights = [EVENING + timedelta(number) for number in range(4)]

    def keep(one, night):
        return one.run("fire", database.url, moment=night.isoformat())

    told = [
        at_once(partial(keep, nursery, night), partial(keep, other_nursery, night))
        for night in nights
    ]

    assert [sorted(one["said"] for one in night) for night in told] == [[False, True]] * 4
    assert runs(database) == [("close-day", night.date()) for night in nights]


@pytest.mark.parametrize(
    ("moment", "closed"),
    [
        (datetime(2026, 4, 2, 21, 29, tzinfo=ZONE), date(2026, 4, 1)),
        (datetime(2026, 4, 2, 21, 30, tzinfo=ZONE), date(2026, 4, 2)),
        (datetime(2026, 4, 3, 8, 0, tzinfo=ZONE), date(2026, 4, 2)),
    ],
)
def test_a_clock_that_starts_late_does_what_was_missed(database, moment, closed):
    lend(database, 1)

    clock(database).catch_up(moment)

    assert set(runs(database)) == {("close-day", closed), ("close-month", date(2026, 4, 1))}


def test_a_clock_whose_database_is_away_waits_for_it(tmp_path):
    one = clock(Database(f"sqlite:///{tmp_path}/empty.sqlite"))

    one.catch_up(EVENING)

    assert not one.fire(CLOSE_DAY, EVENING)
    assert one.token == 0
    one.database.close()


def test_the_clock_leaves_a_month_that_people_opened_to_them_and_says_so(database, caplog):
    lend(database, 1)
    first = datetime(2026, 4, 1, 22, 0, tzinfo=ZONE)
    one = clock(database)
    assert one.fire(CLOSE_MONTH, first)
    with database.begin() as tx:
        closing.open_month(tx, month="2026-03", deed=DEED)
    rows = kept_rows(database)

    assert not clock(database).fire(CLOSE_MONTH, first + OVERSLEPT + timedelta(1))
    assert "month-stands-open" in caplog.text
    assert kept_rows(database) == rows

    assert clock(database).fire(CLOSE_DAY, first + 2 * OVERSLEPT + timedelta(1))
    assert "2026-03 stands open" in caplog.text

    with database.begin() as tx:
        closing.close_month(tx, month="2026-03", today=date(2026, 4, 3), moment="m")
    assert clock(database).fire(CLOSE_MONTH, first + 3 * OVERSLEPT + timedelta(1))
    assert len(kept_rows(database)["closed_month"]) == 2
