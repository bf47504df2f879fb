"""Every command and every page names its act, and the printed table says what is so."""

import json
import re
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from creditdesk import documents, settings, words
from creditdesk.app import create_app
from creditdesk.cli import cli
from creditdesk.engine.lifecycle import Act
from creditdesk.errors import Malformed
from creditdesk.users import permissions
from creditdesk.users.permissions import KINDS, Reach, Role, read, table

DOC = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"
ADVICE = "say in config/permissions.toml which act it performs, or put it under [open]"


def commands(group=cli, before=()):
    """Return every command by its words."""
    found = set()
    for name, command in group.commands.items():
        inner = isinstance(command, click.Group)
        found |= commands(command, (*before, name)) if inner else {" ".join((*before, name))}
    return found


def routes():
    """Return every endpoint of the application."""
    app = create_app(replace(settings.load({}), database_url="sqlite:///:memory:"))
    found = {rule.endpoint for rule in app.url_map.iter_rules()}
    app.extensions["creditdesk"].database.close()
    return found


def named(kind):
    spared = getattr(table(), f"open_{kind}")
    return spared, {name for rule in table().acts.values() for name in getattr(rule, kind)}


@pytest.mark.parametrize(("kind", "existing"), [("commands", commands), ("routes", routes)])
def test_each_one_names_its_act_and_none_is_named_that_is_not_there(kind, existing):
    spared, ruled = named(kind)

    assert existing() - set(spared) - ruled == set(), ADVICE
    assert (set(spared) | ruled) - existing() == set(), "it is not there any more"
    assert set(spared) & ruled == set()


def test_every_act_on_a_loan_has_its_row():
    assert {act.value for act in Act} <= set(table().acts)


def test_the_document_says_what_the_table_says():
    assert documents.permissions_table("en") in DOC.read_text("utf-8")


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_everything_in_the_table_has_a_word(language):
    asked = [f"act.{act}" for act in table().acts] + [f"role.{role}" for role in Role]
    asked += [f"theme.{rule.theme}" for rule in table().acts.values()]
    asked += [f"scope.{kind}" for kind in KINDS] + [f"permission.{reach}" for reach in Reach]

    assert [code for code in asked if code not in words.catalogue(language)] == []


def test_the_table_is_printed_and_told_as_data(sqlite_url, monkeypatch):
    monkeypatch.setenv("CREDITDESK_DATABASE_URL", sqlite_url)

    printed = CliRunner().invoke(cli, ["permissions"])
    told = json.loads(CliRunner().invoke(cli, ["permissions", "--json"]).stdout)

    assert printed.stdout.strip() == documents.permissions_table("vi")
    assert {row["act"] for row in told["acts"]} == set(table().acts)
    assert told["roles"]["group-head"] == {"scopes": ["group"], "second_factor": False}


def test_money_is_the_officers_and_interest_also_the_group_heads():
    money = {name: rule for name, rule in table().acts.items() if rule.theme == "money"}
    others = {"receive-interest": {Role.OFFICER, Role.GROUP_HEAD}}

    for name, rule in money.items():
        allowed = {role for role in Role if rule.cell(role).reach is not Reach.NONE}
        assert allowed == others.get(name, {Role.OFFICER}), name


def test_an_administrator_touches_no_money_and_sees_no_person():
    reached = {
        rule.theme
        for rule in table().acts.values()
        if rule.cell(Role.ADMINISTRATOR).reach is not Reach.NONE
    }

    assert reached == {"figures", "books", "users", "audit", "desk"}
    assert {
        name
        for name, rule in table().acts.items()
        if rule.theme in {"figures", "books"}
        and rule.cell(Role.ADMINISTRATOR).reach is not Reach.NONE
    } == {"months", "verify", "intake-check"}


READING = re.compile(
    r".*(-show|-list|-print|-export|-unmask|-sessions|-read|-person|-verify)|token-.*|verify|account|"
    r"portfolio|groups|months|standing|worklist|commune-loans|search|commune-month|letters"
)


def test_an_auditor_reads_all_and_changes_nothing():
    for name, rule in table().acts.items():
        reads = rule.cell(Role.AUDITOR).reach is not Reach.NONE
        reading = READING.fullmatch(name) and name != "application-list"
        assert reads == bool(reading), name


def test_a_reviewer_sees_persons_masked_and_on_a_stated_need_only():
    for name, rule in table().acts.items():
        cell = rule.cell(Role.REVIEWER)
        if rule.theme == "persons" and cell.reach is not Reach.NONE:
            assert (cell.masked, cell.need) == (True, True), name


def test_who_checks_and_who_admits_needs_a_second_factor():
    weighty = [rule for rule in table().acts.values() if rule.checks]
    weighty += [table().acts["users-add"], table().acts["keys"]]
    roles = {role for rule in weighty for role in rule.cells}

    assert roles == {Role.SUPERVISOR, Role.ADMINISTRATOR}
    assert all(table().roles[role].second_factor for role in roles)


@pytest.mark.parametrize(
    "wrong",
    [
        {"acts": {"a": {"x": {"officer": "everywhere"}}}},
        {"acts": {"a": {"x": {"officer": "own sometimes"}}}},
        {"acts": {"a": {"x": {"clerk": "own"}}}},
        {"acts": {"a": {"x": {}}, "b": {"x": {}}}},
        {"roles": {}},
        {"roles": {"officer": {"scopes": ["world"], "second_factor": False}}},
        {"roles": {"officer": {"scopes": ["group"]}}},
        {"open": {}},
    ],
)
def test_a_table_that_cannot_be_read_stops_the_boat(wrong):
    role = {"scopes": ["all"], "second_factor": False}
    sound = {
        "roles": {name.value: role for name in Role},
        "acts": {"a": {"x": {"officer": "own masked"}}},
        "open": {"commands": [], "routes": []},
    }

    assert read(sound).acts["x"].cell(Role.OFFICER) == permissions.Cell(Reach.OWN, True, False)
    with pytest.raises(Malformed):
        read(sound | wrong)
