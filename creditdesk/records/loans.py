"""Loans: what each contract says, and the head of its chain of entries."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from creditdesk.db import Tx, metadata, on_sqlite
from creditdesk.records.households import each_of, numbered

loan = sa.Table(
    "loan",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("province", sa.Text, nullable=False),
    sa.Column("loan_no", sa.Text, nullable=False, unique=True),
    sa.Column("customer_id", sa.ForeignKey("customer.id"), nullable=False),
    sa.Column("household_id", sa.ForeignKey("household.id"), nullable=False),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Column("programme", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("investor", sa.Text, nullable=False),
    sa.Column("trustee", sa.Text, nullable=False),
    sa.Column("group_no", sa.Text, nullable=False),
    sa.Column("village_code", sa.Text, nullable=False),
    sa.Column("commune", sa.Text, nullable=False),
    sa.Column("office", sa.Text, nullable=False),
    sa.Column("session_day", sa.SmallInteger, nullable=False),
    sa.Column("signed_on", sa.Date, nullable=False),
    # Rates in hundred-millionths per year: whole numbers, exact on both databases.
    sa.Column("rate_e8", sa.BigInteger, nullable=False),
    sa.Column("overdue_rate_e8", sa.BigInteger, nullable=False),
    sa.Column("approved", sa.BigInteger, nullable=False),
    sa.Column("first_principal_on", sa.Date),
    sa.Column("every_months", sa.SmallInteger, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("grace_until", sa.Date),
    sa.Column("ladder", sa.Text, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("course_end_on", sa.Date),
    sa.Column("act_id", sa.ForeignKey("act.id"), nullable=False),
    sa.CheckConstraint("session_day BETWEEN 1 AND 28", name="session_day"),
    sa.CheckConstraint("approved > 0", name="approved"),
    sa.CheckConstraint("due_on > signed_on", name="due_after_signed"),
    sa.CheckConstraint("source IN ('1', '2')", name="source"),
    sa.CheckConstraint("source = '1' OR investor <> ''", name="investor_of_local"),
    sa.Index("ix_loan_province", "province", "id"),
    sa.Index("ix_loan_commune", "commune"),
    # What scopes ask of a group and of an office stands in the index itself.
    sa.Index("ix_loan_group_no", "group_no", "province", "commune", "office"),
    sa.Index("ix_loan_office", "office", "commune"),
    sa.Index("ix_loan_customer_id", "customer_id"),
    sa.Index("ix_loan_household_id", "household_id"),
)

loan_head = sa.Table(
    "loan_head",
    metadata,
    sa.Column("loan_id", sa.ForeignKey("loan.id"), primary_key=True),
    sa.Column("province", sa.Text, nullable=False),
    sa.Column("entries", sa.Integer, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
)

LOAN_COLUMNS = tuple(column.name for column in loan.columns)
HEAD_COLUMNS = tuple(column.name for column in loan_head.columns)


def add_loan(tx: Tx, values: dict[str, Any], start: bytes) -> int:
    """Write one loan with an empty chain and return its id."""
    key = int(tx.execute(sa.insert(loan).values(**values).returning(loan.c.id)).scalar_one())
    tx.execute(
        sa.insert(loan_head).values(
            loan_id=key, province=values["province"], entries=0, digest=start
        )
    )
    return key


def find_loan(tx: Tx, loan_no: str) -> Any | None:
    """Return a loan's row."""
    return tx.execute(sa.select(loan).where(loan.c.loan_no == loan_no)).first()


def join_writers(tx: Tx) -> None:
    """Take a writer's place at the table of entries, which every writer does before all else."""
    if not on_sqlite(tx):
        tx.exec_driver_sql("LOCK TABLE entry IN ROW EXCLUSIVE MODE")


def hold_contracts(tx: Tx) -> None:
    """Sign one contract after the other: numbers, households and groups are found or made once.

    Inner numbers then rise as transactions end, so that the newest one tells what is known.
    """
    join_writers(tx)
    if not on_sqlite(tx):
        tx.exec_driver_sql("LOCK TABLE loan IN SHARE ROW EXCLUSIVE MODE")


def lock_loan(tx: Tx, loan_no: str) -> Any | None:
    """Return a loan's row and keep others from changing the loan until the transaction ends."""
    return next(iter(lock_loans(tx, [loan_no])), None)


def lock_loans(tx: Tx, loan_nos: Collection[str]) -> list[Any]:
    """Return the rows of loans, each with `entries` and `digest` of its head, as `lock_loan` does.

    Loans are locked by number: two who lock several cannot wait for one another.
    """
    join_writers(tx)
    both = sa.select(*loan.c, loan_head.c.entries, loan_head.c.digest).join(loan_head)
    chosen = both.where(loan.c.loan_no.in_(loan_nos)).order_by(loan.c.loan_no)
    return list(tx.execute(chosen.with_for_update(of=loan_head)))


def find_loan_by_id(tx: Tx, loan_id: int) -> Any | None:
    """Return a loan's row by its inner number."""
    return tx.execute(sa.select(loan).where(loan.c.id == loan_id)).first()


def head_of(tx: Tx, loan_id: int) -> tuple[int, bytes]:
    """Return how many entries a loan has and the digest of the last."""
    found = tx.execute(
        sa.select(loan_head.c.entries, loan_head.c.digest).where(loan_head.c.loan_id == loan_id)
    ).one()
    return int(found[0]), bytes(found[1])


