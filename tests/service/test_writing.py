"""Writing by the service: strictly read, done once, and nothing over another's change."""

import json
from dataclasses import replace

import pytest

from creditdesk import audit
from creditdesk.engine.money import LARGEST
from creditdesk.web import api
from creditdesk.web.limits import Minute
from creditdesk.web.protocol import TooManyRequests
from tests.builders import POLICY, a_loan, live
from tests.service.conftest import LOAN_NO, OTHER_LOAN_NO
from tests.service.test_reading import demand, demand_problem, described

DAY = "2026-06-12"


def a_receipt(number="T1", loan_no=LOAN_NO, principal=2_000_000, interest=300_000, **more):
    return {
        "loan_no": loan_no,
        "day": DAY,
        "receipt_no": number,
        "principal": principal,
        "interest": interest,
        **more,
    }


def booked(database, loan_no=LOAN_NO):
    """Return the receipts that count on a loan, after proving the book."""
    with database.read() as tx:
        assert audit.verify(tx, POLICY).faults == []
        return [(one.event.receipt_no, one.event.amount) for one in live(tx, loan_no)][1:]


def told(answer, name):
    """Return what an operation told, which is as it is described."""
    document = answer.get_json()
    assert answer.status_code == 201, document
    demand(described(name)["responses"]["201"]["content"]["application/json"]["schema"], document)
    return document


def test_a_receipt_is_booked_under_who_took_it(officer, database):
    found = told(officer.post("/receipts", a_receipt()), "takeReceipt")

    assert found == a_receipt() | {"new": True}
    assert booked(database) == [("T1/G", 2_000_000), ("T1/L", 300_000)]
    with database.read() as tx:
        acts = tx.exec_driver_sql("SELECT \"by\" FROM act WHERE name = 'receive'").all()
    assert acts == [("can-bo-1",)]


def test_a_receipt_is_undone_and_a_draw_is_paid(officer, database):
    officer.post("/receipts", a_receipt(interest=0))

    undone = told(officer.post("/receipts/T1/reversal", {"ground": "Ghi nhầm"}), "reverseReceipt")

    assert undone["loan_no"] == LOAN_NO
    assert booked(database) == []
    draw = {"loan_no": LOAN_NO, "day": DAY, "receipt_no": "D1", "amount": 1_000_000}
    demand_problem(officer.post("/draws", draw), 422, "above-approved")


def test_every_example_of_the_description_is_taken_as_input():
    written = [told for told in api.operations() if told.takes is not None]

    assert written
    for one in written:
        assert one.example or not one.takes().fields
        one.takes().load(json.loads(json.dumps(dict(one.example))))


# What JSON can say of an amount, and what is wrong with it.
@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ("1.9", "fraction-of-a-dong"),
        ("1.0", "fraction-of-a-dong"),
        ("1e3", "not-an-amount"),
        ("1E400", "not-an-amount"),
        ("-0", "not-an-amount"),
        ("-1", "not-an-amount"),
        ('"1000"', "not-an-amount"),
        ('"1_000"', "not-an-amount"),
        ('"１０００"', "not-an-amount"),
        ("true", "not-an-amount"),
        ("null", "value-missing"),
        ("[1]", "not-an-amount"),
        (str(2**63), "amount-too-large"),
        (str(10**30), "amount-too-large"),
        (str(LARGEST + 1), "amount-too-large"),
        ("9" * 5_000, "amount-too-large"),
    ],
)
def test_an_amount_is_a_whole_number_and_nothing_else(officer, database, amount, code):
    body = json.dumps(a_receipt()).replace("2000000", amount).encode()

    found = demand_problem(officer.post("/receipts", body), 400, "input-invalid")

    assert [(one["pointer"], one["code"]) for one in found["errors"]] == [("/principal", code)]
    assert booked(database) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "json-unreadable"),
        (b"[]", "json-unreadable"),
        (b"null", "json-unreadable"),
        (b'{"a": NaN}', "json-unreadable"),
        (b'{"a": Infinity}', "json-unreadable"),
        (b'{"a": 1} x', "json-unreadable"),
        (b'{"a": 1}{"a": 1}', "json-unreadable"),
        (b"{'a': 1}", "json-unreadable"),
        (b'\xef\xbb\xbf{"a": 1}', "json-unreadable"),
        (b'{"a": "\xff"}', "json-unreadable"),
        (b'{"a": "\\ud800"}', "json-unreadable"),
        (b'{"a": "\\u0000"}', "json-unreadable"),
        (b'{"a": 1, "a": 1}', "json-key-twice"),
        (b'{"b": {"a": 1, "a": 2}}', "json-key-twice"),
        (b'{"a": ' + b"[" * 9 + b"]" * 9 + b"}", "json-too-deep"),
        (b"[" * 100_000, "json-too-deep"),
        (b'{"a":' * 5_000, "json-too-deep"),
    ],
)
def test_json_that_two_readers_could_understand_differently_is_refused(officer, body, code):
    demand_problem(officer.post("/receipts", body), 400, code)


