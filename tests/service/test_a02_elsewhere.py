"""A2: what lies elsewhere is answered as what is not there, by every operation about one thing."""

import pytest

from creditdesk.users.permissions import Role, Scope
from tests.service.client import Client
from tests.service.conftest import LOAN_NO, a_token
from tests.service.test_deciding import EXTENSION, PAPER
from tests.service.test_reading import READS, demand_problem
from tests.service.test_writing import a_receipt

MISSING = "6600000000000999"
ELSEWHERE = {
    Role.OFFICER: Scope("office", ("004499",)),
    Role.GROUP_HEAD: Scope("group", ("9999999",)),
    Role.COMMITTEE: Scope("commune", ("26506",)),
    Role.SUPERVISOR: Scope("office", ("004499",)),
}
OF_LOANS = [
    *(READS[name] for name in ("readLoan", "readStanding", "readSchedule", "listMovements")),
    READS["explainLoan"],
    f"/papers/loan?as_of=2026-06-30&loan={LOAN_NO}",
]


@pytest.fixture(params=list(ELSEWHERE), ids=str)
def stranger(request, app, database):
    """Return the client of somebody whose scope lies elsewhere, for each role with a scope."""
    with database.begin() as tx:
        token = a_token(tx, "nguoi-la", request.param, scope=ELSEWHERE[request.param])
    return Client(app.test_client(), token)


def told_of(answer, number):
    """Return what an answer tells but for the number asked for and that of the request."""
    found = answer.get_json()
    text = str({name: value for name, value in found.items() if name != "instance"})
    return answer.status_code, text.replace(number, "N")


def test_a2_a_loan_elsewhere_is_a_loan_that_is_not_there(stranger):
    for address in OF_LOANS:
        there = stranger.get(address)
        missing = stranger.get(address.replace(LOAN_NO, MISSING))

        demand_problem(there, 404, "loan-not-found")
        assert told_of(there, LOAN_NO) == told_of(missing, MISSING), address
        assert "ETag" not in there.headers


def test_a2_lists_households_and_applications_elsewhere_tell_nothing(stranger):
    for name in ("listLoans", "readWorklist", "listProposals"):
        answer = stranger.get(READS[name])
        assert answer.status_code in (403, 404), (name, answer.get_json())
        assert LOAN_NO not in answer.get_data(as_text=True)

    household = stranger.get("/households/0000000001/standing")
    application = stranger.get("/applications/D7")

    demand_problem(household, 404, "household-not-found")
    demand_problem(application, 404, "application-not-found")


def test_a2_nothing_is_changed_elsewhere(stranger, officer):
    number = officer.post("/decisions/proposals", EXTENSION | PAPER).get_json()["number"]
    officer.post("/receipts", a_receipt("T1", principal=0), key="key-00000001")

    for path, said in (
        ("/receipts", a_receipt("T9", principal=0)),
        ("/receipts/T1/reversal", {"ground": "x"}),
        ("/draws", {"loan_no": LOAN_NO, "day": "2026-06-12", "receipt_no": "D", "amount": 1}),
        ("/decisions/proposals", EXTENSION | PAPER),
        (f"/decisions/proposals/{number}/approval", {}),
        (f"/decisions/proposals/{number}/withdrawal", {"ground": "x"}),
    ):
        answer = stranger.post(path, said)
        assert answer.status_code in (403, 404), (path, answer.get_json())

    replay = stranger.post("/receipts", a_receipt("T1", principal=0), key="key-00000001")
    assert replay.status_code in (403, 422)
    assert len(officer.get(f"/loans/{LOAN_NO}/movements").get_json()["rows"]) == 2
