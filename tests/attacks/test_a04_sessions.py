"""A4: sessions fixed, stolen, left behind and outlived."""

from datetime import timedelta

import pytest

from creditdesk.users import Role, held, people, signing, tokens
from creditdesk.web.edge import moment
from tests.attacks.stage import BASE, Attacker, sign_in
from tests.people import CONFIGURED, DEED, HERE, PASSWORD, an_appointment

ENDINGS = ("suspend", "change", "reset", "revoke", "password", "sign-out")


def is_inside(attacker):
    answer = attacker.ask("GET", "/communes/19333")
    return answer.status_code == 200 or "/sign-in" not in answer.headers.get("Location", "")


def thief_of(desk, name):
    """Return somebody with a copy of everything that a person's browser and program hold."""
    return Attacker(desk.app, desk.held[name])


def end(tx, ending):
    told = {"sign_in_name": "officer", "at": moment(), "deed": DEED}
    if ending == "suspend":
        people.suspend(tx, **told)
    if ending == "change":
        people.change(tx, appointment=an_appointment(Role.COMMITTEE), **told)
    if ending == "reset":
        people.reset(tx, CONFIGURED, **told)
    if ending == "revoke":
        people.revoke_all(tx, **told)


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_was_stolen_is_dead_on_the_next_request(desk, ending):
    thief = thief_of(desk, "officer")
    assert is_inside(thief)
    assert thief.ask("GET", "/api/v1/loans/6600000000000001").status_code == 200

    if ending == "sign-out":
        owner = desk.people["officer"]
        assert owner.ask("POST", "/sign-out", {"form_token": owner.form_token}).status_code == 303
    elif ending == "password":
        with desk.database.read() as tx:
            person = people.person(tx, "officer")
        signing.change_password(
            desk.database,
            CONFIGURED,
            person=person,
            password=PASSWORD,
            wanted="con mèo mà trèo cây cau",
            client=HERE,
            at=moment(),
        )
    else:
        with desk.database.begin() as tx:
            end(tx, ending)

    assert not is_inside(thief)
    if ending not in ("change", "sign-out"):
        with desk.database.read() as tx, pytest.raises(tokens.TokenRefused):
            tokens.bearer(tx, secret=thief.token, at=moment())
    if ending == "change":
        draw = {"loan_no": "6600000000000001", "day": "2026-06-12", "receipt_no": "D1"}
        answer = thief.ask("POST", "/api/v1/draws", draw | {"amount": 1})
        assert answer.status_code in (401, 403)


@pytest.mark.parametrize(
    ("column", "ago"), [("seen_at", timedelta(minutes=30)), ("expires_at", timedelta(0))]
)
def test_a_session_ends_unused_and_in_any_case(desk, column, ago):
    thief = thief_of(desk, "officer")
    then = held.kept(moment() - ago)

    with desk.database.begin() as tx:
        statement = {
            "seen_at": "UPDATE session SET seen_at = '{}'",
            "expires_at": "UPDATE session SET expires_at = '{}'",
        }[column].format(then)
        tx.exec_driver_sql(statement)

    assert not is_inside(thief)


def test_a_session_chosen_by_another_is_never_taken_over(desk):
    victim = desk.stranger
    victim.http.set_cookie("session", "chosen-by-a-thief", domain="127.0.0.1")

    sign_in(victim, "officer", PASSWORD)
    first = victim.http.get_cookie("session", domain="127.0.0.1").value
    sign_in(victim, "officer", PASSWORD)
    second = victim.http.get_cookie("session", domain="127.0.0.1").value

    assert len({"chosen-by-a-thief", first, second}) == 3
    fixed = Attacker(desk.app)
    fixed.http.set_cookie("session", "chosen-by-a-thief", domain="127.0.0.1")
    assert not is_inside(fixed)


def test_cookies_behind_tls_are_those_of_this_host_alone(desk):
    http = desk.stranger.http
    secure = BASE.replace("http:", "https:")

    cookies = [
        cookie
        for address in ("/sign-in", "/sign-in?lang=en", "/healthz")
        for cookie in http.get(address, base_url=secure).headers.getlist("Set-Cookie")
    ]

    assert cookies
    for cookie in cookies:
        name, _, flags = cookie.partition("=")
        assert name == "lang" or name.startswith("__Host-"), cookie
        assert {"Secure", "HttpOnly", "Path=/"} <= {flag.strip() for flag in flags.split(";")}
        assert "SameSite" in flags
        assert "Domain" not in flags
