"""The committee's pages: its own commune, in the figures of its paper."""

import re

import pytest

from creditdesk.users import people, places, sessions
from creditdesk.users.permissions import Role
from creditdesk.web.edge import moment
from tests.applicants import applied
from tests.people import HERE, a_user
from tests.web.hands import Hand, office

__all__ = ["office"]

APPLICANTS = "/my-commune/applicants"

pytestmark = pytest.mark.browser


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


def test_more_applicants_than_one_form_takes_are_answered_form_by_form(office):
    desk, many = office.extensions["creditdesk"], 62
    direct = {"trustee": "99", "group_no": "", "group_head": ""}
    with desk.database.begin() as tx:
        for number in range(1, many + 1):
            applied(tx, number, **direct)
        person = a_user(tx, "xa", Role.COMMITTEE, at=moment())
        said = {"stage": sessions.Stage.FULL, "client": HERE, "at": moment()}
        hand = Hand(office, sessions.begin(tx, desk.settings, person=person, **said).token)

    left = []
    for _ in range(2):
        page = hand.open(APPLICANTS)
        names = set(re.findall(r'name="lines-(\d+)-application_no" value="(D\d+)"', page.text))
        form = {f"lines-{at}-application_no": no for at, no in names}
        left.append(len(form))
        paper = {"number": "9/UBND", "dated": "2026-11-20", "whole": "yes", "list_no": ""}
        told = hand.send(APPLICANTS, form | paper, form=page.text)
        assert told.status_code == 303

    assert left == [60, 2]