def test_a_body_is_neither_too_large_nor_of_another_kind(officer):
    demand_problem(officer.post("/receipts", b" " * (1024 * 1024 + 1)), 413, "body-too-large")
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json-seq"):
        said = {"Idempotency-Key": "12345678", "Content-Type": kind}
        answer = officer.http.post(
            "/api/v1/receipts", data=b"{}", headers=officer.headers() | said
        )
        demand_problem(answer, 415, "media-type-unfit")


def test_every_fault_of_a_body_is_named_at_once(officer):
    said = {"day": "12/06/2026", "lines": [{"loan_no": "1", "receipt_no": "", "x": 1}, 7]}

    found = demand_problem(officer.post("/receipts/batch", said), 400, "input-invalid")

    assert {(one["pointer"], one["code"]) for one in found["errors"]} == {
        ("/day", "day-unreadable"),
        ("/lines/0/loan_no", "not-a-text"),
        ("/lines/0/receipt_no", "not-a-text"),
        ("/lines/0/x", "field-unknown"),
        ("/lines/1", "not-an-object"),
    }


@pytest.mark.parametrize(
    "column", ["id", "loan_id", "act_id", "by", "checked_by", "recorded_at", "new", "digest"]
)
def test_no_column_of_a_table_is_taken_that_nobody_asked_for(officer, database, column):
    answer = officer.post("/receipts", a_receipt(**{column: 1}))

    demand_problem(answer, 400, "input-invalid")
    assert booked(database) == []


# F2 of the catalogue of faults: keys.


def test_a_request_that_is_sent_again_is_answered_again(officer, database):
    first = officer.post("/receipts", a_receipt(), key="key-00000001")

    again = officer.post("/receipts", a_receipt(), key="key-00000001")

    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(booked(database)) == 2


def test_a_key_belongs_to_one_request_of_one_person(officer, colleague, database):
    officer.post("/receipts", a_receipt(), key="key-00000001")

    for client, path, said in (
        (officer, "/receipts", a_receipt(principal=1)),
        (officer, "/receipts", a_receipt(loan_no=OTHER_LOAN_NO)),
        (officer, "/draws", {**DRAW}),
        (colleague, "/receipts", a_receipt()),
    ):
        answer = client.post(path, said, key="key-00000001")
        found = demand_problem(answer, 422, "idempotency-key-reused")
        assert LOAN_NO not in json.dumps(found)

    assert len(booked(database)) == 2
    assert booked(database, OTHER_LOAN_NO) == []


DRAW = {"loan_no": LOAN_NO, "day": DAY, "receipt_no": "D1", "amount": 1}


def test_a_refused_request_leaves_its_key_free(officer, database):
    wrong, right = a_receipt(principal=60_000_000), a_receipt()

    assert officer.post("/receipts", wrong, key="key-00000001").status_code == 422
    assert officer.post("/receipts", {}, key="key-00000001").status_code == 400
    answer = officer.post("/receipts", right, key="key-00000001")

    assert told(answer, "takeReceipt")["new"]
    assert "Idempotency-Replayed" not in answer.headers


@pytest.mark.parametrize(
    "key", ["", "short", "x" * 65, "x" * 1_000, "with space", "ключ-ключ-ключ"]
)
def test_a_key_that_is_none_is_refused(officer, key):
    said = officer.headers(Content_Type="application/json") | {"Idempotency-Key": key}

    answer = officer.http.post("/api/v1/receipts", data=b"{}", headers=said)

    demand_problem(answer, 400, "idempotency-key-unfit")


def test_what_writes_has_a_key(officer):
    answer = officer.http.post("/api/v1/receipts", json=a_receipt(), headers=officer.headers())

    demand_problem(answer, 400, "idempotency-key-missing")


def test_an_answer_outlives_its_effect(officer, database):
    officer.post("/receipts", a_receipt(), key="key-00000001")
    officer.post("/receipts/T1/reversal", {"ground": "Ghi nhầm"})

    again = officer.post("/receipts", a_receipt(), key="key-00000001")

    assert again.get_json()["new"]
    assert booked(database) == []


# Two who change one loan.


def test_of_two_who_saw_the_same_loan_one_changes_it_and_the_other_is_told(
    officer, colleague, database
):
    tags = [
        client.get(f"/loans/{LOAN_NO}?as_of=2026-06-12").headers["ETag"]
        for client in (officer, colleague)
    ]

    won = officer.post("/receipts", a_receipt("T1"), If_Match=tags[0])
    lost = colleague.post("/receipts", a_receipt("T2"), If_Match=tags[1])

    assert won.status_code == 201
    assert demand_problem(lost, 412, "loan-changed")["facts"] == {"loan_no": LOAN_NO}
    assert {number for number, _ in booked(database)} == {"T1/G", "T1/L"}


