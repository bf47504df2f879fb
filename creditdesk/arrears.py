"""Arrears: who is late, what the rule would move, and the decisions that change a status."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

from creditdesk import ledger, records, standings
from creditdesk.communes import map_on
from creditdesk.db import Tx
from creditdesk.engine import ageing, days
from creditdesk.engine.journal import PRINCIPAL, Event, Kind
from creditdesk.engine.money import Dong, dong
from creditdesk.engine.policy import Policy
from creditdesk.engine.replay import Booked
from creditdesk.engine.terms import LoanTerms
from creditdesk.errors import NotFound
from creditdesk.figures import WorklistRow

DUE_WITHIN = timedelta(days=30)
_BLOCK = 500


class WorklistUnknown(NotFound):
    """There is no worklist of this name."""

    code = "worklist-unknown"


@dataclass(frozen=True, slots=True)
class Place:
    """Where to look: a province, one commune of it, or the whole book."""

    province: str | None = None
    commune: str | None = None


class Candidate(NamedTuple):
    """A loan with its terms and everything booked on it, in the order in which it counts."""

    row: Any
    terms: LoanTerms
    booked: Sequence[Booked]


def place_of(code: str | None, as_of: date) -> Place:
    """Return the place of a code on the map of a day; raises PlaceNotFound."""
    return Place(*map_on(as_of).scope(code))


def worklist(
    tx: Tx, policy: Policy, name: str, as_of: date, place: Place
) -> tuple[WorklistRow, ...]:
    """Return the loans that somebody has to look at, by commune, group and loan.

    name  `late` (late by contract), `to-transfer` (what the rule would move by the last session on
          or before the day and is not yet booked), `due` (principal of the 30 days after the day)

    Raises WorklistUnknown.
    """
    if name not in WORKLISTS:
        raise WorklistUnknown(name=name, names=list(WORKLISTS))
    listed = WORKLISTS[name]
    rows = []
    for loan in _candidates(tx, listed.pick(tx, place, as_of), as_of):
        row = listed.row(loan, policy, as_of)
        if row is not None:
            rows.append((loan.row.commune, loan.row.group_no, loan.row.loan_no, loan.row, row))
    rows.sort(key=lambda found: found[:3])
    customers = records.households.customer_numbers(tx, {row[3].customer_id for row in rows})
    return tuple(
        WorklistRow(
            loan_no=loan.loan_no,
            customer_no=customers[loan.customer_id],
            commune=loan.commune,
            group_no=loan.group_no,
            amount=found.amount,
            days_late=found.days_late,
            due_on=found.due_on,
        )
        for _, _, _, loan, found in rows
    )


class _Found(NamedTuple):
    amount: Dong
    days_late: int
    due_on: date


def _late_row(loan: Candidate, policy: Policy, as_of: date) -> _Found | None:
    late = _lateness(loan, as_of)
    return _Found(late.principal, late.days, late.since) if late.since else None


def _transfer_row(loan: Candidate, policy: Policy, as_of: date) -> _Found | None:
    amount = ageing.to_transfer(loan.terms, loan.booked, policy.overdue_rule, as_of)
    late = _lateness(loan, as_of)
    if not amount or late.since is None:
        return None
    return _Found(amount, late.days, late.since)


def _due_row(loan: Candidate, policy: Policy, as_of: date) -> _Found | None:
    plan = ageing.plan_on(loan.booked, as_of)
    repaid = ageing.total_of(loan.booked, Kind.PRINCIPAL, as_of)
    owed = sum(ageing.balances_on(loan.booked, as_of)[account] for account in PRINCIPAL)
    coming = [
        row
        for row in ageing.instalments(plan, repaid)
        if as_of < row.due_on <= as_of + DUE_WITHIN and row.unpaid
    ]
    if not coming or not owed:
        return None
    amount = min(owed, sum(row.unpaid for row in coming))
    return _Found(Dong(amount), _lateness(loan, as_of).days, coming[0].due_on)


def _lateness(loan: Candidate, as_of: date) -> ageing.Lateness:
    balances = ageing.balances_on(loan.booked, as_of)
    return ageing.look(
        ageing.plan_on(loan.booked, as_of),
        ageing.total_of(loan.booked, Kind.PRINCIPAL, as_of),
        sum(balances[account] for account in PRINCIPAL),
        as_of,
    )


def _late_ids(tx: Tx, place: Place, as_of: date) -> np.ndarray:
    return _ids(tx, place, as_of, lambda province: standings.image(tx, province, as_of).late > 0)


def _due_ids(tx: Tx, place: Place, as_of: date) -> np.ndarray:
    """Return loans that owe now and whose plan makes more due in the coming days."""

    def chosen(province: str) -> np.ndarray:
        now = standings.image(tx, province, as_of)
        later = standings.planned(tx, province, as_of, as_of + DUE_WITHIN + timedelta(days=1))
        owing: np.ndarray = (now.outstanding > 0) & later
        return owing

    return _ids(tx, place, as_of, chosen)


def _ids(tx: Tx, place: Place, as_of: date, chosen: Callable[[str], np.ndarray]) -> np.ndarray:
    provinces = [place.province] if place.province else records.loans.provinces(tx)
    found = [np.array([], dtype=np.int64)]
    for province in provinces:
        over = standings.axes(tx, province, as_of)
        mask = chosen(province)
        if place.commune:
            mask &= over.columns["commune"] == place.commune
        found.append(over.ids[mask])
    return np.concatenate(found)


def _candidates(tx: Tx, ids: np.ndarray, as_of: date) -> Iterator[Candidate]:
    """Yield loans, each where it is on a day, with what is booked on them, a block at a time."""
    wanted = ids.tolist()
    for at in range(0, len(wanted), _BLOCK):
        block = wanted[at : at + _BLOCK]
        facts = ledger.facts_of_many(tx, block)
        for row in records.moves.loans_on(tx, block, as_of):
            booked = ledger.in_order(facts.get(row.id, ()))
            yield Candidate(row, ledger.terms_of(row), booked)


@dataclass(frozen=True, slots=True)
class _List:
    pick: Callable[[Tx, Place, date], np.ndarray]
    row: Callable[[Candidate, Policy, date], _Found | None]


WORKLISTS = {
    "late": _List(_late_ids, _late_row),
    # What the rule moves is unpaid principal past its due date: a part of what is late.
    "to-transfer": _List(_late_ids, _transfer_row),
    "due": _List(_due_ids, _due_row),
}


class Transferred(NamedTuple):
    """One loan's move to overdue at a session."""

    loan_no: str
    commune: str
    amount: Dong


