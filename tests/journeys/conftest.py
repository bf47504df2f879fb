"""What every journey may ask for: a desk that takes commands, on SQLite and on PostgreSQL."""

import json
import shlex
from datetime import date

import pytest
from click.testing import CliRunner

from creditdesk.cli import cli, frame

TOLD_ON = date(2041, 1, 1)
"""Journeys are told from their end: nothing in them lies ahead of the desk's clock."""


@pytest.fixture
def desk(database_url, monkeypatch, tmp_path):
    """Return a function that runs a command and returns its document, or its text."""
    monkeypatch.setenv("CREDITDESK_DATABASE_URL", database_url)
    monkeypatch.setattr(frame, "today", lambda: TOLD_ON)
    monkeypatch.chdir(tmp_path)

    def run(line, expect=0):
        done = CliRunner().invoke(cli, shlex.split(line))
        assert done.exit_code == expect, done.output
        return json.loads(done.stdout) if "--json" in line else done.output

    run("setup")
    return run
