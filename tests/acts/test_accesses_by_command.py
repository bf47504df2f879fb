"""Commands that show persons note it first; each command is known to show them or not."""

import json
from datetime import date

import click
import pytest
from click.testing import CliRunner

from creditdesk import accesses, decisions, records
from creditdesk.cli import cli
from creditdesk.db import Database
from creditdesk.users.permissions import table
from tests.builders import POLICY, a_contract, a_loan
from tests.decided import a_decision, a_paper
from tests.keys import KEYS

LOAN, FIRST, ID_NO = a_contract().loan_no, a_contract().customer_no, "044080123456"
DAY = ("--as-of", "2026-06-01")
SHOWS_PERSONS = {
    "standing": ["standing", LOAN, *DAY],
    "explain": ["explain", LOAN, *DAY],
    "worklist": ["worklist", "late", *DAY],
    "schedule": ["schedule", LOAN],
    "payoff": ["payoff", LOAN, "--day", "2026-06-01"],
    "household show": ["household", "show", FIRST, *DAY],
    "audit person": ["audit", "person", FIRST],
    "customer find": ["customer", "find", "--id-no", ID_NO],
    "customer identity": ["customer", "identity", FIRST, "--why", "đối chiếu"],
}
WITH_DOSSIERS = {"application show", "application waiting", "decide", "groups", "inbox", "letters"}


def commands(group, before=()):
    for name, one in group.commands.items():
        if isinstance(one, click.Group):
            yield from commands(one, (*before, name))
        else:
            yield " ".join((*before, name)), one


@pytest.fixture
def run(database, database_url, monkeypatch):
    """Return a function that runs a command on a book of one loan."""
    monkeypatch.setenv("CREDITDESK_DATABASE_URL", database_url)
    with database.begin() as tx:
        a_loan(tx, id_no=ID_NO)
    return lambda *said: CliRunner().invoke(cli, [str(one) for one in said])


def lines(database):
    with database.read() as tx:
        return accesses.journal(tx, accesses.FIRST)


@pytest.mark.parametrize("said", SHOWS_PERSONS.values(), ids=SHOWS_PERSONS)
def test_a_command_that_shows_a_person_notes_it(run, database, said):
    done = run(*said, "--json")

    assert done.exit_code == 0, done.stderr
    (line,) = lines(database)
    assert (line.channel, line.persons) == ("cli", 1)
    with database.read() as tx:
        assert len(accesses.of_person(tx, FIRST)) == 1


@pytest.mark.parametrize("said", SHOWS_PERSONS.values(), ids=SHOWS_PERSONS)
def test_where_nothing_can_be_noted_nothing_is_shown(run, database, said):
    with database.begin() as tx:
        tx.exec_driver_sql("ALTER TABLE access_head RENAME TO elsewhere")

    done = run(*said, "--json")

    assert done.exit_code != 0
    assert FIRST not in done.stdout
    assert ID_NO not in done.stdout
    assert LOAN not in done.stdout


def test_whom_a_printed_document_names_is_noted(run, database, tmp_path):
    # Every kind of document is written by the same few lines.
    out = tmp_path / "month.pdf"

    done = run("print", "commune-month", *DAY, "--place", "19333", "--out", out)

    assert done.exit_code == 0, done.stderr
    (line,) = lines(database)
    assert (line.act, line.persons) == ("print-commune-month", 2)


def test_a_list_of_nobody_is_not_noted(run, database):
    assert run("worklist", "late", "--as-of", "2024-01-20").exit_code == 0

    assert lines(database) == []


def test_what_is_not_there_is_not_noted(run, database):
    assert run("standing", "6600000999999999", *DAY).exit_code == 1

    assert lines(database) == []


def test_every_command_that_shows_persons_is_tried_here():
    rules = [rule for rule in table().acts.values() if rule.theme == "persons"]
    shows = {name for rule in rules for name in rule.commands if not name.startswith("print ")}

    assert shows | {"groups", "inbox"} <= set(SHOWS_PERSONS) | WITH_DOSSIERS
    assert set(SHOWS_PERSONS) | WITH_DOSSIERS <= {name for name, _ in commands(cli)}


def test_the_proposals_of_an_inbox_are_noted_by_their_loans(run, database):
    with database.begin() as tx:
        said = a_decision("extend", LOAN, until="2028-01-15")
        decisions.propose(tx, POLICY, decision=said, deed=a_paper("an", ""))

    assert run("inbox").exit_code == 0

    (line,) = lines(database)
    assert (line.act, line.persons) == ("proposals", 1)
    with database.read() as tx:
        assert accesses.of_person(tx, FIRST) == [line]


def test_the_head_of_a_group_is_seen_under_its_number(run, database):
    run("groups", *DAY)

    with database.read() as tx:
        assert [one.act for one in accesses.of_person(tx, "9333001")] == ["groups"]


@pytest.mark.parametrize(
    ("said", "act"),
    [
        (
            ["measure", "holiday", "--from", "2026-06-01", "--until", "2026-06-30"],
            "measure-preview",
        ),
        (
            [
                "move",
                "group",
                "9333001",
                "--session-day",
                "9",
                "--day",
                "2026-06-01",
                "--ground",
                "x",
                "--document",
                "1",
            ],
            "move-preview",
        ),
    ],
)
def test_what_a_preview_of_many_loans_shows_is_noted(run, database, said, act):
    assert run(*said, "--by", "an", "--dry-run", "--json").exit_code == 0

    (line,) = lines(database)
    assert (line.act, line.persons) == (act, 1)


def test_the_journal_is_shown_proved_and_cut_by_command(run, database):
    run("standing", LOAN, *DAY)

    told = json.loads(run("audit", "person", FIRST, "--json").stdout)
    assert [row["act"] for row in told["rows"]] == ["standing"]
    who = told["rows"][0]["who"]
    assert len(json.loads(run("audit", "user", who, "--json").stdout)["rows"]) == 2
    shown = run("audit", "journal", "--since", date(2026, 1, 1))
    assert "dòng lệnh · xem một món vay" in shown.stdout
    assert json.loads(run("audit", "verify", "--json").stdout)["fault"] is None
    assert json.loads(run("audit", "cut", "--json").stdout) == {"cut": 0}


def test_a_broken_journal_ends_with_three(run, database_url, database):
    run("standing", LOAN, *DAY)
    with database.begin() as tx:
        tx.execute(records.accesses.access_head.update().values(lines=7))

    done = run("audit", "verify")

    assert done.exit_code == 3
    assert "2" in done.stderr
    assert run("verify").exit_code == 3
    door = Database(database_url, KEYS)
    door.close()