def transfer(
    tx: Tx, policy: Policy, *, session: date, place: Place, deed: ledger.Deed
) -> tuple[Transferred, ...]:
    """Book what the rule moves to overdue at the sessions of a day, and return it.

    Raises CheckerMissing, SamePerson. Doing it again moves nothing more.
    """
    proposed = [
        loan.row.loan_no
        for loan in _candidates(tx, _late_ids(tx, place, session), session)
        if days.last_session(loan.terms.session_day, session) == session
        and ageing.to_transfer(loan.terms, loan.booked, policy.overdue_rule, session)
    ]
    act_id = ledger.begin_act(tx, "transfer", deed, checked=True)
    moves = (_move(tx, policy, loan_no, session, act_id) for loan_no in proposed)
    return tuple(move for move in moves if move.amount)


def _move(tx: Tx, policy: Policy, loan_no: str, session: date, act_id: int) -> Transferred:
    """Lock a loan and book what the rule moves now: others may have paid or moved it meanwhile.

    What a later session has moved already is not moved again by an earlier one.
    """
    loan = records.loans.lock_loan(tx, loan_no)
    there = records.moves.find_loan_on(tx, loan_no, session)
    assert loan is not None
    assert there is not None
    booked = ledger.in_order(ledger.facts_of(tx, loan.id))
    proposed = ageing.to_transfer(ledger.terms_of(there), booked, policy.overdue_rule, session)
    later = ageing.total_of(booked, Kind.OVERDUE, date.max)
    later -= ageing.total_of(booked, Kind.OVERDUE, session)
    amount = Dong(max(0, proposed - later))
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


def freeze(
    tx: Tx,
    policy: Policy,
    *,
    loan_no: str,
    amount: Dong,
    value_date: date,
    until: date,
    receipt_no: str,
    deed: ledger.Deed,
) -> bool:
    """Freeze principal until a day: it earns nothing meanwhile. A decision of two people."""
    event = Event(value_date, Kind.FREEZE, dong(amount), until, receipt_no)
    return ledger.enter(tx, policy, "freeze", deed, loan_no=loan_no, events=[event])


def unfreeze(
    tx: Tx,
    policy: Policy,
    *,
    loan_no: str,
    amount: Dong,
    value_date: date,
    receipt_no: str,
    deed: ledger.Deed,
) -> bool:
    """End a freeze: back to overdue when the final due date has passed, else to in term."""
    event = Event(value_date, Kind.UNFREEZE, dong(amount), None, receipt_no)
    return ledger.enter(tx, policy, "unfreeze", deed, loan_no=loan_no, events=[event])


def write_off(
    tx: Tx,
    policy: Policy,
    *,
    loan_no: str,
    amount: Dong,
    value_date: date,
    receipt_no: str,
    deed: ledger.Deed,
) -> bool:
    """Give principal up. A decision of two people."""
    event = Event(value_date, Kind.WRITE_OFF, dong(amount), None, receipt_no)
    return ledger.enter(tx, policy, "write-off", deed, loan_no=loan_no, events=[event])
