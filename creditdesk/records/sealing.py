"""What the book holds under seal: with which keys, and in which rows."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from creditdesk.db import Tx, metadata
from creditdesk.records.households import customer
from creditdesk.records.ledger import intake_file
from creditdesk.records.users import second_factor
from creditdesk.secrecy import PREFIX_BYTES

data_key = sa.Table(
    "data_key",
    metadata,
    # The one with the highest number seals; the others still open what they sealed.
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("id", sa.Text, nullable=False),
)

SEALED = {
    "customer": customer.c.id_no_sealed,
    "intake_file": intake_file.c.content,
    "second_factor": second_factor.c.secret,
}


def current_key(tx: Tx) -> str | None:
    """Return the id of the key that seals, None where nothing was sealed yet."""
    chosen = sa.select(data_key.c.id).order_by(data_key.c.number.desc()).limit(1)
    found: str | None = tx.execute(chosen).scalar()
    return found


def knows_keys(tx: Tx) -> bool:
    """Return whether the tables are new enough to hold anything under seal."""
    return sa.inspect(tx).has_table(data_key.name)


def add_key(tx: Tx, key_id: str) -> None:
    """Make a key the one that seals."""
    number = sa.select(sa.func.coalesce(sa.func.max(data_key.c.number), 0) + 1)
    tx.execute(sa.insert(data_key).values(number=number.scalar_subquery(), id=key_id))


def counts_by_prefix(tx: Tx) -> dict[str, dict[bytes, int]]:
    """Return how many rows of each table are sealed with which key, by what seals begin with."""
    found = {}
    for name, column in SEALED.items():
        prefix = sa.func.substr(column, 1, PREFIX_BYTES).label("prefix")
        seals = sa.select(prefix).where(column.is_not(None)).subquery()
        counted = sa.select(seals.c.prefix, sa.func.count()).group_by(seals.c.prefix)
        found[name] = {bytes(row[0]): int(row[1]) for row in tx.execute(counted)}
    return found


def sealed_otherwise(tx: Tx, prefix: bytes, after: int, most: int) -> list[Any]:
    """Return (id, customer_no, sealed) of customers not yet under a key, in blocks by id."""
    c = customer.c
    chosen = (
        sa.select(c.id, c.customer_no, c.id_no_sealed)
        .where(c.id > after, sa.func.substr(c.id_no_sealed, 1, PREFIX_BYTES) != prefix)
        .order_by(c.id)
        .limit(most)
    )
    return list(tx.execute(chosen))


def seal_customers(tx: Tx, rows: Sequence[dict[str, Any]]) -> None:
    """Write anew what customers hold under seal; each row has `key`, `sealed`, `digest`."""
    written = (
        sa.update(customer)
        .where(customer.c.id == sa.bindparam("key"))
        .values(id_no_sealed=sa.bindparam("sealed"), id_no_digest=sa.bindparam("digest"))
    )
    tx.execute(written, list(rows))


def file_sealed_otherwise(tx: Tx, prefix: bytes) -> Any | None:
    """Return (sha256, kind, content) of a file not yet under a key."""
    f = intake_file.c
    chosen = sa.select(f.sha256, f.kind, f.content)
    return tx.execute(
        chosen.where(sa.func.substr(f.content, 1, PREFIX_BYTES) != prefix).limit(1)
    ).first()


def seal_file(tx: Tx, sha256: str, kind: str, content: bytes) -> None:
    """Write anew a file's content under seal."""
    f = intake_file.c
    tx.execute(
        sa.update(intake_file).where(f.sha256 == sha256, f.kind == kind).values(content=content)
    )


def factor_sealed_otherwise(tx: Tx, prefix: bytes) -> Any | None:
    """Return (person_id, secret) of a second factor not yet under a key."""
    f = second_factor.c
    otherwise = sa.func.substr(f.secret, 1, PREFIX_BYTES) != prefix
    return tx.execute(sa.select(f.person_id, f.secret).where(otherwise).limit(1)).first()


def seal_factor(tx: Tx, person_id: int, secret: bytes) -> None:
    """Write anew the key of a second factor under seal."""
    f = second_factor.c
    tx.execute(sa.update(second_factor).where(f.person_id == person_id).values(secret=secret))


def factors(tx: Tx) -> list[Any]:
    """Return (person_id, secret) of every second factor."""
    chosen = sa.select(second_factor.c.person_id, second_factor.c.secret)
    return list(tx.execute(chosen.order_by(second_factor.c.person_id)))


def customers_after(tx: Tx, after: int, most: int) -> list[Any]:
    """Return customers who have something under seal, in blocks by id."""
    c = customer.c
    chosen = sa.select(customer).where(c.id > after, c.id_no_sealed.is_not(None))
    return list(tx.execute(chosen.order_by(c.id).limit(most)))


def files(tx: Tx) -> list[Any]:
    """Return (sha256, kind) of every file handed in."""
    return list(tx.execute(sa.select(intake_file.c.sha256, intake_file.c.kind)))


def file_content(tx: Tx, sha256: str, kind: str) -> bytes:
    """Return a file's content, under seal."""
    f = intake_file.c
    chosen = sa.select(f.content).where(f.sha256 == sha256, f.kind == kind)
    return bytes(tx.execute(chosen).scalar_one())
