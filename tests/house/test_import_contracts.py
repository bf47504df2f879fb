"""The import contracts hold, and each of them breaks when it is broken on purpose."""

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# For each contract: an import that it forbids, and the module that must not write it.
FORBIDDEN = {
    "storeys": ("creditdesk/db.py", "import creditdesk.records"),
    "engine": ("creditdesk/engine/money.py", "import creditdesk.engine.schedule"),
    "records": ("creditdesk/records/places.py", "import creditdesk.records.loans"),
    "facade": ("creditdesk/schema.py", "import creditdesk.records.loans"),
    "rows": ("creditdesk/app.py", "import creditdesk.records"),
    "paper": ("creditdesk/figures.py", "import reports"),
    "paper-reads-shapes": ("reports/__init__.py", "import creditdesk.records"),
    "sql": ("creditdesk/settings.py", "import sqlalchemy"),
    "seals": ("creditdesk/settings.py", "import cryptography"),
    "pyhanko": ("creditdesk/settings.py", "import pyhanko"),
    "alembic": ("creditdesk/db.py", "import alembic"),
    "http": ("creditdesk/settings.py", "import marshmallow"),
    "frames": ("creditdesk/engine/money.py", "import numpy"),
    "pdf": ("creditdesk/figures.py", "import reportlab"),
    "clock": ("creditdesk/schema.py", "import apscheduler"),
    "passwords": ("creditdesk/settings.py", "import argon2"),
    "provider": ("creditdesk/settings.py", "import joserfc"),
    "guesses": ("creditdesk/settings.py", "import zxcvbn"),
    "terminal": ("creditdesk/settings.py", "import click"),
}


def contracts():
    house = configparser.ConfigParser()
    house.read(ROOT / ".importlinter", encoding="utf-8")
    marker = "importlinter:contract:"
    return [name.removeprefix(marker) for name in house.sections() if name.startswith(marker)]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Return a copy of the tree that may be spoiled; whoever spoils it puts it right."""
    folder = tmp_path_factory.mktemp("house")
    for package in ("creditdesk", "reports"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("*.pyc"))
    shutil.copy(ROOT / ".importlinter", folder)
    return folder


def lint(folder, *options):
    """Return exit status and words of import-linter over a copy of the tree."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_contract_is_kept(copy):
    verdict = lint(copy)

    assert verdict.returncode == 0, verdict.stdout


def test_every_contract_is_broken_on_purpose_below():
    assert sorted(contracts()) == sorted(FORBIDDEN)


@pytest.mark.parametrize("contract", contracts())
def test_a_forbidden_import_breaks_its_contract(copy, contract):
    path, line = FORBIDDEN[contract]
    module = copy / path
    before = module.read_text("utf-8")
    module.write_text(f"{before}\n{line}\n", "utf-8")

    verdict = lint(copy, "--contract", contract)

    module.write_text(before, "utf-8")

    assert verdict.returncode == 1
    assert "1 broken" in verdict.stdout


def test_a_module_without_a_room_breaks_the_house(copy):
    stray = copy / "creditdesk" / "utils.py"
    stray.write_text("", "utf-8")

    verdict = lint(copy, "--contract", "storeys")

    stray.unlink()

    assert verdict.returncode == 1
    assert "creditdesk.utils" in verdict.stdout
