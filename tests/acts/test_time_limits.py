"""What takes too long is stopped and said; what nobody asks for again is tidied away."""

from contextlib import closing
from dataclasses import replace

import pytest

from creditdesk import answers, jobs, settings
from creditdesk.db import Database, QuestionTooLong
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
