"""Arrears: what the rule moves to overdue at the sessions of a day."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

from creditdesk import communes, ledger, records, standings
from creditdesk.columns import Axes
from creditdesk.db import Tx
from creditdesk.engine import ageing, days
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy
from creditdesk.engine.replay import Booked
from creditdesk.engine.terms import LoanTerms

_BLOCK = 500
_AXES = {"group_no": "group", "village_code": "village"}
_COLUMNS = {axis: column for column, axis in _AXES.items()}
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Place:
    """Where to look: a province, one commune of it, or the whole book; there at some loans only.

    only      columns of loans such as `office` or `group_no`, each with the codes let through
    known_on  [date] the books as they were known at the end of this day; None: as they are
    """

    province: str | None = None
    commune: str | None = None
    only: tuple[tuple[str, tuple[str, ...]], ...] = ()
    known_on: date | None = None

    @property
    def before(self) -> str | None:
        """Return the moment of which, and later, nothing recorded counts; None: all counts."""
        return None if self.known_on is None else standings.recorded_after(self.known_on)

    @property
    def keys(self) -> tuple[tuple[str, str], ...]:
        """Return what is let through as axes of a portfolio and their keys."""
        return tuple((_AXES.get(name, name), code) for name, codes in self.only for code in codes)

    @property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """Return the columns of what lies here, each with the codes that are let through."""
        near = {"province": self.province, "commune": self.commune}
        return {name: (code,) for name, code in near.items() if code} | dict(self.only)

    def inside(self, over: Axes) -> Any:
        """Return which loans of a province lie here, as a column."""
        found = over.ids > 0
        if self.commune:
            found &= over.among("commune", (self.commune,))
        for name, codes in self.only:
            found &= over.among(name, codes)
        return found

    def holds(self, row: Any) -> bool:
        """Return whether a row of a province lies here, by its own columns."""
        near = self.commune in (None, row.commune)
        return near and all(getattr(row, name) in codes for name, codes in self.only)


class Candidate(NamedTuple):
    """A loan with its terms and its live facts."""

    row: Any
    terms: LoanTerms
    facts: list[ledger.Fact]

    @property
    def booked(self) -> list[Booked]:
        """Return what is booked, in the order in which it counts."""
        return ledger.in_order(self.facts)


def place_of(code: str | None, as_of: date, **only: str) -> Place:
    """Return the place of a code on the map of a day; raises PlaceNotFound.

    only  the code that loans have there in a column; an empty one lets every loan through
    """
    chosen = tuple((name, (said,)) for name, said in only.items() if said)
    return Place(*communes.map_on(as_of).scope(code), chosen)


def with_keys(
    code: str | None,
    as_of: date,
    keys: Iterable[tuple[str, str]],
    known_on: date | None = None,
) -> Place:
    """Return the place of a code at the loans with some keys of axes: of several of one, any.

    It is what `Place.keys` tells of a place, read back. Raises PlaceNotFound.
    """
    only: dict[str, tuple[str, ...]] = {}
    for axis, key in keys:
        column = _COLUMNS.get(axis, axis)
        only[column] = (*only.get(column, ()), key)
    return replace(place_of(code, as_of), only=tuple(only.items()), known_on=known_on)


def candidates(
    tx: Tx,
    ids: Iterable[int],
    as_of: date,
    progress: Progress = lambda done, of: None,
    before: str | None = None,
) -> Iterator[Candidate]:
    """Yield loans, each where it is on a day, with what is booked on them, a block at a time.

    before  a moment: what was recorded then or later does not count
    """
    wanted = list(ids)
    for at in range(0, len(wanted), _BLOCK):
        block = wanted[at : at + _BLOCK]
        facts = ledger.facts_of_many(tx, block, before)
        for row in communes.loans_on(tx, block, as_of, before):
            yield Candidate(row, ledger.terms_of(row), facts.get(row.id, []))
        progress(at + len(block), len(wanted))


def provinces_of(tx: Tx, place: Place) -> list[str]:
    """Return the provinces in which a place has loans."""
    return [place.province] if place.province else records.loans.provinces(tx)


def _late_ids(tx: Tx, place: Place, as_of: date) -> list[int]:
    """Return the late loans of a place: what the rule moves is a part of what is late."""
    found: list[int] = []
    for province in provinces_of(tx, place):
        over = standings.axes(tx, province, as_of)
        late = standings.image(tx, province, as_of).late > 0
        late &= place.inside(over)
        found += over.ids[late].tolist()
    return found


class Transferred(NamedTuple):
    """One loan's move to overdue at a session."""

    loan_no: str
    commune: str
    amount: Dong


