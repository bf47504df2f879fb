"""F2: copies of one request, all at once and against a real server, have one effect.

`make long` sends as many as the catalogue of faults asks for.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Thread

import pytest
from werkzeug.serving import make_server

from creditdesk import audit
from creditdesk.client import Client, Problem, Unanswered
from tests.builders import POLICY, live
from tests.conftest import LONG
from tests.service.conftest import LOAN_NO, OTHER_LOAN_NO

COPIES = 200 if LONG else 40
REQUESTS, KEYS = (12_000, 1_500) if LONG else (240, 30)
DAY = date(2026, 6, 12)


@pytest.fixture
def served(app, held):
    """Return the address of the service, served to many at once, and tokens by name."""
    app.extensions["creditdesk"].settings = unlimited(app.extensions["creditdesk"].settings)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    serving = Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}/api/v1", held
    server.shutdown()
    serving.join()
    server.server_close()


def unlimited(configured):
    return replace(configured, api_calls=10**9, api_calls_of_address=10**9)


def a_line(number="T1", loan_no=LOAN_NO, interest=1_000):
    return {"loan_no": loan_no, "receipt_no": number, "principal": 0, "interest": interest}


def booked(database, loan_no=LOAN_NO):
    with database.read() as tx:
        assert audit.verify(tx, POLICY).faults == []
        return Counter(one.event.receipt_no for one in live(tx, loan_no))


def tried(act):
    """Return what an act answers, or why it was refused."""
    try:
        return act()
    except Problem as refused:
        return refused.status, refused.code
    except Unanswered:
        return "unanswered"


def test_f2_copies_of_one_receipt_at_once_book_it_once(served, database):
    address, held = served
    client = Client(address, held["can-bo-1"], tries=10)
    said = {**a_line(), "day": DAY.isoformat()}

    with ThreadPoolExecutor(16) as pool:
        copies = [
            pool.submit(client.post, "/receipts", said, key="one-key-for-all")
            for _ in range(COPIES)
        ]
        answers = [copy.result() for copy in copies]

    assert len(answers) == COPIES
    assert {answer.status for answer in answers} == {201}
    assert len({str(answer.document) for answer in answers}) == 1
    assert sum(not answer.replayed for answer in answers) == 1
    assert booked(database)["T1"] == 1


def test_f2_a_key_of_many_requests_has_the_effect_of_one(served, database):
    address, held = served
    client = Client(address, held["can-bo-1"], tries=10)

    def ask(at):
        number = at % KEYS
        twisted = a_line(f"T{number}", interest=1_000 + at // KEYS % 2)
        return tried(lambda: client.receive(twisted, DAY, key=f"key-{number:08d}"))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(REQUESTS)))

    refused = {answer for answer in answers if isinstance(answer, tuple | str)}
    assert refused <= {(422, "idempotency-key-reused")}
    counts = booked(database)
    assert [counts[f"T{number}"] for number in range(KEYS)] == [1] * KEYS


def test_f2_of_two_officers_who_change_one_loan_one_wins_and_the_other_is_told(served, database):
    address, held = served
    clients = [Client(address, held[name], tries=10) for name in ("can-bo-1", "can-bo-2")]

    for round_ in range(10):
        tag = clients[0].tag(LOAN_NO)

        def change(who, tag=tag, round_=round_):
            line = a_line(f"R{round_}-{who}")
            return tried(lambda: clients[who].receive(line, DAY, tag=tag))

        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(change, (0, 1)))

        assert sorted(isinstance(answer, dict) for answer in answers) == [False, True]
        assert (412, "loan-changed") in answers
    assert sum(booked(database).values()) == 1 + 10


def test_f2_of_two_people_at_one_step_one_takes_it_and_the_other_is_told(served, database):
    address, held = served
    clients = [Client(address, held[name], tries=10) for name in ("can-bo-1", "can-bo-2")]
    seen = clients[0].get("/applications/D7").tag
    rounds = (
        ("review", "2026-03-05", seen, (412, "state-changed")),
        ("list", "2026-03-06", "", (422, "step-not-allowed")),
    )

    for step, day, tag, loser in rounds:

        def take(who, step=step, day=day, tag=tag):
            paper = {"document_no": f"{step}-{who}", "document_on": day}
            said = {"step": step, "day": day, "lines": [{"application_no": "D7"}], **paper}
            return tried(lambda: clients[who].post("/applications/steps", said, tag=tag).status)

        with ThreadPoolExecutor(2) as pool:
            assert set(pool.map(take, (0, 1))) == {201, loser}
    assert clients[0].get("/applications/D7").document["state"] == "listed"
    with database.read() as tx:
        assert audit.verify(tx, POLICY).faults == []


def test_f2_sheets_that_cross_do_not_wait_for_one_another(served, database):
    address, held = served
    client = Client(address, held["can-bo-1"], tries=10)
    loans = (LOAN_NO, OTHER_LOAN_NO)

    def hand_in(at):
        order = loans if at % 2 else loans[::-1]
        lines = [a_line(f"S{at}-{loan_no[-1]}", loan_no) for loan_no in order]
        return client.receive_sheet(lines, DAY)["interest"]

    with ThreadPoolExecutor(8) as pool:
        sums = list(pool.map(hand_in, range(24)))

    assert sums == [2_000] * 24
    assert all(sum(booked(database, loan_no).values()) == 25 for loan_no in loans)


def test_the_client_reads_page_by_page_and_undoes_what_it_did(served, database):
    address, held = served
    client = Client(address, held["can-bo-1"])
    reader = Client(address, held["kiem-toan"], language="en")

    assert [row["loan_no"] for row in reader.loans("19333", limit="1")] == [LOAN_NO, OTHER_LOAN_NO]
    client.receive(a_line("T/1"), DAY)
    client.reverse("T/1", "Ghi nhầm")
    assert reader.standing(LOAN_NO, DAY)["interest_collected"] == 0
    with pytest.raises(Problem, match="loan-not-found"):
        reader.standing("6600000000000999", DAY)


def test_the_client_says_with_which_key_to_ask_again():
    client = Client("http://127.0.0.1:9/api/v1", "x", tries=1, seconds=1)

    with pytest.raises(Unanswered) as silence:
        client.receive(a_line(), DAY)

    assert len(silence.value.key) == 32
