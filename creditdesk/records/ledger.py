"""The ledger: acts, entries, their postings and plan changes; all of it append-only."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import count
from typing import Any

import sqlalchemy as sa

from creditdesk.db import Tx, insert_rows, metadata, on_sqlite, row_text
from creditdesk.records.loans import loan

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")

act = sa.Table(
    "act",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("checked_by", sa.Text, nullable=False),
    sa.Column("ground", sa.Text, nullable=False),
    sa.Column("recorded_at", sa.Text, nullable=False),
    sa.Column("document_no", sa.Text, nullable=False, server_default=""),
    sa.Column("document_on", sa.Date),
    # Further facts of a decision, as JSON.
    sa.Column("particulars", sa.Text, nullable=False, server_default="{}"),
    sa.CheckConstraint("\"by\" <> ''", name="by"),
    sa.CheckConstraint('"by" <> checked_by', name="two_persons"),
)

entry = sa.Table(
    "entry",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("province", sa.Text, nullable=False),
    sa.Column("loan_id", sa.ForeignKey("loan.id"), nullable=False),
    sa.Column("value_date", sa.Date, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("until", sa.Date),
    sa.Column("receipt_no", sa.Text, nullable=False),
    # The entry that this one undoes, or the one whose place it takes after a replay.
    sa.Column("mirrors", sa.ForeignKey("entry.id")),
    sa.Column("replaces", sa.ForeignKey("entry.id")),
    sa.Column("act_id", sa.ForeignKey("act.id"), nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    # The due date that is moved, or the new end of a grace; rates in hundred-millionths a year.
    sa.Column("of_date", sa.Date),
    sa.Column("rate_e8", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("overdue_rate_e8", sa.BigInteger, nullable=False, server_default="0"),
    sa.CheckConstraint(
        "amount > 0 OR (amount = 0 AND kind IN "
        "('extend', 'carry-over', 'leave', 'shorten', 'rate', 'redate'))",
        name="amount",
    ),
    sa.Index("ix_entry_loan_id", "loan_id", "id"),
    sa.Index("ix_entry_value_date", "value_date"),
    sa.Index(
        "ix_entry_terms",
        "province",
        "loan_id",
        sqlite_where=sa.text("kind IN ('rate', 'leave')"),
        postgresql_where=sa.text("kind IN ('rate', 'leave')"),
    ),
    sa.Index(
        "uq_entry_receipt_no",
        "receipt_no",
        unique=True,
        sqlite_where=sa.text("mirrors IS NULL AND replaces IS NULL"),
        postgresql_where=sa.text("mirrors IS NULL AND replaces IS NULL"),
    ),
    sa.Index(
        "uq_entry_mirrors",
        "mirrors",
        unique=True,
        sqlite_where=sa.text("mirrors IS NOT NULL"),
        postgresql_where=sa.text("mirrors IS NOT NULL"),
    ),
    sa.Index(
        "uq_entry_replaces",
        "replaces",
        unique=True,
        sqlite_where=sa.text("replaces IS NOT NULL"),
        postgresql_where=sa.text("replaces IS NOT NULL"),
    ),
)

posting = sa.Table(
    "posting",
    metadata,
    sa.Column("entry_id", sa.ForeignKey("entry.id"), primary_key=True),
    sa.Column("line", sa.SmallInteger, primary_key=True),
    sa.Column("province", sa.Text, nullable=False),
    sa.Column("loan_id", sa.BigInteger, nullable=False),
    sa.Column("value_date", sa.Date, nullable=False),
    sa.Column("debit", sa.SmallInteger, nullable=False),
    sa.Column("credit", sa.SmallInteger, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    # What a mirror undoes counts against the same flow: +1 for a fact, -1 for its mirror.
    sa.Column("sign", sa.SmallInteger, nullable=False),
    sa.Column("kind", sa.SmallInteger, nullable=False),
    sa.CheckConstraint("amount > 0", name="amount"),
    sa.CheckConstraint("debit <> credit", name="two_accounts"),
    sa.CheckConstraint("sign IN (1, -1)", name="sign"),
    sa.Index("ix_posting_province_value_date", "province", "value_date"),
    sa.Index(
        "ix_posting_draws",
        *("province", "value_date", "loan_id", "sign", "amount"),
        sqlite_where=sa.text("kind = 1"),
        postgresql_where=sa.text("kind = 1"),
    ),
    sqlite_with_rowid=False,
)

plan_change = sa.Table(
    "plan_change",
    metadata,
    sa.Column("entry_id", sa.ForeignKey("entry.id"), primary_key=True),
    sa.Column("due_on", sa.Date, primary_key=True),
    sa.Column("province", sa.Text, nullable=False),
    sa.Column("loan_id", sa.BigInteger, nullable=False),
    sa.Column("value_date", sa.Date, nullable=False),
    # The first day at whose end this change makes principal late: after the due date, and decided.
    sa.Column("counts_from", sa.Date, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.CheckConstraint("amount <> 0", name="amount"),
    sa.Index("ix_plan_change_province_counts_from", "province", "counts_from"),
    sqlite_with_rowid=False,
)

intake_file = sa.Table(
    "intake_file",
    metadata,
    sa.Column("sha256", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("act_id", sa.ForeignKey("act.id"), nullable=False),
    sa.Column("unknown_columns", sa.Text, nullable=False),
    # The file itself, deflated and sealed: what was handed in can be shown again, unknown columns
    # included. Alone of the row it may be written anew, under another key: sha256 proves it.
    sa.Column("content", sa.LargeBinary, nullable=False),
)

ACT_COLUMNS = tuple(column.name for column in act.columns)
ENTRY_COLUMNS = tuple(column.name for column in entry.columns)
POSTING_COLUMNS = tuple(column.name for column in posting.columns)
PLAN_COLUMNS = tuple(column.name for column in plan_change.columns)

APPEND_ONLY = ("act", "entry", "posting", "plan_change", "intake_file", "loan", "loan_place")


# On PostgreSQL every writing transaction takes its place at the table of entries before any row,
# id or other table: a circle of waiting cannot form. SQLite knows one writer at a time anyway.


def hold_for_writing(tx: Tx) -> None:
    """Keep every other writer out until the transaction ends, so that ids can be given in bulk."""
    if on_sqlite(tx):
        # The indexes of a large book do not fit the driver's 2 MB: pages would go out and in.
        tx.exec_driver_sql("PRAGMA cache_size = -262144")
    else:
        tx.exec_driver_sql(
            "LOCK TABLE entry, act, loan, customer, household, credit_group IN EXCLUSIVE MODE"
        )


def hold_steady(tx: Tx) -> None:
    """Wait for writers in flight and keep new ones out: what is seen then has no gaps.

    Two who hold the book steady take turns, and each sees what the other kept.
    """
    if not on_sqlite(tx):
        tx.exec_driver_sql("LOCK TABLE entry IN SHARE ROW EXCLUSIVE MODE")


def next_id(tx: Tx, table: sa.Table) -> int:
    """Return the next free id of a table whose writers are kept out."""
    return (
        int(tx.execute(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))).scalar_one()) + 1
    )


def ids_for(tx: Tx, table: sa.Table, many: int) -> Iterator[int]:
    """Yield ids for rows written by one act, as the database gives them, so many at a time."""
    if on_sqlite(tx):
        yield from count(next_id(tx, table))
    given = sa.func.nextval(f"{table.name}_id_seq")
    block = sa.select(given).select_from(sa.func.generate_series(1, many))
    while True:
        yield from tx.execute(block).scalars().all()


def ids_given(tx: Tx, table: sa.Table) -> None:
    """Tell the database which ids were given by hand."""
    if not on_sqlite(tx):
        tx.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), "
            f"(SELECT max(id) FROM {table.name}))"
        )


def add_act(tx: Tx, values: dict[str, Any]) -> int:
    """Write one act and return its id."""
    return int(tx.execute(sa.insert(act).values(**values).returning(act.c.id)).scalar_one())


def add_acts(tx: Tx, acts: Iterable[Mapping[str, Any]]) -> None:
    """Write acts, each by its columns, with ids that were given."""
    rows = (row_text(one[name] for name in ACT_COLUMNS) for one in acts)
    insert_rows(tx, act, ACT_COLUMNS, rows)


def acts_of(tx: Tx, ids: Collection[int]) -> dict[int, Any]:
    """Return acts by their ids."""
    return {row.id: row for row in tx.execute(sa.select(act).where(act.c.id.in_(ids)))}


def act_of_receipt(tx: Tx, receipt_no: str) -> Any:
    """Return the act under which a receipt was entered first."""
    chosen = (
        sa.select(act)
        .join(entry, entry.c.act_id == act.c.id)
        .where(
            entry.c.receipt_no == receipt_no, entry.c.mirrors.is_(None), entry.c.replaces.is_(None)
        )
    )
    return tx.execute(chosen).one()


def acts_by_id(tx: Tx, act_ids: Iterable[int]) -> dict[int, Any]:
    """Return acts by their ids."""
    found: dict[int, Any] = {}
    wanted = list(act_ids)
    for start in range(0, len(wanted), 500):
        chosen = sa.select(act).where(act.c.id.in_(wanted[start : start + 500]))
        found.update((row.id, row) for row in tx.execute(chosen))
    return found


def find_receipt(tx: Tx, receipt_no: str) -> Any | None:
    """Return the original entry of a receipt number."""
    return tx.execute(
        sa.select(entry).where(
            entry.c.receipt_no == receipt_no, entry.c.mirrors.is_(None), entry.c.replaces.is_(None)
        )
    ).first()


def chains_of(
    tx: Tx, loan_ids: Sequence[int], before: str | None = None
) -> tuple[list[Any], list[Any], list[Any]]:
    """Return entries, postings and plan changes of some loans, each by loan, entry and line.

    before  a moment: what was recorded then or later does not count
    """
    said = {"loans": list(loan_ids)} | ({} if before is None else {"before": before})
    entries, postings, plans = (list(tx.execute(one, said)) for one in _chains(before is not None))
    return entries, postings, plans


@cache
def _chains(limited: bool) -> tuple[sa.Select[Any], sa.Select[Any], sa.Select[Any]]:
    """Return the queries of `chains_of`, put together once: every act asks them."""
    known = [entry.c.act_id.not_in(entered_later(sa.bindparam("before")))] if limited else []
    chosen = sa.and_(entry.c.loan_id.in_(sa.bindparam("loans", expanding=True)), *known)
    order = (entry.c.loan_id, entry.c.id)
    entries = sa.select(entry).where(chosen).order_by(*order)
    postings = (
        sa.select(posting)
        .join(entry, entry.c.id == posting.c.entry_id)
        .where(chosen)
        .order_by(*order, posting.c.line)
    )
    plans = (
        sa.select(plan_change)
        .join(entry, entry.c.id == plan_change.c.entry_id)
        .where(chosen)
        .order_by(*order, plan_change.c.due_on)
    )
    return entries, postings, plans


def entered_later(moment: str | sa.BindParameter[str]) -> sa.Select[Any]:
    """Return the query for the acts that were recorded at a moment or after it."""
    return sa.select(act.c.id).where(act.c.recorded_at >= moment)


def entered_before(entry_id: Any, before: str | None) -> list[sa.ColumnElement[bool]]:
    """Return the condition that rows are of entries recorded before a moment; none without one."""
    if before is None:
        return []
    later = sa.select(entry.c.id).where(entry.c.act_id.in_(entered_later(before)))
    return [entry_id.not_in(later)]


def entries_later(tx: Tx, moment: str) -> tuple[int, sa.Select[Any]] | None:
    """Return the oldest entry entered at a moment or after it, and the query for all; or None."""
    found = entry.c.act_id.in_(entered_later(moment))
    oldest = tx.execute(sa.select(sa.func.min(entry.c.id)).where(found)).scalar_one()
    if oldest is None:
        return None
    return int(oldest), sa.select(entry.c.id).where(found, entry.c.id >= oldest)


def last_entry(tx: Tx) -> int:
    """Return the id of the newest entry, 0 in an empty book."""
    return int(tx.execute(sa.select(sa.func.coalesce(sa.func.max(entry.c.id), 0))).scalar_one())


def last_value_date(tx: Tx) -> date | None:
    """Return the newest value date in the book."""
    found: date | None = tx.execute(sa.select(sa.func.max(entry.c.value_date))).scalar_one()
    return found


def known_receipts(tx: Tx, receipt_nos: Iterable[str]) -> dict[str, Any]:
    """Return the original entries of those receipt numbers that the book has."""
    found: dict[str, Any] = {}
    wanted = list(receipt_nos)
    for start in range(0, len(wanted), 500):
        block = wanted[start : start + 500]
        chosen = sa.select(entry).where(
            entry.c.receipt_no.in_(block), entry.c.mirrors.is_(None), entry.c.replaces.is_(None)
        )
        found.update((row.receipt_no, row) for row in tx.execute(chosen))
    return found


def find_file(tx: Tx, sha256: str, kind: str) -> Any | None:
    """Return what is known of a file by its content."""
    chosen = sa.select(intake_file.c.name, intake_file.c.rows, intake_file.c.act_id).where(
        intake_file.c.sha256 == sha256, intake_file.c.kind == kind
    )
    return tx.execute(chosen).first()


def files_taken(tx: Tx, by: str | None) -> list[Any]:
    """Return the files that were taken in with their acts, the newest first, without content."""
    f = intake_file.c
    found = sa.select(f.kind, f.name, f.rows, f.sha256, act.c.by, act.c.recorded_at)
    found = found.join(act, act.c.id == f.act_id).order_by(act.c.id.desc())
    return list(tx.execute(found if by is None else found.where(act.c.by == by)))


def add_file(tx: Tx, values: dict[str, Any]) -> None:
    """Keep a file that was taken in."""
    tx.execute(sa.insert(intake_file).values(**values))


def orphans(tx: Tx) -> dict[str, int]:
    """Return how many rows of each table point to a loan or an entry that is not there."""
    found = {}
    for table, key, parent in (
        (entry, entry.c.loan_id, loan),
        (posting, posting.c.entry_id, entry),
        (plan_change, plan_change.c.entry_id, entry),
    ):
        lost = (
            sa.select(sa.func.count())
            .select_from(table.outerjoin(parent, parent.c.id == key))
            .where(parent.c.id.is_(None))
        )
        found[table.name] = int(tx.execute(lost).scalar_one())
    return found
