"""Taking a decision on one loan, looking at it before, and the schedules that decisions made."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from creditdesk import ledger, months, records
from creditdesk.db import Tx
from creditdesk.decisions.kinds import KINDS, Decision
from creditdesk.decisions.law import Case
from creditdesk.engine import lifecycle
from creditdesk.engine.accrual import RATE_UNIT, YEAR, rate_units
from creditdesk.engine.ageing import Standing, final_due_on, plan_on, stand, terms_on
from creditdesk.engine.journal import Event
from creditdesk.engine.journal import in_order as event_order
from creditdesk.engine.lifecycle import State
from creditdesk.engine.money import Dong, round_ratio
from creditdesk.engine.policy import Policy
from creditdesk.engine.replay import Booked, revise
from creditdesk.engine.terms import LoanTerms
from creditdesk.errors import DeskError


class View(NamedTuple):
    """A loan at the end of the day of a decision.

    schedule  principal [dong] by due date, rising; a_day  interest [dong] that a day earns then
    """

    state: State
    standing: Standing
    due_on: date
    schedule: tuple[tuple[date, int], ...]
    a_day: Dong


@dataclass(frozen=True, slots=True)
class Preview:
    """What a decision would do: the loan before and after, or why it is refused."""

    decision: Decision
    before: View
    after: View | None
    refusal: DeskError | None

    @property
    def digest(self) -> str:
        """Return what tells this effect from any other."""
        effect = [self.before, self.after]
        told = [None if one is None else _told(one) for one in effect]
        content = json.dumps(told, default=str, sort_keys=True).encode()
        return hashlib.sha256(content).hexdigest()


def _told(view: View) -> dict[str, Any]:
    return view._asdict() | {"standing": asdict(view.standing)}


class Decided(NamedTuple):
    """A decision that was taken, under which act; `new` is false when it was known before."""

    decision: Decision
    act_id: int
    new: bool


Plan = Sequence[tuple[date, int]]


def side_by_side(old: Plan, new: Plan) -> list[tuple[date, int, int]]:
    """Return two schedules by due date: what was due then, and what is [dong]."""
    before, after = dict(old), dict(new)
    days = sorted(before.keys() | after.keys())
    return [(due_on, before.get(due_on, 0), after.get(due_on, 0)) for due_on in days]


def decide(tx: Tx, policy: Policy, *, decision: Decision, deed: ledger.Deed) -> Decided:
    """Take a decision on one loan and book what it means; the same again is booked once.

    deed  maker, checker, ground, and the paper; what the decision says is kept with it

    Raises LoanNotFound, NotInThisState, DocumentMissing, MonthClosed, what `begin_act` refuses,
    the refusals of `decisions.law` and those of `engine.replay`.
    """
    loan = ledger.find_loan(tx, decision.loan_no, hold=True)
    ledger.require_document(decision.act.value, deed)
    live = {fact.booked.event.receipt_no for fact in ledger.facts_of(tx, loan.id)}
    number = _free_number(tx, decision.number, live)
    if number in live:
        known = records.ledger.act_of_receipt(tx, number)
        return Decided(decision, known.id, new=False)
    weighed = _Weighed(tx, policy, decision, loan, number)
    said = {**deed.particulars, **decision.written()}
    deed = replace(deed, particulars=said)
    act_id = ledger.begin_act(
        tx, decision.act.value, deed, checked=True, grounded=True, days=[decision.day]
    )
    ledger.book(tx, policy, loan, act_id, add=weighed.events, remove=weighed.undone)
    return Decided(decision, act_id, new=True)


def preview(tx: Tx, policy: Policy, decision: Decision) -> Preview:
    """Return what a decision would do by the law and the book as they are, writing nothing.

    Raises LoanNotFound; every other refusal is told with the preview.
    """
    loan = ledger.find_loan(tx, decision.loan_no)
    booked = ledger.in_order(ledger.facts_of(tx, loan.id))
    before = _view(ledger.terms_of(loan), booked, decision.day)
    try:
        weighed = _Weighed(tx, policy, decision, loan, decision.number)
    except DeskError as why:
        return Preview(decision, before, None, why)
    after = _view(ledger.terms_of(loan), weighed.after, decision.day)
    return Preview(decision, before, after, None)


def _free_number(tx: Tx, number: str, live: set[str]) -> str:
    """Return the number of a decision: one that was reversed may be taken again."""
    found, again = number, 1
    while found not in live and records.ledger.find_receipt(tx, found):
        again += 1
        found = f"{number}/{again}"
    return found


class _Weighed:
    """A decision as the law and the replay see it: its events, and all entries after them.

    undone  ids of the entries that it takes out of the book

    Both the act and its preview come this way. Raises the first refusal.
    """

    def __init__(self, tx: Tx, policy: Policy, decision: Decision, loan: Any, number: str) -> None:
        facts = ledger.facts_of(tx, loan.id)
        terms, booked = ledger.terms_of(loan), ledger.in_order(facts)
        standing = stand(terms, booked, decision.day)
        lifecycle.require(
            decision.act,
            lifecycle.state_of(standing),
            loan_no=loan.loan_no,
            day=decision.day,
        )
        case = Case(policy, loan, terms, booked, standing, decision.day, number, decision.said)
        found = KINDS[decision.act].law(case)
        lock = months.Lock(tx)
        for event in found:
            lock.admit(event)
        undoes = KINDS[decision.act].undoes
        self.events: list[Event] = [] if undoes else found
        self.undone = [fact.entry_id for fact in facts if undoes and fact.booked.event in found]
        orders = ledger.orders_of(policy, loan.signed_on)
        revision = revise(terms, orders, facts, self.events, self.undone)
        for refused in revision.refused:
            raise refused.why
        kept = [fact.booked for fact in facts if fact.entry_id not in revision.mirrors]
        written = [write for write, _ in revision.writes]
        self.after = sorted([*kept, *written], key=lambda one: event_order(one.event))


def _view(terms: LoanTerms, booked: list[Booked], day: date) -> View:
    standing = stand(terms, booked, day)
    steps = terms_on(terms, booked, day).rates
    step = next((one for one in reversed(steps) if one.since <= day), steps[0])
    earning = standing.in_term * rate_units(step.rate)
    earning += standing.overdue * rate_units(step.overdue_rate)
    return View(
        state=lifecycle.state_of(standing),
        standing=standing,
        due_on=final_due_on(terms, booked, day),
        schedule=tuple(plan_on(booked, day).items()),
        a_day=Dong(round_ratio(earning, YEAR * RATE_UNIT)),
    )


class Version(NamedTuple):
    """The schedule of a loan since an act: who made it, who checked, on which paper.

    value_date  [date] the first day for which the act said something
    plan        principal [dong] by due date, rising
    """

    act: str
    by: str
    checked_by: str
    ground: str
    document_no: str
    document_on: date | None
    recorded_at: str
    value_date: date
    plan: tuple[tuple[date, int], ...]


def versions(tx: Tx, loan_no: str) -> tuple[Version, ...]:
    """Return every schedule that a loan has had, each with the act that made it, newest last.

    Nothing of an older one is lost: the plan is written as changes. Raises LoanNotFound.
    """
    loan = ledger.find_loan(tx, loan_no)
    return tuple(_versions(tx, loan.id))


def _versions(tx: Tx, loan_id: int) -> Iterator[Version]:
    entries, _, plans = records.ledger.chains_of(tx, [loan_id])
    changes = ledger.plans_by_entry(plans)
    acts = records.ledger.acts_of(tx, {row.act_id for row in entries})
    plan: dict[date, int] = {}
    for act_id, rows in groupby(entries, key=lambda row: row.act_id):
        written, before = list(rows), dict(plan)
        for row in written:
            for due_on, amount in changes.get(row.id, ()):
                plan[due_on] = plan.get(due_on, 0) + amount
        plan = {due_on: plan[due_on] for due_on in sorted(plan) if plan[due_on]}
        if plan != before:
            act = acts[act_id]
            told = (act.ground, act.document_no, act.document_on, act.recorded_at)
            first = min(row.value_date for row in written)
            yield Version(act.name, act.by, act.checked_by, *told, first, tuple(plan.items()))
