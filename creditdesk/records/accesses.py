"""The journal of accesses: who saw which persons, append-only, each line linked to the last."""

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from creditdesk.db import Tx, metadata
from creditdesk.records.households import customer, household
from creditdesk.records.loans import loan

access_line = sa.Table(
    "access_line",
    metadata,
    # Counted from 1 without a gap.
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("act", sa.Text, nullable=False),
    sa.Column("subject_kind", sa.Text, nullable=False),
    sa.Column("subject_no", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("persons", sa.Integer, nullable=False),
    # Of one person the number; of several their numbers, one a line, deflated.
    sa.Column("customer_no", sa.Text, nullable=False),
    sa.Column("people", sa.LargeBinary),
    sa.Column("request_id", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.CheckConstraint("who <> ''", name="who"),
    sa.CheckConstraint("channel IN ('web', 'api', 'cli', 'paper', 'job')", name="channel"),
    sa.CheckConstraint("persons >= 0", name="persons"),
    sa.Index("ix_access_line_at", "at"),
    sa.Index("ix_access_line_customer_no", "customer_no"),
    sa.Index("ix_access_line_who", "who"),
)

access_head = sa.Table(
    "access_head",
    metadata,
    sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("lines", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.CheckConstraint("one = 1", name="one"),
)

access_cut = sa.Table(
    "access_cut",
    metadata,
    # The last line that was taken away when its time was over, and the digest that it had.
    sa.Column("until", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
)

APPEND_ONLY = ("access_line", "access_cut")
_BLOCK = 10_000
_PART = 500


def take_head(tx: Tx) -> tuple[int, bytes]:
    """Return how many lines there are and the last one's digest; other writers wait until the end.

    The row is there since the tables are.
    """
    row = tx.execute(sa.select(access_head).with_for_update()).one()
    return int(row.lines), bytes(row.digest)


def head(tx: Tx) -> tuple[int, bytes]:
    """Return how many lines there are and the last one's digest."""
    row = tx.execute(sa.select(access_head)).one()
    return int(row.lines), bytes(row.digest)


def add(tx: Tx, values: dict[str, Any]) -> None:
    """Write a line whose number and digest follow on the head, and move the head."""
    tx.execute(sa.insert(access_line).values(**values))
    tx.execute(sa.update(access_head).values(lines=values["number"], digest=values["digest"]))


def lines(tx: Tx, after: int = 0) -> Iterator[Any]:
    """Yield the lines after a number, rising."""
    while True:
        chosen = sa.select(access_line).where(access_line.c.number > after)
        block = list(tx.execute(chosen.order_by(access_line.c.number).limit(_BLOCK)))
        yield from block
        if len(block) < _BLOCK:
            return
        after = block[-1].number


def lines_since(
    tx: Tx,
    since: str,
    who: str | None = None,
    *,
    after: int | None = None,
    newest_first: bool = False,
) -> Iterator[Any]:
    """Yield the lines from a moment on, of one user or of all, some at a time.

    after  the number of the line after which they begin
    """
    own = access_line.c.number
    chosen = sa.select(access_line).where(access_line.c.at >= since)
    chosen = chosen if who is None else chosen.where(access_line.c.who == who)
    chosen = chosen.order_by(own.desc() if newest_first else own).limit(_PART)
    while True:
        if after is not None:
            chosen = chosen.where(own < after if newest_first else own > after)
        part = list(tx.execute(chosen))
        yield from part
        if len(part) < _PART:
            return
        after = part[-1].number


def lines_on_persons(tx: Tx, customer_no: str, since: str) -> Iterator[Any]:
    """Yield the lines from a moment on that show one person, or several of which one may be."""
    a = access_line.c
    chosen = a.people.is_not(None) | (a.customer_no == customer_no)
    yield from tx.execute(sa.select(access_line).where(a.at >= since, chosen).order_by(a.number))


def last_before(tx: Tx, moment: str) -> Any | None:
    """Return the last line of those before the first that is not older than a moment."""
    a = access_line.c
    younger = sa.select(sa.func.min(a.number)).where(a.at >= moment).scalar_subquery()
    chosen = sa.select(access_line).where(younger.is_(None) | (a.number < younger))
    return tx.execute(chosen.order_by(a.number.desc()).limit(1)).first()


def cut(tx: Tx, values: dict[str, Any]) -> int:
    """Take away the lines up to a number, keeping the digest of the last; return how many."""
    tx.execute(sa.insert(access_cut).values(**values))
    gone = sa.delete(access_line).where(access_line.c.number <= values["until"])
    return int(tx.execute(gone).rowcount)


def last_cut(tx: Tx) -> tuple[int, bytes]:
    """Return the last line that was taken away and its digest; (0, b"") for none."""
    chosen = sa.select(access_cut).order_by(access_cut.c.until.desc()).limit(1)
    row = tx.execute(chosen).first()
    return (int(row.until), bytes(row.digest)) if row else (0, b"")


def customers_of_loans(tx: Tx, loan_nos: Iterable[str]) -> Iterator[str]:
    """Yield the numbers of the customers of some loans."""
    wanted = sorted(set(loan_nos))
    chosen = sa.select(customer.c.customer_no).join(loan, loan.c.customer_id == customer.c.id)
    for start in range(0, len(wanted), 500):
        block = loan.c.loan_no.in_(wanted[start : start + 500])
        yield from tx.execute(chosen.where(block)).scalars()


def customers_behind(tx: Tx, kind: str, number: str) -> list[str]:
    """Return the numbers of the customers of a loan or a household."""
    chosen = sa.select(customer.c.customer_no).order_by(customer.c.customer_no)
    if kind == "loan":
        chosen = chosen.join(loan, loan.c.customer_id == customer.c.id)
        chosen = chosen.where(loan.c.loan_no == number)
    else:
        chosen = chosen.join(household, household.c.id == customer.c.household_id)
        chosen = chosen.where(household.c.household_no == number)
    return list(tx.execute(chosen).scalars())
