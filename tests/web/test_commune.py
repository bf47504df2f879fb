"""The committee's pages: its own commune, in the figures of its paper."""

import re

import pytest

from creditdesk.users import people, places
from creditdesk.users.permissions import Role

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
