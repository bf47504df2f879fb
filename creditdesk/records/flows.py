"""Questions for what was lent, repaid and made due, loan by loan; to be read by columns."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from creditdesk.records.ledger import plan_change, posting

_Later = tuple[int, sa.Select[Any]] | None


def moved_after_query(
    province: str, after: int, kinds: Sequence[int], later: _Later = None
) -> sa.Select[Any]:
    """Return the query for every posting of some kinds that was written after an entry.

    later  what is left out, as `records.ledger.entries_later` has it
    """
    p = posting.c
    chosen = sa.select(p.loan_id, p.value_date, p.kind, p.amount, p.sign)
    chosen = chosen.where(p.province == province, p.kind.in_(kinds))
    chosen = chosen.where(p.entry_id > after) if after else chosen
    return chosen.where(p.entry_id.not_in(later[1])) if later else chosen


def plans_of_query(
    province: str, day: date, loan_ids: Sequence[int], later: _Later = None
) -> sa.Select[Any]:
    """Return the query for what the plan of a day made due before it, of some loans.

    later  what is left out, as `records.ledger.entries_later` has it
    """
    c = plan_change.c
    chosen = sa.select(c.loan_id, c.due_on, c.amount)
    chosen = chosen.where(c.province == province, c.counts_from <= day, c.loan_id.in_(loan_ids))
    return chosen.where(c.entry_id.not_in(later[1])) if later else chosen
