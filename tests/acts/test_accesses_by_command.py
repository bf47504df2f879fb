"""Commands that show persons note it first; each command is known to show them or not."""

import json
from datetime import date

import click
import pytest
from click.testing import CliRunner

from creditdesk import accesses, records
from creditdesk.cli import cli
from creditdesk.db import Database
from tests.builders import a_contract, a_loan
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
WITH_DOSSIERS = {"application show", "application waiting", "decide"}


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


def test_a_list_of_nobody_is_not_noted(run, database):
    assert run("worklist", "late", "--as-of", "2024-01-20").exit_code == 0

    assert lines(database) == []


def test_what_is_not_there_is_not_noted(run, database):
    assert run("standing", "6600000999999999", *DAY).exit_code == 1

    assert lines(database) == []


def test_every_command_of_a_group_that_shows_persons_exists():
    assert set(SHOWS_PERSONS) | WITH_DOSSIERS <= {name for name, _ in commands(cli)}


def test_the_journal_is_shown_proved_and_cut_by_command(run, database):
    run("standing", LOAN, *DAY)

    told = json.loads(run("audit", "person", FIRST, "--json").stdout)
    assert [row["act"] for row in told["rows"]] == ["standing"]
    who = told["rows"][0]["who"]
    assert len(json.loads(run("audit", "user", who, "--json").stdout)["rows"]) == 2
    shown = run("audit", "journal", "--since", date(2026, 1, 1))
    assert "standing" in shown.stdout
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
