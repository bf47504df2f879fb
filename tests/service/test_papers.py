"""Documents by the service: each kind as PDF, XLSX and CSV, within the scope of who asks."""

import pytest

from creditdesk import papers
from creditdesk.papers import ENDINGS, KINDS, MEDIA
from tests.service.test_reading import demand_problem

DAY = "as_of=2026-06-30&place=44"
LOAN = "6600000000000001"
BEGINNINGS = {"pdf": b"%PDF-1.7", "xlsx": b"PK\x03\x04", "csv": b"\xef\xbb\xbf"}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_comes_with_each_ending(reader, kind):
    narrowed = f"&loan={LOAN}" if KINDS[kind].asks == ("loan",) else ""
    for ending in ENDINGS:
        answer = reader.get(f"/papers/{kind}?{DAY}{narrowed}&as={ending}")

        assert (answer.status_code, answer.content_type) == (200, MEDIA[ending])
        assert answer.data.startswith(BEGINNINGS[ending])


def test_what_is_not_there_is_said(reader):
    demand_problem(reader.get(f"/papers/nothing?{DAY}"), 404, "paper-unknown")
    demand_problem(reader.get(f"/papers/loan?{DAY}"), 400, "paper-loan-unsaid")
    demand_problem(reader.get(f"/papers/13-bc?{DAY}&group=0000000"), 400, "nothing-in-scope")


@pytest.mark.parametrize("kind", ["01-1-bctd", "bc0437", "portfolio"])
def test_a_place_elsewhere_is_not_there_and_the_whole_book_is_not_theirs(officer, kind):
    demand_problem(officer.get(f"/papers/{kind}?as_of=2026-06-30&place=26506"), 404, _ABSENT)
    demand_problem(officer.get(f"/papers/{kind}?as_of=2026-06-30"), 403, "not-yours")


_ABSENT = "place-not-found"


def test_an_officer_prints_the_own_office_wherever_it_lends(officer):
    answer = officer.get("/papers/01-1-bctd?as_of=2026-06-30&place=44&office=004403")

    assert answer.status_code == 200
    assert papers.kind_of("01-1-bctd").act_of("csv") == "portfolio-export"
