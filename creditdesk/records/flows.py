"""Questions for what was lent, repaid and made due, loan by loan; to be read by columns."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from creditdesk.db import Tx
from creditdesk.records.ledger import (
    act,
    entered_before,
    entered_later,
    entry,
    posting,
)


def moved_query(
    province: str, since: date, until: date, kinds: Sequence[int], *, before: str | None = None
) -> sa.Select[Any]:
    """Return the query for what events of some kinds moved after a day up to another, per loan.

    What was undone adds up to nothing.

    before  a moment: what was recorded then or later does not count
    """
    p = posting.c
    return (
        sa.select(p.loan_id, sa.func.sum(p.amount * p.sign).label("amount"))
        .where(
            p.province == province,
            p.value_date > since,
            p.value_date <= until,
            p.kind.in_(kinds),
            *entered_before(p.entry_id, before),
        )
        .group_by(p.loan_id)
    )


_Side = tuple[date, str | None]


def entered_between(tx: Tx, loan_ids: Sequence[int], then: _Side, now: _Side) -> Iterator[Any]:
    """Yield what one side of the book holds of loans and an earlier one lacks, as it was written.

    A side is a day, up to whose end entries are valued, and the moment before which they were
    recorded; None: whenever.
    """
    e = entry.c
    lacking = [e.value_date > then[0]]
    lacking += [] if then[1] is None else [e.act_id.in_(entered_later(then[1]))]
    held = [e.value_date <= now[0]]
    held += [] if now[1] is None else [e.act_id.not_in(entered_later(now[1]))]
    columns = (e.loan_id, e.receipt_no, e.kind, e.value_date, e.amount, e.mirrors, e.act_id)
    said = sa.select(*columns, act.c.recorded_at).join(act, act.c.id == e.act_id)
    said = said.where(*held, sa.or_(*lacking)).order_by(e.id)
    for start in range(0, len(loan_ids), 500):
        yield from tx.execute(said.where(e.loan_id.in_(loan_ids[start : start + 500])))
