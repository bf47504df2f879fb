"""Where loans have moved to: dated places beside the contract's own, append-only like it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa

from creditdesk.db import Tx, insert_rows, metadata, on_sqlite, row_text
from creditdesk.records.ledger import entered_later
from creditdesk.records.loans import join_writers, loan

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")

loan_place = sa.Table(
    "loan_place",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("loan_id", sa.ForeignKey("loan.id"), nullable=False),
    sa.Column("province", sa.Text, nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("commune", sa.Text, nullable=False),
    sa.Column("village_code", sa.Text, nullable=False),
    sa.Column("group_no", sa.Text, nullable=False),
    sa.Column("office", sa.Text, nullable=False),
    sa.Column("session_day", sa.SmallInteger, nullable=False),
    # The place that this row takes back: neither of the two counts.
    sa.Column("mirrors", sa.ForeignKey("loan_place.id")),
    sa.Column("act_id", sa.ForeignKey("act.id"), nullable=False),
    sa.CheckConstraint("session_day BETWEEN 1 AND 28", name="session_day"),
    sa.Index("ix_loan_place_loan_id", "loan_id", "since", "id"),
    sa.Index("ix_loan_place_province_since", "province", "since"),
    sa.Index("ix_loan_place_act_id", "act_id"),
    sa.Index(
        "uq_loan_place_mirrors",
        "mirrors",
        unique=True,
        sqlite_where=sa.text("mirrors IS NOT NULL"),
        postgresql_where=sa.text("mirrors IS NOT NULL"),
    ),
)

PLACE = ("commune", "village_code", "group_no", "office", "session_day")
"""What makes the place of a loan: columns of its contract, and of every move."""

_WRITTEN = ("loan_id", "province", "since", *PLACE, "mirrors", "act_id")


def _live(row: Any, before: Any = None) -> list[sa.ColumnElement[bool]]:
    """Return the conditions under which a row counts: it takes nothing back, nor is it taken.

    before  a moment: what was recorded then or later does not count
    """
    taken = loan_place.alias()
    known = [] if before is None else [taken.c.act_id.not_in(entered_later(before))]
    told = [] if before is None else [row.c.act_id.not_in(entered_later(before))]
    return [
        row.c.mirrors.is_(None),
        ~sa.exists().where(taken.c.mirrors == row.c.id, *known),
        *told,
    ]


def hold_moves(tx: Tx) -> None:
    """Move one lot of loans after the other, so that ids rise as transactions end."""
    join_writers(tx)
    if not on_sqlite(tx):
        tx.exec_driver_sql("LOCK TABLE loan_place IN SHARE ROW EXCLUSIVE MODE")


def newest(tx: Tx, province: str) -> tuple[int, int]:
    """Return the newest inner numbers of a province's loans and of all moves, 0 where none are."""
    of_loans = sa.select(sa.func.coalesce(sa.func.max(loan.c.id), 0)).where(
        loan.c.province == province
    )
    of_moves = sa.select(sa.func.coalesce(sa.func.max(loan_place.c.id), 0))
    found = tx.execute(sa.select(of_loans.scalar_subquery(), of_moves.scalar_subquery())).one()
    return int(found[0]), int(found[1])


def places_query(province: str, day: date, before: str | None = None) -> sa.Select[Any]:
    """Return the query for all places to which loans of a province moved by a day, oldest first.

    Of several places of a loan the last one holds on the day.

    before  a moment: what was recorded then or later does not count
    """
    return (
        sa.select(loan_place.c.loan_id, *(loan_place.c[name] for name in PLACE))
        .where(
            loan_place.c.province == province,
            loan_place.c.since <= day,
            *_live(loan_place, before),
        )
        .order_by(loan_place.c.since, loan_place.c.id)
    )


def moves_after(tx: Tx, province: str, day: date) -> list[Any]:
    """Return the places to which loans of a province move after a day, oldest first."""
    chosen = (
        sa.select(loan_place, loan.c.loan_no, loan.c.household_id)
        .join(loan, loan.c.id == loan_place.c.loan_id)
        .where(loan_place.c.province == province, loan_place.c.since > day, *_live(loan_place))
        .order_by(loan_place.c.since, loan_place.c.id)
    )
    return list(tx.execute(chosen))


def moves_of_act(tx: Tx, act_id: int) -> list[Any]:
    """Return the places that an act wrote, each with whether it is `taken_back`."""
    taken = loan_place.alias()
    chosen = (
        sa.select(loan_place, taken.c.id.is_not(None).label("taken_back"))
        .outerjoin(taken, taken.c.mirrors == loan_place.c.id)
        .where(loan_place.c.act_id == act_id)
        .order_by(loan_place.c.id)
    )
    return list(tx.execute(chosen))


