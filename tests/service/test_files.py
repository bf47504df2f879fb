"""Files handed in as jobs: whole or not at all, their faults told to whoever handed them in."""

from dataclasses import replace
from pathlib import Path

import pytest

from creditdesk import audit, errands, ledger
from creditdesk.users import Scope, people
from creditdesk.web.edge import moment
from tests.builders import POLICY, a_deed
from tests.people import DEED, an_appointment
from tests.service.conftest import LOAN_NO, OTHER_LOAN_NO
from tests.service.test_jobs_asked_for import SCHEMA, ended
from tests.service.test_reading import demand, demand_problem, described
from tests.web.conftest import LOAN_HEAD, MOVEMENT_HEAD, loan_line, number

OWN, ELSEWHERE = ";004403;", ";004401;"
FAULTS = described("listFaults")["responses"]["200"]["content"]["application/json"]["schema"]


def hand_in(client, kind, lines, name="so-vay.csv", key="file-key-0001", **asked):
    """Hand a file in and return the answer."""
    told = "".join(f"&{one}={value}" for one, value in asked.items())
    return client.http.post(
        f"/api/v1/files?kind={kind}&name={name}{told}",
        data="\n".join(lines).encode(),
        headers=client.headers(Idempotency_Key=key, Content_Type="application/octet-stream"),
    )


def job_of(client, answer):
    """Return the job that an answer tells of, when it is over."""
    assert answer.status_code == 202, answer.get_json()
    demand(SCHEMA, answer.get_json())
    return ended(client, answer.get_json()["number"])


def loans(*numbers, office=OWN):
    return [LOAN_HEAD, *(loan_line(of).replace(ELSEWHERE, office) for of in numbers)]


def test_a_file_of_loans_is_looked_at_and_then_taken_once(officer, database, app):
    looked = job_of(officer, hand_in(officer, "loans", loans(1, 2), dry_run="true"))
    assert officer.get(f"/loans/{number(1)}").status_code == 404
    first = hand_in(officer, "loans", loans(1, 2), key="file-key-0002")
    again = hand_in(officer, "loans", loans(1, 2), key="file-key-0002")
    done = job_of(officer, first)
    known = job_of(officer, hand_in(officer, "loans", loans(1, 2), key="file-key-0003"))

    assert (looked["state"], looked["result"]["accepted"]) == ("done", 2)
    assert not looked["result"]["taken"]
    assert (done["state"], done["result"]["taken"], done["result"]["accepted"]) == (
        "done",
        True,
        2,
    )
    assert again.headers["Idempotency-Replayed"] == "true"
    assert known["result"]["known_file"]
    assert officer.get(f"/loans/{number(1)}").status_code == 200
    kept = Path(app.extensions["creditdesk"].settings.files_folder)
    assert all("Nguoi" not in repr(one.read_bytes()) for one in kept.iterdir())
    with database.read() as tx:
        assert audit.verify(tx, POLICY).faults == []


def test_faults_are_told_by_row_and_column_to_whoever_handed_the_file_in(officer, colleague):
    wrong = [loan_line(of).replace("6,6", "x").replace(ELSEWHERE, OWN) for of in (2, 3)]
    done = job_of(officer, hand_in(officer, "loans", [*loans(1), *wrong]))
    path = f"/jobs/{done['number']}/faults"

    found = officer.get(f"{path}?limit=1").get_json()
    rest = officer.get(f"{path}?limit=1&after={found['next'] or ''}")

    assert (done["state"], done["result"]["taken"]) == ("refused", False)
    demand(FAULTS, found)
    assert found["total"] == done["result"]["faults"] > 0
    assert found["rows"][0]["row"] == 3
    assert found["rows"][0]["reason"]
    assert rest.status_code == (200 if found["next"] else 400)
    assert officer.get(f"{path}?of=warnings").status_code == 200
    demand_problem(colleague.get(path), 404, "errand-not-found")
    assert officer.get(f"/loans/{number(1)}").status_code == 404


