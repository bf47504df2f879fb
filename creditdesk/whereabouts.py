"""Where the loans of a province are on a day: the contract's place, moves, and the map's heirs."""

from datetime import date

import numpy as np

from creditdesk import records
from creditdesk.columns import Axes
from creditdesk.communes import map_on
from creditdesk.db import Tx, read_columns


def moved(tx: Tx, signed: Axes, day: date) -> Axes:
    """Return loans, given where their contracts say, where they have moved to by a day."""
    moves = read_columns(tx, records.moves.places_query(signed.province, day))
    at = np.searchsorted(signed.ids, moves["loan_id"])
    changed = {name: signed.columns[name].copy() for name in records.moves.PLACE if len(at)}
    for name, column in changed.items():
        column[at] = moves[name]  # of several places of one loan the last is kept
    return _with(signed, changed)


def inherited(over: Axes, day: date) -> Axes:
    """Return loans of a commune that is no more on a day under the one that took in all of it."""
    places, codes = map_on(day), over.by("commune")
    heirs = np.array([places.heir(code) for code in codes.categories], dtype=object)
    if (heirs == codes.categories).all():
        return over
    return _with(over, {"commune": heirs[codes.codes]})


def _with(over: Axes, changed: dict[str, np.ndarray]) -> Axes:
    if not changed:
        return over
    same = {name: column for name, column in over.grouped.items() if name not in changed}
    return Axes(over.province, over.columns | changed, same)
