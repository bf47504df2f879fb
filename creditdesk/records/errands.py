"""Work that was asked for and takes long: what, by whom, who checked it, and what became of it."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from creditdesk.db import Tx, metadata

errand = sa.Table(
    "errand",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    # What it says, as JSON, and the code of the place it is about; empty: the whole book.
    sa.Column("said", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("ground", sa.Text, nullable=False),
    sa.Column("document_no", sa.Text, nullable=False),
    sa.Column("document_on", sa.Date),
    sa.Column("asked_at", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("checked_by", sa.Text, nullable=False),
    sa.Column("answered_at", sa.Text, nullable=False),
    # Who works on it, and until when they are believed to.
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("until", sa.Text, nullable=False),
    sa.Column("done", sa.BigInteger, nullable=False),
    sa.Column("whole", sa.BigInteger, nullable=False),
    sa.Column("result", sa.Text, nullable=False),
    sa.CheckConstraint(
        "state IN ('to-check', 'queued', 'running', 'done', 'refused', 'declined')", name="state"
    ),
    sa.CheckConstraint('"by" <> checked_by', name="two_persons"),
    sa.Index("ix_errand_state", "state", "id"),
)


def add_errand(tx: Tx, values: dict[str, Any]) -> int:
    """Write what is asked for and return its number."""
    return int(tx.execute(sa.insert(errand).values(**values).returning(errand.c.id)).scalar_one())


def find_errand(tx: Tx, number: int, *, hold: bool = False) -> Any | None:
    """Return an errand's row; kept from others until the transaction ends where it is held."""
    chosen = sa.select(errand).where(errand.c.id == number)
    return tx.execute(chosen.with_for_update() if hold else chosen).first()


def errands_after(
    tx: Tx, number: int | None, most: int, *, newest_first: bool, chosen: Mapping[str, str]
) -> list[Any]:
    """Return errands whose columns say what is chosen, after a number, in the order of numbers."""
    own = errand.c.id
    found = sa.select(errand).order_by(own.desc() if newest_first else own).limit(most)
    for name, said in chosen.items():
        found = found.where(errand.c[name] == said)
    if number is not None:
        found = found.where(own < number if newest_first else own > number)
    return list(tx.execute(found))


def change_errand(tx: Tx, number: int, **values: Any) -> None:
    """Write what became of an errand."""
    tx.execute(sa.update(errand).where(errand.c.id == number).values(**values))


def take_next(tx: Tx, holder: str, now: str, until: str) -> int | None:
    """Give the oldest errand that nobody works on to a holder, and return its number."""
    chosen = sa.select(errand.c.id).where(_free(now)).order_by(errand.c.id).limit(1)
    number = tx.execute(chosen.with_for_update(skip_locked=True)).scalar()
    if number is not None:
        change_errand(tx, number, state="running", holder=holder, until=until)
    return number


def _free(now: str) -> sa.ColumnElement[bool]:
    return (errand.c.state == "queued") | ((errand.c.state == "running") & (errand.c.until < now))


def nobody_works(tx: Tx, now: str) -> bool:
    """Return whether errands wait while nobody is believed to work on any."""
    held = sa.exists().where(errand.c.state == "running", errand.c.until >= now)
    return bool(tx.execute(sa.select(sa.exists().where(_free(now)) & ~held)).scalar())


def renew(tx: Tx, number: int, holder: str, until: str) -> None:
    """Believe for longer that somebody works on an errand, where it is still theirs."""
    mine = (errand.c.id == number) & (errand.c.holder == holder) & (errand.c.state == "running")
    tx.execute(sa.update(errand).where(mine).values(until=until))


def finish(tx: Tx, number: int, holder: str, state: str, result: str) -> bool:
    """Write how an errand ended; return whether it was still the holder's."""
    mine = (errand.c.id == number) & (errand.c.holder == holder) & (errand.c.state == "running")
    changed = tx.execute(sa.update(errand).where(mine).values(state=state, result=result))
    return changed.rowcount == 1
