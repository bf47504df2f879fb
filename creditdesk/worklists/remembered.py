"""What the engine said of a loan: true again for as long as its chain ends where it ended then."""

from collections.abc import Callable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from creditdesk import arrears, records
from creditdesk.engine.policy import Policy
from creditdesk.worklists.looked import Found, Looked
from creditdesk.worklists.view import View

Rows = Callable[[Looked], Iterator[Found]]
_Said = tuple[tuple[int, Found], ...]
_MOST = 40_000
"""Answers that one process remembers of one database: some tens of megabytes."""


class _Memory:
    """What was said under one policy, by what was asked and the digest of the loan's chain."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.said: dict[tuple[Any, ...], _Said] = {}


_memories: WeakKeyDictionary[Any, _Memory] = WeakKeyDictionary()


def asked(view: View, ids: np.ndarray, rows: Rows) -> Iterator[tuple[int, int, Found]]:
    """Yield what rows say of loans, each with the loan's inner number and days late.

    rows  asks the engine about the loan alone: its contract and place, its chain, policy, the day
    """
    said, wanted = _of(view).said, ids.tolist()
    heads = records.loans.heads_of(view.tx, wanted)
    sessions = view.axes.columns["session_day"][np.searchsorted(view.axes.ids, ids)].tolist()
    keys = {
        loan_id: (rows, view.as_of, view.place.before, loan_id, heads[loan_id], session)
        for loan_id, session in zip(wanted, sessions, strict=True)
    }
    found = {loan_id: said[key] for loan_id, key in keys.items() if key in said}
    for loan in look(view, [loan_id for loan_id in wanted if loan_id not in found]):
        told = tuple((loan.late.days, one) for one in rows(loan))
        found[loan.row.id] = said[keys[loan.row.id]] = told
    for oldest in list(said)[: max(0, len(said) - _MOST)]:
        said.pop(oldest, None)
    for loan_id in wanted:
        for days_late, one in found[loan_id]:
            yield loan_id, days_late, one


def look(view: View, ids: list[int]) -> Iterator[Looked]:
    """Yield loans as the engine sees them, each looked at once however many lists ask."""
    known: dict[int, Looked] = view.once(_looked)
    strange = [loan_id for loan_id in ids if loan_id not in known]
    for loan in arrears.candidates(view.tx, strange, view.as_of, before=view.place.before):
        known[loan.row.id] = Looked(loan, view)
    return (known[loan_id] for loan_id in ids)


def _looked(_view: View) -> dict[int, Looked]:
    return {}


def _of(view: View) -> _Memory:
    known = _memories.get(view.tx.engine)
    if known is None or known.policy is not view.policy:
        known = _memories[view.tx.engine] = _Memory(view.policy)
    return known
