"""Signing in: what opens the door, how often it is tried, and when it closes again."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from creditdesk import sealing, secrecy
from creditdesk.db import metadata
from creditdesk.users import Client, codes, factors, people, sessions, signing, tokens
from creditdesk.users.passwords import PasswordTooShort
from creditdesk.users.people import LinkSpent
from creditdesk.users.permissions import NotAllowed, Role
from creditdesk.users.sessions import SessionOver, Stage
from creditdesk.users.signing import SignInRefused
from tests.keys import DATA_KEY
from tests.people import (
    CONFIGURED,
    DEED,
    HERE,
    NOW,
    PASSWORD,
    admit,
    an_appointment,
    enrolled,
    fail,
    later,
    sign_in,
    who,
)

ELSEWHERE = Client("203.0.113.9")


def test_a_right_password_begins_a_session_and_signing_out_ends_it(database):
    admit(database)

    begun = sign_in(database, " An ")
    before = who(database, begun.token)
    with database.begin() as tx:
        sessions.end(tx, token=begun.token, at=NOW)

    assert (begun.stage, before) == (Stage.FULL, "an")
    with pytest.raises(SessionOver):
        who(database, begun.token)


def test_nobody_unknown_suspended_or_not_yet_there_is_told_from_a_wrong_password(database):
    admit(database)
    admit(database, "future", since=later(days=1).date())
    admit(database, "past", until=later(days=-1).date(), at=later(days=-3))
    admit(database, "new", password="")
    admit(database, "gone")
    with database.begin() as tx:
        people.suspend(tx, sign_in_name="gone", at=NOW, deed=DEED)

    told = set()
    for name in ("nobody", "future", "past", "new", "gone", "", "\udcff", "\0", "x" * 10_000):
        with pytest.raises(SignInRefused) as refused:
            sign_in(database, name, PASSWORD)
        told.add(str(refused.value))
    fail(database)

    assert told == {"sign-in-refused()"}


def test_a_password_is_the_same_however_its_letters_were_composed(database):
    admit(database, password="mua đồ rừng xanh")

    assert sign_in(database, password="mua đồ rừng xanh").stage is Stage.FULL


def test_a_session_ends_when_idle_and_after_its_longest_life(database):
    admit(database)
    begun = sign_in(database)
    moments = [later(minutes=29 * number) for number in range(1, 25)]

    for moment in moments:
        with database.begin() as tx:
            assert sessions.who(tx, CONFIGURED, token=begun.token, at=moment).stale
            sessions.see(tx, token=begun.token, at=moment)

    with pytest.raises(SessionOver):
        who(database, begun.token, later(hours=12))
    idle = sign_in(database)
    assert who(database, idle.token, later(minutes=29, seconds=59)) == "an"
    with pytest.raises(SessionOver):
        who(database, idle.token, later(minutes=30))


@pytest.mark.parametrize("ending", ["suspend", "change", "reset", "revoke", "password", "until"])
def test_a_session_and_its_tokens_are_dead_on_the_next_request(database, ending):
    person = admit(database, until=NOW.date() if ending == "until" else None)
    begun = sign_in(database)
    with database.begin() as tx:
        secret = tokens.issue(
            tx, CONFIGURED, person=person, label="", acts=["draw"], days=9, at=NOW
        )

    moment = later(days=1) if ending == "until" else NOW
    with database.begin() as tx:
        told = {"sign_in_name": "an", "at": NOW, "deed": DEED}
        if ending == "suspend":
            people.suspend(tx, **told)
        elif ending == "change":
            people.change(tx, appointment=an_appointment(Role.COMMITTEE), **told)
        elif ending == "reset":
            people.reset(tx, CONFIGURED, **told)
        elif ending == "revoke":
            assert people.revoke_all(tx, **told) == 2
    if ending == "password":
        signing.change_password(
            database,
            CONFIGURED,
            person=person,
            password=PASSWORD,
            wanted="con mèo mà trèo cây cau",
            client=HERE,
            at=NOW,
        )

    with pytest.raises(SessionOver):
        who(database, begun.token, moment)
    if ending != "change":
        with database.read() as tx, pytest.raises(tokens.TokenRefused):
            tokens.bearer(tx, secret=secret, at=moment)


def test_a_session_is_another_after_signing_in_again(database):
    admit(database)

    first, second = sign_in(database), sign_in(database)

    assert first.token != second.token
    assert sessions.form_token(first.token) != sessions.form_token(second.token)


def test_who_must_have_a_second_factor_gets_only_as_far_as_enrolling_one(database):
    person = admit(database, role=Role.SUPERVISOR)

    begun = sign_in(database)
    with pytest.raises(SessionOver):
        who(database, begun.token)
    with database.read() as tx:
        seen = sessions.waiting(tx, CONFIGURED, token=begun.token, stage=Stage.ENROL, at=NOW)
    key, _ = enrolled(database, person)
    again = sign_in(database)
    code = codes.code_of(key, codes.step_at(NOW))
    whole = signing.give_code(
        database, CONFIGURED, token=again.token, code=code, client=HERE, at=NOW
    )

    assert (begun.stage, seen.person) == (Stage.ENROL, person)
    assert (again.stage, whole.stage) == (Stage.CODE, Stage.FULL)
    assert who(database, whole.token) == "an"
    for ended in (begun.token, again.token):
        for stage in Stage:
            with database.read() as tx, pytest.raises(SessionOver):
                sessions.waiting(tx, CONFIGURED, token=ended, stage=stage, at=NOW)


def test_a_code_is_taken_once_and_not_long_after(database):
    key, _ = enrolled(database, admit(database, role=Role.ADMINISTRATOR))
    moment = later(minutes=5)
    code, old = (codes.code_of(key, codes.step_at(moment) - back) for back in (0, 2))

    assert sign_in(database, at=moment, code=f" {code[:3]} {code[3:]}").stage is Stage.FULL
    for refused in (code, old, "000000", "", "１２３４５６", "no code"):
        if refused:
            with pytest.raises(SignInRefused):
                sign_in(database, at=moment, code=refused, client=Client(refused))
    assert sign_in(database, at=moment).stage is Stage.CODE


def test_a_code_for_recovery_opens_once(database):
    _, recovery = enrolled(database, admit(database, role=Role.ADMINISTRATOR))

    assert len(set(recovery)) == 10
    assert sign_in(database, code=recovery[3].upper()).stage is Stage.FULL
    with pytest.raises(SignInRefused):
        sign_in(database, code=recovery[3])
    assert sign_in(database, code=recovery[4]).stage is Stage.FULL


def test_a_second_factor_is_enrolled_by_its_code_and_replaced_by_nobody_but_an_administrator(
    database,
):
    person = admit(database, role=Role.SUPERVISOR)

    with database.begin() as tx:
        key = factors.begin(tx, person=person)
    with database.begin() as tx, pytest.raises(factors.CodeWrong):
        factors.enrol(tx, person=person, code="000000", at=NOW)
    enrolled(database, person)

    assert key.address.startswith("otpauth://totp/creditdesk:an?secret=")
    for act in (
        lambda tx: factors.begin(tx, person=person),
        lambda tx: factors.enrol(tx, person=person, code="000000", at=NOW),
    ):
        with database.begin() as tx, pytest.raises(factors.FactorThere):
            act(tx)
    with database.begin() as tx:
        people.reset(tx, CONFIGURED, sign_in_name="an", at=NOW, deed=DEED, second_factor=True)
        assert not people.has_second_factor(tx, person.id)


def test_a_password_is_hashed_anew_when_the_measure_changes(database):
    admit(database)
    stronger = replace(CONFIGURED, password_memory_kib=16)

    signing.sign_in(database, stronger, name="an", password=PASSWORD, client=HERE, at=NOW)

    with database.read() as tx:
        hashed = tx.execute(sa.select(metadata.tables["credential"].c.hash)).scalar_one()
    assert hashed.startswith("$argon2id$v=19$m=16,t=1,p=1$")
    assert sign_in(database).stage is Stage.FULL


def test_a_link_opens_once_within_its_day_and_the_newest_only(database):
    admit(database, password="")

    def reset(at=NOW):
        with database.begin() as tx:
            return people.reset(tx, CONFIGURED, sign_in_name="an", at=at, deed=DEED)

    def set_(secret, at=NOW, password=PASSWORD):
        with database.begin() as tx:
            people.set_password(tx, CONFIGURED, secret=secret, password=password, at=at)

    replaced, link = reset(), reset()
    with pytest.raises(PasswordTooShort):
        set_(link, password="ngắn")
    for secret, at in ((replaced, NOW), (link, later(hours=24)), ("", NOW)):
        with pytest.raises(LinkSpent):
            set_(secret, at)
    set_(link, later(hours=23))
    with pytest.raises(LinkSpent):
        set_(link)
    sign_in(database)
    reset()
    fail(database)
    with database.begin() as tx:
        people.suspend(tx, sign_in_name="an", at=NOW, deed=DEED)
    with pytest.raises(LinkSpent):
        set_(reset())


def test_ones_own_password_changes_by_the_former_one(database):
    person = admit(database)

    def change(password, wanted):
        signing.change_password(
            database,
            CONFIGURED,
            person=person,
            password=password,
            wanted=wanted,
            client=HERE,
            at=NOW,
        )

    with pytest.raises(PasswordTooShort):
        change(PASSWORD, "ngắn")
    with pytest.raises(SignInRefused):
        change("không phải", "con mèo mà trèo cây cau")
    change(PASSWORD, "con mèo mà trèo cây cau")

    fail(database)
    assert sign_in(database, password="con mèo mà trèo cây cau").stage is Stage.FULL


def test_a_token_does_what_it_is_for_until_it_ends(database):
    person = admit(database)

    def issue(acts=("draw", "standing"), days=30):
        with database.begin() as tx:
            return tokens.issue(
                tx, CONFIGURED, person=person, label="máy", acts=acts, days=days, at=NOW
            )

    secret = issue()
    with database.read() as tx:
        bearer = tokens.bearer(tx, secret=secret, at=later(days=29))
        (kept,) = tokens.tokens_of(tx, person)

    assert secret.startswith(tokens.PREFIX)
    assert bearer.only == {"draw", "standing"}
    assert (kept.label, kept.acts, kept.revoked_at) == ("máy", ("draw", "standing"), None)
    for wrong, refusal in (
        ({"acts": ()}, tokens.TokenWithoutAct),
        ({"days": 0}, tokens.TokenTooLong),
        ({"days": 366}, tokens.TokenTooLong),
        ({"acts": ["check"]}, NotAllowed),
    ):
        with pytest.raises(refusal):
            issue(**wrong)
    for unknown, at in ((secret, later(days=30)), ("cdt_", NOW), ("", NOW)):
        with database.read() as tx, pytest.raises(tokens.TokenRefused):
            tokens.bearer(tx, secret=unknown, at=at)
    with database.begin() as tx:
        tokens.revoke(tx, person=person, number=kept.number, at=NOW)
    with database.read() as tx, pytest.raises(tokens.TokenRefused):
        tokens.bearer(tx, secret=secret, at=NOW)
    with database.begin() as tx, pytest.raises(tokens.TokenNotFound):
        tokens.revoke(tx, person=person, number=kept.number, at=NOW)


def test_no_secret_is_kept_in_clear(database, caplog):
    person = admit(database, role=Role.SUPERVISOR)
    key, recovery = enrolled(database, person)
    begun = sign_in(database, code=recovery[0], client=HERE._replace(agent="Browser/1.0"))
    with database.begin() as tx:
        link = people.reset(tx, CONFIGURED, sign_in_name="an", at=NOW, deed=DEED)
        token = tokens.issue(
            tx, CONFIGURED, person=person, label="", acts=["check"], days=1, at=NOW
        )
    fail(database, "mật khẩu gõ nhầm chỗ", client=ELSEWHERE)
    secrets = [PASSWORD, key, *recovery, begun.token, begun.device, link, token]
    secrets += ["Browser/1.0", ELSEWHERE.address, "mật khẩu gõ nhầm chỗ"]

    with database.read() as tx:
        rows = [
            str(tuple(row))
            for table in metadata.sorted_tables
            for row in tx.execute(sa.select(table).limit(100))
        ]

    assert rows
    for secret in secrets:
        assert not [row for row in rows if secret in row], secret
        assert secret not in caplog.text
    assert begun.token not in repr(begun)
    assert begun.device not in repr(begun)


def test_a_second_factor_outlives_the_key_that_sealed_it(database):
    person = admit(database, role=Role.SUPERVISOR)
    _, recovery = enrolled(database, person)
    new = secrecy.new_key()
    database.keys = secrecy.keyring(f"{new} {DATA_KEY}")

    with database.begin() as tx:
        waiting = sealing.begin_rotation(tx)
        done = [sealing.seal_anew(tx), sealing.seal_anew(tx)]
        kept = [(use.seals, use.second_factors) for use in sealing.uses(tx)]
    database.keys = secrecy.keyring(new)

    assert (waiting, done, kept) == (1, [1, 0], [(True, 1), (False, 0)])
    with database.read() as tx:
        assert list(sealing.faults(tx)) == []
    assert sign_in(database, code=recovery[0]).stage is Stage.FULL


def test_a_second_factor_moved_to_somebody_else_is_found(database):
    enrolled(database, admit(database, role=Role.SUPERVISOR))
    other = admit(database, "binh")

    with database.begin() as tx:
        factor = metadata.tables["second_factor"]
        tx.execute(sa.delete(metadata.tables["recovery_code"]))
        tx.execute(sa.update(factor).values(person_id=other.id))
        found = list(sealing.faults(tx))

    assert found == [{"why": "seal-broken", "person": str(other.id)}]
