"""The committee's pages: its own commune, and whom it confirms, once and line by line."""

import re

import pytest

from creditdesk import applications, communes
from creditdesk.engine.procedure import State
from creditdesk.users import Client, people, places, sessions
from creditdesk.users.permissions import Role, Scope
from creditdesk.users.sessions import Stage as Step
from creditdesk.web.edge import moment
from tests.builders import POLICY
from tests.people import a_user

pytestmark = pytest.mark.browser
PAGE, WHO = "/my-commune/applicants", "xa-ben"


@pytest.fixture
def neighbours(stage):
    """Sign the committee of a commune in that has a list to confirm, and return the list."""
    with stage.database.begin() as tx:
        every = communes.map_on(moment().date()).communes
        found = applications.to_confirm(tx, POLICY, moment().date(), every)
        listed = [one for one in found if one.list_no == found[-1].list_no]
        code = applications.lies(tx, listed[0].application_no)[1]
        person = a_user(tx, WHO, Role.COMMITTEE, password="", scope=Scope("commune", (code,)))
        stage.sessions[WHO] = sessions.begin(
            tx,
            stage.app.extensions["creditdesk"].settings,
            person=person,
            stage=Step.FULL,
            client=Client("127.0.0.1"),
            at=moment(),
        ).token
    return listed


def state_of(stage, number):
    with stage.database.read() as tx:
        return applications.cases.find(tx, number).state


def test_one_tap_a_line_refuses_and_the_rest_is_confirmed_at_once(stage, neighbours):
    first, *others = (one.application_no for one in neighbours)
    second, list_no = others[-1], neighbours[0].list_no
    tab = stage.tab(WHO, fresh=True)
    tab.goto("/my-commune")
    tab.click(f"a[href='{PAGE}']")
    tab.check("input[name=lines-0-answer][value=no]")
    tab.fill("input[name=number]", "12/XN-UBND")
    tab.click("text=Ghi các dòng đã chọn")

    assert tab.locator(".fault:visible").count() == 1
    assert state_of(stage, first) is State.LISTED
    tab.select_option("select[name=lines-0-reason]", "not-resident")
    tab.click("text=Ghi các dòng đã chọn")
    tab.wait_for_selector(".alert-success")
    assert (state_of(stage, first), state_of(stage, second)) == (State.REFUSED, State.LISTED)

    tab.fill("input[name=number]", "12/XN-UBND")
    tab.click("button[name=whole]")
    tab.wait_for_selector(".alert-success")
    assert state_of(stage, second) is State.CONFIRMED
    assert tab.locator("input[name=list_no]").count() == 0

    token = tab.get_attribute("input[name=form_token]", "value")
    again = tab.request.post(
        PAGE,
        form={
            "form_token": token,
            "form_key": "k" * 22,
            "list_no": list_no,
            "number": "12/XN-UBND",
            "dated": "01/11/2026",
            "whole": "yes",
            "lines-0-application_no": second,
        },
        headers={"Origin": stage.address},
    )
    assert again.status == 200
    assert state_of(stage, second) is State.CONFIRMED
    # The browser tells of the form that was refused at its field, and of nothing else.
    assert [told for told in stage.troubles if "422" not in told] == []
    stage.troubles.clear()
    tab.close()


def test_a_commune_is_compared_and_printed_with_the_same_figures(stage):
    client = stage.client(Role.COMMITTEE)
    html = client.get("/my-commune").text
    table = client.get(f"/papers/commune-month.csv?place={stage.facts['commune']}")

    owed = re.search(r'<dd title="([0-9.]+) đồng">', html)[1].replace(".", "")
    assert owed in table.get_data(as_text=True)
    paper = client.get(f"/papers/commune-month.pdf?place={stage.facts['commune']}")
    assert paper.data.startswith(b"%PDF")


def test_a_committee_sees_no_other_commune(stage):
    with stage.database.read() as tx:
        own = set(places.communes_of(tx, people.person(tx, "xa")))
    client = stage.client(Role.COMMITTEE)

    assert own == {stage.facts["commune"]}
    for path in ("/my-commune?place=26506", "/papers/commune-month.pdf?place=26506"):
        assert client.get(path).status_code == 404
    assert stage.client(Role.OFFICER).get("/my-commune?place=26506").status_code == 404