def test_who_undoes_or_answers_says_which_state_of_the_loan_was_seen(officer, supervisor):
    old = officer.get(f"/loans/{LOAN_NO}").headers["ETag"]
    officer.post("/receipts", a_receipt())
    proposal = {
        "kind": "extend",
        "loan_no": LOAN_NO,
        "day": "2026-11-20",
        "said": {"until": "2027-12-31", "asked_on": "2026-11-20"},
        "ground": "Mất mùa",
        "document_no": "12/QĐ",
        "document_on": "2026-11-20",
    }
    number = officer.post("/decisions/proposals", proposal).get_json()["number"]
    ground, answers = {"ground": "Nhầm"}, f"/decisions/proposals/{number}"

    for client, path, said in (
        (officer, "/receipts/T1/reversal", ground),
        (supervisor, f"{answers}/approval", {}),
        (supervisor, f"{answers}/refusal", ground),
        (officer, f"{answers}/withdrawal", ground),
        (officer, "/decisions/proposals", proposal),
    ):
        demand_problem(client.post(path, said, If_Match=old), 412, "loan-changed")
    tag = officer.get(f"/loans/{LOAN_NO}").headers["ETag"]
    assert supervisor.post(f"{answers}/approval", {}, If_Match=tag).status_code == 201


def test_any_reading_of_a_loan_names_the_state_that_a_change_asks_for(officer):
    for at, path in enumerate(("", "/standing", "/schedule", "/movements", "/explanation")):
        tag = officer.get(f"/loans/{LOAN_NO}{path}").headers["ETag"]

        answer = officer.post("/receipts", a_receipt(f"T{at}", principal=0), If_Match=tag)

        assert answer.status_code == 201, answer.get_json()


@pytest.mark.parametrize(
    ("said", "status"),
    [("*", 201), ('W/"0"', 400), ("x", 400), ('"' + "0" * 32 + '"', 412)],
)
def test_a_condition_is_one_strong_tag(officer, said, status):
    assert officer.post("/receipts", a_receipt(), If_Match=said).status_code == status


def test_a_desk_may_ask_for_the_condition(app, officer):
    desk = app.extensions["creditdesk"]
    desk.settings = replace(desk.settings, if_match="required")

    demand_problem(officer.post("/receipts", a_receipt()), 428, "condition-missing")
    tag = officer.get(f"/loans/{LOAN_NO}").headers["ETag"]
    assert officer.post("/receipts", a_receipt(), If_Match=tag).status_code == 201


# Sheets.


def a_line(number, loan_no=LOAN_NO, principal=0, interest=1_000):
    return {
        "loan_no": loan_no,
        "receipt_no": number,
        "principal": principal,
        "interest": interest,
    }


def test_a_sheet_is_taken_whole(officer, database):
    lines = [a_line("S2", OTHER_LOAN_NO), a_line("S1"), a_line("S3", OTHER_LOAN_NO, 5_000)]

    found = told(officer.post("/receipts/batch", {"day": DAY, "lines": lines}), "takeSheet")

    assert [row["receipt_no"] for row in found["rows"]] == ["S2", "S1", "S3"]
    assert (found["principal"], found["interest"]) == (5_000, 3_000)
    assert len(booked(database, OTHER_LOAN_NO)) == 3


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (a_line("S9", "6600000000000999"), "loan-not-found"),
        (a_line("S9", interest=0), "nothing-paid"),
        (a_line("S9", principal=60_000_000), "more-than-outstanding"),
        (a_line("S1", OTHER_LOAN_NO), "receipt-twice"),
    ],
)
def test_a_sheet_with_a_line_that_is_refused_is_not_taken_at_all(officer, database, line, code):
    said = {"day": DAY, "lines": [a_line("S1"), line]}

    found = demand_problem(officer.post("/receipts/batch", said), 422, "line-refused")

    assert found["facts"]["refusal"]["code"] == code
    assert found["facts"]["line"] in (1, 2)
    assert booked(database) == booked(database, OTHER_LOAN_NO) == []


def test_pages_of_loans_stay_the_same_while_loans_are_added(reader, database):
    with database.begin() as tx:
        for number in (10, 20, 30, 40):
            a_loan(tx, number)
    first = reader.get("/loans?commune=19333&limit=4").get_json()
    with database.begin() as tx:
        a_loan(tx, 5)
        a_loan(tx, 25)

    second = reader.get(f"/loans?commune=19333&limit=4&after={first['next']}").get_json()

    seen = [int(row["loan_no"][-2:]) for row in first["rows"] + second["rows"]]
    assert seen == [1, 2, 10, 20, 25, 30, 40]
    assert second["next"] is None


def test_more_than_is_answered_in_a_minute_is_told_when_to_come_again():
    minute = Minute()
    minute.count("a", 2, 60)
    minute.count("a", 2, 119)
    minute.count("b", 2, 119)

    with pytest.raises(TooManyRequests) as refused:
        minute.count("a", 2, 119)

    assert refused.value.facts == {"most": 2, "seconds": 1}
    minute.count("a", 2, 120)


@pytest.mark.parametrize("setting", ["api_calls", "api_calls_of_address"])
def test_a_person_and_an_address_are_both_counted(app, officer, setting):
    desk = app.extensions["creditdesk"]
    desk.settings = replace(desk.settings, **{setting: 0})

    answer = officer.get("/policy")

    demand_problem(answer, 429, "too-many-requests")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
