"""Reading by the service: each document as it is described, tags, pages, problems."""

import json

import jsonschema
import pytest
from openapi_spec_validator import validate

from creditdesk.web import api
from creditdesk.web.api.told import shape, text
from tests.service.conftest import LOAN_NO

DESCRIPTION = json.loads(api.description())
READS = {
    "readLoan": f"/loans/{LOAN_NO}?as_of=2026-06-30",
    "readStanding": f"/loans/{LOAN_NO}/standing?as_of=2026-06-30",
    "readSchedule": f"/loans/{LOAN_NO}/schedule",
    "listMovements": f"/loans/{LOAN_NO}/movements",
    "explainLoan": f"/loans/{LOAN_NO}/explanation?as_of=2026-06-30",
    "listLoans": "/loans?commune=19333",
    "readPortfolio": "/portfolio?from=2026-01-01&as_of=2026-06-30&by=commune,programme",
    "listWorklists": "/worklists",
    "readWorklist": "/worklists/late?as_of=2026-06-30&place=19333",
    "listGroups": "/groups?as_of=2026-06-30",
    "search": "/search?q=9333001",
    "listProgrammes": "/policy",
    "readProgramme": "/policy/programmes/01?as_of=2026-06-30",
    "quote": "/quote?amount=10000000&draw=2026-01-15&annual_rate=6.6&every=6&months=24",
    "readProblem": "/problems/loan-not-found",
    "listProposals": "/decisions/proposals?place=19333",
    "readHouseholdStanding": "/households/0000000001/standing",
    "readApplication": "/applications/D7?as_of=2026-06-30",
    "listWaitingApplications": "/applications?as_of=2026-06-30&place=44",
    "listMonths": "/months",
    "listMeasures": "/measures",
    "listJobs": "/jobs",
    "listUsers": "/users?role=officer",
    "listSessions": "/users/xa/sessions",
    "listTokens": "/tokens",
    "listAccesses": "/accesses?sort=-number&limit=5",
    "verifyJournal": "/accesses/proof",
}


def described(name):
    """Return the operation of a name."""
    return next(
        operation
        for path in DESCRIPTION["paths"].values()
        for operation in path.values()
        if operation["operationId"] == name
    )


def demand(schema, document):
    """Refuse a document that is not as described."""
    whole = schema | {"components": DESCRIPTION["components"]}
    jsonschema.Draft202012Validator(whole).validate(document)


def demand_problem(answer, status, code):
    found = answer.get_json()
    assert answer.status_code == status, found
    assert answer.mimetype == "application/problem+json"
    demand({"$ref": f"#/components/schemas/Problem{status}"}, found)
    assert found["code"] == code
    assert found["instance"].endswith(answer.headers["X-Request-ID"])
    return found


def test_the_description_is_openapi_and_names_every_operation_once():
    names = [told.name for told in api.operations()]

    validate(DESCRIPTION)
    assert len(names) == len(set(names))
    assert DESCRIPTION["openapi"] == "3.1.0"


@pytest.mark.parametrize("name", READS)
def test_a_document_is_as_it_is_described(reader, name):
    answer = reader.get(READS[name])

    assert answer.status_code == 200, answer.get_data(as_text=True)
    schema = described(name)["responses"]["200"]["content"]["application/json"]["schema"]
    demand(schema, answer.get_json())
    assert answer.headers["Cache-Control"] == "no-store"


def test_every_question_is_asked_here():
    asked = {told.name for told in api.operations() if told.method == "GET"}

    assert asked - set(READS) == set(UNASKED)


TOKEN = ("Bearer x", "token-refused")
# Questions with a test of their own.
UNASKED = {"printPaper", "printPortfolio", "readJob", "fetchResult", "listFaults"}
UNASKED |= {"readMeasure", "readMove", "readIdentity", "listDownloads"}


