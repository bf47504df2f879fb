"""What the events of one loan, in the order they count, do to its accounts and to its plan."""

from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple

from creditdesk.engine.allocation import Orders, take
from creditdesk.engine.days import months_after, whole_months
from creditdesk.engine.journal import Account, Event, Kind, Posting, in_order
from creditdesk.engine.schedule import Plan, PlanChange
from creditdesk.engine.terms import LoanTerms
from creditdesk.errors import DeskError, Refused


class BeforeFirstDraw(Refused):
    """Nothing had been lent on that day."""

    code = "before-first-draw"


class MoreThanOutstanding(Refused):
    """The amount is larger than the balance it would be taken from."""

    code = "more-than-outstanding"


class ExtensionNotLater(Refused):
    """An extension has to end after the due date in force."""

    code = "extension-not-later"


class InstalmentNotThere(Refused):
    """No instalment before the final one falls due on that day or is still to come."""

    code = "instalment-not-there"


class BeyondNextInstalment(Refused):
    """An instalment is re-dated to a later day, at most to that of the next one."""

    code = "beyond-next-instalment"


class NoGraceLeft(Refused):
    """A leave prolongs a grace that runs: there is none, or the new end is not later."""

    code = "no-grace-left"


class ShorteningNotEarlier(Refused):
    """A contract is shortened to a day before the due date in force and not past."""

    code = "shortening-not-earlier"


class FreezeEndsBefore(Refused):
    """A freeze has to end after it begins."""

    code = "freeze-ends-before"


class Booked(NamedTuple):
    """An event and what it does: postings, changes of the plan as (due date, [dong] signed)."""

    event: Event
    postings: tuple[Posting, ...]
    plan: PlanChange


class Refusal(NamedTuple):
    """An event that cannot have happened, and why."""

    event: Event
    why: DeskError


def replay(
    terms: LoanTerms, events: Iterable[Event], orders: Orders
) -> tuple[list[Booked], list[Refusal]]:
    """Return every event with its postings and plan changes, and those that cannot be.

    events  any order; they are taken by day, on one day in the order of `journal.SAME_DAY_ORDER`

    A refused event is left out and the rest goes on, so that all faults of a file show at once.
    """
    run = _Run(terms, orders)
    booked: list[Booked] = []
    refused: list[Refusal] = []
    for event in sorted(events, key=in_order):
        try:
            booked.append(run.take(event))
        except Refused as why:
            refused.append(Refusal(event, why))
    return booked, refused


_NO_POSTINGS: tuple[Posting, ...] = ()


