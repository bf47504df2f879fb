"""The committee's month on a telephone by keyboard: figures, whom it confirms, who is late."""

import pytest

from creditdesk import applications
from creditdesk.engine.procedure import State
from creditdesk.users import Client, sessions
from creditdesk.users.permissions import Role, Scope
from creditdesk.users.sessions import Stage as Step
from creditdesk.web.edge import moment
from tests.builders import POLICY
from tests.people import a_user
from tests.web.walk import Walk

pytestmark = pytest.mark.browser
PAGE, WHO = "/my-commune/applicants", "xa-ben"
WITH_CHOSEN, WITH_ALL = "form .btn-primary[type=submit]", "[name=whole]"


@pytest.fixture
def neighbours(stage):
    """Sign the committee of a commune in that has a list to confirm, and return the list."""
    with stage.database.begin() as tx:
        every = tx.exec_driver_sql("SELECT DISTINCT commune FROM loan").scalars().all()
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


def said_again(walk, number, list_no):
    """Send the paper on a list once more, as it was sent, and return the answer."""
    form = {
        "form_token": walk.tab.get_attribute("input[name=form_token]", "value"),
        "form_key": "k" * 22,
        "list_no": list_no,
        "number": "12/XN-UBND",
        "dated": "01/11/2026",
        "whole": "yes",
        "lines-0-application_no": number,
    }
    headers = {"Origin": walk.stage.address}
    return walk.tab.request.post(PAGE, form=form, headers=headers)


def test_a_commune_is_read_its_applicants_answered_line_by_line_and_its_sheet_printed(
    stage, neighbours
):
    first, *others = (one.application_no for one in neighbours)
    second, list_no = others[-1], neighbours[0].list_no
    walk = Walk(stage, WHO, width=390)
    walk.tab.goto("/my-commune")
    walk.stop("Dư nợ", "So với cuối tháng trước và cuối năm trước", "Theo tổ", "trễ hạn")
    paper = walk.tab.request.get(walk.tab.get_attribute("a[href*='.pdf']", "href"))
    walk.go(f"a[href='{PAGE}']", f"**{PAGE}")
    walk.stop(list_no, first, second)

    walk.to("[name=lines-0-answer]").press("ArrowDown")
    walk.fill(number="12/XN-UBND").go(WITH_CHOSEN)
    walk.stop("từ chối phải nêu lý do", "không cư trú tại xã, không thuộc đối tượng")
    silent = state_of(stage, first)
    walk.to("[name=lines-0-reason]").choose("not-resident").go(WITH_CHOSEN)
    walk.stop("1")
    refused = state_of(stage, first), state_of(stage, second)
    walk.fill(number="12/XN-UBND").go(WITH_ALL)
    walk.stop()
    again = said_again(walk, second, list_no)

    assert paper.body().startswith(b"%PDF")
    assert silent is State.LISTED
    assert refused == (State.REFUSED, State.LISTED)
    assert (again.status, state_of(stage, second)) == (200, State.CONFIRMED)
    assert walk.tab.locator("input[name=list_no]").count() == 0
    # The browser tells of the form that was refused at its field, and of nothing else.
    walk.leave(known=["422"])


def test_whom_the_briefing_is_about_leads_to_the_loan(stage):
    walk = Walk(stage, Role.COMMITTEE, width=820)
    walk.tab.goto("/my-commune")
    walk.fill(as_of="30/09/2026").enter("**/my-commune?**")
    walk.stop("Người vay trễ hạn")
    walk.go("#late tbody a", "**/loans/**")
    walk.stop("30/09/2026", "trễ hạn")

    assert walk.tab.locator("form[method=post]:not([action='/sign-out'])").count() == 0
    walk.leave()
