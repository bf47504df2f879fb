"""What takes too long is stopped and said; what nobody asks for again is tidied away."""

from contextlib import closing
from dataclasses import replace

import pytest

from creditdesk import answers, jobs, settings
from creditdesk.db import Database, QuestionTooLong, insert_rows
from creditdesk.records.places import PLACE_COLUMNS, place
from tests.keys import KEYS
from tests.people import NOW, later

_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n{}) SELECT i FROM n"
COUNTED = _NUMBERS.format(" WHERE i < 99")
ENDLESS = {
    "sqlite": f"SELECT max(i) FROM ({_NUMBERS.format('')})",
    "postgresql": "SELECT pg_sleep(60)",
}


def test_an_endless_question_of_a_reader_is_stopped_and_the_next_one_answered(database_url):
    with closing(Database(database_url, KEYS, reading_seconds=1)) as door:
        with pytest.raises(QuestionTooLong), door.read() as tx:
            tx.exec_driver_sql(ENDLESS[tx.dialect.name]).all()

        with door.read() as tx:
            assert len(tx.exec_driver_sql(COUNTED).all()) == 99
        with door.begin() as tx:
            assert len(tx.exec_driver_sql(COUNTED).all()) == 99


# https://www.postgresql.org/docs/current/catalog-pg-class.html: -1 until a table is looked at.
GUESSED = "SELECT reltuples FROM pg_class WHERE relname = 'place'"
HELD = "LOCK TABLE place IN SHARE UPDATE EXCLUSIVE MODE"


def test_who_wrote_many_rows_has_the_server_count_them_unless_others_hold_the_table(
    postgresql_url,
):
    def take_in(door, day):
        with door.begin() as tx:
            rows = [(str(at), "commune", day, None, "xa", "Xã", "44") for at in range(10_000)]
            insert_rows(tx, place, PLACE_COLUMNS, rows)
        with door.read() as tx:
            return tx.exec_driver_sql(GUESSED).scalar_one()

    with closing(Database(postgresql_url, KEYS)) as door:
        with door.begin() as other:
            other.exec_driver_sql(HELD)
            assert take_in(door, "2025-07-01") == -1

        assert take_in(door, "2026-01-01") == 20_000


def kept(database):
    with database.read() as tx:
        return set(tx.exec_driver_sql("SELECT key FROM answer").scalars())


def test_the_clock_forgets_answers_that_are_too_old_and_a_second_clock_nothing(database):
    configured = replace(settings.load({}), idempotency_days=2)
    with database.begin() as tx:
        for key, at in (("old", NOW), ("new", later(days=2))):
            asked = answers.Asked(key, "an", "draw", "0" * 64)
            answers.keep(tx, asked, answers.Answer(201, "{}", ""), moment=at.isoformat())
    first, second = (jobs.Clock(database, configured) for _ in range(2))
    first.take_lease(later(days=3))

    second.tidy(later(days=3))
    untouched = kept(database)
    first.tidy(later(days=3))

    assert untouched == {"old", "new"}
    assert kept(database) == {"new"}
