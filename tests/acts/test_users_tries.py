"""How often signing in is tried: by whom, from where, and that nobody shuts another out."""

from dataclasses import replace

import pytest

from creditdesk.users import Client, Role, codes, signing
from creditdesk.users.sessions import Stage
from creditdesk.users.signing import SignInRefused, TooManyTries
from tests.people import (
    CONFIGURED,
    HERE,
    NOW,
    PASSWORD,
    admit,
    enrolled,
    fail,
    later,
    sign_in,
    waiting_seconds,
)

ELSEWHERE = Client("203.0.113.9")


def test_codes_for_a_stolen_password_cannot_be_guessed_for_long(database):
    key, _ = enrolled(database, admit(database, role=Role.SUPERVISOR))
    right = codes.code_of(key, codes.step_at(NOW))
    waiting = sign_in(database)

    def guess(code):
        return signing.give_code(
            database, CONFIGURED, token=waiting.token, code=code, client=HERE, at=NOW
        )

    for number in range(5):
        with pytest.raises(SignInRefused):
            guess(f"{(int(right) + number + 1) % 1_000_000:06d}")
    with pytest.raises(TooManyTries):
        guess(right)


def test_five_tries_in_a_quarter_of_an_hour_and_each_round_waits_twice_as_long(database):
    admit(database)

    fail(database, times=5)
    first = waiting_seconds(database)
    fail(database, times=5, at=later(minutes=15))
    second = waiting_seconds(database, at=later(minutes=15))
    fail(database, times=5, at=later(minutes=45))
    third = waiting_seconds(database, at=later(minutes=45))

    assert (first, second, third) == (900, 1800, 3600)
    assert sign_in(database, at=later(minutes=105)).stage is Stage.FULL


def test_tries_on_a_name_that_is_not_there_are_counted_alike(database):
    admit(database)

    fail(database, "an", times=5)
    fail(database, "nobody", times=5)

    assert waiting_seconds(database, name="an") == waiting_seconds(database, name="nobody")


def test_who_has_signed_in_before_is_shut_out_by_nobody(database):
    admit(database)
    own = Client("198.51.100.7", sign_in(database, client=Client("198.51.100.7")).device)

    for number in range(4):
        fail(database, client=Client(f"203.0.113.{number}"), times=5)

    assert waiting_seconds(database, client=Client("203.0.113.200")) == 900
    assert waiting_seconds(database, client=Client(own.address)) == 900
    assert sign_in(database, client=own).device == own.device
    assert sign_in(database, client=own._replace(address="192.0.2.1")).device == own.device


def test_a_known_device_tries_no_oftener_than_others(database):
    admit(database)
    own = HERE._replace(device=sign_in(database).device)

    fail(database, client=own, times=5)

    assert waiting_seconds(database, client=own) == 900


def test_a_device_is_known_for_its_person_and_its_time_only(database):
    admit(database)
    admit(database, "binh")
    device = sign_in(database, "binh").device

    fail(database, client=Client("203.0.113.1", device), times=5)

    assert waiting_seconds(database, client=Client("203.0.113.1", device)) == 900
    late = sign_in(database, "binh", client=HERE._replace(device=device), at=later(days=181))
    assert late.device not in ("", device)


def test_one_address_cannot_try_a_password_on_all_names(database):
    configured = replace(CONFIGURED, sign_in_tries_of_address=3)
    admit(database)
    own = HERE._replace(device=sign_in(database).device)

    def try_(name, client=HERE, password="x"):
        return signing.sign_in(
            database, configured, name=name, password=password, client=client, at=NOW
        )

    for name in ("a1", "a2", "a3"):
        with pytest.raises(SignInRefused):
            try_(name)

    with pytest.raises(TooManyTries):
        try_("a4")
    assert try_("an", own, PASSWORD).stage is Stage.FULL
    assert try_("an", ELSEWHERE, PASSWORD).stage is Stage.FULL


def test_tries_that_succeed_are_not_counted(database):
    admit(database)

    for _ in range(30):
        sign_in(database)

    fail(database, times=5)
    waiting_seconds(database)
