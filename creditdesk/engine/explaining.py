"""Where the figures of a standing come from: what earned, what was due, what the rule would do."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from creditdesk.engine import days
from creditdesk.engine.accrual import RATE_UNIT, YEAR, Stretch, rate_units, stretches
from creditdesk.engine.ageing import (
    Standing,
    balances_on,
    changes_of,
    final_due_on,
    instalments,
    look,
    plan_on,
    terms_on,
    to_transfer,
    total_of,
)
from creditdesk.engine.journal import PRINCIPAL, Account, Kind
from creditdesk.engine.money import Dong, round_ratio
from creditdesk.engine.policy import OverdueRule
from creditdesk.engine.replay import Booked
from creditdesk.engine.terms import LoanTerms

UNIT = YEAR * RATE_UNIT
"""What dong x days x hundred-millionths are divided by to be dong of interest."""


class Earning(NamedTuple):
    """A stretch of days that earned, as long as nothing changed, and why it is as it is.

    began    receipts of what its first day changed; empty where a grace ended by itself
    rate_by  receipt of the decision that set its rate; empty: the contract
    """

    stretch: Stretch
    began: tuple[str, ...]
    rate_by: str

    @property
    def numerator(self) -> int:
        """Return what it earned, exactly, in parts of which `UNIT` make a dong."""
        return self.numerator_to(self.stretch.until)

    def numerator_to(self, day: date) -> int:
        """Return what it earned up to a day, exactly, in the same parts."""
        kind_, since, until, balance, rate = self.stretch
        return balance * max(0, (min(until, day) - since).days) * rate_units(rate)


def earnings(terms: LoanTerms, booked: Iterable[Booked], as_of: date) -> list[Earning]:
    """Return every stretch that earned interest up to the end of a day, in the order of days.

    Their exact sum by kind, rounded half up once, is the interest of `ageing.stand`.
    """
    held = [entry for entry in booked if entry.event.value_date <= as_of]
    moves = [(entry, changes_of(entry.event.value_date, entry.postings)) for entry in held]
    changes = [change for _, change in moves if change.in_term or change.overdue]
    found: list[Earning] = []
    last: dict[str, int] = {}
    for stretch in stretches(terms_on(terms, held, as_of), changes, as_of):
        new = Earning(stretch, _began(held, stretch), _rate_by(terms, held, stretch.since))
        at = last.get(stretch.kind)
        if at is not None and _goes_on(found[at], new):
            longer = found[at].stretch._replace(until=stretch.until)
            found[at] = found[at]._replace(stretch=longer)
        else:
            last[stretch.kind] = len(found)
            found.append(new)
    return found


def _goes_on(before: Earning, new: Earning) -> bool:
    """Return whether nothing but something of another kind divides two stretches."""
    same_money = before.stretch[3:] == new.stretch[3:] and before.rate_by == new.rate_by
    return same_money and before.stretch.until == new.stretch.since


_TERMS = frozenset({Kind.RATE, Kind.LEAVE})


def _began(held: Iterable[Booked], stretch: Stretch) -> tuple[str, ...]:
    """Return receipts of the first day that moved this balance, its rate or its grace."""
    account = Account.OVERDUE if stretch.kind == "overdue" else Account.IN_TERM
    return tuple(
        entry.event.receipt_no
        for entry in held
        if entry.event.value_date == stretch.since
        and (
            entry.event.kind in _TERMS
            or any(account in (debit, credit) for debit, credit, _ in entry.postings)
        )
    )


def _rate_by(terms: LoanTerms, held: Iterable[Booked], day: date) -> str:
    """Return the receipt of the decision whose rate is in force on a day."""
    agreed = max((step.since for step in terms.rates if step.since <= day), default=date.min)
    decided = [
        entry.event
        for entry in held
        if entry.event.kind is Kind.RATE and agreed <= entry.event.value_date <= day
    ]
    return decided[-1].receipt_no if decided else ""


class Collected(NamedTuple):
    """Interest collected by one receipt [dong]: which kind of interest it paid, what is ahead."""

    receipt_no: str
    value_date: date
    amount: int
    overdue: int
    in_term: int
    grace: int

    @property
    def ahead(self) -> int:
        """Return what nothing that was earned has used up yet."""
        return self.amount - self.overdue - self.in_term - self.grace


def collections(
    earned: Sequence[Earning], booked: Iterable[Booked], order: Sequence[str], as_of: date
) -> list[Collected]:
    """Return which interest each collection paid, in the order of days.

    earned  what `earnings` found up to the same day
    order   kinds of interest as `config/policy/repayment_order.toml` has them

    A collection pays what was earned by its day and not paid yet; what is left of it pays what is
    earned later, before any newer collection does.
    """
    found: list[Collected] = []
    paid = dict.fromkeys(order, 0)
    used = 0
    for entry in booked:
        receipt_no, day = entry.event.receipt_no, entry.event.value_date
        if entry.event.kind is Kind.INTEREST and day <= as_of:
            found.append(Collected(receipt_no, day, entry.event.amount, 0, 0, 0))
            used = _settle(found, used, paid, earned, day)
    _settle(found, used, paid, earned, as_of)
    return found


def _settle(
    found: list[Collected], used: int, paid: dict[str, int], earned: Sequence[Earning], day: date
) -> int:
    """Let collections pay what was earned up to a day; return how many are used up.

    The oldest pay first, so those that are used up stand before those that are ahead.
    """
    for kind in paid:
        owed = interest_of(earned, kind, day) - paid[kind]
        while owed and used < len(found):
            row = found[used]
            part = min(owed, row.ahead)
            found[used] = row._replace(**{kind: getattr(row, kind) + part})
            paid[kind] += part
            owed -= part
            used += part == row.ahead
    return used


def interest_of(earned: Iterable[Earning], kind: str, day: date) -> Dong:
    """Return the interest of one kind earned up to a day, rounded half up once."""
    exact = sum(one.numerator_to(day) for one in earned if one.stretch.kind == kind)
    return Dong(round_ratio(exact, UNIT))


class PlanLine(NamedTuple):
    """An instalment of the plan in force [dong], and the receipts that made it what it is.

    due_so_far  what falls due up to its day, itself included
    origins     (receipt, [dong] signed) of draws and of decisions that moved it; they add up to it
    settled_on  [date] when repayments had paid all that falls due up to its day
    days_late   [days] from its day to that one, or to today while it is late
    """

    no: int
    due_on: date
    principal: int
    due_so_far: int
    paid: int
    late: int
    origins: tuple[tuple[str, int], ...]
    settled_on: date | None
    days_late: int


def plan_lines(booked: Sequence[Booked], standing: Standing) -> list[PlanLine]:
    """Return the plan of a standing's day; what is late lies on the oldest dates and adds up."""
    origins: dict[date, list[tuple[str, int]]] = {}
    for entry in booked:
        if entry.event.value_date <= standing.as_of:
            for due_on, amount in entry.plan:
                origins.setdefault(due_on, []).append((entry.event.receipt_no, amount))
    left, due = int(standing.late_principal), 0
    lines = []
    plan = plan_on(booked, standing.as_of)
    paid_by = _repaid_by_day(booked, standing.as_of)
    for no, row in enumerate(instalments(plan, standing.principal_repaid), start=1):
        late = min(row.unpaid, left) if row.due_on < standing.as_of else 0
        left -= late
        due += row.principal
        paid = row.principal - row.unpaid
        settled = next((day for day, repaid in paid_by if repaid >= due), None)
        until = settled or (standing.as_of if late else row.due_on)
        own = (row.principal, due, paid, late, tuple(origins[row.due_on]))
        lines.append(PlanLine(no, row.due_on, *own, settled, max(0, (until - row.due_on).days)))
    return lines


