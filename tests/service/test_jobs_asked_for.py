"""Acts over many loans: asked for, checked by another person, done once whatever stops."""

import time
from datetime import UTC, date, datetime, timedelta

import pytest

from creditdesk import answers, audit, errands, records
from creditdesk.web.edge import moment
from tests.builders import POLICY, a_deed
from tests.service.test_reading import READS, demand, demand_problem, described

MEASURE = {
    "kind": "holiday",
    "since": "2026-09-01",
    "until": "2026-09-30",
    "places": ["19333"],
    "ground": "Bão số 5",
    "document_no": "88/QĐ-UBND",
    "document_on": "2026-09-01",
}
SCHEMA = described("takeMeasure")["responses"]["202"]["content"]["application/json"]["schema"]
NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def asked_for(answer):
    document = answer.get_json()
    assert answer.status_code == 202, document
    demand(SCHEMA, document)
    assert answer.headers["Location"] == f"/api/v1/jobs/{document['number']}"
    return document


def ended(client, number):
    """Return a job when it is over; a server's thread does it meanwhile."""
    for _ in range(400):
        found = client.get(f"/jobs/{number}").get_json()
        if found["state"] not in ("queued", "running"):
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_a_measure_is_asked_for_by_one_and_approved_by_another(callers, database):
    maker, checker = callers["kiem-soat-1"], callers["kiem-soat-2"]
    job = asked_for(maker.post("/measures", MEASURE))
    path = f"/jobs/{job['number']}/approval"

    assert job["state"] == "to-check"
    demand_problem(maker.post(path, {}), 403, "own-deed")
    demand_problem(callers["can-bo-1"].post(path, {}), 403, "not-allowed")
    assert asked_for(checker.post(path, {}))["checked_by"] == "kiem-soat-2"
    done = ended(maker, job["number"])

    assert done["state"] == "done", done
    assert done["result"]["number"] == 1
    taken = maker.get("/measures").get_json()["rows"]
    assert [(one["by"], one["checked_by"]) for one in taken] == [("kiem-soat-1", "kiem-soat-2")]
    demand_problem(checker.post(path, {}), 409, "errand-answered")
    with database.read() as tx:
        assert audit.verify(tx, POLICY).faults == []


def test_what_a_rule_refuses_is_told_by_the_job(callers):
    maker, checker = callers["kiem-soat-1"], callers["kiem-soat-2"]
    states = []

    for _ in range(2):
        number = asked_for(maker.post("/measures", MEASURE))["number"]
        checker.post(f"/jobs/{number}/approval", {})
        states.append(ended(maker, number))

    assert [one["state"] for one in states] == ["done", "refused"]
    assert states[1]["result"]["code"] == "measure-in-force"


def test_what_is_refused_by_the_second_person_is_never_done(callers):
    maker, checker = callers["kiem-soat-1"], callers["kiem-soat-2"]
    number = asked_for(maker.post("/measures", MEASURE))["number"]

    found = asked_for(checker.post(f"/jobs/{number}/refusal", {"ground": "Thiếu giấy tờ"}))

    assert (found["state"], found["result"]) == ("declined", {"ground": "Thiếu giấy tờ"})
    assert maker.get("/measures").get_json()["rows"] == []


def test_a_measure_is_looked_at_before_and_nothing_is_written(supervisor):
    said = {name: MEASURE[name] for name in ("kind", "since", "until", "places")}

    answer = supervisor.http.post(
        "/api/v1/measures/preview", json=said, headers=supervisor.headers()
    )

    assert answer.status_code == 200, answer.get_json()
    assert len(answer.get_json()["loans"]) == 2
    assert supervisor.get("/measures").get_json()["rows"] == []


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/transfers", {"session": "2026-06-07", "place": "19333"}),
        (
            "/moves",
            {
                "of": "group",
                "number": "9333001",
                "day": "2026-09-01",
                "commune": "19333",
                "session_day": 9,
                "ground": "Đổi ngày giao dịch",
                "document_no": "9/QĐ",
            },
        ),
    ],
)
def test_what_an_officer_asks_for_the_supervisor_approves(officer, supervisor, path, said):
    number = asked_for(officer.post(path, said))["number"]

    supervisor.post(f"/jobs/{number}/approval", {})

    assert ended(officer, number)["state"] == "done"
    rows = officer.get("/jobs").get_json()["rows"]
    assert [row["number"] for row in rows] == [number]


