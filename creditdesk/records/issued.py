"""The register of statements issued: append-only."""

from typing import Any

import sqlalchemy as sa

from creditdesk.db import Tx, metadata

issued_statement = sa.Table(
    "issued_statement",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("as_of", sa.Date, nullable=False),
    sa.Column("map_of", sa.Date, nullable=False),
    # The books as they were known at the end of this day; nothing: when it was made.
    sa.Column("known_on", sa.Date),
    # Of a comparison of two knowledge days the earlier one.
    sa.Column("known_before", sa.Date),
    sa.Column("policy", sa.Text, nullable=False),
    # How many checks failed.
    sa.Column("failed", sa.Integer, nullable=False),
    sa.Column("made_at", sa.Text, nullable=False),
    sa.Column("data_digest", sa.Text, nullable=False),
    sa.Column("file_digest", sa.Text, nullable=False),
    # Whose seal it bears; nobody's where it is empty.
    sa.Column("sealed_by", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Index("ix_issued_statement_file_digest", "file_digest"),
    sa.Index("ix_issued_statement_number", "number"),
)

APPEND_ONLY = ("issued_statement",)


def add(tx: Tx, values: dict[str, Any]) -> None:
    """Write down a file that was issued."""
    tx.execute(sa.insert(issued_statement).values(**values))


def first(tx: Tx, number: str) -> Any | None:
    """Return the first file that was issued under a number."""
    found = issued_statement
    chosen = sa.select(found).where(found.c.number == number).order_by(found.c.id).limit(1)
    return tx.execute(chosen).first()


def newest(tx: Tx, *, below: int, limit: int) -> list[Any]:
    """Return what was issued with a lower inner number than one, the newest first."""
    found = issued_statement
    chosen = sa.select(found).where(found.c.id < below).order_by(found.c.id.desc()).limit(limit)
    return list(tx.execute(chosen))


def of_file(tx: Tx, digest: str) -> Any | None:
    """Return what was issued with these bytes."""
    found = issued_statement
    chosen = sa.select(found).where(found.c.file_digest == digest).order_by(found.c.id).limit(1)
    return tx.execute(chosen).first()
