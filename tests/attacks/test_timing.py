"""A1, A2 and A6 by the clock: what may not be told is not told by the time of an answer either.

Measured by `make long` only: a suite is never judged by how fast it is. Two kinds of request are
asked in turn; the area under the curve (AUC) is how often the slower of two answers is of the one
kind: 0.5 tells nothing, 1 tells everything.
"""

from random import Random
from time import perf_counter

import pytest

from creditdesk.db import metadata
from tests.attacks.stage import ANY, NOBODYS, THEIRS, Attacker, application, sign_in
from tests.conftest import LONG

pytestmark = pytest.mark.skipif(not LONG, reason="timing is measured by `make long` only")
PAIRS = 1_500
MOST = 0.05
"""How far from 0.5 an AUC may lie; of 1,500 pairs, four times its standard error."""
SLEEPING = "' OR (SELECT count(*) FROM generate_series(1, 3000000)) > 0 --"
PLAIN = "' OR (SELECT count(*) FROM generate_series(1, 3)) > 0 --"


def seconds(act):
    start = perf_counter()
    act()
    return perf_counter() - start


def auc(one, other, pairs=PAIRS):
    """Return how well the times of two acts, done in a random order, are told apart."""
    rng, times = Random(7), {one: [], other: []}
    for _ in range(20):
        one(), other()
    for _ in range(pairs):
        for act in rng.sample((one, other), 2):
            times[act].append(seconds(act))
    ranked = sorted((time, act is one) for act, found in times.items() for time in found)
    ranks = sum(rank for rank, (_, is_one) in enumerate(ranked, 1) if is_one)
    return (ranks - pairs * (pairs + 1) / 2) / pairs**2


def test_a1_no_payload_makes_the_database_work(desk):
    auditor = desk.people["auditor"]

    def asked(payload):
        return lambda: auditor.ask("GET", "/communes/19333", None, {"place": payload}).close()

    assert auc(asked(SLEEPING), asked(PLAIN)) == pytest.approx(0.5, abs=MOST)


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/loans/{loan_no}",
        "/api/v1/households/{household_no}/standing",
        "/api/v1/applications/{application_no}",
        "/loans/{loan_no}",
    ],
)
def test_a2_a_thing_elsewhere_takes_as_long_as_one_that_is_nowhere(desk, path):
    committee = desk.people["committee"]
    theirs, nobodys = (path.format(**(ANY | said)) for said in (THEIRS, NOBODYS))
    assert committee.ask("GET", theirs).status_code in (403, 404)

    found = auc(
        lambda: committee.ask("GET", theirs).close(), lambda: committee.ask("GET", nobodys).close()
    )

    assert found == pytest.approx(0.5, abs=MOST)


def test_a6_somebody_takes_as_long_to_refuse_as_nobody(desk, database_url):
    freely = dict.fromkeys(("sign_in_tries_of_strangers", "sign_in_tries_of_address"), 10**6)
    app = application(database_url, **freely, sign_in_tries=10**6, password_memory_kib=1024)
    attempts = metadata.tables["sign_in_attempt"]

    def guessed(name):
        attacker = Attacker(app)

        def guess():
            answer = sign_in(attacker, name, "không phải mật khẩu")
            assert answer.status_code == 403
            with desk.database.begin() as tx:
                tx.execute(attempts.delete())

        return guess

    found = auc(guessed("officer"), guessed("nobody-here"))

    app.extensions["creditdesk"].database.close()
    assert found == pytest.approx(0.5, abs=MOST)
