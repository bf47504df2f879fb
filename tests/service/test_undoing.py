"""What is undone, answered or moved along: by whose place it is, and of two the second is told."""

import pytest

from creditdesk.engine.procedure import Step
from creditdesk.users.permissions import Role
from tests.applicants import a_paper, applied, take
from tests.service.client import Client
from tests.service.conftest import a_token
from tests.service.test_a02_elsewhere import ELSEWHERE
from tests.service.test_applying import a_step
from tests.service.test_jobs_asked_for import MEASURE, asked_for, ended
from tests.service.test_reading import demand, demand_problem, described

STALE = '"' + "0" * 32 + '"'
GROUND = {"ground": "Nhầm"}
AHEAD = {"day": "2100-01-07"}
PAPER = {**GROUND, "document_no": "9/QĐ", "document_on": "2026-09-02"}
MOVE = {"of": "group", "number": "9333001", "day": "2026-09-01", "session_day": 9, **PAPER}


def approved(asked, maker, checker):
    """Return the job that was asked for, approved by another person and done."""
    number = asked_for(asked)["number"]
    assert checker.post(f"/jobs/{number}/approval", {}).status_code == 202
    found = ended(maker, number)
    assert found["state"] == "done", found
    return found["result"]


@pytest.fixture
def measure(callers):
    """Return the number of a measure that the office has taken."""
    maker, checker = callers["kiem-soat-1"], callers["kiem-soat-2"]
    return approved(maker.post("/measures", MEASURE), maker, checker)["number"]


@pytest.fixture
def move(officer, supervisor):
    """Return the act of a move that the office has made."""
    return approved(officer.post("/moves", MOVE), officer, supervisor)["act"]


@pytest.fixture
def stranger(app, database):
    """Return the client of the supervisor of another office."""
    with database.begin() as tx:
        token = a_token(tx, "la", Role.SUPERVISOR, scope=ELSEWHERE[Role.SUPERVISOR])
    return Client(app.test_client(), token)


def tag_of(client, path, name=""):
    answer = client.get(path)
    assert answer.status_code == 200, answer.get_json()
    if name:
        content = described(name)["responses"]["200"]["content"]["application/json"]
        demand(content["schema"], answer.get_json())
    return answer.headers["ETag"]


def test_an_office_undoes_its_own_measure(callers, measure):
    maker, checker = callers["kiem-soat-1"], callers["kiem-soat-2"]
    seen = tag_of(maker, f"/measures/{measure}", "readMeasure")
    path = f"/measures/{measure}/undoing"

    done = approved(maker.post(path, PAPER, If_Match=seen), maker, checker)

    assert done == {"measure": measure + 1, "undoes": measure}
    late = demand_problem(checker.post(path, PAPER, If_Match=seen), 412, "state-changed")
    assert late["facts"] == {"number": str(measure)}
    assert maker.get("/measures?sort=-number&limit=1").get_json()["rows"][0]["undoes"] == measure


def test_an_officer_takes_back_a_move_of_the_own_office(officer, supervisor, move):
    seen = tag_of(officer, f"/moves/{move}", "readMove")
    path = f"/moves/{move}/undoing"

    done = approved(officer.post(path, GROUND, If_Match=seen), officer, supervisor)

    assert len(done["loans"]) == 2
    demand_problem(supervisor.post(path, GROUND, If_Match=seen), 412, "state-changed")
    demand_problem(officer.post("/moves/999/undoing", GROUND), 404, "move-not-found")


