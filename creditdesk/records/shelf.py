"""Files that are held for somebody for some days; their content lies sealed on disk."""

from typing import Any

import sqlalchemy as sa

from creditdesk.db import Tx, metadata

held_file = sa.Table(
    "held_file",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    # What it is called on disk; whose it is, and what it is called where they are.
    sa.Column("token", sa.Text, nullable=False, unique=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("media", sa.Text, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("until", sa.Text, nullable=False),
    sa.Index("ix_held_file_until", "until"),
)


def add_held(tx: Tx, values: dict[str, Any]) -> int:
    """Write one file that is held and return its number."""
    written = sa.insert(held_file).values(**values).returning(held_file.c.id)
    return int(tx.execute(written).scalar_one())


def find_held(tx: Tx, number: int) -> Any | None:
    """Return the row of a file that is held."""
    return tx.execute(sa.select(held_file).where(held_file.c.id == number)).first()


def held_until(tx: Tx, moment: str) -> list[Any]:
    """Return the files that are held no longer than to a moment."""
    return list(tx.execute(sa.select(held_file).where(held_file.c.until <= moment)))


def tokens_held(tx: Tx) -> set[str]:
    """Return what the files that are held are called on disk."""
    return set(tx.execute(sa.select(held_file.c.token)).scalars())


def remove_held(tx: Tx, number: int) -> None:
    """Take a file off."""
    tx.execute(sa.delete(held_file).where(held_file.c.id == number))