def test_a_job_elsewhere_is_not_there(callers):
    number = asked_for(callers["kiem-soat-1"].post("/measures", MEASURE))["number"]

    demand_problem(callers["xa"].get(f"/jobs/{number}"), 404, "errand-not-found")
    demand_problem(callers["can-bo-1"].get(f"/jobs/{number}"), 404, "errand-not-found")
    assert READS["listJobs"]
    assert callers["can-bo-1"].get("/jobs").get_json()["rows"] == []


def a_job(database):
    with database.begin() as tx:
        said = {"session": "2026-06-07", "place": "19333", "act": "transfer"}
        number = errands.ask(tx, kind="transfer", said=said, deed=a_deed("an", ""), place="19333")
        errands.answer(tx, number, yes=True, deed=a_deed("binh", ""))
    return number


def state(database, number):
    with database.read() as tx:
        return errands.find(tx, number)["state"]


def test_a_job_that_a_stopped_process_left_is_done_by_the_next(app, database):
    number = a_job(database)
    stopped = errands.Worker(database, POLICY, lambda: NOON)
    stopped._take()

    soon = errands.Worker(database, POLICY, lambda: NOON + timedelta(minutes=1)).work()
    later = errands.Worker(database, POLICY, lambda: NOON + timedelta(minutes=2)).work()

    assert (soon, later) == (0, 1)
    assert state(database, number) == "done"


def test_a_job_stays_with_whoever_works_on_it_longer_than_a_lease(database, monkeypatch):
    monkeypatch.setattr(errands.working, "LEASE", timedelta(seconds=0.9))
    held = []

    class Busy(errands.Worker):
        """A worker whose job ends when its lease was renewed twice, or never is."""

        def _act(self, number):
            for _ in range(400):
                with self.database.read() as tx:
                    held.append(records.errands.find_errand(tx, number).until)
                if len(set(held)) > 2:
                    return
                time.sleep(0.02)

    a_job(database)
    worker = Busy(database, POLICY, moment)
    worker._do(worker._take())

    assert len(set(held)) > 2
    assert held == sorted(held)


def test_a_job_at_which_the_desk_fails_is_refused_and_the_next_is_done(app, database):
    with database.begin() as tx:
        deed = a_deed("an", "")
        packs = {"of": "province", "code": "00", "month": "2026-05"}
        broken = errands.ask(tx, kind="close-day", said={}, deed=deed)
        begun = errands.ask(tx, kind="pack", said=packs, deed=deed)
        records.errands.change_errand(tx, begun, result='{"packs": [{"of": "office"}]}')
    number = a_job(database)

    assert errands.Worker(database, POLICY, lambda: NOON).work() == 3

    with database.read() as tx:
        found = [errands.find(tx, one) for one in (broken, begun, number)]
    assert [one["state"] for one in found] == ["refused", "refused", "done"]
    assert found[0]["result"] == {"code": "errand-failed", "facts": {}}
    assert found[1]["result"]["code"] == "place-not-found"
    assert found[1]["result"]["packs"] == [{"of": "office"}]


def test_who_was_overtaken_while_asleep_writes_nothing(app, database):
    number = a_job(database)
    asleep = errands.Worker(database, POLICY, lambda: NOON)
    asleep._take()
    errands.Worker(database, POLICY, lambda: NOON + timedelta(minutes=2)).work()
    with database.read() as tx:
        acts = tx.exec_driver_sql("SELECT count(*) FROM act").scalar()

    asleep._do(number)

    with database.read() as tx:
        assert tx.exec_driver_sql("SELECT count(*) FROM act").scalar() == acts
    assert state(database, number) == "done"


def test_answers_are_forgotten_after_their_days(officer, database):
    said = {"loan_no": "6600000000000001", "day": "2026-06-12", "receipt_no": "T1"}
    officer.post("/receipts", {**said, "interest": 1_000}, key="key-00000001")

    with database.begin() as tx:
        assert answers.forget(tx, before="2020-01-01") == 0
        assert answers.forget(tx, before=f"{date.max}") == 1

    again = officer.post("/receipts", {**said, "interest": 1_000}, key="key-00000001")
    assert again.get_json()["new"] is False
