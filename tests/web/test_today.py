"""Today, worklists and search: what each person is shown, and that it is noted."""

import re
from datetime import date

import pytest

from creditdesk import accesses, cards
from creditdesk.spelling import words_of
from creditdesk.users.permissions import Role
from tests.apps import an_app
from tests.builders import POLICY

DAY = date(2026, 10, 31)
pytestmark = pytest.mark.browser


def lines(stage):
    with stage.database.read() as tx:
        return accesses.journal(tx, accesses.FIRST)


def test_signing_in_leads_to_today_and_every_number_to_its_list(stage):
    tab = stage.tab(Role.OFFICER, fresh=True)
    tab.goto("/today")
    shown = tab.inner_text("#worklists tbody tr:has(a[href*='/worklists/due-session'])")

    tab.click("#worklists a[href*='/worklists/due-session']")

    count = shown.split("\t")[1]
    assert count in tab.inner_text("main")
    assert tab.locator("#rows tbody tr").count() == min(int(count), 50)
    assert lines(stage)[-1].act == "worklist-due-session"
    tab.close()


def test_a_slash_leads_to_the_search_and_a_name_without_marks_to_the_person(stage):
    with stage.database.read() as tx:
        name = cards.loan_card(tx, POLICY, stage.facts["loan"], DAY).customer_name
    backwards = " ".join(reversed(words_of(name)))
    tab = stage.tab(Role.OFFICER, fresh=True)
    tab.goto("/today")
    tab.keyboard.press("/")
    tab.keyboard.type(backwards)
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search?q=*")

    assert tab.inner_text("main h3 >> nth=0").startswith(name)
    assert stage.facts["loan"] in tab.inner_text("main")
    assert lines(stage)[-1].act == "search"
    tab.close()


def test_a_group_head_finds_only_the_own_group(stage):
    head = stage.client(Role.GROUP_HEAD)
    office = stage.client(Role.OFFICER)

    mine, all_of = (
        set(re.findall("/loans/([0-9]{16})", client.get("/search?q=minh+hoa").text))
        for client in (head, office)
    )
    today = head.get("/today").text

    assert stage.facts["loan"] in mine
    # A page shows the first that are found: the office's are asked for by number.
    others = all_of - mine
    assert others
    assert all(f"/loans/{one}" not in head.get(f"/search?q={one}").text for one in others)
    assert "/worklists/due-session" in today


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("/search?q=a", 400, "q-fault"),
        ("/search?q=" + "a" * 101, 400, "q-fault"),
        ("/worklists/nothing", 404, "Nợ quá hạn"),
        ("/worklists/late?sort=x", 400, ""),
        ("/worklists/late?place=26506", 404, ""),
        ("/today?place=26506", 404, ""),
        ("/worklists/late?page=99", 200, ""),
    ],
)
def test_what_cannot_be_answered_is_said(stage, path, status, told):
    answer = stage.client(Role.OFFICER).get(path)

    assert answer.status_code == status
    assert told in answer.text


def test_a_reviewer_states_a_need_before_anybody_is_shown(stage):
    reviewer = stage.client(Role.REVIEWER)

    asked = reviewer.get("/search?q=nguyen")
    shown = reviewer.get("/search?q=nguyen&need=doi+chieu")

    assert (asked.status_code, shown.status_code) == (403, 200)
    assert 'name="need"' in asked.text
    assert "<h3>" not in asked.text
    assert "<h3>" in shown.text
    assert lines(stage)[-1].why == "doi chieu"


def test_a_table_holds_the_whole_list_and_is_for_those_who_may_export(stage):
    found = stage.client(Role.OFFICER).get("/worklists/due-session.csv")

    assert found.data.startswith(b"\xef\xbb\xbfloan_no,")
    assert stage.client(Role.GROUP_HEAD).get("/worklists/due-session.csv").status_code == 403


def test_the_first_page_of_a_worker_tells_that_the_book_is_invented(stage):
    app = an_app(stage.app.extensions["creditdesk"].settings)
    client = app.test_client()
    client.set_cookie("session", stage.sessions[Role.OFFICER])

    assert "Số liệu minh họa" in client.get("/sheets").text
    app.extensions["creditdesk"].database.close()
