"""The command line: every command, its exit status, one JSON document, what stands in the way."""

import json
import re
import sqlite3

import click
import pytest
from click.testing import CliRunner

from creditdesk import db, jobs, settings, worklists
from creditdesk.cli import cli
from creditdesk.db import Database
from creditdesk.intake import layout
from tests.builders import a_contract, a_file, a_loan, loan_rows

COMMANDS = {
    *("setup", "demo", "intake", "quote", "standing", "portfolio", "worklist", "transfer"),
    *("groups", "receive", "reverse", "close-day", "close-month", "open-month", "months"),
    *("bridge", "explain", "move", "print", "verify", "serve", "clock"),
}
LOAN = a_contract().loan_no
ASKED = [
    ["standing", LOAN, "--as-of", "2026-01-01"],
    ["explain", LOAN, "--as-of", "2026-01-01"],
    ["portfolio", "--from", "2026-01-01", "--as-of", "2026-06-30", "--by", "commune, source"],
    ["worklist", "to-transfer", "--as-of", "2026-01-01", "--place", "44"],
    *(["worklist", name, "--as-of", "2026-01-01"] for name in worklists.WORKLISTS),
    ["groups", "--as-of", "2026-01-01", "--place", "44"],
    ["transfer", "--session", "2026-02-07", "--by", "an", "--checked-by", "binh"],
    ["close-day", "--day", "2026-01-05"],
    ["close-month", "--month", "2025-12"],
    ["months"],
    ["verify"],
]
QUOTE = ["quote", "--amount", "50000000", "--draw", "2026-01-15", "--annual-rate", "6,6"]


@pytest.fixture
def run(database_url, monkeypatch):
    """Return a function that runs a command on a fresh database and returns what came of it."""
    monkeypatch.setenv("CREDITDESK_DATABASE_URL", database_url)
    return lambda *words: CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture
def lent(run, database):
    """Return the same with one loan in the book."""
    with database.begin() as tx:
        a_loan(tx)
    return run


def test_every_command_is_there():
    assert set(cli.commands) >= COMMANDS
    assert set(cli.commands["intake"].commands) == {"loans", "movements", "households"}
    assert "portfolio" in cli.commands["print"].commands


def test_every_job_of_the_clock_is_a_command():
    assert {job.name for job in jobs.TIMETABLE} <= set(cli.commands)


@pytest.mark.parametrize("words", ASKED, ids=lambda words: "-".join(words[:2]))
def test_json_is_one_document_and_nothing_else(lent, words):
    done = lent(*words, "--json")
    told = lent(*words)

    assert done.exit_code == 0, done.stderr
    assert isinstance(json.loads(done.stdout), dict)
    assert told.exit_code == 0
    assert told.stdout.strip()
    is_csv = words[0] == "worklist"
    assert is_csv or not re.search(r"\b\d{4}-\d\d\b", told.stdout)


def test_setup_is_repeatable(run):
    assert [run("setup").exit_code, run("setup").exit_code] == [0, 0]


def test_a_quotation_needs_no_database(monkeypatch):
    monkeypatch.setenv("CREDITDESK_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")

    done = CliRunner().invoke(cli, [*QUOTE, "--months", "12", "--every", "6", "--json"])

    assert (done.exit_code, json.loads(done.stdout)["principal"]) == (0, 50_000_000)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["standing", "6600000000000404", "--as-of", "2026-01-01", "--json"], 1),
        (["worklist", "lost", "--as-of", "2026-01-01", "--json"], 2),
        (["worklist", "late", "--as-of", "2026-01-01", "--place", "99999", "--json"], 1),
        (["transfer", "--session", "2026-01-07", "--by", "an", "--checked-by", "an", "--json"], 1),
        (["transfer", "--session", "2026-01-07", "--by", "", "--checked-by", "an", "--json"], 1),
        (["close-month", "--month", "2999-01", "--json"], 1),
        (["close-day", "--day", "2099-01-01", "--json"], 1),
        (["close-month", "--month", "2026-13", "--json"], 2),
        (
            [
                "portfolio",
                "--from",
                "2026-01-01",
                "--as-of",
                "2026-01-02",
                "--by",
                "moon",
                "--json",
            ],
            2,
        ),
        (
            [
                "portfolio",
                "--from",
                "2026-01-02",
                "--as-of",
                "2026-01-01",
                "--by",
                "group",
                "--json",
            ],
            2,
        ),
        ([*QUOTE, "--every", "6", "--json"], 2),
        (["intake", "loans", "/nowhere/loans.csv", "--json"], 2),
    ],
)
def test_a_refusal_is_a_status_a_sentence_and_a_document(run, words, status):
    done = run(*words)

    assert done.exit_code == status, done.stderr
    assert done.stderr.strip()
    assert set(json.loads(done.stdout)) == {"code", "facts", "message"}


