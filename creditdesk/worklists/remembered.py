"""What the engine said of a loan: true again for as long as its chain ends where it ended then."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from creditdesk import arrears, records
from creditdesk.engine.policy import Policy
from creditdesk.worklists.looked import Found, Looked
from creditdesk.worklists.view import View

Rows = Callable[[Looked], Iterator[Found]]
_MOST = 24
"""Questions of which one process remembers the answers, one for each loan that was asked about."""


class _Answer(NamedTuple):
    """What was said of a loan, and what of: the end of its chain and its day of session."""

    head: tuple[int, bytes]
    session_day: int
    said: tuple[tuple[int, Found], ...]


class _Memory:
    """What was said under one policy, by what was asked and by loan."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.answers: dict[tuple[Any, ...], dict[int, _Answer]] = {}

    def of(self, question: tuple[Any, ...]) -> dict[int, _Answer]:
        found = self.answers.pop(question, {})
        for oldest in list(self.answers)[: 1 - _MOST]:
            self.answers.pop(oldest, None)
        self.answers[question] = found  # last again: the least asked for goes first
        return found


_memories: WeakKeyDictionary[Any, _Memory] = WeakKeyDictionary()


def asked(view: View, ids: np.ndarray, rows: Rows) -> Iterator[tuple[int, int, Found]]:
    """Yield what rows say of loans, each with the loan's inner number and days late.

    rows  asks the engine about the loan alone: its contract and place, its chain, policy, the day
    """
    known = _of(view).of((rows, view.as_of, view.place.before))
    heads = _heads(view, ids.tolist())
    days = view.axes.columns["session_day"][np.searchsorted(view.axes.ids, ids)].tolist()
    found, strange = {}, {}
    for loan_id, day in zip(ids.tolist(), days, strict=True):
        answer = known.get(loan_id)
        if answer is not None and answer[:2] == (heads[loan_id], day):
            found[loan_id] = answer.said
        else:
            strange[loan_id] = day
    for loan in look(view, list(strange)):
        key, said = loan.row.id, tuple((loan.late.days, one) for one in rows(loan))
        found[key] = said
        known[key] = _Answer(heads[key], strange[key], said)
    for loan_id in ids.tolist():
        for days_late, one in found[loan_id]:
            yield loan_id, days_late, one


def look(view: View, ids: list[int]) -> Iterator[Looked]:
    """Yield loans as the engine sees them, each looked at once however many lists ask."""
    known: dict[int, Looked] = view.once(_looked)
    strange = [loan_id for loan_id in ids if loan_id not in known]
    for loan in arrears.candidates(view.tx, strange, view.as_of, before=view.place.before):
        known[loan.row.id] = Looked(loan, view)
    return (known[loan_id] for loan_id in ids)


def _heads(view: View, ids: list[int]) -> dict[int, tuple[int, bytes]]:
    """Return where the chains of loans end, at least of these, each asked for once."""
    known: dict[int, tuple[int, bytes]] = view.once(_ends)
    known |= records.loans.heads_of(view.tx, [loan_id for loan_id in ids if loan_id not in known])
    return known


def _looked(_view: View) -> dict[int, Looked]:
    return {}


def _ends(_view: View) -> dict[int, tuple[int, bytes]]:
    return {}


def _of(view: View) -> _Memory:
    known = _memories.get(view.tx.engine)
    if known is None or known.policy is not view.policy:
        known = _memories[view.tx.engine] = _Memory(view.policy)
    return known
