"""People by command: the first administrator, what only one does, the demonstration."""

import json
import re

import pytest
from click.testing import CliRunner

from creditdesk import settings
from creditdesk.cli import cli
from creditdesk.cli import users as by_command
from creditdesk.cli.frame import Desk
from creditdesk.settings import SettingUnreadable
from creditdesk.users import demonstration
from creditdesk.users.demonstration import NotTheDemonstration
from tests.builders import POLICY, a_loan
from tests.people import CONFIGURED, DEED, NOW, sign_in


@pytest.fixture
def run(database_url, monkeypatch):
    """Return a function that runs a command on a fresh database and returns what came of it."""
    monkeypatch.setenv("CREDITDESK_DATABASE_URL", database_url)
    for name in ("password_passes", "password_memory_kib"):
        monkeypatch.setenv(f"CREDITDESK_{name.upper()}", str(getattr(CONFIGURED, name)))
    return lambda *words: CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture
def begun(run):
    """Return the same with a first administrator, chi."""
    assert run("setup", "--administrator", "chi").exit_code == 0
    return run


def told(result):
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def add(run, name="lan", role="officer", by="chi", *more):
    scope = {"officer": ("--office", "004403"), "auditor": ()}[role]
    return run("users", "add", name, "--role", role, *scope, "--by", by, *more)


def test_the_first_administrator_comes_with_a_link_and_without_a_password(run):
    first = run("setup", "--administrator", "chi")
    again = run("setup", "--administrator", "dung")
    plain = run("setup")

    assert first.exit_code == plain.exit_code == 0
    assert re.search(r"đến \d\d/\d\d/20\d\d \d\d:\d\d: http.*/links/", first.stdout)
    assert "/links/" not in again.output + plain.output
    assert again.exit_code == 1
    (found,) = told(run("users", "list", "--json"))["users"]
    assert (found["name"], found["role"], found["password"]) == ("chi", "administrator", False)


def test_nobody_is_made_unless_asked_for(run):
    run("setup")

    assert told(run("users", "list", "--json")) == {"users": []}


def test_somebody_is_admitted_changed_suspended_and_let_in_again(begun):
    link = told(add(begun, "lan", "officer", "chi", "--json"))
    change = ("users", "change", "lan", "--by", "chi", "--json")

    assert link["name"] == "lan"
    assert told(begun(*change, "--office", "1", "--office", "2"))["act"] == "users-change"
    assert begun(*change, "--role", "auditor").exit_code == 0
    assert begun("users", "suspend", "lan", "--by", "chi").exit_code == 0
    found = {one["name"]: one for one in told(begun("users", "list", "--json"))["users"]}
    assert (found["lan"]["role"], found["lan"]["suspended"]) == ("auditor", True)
    assert "✗" in begun("users", "list").stdout
    assert begun("users", "restore", "lan", "--by", "chi", "--json").exit_code == 0
    assert "/links/" in begun("users", "reset", "lan", "--second-factor", "--by", "chi").stdout
    assert told(begun("users", "revoke", "lan", "--by", "chi", "--json"))["ended"] == 0
    assert begun("users", "revoke", "lan", "--by", "chi").exit_code == 0
    assert begun("users", "sessions", "lan").stdout == ""


def test_only_an_administrator_changes_people(begun):
    add(begun)

    for words in (
        ("users", "add", "binh", "--role", "auditor"),
        *(("users", act, "chi") for act in ("change", "suspend", "restore", "reset", "revoke")),
    ):
        assert begun(*words, "--by", "lan").exit_code == 1, words
        assert begun(*words, "--by", "nobody").exit_code == 1, words
    assert len(told(begun("users", "list", "--json"))["users"]) == 2


def test_an_appointment_needs_a_role_and_one_kind_of_place(begun):
    two = ("users", "add", "lan", "--role", "officer", "--office", "1", "--group", "2")

    assert begun("users", "add", "lan", "--by", "chi").exit_code == 2
    assert begun(*two, "--by", "chi").exit_code == 2
    assert begun("users", "add", "lan", "--role", "officer", "--by", "chi").exit_code == 1


def test_a_token_is_shown_once_and_taken_back(begun):
    add(begun)
    issue = ("users", "token", "issue", "lan", "--label", "máy", "--act", "draw")

    secret = told(begun(*issue, "--json"))["secret"]
    assert secret[:4] in begun(*issue).stdout
    listed = told(begun("users", "token", "list", "lan", "--json"))["tokens"]
    assert secret not in json.dumps(listed)
    assert [one["acts"] for one in listed] == [["draw"], ["draw"]]
    assert begun("users", "token", "revoke", "lan", listed[0]["number"]).exit_code == 0
    assert begun("users", "token", "revoke", "lan", listed[0]["number"]).exit_code == 1
    assert (
        begun("users", "token", "issue", "chi", "--label", "x", "--act", "verify").exit_code == 1
    )


def invite(database):
    with database.begin() as tx:
        return demonstration.invite(tx, CONFIGURED, at=NOW, deed=DEED)


def test_the_demonstrations_people_are_there_once_and_let_in_by_what_is_announced(
    database, capsys
):
    with database.begin() as tx:
        a_loan(tx, customer_name="Nguyễn Thị Mẫu (minh họa)")

    first, again = invite(database), invite(database)
    by_command.invite(Desk(CONFIGURED, database, POLICY))

    assert first == again
    assert {person.role.value for person in first} >= {"officer", "supervisor", "administrator"}
    said = capsys.readouterr().err
    assert demonstration.PASSWORD in said
    for person in first:
        assert person.display_name.endswith("(minh họa)")
        assert person.sign_in_name in said
        assert sign_in(database, person.sign_in_name, demonstration.PASSWORD).token


def test_a_real_book_has_no_invented_people(database):
    with pytest.raises(NotTheDemonstration):
        invite(database)
    with database.begin() as tx:
        a_loan(tx)

    with pytest.raises(NotTheDemonstration):
        invite(database)


def test_a_link_begins_with_the_stated_address(run, monkeypatch):
    monkeypatch.setenv("CREDITDESK_PUBLIC_ADDRESS", "https://desk.example/")

    printed = run("setup", "--administrator", "chi").stdout

    assert "https://desk.example/links/" in printed


def test_who_signs_in_by_the_provider_alone_gets_no_link_to_a_password(begun, monkeypatch):
    provider = {"ISSUER": "https://id.example", "CLIENT": "desk", "PASSWORDS": "off"}
    for name, value in provider.items():
        monkeypatch.setenv(f"CREDITDESK_PROVIDER_{name}", value)
    first = add(begun)
    begun("users", "link", "lan", "--subject", "s-1", "--by", "chi")

    again = told(begun("users", "reset", "lan", "--by", "chi", "--json"))
    said = begun("users", "reset", "lan", "--by", "chi")

    assert "/links/" in first.stdout
    assert again == {"name": "lan", "link": None, "until": None}
    assert (said.exit_code, "/links/" in said.stdout, "lan" in said.stdout) == (0, False, True)


@pytest.mark.parametrize(
    "address",
    ["http://desk.example", "desk.example", "https://", "https://a@b.example", "https://a/b"],
)
def test_an_address_that_links_cannot_begin_with_is_refused(address):
    with pytest.raises(SettingUnreadable):
        settings.load({"CREDITDESK_PUBLIC_ADDRESS": address})
