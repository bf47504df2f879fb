"""What the law asks of each decision, and the events that it becomes."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from creditdesk import repayments
from creditdesk.engine import ageing, days, limits
from creditdesk.engine.accrual import rate_units
from creditdesk.engine.ageing import Standing
from creditdesk.engine.dated import Dated, History
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.policy import Policy
from creditdesk.engine.programmes import Programme
from creditdesk.engine.replay import Booked, ExtensionNotLater, NoGraceLeft
from creditdesk.engine.terms import LoanTerms
from creditdesk.errors import Refused

HIGHEST_RATE = Decimal(30)
"""Percent a year: above it no programme of the bank ever lent."""


class NothingToUndo(Refused):
    """Under this number nothing stands on the loan on that day."""

    code = "nothing-to-undo"


class PapersOutOfOrder(Refused):
    """A request is asked for, handed in and decided, in this order."""

    code = "papers-out-of-order"


class AskedTooLate(Refused):
    """The borrower asks so many working days before the due date."""

    code = "asked-too-late"


class HandedInTooLate(Refused):
    """The head of the group hands in so many working days before, or on the session's day."""

    code = "handed-in-too-late"


class ExtensionTooLong(Refused):
    """All extensions together are bounded by the original term."""

    code = "extension-too-long"


class FreezeOver(Refused):
    """Frozen debt is extended before its freeze ends."""

    code = "freeze-over"


class NotOfProgramme(Refused):
    """The programme of the loan knows no such decision."""

    code = "not-of-programme"


class InterestUnpaid(Refused):
    """Principal goes over to the next season only when the interest due is paid."""

    code = "interest-unpaid"


class CarriedOverBefore(Refused):
    """Principal goes over to the next season so many times in a row."""

    code = "carried-over-before"


class CarryOverTooLong(Refused):
    """A season lasts so many months at most."""

    code = "carry-over-too-long"


class FreezeReasonUnknown(Refused):
    """Policy knows no such reason, or not for this decision."""

    code = "freeze-reason-unknown"


class LossMissing(Refused):
    """Under this reason the loss of assets decides how long, and is not told."""

    code = "loss-missing"


class LossTooSmall(Refused):
    """So small a loss is met by an extension."""

    code = "loss-too-small"


class FreezeBeyondLimit(Refused):
    """A freeze lasts so many months at most."""

    code = "freeze-beyond-limit"


class NeverFrozen(Refused):
    """A supplementary freeze or a write-off follows on a freeze."""

    code = "never-frozen"


class FreezeRuns(Refused):
    """The freeze before this decision is not over yet."""

    code = "freeze-runs"


class RateTooHigh(Refused):
    """No programme of the bank ever lent at such a rate."""

    code = "rate-too-high"


class Case(NamedTuple):
    """A loan on the day of a decision, and what the decision says of it.

    number  the one under which the decision is booked
    booked  everything booked on the loan, in the order in which it counts
    """

    policy: Policy
    loan: Any
    terms: LoanTerms
    booked: Sequence[Booked]
    standing: Standing
    day: date
    number: str
    said: Mapping[str, Any]

    @property
    def programme(self) -> Programme:
        """Return the programme under which the loan was signed."""
        return self.policy.programme(self.loan.programme)

    @property
    def final_due_on(self) -> date:
        """Return the final due date in force."""
        return ageing.final_due_on(self.terms, self.booked, self.day)

    def event(self, kind: Kind, **facts: Any) -> Event:
        """Return an event of this decision."""
        blank: dict[str, Any] = {"amount": 0, "until": None, "receipt_no": self.number}
        return Event(self.day, kind, **(blank | facts))


def redate(case: Case) -> list[Event]:
    """Move an instalment: asked for and handed in on time; once decided it is not late.

    Source: letter 597/NHCS-TDNN of 2026-01-30, in policy/limits.toml.
    """
    of, asked, handed = (case.said[name] for name in ("instalment", "asked_on", "handed_in_on"))
    if not asked <= handed <= case.day:
        raise PapersOutOfOrder(asked_on=asked, handed_in_on=handed, day=case.day)
    bounds, off = case.policy.limits, case.policy.days_off
    if rule := bounds.redate_asked_days.dated(case.day):
        latest = days.working_days_before(of, rule.value, off)
        if asked > latest:
            raise AskedTooLate(asked_on=asked, latest=latest, **_told(rule))
    if rule := bounds.redate_handed_days.dated(case.day):
        session = days.last_session(case.terms.session_day, of)
        latest = max(session, days.working_days_before(of, rule.value, off))
        if handed > latest:
            raise HandedInTooLate(handed_in_on=handed, latest=latest, **_told(rule))
    return [case.event(Kind.REDATE, until=case.said["until"], of=of)]


