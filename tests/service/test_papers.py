"""Documents by the service: each kind as PDF, XLSX and CSV, within the scope of who asks."""

import csv
from io import BytesIO, StringIO

import pytest
from pypdf import PdfReader

from creditdesk import papers
from creditdesk.papers import ENDINGS, KINDS, MEDIA
from creditdesk.users.permissions import Role, Scope
from tests.builders import a_loan
from tests.service.client import Client
from tests.service.conftest import a_token
from tests.service.test_files import job_of
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
def test_a_place_elsewhere_is_not_there(officer, kind):
    demand_problem(officer.get(f"/papers/{kind}?as_of=2026-06-30&place=26506"), 404, _ABSENT)


_ABSENT = "place-not-found"


def test_an_officer_prints_the_own_office_wherever_it_lends(officer):
    answer = officer.get("/papers/01-1-bctd?as_of=2026-06-30&place=44&office=004403")

    assert answer.status_code == 200
    assert papers.kind_of("01-1-bctd").act_of("csv") == "portfolio-export"


SCOPES = {
    Role.OFFICER: Scope("office", ("004403", "004404")),
    Role.GROUP_HEAD: Scope("group", ("9333001",)),
    Role.COMMITTEE: Scope("commune", ("19333",)),
    Role.REVIEWER: Scope("province", ("44",)),
}
"""Scopes that hold two loans of three, wholly in one province."""
PERIOD = {"from": "2026-01-01", "as_of": "2026-06-30"}
ELSEWHERE = {"office": "007901", "commune": "26506", "group_no": "6506001"}


@pytest.mark.parametrize("role", SCOPES, ids=str)
def test_who_names_no_place_is_told_of_their_own(app, database, role):
    with database.begin() as tx:
        a_loan(tx, 3, **ELSEWHERE)
        token = a_token(tx, "nguoi", role, scope=SCOPES[role])
    client = Client(app.test_client(), token)

    for kind in ("01-1-bctd", "len-31", "bc0437", "bc0438", "collection"):
        text = text_of(client.get(f"/papers/{kind}?as_of=2026-06-30", X_Need="doi chieu"))
        assert not {one for one in ELSEWHERE.values() if one in text}, kind
    done = job_of(client, client.post("/papers/portfolio", PERIOD))

    for path in (
        "/papers/portfolio?from=2026-01-01&as_of=2026-06-30",
        "/statements/portfolio?from=2026-01-01&as_of=2026-06-30",
        f"/jobs/{done['number']}/result",
    ):
        assert "tổng dư nợ: 100.000.000 = 100.000.000" in text_of(client.get(path)), path


def text_of(answer):
    assert answer.status_code == 200, answer.get_json()
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages)


def test_the_service_tells_what_paper_and_tables_say_of_the_same_place(reader, database):
    with database.begin() as tx:
        for number, commune in enumerate(("19333", "19351", "19351"), 3):
            local = {"source": "2", "investor": "TINH"} if number == 4 else {}
            group = {"group_no": f"{commune[1:]}00{number}"}
            a_loan(tx, number, drawn=number * 7_777_777, commune=commune, **group, **local)

    for place in ("44", "19333", "19351"):
        where = f"as_of=2026-06-30&place={place}"
        told = reader.get(f"/portfolio?from=2026-06-01&{where}").get_json()["total"]
        for kind in ("01-1-bctd", "01-2-bctd", "len-31", "poverty"):
            last = total_of(reader.get(f"/papers/{kind}?{where}&as=csv"))
            assert last["outstanding"] == str(told["outstanding"]), (kind, place)
            money = f"{told['outstanding']:,}".replace(",", ".")
            assert money in text_of(reader.get(f"/papers/{kind}?{where}")), (kind, place)


def total_of(answer):
    """Return the last total of a table that tells what is owed, by its columns."""
    columns, found = [], {}
    for row in csv.reader(StringIO(answer.data.decode("utf-8-sig"))):
        columns = row if row and row[0] == "part" else columns
        if row and row[1] == "total" and "outstanding" in columns:
            found = dict(zip(columns, row, strict=True))
    return found