def all_moves(tx: Tx) -> list[Any]:
    """Return every place ever written, with what its loan's row says."""
    held = (loan.c.loan_no, loan.c.signed_on, loan.c.province.label("province_of_loan"))
    chosen = (
        sa.select(loan_place, *held)
        .outerjoin(loan, loan.c.id == loan_place.c.loan_id)
        .order_by(loan_place.c.id)
    )
    return list(tx.execute(chosen))


def add_places(tx: Tx, rows: Iterable[Sequence[Any]]) -> None:
    """Write places: (loan id, province, since, the columns of PLACE, mirrors, act id)."""
    insert_rows(tx, loan_place, _WRITTEN, map(row_text, rows))


@cache
def _located(known: bool = False) -> sa.Select[Any]:
    """Return the query for loans' rows in which the place is the one that holds on `on_day`.

    It is made once: making it takes many times longer than asking it of one loan.

    known  whether what was recorded at the moment `before` or later does not count
    """
    day = sa.bindparam("on_day", type_=sa.Date)
    before = sa.bindparam("before", type_=sa.Text) if known else None
    of_loan, held = loan_place.alias(), loan_place.alias()
    newest = (
        sa.select(of_loan.c.id)
        .where(of_loan.c.loan_id == loan.c.id, of_loan.c.since <= day, *_live(of_loan, before))
        .order_by(of_loan.c.since.desc(), of_loan.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    columns = [
        sa.func.coalesce(held.c[column.name], column).label(column.name)
        if column.name in PLACE
        else column
        for column in loan.columns
    ]
    return sa.select(*columns).select_from(loan.outerjoin(held, held.c.id == newest))


def find_loan_on(tx: Tx, loan_no: str, day: date, before: str | None = None) -> Any | None:
    """Return a loan's row with its place on a day.

    before  a moment: what was recorded then or later does not count
    """
    return next(iter(find_loans_on(tx, [loan_no], day, before)), None)


def find_loans_on(
    tx: Tx, loan_nos: Collection[str], day: date, before: str | None = None
) -> list[Any]:
    """Return the rows of some loans with their places on a day, in no order."""
    said = {"of_nos": list(loan_nos)} | _asked(day, before)
    return list(tx.execute(_located_some(known=before is not None), said))


@cache
def _located_some(known: bool) -> sa.Select[Any]:
    return _located(known).where(loan.c.loan_no.in_(sa.bindparam("of_nos", expanding=True)))


def _asked(day: date, before: str | None) -> dict[str, Any]:
    return {"on_day": day} if before is None else {"on_day": day, "before": before}


def loans_on(tx: Tx, ids: Iterable[int], day: date, before: str | None = None) -> Iterator[Any]:
    """Yield loans' rows with their places on a day, in the order of their ids.

    before  a moment: what was recorded then or later does not count
    """
    wanted, located = sorted(ids), _located(before is not None).order_by(loan.c.id)
    for start in range(0, len(wanted), 500):
        chosen = loan.c.id.in_(wanted[start : start + 500])
        yield from tx.execute(located.where(chosen), _asked(day, before))


def places_on(tx: Tx, ids: sa.Select[Any], day: date) -> list[Any]:
    """Return every (province, commune, office, group) where the loans of a query lie on a day."""
    there = _located().where(loan.c.id.in_(ids)).subquery().c
    chosen = sa.select(there.province, there.commune, there.office, there.group_no)
    return list(tx.execute(chosen.distinct(), {"on_day": day}))


def moved_query(act_id: int) -> sa.Select[Any]:
    """Return the query for the ids of the loans that an act moved."""
    rows = loan_place.c
    return sa.select(rows.loan_id).where(rows.act_id == act_id, rows.mirrors.is_(None))


def offices_of(tx: Tx, commune: str) -> list[str]:
    """Return the offices that have, or had, a loan in a commune, rising."""
    found = sa.union(
        *(sa.select(t.c.office).where(t.c.commune == commune) for t in (loan, loan_place))
    )
    return sorted(tx.execute(found).scalars())


def places_with(tx: Tx, column: str, key: str) -> list[Any]:
    """Return every (province, commune, office, group) where loans of a key are, or were."""
    found = sa.union(
        *(
            sa.select(t.c.province, t.c.commune, t.c.office, t.c.group_no).where(
                t.c[column] == key
            )
            for t in (loan, loan_place)
        )
    )
    return list(tx.execute(found))


def communes_of_offices(tx: Tx, offices: Iterable[str]) -> list[str]:
    """Return the communes in which offices have, or had, a loan, rising."""
    wanted = sorted(set(offices))
    found = sa.union(
        *(sa.select(t.c.commune).where(t.c.office.in_(wanted)) for t in (loan, loan_place))
    )
    return sorted(tx.execute(found).scalars())
