"""Lists of the service: filtered, sorted, and cut into pages that fit together."""

import json
from base64 import urlsafe_b64encode

import pytest

from creditdesk import errands
from creditdesk.engine.money import Dong
from creditdesk.users.permissions import Role, Scope
from tests.builders import a_deed, a_loan
from tests.service.client import Client
from tests.service.conftest import a_token
from tests.service.test_deciding import EXTENSION, PAPER
from tests.service.test_reading import demand_problem, described

LISTS = {
    "listLoans": "/loans?commune=19333",
    "readWorklist": "/worklists/late?as_of=2027-06-30&place=19333",
    "listGroups": "/groups?as_of=2026-06-30&place=19333",
    "listProposals": "/decisions/proposals?place=19333",
    "listWaitingApplications": "/applications?as_of=2027-06-30&place=19333",
    "listJobs": "/jobs?kind=transfer",
}
OWN = {
    "readWorklist": "loan_no",
    "listLoans": "loan_no",
    "listGroups": "group_no",
    "listProposals": "number",
    "listWaitingApplications": "application_no",
    "listJobs": "number",
}


def sorts(name):
    (found,) = [one for one in described(name)["parameters"] if one["name"] == "sort"]
    return found["schema"]["enum"]


@pytest.fixture
def book(app, database, officer):
    """Put more loans of different amounts, proposals and jobs into the book."""
    with database.begin() as tx:
        for number, millions in ((3, 10), (4, 30), (5, 10)):
            a_loan(tx, number, drawn=Dong(millions * 1_000_000))
        for _ in range(3):
            said = {"session": "2026-06-07", "place": "19333", "act": "transfer"}
            errands.ask(tx, kind="transfer", said=said, deed=a_deed("an", ""), place="19333")
    for day in ("2026-11-19", "2026-11-20"):
        said = EXTENSION | PAPER | {"day": day}
        assert officer.post("/decisions/proposals", said).status_code == 201
    return officer


def pages(client, path, limit=2):
    """Return every row of a list, asked for page by page."""
    rows, after = [], ""
    while after is not None:
        found = client.get(f"{path}&limit={limit}{after and '&after=' + after}").get_json()
        assert len(found["rows"]) <= limit
        rows += found["rows"]
        after = found["next"]
    return rows


def test_pages_in_any_order_are_the_whole_list_in_that_order(book):
    for name, path in LISTS.items():
        whole, own = book.get(f"{path}&limit=200").get_json()["rows"], OWN[name]
        assert whole, name
        for sort in sorts(name):
            found = pages(book, f"{path}&sort={sort}")
            field, down = sort.removeprefix("-"), sort.startswith("-")

            assert sorted(row[own] for row in found) == sorted(row[own] for row in whole)
            values = [row[field] for row in found if row.get(field) is not None]
            values = [float(one) if field == "score" else one for one in values]
            assert values == sorted(values, reverse=down), (name, sort)


def test_among_equals_loans_rise_by_their_numbers(book):
    found = pages(book, "/loans?commune=19333&sort=-outstanding", limit=1)

    told = [(row["outstanding"] // 1_000_000, int(row["loan_no"][-1])) for row in found]
    assert told == [(50, 1), (50, 2), (30, 4), (10, 3), (10, 5)]


FILTERS = (
    ("/loans?commune=19333&programme=01", 5),
    ("/loans?commune=19333&programme=02", 0),
    ("/loans?commune=19333&group=9999999", 0),
    ("/worklists/late?as_of=2027-06-30&place=19333&group=9999999", 0),
    ("/groups?as_of=2026-06-30&place=19333&band=none", 0),
    ("/decisions/proposals?place=19333&kind=extend&by=can-bo-1", 2),
    ("/decisions/proposals?place=19333&kind=freeze", 0),
    ("/applications?as_of=2027-06-30&place=19333&state=applied&programme=01", 1),
    ("/applications?as_of=2027-06-30&place=19333&state=approved", 0),
    ("/jobs?state=to-check", 3),
    ("/jobs?state=done", 0),
)


def test_a_filter_leaves_what_it_names(book):
    for path, count in FILTERS:
        assert len(book.get(path).get_json()["rows"]) == count, path


def forged(*said):
    return urlsafe_b64encode(json.dumps(said).encode()).decode()


def test_a_cursor_goes_with_its_own_question_only(book):
    path = "/loans?commune=19333&limit=2"
    after = book.get(f"{path}&sort=-outstanding").get_json()["next"]
    jobs = book.get("/jobs?limit=1").get_json()["next"]

    assert book.get(
        f"{path}&limit=1&sort=-outstanding".replace("&limit=2", "") + f"&after={after}"
    )
    for other in (
        f"{path}&sort=outstanding&after={after}",
        f"{path}&sort=-outstanding&only=open&after={after}",
        f"{path}&sort=-outstanding&after=x",
        f"{path}&sort=-outstanding&after={forged('a')}",
        f"/jobs?sort=-number&after={jobs}",
    ):
        demand_problem(book.get(other), 400, "cursor-unfit")


def test_what_a_list_is_not_sorted_by_is_named_with_what_it_is(book):
    found = demand_problem(book.get("/jobs?sort=by"), 400, "input-invalid")

    assert found["errors"][0]["facts"]["choices"] == ["number", "-number"]


OF_A_PERSON = {
    "/worklists/late?as_of=2027-06-30": 5,
    "/worklists/collect-next-month?as_of=2026-05-31": 5,
    "/worklists/applications-waiting?as_of=2027-06-30": 1,
    "/groups?as_of=2026-06-30": 1,
    "/applications?as_of=2027-06-30": 1,
    "/portfolio?from=2026-01-01&as_of=2026-06-30&by=group": 1,
}
SCOPES = {
    Role.GROUP_HEAD: ("group", "9333001", "9999999"),
    Role.OFFICER: ("office", "004403", "004499"),
    Role.COMMITTEE: ("commune", "19333", "18859"),
}


@pytest.mark.parametrize("role", SCOPES)
def test_who_names_no_place_is_told_of_their_own(book, app, database, role):
    kind, own, elsewhere = SCOPES[role]
    with database.begin() as tx:
        near = a_token(tx, "gan", role, scope=Scope(kind, (own,)))
        far = a_token(tx, "xa-la", role, scope=Scope(kind, (elsewhere,)))

    told = {path: Client(app.test_client(), near).get(path).get_json() for path in OF_A_PERSON}
    nothing = [Client(app.test_client(), far).get(path).get_json() for path in OF_A_PERSON]

    assert {path: len(found["rows"]) for path, found in told.items()} == OF_A_PERSON
    assert [found["rows"] for found in nothing] == [[]] * len(OF_A_PERSON)
