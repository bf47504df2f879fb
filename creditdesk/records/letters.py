"""The register of letters that went out: append-only, numbered by office and year."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from creditdesk.db import Tx, metadata, on_sqlite

letter = sa.Table(
    "letter",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("office", sa.Text, nullable=False),
    sa.Column("year", sa.SmallInteger, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    # What it says, to know it again; and the day that it bears.
    sa.Column("digest", sa.Text, nullable=False, unique=True),
    sa.Column("dated", sa.Date, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.CheckConstraint("number > 0", name="number"),
    sa.UniqueConstraint("office", "year", "number"),
)

APPEND_ONLY = ("letter",)


def hold_register(tx: Tx) -> None:
    """Let one after the other take numbers, so that none is left out or given twice."""
    if not on_sqlite(tx):
        tx.exec_driver_sql("LOCK TABLE letter IN SHARE ROW EXCLUSIVE MODE")


def of_digests(tx: Tx, digests: Iterable[str]) -> dict[str, Any]:
    """Return the letters that went out already, by what they say."""
    wanted = sorted(set(digests))
    found: dict[str, Any] = {}
    for start in range(0, len(wanted), 500):
        chosen = letter.c.digest.in_(wanted[start : start + 500])
        found.update((row.digest, row) for row in tx.execute(sa.select(letter).where(chosen)))
    return found


def newest_number(tx: Tx, office: str, year: int) -> int:
    """Return the newest number of an office in a year, 0 where none was given."""
    newest = sa.select(sa.func.coalesce(sa.func.max(letter.c.number), 0))
    chosen = (letter.c.office == office, letter.c.year == year)
    return int(tx.execute(newest.where(*chosen)).scalar_one())


def add_letter(tx: Tx, values: dict[str, Any]) -> Any:
    """Write a letter down and return its row."""
    written = sa.insert(letter).values(**values).returning(letter)
    return tx.execute(written).one()