def extend(case: Case) -> list[Event]:
    """Move the final due date, by no more than a share of the original term in all.

    Frozen debt is extended before its freeze ends; at the end it returns in term.
    Source: Decision 54/QĐ-HĐQT of 2023-09-15, in policy/limits.toml.
    """
    until, last = case.said["until"], max(case.final_due_on, case.day)
    if until <= last:
        raise ExtensionNotLater(receipt_no=case.number, until=until, due_on=last)
    frozen_until = _frozen_until(case)
    if case.standing.frozen and frozen_until and case.day > frozen_until:
        raise FreezeOver(until=frozen_until, day=case.day)
    bounds = case.policy.limits
    terms = case.terms
    latest = limits.extension_until(terms, case.booked, bounds, case.day)
    if latest is not None and until > latest:
        short = days.months_after(terms.signed_on, bounds.short_term_months.at(case.day))
        rule = bounds.extension_short_months if terms.due_on <= short else bounds.extension_share
        raise ExtensionTooLong(until=until, latest=latest, **_told(_in_force(rule, case.day)))
    return [case.event(Kind.EXTEND, until=until)]


def carry_over(case: Case) -> list[Event]:
    """Let the principal of a crop loan go over to the next season; interest due is paid."""
    until, bounds = case.said["until"], case.policy.limits
    if not case.programme.carry_over.nearest(case.day):
        raise NotOfProgramme(act="carry-over", programme=case.loan.programme)
    if case.standing.interest_unpaid > 0:
        raise InterestUnpaid(loan_no=case.loan.loan_no, amount=case.standing.interest_unpaid)
    times = _in_force(bounds.carry_over_times, case.day)
    before = sum(
        entry.event.kind is Kind.CARRY_OVER and entry.event.value_date <= case.day
        for entry in case.booked
    )
    if before >= times.value:
        raise CarriedOverBefore(times=before, **_told(times))
    months = _in_force(bounds.carry_over_months, case.day)
    latest = days.months_after(case.final_due_on, months.value)
    if until > latest:
        raise CarryOverTooLong(until=until, latest=latest, **_told(months))
    return [case.event(Kind.CARRY_OVER, until=until)]


def leave(case: Case) -> list[Event]:
    """Prolong a learner's grace by a leave of absence: the plan moves by as many months."""
    grace = case.programme.grace_interest.nearest(case.terms.signed_on)
    old = ageing.terms_on(case.terms, case.booked, case.day).grace_until
    if grace is None or old is None:
        raise NoGraceLeft(receipt_no=case.number, grace_until=old)
    new = days.months_after(case.said["course_end_on"], grace.months)
    months = max(0, days.whole_months(old, new))
    until = days.months_after(case.final_due_on, months)
    return [case.event(Kind.LEAVE, until=until, of=new)]


def shorten(case: Case) -> list[Event]:
    """Shorten a loan whose contract of work ended early."""
    if case.programme.term_by.nearest(case.terms.signed_on) != "contract":
        raise NotOfProgramme(act="shorten", programme=case.loan.programme)
    return [case.event(Kind.SHORTEN, until=case.said["until"])]


def freeze(case: Case) -> list[Event]:
    """Freeze what is owed, all of it where no amount is told, as long as the loss allows.

    Source: Decision 50/2010/QĐ-TTg, amended by Decision 08/2021/QĐ-TTg, in policy/limits.toml.
    """
    _reason(case, but=limits.SUPPLEMENTARY)
    _require_loss(case)
    loss = case.said["loss"].scaleb(-2) if "loss" in case.said else None
    rule = limits.freeze_months(case.policy.limits, case.said["reason"], loss, case.day)
    amount = case.said.get("amount", case.standing.in_term + case.standing.overdue)
    return [_frozen(case, _in_force(rule, case.day), case.day, amount)]


