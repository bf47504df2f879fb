"""A6: passwords guessed from one address and from many, names found out, people shut out."""

import re
from dataclasses import replace

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from creditdesk.users import passwords, people
from creditdesk.users.passwords import PasswordTooCommon
from creditdesk.web.edge import moment
from tests.attacks.stage import Attacker, sign_in
from tests.conftest import LONG
from tests.people import CONFIGURED, DEED, PASSWORD

GUESSES = 10_000 if LONG else 40
ADDRESSES = 200 if LONG else 25
_TOKEN = re.compile(r"[0-9a-f]{12,64}|[\w-]{43}|\d+")


def guessed(desk, name, address, attacker=None):
    answer = sign_in(attacker or Attacker(desk.app), name, "không phải mật khẩu", address)
    return answer.status_code


def test_from_one_address_five_guesses_are_weighed(desk):
    found = [guessed(desk, "officer", "127.0.0.2") for _ in range(GUESSES)]

    assert found == [403] * 5 + [429] * (GUESSES - 5)


def test_from_many_addresses_twenty_guesses_are_weighed(desk):
    each = GUESSES // ADDRESSES
    found = [
        guessed(desk, "officer", f"127.0.1.{at + 1}")
        for _ in range(max(each, 1))
        for at in range(ADDRESSES)
    ]

    assert found.count(403) == 20
    assert set(found) == {403, 429}


def test_the_right_password_does_not_open_while_it_is_being_guessed(desk):
    for _ in range(5):
        guessed(desk, "officer", "127.0.0.2")

    assert sign_in(Attacker(desk.app), "officer", PASSWORD, "127.0.0.2").status_code == 429


def test_guessing_shuts_nobody_out_who_has_signed_in_before(desk):
    victim = desk.stranger
    assert sign_in(victim, "officer", PASSWORD).status_code == 303

    for at in range(25):
        guessed(desk, "officer", f"127.0.1.{at + 1}")

    assert sign_in(victim, "officer", PASSWORD).status_code == 303


def test_who_exists_is_told_neither_before_nor_after_the_limit(desk):
    with desk.database.begin() as tx:
        people.suspend(tx, sign_in_name="committee", at=moment(), deed=DEED)

    def series(name, address):
        attacker = Attacker(desk.app)
        answers = [sign_in(attacker, name, "không phải", address) for _ in range(7)]
        return [
            (one.status_code, _TOKEN.sub("#", one.text), sorted(one.headers.keys()))
            for one in answers
        ]

    known = series("officer", "127.0.0.3")
    assert known == series("nobody-here", "127.0.0.4")
    assert known == series("committee", "127.0.0.5")


def test_no_link_opens_that_was_not_given(desk):
    found = {
        desk.stranger.ask("GET", f"/links/{secret}").status_code
        for secret in ("x", "0" * 43, "../sign-in", "%00", "1 OR 1=1", "é" * 40)
    }

    assert found == {404}


@pytest.mark.parametrize("ending", ["", "2026", "!"])
def test_every_one_of_the_ten_thousand_commonest_passwords_is_refused(ending):
    common = FREQUENCY_LISTS["passwords"][:10_000]
    configured = replace(CONFIGURED, password_shortest=1)

    for one in common if LONG else common[::50]:
        with pytest.raises(PasswordTooCommon):
            passwords.demand(configured, one.upper() + ending)
