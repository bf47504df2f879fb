"""Every setting of the desk, read once; and the policy and the places it names."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from creditdesk import secrecy
from creditdesk.engine import policy as law
from creditdesk.errors import Malformed
from creditdesk.geography import Geography
from creditdesk.geography import load as load_geography

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / "config"
PREFIX = "CREDITDESK_"
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class SettingUnknown(Malformed):
    """No setting has this name."""

    code = "unknown-setting"


class SettingUnreadable(Malformed):
    """The setting cannot have this value."""

    code = "setting-unreadable"


class KeyFileUnreadable(Malformed):
    """The key file cannot be read or written; `path`, `why`."""

    code = "key-file-unreadable"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in force; `config/default.toml` says what each one means."""

    database_url: str
    language: str
    host: str
    port: int
    workers: int
    request_seconds: int
    statement_seconds: int
    public_address: str
    trusted_hosts: str
    proxies: int
    hsts_days: int
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
    data_key: str = field(repr=False)
    data_key_file: str
    access_years: int
    password_shortest: int
    password_guesses: int
    password_passes: int
    password_memory_kib: int
    password_lanes: int
    sign_in_minutes: int
    sign_in_tries: int
    sign_in_tries_of_strangers: int
    sign_in_tries_of_address: int
    session_idle_minutes: int
    session_hours: int
    device_days: int
    link_hours: int
    provider_issuer: str
    provider_client: str
    provider_secret: str = field(repr=False)
    provider_secret_file: str
    provider_label: str
    provider_factors: str
    provider_passwords: str
    provider_seconds: int
    token_days: int
    api_kilobytes: int
    api_calls: int
    api_calls_of_address: int
    if_match: str
    idempotency_days: int
    files_folder: str
    file_days: int
    pack_days: int
    file_link_hours: int
    seal_file: str
    seal_passphrase: str = field(repr=False)
    seal_passphrase_file: str
    seal_module: str
    seal_token: str
    seal_label: str
    seal_time_address: str
    seal_authorities: str
    verify_megabytes: int


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the defaults overlaid with the CREDITDESK_… variables of an environment.

    Raises SettingUnknown, SettingUnreadable.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = tomllib.loads((CONFIG / "default.toml").read_text("utf-8"))
    kinds = {one.name: type(values[one.name]) for one in fields(Settings)}
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
    values["public_address"] = _public(values["public_address"])
    return Settings(**values)


_OF_TESTS = {"CREDITDESK_LONG", "CREDITDESK_TEST_SEED"}


def _absolute(url: str) -> str:
    """Return an SQLite address with its file under the project when it is written relatively."""
    plain = "sqlite:///"
    if url.startswith(plain) and not url.startswith(f"{plain}/") and ":memory:" not in url:
        return f"{plain}{ROOT / url.removeprefix(plain)}"
    return url


def _public(address: str) -> str:
    """Return the address that people ask for, without a slash at its end."""
    bare = address.strip().rstrip("/")
    if bare and (not is_safe(bare) or urlsplit(bare)[2:] != ("", "", "")):
        raise SettingUnreadable(setting=f"{PREFIX}PUBLIC_ADDRESS", value=address)
    return bare


def is_safe(address: str) -> bool:
    """Return whether an address of the web is asked for by TLS, or is of this machine."""
    try:
        parts = urlsplit(address)
        told = bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        return False
    plain = parts.scheme == "http" and parts.hostname in THIS_MACHINE
    return told and (parts.scheme == "https" or plain)


def public_address(configured: Settings) -> str:
    """Return what links that are sent out begin with: as stated, never as a caller says."""
    return configured.public_address or f"http://{configured.host}:{configured.port}"


def keyring(configured: Settings) -> secrecy.Keyring:
    """Return the keys in force, those of the environment or else of the key file, if any.

    Raises KeyUnreadable, KeyFileUnreadable.
    """
    path = key_path(configured)
    if configured.data_key or not path.exists():
        return secrecy.keyring(configured.data_key)
    try:
        return secrecy.keyring(path.read_text("ascii"))
    except (OSError, UnicodeDecodeError) as trouble:
        raise KeyFileUnreadable(path=str(path), why=type(trouble).__name__) from None


def key_path(configured: Settings) -> Path:
    """Return the path of the key file; a relative one lies under the project."""
    return ROOT / configured.data_key_file


def provider_secret(configured: Settings) -> str:
    """Return the secret of the desk at the identity provider; empty where it needs none.

    Raises KeyFileUnreadable.
    """
    if configured.provider_secret or not configured.provider_secret_file:
        return configured.provider_secret
    path = ROOT / configured.provider_secret_file
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as trouble:
        raise KeyFileUnreadable(path=str(path), why=type(trouble).__name__) from None


def add_key(configured: Settings) -> Path:
    """Put a new key at the head of the key file, which only its owner may read; return its path.

    Raises KeyFileUnreadable.
    """
    path = key_path(configured)
    draft = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text("ascii") if path.exists() else ""
        with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as out:
            out.write(f"{secrecy.new_key()}\n{before}")
            out.flush()
            os.fsync(out.fileno())
        os.replace(draft, path)
    except (OSError, UnicodeDecodeError) as trouble:
        raise KeyFileUnreadable(path=str(path), why=type(trouble).__name__) from None
    return path


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
