"""A2: what lies elsewhere is answered as what is not there, on every route and to every role."""

import re

from creditdesk.papers import MEDIA
from creditdesk.users.permissions import Role, table
from tests.attacks.stage import (
    FOREIGN_ID,
    FOREIGN_NAME,
    NOBODYS,
    OWN_NAME,
    THEIRS,
    asked_by,
    leaves,
    put,
    routes,
    shared,
    unpacked,
)

BOUND = [role.value for role in Role if role not in (Role.SYSTEM, Role.AUDITOR)]
"""The roles that are bound to a place, and the administrator, who sees no person at all."""
_CHANGING = re.compile(r"[0-9a-f]{12,64}|attack-\d+|\d\d/\d\d/\d{4} \d\d:\d\d")
"""Digests, tries, and the minute at the foot of a page."""
MAKING = {"api-applications.apply"}
"""What gives a thing its number, which the whole book has but once: that it is taken is told."""
PAPER = {"need": "đối chiếu hồ sơ"}


def personal(app):
    """Return the routes that tell of the book."""
    open_to_all = table().open_routes
    return [route for route in routes(app, "GET") if route.endpoint not in open_to_all]


def bare(answer, said):
    """Return an answer without what differs between any two, and without what was asked."""
    text = answer.get_data(as_text=True)
    for one in sorted({str(value) for value in said.values()}, key=len, reverse=True):
        text = text.replace(one, "#")
    return answer.status_code, _CHANGING.sub("#", text)


def asks(route):
    """Yield (where, name) of every place of a request that names a thing or a place."""
    yield from (("path", name) for name in route.names if name in THEIRS)
    if route.endpoint == "portfolio.commune":
        yield "path", "code"
    of_page = ["place"] if route.endpoint.startswith("portfolio.") else []
    for name in asked_by(route.operation) or of_page:
        if name in THEIRS:
            yield "query", name
    if route.operation and route.method != "GET" and route.endpoint not in MAKING:
        for at in leaves(dict(route.operation.example)):
            if at[-1] in THEIRS and at[-1] not in ("receipt_no",):
                yield "body", at


def asked(attacker, route, where, name, said):
    path, query, body = route.path(), {}, None
    if where == "path":
        path = route.path(**{name: said["commune" if name == "code" else name]})
    if where == "query":
        query = {name: said[name]}
    if route.method != "GET" and route.operation:
        body = dict(route.operation.example)
        if where == "body":
            body = put(body, name, said[name[-1]])
    if not route.operation:
        query |= PAPER
    return attacker.ask(route.method, path, body, query, X_Need="doi chieu ho so")


def questions(app):
    """Yield (role, route, where, name) of everything that can name a thing or a place."""
    named = [(route, where, name) for route in routes(app) for where, name in asks(route)]
    for role in BOUND:
        for route, where, name in named:
            yield role, route, where, name


def test_what_is_elsewhere_is_answered_as_what_is_nowhere(desk):
    told, tried = [], 0
    for role, route, where, name in shared(desk, questions(desk.app)):
        theirs = asked(desk.people[role], route, where, name, THEIRS)
        nobodys = asked(desk.people[role], route, where, name, NOBODYS)
        tried += 1
        same = bare(theirs, THEIRS) == bare(nobodys, NOBODYS)
        # A list of one's own that is narrowed to what lies elsewhere is a list of nothing.
        nothing = theirs.status_code == 200 and '"rows":[]' in theirs.get_data(as_text=True)
        if not same or not (nothing or 400 <= theirs.status_code < 500):
            told.append((role, route.rule, name, bare(theirs, THEIRS), bare(nobodys, NOBODYS)))

    assert told == []
    assert tried >= 5 * len(BOUND)


def narrowings(app):
    """Yield (role, route, query) of all that tells of the book, whole and narrowed to a place."""
    for role in BOUND:
        for route in personal(app):
            known = {name for where, name in asks(route) if where == "query"}
            for query in ({}, *({name: "19333"} for name in sorted(known))):
                yield role, route, query


def test_no_list_total_export_or_paper_tells_of_elsewhere(desk):
    leaks, shown = [], set()
    secrets = (FOREIGN_NAME, FOREIGN_ID, THEIRS["loan_no"], THEIRS["customer_no"])
    for role, route, query in shared(desk, narrowings(desk.app)):
        asked_for = query if route.operation else query | PAPER
        answer = desk.people[role].ask(
            "GET", route.path(), None, asked_for, X_Need="doi chieu ho so"
        )
        text = unpacked(answer.get_data()).decode("utf-8", "replace")
        answer.close()
        if OWN_NAME in text:
            shown.add(answer.mimetype)
        leaks += [(role, route.rule, query, one) for one in secrets if one in text]

    assert leaks == []
    assert {MEDIA["pdf"], "text/html"} <= shown


def test_a_foreign_receipt_does_not_show_by_its_number_being_taken(desk):
    """The number of a receipt is one in all the book: that it is taken names no loan."""
    route = next(
        one for one in routes(desk.app, "POST") if one.endpoint == "api-money.takeReceipt"
    )
    said = dict(route.operation.example) | {"loan_no": "6600000000000001", "receipt_no": "GN2"}

    answer = desk.people["officer"].ask("POST", route.path(), said)

    text = answer.get_data(as_text=True)
    assert THEIRS["loan_no"] not in text
    assert FOREIGN_NAME not in text
