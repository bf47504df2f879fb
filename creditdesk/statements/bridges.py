"""The way between two maps: what left each commune, and where it went."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from creditdesk import standings
from creditdesk.communes import map_on
from creditdesk.db import Tx
from creditdesk.figures import Bridge
from creditdesk.statements.books import Question, Rows, loans, together

_THEN, _NOW = "commune_then", "commune_now"


def bridge(tx: Tx, question: Question, *, then: date) -> Bridge:
    """Return the book by the communes of two days: the way from one statement to the other.

    question  asked on the map of the later day; its axes do not matter. A commune asked for is
              that of either day: what left it and what came into it
    then      [date] the other day

    Raises PeriodBackwards, PlaceNotFound.
    """
    question = replace(question, axes=("commune",))
    question.check()
    maps = {_THEN: map_on(then), _NOW: map_on(question.mapped)}
    asked_of = _NOW if question.place in maps[_NOW].communes else _THEN
    province, commune = maps[asked_of].scope(question.place)

    def loans_of(code: str) -> pd.DataFrame:
        sides = {
            name: standings.axes(tx, code, there.day, question.known_on)
            for name, there in maps.items()
        }
        inside = None
        if commune:
            inside = np.logical_or(
                *(over.columns["commune"] == commune for over in sides.values())
            )
        keys = {name: over.by("commune") for name, over in sides.items()}
        return loans(tx, sides[_NOW], inside, question, keys)

    rows = Rows(together(tx, province, loans_of), {n: there.names for n, there in maps.items()})
    return Bridge(
        since=question.since,
        as_of=question.as_of,
        map_then=then,
        map_now=question.mapped,
        rows=rows.by(_THEN, _NOW),
        then=tuple(row for row in rows.by(_THEN) if commune in (None, *row.keys)),
        now=tuple(row for row in rows.by(_NOW) if commune in (None, *row.keys)),
        total=rows.total,
    )
