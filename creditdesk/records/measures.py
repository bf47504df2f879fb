"""Measures: one decision over many loans, the loans it reached, and the measure that undid it."""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from creditdesk.db import Tx, insert_rows, metadata

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")

measure = sa.Table(
    "measure",
    metadata,
    sa.Column("id", _Id, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("since", sa.Date, nullable=False),
    sa.Column("until", sa.Date),
    # Codes divided by commas; empty: all of them.
    sa.Column("places", sa.Text, nullable=False),
    sa.Column("programmes", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    # What the dry run told: sums as JSON.
    sa.Column("effect", sa.Text, nullable=False),
    sa.Column("act_id", sa.ForeignKey("act.id"), nullable=False),
    sa.Column("undoes", sa.ForeignKey("measure.id"), unique=True),
)

measure_line = sa.Table(
    "measure_line",
    metadata,
    sa.Column("measure_id", sa.ForeignKey("measure.id"), primary_key=True),
    sa.Column("loan_id", sa.ForeignKey("loan.id"), primary_key=True),
    sa.Column("province", sa.Text, nullable=False),
    sa.Column("receipt_no", sa.Text, nullable=False),
    sa.Column("principal", sa.BigInteger, nullable=False),
    sa.Column("interest", sa.BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

APPEND_ONLY = ("measure", "measure_line")
LINE_COLUMNS = tuple(column.name for column in measure_line.columns)


def next_number(tx: Tx) -> int:
    """Return the number of the next measure; who takes one keeps every other writer out."""
    return (
        int(tx.execute(sa.select(sa.func.coalesce(sa.func.max(measure.c.id), 0))).scalar_one()) + 1
    )


def add_measure(tx: Tx, values: dict[str, Any]) -> None:
    """Write one measure under its number."""
    tx.execute(sa.insert(measure).values(**values))


def add_lines(tx: Tx, lines: Iterable[Sequence[Any]]) -> int:
    """Write the loans that a measure reached, in the order of `LINE_COLUMNS`."""
    return insert_rows(tx, measure_line, LINE_COLUMNS, lines)


def find_measure(tx: Tx, number: int) -> Any | None:
    """Return one measure with its act, and the number of the one that undid it."""
    return tx.execute(_measures().where(measure.c.id == number)).first()


def measures(tx: Tx) -> list[Any]:
    """Return every measure with its act, oldest first; undoings are measures too."""
    return list(tx.execute(_measures().order_by(measure.c.id)))


def _measures() -> sa.Select[Any]:
    act, undoing = metadata.tables["act"], measure.alias()
    return sa.select(
        measure,
        act.c.by,
        act.c.checked_by,
        act.c.ground,
        act.c.document_no,
        act.c.document_on,
        act.c.recorded_at,
        undoing.c.id.label("undone_by"),
    ).select_from(
        measure.join(act, act.c.id == measure.c.act_id).outerjoin(
            undoing, undoing.c.undoes == measure.c.id
        )
    )


def reached_query(number: int) -> sa.Select[Any]:
    """Return the query for the ids of the loans that a measure reached."""
    return sa.select(measure_line.c.loan_id).where(measure_line.c.measure_id == number)


def lines_of(tx: Tx, number: int) -> list[Any]:
    """Return the loans that a measure reached, by inner number."""
    chosen = sa.select(measure_line).where(measure_line.c.measure_id == number)
    return list(tx.execute(chosen.order_by(measure_line.c.loan_id)))
