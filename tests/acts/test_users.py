"""People: admitted, appointed, suspended, and what is refused."""

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from creditdesk.db import metadata
from creditdesk.users import EVERYTHING, SYSTEM, Role, Scope, codes, passwords, people
from creditdesk.users.people import (
    AdministratorThere,
    AppointmentEndsBefore,
    LanguageUnknown,
    LastAdministrator,
    LinkSpent,
    NameTaken,
    NameUnfit,
    OwnAppointment,
    PersonNotFound,
)
from creditdesk.users.permissions import ScopeUnfit
from tests.people import CONFIGURED, DEED, NOW, PASSWORD, SCOPES, a_user, an_appointment

# RFC 6238, appendix B (SHA-1), the last six of eight digits.
VECTORS = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}
WEAK = {
    "ngắn": passwords.PasswordTooShort,
    "x" * 257: passwords.PasswordTooLong,
    "aaaaaaaaaaaaaaa": passwords.PasswordTooCommon,
    "123456789012": passwords.PasswordTooCommon,
    "Password2026!": passwords.PasswordTooCommon,
    "mật khẩu của tôi": passwords.PasswordTooCommon,
    "Nganhangchinhsach1": passwords.PasswordTooCommon,
    "vietnamvietnam": passwords.PasswordTooCommon,
    "qwertyuiopas": passwords.PasswordTooCommon,
    "Anh yêu em nhiều": passwords.PasswordTooCommon,
    "matkhau12345": passwords.PasswordTooCommon,
    "Matkhau@2026!!": passwords.PasswordTooCommon,
    "NHCSXH@2026!!": passwords.PasswordTooCommon,
    "p@ssw0rdp@ssw0rd": passwords.PasswordTooCommon,
    "15/08/1985 15/08/1985": passwords.PasswordTooCommon,
    "Nguyễn Văn A 15081985": passwords.PasswordTooCommon,
    "trancongminh1990": passwords.PasswordTooCommon,
    "tranlan15081985": passwords.PasswordTooCommon,
    "-_-_-_-_-_-_-": passwords.PasswordTooCommon,
    "aaaaaaaaaaaaaaa" * 17: passwords.PasswordTooCommon,
    "tôi là lan.tran nhé": passwords.PasswordIsName,
    "tôi là lantran nhé": passwords.PasswordIsName,
    "Trần Thị Lan 1990": passwords.PasswordIsName,
}


def act(database, name, who="an", by="admin", **more):
    with database.begin() as tx:
        getattr(people, name)(tx, sign_in_name=who, at=NOW, deed=replace(DEED, by=by), **more)


def listed(database):
    with database.read() as tx:
        return {one.sign_in_name: one.appointment for one in people.people(tx, CONFIGURED)}


def rows(database, table):
    with database.read() as tx:
        return tx.execute(sa.select(sa.func.count()).select_from(metadata.tables[table])).scalar()