def heads_of(tx: Tx, loan_ids: Sequence[int]) -> dict[int, tuple[int, bytes]]:
    """Return (entries, digest) of some loans by id."""
    h = loan_head.c
    chosen = sa.select(h.loan_id, h.entries, h.digest).where(h.loan_id.in_(each_of(tx, loan_ids)))
    return {row[0]: (row[1], bytes(row[2])) for row in tx.execute(chosen)}


def move_heads(tx: Tx, heads: Iterable[tuple[int, int, bytes]]) -> None:
    """Write the new ends of many chains: (loan id, entries, digest)."""
    values = list(heads)
    if not values:
        return
    moved = sa.update(loan_head)
    if on_sqlite(tx):
        moved = moved.where(loan_head.c.loan_id == sa.bindparam("key"))
        moved = moved.values(entries=sa.bindparam("n"), digest=sa.bindparam("d"))
        tx.execute(moved, [dict(zip(("key", "n", "d"), row, strict=True)) for row in values])
        return
    # One question: a statement for each row goes to the server and back each time.
    columns = (
        sa.cast(list(column), ARRAY(kind))
        for column, kind in zip(zip(*values, strict=True), _END, strict=True)
    )
    ends = sa.func.unnest(*columns).table_valued("key", "n", "d").render_derived(name="ends")
    moved = moved.where(loan_head.c.loan_id == ends.c.key)
    tx.execute(moved.values(entries=ends.c.n, digest=ends.c.d))


_END: tuple[Any, ...] = (sa.BigInteger, sa.Integer, sa.LargeBinary)


def loan_ids(tx: Tx) -> dict[str, int]:
    """Return the id of every loan by its number."""
    return {row[0]: row[1] for row in tx.execute(sa.select(loan.c.loan_no, loan.c.id))}


def loans_by_id(tx: Tx, ids: Iterable[int]) -> Iterator[Any]:
    """Yield loans' rows in the order of their ids."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), 500):
        chosen = loan.c.id.in_(wanted[start : start + 500])
        yield from tx.execute(sa.select(loan).where(chosen).order_by(loan.c.id))


def loans_of_households(tx: Tx, household_ids: Iterable[int]) -> Iterator[Any]:
    """Yield the loans of households, each household's by day of signing and number."""
    wanted = sorted(set(household_ids))
    for start in range(0, len(wanted), 500):
        chosen = loan.c.household_id.in_(wanted[start : start + 500])
        yield from tx.execute(
            sa.select(loan).where(chosen).order_by(loan.c.signed_on, loan.c.loan_no)
        )


def standings_signed(
    tx: Tx, household_ids: Iterable[int], without: sa.Select[Any] | None = None
) -> Iterator[Any]:
    """Yield (household, day of signing, standing) as the contracts of households state it.

    without  the query for acts of which nothing counts
    """
    c, wanted = loan.c, sorted(set(household_ids))
    acts = [] if without is None else [c.act_id.not_in(without)]
    for start in range(0, len(wanted), 500):
        chosen = (c.household_id.in_(wanted[start : start + 500]), *acts)
        said = sa.select(c.household_id, c.signed_on, c.standing).where(*chosen)
        yield from tx.execute(said.order_by(c.signed_on, c.loan_no))


def of_household_query(household_id: int) -> sa.Select[Any]:
    """Return the query for the inner numbers of a household's loans."""
    return sa.select(loan.c.id).where(loan.c.household_id == household_id)


def numbers_of(tx: Tx, ids: Iterable[int]) -> dict[str, int]:
    """Return the numbers of some loans, each with its inner one."""
    wanted = sorted(ids)
    found: dict[str, int] = {}
    for start in range(0, len(wanted), 500):
        chosen = loan.c.id.in_(wanted[start : start + 500])
        found.update(iter(tx.execute(sa.select(loan.c.loan_no, loan.c.id).where(chosen))))
    return found


def holders_of(tx: Tx, beginning: str) -> set[int]:
    """Return the ids of the customers of whose loans a number begins so."""
    chosen = sa.select(loan.c.customer_id).where(numbered(loan.c.loan_no, beginning))
    return set(tx.execute(chosen).scalars())


def provinces(tx: Tx) -> list[str]:
    """Return the provinces that have loans, rising: one step of the index for each."""
    first = sa.select(sa.func.min(loan.c.province).label("code")).cte("found", recursive=True)
    next_one = sa.select(sa.func.min(loan.c.province)).where(loan.c.province > first.c.code)
    found = first.union_all(sa.select(next_one.scalar_subquery()).where(first.c.code.is_not(None)))
    return list(tx.execute(sa.select(found.c.code).where(found.c.code.is_not(None))).scalars())


def signed_later_query(province: str, acts: sa.Select[Any]) -> sa.Select[Any]:
    """Return the query for the inner numbers of a province's loans that some acts signed."""
    return sa.select(loan.c.id).where(loan.c.province == province, loan.c.act_id.in_(acts))


def axes_query(province: str) -> sa.Select[Any]:
    """Return the query for the columns by which a province's loans are grouped and reckoned."""
    return (
        sa.select(
            loan.c.id,
            loan.c.customer_id,
            loan.c.household_id,
            loan.c.commune,
            loan.c.programme,
            loan.c.source,
            loan.c.investor,
            loan.c.trustee,
            loan.c.office,
            loan.c.group_no,
            loan.c.village_code,
            loan.c.rate_e8,
            loan.c.overdue_rate_e8,
            loan.c.grace_until,
            loan.c.session_day,
            loan.c.signed_on,
            loan.c.due_on,
        )
        .where(loan.c.province == province)
        .order_by(loan.c.id)
    )
