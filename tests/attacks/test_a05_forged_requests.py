"""A5: requests that another site makes a browser send."""

import json
from itertools import product

from tests.attacks.stage import (
    FOREIGN_NAME,
    Attacker,
    form_token_of,
    routes,
    rows,
    shared,
    somebody_for,
)

FOREIGN_SITES = (
    "https://evil.example",
    "null",
    "http://127.0.0.1.evil.example",
    "http://127.0.0.1:9",
)
SAID = {"name": "officer", "password": "x" * 12, "code": "000000", "again": "x" * 12}


def forms(app):
    return [route for route in routes(app, "POST", "PUT", "DELETE") if not route.operation]


def test_no_form_is_taken_that_this_desk_did_not_give_to_this_client(desk):
    officer, other = desk.people["officer"], desk.people["auditor"]
    before = rows(desk.database)
    of_stranger = form_token_of(Attacker(desk.app).ask("GET", "/sign-in").text)
    tokens = (None, "", "0" * 64, other.form_token, of_stranger)
    for route in shared(desk, forms(desk.app)):
        for attacker in (officer, desk.stranger):
            for token in tokens:
                said = SAID if token is None else SAID | {"form_token": token}
                answer = attacker.ask(route.method, route.path(), said)
                # Whom nobody knows is led to sign in first; what was sent is let go.
                led = answer.headers.get("Location", "").startswith("/sign-in")
                away = attacker is desk.stranger and led
                assert answer.status_code == 403 or away, (route.rule, token)

    assert forms(desk.app)
    assert rows(desk.database) == before


def test_no_form_is_taken_from_another_site_though_its_token_is_right(desk):
    officer = desk.people["officer"]
    for route in shared(desk, forms(desk.app)):
        page = officer.ask("GET", "/sign-in").text
        for token in (officer.form_token, form_token_of(page)):
            for site in FOREIGN_SITES:
                said = SAID | {"form_token": token}
                answer = officer.ask(route.method, route.path(), said, Origin=site)
                assert answer.status_code == 403, (route.rule, site)

    assert officer.ask("GET", "/communes/19333").status_code == 200


def test_the_service_believes_no_cookie_and_no_body_that_a_form_can_send(desk):
    before = rows(desk.database)
    for route in shared(desk, (one for one in routes(desk.app, "POST") if one.operation)):
        name = somebody_for(route)
        body = json.dumps(dict(route.operation.example)).encode()
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
            answer = desk.people[name].ask("POST", route.path(), body, Content_Type=kind)
            assert answer.status_code == 415, (route.rule, kind)
        bearing = Attacker(desk.app, desk.held[name])
        bearing.token = None
        assert bearing.ask("POST", route.path(), body).status_code == 401, route.rule

    assert rows(desk.database) == before


def test_no_method_is_overridden(desk):
    before = rows(desk.database)
    officer = desk.people["officer"]
    for route in shared(desk, routes(desk.app, "GET")):
        names = ("X_HTTP_Method_Override", "X_HTTP_Method", "X_Method_Override")
        headers = dict.fromkeys(names, "POST")
        officer.ask("GET", route.path(), None, {"_method": "POST"}, **headers).close()

    assert rows(desk.database) == before


def test_looking_writes_nothing_but_who_looked(desk):
    before = rows(desk.database)
    for name, route in shared(desk, product(("officer", "auditor"), routes(desk.app, "GET"))):
        answer = desk.people[name].ask("GET", route.path())
        assert answer.status_code < 500, route.rule
        answer.close()

    assert rows(desk.database) == before


def test_no_other_origin_may_read(desk):
    for path in ("/communes/19333", "/api/v1/loans/6600000000000001"):
        answer = desk.people["officer"].ask("GET", path, Origin="https://evil.example")
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
        assert FOREIGN_NAME not in answer.text
