"""Applications by the service: from the form to the contract, each step by who may take it."""

import re

import pytest

from tests.applicants import applied, listed
from tests.builders import a_loan
from tests.service.test_reading import demand_problem, described
from tests.service.test_writing import told

_BODY = described("apply")["requestBody"]["content"]["application/json"]
FORM = _BODY["examples"]["one"]["value"] | {
    "application_no": "D9",
    "customer_no": "0000000009",
    "household_no": "H9",
    "village_code": "19333001",
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


ELSEWHERE = {
    "commune": "26506",
    "village_code": "26506001",
    "office": "007901",
    "group_no": "6506001",
}


def a_household_elsewhere(database):
    """Enter a borrower, 50 of H50, and an applicant, 58 of H58 by D58, in another province."""
    with database.begin() as tx:
        a_loan(tx, 50, household_no="H50", **ELSEWHERE)
        applied(tx, 58, **ELSEWHERE)
        listed(tx, household_no="H9")


def refusal_of(caller, **said):
    """Return status and text of the refusal of a form, without the numbers that were asked for."""
    answer = caller.post("/applications", FORM | said)
    text = answer.get_data(as_text=True)
    for number in sorted(said.values(), key=len, reverse=True):
        text = text.replace(number, "#")
    return answer.status_code, _REQUEST.sub("#", text)


_REQUEST = re.compile(r"[0-9a-f]{12}")
STRANGER = {"application_no": "D99", "customer_no": "0000000099", "household_no": "H99"}


@pytest.mark.parametrize(
    "theirs",
    [
        {"customer_no": "0000000050"},
        {"customer_no": "0000000050", "household_no": "H50"},
        {"household_no": "H50"},
        {"application_no": "D58"},
    ],
    ids=" ".join,
)
def test_a_form_tells_nothing_of_people_elsewhere(officer, database, theirs):
    a_household_elsewhere(database)

    found = refusal_of(officer, **STRANGER | theirs)

    assert found == refusal_of(officer, **STRANGER)
    assert found[0] == 422


@pytest.mark.parametrize("said", [{"customer_no": "0000000050"}, {"application_no": "D58"}])
def test_numbers_in_use_elsewhere_are_refused_in_one_way(officer, database, said):
    a_household_elsewhere(database)
    before = counted(database)

    found = officer.post("/applications", FORM | said)

    problem = demand_problem(found, 409, "form-not-taken")
    assert problem["facts"] == {"application_no": said.get("application_no", "D9")}
    assert counted(database) == before


def test_a_household_that_came_here_is_known_here(officer, database):
    a_household_elsewhere(database)
    with database.begin() as tx:
        listed(tx, household_no="H58")

    found = officer.post("/applications", FORM | {"household_no": "H58"})

    assert told(found, "apply")["rows"][0]["state"] == "applied"


def test_whoever_may_know_is_told_why_a_form_is_refused(officer, database):
    with database.begin() as tx:
        listed(tx, household_no="H9")

    taken = officer.post("/applications", FORM | {"application_no": "D7"})
    other = officer.post("/applications", FORM | {"customer_no": "0000000001"})

    demand_problem(taken, 409, "application-exists")
    assert demand_problem(other, 409, "customer-elsewhere")["facts"]["household_no"] == "H9"


def counted(database):
    """Return how many customers, households, applications and acts there are."""
    with database.read() as tx:
        tables = ("customer", "household", "application", "act")
        return [tx.exec_driver_sql(f"SELECT count(*) FROM {one}").scalar() for one in tables]
