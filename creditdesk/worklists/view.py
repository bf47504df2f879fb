"""The loans of a place as columns on a day: who is on a list is asked of all at once."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from creditdesk import arrears, measures, records, standings
from creditdesk.arrears import Place
from creditdesk.columns import Axes, Earned, Image, day_of, number_of
from creditdesk.db import Tx
from creditdesk.engine.dated import History
from creditdesk.engine.days import months_after, next_session
from creditdesk.engine.journal import KIND_CODE, Kind
from creditdesk.engine.policy import Policy

Answer = TypeVar("Answer")
_AHEAD = timedelta(days=62)


class Unpaid(NamedTuple):
    """Interest not yet collected [dong]: what is due, and that of the grace, which is not."""

    due: np.ndarray
    grace: np.ndarray


class View:
    """The loans of one province that lie in a place on a day, one value per loan in every column.

    Whoever asks for a small place pays for a small place.
    """

    def __init__(self, tx: Tx, policy: Policy, province: str, place: Place, as_of: date) -> None:
        """Look at a place in a province; nothing is read before it is asked for."""
        self.tx, self.policy, self.province, self.as_of = tx, policy, province, as_of
        self.place = place
        self._known: tuple[date, dict[str, np.ndarray]] | None = None
        self._images: dict[date, Image] = {}
        self._answers: dict[Any, Any] = {}

    def once(self, ask: Callable[["View"], Answer]) -> Answer:
        """Return the answer to a question of this view, found when it is first asked."""
        if ask not in self._answers:
            self._answers[ask] = ask(self)
        answer: Answer = self._answers[ask]
        return answer

    @cached_property
    def _inside(self) -> np.ndarray | None:
        """Return the places of the loans among all of the province; None where all lie inside."""
        inside = self.place.inside(
            standings.axes(self.tx, self.province, self.as_of, self.place.known_on)
        )
        return None if inside.all() else np.flatnonzero(inside)

    @cached_property
    def whole(self) -> "View":
        """Return the view of all of the province."""
        if self._inside is None:
            return self
        whole = Place(self.province, known_on=self.place.known_on)
        return View(self.tx, self.policy, self.province, whole, self.as_of)

    @cached_property
    def axes(self) -> Axes:
        """Return what the contracts say, and where the loans are on the day."""
        over = standings.axes(self.tx, self.province, self.as_of, self.place.known_on)
        return over if self._inside is None else over.part(self._inside)

    @cached_property
    def now(self) -> Image:
        """Return where the loans stand at the end of the day."""
        return self.image(self.as_of)

    def image(self, day: date) -> Image:
        """Return where the loans stood at the end of a day."""
        if day not in self._images:
            found = standings.image(self.tx, self.province, day, self.place.known_on)
            self._images[day] = found if self._inside is None else found.part(self._inside)
        return self._images[day]

    @cached_property
    def owing(self) -> np.ndarray:
        """Return which loans have a balance."""
        found: np.ndarray = self.now.outstanding > 0
        return found

    def due_by(self, until: date) -> np.ndarray:
        """Return the principal that the plan of the day makes due up to the end of a later day."""
        rows = self._ahead(until)
        return self._due(rows, rows["counts_from"] <= number_of(until) + 1)

    def due_by_sessions(self, before: int = 0) -> np.ndarray:
        """Return the same up to the end of each loan's next session, or of some days before it."""
        rows = self._ahead(day_of(int(self.sessions.max(initial=0))))
        return self._due(rows, rows["counts_from"] <= self.sessions[rows["at"]] + 1 - before)

    def _due(self, rows: dict[str, np.ndarray], chosen: np.ndarray) -> np.ndarray:
        due = self.now["due"].copy()
        np.add.at(due, rows["at"][chosen], rows["amount"][chosen])
        return due

    def _ahead(self, until: date) -> dict[str, np.ndarray]:
        """Return what the plan of the day makes due from it on, at least up to a later day."""
        if self._known is None or self._known[0] < until:
            # Every list asks for some days ahead, most of them for no more than these.
            until = max(until, self.as_of + _AHEAD)
            self._known = until, self.near(self._plans(until + timedelta(days=1)))
        return self._known[1]

    def _plans(self, until: date) -> dict[str, np.ndarray]:
        day, before = self.as_of, self.place.before

        def queries(seen: int) -> tuple[Any, Any]:
            return records.settled.plans_ahead_query(self.province, day, until, seen, before)

        name = ("plans", day, until, before)
        rows = standings.rows(self.tx, self.province, day, name, queries)
        chosen = (rows["counts_from"] > number_of(day)) & (rows["value_date"] <= number_of(day))
        return {name: column[chosen] for name, column in rows.items()}

    def near(self, rows: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return those rows of a province that are of loans inside, with the place of each."""
        at = np.searchsorted(self.axes.ids, rows["loan_id"])
        near = at < len(self.axes.ids)
        near[near] = self.axes.ids[at[near]] == rows["loan_id"][near]
        return {name: column[near] for name, column in (rows | {"at": at}).items()}

    def coming(self, since: date, until: date) -> np.ndarray:
        """Return the principal that falls due after a day up to another and is still unpaid.

        What was written off falls due no more: what is owed pays the earliest instalments.
        """
        coming: np.ndarray = self._owed_by(until) - self._owed_by(since)
        return coming

    def _owed_by(self, day: date) -> np.ndarray:
        unpaid = np.maximum(0, self.due_by(day) - self.now["repaid"])
        owed: np.ndarray = np.minimum(self.now.outstanding, unpaid)
        return owed

    @cached_property
    def sessions(self) -> np.ndarray:
        """Return the next commune session of every loan, in days since 1970."""
        by_day = np.zeros(29, dtype=np.int64)
        for day in range(1, 29):
            by_day[day] = number_of(next_session(day, self.as_of))
        found: np.ndarray = by_day[self.axes.columns["session_day"]]
        return found

    def interest_due(self, day: date) -> np.ndarray:
        """Return the interest earned to a day on the balances of then, without grace."""
        earned = standings.earned(self.tx, self.axes, self.image(day))
        found: np.ndarray = earned.in_term + earned.overdue
        return found

    def interest_unpaid(self, day: date) -> Unpaid:
        """Return what was earned to a day and is not collected by the end of this one.

        And the grace's beside it: the same as `engine.watch.interest_unpaid` says of one loan.
        """
        return self._unpaid(standings.earned(self.tx, self.axes, self.image(day)))

    def interest_by_sessions(self) -> Unpaid:
        """Return the same up to the next session of each loan, on the balances of now."""
        return self._unpaid(standings.earned(self.tx, self.axes, self.now, self.sessions))

    def _unpaid(self, earned: Earned) -> Unpaid:
        collected = self.now["interest_collected"]
        due = earned.in_term + earned.overdue
        return Unpaid(
            due=np.maximum(0, due - collected),
            grace=np.maximum(0, earned.grace - np.maximum(0, collected - due)),
        )

    @cached_property
    def not_asked(self) -> np.ndarray:
        """Return the loans that nobody asks for interest on the day; see `not_asked` below."""
        days = np.full(len(self.axes.ids), number_of(self.as_of))
        return not_asked_on(self.tx, self.policy, self.axes, days, self.place.before)

    @cached_property
    def not_asked_at_sessions(self) -> np.ndarray:
        """Return the same for the next session of each loan."""
        before = self.place.before
        return not_asked_on(self.tx, self.policy, self.axes, self.sessions, before)

    def moved(self, kinds: frozenset[Kind], since: date) -> np.ndarray:
        """Return what live events of some kinds moved [dong] after a day up to this one."""
        codes = sorted(KIND_CODE[kind] for kind in kinds)
        until, before = self.as_of, self.place.before
        span = (since, until)

        def queries(seen: int) -> tuple[Any, Any]:
            return records.settled.moves_query(self.province, span, codes, seen, before)

        name = ("moves", *span, before, *codes)
        rows = self.near(standings.rows(self.tx, self.province, until, name, queries))
        chosen = (rows["value_date"] > number_of(since)) & (rows["value_date"] <= number_of(until))
        chosen &= np.isin(rows["kind"], codes)
        found = np.zeros(len(self.axes.ids), dtype=np.int64)
        np.add.at(found, rows["at"][chosen], rows["amount"][chosen])
        return found

    def since(self, day: date, *names: str) -> list[np.ndarray]:
        """Return by how much columns of the image have changed after a day up to this one."""
        then = self.image(day)
        return [self.now[name] - then[name] for name in names]

    def principal_of(self, since: date) -> tuple[np.ndarray, np.ndarray]:
        """Return what fell due from a day on and before this one, and what of it is repaid."""
        before = self.image(since)["due"]
        due = np.maximum(0, self.now["due"] - before)
        unpaid = np.minimum(due, np.maximum(0, self.now["due"] - self.now["repaid"]))
        # What was written off falls due no more: it is neither owed nor paid.
        owed = np.minimum(unpaid, self.now.outstanding)
        return due - unpaid + owed, due - unpaid

    @cached_property
    def students(self) -> np.ndarray:
        """Return which loans are of programmes for pupils and students."""
        programmes = self.axes.by("programme")
        known = self.policy.programmes
        education = [
            code in known and known[code].purpose == "education" for code in programmes.categories
        ]
        found: np.ndarray = np.array([*education, False], dtype=bool)[programmes.codes]
        return found


Amounts = Callable[[View], np.ndarray]


def not_asked(tx: Tx, policy: Policy, over: Axes, day: date) -> np.ndarray:
    """Return which of some loans nobody asks for interest on a day, though they earn it.

    Those of a holiday of interest collection, and those of a programme whose first years are
    free of it (such as housing: Decision 33/2015/QD-TTg), counted from the signing.
    """
    return not_asked_on(tx, policy, over, np.full(len(over.ids), number_of(day)))


def not_asked_on(
    tx: Tx, policy: Policy, over: Axes, days: np.ndarray, before: str | None = None
) -> np.ndarray:
    """Return the same, each loan on a day of its own in days since 1970.

    before  a moment: what was recorded then or later does not count
    """
    found = np.zeros(len(over.ids), dtype=bool)
    holidays = measures.holidays(tx, before)
    asked = np.sort(pd.unique(days))
    for number in asked.tolist():
        for holiday in measures.holding(holidays, day_of(number)):
            found |= (days == number) & measures.reaches(holiday, over)
    for code in over.by("programme").categories:
        graced = [_signed_before(policy, code, day_of(number)) for number in asked.tolist()]
        if any(first is not None for first in graced):
            at = np.flatnonzero(over.among("programme", (code,)))
            until = np.array([NEVER if first is None else number_of(first) for first in graced])
            young = over.columns["signed_on"][at] > until[np.searchsorted(asked, days[at])]
            found[at] |= young
    return found


NEVER = np.iinfo(np.int64).max


def _signed_before(policy: Policy, code: str, day: date) -> date | None:
    """Return the last day of signing after which a programme asks nothing yet on a day."""
    grace = _grace_of(policy, code, day)
    return None if grace is None else months_after(day, -grace)


def _grace_of(policy: Policy, code: str, day: date) -> int | None:
    programme = policy.programmes.get(code)
    grace = programme.grace_interest.nearest(day) if programme else None
    return grace.months if grace and grace.after == "first-draw" else None


def views(tx: Tx, policy: Policy, place: Place, as_of: date) -> Iterator[View]:
    """Yield a view of every province of a place."""
    for province in arrears.provinces_of(tx, place):
        yield View(tx, policy, province, place, as_of)


def in_force(limit: History[int], day: date) -> int:
    """Return a limit in force on a day; before the first that is known, that one."""
    found = limit.nearest(day)
    assert found is not None
    return found