def _repaid_by_day(booked: Iterable[Booked], as_of: date) -> list[tuple[date, int]]:
    """Return what was repaid up to each day of a repayment [dong], rising."""
    repaid, found = 0, []
    for entry in booked:
        if entry.event.kind is Kind.PRINCIPAL and entry.event.value_date <= as_of:
            repaid += entry.event.amount
            found.append((entry.event.value_date, repaid))
    return found


class Transfer(NamedTuple):
    """What the rule would move to overdue at a session [dong], and why so much or nothing.

    why     `nothing-owed`, `final-due-passed`, `instalment-late`, `instalment-not-moved`,
            `not-late` or `moved-before`
    missed  what sessions up to the day should have moved and did not
    unpaid  principal past its due date, as the rule counts it
    moved   what is overdue or frozen already
    """

    session: date
    amount: Dong
    why: str
    missed: Dong
    unpaid: int
    moved: int
    final_due_on: date


def transfer(
    terms: LoanTerms, booked: Sequence[Booked], rule: OverdueRule, as_of: date
) -> Transfer:
    """Return what the rule would move at the session after a day if nothing happened till then.

    The amount is that of `ageing.to_transfer`, where the rule and its source stand.
    """
    session = days.next_session(terms.session_day, as_of)
    held = [entry for entry in booked if entry.event.value_date <= as_of]
    amount = to_transfer(terms, held, rule, session)
    balances = balances_on(held, as_of)
    owed = sum(balances[account] for account in PRINCIPAL)
    final = final_due_on(terms, held, as_of)
    repaid = total_of(held, Kind.PRINCIPAL, as_of)
    late = look(plan_on(held, as_of), repaid, owed, session).principal
    unpaid = owed if final < session else int(late)
    if not unpaid:
        why = "not-late" if owed else "nothing-owed"
    elif final >= session and not rule.moves_instalment(terms.signed_on, terms.trustee):
        why = "instalment-not-moved"
    elif not amount:
        why = "moved-before"
    else:
        why = "final-due-passed" if final < session else "instalment-late"
    moved = balances[Account.OVERDUE] + balances[Account.FROZEN]
    missed = to_transfer(terms, held, rule, as_of)
    return Transfer(session, amount, why, missed, unpaid, moved, final)
