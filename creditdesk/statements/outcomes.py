"""What became of households that were lent to: their standing at the loan, and on a later day."""

from collections import Counter
from datetime import date

import numpy as np
import pandas as pd

from creditdesk import households, standings
from creditdesk.columns import Axes, day_of, number_of
from creditdesk.communes import map_on
from creditdesk.db import Tx
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy
from creditdesk.figures import Outcome, Outcomes
from creditdesk.households import Told
from creditdesk.statements.books import Question, loans, names, placed

_AXES = ("commune", "programme")


def outcomes(tx: Tx, policy: Policy, question: Question, *, signed_from: date | None) -> Outcomes:
    """Return where households stood at the first loan of a period and stand at its end.

    A household is counted once in each row: by its first loan there.

    question     its first day does not matter
    signed_from  [date] the first day of signing that counts; None: that of the first loan

    Raises UnknownAxis, PeriodBackwards, PlaceNotFound.
    """
    question.check()

    def lent(over: Axes, inside: np.ndarray | None) -> pd.DataFrame:
        keys = {"signed": over.columns["signed_on"], "loan": over.ids}
        keys |= {axis: over.columns[axis] for axis in _AXES}
        return loans(tx, over, inside, question, keys)

    frame = placed(tx, question, lent)
    if signed_from is not None and len(frame):
        frame = frame[frame["signed"] >= number_of(signed_from)]
    if not len(frame):
        nothing = Outcome("", "", {}, 0, Dong(0), Dong(0))
        return Outcomes(signed_from or question.as_of, nothing, (), ())
    frame = frame.sort_values(["signed", "loan"])
    since = signed_from or day_of(int(frame["signed"].iloc[0]))
    known = question.known_on
    before = None if known is None else standings.recorded_after(known)
    told = households.told_of(tx, map(int, frame["household_id"].unique()), before)
    book = _Book(told, question.as_of, names(tx, policy, map_on(question.mapped)))
    return Outcomes(
        since, book.of(frame, "", ""), *(tuple(book.by(frame, axis)) for axis in _AXES)
    )


class _Book:
    def __init__(self, told: dict[int, Told], day: date, names: dict[str, dict[str, str]]) -> None:
        self._told, self._names = told, names
        self._now = {one: said.on(day) for one, said in told.items()}
        self._was: dict[tuple[int, int], str] = {}

    def by(self, frame: pd.DataFrame, axis: str) -> list[Outcome]:
        """Return a row for each key of an axis, rising."""
        return [
            self.of(inside, str(key), self._names.get(axis, {}).get(str(key), str(key)))
            for key, inside in frame.groupby(axis, sort=True)
        ]

    def of(self, frame: pd.DataFrame, key: str, name: str) -> Outcome:
        """Return what became of the households of some loans, which rise by day of signing."""
        first = frame.drop_duplicates("household_id")
        moves: Counter[tuple[str, str]] = Counter()
        listed = 0
        for one, signed in zip(
            first["household_id"].tolist(), first["signed"].tolist(), strict=True
        ):
            is_ = self._now[one]
            moves[self._stood(one, signed), is_.standing if is_ else ""] += 1
            listed += bool(is_ and is_.list_no)
        drawn, owed = (int(frame[name].sum()) for name in ("drawn_to_date", "outstanding"))
        return Outcome(key, name, dict(moves), listed, Dong(drawn), Dong(owed))

    def _stood(self, household: int, signed: int) -> str:
        """Return the standing of a household on a day of signing, found once for every row."""
        if (household, signed) not in self._was:
            spell = self._told[household].on(day_of(signed))
            self._was[household, signed] = spell.standing if spell else ""
        return self._was[household, signed]