def _require_loss(case: Case) -> None:
    bounds, day = case.policy.limits, case.day
    if case.said["reason"] not in _in_force(bounds.freeze_by_loss, day).value:
        return
    if "loss" not in case.said:
        raise LossMissing(reason=case.said["reason"])
    least = _in_force(bounds.freeze_loss_from, day)
    if case.said["loss"].scaleb(-2) < least.value:
        percent = {"limit": least.value.scaleb(2), "source": least.source}
        raise LossTooSmall(loss=case.said["loss"], **percent)


def _frozen(case: Case, months: Dated[int], since: date, amount: int) -> Event:
    latest = days.months_after(since, months.value)
    until = case.said.get("until", latest)
    if until > latest:
        raise FreezeBeyondLimit(until=until, latest=latest, **_told(months))
    return case.event(Kind.FREEZE, amount=amount, until=until)


def refreeze(case: Case) -> list[Event]:
    """Freeze once more what still cannot be repaid when a freeze is over.

    How long is not published: at most as long as any freeze.
    """
    if case.said.get("reason", limits.SUPPLEMENTARY) != limits.SUPPLEMENTARY:
        raise FreezeReasonUnknown(reason=case.said["reason"], reasons=[limits.SUPPLEMENTARY])
    _freeze_is_over(case)
    months = _in_force(case.policy.limits.freeze_months_heavy, case.day)
    frozen = case.standing.frozen
    amount = case.said.get("amount", frozen or case.standing.overdue)
    again = _frozen(case, months, case.day, amount)
    if not frozen:
        return [again]
    released = case.event(Kind.UNFREEZE, amount=frozen, receipt_no=f"{case.number}/HK")
    return [released, again]


def unfreeze(case: Case) -> list[Event]:
    """End a freeze: back to overdue when the final due date has passed, else to in term."""
    amount = case.said.get("amount", case.standing.frozen)
    return [case.event(Kind.UNFREEZE, amount=amount)]


def write_off(case: Case) -> list[Event]:
    """Give principal up that a freeze did not bring back, all of it where no amount is told."""
    _reason(case)
    _freeze_is_over(case)
    amount = case.said.get("amount", case.standing.outstanding)
    return [case.event(Kind.WRITE_OFF, amount=amount)]


def misuse(case: Case) -> list[Event]:
    """Move what was used for another purpose to overdue at once."""
    return [case.event(Kind.OVERDUE, amount=case.said["amount"])]


def re_price(case: Case) -> list[Event]:
    """Give the loan another rate from the day on; that of overdue principal follows."""
    if case.said["rate"] > HIGHEST_RATE:
        raise RateTooHigh(rate=case.said["rate"], highest=HIGHEST_RATE)
    rate = case.said["rate"].scaleb(-2)
    multiple = case.programme.overdue_multiple.nearest(case.terms.signed_on)
    rates = {"rate_e8": rate_units(rate), "overdue_rate_e8": rate_units(rate * multiple)}
    return [case.event(Kind.RATE, **rates)]


def reverse(case: Case) -> list[Event]:
    """Undo what was entered under a number, on its own day; what came after is replayed."""
    numbers = repayments.numbers_of(case.said["receipt_no"])
    found = [one.event for one in case.booked if one.event.receipt_no in numbers]
    if not found or found[0].value_date != case.day:
        told = {"receipt_no": case.said["receipt_no"], "loan_no": case.loan.loan_no}
        raise NothingToUndo(**told, day=case.day)
    return found


def _reason(case: Case, *, but: str = "") -> None:
    reasons = [code for code in case.policy.freeze_reasons if code != but]
    if case.said["reason"] not in reasons:
        raise FreezeReasonUnknown(reason=case.said["reason"], reasons=reasons)


def _freeze_is_over(case: Case) -> None:
    until = _frozen_until(case)
    if until is None:
        raise NeverFrozen(loan_no=case.loan.loan_no)
    if case.standing.frozen and case.day < until:
        raise FreezeRuns(until=until, day=case.day)


def _frozen_until(case: Case) -> date | None:
    """Return the end of the freeze that was decided last, None where there was none."""
    ends = [
        entry.event.until
        for entry in case.booked
        if entry.event.kind is Kind.FREEZE and entry.event.value_date <= case.day
    ]
    return ends[-1] if ends else None


def _in_force(history: History[Any], day: date) -> Dated[Any]:
    rule = history.dated(day) or history.first
    assert rule is not None
    return rule


def _told(rule: Dated[Any]) -> dict[str, Any]:
    return {"limit": rule.value, "source": rule.source}
