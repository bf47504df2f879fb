"""Every setting of the desk, read once; and the policy and the places it names."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from creditdesk.engine import policy as law
from creditdesk.errors import Malformed
from creditdesk.geography import Geography
from creditdesk.geography import load as load_geography

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / "config"
PREFIX = "CREDITDESK_"


class SettingUnknown(Malformed):
    """No setting has this name."""

    code = "unknown-setting"


class SettingUnreadable(Malformed):
    """The setting cannot have this value."""

    code = "setting-unreadable"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force; `config/default.toml` says what each one means."""

    database_url: str
    language: str
    host: str
    port: int
    workers: int
    place_of_signing: str
    agency: str
    unit_of_statement: str
    intake_max_megabytes: int
    intake_max_rows: int
    intake_max_columns: int
    intake_memory_megabytes: int
    intake_seconds: int
    close_day_at: str
    close_month_at: str
    font_folder: str


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the defaults overlaid with the CREDITDESK_… variables of an environment.

    Raises SettingUnknown, SettingUnreadable.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = tomllib.loads((CONFIG / "default.toml").read_text("utf-8"))
    kinds = {field.name: type(values[field.name]) for field in fields(Settings)}
    for name, text in environment.items():
        if not name.startswith(PREFIX) or name in _OF_TESTS:
            continue
        key = name.removeprefix(PREFIX).lower()
        if key not in kinds:
            raise SettingUnknown(setting=name)
        try:
            values[key] = kinds[key](text)
        except ValueError:
            raise SettingUnreadable(setting=name, value=text) from None
    values["database_url"] = _absolute(values["database_url"])
    return Settings(**values)


_OF_TESTS = {"CREDITDESK_LONG", "CREDITDESK_TEST_SEED"}


def _absolute(url: str) -> str:
    """Return an SQLite address with its file under the project when it is written relatively."""
    plain = "sqlite:///"
    if url.startswith(plain) and not url.startswith(f"{plain}/") and ":memory:" not in url:
        return f"{plain}{ROOT / url.removeprefix(plain)}"
    return url


@cache
def policy() -> law.Policy:
    """Return the lending policy of `config/policy`."""
    folder = CONFIG / "policy"
    files = {}
    for path in sorted(folder.rglob("*.toml")):
        name = path.relative_to(folder).as_posix()
        try:
            files[name] = tomllib.loads(path.read_text("utf-8"))
        except tomllib.TOMLDecodeError as trouble:
            raise Malformed(file=name, why="not-toml", said=str(trouble)) from None
    return law.parse(files)


@cache
def geography() -> Geography:
    """Return the places of `config/places`."""
    return load_geography(CONFIG / "places")
