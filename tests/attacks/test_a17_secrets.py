"""A17: what must stay in the book: no log, error, address or head of a paper holds it."""

import ast
import logging
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from creditdesk import cards
from creditdesk.app import create_app
from creditdesk.secrecy import KeyWeak
from tests.attacks.stage import (
    FOREIGN_ID,
    FOREIGN_NAME,
    NOBODYS,
    OWN_NAME,
    THEIRS,
    Attacker,
    asked_by,
    routes,
    shared,
    sign_in,
    unpacked,
)
from tests.keys import DATA_KEY
from tests.people import PASSWORD
from tests.web.conftest import configured

WEB = Path(__file__).resolve().parents[2] / "creditdesk" / "web"
PERSONAL = {"id_no", "identity", "phone", "password", "token", "customer_name", "name_of_customer"}


def secrets(desk):
    held = [one for each in desk.held.values() for one in (each.token, each.session)]
    return [OWN_NAME, FOREIGN_NAME, FOREIGN_ID, PASSWORD, DATA_KEY, "quá-bí-mật", *held]


def paths(route):
    """Return the addresses of what is there, elsewhere and nowhere: each once."""
    places = ({}, THEIRS, NOBODYS)
    said = ({one: place[one] for one in route.names if one in place} for place in places)
    return dict.fromkeys(route.path(**one) for one in said)


def tour(desk):
    """Yield the answer of everything that can be asked, of all that is there and is not."""
    for name, route in shared(desk, product(("officer", "auditor"), routes(desk.app))):
        said = dict(route.operation.example) if route.operation else {"password": "quá-bí-mật"}
        body = None if route.method == "GET" else said
        for path in paths(route):
            yield desk.people[name].ask(route.method, path, body)


def test_no_log_no_refusal_and_no_address_holds_a_secret(desk, caplog):
    caplog.set_level(logging.DEBUG)
    sign_in(Attacker(desk.app), "officer", "quá-bí-mật")
    sign_in(Attacker(desk.app), "officer", PASSWORD)
    hidden, refused = secrets(desk), 0
    for answer in tour(desk):
        led = answer.headers.get("Location", "")
        said = answer.get_data() if answer.status_code >= 400 else b""
        answer.close()
        refused += answer.status_code >= 400
        assert not [one for one in hidden if one in led or one.encode() in said]

    assert refused > 50
    assert not [one for one in hidden if one in caplog.text]


def broken(*_):
    raise RuntimeError(f"{OWN_NAME} {FOREIGN_ID} {PASSWORD}")


def test_a_failure_tells_its_number_and_nothing_else(desk, caplog, monkeypatch):
    monkeypatch.setattr(cards, "loan_card", broken)
    caplog.set_level(logging.DEBUG)

    page = desk.people["auditor"].ask("GET", "/loans/6600000000000001")
    told = desk.people["auditor"].ask("GET", "/api/v1/loans/6600000000000001")

    for answer in (page, told):
        assert answer.status_code == 500
        assert answer.headers["X-Request-ID"] in answer.text
        assert answer.headers["X-Request-ID"] in caplog.text
        assert "Traceback" not in answer.text
        assert "RuntimeError" not in answer.text
    assert not [one for one in secrets(desk) if one in caplog.text]
    assert not desk.app.debug
    assert not desk.app.testing


def test_no_address_asks_for_what_is_personal(desk):
    for route in routes(desk.app, "GET"):
        assert not PERSONAL & {*asked_by(route.operation), *route.names}, route.rule


def test_no_paper_holds_a_person_in_its_head(desk):
    paper = desk.people["auditor"].ask("GET", "/portfolio.pdf", None, {"place": "44"})
    plain = unpacked(paper.get_data())

    assert paper.status_code == 200
    for one in secrets(desk):
        assert one.encode() not in plain
        assert one.encode("utf-16-be") not in plain


def test_every_line_of_the_log_names_its_request():
    calls = [
        ast.unparse(node)
        for path in WEB.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).lower().startswith(("_log.", "log."))
    ]

    assert calls
    assert all("request %s" in call and "g.request_id" in call for call in calls)


@pytest.mark.parametrize(
    "key",
    [
        "Y2hhbmdlIHRoaXMga2V5IGJlZm9yZSB5b3UgYmVnaW4=",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    ],
)
def test_the_desk_does_not_begin_with_a_weak_key(sqlite_url, key):
    with pytest.raises(KeyWeak):
        create_app(replace(configured(sqlite_url), data_key=key))
