"""Where the loans of a province are on a day: the contract's place, moves, and the map's heirs."""

from datetime import date
from typing import Any, NamedTuple

import numpy as np

from creditdesk import communes, records
from creditdesk.columns import Axes
from creditdesk.db import Tx, read_columns
from creditdesk.errors import NotFound


class MoveNotFound(NotFound):
    """No move was made by this act."""

    code = "move-not-found"


def moved(tx: Tx, signed: Axes, day: date, before: str | None = None) -> Axes:
    """Return loans, given where their contracts say, where they have moved to by a day.

    before  a moment: of what was recorded then or later nothing is known
    """
    moves = read_columns(tx, records.moves.places_query(signed.province, day, before))
    at = np.searchsorted(signed.ids, moves["loan_id"])
    changed = {name: signed.columns[name].copy() for name in records.moves.PLACE if len(at)}
    for name, column in changed.items():
        column[at] = moves[name]  # of several places of one loan the last is kept
    return _with(signed, changed)


def inherited(over: Axes, day: date) -> Axes:
    """Return loans of a commune that is no more on a day under the one that took in all of it."""
    places, codes = communes.map_on(day), over.by("commune")
    heirs = np.array([places.heir(code) for code in codes.categories], dtype=object)
    if (heirs == codes.categories).all():
        return over
    return _with(over, {"commune": heirs[codes.codes]})


def _with(over: Axes, changed: dict[str, np.ndarray]) -> Axes:
    if not changed:
        return over
    same = {name: column for name, column in over.grouped.items() if name not in changed}
    return Axes(over.province, over.columns | changed, same)


class Made(NamedTuple):
    """A move that was made: by which act, from which day, of how many loans."""

    act_id: int
    day: date
    loans: int
    taken_back: bool


def move(tx: Tx, act_id: int) -> Made:
    """Return the move that an act made; raises MoveNotFound."""
    rows = rows_of(tx, act_id)
    day, taken_back = min(row.since for row in rows), any(row.taken_back for row in rows)
    return Made(act_id, day, len(rows), taken_back)


def of_move(tx: Tx, act_id: int, day: date) -> list[tuple[str, str, str, str]]:
    """Return where the loans that an act moved lie on a day, as scopes know places.

    Raises MoveNotFound.
    """
    found = communes.places_on(tx, records.moves.moved_query(act_id), day)
    if not found:
        raise MoveNotFound(act=act_id)
    return found


def rows_of(tx: Tx, act_id: int) -> list[Any]:
    """Return the places that the move of an act wrote; raises MoveNotFound."""
    rows = [row for row in records.moves.moves_of_act(tx, act_id) if row.mirrors is None]
    if not rows:
        raise MoveNotFound(act=act_id)
    return rows