@pytest.mark.parametrize("seconds", VECTORS)
def test_a_code_is_that_of_the_standard(seconds):
    key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

    assert codes.code_of(key, seconds // codes.SECONDS) == VECTORS[seconds]


@pytest.mark.parametrize("password", WEAK)
def test_a_weak_password_is_refused(password):
    with pytest.raises(WEAK[password]):
        passwords.demand(CONFIGURED, password, "lan.tran", "Trần Thị Lan")


@pytest.mark.parametrize(
    "password", [PASSWORD, "kkt-7Qz-vvB-2", "một con vịt xòe ra hai", PASSWORD + "x7" * 100]
)
def test_a_password_needs_no_signs_or_capitals(password):
    passwords.demand(CONFIGURED, password, "lan.tran", "Trần Thị Lan", "")


def test_the_desk_begins_with_one_administrator_and_no_password(database):
    with database.begin() as tx:
        before = people.anybody(tx)
        link = people.begin(tx, CONFIGURED, sign_in_name="Chi", at=NOW, deed=DEED)
    with database.begin() as tx, pytest.raises(AdministratorThere):
        people.begin(tx, CONFIGURED, sign_in_name="other", at=NOW, deed=DEED)
    with database.begin() as tx:
        person = people.set_password(tx, CONFIGURED, secret=link, password=PASSWORD, at=NOW)
        (found,) = people.people(tx, CONFIGURED)

    assert not before
    assert (person.sign_in_name, person.role, person.scope) == (
        "chi",
        Role.ADMINISTRATOR,
        EVERYTHING,
    )
    assert (found.has_password, found.has_second_factor) == (True, False)


def test_what_somebody_was_stays_written(database):
    with database.begin() as tx:
        a_user(tx)

    act(database, "change", appointment=an_appointment(Role.COMMITTEE, language="id"))
    act(database, "suspend")
    suspended = listed(database)["an"]
    act(database, "restore")

    assert listed(database)["an"] == an_appointment(Role.COMMITTEE, language="id")
    assert suspended == replace(listed(database)["an"], suspended=True)
    assert rows(database, "appointment") == 4


@pytest.mark.parametrize("statement", ["UPDATE", "DELETE"])
@pytest.mark.parametrize("table", ["person", "appointment"])
def test_people_and_appointments_are_only_added_to(database, table, statement):
    with database.begin() as tx:
        a_user(tx)
    column = {"person": "sign_in_name", "appointment": "role"}[table]
    sql = f"UPDATE {table} SET {column} = 'x'" if statement == "UPDATE" else f"DELETE FROM {table}"

    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.begin() as tx:
        tx.exec_driver_sql(sql)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"sign_in_name": "An"}, NameTaken),
        *(({"sign_in_name": name}, NameUnfit) for name in ("", "lê", "a b", "x" * 33, "system")),
        *(({"sign_in_name": name}, NameUnfit) for name in (".a", "a\nb", "<b>", "a-")),
        ({"appointment": an_appointment(language="xx")}, LanguageUnknown),
        ({"appointment": an_appointment(until=date(2025, 12, 31))}, AppointmentEndsBefore),
        *(
            ({"appointment": an_appointment(scope=scope)}, ScopeUnfit)
            for scope in (
                EVERYTHING,
                Scope("office"),
                Scope("office", (" ",)),
                Scope("office", ("1,2",)),
                Scope("province", ("44",)),
                Scope("world", ("1",)),
            )
        ),
        (
            {"appointment": an_appointment(Role.AUDITOR, scope=Scope("all", ("1",)))},
            ScopeUnfit,
        ),
        ({"appointment": replace(an_appointment(), role=Role.SYSTEM)}, ScopeUnfit),
    ],
)
def test_what_is_unfit_is_not_admitted(database, wrong, refusal):
    with database.begin() as tx:
        a_user(tx)
    told = {"sign_in_name": "binh", "appointment": an_appointment()} | wrong

    with database.begin() as tx, pytest.raises(refusal):
        people.add(tx, deed=DEED, **told)

    assert list(listed(database)) == ["an"]
    assert rows(database, "appointment") == 1


@pytest.mark.parametrize("name", ["change", "suspend", "restore"])
def test_nobody_changes_their_own_appointment(database, name):
    with database.begin() as tx:
        a_user(tx)
    more = {"appointment": an_appointment(Role.AUDITOR)} if name == "change" else {}

    with pytest.raises(OwnAppointment):
        act(database, name, by=" AN ", **more)

    assert rows(database, "appointment") == 1


def test_somebody_is_left_who_can_admit_people(database):
    with database.begin() as tx:
        a_user(tx, "an", Role.ADMINISTRATOR)
        a_user(tx, "binh", Role.ADMINISTRATOR)

    act(database, "suspend", "binh")
    for name, more in (
        ("suspend", {}),
        ("change", {"appointment": an_appointment()}),
        ("change", {"appointment": an_appointment(Role.ADMINISTRATOR, until=date(2026, 2, 1))}),
    ):
        with pytest.raises(LastAdministrator):
            act(database, name, "an", **more)
    act(database, "change", "an", appointment=an_appointment(Role.ADMINISTRATOR, language="en"))
    act(database, "restore", "binh")
    act(database, "suspend", "an")

    assert listed(database)["an"].suspended


def test_who_is_not_there_cannot_be_changed(database):
    for name, more in (
        ("change", {"appointment": an_appointment()}),
        ("suspend", {}),
        ("restore", {}),
        ("revoke_all", {}),
        ("reset", {"configured": CONFIGURED}),
    ):
        with pytest.raises(PersonNotFound):
            act(database, name, "nobody", **more)
    with database.read() as tx, pytest.raises(PersonNotFound):
        people.person(tx, SYSTEM.sign_in_name)


def test_a_link_names_its_person_until_it_is_spent(database):
    with database.begin() as tx:
        person = a_user(tx)
        link = people.reset(tx, CONFIGURED, sign_in_name="an", at=NOW, deed=DEED)

        assert people.link_opens(tx, secret=link, at=NOW) == person
        people.suspend(tx, sign_in_name="an", at=NOW, deed=DEED)
        with pytest.raises(LinkSpent):
            people.link_opens(tx, secret=link, at=NOW)


def test_every_role_that_people_have_can_be_given(database):
    with database.begin() as tx:
        for role, scope in SCOPES.items():
            person = a_user(tx, role.value, role, password="")

            assert (person.role, person.scope) == (role, scope)
