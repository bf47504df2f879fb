"""A12: HTTP itself: headers on every answer, hosts, line ends, twins of length, proxies."""

import re
from dataclasses import replace
from itertools import product

import pytest
from werkzeug.test import EnvironBuilder

from tests.apps import an_app
from tests.attacks.stage import Attacker, asked_by, routes, shared
from tests.web.conftest import configured

CRLF = ("x\r\nX-Evil: 1", "x\nSet-Cookie: evil=1")
REQUIRED = {
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
    "Cache-Control",
    "X-Request-ID",
}
POLICY = {
    "default-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}


def test_every_answer_of_every_route_carries_the_headers(desk):
    attackers = (desk.people["officer"], desk.stranger)
    everything = [
        (attacker, route, method)
        for attacker, route in product(attackers, routes(desk.app))
        for method in sorted({route.method, "HEAD", "PUT", "TRACE"})
    ]
    for attacker, route, method in shared(desk, everything):
        answer = attacker.ask(method, route.path())
        answer.close()
        assert not REQUIRED - set(answer.headers.keys()), (route.rule, method)
        said = set(answer.headers["Content-Security-Policy"].split("; "))
        assert said >= POLICY, route.rule
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        kept = route.endpoint == "assets.file" and answer.status_code < 400
        wanted = "no-cache" if kept else "no-store"
        assert answer.headers["Cache-Control"] == wanted, (route.rule, method)
        assert "Strict-Transport-Security" not in answer.headers

    assert len(everything) > 200


def test_no_line_end_of_a_caller_ends_a_line_of_an_answer(desk):
    for route, payload in shared(desk, product(routes(desk.app, "GET"), CRLF)):
        known = asked_by(route.operation) or ["place", "lang", "need", "sort"]
        said = dict.fromkeys(route.names, payload)
        answer = desk.people["auditor"].ask(
            "GET", route.path(**said), None, dict.fromkeys(known, payload)
        )
        answer.close()
        names = {name for name, _ in answer.headers}
        assert "X-Evil" not in names, route.rule
        assert "evil" not in str(answer.headers.getlist("Set-Cookie"))
        assert answer.status_code < 500, route.rule


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil", ""])
def test_no_other_host_is_answered_or_told(desk, host):
    for route in shared(desk, routes(desk.app)):
        answer = desk.stranger.ask(route.method, route.path(), Host=host)
        answer.close()
        assert answer.status_code in (400, 405), (route.rule, host)
        assert "evil" not in answer.headers.get("Location", "")


def asked(app, **headers):
    builder = EnvironBuilder(path="/healthz", base_url="http://127.0.0.1", headers=headers)
    return app.test_client().open(builder)


def test_nothing_forwarded_is_believed_without_a_proxy(sqlite_url):
    app = an_app(configured(sqlite_url))

    answer = asked(app, **{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"})

    app.extensions["creditdesk"].database.close()
    assert answer.status_code == 200
    assert "Strict-Transport-Security" not in answer.headers


def test_of_what_is_forwarded_only_the_own_proxys_word_counts(sqlite_url):
    app = an_app(replace(configured(sqlite_url), proxies=1, trusted_hosts="desk.bank.example"))

    by_tls = asked(app, **{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "desk.bank.example"})
    a_lie = asked(app, **{"X-Forwarded-Proto": "https, http"})
    poisoned = asked(app, **{"X-Forwarded-Host": "evil.example"})

    app.extensions["creditdesk"].database.close()
    assert by_tls.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in a_lie.headers
    assert poisoned.status_code == 400


STATUSES = {
    400: ("GET", "/?from=x", None),
    404: ("GET", "/nothing-here", None),
    405: ("PUT", "/", None),
    413: ("POST", "/sign-in", {"name": "x" * 20_000}),
}


@pytest.mark.parametrize("language", ["vi", "en", "id"])
def test_error_pages_are_in_the_language_of_the_reader_with_a_number_to_quote(desk, language):
    attacker = Attacker(desk.app, desk.held["auditor"])
    attacker.http.set_cookie("lang", language, domain="127.0.0.1")
    told = {}
    for status, (method, path, said) in STATUSES.items():
        answer = attacker.ask(method, path, said, X_Request_ID="quote-me-0001")
        told[status] = answer.text
        assert answer.status_code == status
        assert f'<html lang="{language}"' in answer.text
        assert "quote-me-0001" in answer.text
        assert "page.http" not in answer.text
        assert "Traceback" not in answer.text
    assert len(set(told.values())) == len(STATUSES)


@pytest.mark.parametrize(
    "said", ["short", "a" * 65, "with space", "<script>", "ünïcode-number", "079185001234"]
)
def test_a_number_of_a_request_is_taken_in_its_form_only(desk, said):
    answer = desk.stranger.ask("GET", "/healthz", X_Request_ID=said)

    assert re.fullmatch("r[0-9a-f]{12}", answer.headers["X-Request-ID"])
