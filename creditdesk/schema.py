"""The numbered migrations: bring a database to the newest, or say what stands in the way."""

from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakSet

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from creditdesk.db import Database, Tx
from creditdesk.errors import Refused

FOLDER = Path(__file__).resolve().parent.parent / "migrations"
_migrated: WeakSet[Any] = WeakSet()
"""Engines of databases that are known to have a table of their migrations."""


class SchemaOutdated(Refused):
    """The database is older than the program: `creditdesk setup` brings it up."""

    code = "schema-outdated"


class SchemaNewer(Refused):
    """The database was brought up by a newer program: install that one."""

    code = "schema-newer"


def upgrade(database: Database, to: str = "head") -> None:
    """Apply every migration that is missing, all of them or none."""
    _run(database, command.upgrade, to)


def downgrade(database: Database, to: str) -> None:
    """Take migrations back, down to the one named."""
    _run(database, command.downgrade, to)


def check(tx: Tx) -> None:
    """Refuse a database whose tables are not those of this program."""
    newest, known = _revisions()
    at = _revision(tx)
    if at != newest:
        raise (SchemaOutdated if at is None or at in known else SchemaNewer)(at=at)
    _migrated.add(tx.engine)


def _revision(tx: Tx) -> str | None:
    """Return the newest migration of a database; every request asks for it."""
    if tx.engine not in _migrated:
        return MigrationContext.configure(tx).get_current_revision()
    found: str | None = tx.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return found


@cache
def _revisions() -> tuple[str | None, frozenset[str]]:
    """Return the newest migration of this program and all of them; every request asks for it."""
    script = ScriptDirectory(str(FOLDER))
    known = frozenset(revision.revision for revision in script.walk_revisions())
    return script.get_current_head(), known


def _run(database: Database, act: Any, to: str) -> None:
    with database.begin() as tx:
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = tx
        act(config, to)
