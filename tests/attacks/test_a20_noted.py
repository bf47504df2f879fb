"""A20: whoever is shown a person is noted, on every route; the routes are found, not named."""

from itertools import product

from creditdesk import accesses, decisions
from creditdesk.users.permissions import table
from tests.attacks.stage import OWN_NAME, asked_by, routes, shared
from tests.builders import POLICY, a_contract
from tests.decided import a_decision, a_paper

SHOWN = (OWN_NAME, "Trần Văn Mẫu", a_contract(1).loan_no, a_contract(1).customer_no)
"""The borrower, the head of the group, the loan and the customer of an officer's own place."""
JOURNAL = ("api-accesses.listAccesses", "accesses.index")
"""The journal itself: it names nobody, and of whom it tells by number it has told before."""
ROLES = ("officer", "supervisor", "group-head", "committee", "reviewer", "auditor")


def lines(database):
    with database.read() as tx:
        return len(accesses.journal(tx, accesses.FIRST))


def looking(app):
    """Return the routes that look at something and change nothing."""
    return [
        route
        for route in routes(app, "GET", "POST")
        if route.endpoint not in (*table().open_routes, *JOURNAL)
        and (route.method == "GET" or (route.operation and route.operation.looks))
    ]


def query_of(route):
    """Return what narrows a question to an officer's own commune, and a need."""
    names = asked_by(route.operation)
    asked = {name: "19333" for name in names if name in ("place", "commune")}
    asked |= {"from": "2026-01-01", "as_of": "2026-11-22"} if "from" in names else {}
    return asked if route.operation else {"place": "19333", "need": "doi chieu"}


def test_no_route_shows_a_person_without_a_line_in_the_journal(desk):
    with desk.database.begin() as tx:
        said = a_decision("extend", a_contract(1).loan_no, until="2028-01-15")
        decisions.propose(tx, POLICY, decision=said, deed=a_paper("an", ""))
    unnoted, noted = [], set()
    for route, role in shared(desk, product(looking(desk.app), ROLES)):
        before = lines(desk.database)
        body = dict(route.operation.example) if route.method == "POST" else None
        if body and "loan_no" in body:
            body["loan_no"] = a_contract(1).loan_no
        answer = desk.people[role].ask(
            route.method, route.path(code="19333"), body, query_of(route), X_Need="doi chieu"
        )
        text = answer.get_data().decode("utf-8", "replace")
        answer.close()
        if answer.status_code == 200 and any(one in text for one in SHOWN):
            grown = lines(desk.database) > before
            noted |= {route.endpoint} if grown else set()
            unnoted += [] if grown else [(role, route.rule)]

    assert unnoted == []
    assert noted >= {
        *("loans.card", "portfolio.commune", "api-loans.listLoans", "api-book.listGroups"),
        *("api-decisions.listProposals", "api-decisions.previewDecision"),
    }, noted
