"""Decisions by the service: two people, neither of them named in a body."""

from urllib.parse import quote

import pytest

from tests.service.conftest import LOAN_NO
from tests.service.test_reading import demand_problem
from tests.service.test_writing import told

EXTENSION = {
    "kind": "extend",
    "loan_no": LOAN_NO,
    "day": "2026-11-20",
    "said": {"until": "2027-12-31", "asked_on": "2026-11-20"},
}
PAPER = {"ground": "Mất mùa", "document_no": "12/QĐ", "document_on": "2026-11-20"}


def test_a_decision_is_looked_at_before_and_nothing_is_written(officer):
    tag = officer.get(f"/loans/{LOAN_NO}").headers["ETag"]

    answer = officer.http.post(
        "/api/v1/decisions/preview", json=EXTENSION, headers=officer.headers()
    )

    assert answer.status_code == 200, answer.get_json()
    assert answer.get_json()["refusal"] is None
    assert answer.get_json()["after"]["due_on"] == "2027-12-31"
    assert officer.get(f"/loans/{LOAN_NO}").headers["ETag"].split(".")[0] == tag.split(".")[0]


def test_what_an_officer_proposes_a_supervisor_approves(officer, supervisor):
    number = told(officer.post("/decisions/proposals", EXTENSION | PAPER), "propose")["number"]

    approval = supervisor.post(f"/decisions/proposals/{number}/approval", {})

    assert told(approval, "approveProposal")["new"]
    standing = officer.get(f"/loans/{LOAN_NO}/standing?as_of=2026-12-31").get_json()
    assert standing["extended_to"] == "2027-12-31"
    again = supervisor.post(f"/decisions/proposals/{number}/approval", {})
    demand_problem(again, 409, "proposal-answered")


def test_what_two_people_decided_two_people_undo_and_it_is_taken_again(officer, supervisor):
    first = officer.post("/decisions/proposals", EXTENSION | PAPER).get_json()["number"]
    supervisor.post(f"/decisions/proposals/{first}/approval", {})
    rows = officer.get(f"/loans/{LOAN_NO}/movements?as_of=2026-11-22").get_json()["rows"]
    number = rows[-1]["receipt_no"]
    path = quote(number, safe="")
    alone = officer.post(f"/receipts/{path}/reversal", {"ground": "Nhầm"})
    demand_problem(alone, 422, "checker-missing")

    undoing = EXTENSION | PAPER | {"kind": "reverse", "said": {"receipt_no": number}}
    proposed = told(officer.post("/decisions/proposals", undoing), "propose")["number"]
    approval = supervisor.post(f"/decisions/proposals/{proposed}/approval", {})
    done = told(approval, "approveProposal")

    assert (done["kind"], done["new"]) == ("reverse", True)
    standing = officer.get(f"/loans/{LOAN_NO}/standing?as_of=2026-12-31").get_json()
    assert standing["extended_to"] is None
    again = officer.post("/decisions/proposals", EXTENSION | PAPER).get_json()["number"]
    assert supervisor.post(f"/decisions/proposals/{again}/approval", {}).get_json()["new"]


def test_nobody_approves_what_they_proposed(officer, supervisor):
    number = supervisor.post("/decisions/proposals", EXTENSION | PAPER).get_json()["number"]

    own = supervisor.post(f"/decisions/proposals/{number}/approval", {})
    others = officer.post(f"/decisions/proposals/{number}/approval", {})

    assert demand_problem(own, 403, "own-deed")
    assert demand_problem(others, 403, "not-allowed")


@pytest.mark.parametrize("field", ["by", "checked_by"])
def test_nobody_is_named_in_a_body(officer, field):
    said = EXTENSION | PAPER | {field: "kiem-soat-1"}

    found = demand_problem(officer.post("/decisions/proposals", said), 400, "input-invalid")

    assert [one["pointer"] for one in found["errors"]] == [f"/{field}"]


@pytest.mark.parametrize(("answer", "who"), [("refusal", "supervisor"), ("withdrawal", "officer")])
def test_a_proposal_is_answered_with_no_or_taken_back(request, officer, answer, who):
    number = officer.post("/decisions/proposals", EXTENSION | PAPER).get_json()["number"]

    answered = request.getfixturevalue(who).post(
        f"/decisions/proposals/{number}/{answer}", {"ground": "Thiếu giấy tờ"}
    )

    assert answered.status_code == 201, answered.get_json()


def test_a_proposal_that_is_not_there_is_not_found(supervisor):
    answer = supervisor.post("/decisions/proposals/999/approval", {})

    demand_problem(answer, 404, "proposal-not-found")


def test_what_a_list_says_is_entered_and_read(callers):
    reader = callers["kiem-toan"]
    said = {
        "household_nos": ["0000000001"],
        "commune": "19333",
        "standing": "HCN",
        "since": "2026-01-01",
        "list_no": "45/QĐ-UBND",
        "list_on": "2025-12-20",
    }

    answer = callers["xa"].post("/households/standings", said)

    assert told(answer, "enterStandings") == {"list_no": "45/QĐ-UBND", "rows": 1, "new": 1}
    standing = reader.get("/households/0000000001/standing?as_of=2026-06-30").get_json()
    assert standing["standing"] == "HCN"
