"""Applications by the service: from the form to the contract, each step by who may take it."""

from tests.applicants import listed
from tests.service.test_reading import demand_problem
from tests.service.test_writing import told

FORM = {
    "application_no": "D9",
    "customer_no": "0000000009",
    "customer_name": "Nguyễn Thị Mẫu (minh họa)",
    "household_no": "H9",
    "programme": "01",
    "trustee": "12",
    "group_no": "9333001",
    "group_head": "Trần Văn Mẫu",
    "village_code": "19333001",
    "commune": "19333",
    "office": "004403",
    "session_day": 7,
    "applied_on": "2026-03-02",
    "amount": 50_000_000,
    "months": 36,
    "every_months": 12,
    "purpose": "Chăn nuôi bò",
    "plan": "Mua hai con bò cái",
}


def a_step(step, day, **more):
    paper = {"document_no": f"{step}-1", "document_on": day}
    return {"step": step, "day": day, "lines": [{"application_no": "D9"}], **paper, **more}


def test_an_application_goes_from_the_form_to_the_contract(callers, database):
    officer, supervisor = callers["can-bo-1"], callers["kiem-soat-1"]
    with database.begin() as tx:
        listed(tx, household_no="H9")

    assert told(officer.post("/applications", FORM), "apply")["rows"][0]["state"] == "applied"
    for said in (
        a_step("review", "2026-03-05"),
        a_step("list", "2026-03-06"),
        a_step("confirm", "2026-03-09", list_no="list-1"),
        a_step("appraise", "2026-03-11"),
    ):
        told(officer.post("/applications/steps", said), "takeStep")
    approval = a_step("approve", "2026-03-12")
    demand_problem(officer.post("/applications/steps", approval), 403, "not-allowed")
    told(supervisor.post("/applications/steps", approval), "takeStep")
    notice = a_step("notify", "2026-03-13", draw_on="2026-04-07", place="UBND xã")
    told(officer.post("/applications/steps", notice), "takeStep")
    contract = {"loan_no": "6600000000000099", "signed_on": "2026-04-07"}
    signed = told(officer.post("/applications/D9/signing", contract), "sign")

    assert signed["rows"][0]["loan_no"] == "6600000000000099"
    assert officer.get("/applications/D9?as_of=2026-04-07").get_json()["state"] == "signed"
    draw = {"loan_no": "6600000000000099", "day": "2026-04-07", "receipt_no": "GN9"}
    told(officer.post("/draws", {**draw, "amount": 50_000_000}), "draw")


def test_what_a_form_lacks_is_named_by_field(officer):
    found = demand_problem(officer.post("/applications", {}), 400, "input-invalid")

    assert {one["pointer"] for one in found["errors"]} >= {"/amount", "/commune", "/purpose"}


def test_a_step_is_taken_on_all_lines_or_on_none(officer):
    said = a_step("review", "2026-03-05")
    said["lines"] = [{"application_no": "D7"}, {"application_no": "D999"}]

    demand_problem(officer.post("/applications/steps", said), 404, "application-not-found")

    assert officer.get("/applications/D7").get_json()["state"] == "applied"
