"""How late a contract makes a loan, what the bank's rule would transfer, where a loan stands."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from creditdesk.engine import days
from creditdesk.engine.accrual import Change, Interest, interest_to_each
from creditdesk.engine.journal import (
    FINAL_DATE_MOVES,
    PRINCIPAL,
    Account,
    Event,
    Kind,
    Posting,
)
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import OverdueRule
from creditdesk.engine.replay import Booked
from creditdesk.engine.terms import LoanTerms, RateStep


class Lateness(NamedTuple):
    """What the contract makes late on a day: [dong], days since the oldest due date, that date."""

    principal: Dong
    days: int
    since: date | None


class Unpaid(NamedTuple):
    """An instalment of the plan and what of it is not covered by the principal repaid [dong]."""

    due_on: date
    principal: int
    unpaid: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One loan at the end of a day: what was lent, what is owed, what is late [dong]."""

    loan_no: str
    as_of: date
    status: str
    drawn: Dong
    principal_repaid: Dong
    written_off: Dong
    in_term: Dong
    overdue: Dong
    frozen: Dong
    late_principal: Dong
    days_late: int
    oldest_late_due_on: date | None
    interest_earned: Interest
    interest_collected: Dong
    next_due_on: date | None
    next_due_principal: Dong
    due_on: date
    extended_to: date | None

    @property
    def outstanding(self) -> Dong:
        """Return the principal still owed."""
        return Dong(self.in_term + self.overdue + self.frozen)

    @property
    def interest_unpaid(self) -> Dong:
        """Return interest earned less collected; negative where collected ahead."""
        return Dong(self.interest_earned.sum - self.interest_collected)


def plan_on(booked: Iterable[Booked], as_of: date) -> dict[date, int]:
    """Return the plan as it stood on a day: due date -> [dong], rising, without empty dates."""
    plan: dict[date, int] = {}
    for entry in booked:
        if entry.event.value_date <= as_of:
            for due_on, amount in entry.plan:
                plan[due_on] = plan.get(due_on, 0) + amount
    return {due_on: plan[due_on] for due_on in sorted(plan) if plan[due_on]}


def instalments(plan: Mapping[date, int], repaid: int) -> Iterator[Unpaid]:
    """Yield the instalments of a plan, oldest first, each with what repayments left unpaid."""
    due = 0
    for due_on, principal in plan.items():
        due += principal
        yield Unpaid(due_on, principal, min(principal, max(0, due - repaid)))


def next_due(rows: Iterable[Unpaid], not_late: int, as_of: date) -> Unpaid | None:
    """Return the first instalment due on or after a day of which something is still to be paid.

    not_late  [dong] outstanding that is not late: what was written off falls due no more
    """
    for row in rows:
        if row.due_on >= as_of and row.unpaid and not_late:
            return row._replace(unpaid=min(row.unpaid, not_late))
    return None


def falling_due(rows: Sequence[Unpaid], owed: int, since: date, until: date) -> int:
    """Return the principal that falls due after a day up to another [dong].

    owed  [dong] outstanding, which pays the earliest: what was written off falls due no more
    """
    then, before = (
        min(owed, sum(row.unpaid for row in rows if row.due_on <= day)) for day in (until, since)
    )
    return then - before


def look(plan: Mapping[date, int], repaid: int, outstanding: int, as_of: date) -> Lateness:
    """Return what is late by contract at the end of a day.

    An instalment is late when its due date is before the day and the principal due so far exceeds
    the principal repaid; never more than what is outstanding is late.
    """
    due = 0
    oldest: date | None = None
    for due_on, principal in plan.items():
        if due_on >= as_of:
            break
        due += principal
        if oldest is None and due > repaid:
            oldest = due_on
    late = min(outstanding, due - repaid)
    if oldest is None or late <= 0:
        return Lateness(Dong(0), 0, None)
    return Lateness(Dong(late), (as_of - oldest).days, oldest)


def to_transfer(
    terms: LoanTerms, booked: Sequence[Booked], rule: OverdueRule, as_of: date
) -> Dong:
    """Return what the rule would move by the last session up to a day and is not yet booked.

    Moved is, at a session strictly after the due date, the unpaid principal of a contract whose
    final due date has passed, and of an instalment where the rule moves those of the contract.
    What is overdue or frozen already counts as moved, whatever it was moved for.
    Source: letter 597/NHCS-TDNN of 2026-01-30, held in policy/overdue_rule.toml.
    """
    session = days.last_session(terms.session_day, as_of)
    plan = plan_on(booked, as_of)
    balances = balances_on(booked, as_of)
    unpaid = outstanding = sum(balances[account] for account in PRINCIPAL)
    if final_due_on(terms, booked, as_of) >= session:
        if not rule.moves_instalment(terms.signed_on, terms.trustee):
            return Dong(0)
        repaid = total_of(booked, Kind.PRINCIPAL, as_of)
        unpaid = look(plan, repaid, outstanding, session).principal
    moved = balances[Account.OVERDUE] + balances[Account.FROZEN]
    return Dong(max(0, min(unpaid - moved, balances[Account.IN_TERM])))


def balances_on(booked: Iterable[Booked], as_of: date) -> dict[Account, int]:
    """Return the balance of every account at the end of a day, debits less credits [dong]."""
    balances = dict.fromkeys(Account, 0)
    for entry in booked:
        if entry.event.value_date <= as_of:
            for debit, credit, amount in entry.postings:
                balances[debit] += amount
                balances[credit] -= amount
    return balances


def total_of(booked: Iterable[Booked], kind: Kind, as_of: date) -> int:
    """Return the sum of one kind of event up to the end of a day [dong]."""
    return sum(
        entry.event.amount
        for entry in booked
        if entry.event.kind is kind and entry.event.value_date <= as_of
    )