class Due(NamedTuple):
    """What the rule moves of a loan at a session [dong], and why.

    why  `final-due-passed`: all of it fell due; `instalment-late`: what fell due of it
    """

    loan_no: str
    group_no: str
    amount: Dong
    why: str
    final_due_on: date


def sessions(tx: Tx, place: Place, as_of: date) -> tuple[date, ...]:
    """Return the last sessions of the late loans of a place up to a day, the newest first."""
    late = candidates(tx, _late_ids(tx, place, as_of), as_of)
    found = {days.last_session(loan.terms.session_day, as_of) for loan in late}
    return tuple(sorted(found, reverse=True))


def due(tx: Tx, policy: Policy, *, session: date, place: Place) -> tuple[Due, ...]:
    """Return what `transfer` would book at the sessions of a day, and book nothing."""
    found = []
    for loan in candidates(tx, _late_ids(tx, place, session), session):
        amount = _to_move(loan, policy, session)
        if amount:
            final = ageing.final_due_on(loan.terms, loan.booked, session)
            why = "final-due-passed" if final < session else "instalment-late"
            found.append(Due(loan.row.loan_no, loan.row.group_no, amount, why, final))
    return tuple(found)


def transfer(
    tx: Tx, policy: Policy, *, session: date, place: Place, deed: ledger.Deed
) -> tuple[Transferred, ...]:
    """Book what the rule moves to overdue at the sessions of a day, and return it.

    Raises CheckerMissing, SamePerson, DayAhead. Doing it again moves nothing more.
    """
    proposed = [one.loan_no for one in due(tx, policy, session=session, place=place)]
    act_id = ledger.begin_act(tx, "transfer", deed, checked=True, days=[session])
    moves = (_move(tx, policy, loan_no, session, act_id) for loan_no in proposed)
    return tuple(move for move in moves if move.amount)


def _to_move(loan: Candidate, policy: Policy, session: date) -> Dong:
    """Return what the rule moves of a loan at its session of a day; nothing where it has none.

    What a later session has moved already is not moved again by an earlier one.
    """
    if days.last_session(loan.terms.session_day, session) != session:
        return Dong(0)
    booked = loan.booked
    proposed = ageing.to_transfer(loan.terms, booked, policy.overdue_rule, session)
    later = ageing.total_of(booked, Kind.OVERDUE, date.max)
    later -= ageing.total_of(booked, Kind.OVERDUE, session)
    return Dong(max(0, proposed - later))


def _move(tx: Tx, policy: Policy, loan_no: str, session: date, act_id: int) -> Transferred:
    """Lock a loan and book what the rule moves now: others may have paid or moved it meanwhile."""
    loan = records.loans.lock_loan(tx, loan_no)
    there = communes.loan_on(tx, loan_no, session)
    assert loan is not None
    assert there is not None
    now = Candidate(there, ledger.terms_of(there), ledger.facts_of(tx, loan.id))
    amount = _to_move(now, policy, session)
    if amount:
        number = _free_number(tx, f"CQH/{loan_no}/{session.isoformat()}")
        event = Event(session, Kind.OVERDUE, amount, None, number)
        ledger.book(tx, policy, loan, act_id, add=[event])
    return Transferred(loan_no, there.commune, amount)


def _free_number(tx: Tx, number: str) -> str:
    """Return a receipt number for a further transfer of the same loan at the same session."""
    found, again = number, 1
    while records.ledger.find_receipt(tx, found):
        again += 1
        found = f"{number}/{again}"
    return found