def test_the_statement_comes_as_pdf(reader):
    answer = reader.get("/statements/portfolio?from=2026-01-01&as_of=2026-06-30&place=44")

    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/loans/6600000000000999", 404, "loan-not-found"),
        ("/loans/1", 404, "address-unknown"),
        ("/nothing", 404, "address-unknown"),
        ("/loans", 400, "input-invalid"),
        ("/loans?commune=19333&limit=201", 400, "input-invalid"),
        ("/loans?commune=19333&limit=1.0", 400, "input-invalid"),
        ("/loans?commune=19333&commune=19334", 400, "input-invalid"),
        ("/loans?commune=99999", 404, "place-not-found"),
        (f"/loans/{LOAN_NO}?as_of=30/06/2026", 400, "input-invalid"),
        (f"/loans/{LOAN_NO}?asof=2026-06-30", 400, "input-invalid"),
        ("/worklists/nothing", 404, "worklist-unknown"),
        ("/problems/nothing", 404, "code-unknown"),
        ("/policy/programmes/98", 404, "programme-unknown"),
        ("/portfolio?from=2026-06-30&as_of=2026-01-01", 400, "period-backwards"),
        ("/portfolio?from=2026-01-01&as_of=2026-06-30&by=name", 400, "not-a-choice"),
    ],
)
def test_what_cannot_be_told_is_a_problem_with_its_code(reader, path, status, code):
    demand_problem(reader.get(path), status, code)


def test_every_fault_of_an_address_is_named_at_once(reader):
    found = demand_problem(reader.get("/loans?limit=0&x=1"), 400, "input-invalid")

    assert {(one["parameter"], one["code"]) for one in found["errors"]} == {
        ("commune", "value-missing"),
        ("limit", "not-a-whole-number"),
        ("x", "field-unknown"),
    }


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("vi", "Không tìm thấy"),
        ("en", "Not found"),
        ("id, en;q=0.5", "Tidak ditemukan"),
        ("fr", "Không tìm thấy"),
    ],
)
def test_a_problem_is_told_in_the_language_of_the_caller(reader, language, title):
    answer = reader.get("/loans/6600000000000999", Accept_Language=language)

    assert answer.get_json()["title"] == title
    assert "6600000000000999" in answer.get_json()["detail"]


def test_nobody_is_answered_without_a_token(app):
    for said, code in (("", "not-signed-in"), ("Basic YTpi", "not-signed-in"), TOKEN):
        answer = app.test_client().get("/api/v1/policy", headers={"Authorization": said})

        demand_problem(answer, 401, code)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_a_method_that_is_not_taken_names_those_that_are(app, method):
    answer = app.test_client().open("/api/v1/policy", method=method)

    demand_problem(answer, 405, "method-unfit")
    assert answer.headers["Allow"] == "GET, HEAD"


def test_an_answer_comes_in_its_own_form_only(reader):
    demand_problem(reader.get("/policy", Accept="text/html"), 406, "not-acceptable")
    assert reader.get("/policy", Accept="application/*;q=0.1").status_code == 200


def test_the_number_of_a_request_is_the_callers_where_it_can_be_one(reader):
    assert reader.get("/policy", X_Request_ID="branch-0001").headers["X-Request-ID"] == (
        "branch-0001"
    )
    assert reader.get("/policy", X_Request_ID="<script>").headers["X-Request-ID"] != "<script>"


def test_what_the_caller_has_is_not_sent_again(reader):
    path = f"/loans/{LOAN_NO}/standing?as_of=2026-06-30"
    first = reader.get(path)

    again = reader.get(path, If_None_Match=first.headers["ETag"])

    assert not first.headers["ETag"].startswith("W/")
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


def test_another_day_of_one_loan_has_another_tag_of_the_same_state(reader):
    tags = [
        reader.get(f"/loans/{LOAN_NO}/standing?as_of=2026-06-{day}").headers["ETag"]
        for day in (29, 30)
    ]

    assert tags[0] != tags[1]
    assert tags[0].split(".")[0] == tags[1].split(".")[0]


def test_a_shape_of_a_document_has_all_its_fields():
    told = shape("Told", text("a b"))()

    assert all(field.required for field in told.fields.values())