def test_what_lies_elsewhere_is_a_fault_and_a_loan_there_is_not_there(officer, callers):
    far = job_of(officer, hand_in(officer, "loans", loans(1, office=ELSEWHERE)))
    lines = [
        MOVEMENT_HEAD,
        f"{LOAN_NO};12/06/2026;TL;1.000;;M1",
        f"{number(9)};12/06/2026;TL;5;;M2",
    ]
    moved = job_of(officer, hand_in(officer, "movements", lines, key="file-key-0004"))
    houses = ["Mã hộ;Mã xã;Đối tượng;Từ ngày;Đến ngày;Số danh sách;Ngày danh sách"]
    houses += ["H1;18859;HN;01/01/2026;;1/DS;01/01/2026"]
    listed = job_of(callers["xa"], hand_in(callers["xa"], "households", houses, key="file-key-05"))

    for client, job, code in (
        (officer, far, "not-yours"),
        (officer, moved, "loan-unknown"),
        (callers["xa"], listed, "not-yours"),
    ):
        rows = client.get(f"/jobs/{job['number']}/faults").get_json()["rows"]
        assert [row["code"] for row in rows] == [code]
    demand_problem(
        hand_in(callers["kiem-toan"], "loans", loans(1), key="file-key-06"), 403, "not-allowed"
    )


def test_a_file_reaches_as_far_as_who_handed_it_in_when_it_is_read(officer, database, app):
    looked = job_of(officer, hand_in(officer, "loans", loans(1), dry_run="true"))
    elsewhere = an_appointment(scope=Scope("office", ("004401",)))
    told = []

    for appointed in (replace(elsewhere, suspended=True), elsewhere):
        with database.begin() as tx:
            said = {"sign_in_name": "can-bo-1", "appointment": appointed}
            people.change(tx, **said, at=moment(), deed=DEED)
            wanted = looked["said"] | {"dry_run": False}
            job = errands.ask(tx, kind="file", said=wanted, deed=a_deed("can-bo-1", ""))
        configured = app.extensions["creditdesk"].settings
        errands.Worker(database, POLICY, moment, configured).work()
        with database.read() as tx:
            told.append(errands.find(tx, job)["result"])
            with pytest.raises(ledger.LoanNotFound):
                ledger.find_loan(tx, number(1))

    assert told[0]["code"] == "not-in-office"
    assert (told[1]["faults"], told[1]["taken"]) == (1, False)


def test_movements_are_taken_with_their_progress(officer):
    lines = [MOVEMENT_HEAD, f"{LOAN_NO};12/06/2026;TL;1.000;;M1"]
    lines.append(f"{OTHER_LOAN_NO};12/06/2026;TL;1.000;;M2")

    done = job_of(officer, hand_in(officer, "movements", lines))

    assert (done["state"], done["result"]["accepted"]) == ("done", 2)


@pytest.mark.parametrize(
    ("asked", "media", "status", "code"),
    [
        ("kind=loans&name=../a.csv", "application/octet-stream", 400, "input-invalid"),
        ("kind=loans&name=a.exe", "application/octet-stream", 400, "input-invalid"),
        ("kind=loans&name=a.csv", "text/csv", 415, "media-type-unfit"),
    ],
)
def test_what_is_no_file_of_a_branch_is_not_taken(officer, asked, media, status, code):
    headers = officer.headers(Idempotency_Key="file-key-0001", Content_Type=media)

    answer = officer.http.post(f"/api/v1/files?{asked}", data=b"x", headers=headers)

    demand_problem(answer, status, code)


def test_a_job_is_taken_back_by_whoever_asked_before_it_is_begun(officer, colleague, supervisor):
    said = {"session": "2026-06-07", "place": "19333"}
    job = f"/jobs/{officer.post('/transfers', said).get_json()['number']}"
    ground = {"ground": "Nhầm phiên"}

    demand_problem(colleague.post(f"{job}/cancellation", ground), 404, "errand-not-found")
    done = officer.post(f"{job}/cancellation", ground)

    assert (done.status_code, done.get_json()["state"]) == (201, "declined")
    demand_problem(supervisor.post(f"{job}/approval", {}), 409, "errand-answered")
    demand_problem(officer.post(f"{job}/cancellation", ground), 409, "errand-answered")
