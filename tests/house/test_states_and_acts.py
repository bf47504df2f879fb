"""The printed table of states and acts says what the program does."""

import json
from pathlib import Path

from click.testing import CliRunner

from creditdesk import documents, words
from creditdesk.cli import cli
from creditdesk.engine.lifecycle import ACTS, Act, State

DOC = Path(__file__).resolve().parents[2] / "docs" / "states-and-acts.md"


def test_the_document_says_what_the_table_says():
    assert documents.acts_table("en") in DOC.read_text("utf-8")


def test_every_act_and_state_has_a_word_in_every_language():
    asked = [f"act.{act}" for act in Act] + [f"loan_state.{state}" for state in State]

    for language in words.LANGUAGES:
        assert [code for code in asked if code not in words.catalogue(language)] == []


def test_the_table_is_printed_and_told_as_data(sqlite_url, monkeypatch):
    monkeypatch.setenv("CREDITDESK_DATABASE_URL", sqlite_url)

    printed = CliRunner().invoke(cli, ["acts"])
    told = CliRunner().invoke(cli, ["acts", "--json"])

    assert printed.stdout.strip() == documents.acts_table("vi")
    found = {row["act"]: row["states"] for row in json.loads(told.stdout)["acts"]}
    assert found == {act.value: list(rule.states) for act, rule in ACTS.items()}