class _Run:
    """Balances, plan and grace of one loan in mid-replay."""

    __slots__ = ("balances", "drawn", "grace_until", "orders", "plan", "repaid")

    def __init__(self, terms: LoanTerms, orders: Orders) -> None:
        self.plan = Plan(terms)
        self.orders = orders
        self.balances = dict.fromkeys((Account.IN_TERM, Account.OVERDUE, Account.FROZEN), 0)
        self.drawn = False
        self.repaid = 0
        self.grace_until = terms.grace_until

    def take(self, event: Event) -> Booked:
        if event.kind is Kind.DRAW:
            self.drawn = True
        elif not self.drawn and event.kind is not Kind.RATE:
            raise BeforeFirstDraw(receipt_no=event.receipt_no, value_date=event.value_date)
        recipe = _RECIPES.get(event.kind)
        postings = recipe(self, event) if recipe else _NO_POSTINGS
        replan = _PLANS.get(event.kind)
        plan = replan(self, event) if replan else ()
        for debit, credit, amount in postings:
            if debit in self.balances:
                self.balances[debit] += amount
            if credit in self.balances:
                self.balances[credit] -= amount
        return Booked(event, postings, plan)

    def parts(self, event: Event, order: tuple[Account, ...]) -> tuple[tuple[Account, int], ...]:
        parts = take(event.amount, self.balances, order)
        found = sum(part for _, part in parts)
        if found < event.amount:
            raise MoreThanOutstanding(
                receipt_no=event.receipt_no, amount=event.amount, outstanding=found
            )
        return parts

    def draw(self, event: Event) -> tuple[Posting, ...]:
        return (Posting(Account.IN_TERM, Account.CASH, event.amount),)

    def rebook(self, event: Event) -> tuple[Posting, ...]:
        return self._to(Account.CASH, event, self.orders.rebook)

    def principal(self, event: Event) -> tuple[Posting, ...]:
        return self._to(Account.CASH, event, self.orders.principal)

    def interest(self, event: Event) -> tuple[Posting, ...]:
        return (Posting(Account.CASH, Account.INTEREST, event.amount),)

    def overdue(self, event: Event) -> tuple[Posting, ...]:
        return self._to(Account.OVERDUE, event, (Account.IN_TERM,))

    def freeze(self, event: Event) -> tuple[Posting, ...]:
        if event.until is not None and event.until <= event.value_date:
            raise FreezeEndsBefore(receipt_no=event.receipt_no, until=event.until)
        return self._to(Account.FROZEN, event, self.orders.freeze)

    def unfreeze(self, event: Event) -> tuple[Posting, ...]:
        matured = self.plan.dates[-1] < event.value_date
        back = Account.OVERDUE if matured else Account.IN_TERM
        return self._to(back, event, (Account.FROZEN,))

    def write_off(self, event: Event) -> tuple[Posting, ...]:
        return self._to(Account.LOSS, event, self.orders.write_off)

    def _to(self, debit: Account, event: Event, order: tuple[Account, ...]) -> tuple[Posting, ...]:
        return tuple(Posting(debit, credit, part) for credit, part in self.parts(event, order))

    def lend(self, event: Event) -> PlanChange:
        return self.plan.lend(event.value_date, event.amount)

    def lend_less(self, event: Event) -> PlanChange:
        return self.plan.lend(event.value_date, -event.amount)

    def prepay(self, event: Event) -> PlanChange:
        before, self.repaid = self.repaid, self.repaid + event.amount
        if self.orders.prepaid == "next":
            return ()
        due = self.plan.due_by(event.value_date)
        ahead = max(0, self.repaid - due) - max(0, before - due)
        if not ahead:
            return ()
        return self.plan.prepay(event.value_date, ahead, self.orders.prepaid)

    def extend(self, event: Event) -> PlanChange:
        last = self.plan.dates[-1]
        if event.until is None or event.until <= last:
            raise ExtensionNotLater(receipt_no=event.receipt_no, until=event.until, due_on=last)
        return self.plan.move({last: event.until})

    def redate(self, event: Event) -> PlanChange:
        old, new, dates = event.of, event.until, self.plan.dates
        if old not in dates[:-1] or old is None or old < event.value_date:
            raise InstalmentNotThere(receipt_no=event.receipt_no, due_on=old)
        following = dates[dates.index(old) + 1]
        if new is None or not old < new <= following:
            raise BeyondNextInstalment(receipt_no=event.receipt_no, until=new, next_on=following)
        return self.plan.move({old: new})

    def leave(self, event: Event) -> PlanChange:
        old, new, last = self.grace_until, event.of, self.plan.dates[-1]
        if old is None or new is None or event.value_date >= old or new <= old:
            raise NoGraceLeft(receipt_no=event.receipt_no, grace_until=old)
        if event.until is None or event.until <= last:
            raise ExtensionNotLater(receipt_no=event.receipt_no, until=event.until, due_on=last)
        self.grace_until = new
        months = whole_months(old, new)
        moved = {
            due: min(months_after(due, months), event.until)
            for due in self.plan.dates
            if due >= event.value_date
        }
        return self.plan.move(moved | {last: event.until})

    def shorten(self, event: Event) -> PlanChange:
        new, last = event.until, self.plan.dates[-1]
        if new is None or not event.value_date <= new < last:
            raise ShorteningNotEarlier(receipt_no=event.receipt_no, until=new, due_on=last)
        return self.plan.move({due: new for due in self.plan.dates if due > new})


_RECIPES = {
    Kind.DRAW: _Run.draw,
    Kind.REBOOK: _Run.rebook,
    Kind.PRINCIPAL: _Run.principal,
    Kind.INTEREST: _Run.interest,
    Kind.OVERDUE: _Run.overdue,
    Kind.FREEZE: _Run.freeze,
    Kind.UNFREEZE: _Run.unfreeze,
    Kind.WRITE_OFF: _Run.write_off,
}
_PLANS = {
    Kind.DRAW: _Run.lend,
    Kind.REBOOK: _Run.lend_less,
    Kind.PRINCIPAL: _Run.prepay,
    Kind.EXTEND: _Run.extend,
    Kind.CARRY_OVER: _Run.extend,
    Kind.REDATE: _Run.redate,
    Kind.LEAVE: _Run.leave,
    Kind.SHORTEN: _Run.shorten,
}


class Revision(NamedTuple):
    """What has to be written so that the book says what the facts say.

    mirrors  ids of entries to undo; writes  (booked, id of the entry whose place it takes or None)
    """

    mirrors: tuple[int, ...]
    writes: tuple[tuple[Booked, int | None], ...]
    refused: tuple[Refusal, ...]


def revise(
    terms: LoanTerms,
    orders: Orders,
    live: Sequence[tuple[int, Booked]],
    add: Iterable[Event],
    remove: Container[int] = (),
) -> Revision:
    """Return what new and withdrawn events change in what is booked.

    live    (entry id, booked) of the loan's facts that are not undone
    remove  ids of live entries that are withdrawn

    Events count by their day, not by their arrival: one that arrives late makes later entries
    wrong where they would have been booked otherwise; those are mirrored and booked again.
    """
    known = {booked.event.receipt_no: (key, booked) for key, booked in live if key not in remove}
    mirrors = [key for key, _ in live if key in remove]
    booked, refused = replay(terms, [*(old.event for _, old in known.values()), *add], orders)
    writes: list[tuple[Booked, int | None]] = []
    for new in booked:
        if new.event.receipt_no not in known:
            writes.append((new, None))
            continue
        key, old = known[new.event.receipt_no]
        if (old.postings, old.plan) != (new.postings, new.plan):
            mirrors.append(key)
            writes.append((new, key))
    return Revision(tuple(mirrors), tuple(writes), tuple(refused))
