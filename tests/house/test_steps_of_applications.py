"""The printed table of an application's states and steps says what the program does."""

import json
from pathlib import Path

from click.testing import CliRunner

from creditdesk import applications, documents, words
from creditdesk.cli import cli
from creditdesk.engine.procedure import DIRECT, ENTRUSTED, RULES, State, Step

DOC = Path(__file__).resolve().parents[2] / "docs" / "applications.md"


def test_the_document_says_what_the_table_says():
    assert documents.steps_table("en") in DOC.read_text("utf-8")


def test_every_state_step_and_reason_has_a_word_in_every_language():
    asked = [f"state.{state}" for state in State] + [f"step.{step}" for step in Step]
    asked += [f"procedure.{rule.by}" for rule in RULES.values()]
    asked += [f"reason.{reason}" for reason in applications.REASONS]

    for language in words.LANGUAGES:
        assert [code for code in asked if code not in words.catalogue(language)] == []


def test_the_table_is_printed_and_told_as_data(sqlite_url, monkeypatch):
    monkeypatch.setenv("CREDITDESK_DATABASE_URL", sqlite_url)

    printed = CliRunner().invoke(cli, ["application", "steps"])
    told = CliRunner().invoke(cli, ["application", "steps", "--json"])

    assert printed.stdout.strip() == documents.steps_table("vi")
    rows = json.loads(told.stdout)["steps"]
    assert {(row["state"], row["step"]): row["next"] for row in rows} == ENTRUSTED | DIRECT
