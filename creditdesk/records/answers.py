"""Answers to requests that write, by their keys, and work that was asked for and takes long."""

from typing import Any

import sqlalchemy as sa

from creditdesk.db import Tx, metadata, on_sqlite

answer = sa.Table(
    "answer",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("route", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("status", sa.SmallInteger, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("location", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Index("ix_answer_at", "at"),
)


def hold_key(tx: Tx, key: str) -> None:
    """Keep others with the same key waiting until the transaction ends, before any other lock."""
    if not on_sqlite(tx):
        number = sa.func.hashtextextended(key, 0)
        tx.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))


def find_answer(tx: Tx, key: str) -> Any | None:
    """Return the answer kept under a key."""
    return tx.execute(sa.select(answer).where(answer.c.key == key)).first()


def add_answer(tx: Tx, values: dict[str, Any]) -> None:
    """Keep an answer under a key that is free."""
    tx.execute(sa.insert(answer).values(**values))


def remove_before(tx: Tx, moment: str) -> int:
    """Remove the answers given before a moment and return how many these were."""
    return tx.execute(sa.delete(answer).where(answer.c.at < moment)).rowcount