def extended_on(booked: Iterable[Booked], as_of: date) -> date | None:
    """Return the final due date that decisions up to a day gave, None where there were none."""
    given = [
        entry.event.until
        for entry in booked
        if entry.event.kind in FINAL_DATE_MOVES and entry.event.value_date <= as_of
    ]
    return given[-1] if given else None


def final_due_on(terms: LoanTerms, booked: Iterable[Booked], as_of: date) -> date:
    """Return the final due date in force on a day."""
    return extended_on(booked, as_of) or terms.due_on


def terms_on(terms: LoanTerms, booked: Iterable[Booked], as_of: date) -> LoanTerms:
    """Return the terms by which interest is reckoned on a day: rates and grace as decided by then.

    A grace is prolonged before it ends, and a rate holds from its own day on: what was earned up
    to a day is the same whatever is decided later.
    """
    decided = [
        entry.event
        for entry in booked
        if entry.event.kind in _TERMS_MOVES and entry.event.value_date <= as_of
    ]
    if not decided:
        return terms
    graces = [event.of for event in decided if event.kind is Kind.LEAVE]
    steps = [_rate_step(event) for event in decided if event.kind is Kind.RATE]
    return replace(
        terms,
        rates=tuple(sorted((*terms.rates, *steps), key=lambda step: step.since)),
        grace_until=graces[-1] if graces else terms.grace_until,
    )


_TERMS_MOVES = frozenset({Kind.RATE, Kind.LEAVE})


def _rate_step(event: Event) -> RateStep:
    rates = (event.rate_e8, event.overdue_rate_e8)
    return RateStep(event.value_date, *(Decimal(rate).scaleb(-8) for rate in rates))


def changes_of(value_date: date, postings: Iterable[Posting]) -> Change:
    """Return what postings of a day add to the balances that earn interest."""
    in_term = overdue = 0
    for debit, credit, amount in postings:
        in_term += amount * ((debit is Account.IN_TERM) - (credit is Account.IN_TERM))
        overdue += amount * ((debit is Account.OVERDUE) - (credit is Account.OVERDUE))
    return Change(value_date, in_term, overdue)


def status_of(drawn: int, outstanding: int, written_off: int) -> str:
    """Return `open`, `closed` or `written-off` from what was lent, is owed and was given up."""
    if outstanding or not drawn:
        return "open"
    return "written-off" if written_off else "closed"


def stand(terms: LoanTerms, booked: Sequence[Booked], as_of: date) -> Standing:
    """Return where a loan stands at the end of a day.

    booked  the loan's events with their postings and plan changes, in the order they count
    """
    return next(stand_each(terms, booked, (as_of,)))


def stand_each(
    terms: LoanTerms, booked: Sequence[Booked], as_of: Sequence[date]
) -> Iterator[Standing]:
    """Yield where a loan stands at the end of each of some days, walking through its life once.

    booked  as for `stand`
    as_of   [date] rising, at least one
    """
    changes = (
        changes_of(entry.event.value_date, entry.postings)
        for entry in booked
        if entry.event.kind is not Kind.INTEREST
    )
    # What was earned up to a day is the same whatever was decided later.
    earned = interest_to_each(terms_on(terms, booked, as_of[-1]), changes, as_of)
    life, ahead = _Life(), deque(booked)
    for day, interest in zip(as_of, earned, strict=True):
        while ahead and ahead[0].event.value_date <= day:
            life.add(ahead.popleft())
        yield life.standing(terms, day, interest)


class _Life:
    """The sums of a loan's life up to an event: what was booked, and the plan."""

    def __init__(self) -> None:
        self.balances = dict.fromkeys(Account, 0)
        self.sums = dict.fromkeys(Kind, 0)
        self.plan: dict[date, int] = {}
        self.sorted: dict[date, int] | None = None
        self.extended_to: date | None = None

    def add(self, entry: Booked) -> None:
        event = entry.event
        self.sums[event.kind] += event.amount
        for debit, credit, amount in entry.postings:
            self.balances[debit] += amount
            self.balances[credit] -= amount
        for due_on, amount in entry.plan:
            self.plan[due_on] = self.plan.get(due_on, 0) + amount
            self.sorted = None
        if event.kind in FINAL_DATE_MOVES:
            self.extended_to = event.until

    def standing(self, terms: LoanTerms, as_of: date, interest: Interest) -> Standing:
        sums, balances = self.sums, self.balances
        drawn = sums[Kind.DRAW] - sums[Kind.REBOOK]
        repaid = sums[Kind.PRINCIPAL]
        outstanding = sum(balances[account] for account in PRINCIPAL)
        if self.sorted is None:
            self.sorted = {day: self.plan[day] for day in sorted(self.plan) if self.plan[day]}
        late = look(self.sorted, repaid, outstanding, as_of)
        ahead = next_due(instalments(self.sorted, repaid), outstanding - late.principal, as_of)
        return Standing(
            loan_no=terms.loan_no,
            as_of=as_of,
            status=status_of(drawn, outstanding, sums[Kind.WRITE_OFF]),
            drawn=Dong(drawn),
            principal_repaid=Dong(repaid),
            written_off=Dong(sums[Kind.WRITE_OFF]),
            in_term=Dong(balances[Account.IN_TERM]),
            overdue=Dong(balances[Account.OVERDUE]),
            frozen=Dong(balances[Account.FROZEN]),
            late_principal=late.principal,
            days_late=late.days,
            oldest_late_due_on=late.since,
            interest_earned=interest,
            interest_collected=Dong(sums[Kind.INTEREST]),
            next_due_on=ahead.due_on if ahead else None,
            next_due_principal=Dong(ahead.unpaid if ahead else 0),
            due_on=terms.due_on,
            extended_to=self.extended_to,
        )
