"""Applications on pages: the list by next step, one as a path, steps taken from it to the draw."""

from types import SimpleNamespace

import pytest

from creditdesk import applications
from creditdesk.engine.procedure import State
from creditdesk.users import Client, Role, Scope, sessions
from creditdesk.web.edge import moment, today
from tests.applicants import applied
from tests.apps import an_app
from tests.builders import POLICY, a_contract, a_loan
from tests.people import a_user
from tests.web.conftest import configured
from tests.web.test_loan_pages import Tab, day

OFFICE = Scope("office", ("004403",))
SCOPES = {
    "officer": (Role.OFFICER, OFFICE),
    "checker": (Role.SUPERVISOR, OFFICE),
    "head": (Role.GROUP_HEAD, Scope("group", ("9333001",))),
    "committee": (Role.COMMITTEE, Scope("commune", ("19333",))),
    "stranger": (Role.OFFICER, Scope("office", ("004499",))),
}


@pytest.fixture
def desk(database, database_url):
    """Return a book with two applications of one group, and people of five kinds signed in."""
    app = an_app(configured(database_url))
    held = app.extensions["creditdesk"]
    tabs = {}
    with database.begin() as tx:
        for number in (1, 2):
            applied(tx, number)
        for name, (role, scope) in SCOPES.items():
            person = a_user(tx, name, role, scope=scope, password="")
            begun = sessions.begin(
                tx,
                held.settings,
                person=person,
                stage=sessions.Stage.FULL,
                client=Client("127.0.0.1"),
                at=moment(),
            )
            tabs[name] = Tab(app, begun.token)
    yield SimpleNamespace(**tabs, database=held.database)
    held.database.close()


def state(desk, number="D1"):
    with desk.database.read() as tx:
        return applications.dossier(tx, POLICY, number, today()).state


def step(tab, name, number="D1", **said):
    page = f"/applications/{number}/{name}"
    return tab.send(page, {"day": day(), "answer": "yes"} | said)


def test_an_application_goes_from_the_list_to_the_draw_of_its_loan(desk):
    for tab, name, said in (
        (desk.head, "review", {}),
        (desk.head, "list", {"document_no": "L1"}),
        (desk.committee, "confirm", {"document_no": "XN1"}),
        (desk.officer, "appraise", {"amount": "40tr"}),
        (desk.checker, "approve", {}),
        (desk.officer, "notify", {"draw_on": day(), "place": "Điểm giao dịch"}),
    ):
        assert step(tab, name, **said).status_code == 200

    assert state(desk) is State.NOTIFIED
    contract = {"loan_no": "6600000000000099", "signed_on": day()}
    signed = desk.officer.send("/applications/D1", contract, "/applications/D1/sign")

    assert state(desk) is State.SIGNED
    assert "/loans/6600000000000099/draw" in signed.text
    assert "/loans/6600000000000099/draw" in desk.officer.get("/applications/D1").text
    assert "D1" not in desk.officer.get("/applications").text


def test_the_list_tells_the_next_step_and_whose_turn_it_is(desk):
    step(desk.head, "review")

    mine = desk.head.get("/applications?step=list").text

    assert "/applications/D1/list" in mine
    assert "/applications/D2" not in mine
    assert "/applications/D1/list" not in desk.checker.get("/applications").text
    assert "Không có hồ sơ" in desk.stranger.get("/applications").text


def test_an_application_elsewhere_is_not_there(desk):
    assert desk.stranger.get("/applications/D1").status_code == 404
    assert desk.stranger.get("/applications/D1/appraise").status_code == 404
    assert desk.head.get("/applications/D1/approve").status_code == 403


def test_what_is_wrong_is_told_at_its_field_and_nothing_is_entered(desk):
    refused = step(desk.head, "review", answer="no")
    early = step(desk.head, "review", day="01/01/2026")

    assert (refused.status_code, early.status_code) == (422, 422)
    assert 'id="reason-fault"' in refused.text
    assert 'id="day-fault"' in early.text
    assert state(desk) is State.APPLIED


def test_a_step_entered_wrongly_is_taken_back_and_the_path_tells_it(desk):
    step(desk.head, "review")

    back = desk.officer.send("/applications/D1/take-back", {"ground": "Ghi nhầm hồ sơ"})

    assert state(desk) is State.APPLIED
    assert "Ghi nhầm hồ sơ" in back.text


def test_one_paper_takes_several_applications_on_or_none(desk):
    both = {"application_nos": ["D1", "D2"], "day": day()}
    desk.officer.send("/applications-together/review", both)
    unsaid = desk.officer.send("/applications-together/list", {"day": day(), "document_no": "L1"})

    assert unsaid.status_code == 422
    desk.officer.send("/applications-together/list", both | {"document_no": "L1"})
    assert {state(desk), state(desk, "D2")} == {State.LISTED}


def test_a_form_is_weighed_before_it_is_entered(desk):
    form = {
        "application_no": "D9",
        "customer_no": "0000000009",
        "customer_name": "Lê Thị Mẫu (minh họa)",
        "household_no": "H1",
        "programme": "01",
        "trustee": "12",
        "group_no": "9333001",
        "group_head": "Trần Văn Mẫu",
        "commune": "19333",
        "office": "004403",
        "session_day": "7",
        "applied_on": day(),
        "amount": "50tr",
        "months": "36",
        "every_months": "12",
        "purpose": "Chăn nuôi bò",
    }
    page, at = "/new-application", "/new-application/preview"

    above = desk.officer.send(page, form | {"amount": "900tr"}, at)
    shown = desk.officer.send(page, form, at)
    entered = desk.officer.send(page, form, page)

    assert 'class="tag bad"' in above.text
    assert 'id="schedule"' in shown.text
    assert entered.status_code == 200
    assert state(desk, "D9") is State.APPLIED


def test_a_form_begins_with_whose_loan_it_is_begun_from_where_that_may_be_seen(desk):
    said = a_contract(1, household_no="H1")
    with desk.database.begin() as tx:
        loan_no = a_loan(tx, 1, household_no="H1")
    page = f"/new-application?loan={loan_no}"
    begun = desk.officer.get(page).text

    for name in ("customer_no", "customer_name", "household_no", "group_no", "office"):
        assert f'value="{getattr(said, name)}"' in begun, name
    assert f'<option value="{said.commune}" selected' in begun
    assert page in desk.officer.get(f"/loans/{loan_no}").text
    assert desk.stranger.get(page).status_code == 404
