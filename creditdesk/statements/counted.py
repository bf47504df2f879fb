"""A question's loans as the books themselves count them: what figures are held against."""

from collections import Counter
from typing import NamedTuple

import numpy as np
import pandas as pd

from creditdesk import records, standings
from creditdesk.columns import Axes
from creditdesk.communes import map_on
from creditdesk.db import Tx
from creditdesk.engine.journal import KIND_CODE, PRINCIPAL, Kind
from creditdesk.evidence import Counted
from creditdesk.ledger import DIRECT
from creditdesk.statements.books import Question, among, chosen
from creditdesk.statements.flows import principal


class _Province(NamedTuple):
    """What one province has: sums by name, who owes, and which loans were added up."""

    sums: Counter[str]
    owing: np.ndarray
    loans: np.ndarray


def counted(tx: Tx, question: Question) -> Counted:
    """Return what the books hold of a question's loans; raises PlaceNotFound."""
    province, commune = map_on(question.mapped).scope(question.place)
    many = [
        _of_province(tx, question, code, commune)
        for code in ([province] if province else records.loans.provinces(tx))
    ]
    sums: Counter[str] = Counter()
    for one in many:
        sums.update(one.sums)
    ids = np.concatenate([one.loans for one in many]) if many else np.array([])
    owing = np.concatenate([one.owing for one in many]) if many else np.array([])
    return Counted(
        drawn=sums["drawn"],
        rebooked=sums["rebooked"],
        collected=tuple(sums[account.name] for account in PRINCIPAL),
        households=len(pd.unique(owing)),
        rows=len(ids),
        loans=len(pd.unique(ids)),
        contracts=sums["contracts"],
        undrawn=sums["undrawn"],
        closed_drawn=sums["closed_drawn"],
        closed_left=sums["closed_left"],
    )


def _of_province(tx: Tx, question: Question, code: str, commune: str | None) -> _Province:
    known_on = question.known_on
    over = standings.axes(tx, code, question.mapped, known_on)
    now = standings.image(tx, code, question.as_of, known_on)
    inside = among(over, now, question.within) & standings.signed_by(tx, over, known_on)
    if commune:
        inside &= over.columns["commune"] == commune
    if not question.direct:
        inside &= over.by("trustee") != DIRECT
    wanted = inside & chosen(over, now, question)
    owing = wanted & (now.outstanding > 0)
    closed = wanted & ~owing
    sums = _booked(tx, question, over, over.ids[wanted])
    sums["contracts"] = int(inside.sum())
    sums["undrawn"] = int((inside & (now["draws"] == 0)).sum())
    sums["closed_drawn"] = int(now["drawn"][closed].sum())
    sums["closed_left"] = int((now["repaid"] + now["written_off"])[closed].sum())
    return _Province(sums, over.columns["household_id"][owing], over.ids[wanted])


def _booked(tx: Tx, question: Question, over: Axes, loans: np.ndarray) -> Counter[str]:
    """Return what the entries of the period moved of some loans [dong]."""
    rows = principal(tx, over.province, question)
    mine = np.isin(rows["loan_id"], loans)
    kinds, accounts, amounts = (rows[name][mine] for name in ("kind", "account", "amount"))
    found: Counter[str] = Counter()
    for name, kind in (("drawn", Kind.DRAW), ("rebooked", Kind.REBOOK)):
        found[name] = int(amounts[kinds == KIND_CODE[kind]].sum())
    repaid = kinds == KIND_CODE[Kind.PRINCIPAL]
    for account in PRINCIPAL:
        found[account.name] = int(amounts[repaid & (accounts == account.value)].sum())
    return found
