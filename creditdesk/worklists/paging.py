"""A page of a list: its rows alone are told and named, however many the list has."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from creditdesk.engine.money import Dong
from creditdesk.figures import WorklistRow


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list in its order, how many rows all of it has, and their sum [dong]."""

    rows: tuple[WorklistRow, ...]
    count: int
    amount: Dong


@dataclass(frozen=True, slots=True)
class Unnamed:
    """Rows of a list that are told only where they are shown, as columns.

    first  what they are sorted by, rising, before commune, group and loan
    called what their customers are called
    tell   tells those at some places among these, in the order of the places
    """

    first: np.ndarray
    commune: np.ndarray
    group_no: np.ndarray
    amount: np.ndarray
    called: Callable[[], np.ndarray]
    tell: Callable[[list[int]], Sequence[WorklistRow]]


def cut(parts: Sequence[Unnamed], begins: int, most: int | None) -> Page:
    """Return a page of all parts together: by their order, then commune, group and loan.

    begins  the first row of the page, counted from 0
    most    how many rows it has at most; None: all that follow
    """
    amount = Dong(sum(int(part.amount.sum()) for part in parts))
    count = sum(len(part.amount) for part in parts)
    ends = count if most is None else min(count, begins + most)
    if begins >= ends:
        return Page((), count, amount)
    ranks = _ranks(parts)
    order = np.argsort(ranks, kind="stable")
    ranked = ranks[order]
    # Whoever shares a rank with a row of the page is told with it: only numbers tell them apart.
    since = int(np.searchsorted(ranked, ranked[begins]))
    until = int(np.searchsorted(ranked, ranked[ends - 1], side="right"))
    chosen = np.sort(order[since:until])
    told = zip(ranks[chosen].tolist(), _told(parts, chosen), strict=True)
    rows = [row for _, row in sorted(told, key=lambda one: (one[0], one[1].loan_no))]
    return Page(tuple(rows[begins - since : ends - since]), count, amount)


def by_name(parts: Sequence[Unnamed], key: Callable[[str], Any]) -> list[Unnamed]:
    """Return rows sorted first by what their customers are called; names of one key are alike."""
    columns = [part.called() for part in parts]
    names = pd.unique(np.concatenate(columns)) if columns else []
    keys = {name: key(name) for name in names}
    ranks = {one: at for at, one in enumerate(sorted(set(keys.values())))}
    place = {name: ranks[one] for name, one in keys.items()}
    return [
        replace(part, first=np.array([place[name] for name in column], dtype=np.int64))
        for part, column in zip(parts, columns, strict=True)
    ]


def _ranks(parts: Sequence[Unnamed]) -> np.ndarray:
    """Return a rising number for each row; the same for those of one group with an equal first."""
    found = np.zeros(sum(len(part.amount) for part in parts), dtype=np.int64)
    for name in ("first", "commune", "group_no"):
        column = np.concatenate([getattr(part, name) for part in parts])
        codes, values = pd.factorize(column, sort=True)
        found = found * len(values) + codes
    return found


def _told(parts: Sequence[Unnamed], chosen: np.ndarray) -> Iterator[WorklistRow]:
    """Yield the rows at some rising places among those of all parts."""
    start = 0
    for part in parts:
        inside = chosen[(chosen >= start) & (chosen < start + len(part.amount))] - start
        if len(inside):
            yield from part.tell(inside.tolist())
        start += len(part.amount)
