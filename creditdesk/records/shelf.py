"""Files that are held for somebody for some days; their content lies sealed on disk.

Who fetched them stays when they are gone: their numbers are never given again.
"""

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
    # The numbers of the customers whom it shows, parted by spaces: whoever fetches it sees them.
    sa.Column("seen", sa.Text, nullable=False, server_default=""),
    sa.Index("ix_held_file_until", "until"),
    sqlite_autoincrement=True,
)

held_link = sa.Table(
    "held_link",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("file", sa.BigInteger, nullable=False),
    # What the file is as somebody asks for it: a job, and which of its files.
    sa.Column("job", sa.BigInteger, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
    sa.Column("until", sa.Text, nullable=False),
    sa.Column("revoked_at", sa.Text, nullable=False),
    sa.Index("ix_held_link_job", "job"),
    sqlite_autoincrement=True,
)

fetched_file = sa.Table(
    "fetched_file",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("file", sa.BigInteger, nullable=False),
    sa.Column("job", sa.BigInteger, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    # Whoever fetched it; by a link nobody knows who.
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("link", sa.BigInteger, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Index("ix_fetched_file_job", "job"),
)

APPEND_ONLY = ("fetched_file",)


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


def add_link(tx: Tx, values: dict[str, Any]) -> int:
    """Write a link to a file that is held, and return its number."""
    written = sa.insert(held_link).values(**values).returning(held_link.c.id)
    return int(tx.execute(written).scalar_one())


def find_link(tx: Tx, number: int) -> Any | None:
    """Return the row of a link."""
    return tx.execute(sa.select(held_link).where(held_link.c.id == number)).first()


def links_of(tx: Tx, job: int) -> list[Any]:
    """Return the links to what a job made, oldest first."""
    chosen = sa.select(held_link).where(held_link.c.job == job).order_by(held_link.c.id)
    return list(tx.execute(chosen))


def links_by(tx: Tx, by: str, after: str) -> list[Any]:
    """Return the links of somebody that are open after a moment, with the names of their files."""
    own, file = held_link.c, held_file.c
    chosen = sa.select(held_link, file.name).join(held_file, file.id == own.file)
    chosen = chosen.where(own.by == by, own.revoked_at == "", own.until > after)
    return list(tx.execute(chosen.order_by(own.id)))


def revoke_link(tx: Tx, number: int, at: str) -> None:
    """Write since when a link opens nothing any more."""
    tx.execute(sa.update(held_link).where(held_link.c.id == number).values(revoked_at=at))


def add_fetched(tx: Tx, values: dict[str, Any]) -> None:
    """Write down that a file was fetched."""
    tx.execute(sa.insert(fetched_file).values(**values))


def fetched_of(tx: Tx, job: int) -> list[Any]:
    """Return who fetched what a job made, oldest first."""
    chosen = sa.select(fetched_file).where(fetched_file.c.job == job).order_by(fetched_file.c.id)
    return list(tx.execute(chosen))


def remove_held(tx: Tx, number: int) -> None:
    """Take a file off."""
    tx.execute(sa.delete(held_file).where(held_file.c.id == number))
