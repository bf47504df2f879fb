"""What is done beside loans: customers found, steps taken back, proofs, tokens of one's own."""

import pytest

from creditdesk.users.permissions import Role, Scope
from tests.builders import a_loan
from tests.service.client import Client
from tests.service.conftest import LOAN_NO, a_token
from tests.service.test_a02_elsewhere import ELSEWHERE
from tests.service.test_applying import a_step
from tests.service.test_jobs_asked_for import asked_for, ended
from tests.service.test_reading import demand_problem
from tests.service.test_undoing import GROUND, PAPER, STALE, approved
from tests.service.test_writing import told

ID_NO = "044000000033"
NEED = "Đối chiếu hồ sơ vay"


@pytest.fixture
def customer(database):
    """Enter a borrower with an identity number and return theirs."""
    with database.begin() as tx:
        a_loan(tx, 33, id_no=ID_NO)
    return f"{33:010d}"


@pytest.fixture
def stranger(app, database):
    """Return the client of the supervisor of another office."""
    with database.begin() as tx:
        token = a_token(tx, "la", Role.SUPERVISOR, scope=ELSEWHERE[Role.SUPERVISOR])
    return Client(app.test_client(), token)


def test_a_customer_is_found_and_unmasked_on_a_need_and_both_are_noted(
    officer, reader, stranger, customer
):
    path = f"/customers/{customer}/identity"

    found = officer.post("/customers/search", {"id_no": ID_NO})
    shown = officer.get(path, X_Need=NEED.encode().decode("latin-1"))

    assert found.get_json() == {"customers": [customer]}
    assert shown.get_json() == {"customer_no": customer, "id_no": ID_NO}
    demand_problem(officer.get(path), 403, "need-missing")
    demand_problem(stranger.get(path, X_Need="x"), 404, "customer-not-found")
    assert stranger.post("/customers/search", {"id_no": ID_NO}).get_json() == {"customers": []}
    rows = reader.get(f"/accesses?customer_no={customer}").get_json()["rows"]
    assert [(row["who"], row["act"], row["why"]) for row in rows] == [
        ("can-bo-1", "customer-find", ""),
        ("can-bo-1", "identity-number", NEED),
    ]
    by = reader.get("/accesses?by=la").get_json()["rows"]
    assert [(row["act"], ID_NO in row["subject_no"]) for row in by] == [("customer-find", False)]
    for sort in ("number", "-number"):
        whole = reader.get(f"/accesses?sort={sort}").get_json()["rows"]
        first = reader.get(f"/accesses?sort={sort}&limit=2").get_json()
        rest = reader.get(f"/accesses?sort={sort}&after={first['next']}").get_json()
        assert first["rows"] + rest["rows"] == whole
        assert rest["next"] is None
        assert whole == sorted(whole, key=lambda row: row["number"], reverse=sort == "-number")
    assert reader.get("/accesses/proof").get_json()["fault"] is None
    demand_problem(officer.get("/accesses"), 403, "not-allowed")


def test_a_step_is_taken_back_by_whoever_saw_it(officer):
    step = a_step("review", "2026-03-05") | {"lines": [{"application_no": "D7"}]}
    told(officer.post("/applications/steps", step), "takeStep")
    path, said = "/applications/D7/taking-back", {"step": "review", **GROUND}

    demand_problem(officer.post(path, said, If_Match=STALE), 412, "state-changed")
    back = told(officer.post(path, said), "takeBackStep")

    assert back["rows"][0]["state"] == "applied"
    demand_problem(officer.post(path, said), 422, "step-stands")


def test_what_a_loan_was_used_for_is_entered_and_a_wrong_draw_rebooked(officer):
    check = {"day": "2026-06-12", "found": "Chăn nuôi bò"}
    wrong = {"loan_no": LOAN_NO, "day": "2026-06-12", "receipt_no": "HT1", "amount": 1_000_000}

    assert told(officer.post(f"/loans/{LOAN_NO}/use-checks", check), "checkUse")["as_agreed"]
    assert told(officer.post("/rebookings", wrong), "rebook")["new"]

    standing = officer.get(f"/loans/{LOAN_NO}/standing").get_json()
    assert standing["drawn"] == 49_000_000


def test_communes_are_drawn_anew_by_two(callers):
    maker, checker = callers["kiem-soat-1"], callers["kiem-soat-2"]
    lines = [{"village_code": "19333001", "commune": "19363"}]
    said = {**PAPER, "day": "2026-09-01", "lines": lines}

    demand_problem(callers["can-bo-1"].post("/moves/communes", said), 403, "not-allowed")
    found = maker.post("/moves/communes", said)

    demand_problem(found, 404, "place-not-found")  # no loan of the office is there yet
    lines[0]["commune"] = "19333"
    assert approved(maker.post("/moves/communes", said), maker, checker)["loans"] == []


def everywhere(app, database, name="tinh"):
    with database.begin() as tx:
        token = a_token(tx, name, Role.SUPERVISOR, scope=Scope("all"))
    return Client(app.test_client(), token)


def test_a_day_is_closed_and_the_books_are_proved_as_jobs(app, database, officer):
    whole = everywhere(app, database)

    closed = asked_for(whole.post("/days/2026-06-30/closing", {}))["number"]
    proof = asked_for(whole.post("/proofs", {}))["number"]

    assert ended(whole, closed)["result"]["closed"] == "2026-06-30"
    assert ended(whole, proof)["result"]["holds"] is True
    demand_problem(whole.post("/days/2026-06-31/closing", {}), 400, "day-unreadable")
    demand_problem(officer.post("/proofs", {}), 403, "not-allowed")


def test_a_token_is_issued_for_less_than_the_present_one_and_its_secret_told_once(app, officer):
    said = {"label": "Sao kê", "acts": ["portfolio", "token-issue"], "days": 30}

    first = officer.post("/tokens", said, key="key-00000001")
    again = officer.post("/tokens", said, key="key-00000001")
    less = Client(app.test_client(), first.get_json()["secret"])

    assert again.get_json() == {"secret": None}
    assert less.get("/portfolio?from=2026-01-01&as_of=2026-06-30&place=19333").status_code == 200
    demand_problem(less.get(f"/loans/{LOAN_NO}"), 403, "not-allowed")
    demand_problem(less.post("/tokens", {**said, "acts": ["standing"]}), 403, "not-allowed")
    (row,) = [one for one in officer.get("/tokens").get_json()["rows"] if one["label"] == "Sao kê"]
    told(officer.post(f"/tokens/{row['number']}/revocation", {}), "revokeToken")
    demand_problem(less.get("/portfolio?from=2026-01-01&as_of=2026-06-30"), 401, "token-refused")