@pytest.mark.parametrize(
    "words",
    [
        ["standing", LOAN],
        ["standing", LOAN, "--as-of", "31/12/2026"],
        ["standing", LOAN, "--as-of", "2026-02-30"],
        ["worklist", "late", "--as-of", "2026-1-1"],
        ["nonsense"],
        ["portfolio", "--by", "commune"],
    ],
)
def test_a_malformed_call_is_a_status_of_its_own(run, words):
    done, asked = run(*words), run(*words, "--json")

    assert (done.exit_code, done.stdout) == (2, "")
    assert (asked.exit_code, asked.stderr.strip()) == (2, done.stderr.strip())
    document = json.loads(asked.stdout)
    assert (document["code"], document["facts"]) == ("malformed", {})
    assert document["message"] in asked.stderr


def test_files_are_told_as_a_document_and_faults_are_a_status(run, tmp_path):
    good = a_file(tmp_path / "good.csv", layout.LOANS, loan_rows([a_contract()]))
    rows = loan_rows([a_contract(2)])
    bad = a_file(tmp_path / "bad.csv", layout.LOANS, [rows[0] | {"rate": "660"}])

    dry, taken, known, faulty = (
        run("intake", "loans", *words, "--data-date", "2026-10-31", "--json")
        for words in ([good, "--dry-run"], [good], [good], [bad])
    )
    told = run("intake", "loans", bad)

    assert [done.exit_code for done in (dry, taken, known, faulty)] == [0, 0, 0, 2]
    counts = ("rows", "accepted", "already_known")
    documents = [json.loads(done.stdout) for done in (dry, taken, known, faulty)]
    assert [[document[name] for name in counts] for document in documents] == [
        [1, 1, 0],
        [1, 1, 0],
        [1, 0, 1],
        [1, 0, 0],
    ]
    (fault,) = documents[-1]["faults"]
    assert (fault["row"], fault["column"], fault["value"]) == (2, "Lãi suất", "660")
    assert (told.exit_code, "Dòng 2" in told.stdout) == (2, True)


def test_a_statement_is_printed_whole(lent, tmp_path):
    out = tmp_path / "deep" / "statement.pdf"
    period = ["--from", "2024-01-01", "--as-of", "2024-12-31"]

    done = lent("print", "portfolio", *period, "--out", out)
    nowhere = lent("print", "portfolio", *period, "--out", "/proc/no/statement.pdf")
    elsewhere = lent("print", "portfolio", *period, "--place", "04", "--out", out)

    assert done.exit_code == 0, done.stderr
    assert out.read_bytes().startswith(b"%PDF")
    assert (nowhere.exit_code, elsewhere.exit_code) == (2, 2)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CREDITDESK_NONSENSE", "1", "CREDITDESK_NONSENSE"),
        ("CREDITDESK_PORT", "many", "CREDITDESK_PORT"),
        ("CREDITDESK_DATABASE_URL", "nonsense", "CREDITDESK_DATABASE_URL"),
        ("CREDITDESK_DATABASE_URL", "mysql://x/y", "CREDITDESK_DATABASE_URL"),
    ],
)
def test_a_setting_that_is_none_is_named(monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)

    done = CliRunner().invoke(cli, ["verify"])

    assert (done.exit_code, said in done.stderr) == (2, True)


def test_a_database_that_was_never_set_up_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.setenv("CREDITDESK_DATABASE_URL", f"sqlite:///{tmp_path / 'new.sqlite'}")

    done = CliRunner().invoke(cli, ["verify"])

    assert (done.exit_code, "creditdesk setup" in done.stderr) == (1, True)


def test_a_locked_database_says_so(sqlite_url, monkeypatch):
    monkeypatch.setattr(db, "BUSY_SECONDS", 0.1)
    monkeypatch.setenv("CREDITDESK_DATABASE_URL", sqlite_url)
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")

        done = CliRunner().invoke(cli, ["close-day", "--day", "2026-01-05"])

        other.execute("ROLLBACK")
    other.close()
    assert (done.exit_code, "khóa" in done.stderr) == (1, True)


def test_the_help_of_every_command_says_what_it_does():
    for name, command in cli.commands.items():
        assert command.help or isinstance(command, click.Group), name


def test_the_default_database_is_a_file_of_the_project():
    url = settings.load({}).database_url

    assert url.startswith("sqlite:////")
    assert Database(url).is_sqlite