def test_what_lies_elsewhere_is_not_there_whatever_state_was_seen(
    officer, supervisor, stranger, measure, move
):
    job = asked_for(officer.post("/moves", MOVE | {"session_day": 10}))["number"]
    step = a_step("refuse", "2026-03-12")
    step["lines"] = [{"application_no": "D7", "reason": "other"}]

    for path, said, code in (
        (f"/measures/{measure}/undoing", PAPER, "measure-unknown"),
        (f"/moves/{move}/undoing", GROUND, "move-not-found"),
        (f"/jobs/{job}/approval", {}, "errand-not-found"),
        (f"/jobs/{job}/refusal", GROUND, "errand-not-found"),
        (f"/jobs/{job}/cancellation", GROUND, "errand-not-found"),
        ("/applications/steps", step, "application-not-found"),
        ("/moves", MOVE, "nothing-to-move"),
        ("/moves", MOVE | {"of": "village", "number": "19333001"}, "nothing-to-move"),
        ("/moves", MOVE | {"of": "household", "number": "0000000001"}, "nothing-to-move"),
    ):
        there = demand_problem(stranger.post(path, said, If_Match=STALE), 404, code)
        assert "66000" not in str(there)
    demand_problem(stranger.get(f"/moves/{move}"), 404, "move-not-found")
    for path, said in ((f"/jobs/{job}/approval", {}), (f"/jobs/{job}/refusal", GROUND)):
        demand_problem(supervisor.post(path, said, If_Match=STALE), 412, "state-changed")
    demand_problem(
        supervisor.post("/applications/steps", step, If_Match=STALE), 412, "state-changed"
    )


def test_of_two_who_saw_one_job_one_answers_it_and_the_other_is_told(officer, callers):
    number = asked_for(officer.post("/moves", MOVE))["number"]
    first, second = callers["kiem-soat-1"], callers["kiem-soat-2"]
    seen = [tag_of(client, f"/jobs/{number}") for client in (first, second)]

    won = first.post(f"/jobs/{number}/refusal", GROUND, If_Match=seen[0])
    lost = second.post(f"/jobs/{number}/approval", {}, If_Match=seen[1])

    assert won.status_code == 202
    demand_problem(lost, 412, "state-changed")


def test_of_two_who_saw_one_application_one_moves_it_and_the_other_is_told(officer, colleague):
    seen = [
        tag_of(client, f"/applications/D7?as_of={day}")
        for client, day in ((officer, "2026-03-05"), (colleague, "2026-06-30"))
    ]
    step = a_step("review", "2026-03-05") | {"lines": [{"application_no": "D7"}]}
    withdrawn = a_step("withdraw", "2026-03-05") | {"lines": [{"application_no": "D7"}]}

    won = officer.post("/applications/steps", step, If_Match=seen[0])
    lost = colleague.post("/applications/steps", withdrawn, If_Match=seen[1])

    assert won.status_code == 201, won.get_json()
    assert demand_problem(lost, 412, "state-changed")["facts"] == {"number": "D7"}


def test_a_paper_of_several_applications_names_what_was_seen_of_each(officer, database):
    with database.begin() as tx:
        applied(tx, 8)
    seen = [tag_of(officer, f"/applications/D{number}") for number in (7, 8)]
    lines = [{"application_no": "D7"}, {"application_no": "D8"}]
    step = a_step("review", "2026-03-05") | {"lines": lines}

    one = officer.post("/applications/steps", step, If_Match=seen[0])
    both = officer.post("/applications/steps", step, If_Match=", ".join(seen))

    assert demand_problem(one, 412, "state-changed")["facts"] == {"number": "D8"}
    assert both.status_code == 201


def test_what_is_above_the_limit_of_one_is_approved_by_two(callers, database):
    maker, checker = callers["kiem-soat-1"], callers["kiem-soat-2"]
    lines = [{"application_no": "D7"}]
    early = {"day": "2026-03-12", "lines": lines}
    refused = maker.post("/applications/approvals", early)
    demand_problem(maker.post("/applications/approvals", early | AHEAD), 422, "day-ahead")
    demand_problem(maker.post("/transfers", {"session": "2100-01-07"}), 422, "day-ahead")
    with database.begin() as tx:
        for step in (Step.REVIEW, Step.LIST, Step.CONFIRM, Step.APPRAISE):
            take(tx, step, "D7", paper=a_paper(step))

    asked = maker.post("/applications/approvals", early)
    number = asked_for(asked)["number"]
    demand_problem(maker.post(f"/jobs/{number}/approval", {}), 403, "own-deed")
    demand_problem(callers["can-bo-1"].get(f"/jobs/{number}"), 404, "errand-not-found")
    checker.post(f"/jobs/{number}/approval", {})

    assert refused.status_code == 422
    assert ended(maker, number)["result"]["rows"][0]["state"] == "approved"
    line = maker.get("/applications/D7").get_json()["timeline"][-1]
    assert (line["by"], line["checked_by"]) == ("kiem-soat-1", "kiem-soat-2")
