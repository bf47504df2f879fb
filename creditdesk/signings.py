"""Signings: the contract that an approved application makes, by the terms of policy."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from creditdesk import cases, households, ledger, loans, records
from creditdesk.cases import Case, Line, Moved, Paper
from creditdesk.communes import Map
from creditdesk.db import Tx
from creditdesk.engine.days import months_after
from creditdesk.engine.eligibility import OTHER, spell_on
from creditdesk.engine.policy import Policy
from creditdesk.engine.procedure import Step
from creditdesk.engine.programmes import ProgrammeTerms
from creditdesk.errors import Refused


class RateUnstated(Refused):
    """Policy states no rate of the programme for that day, or another one."""

    code = "rate-unstated"


class TermAboveAsked(Refused):
    """The contract ends later than the term that was asked and approved."""

    code = "term-above-asked"


@dataclass(frozen=True, slots=True)
class Signing:
    """What a contract states beyond its application; None: by the terms of policy.

    rate  a fraction per year, where a local decision and not policy states it
    """

    loan_no: str
    signed_on: date
    first_principal_on: date | None = None
    due_on: date | None = None
    rate: Decimal | None = None


def sign(
    tx: Tx,
    policy: Policy,
    places: Map,
    *,
    application_no: str,
    signing: Signing,
    deed: ledger.Deed,
) -> Moved:
    """Sign the contract that a notified application makes, by the terms of policy of that day.

    Raises StepNotAllowed, StepTooEarly, RateUnstated, TermAboveAsked, and what `loans.sign`
    refuses.
    """
    records.loans.hold_contracts(tx)
    line, paper = Line(application_no), Paper(signing.signed_on, signing.loan_no)
    case, state = cases.take(tx, Step.SIGN, line, signing.signed_on)
    contract = _contract(tx, policy, case, signing)
    loan_no = loans.sign(tx, policy, places, contract=contract, deed=deed)
    loan = records.loans.find_loan(tx, loan_no)
    assert loan is not None
    signed = line._replace(amount=case.amount)
    cases.write(tx, case, Step.SIGN, signed, paper, act_id=loan.act_id, loan_no=loan_no)
    return Moved(application_no, state, loan_no=loan_no)


def _contract(tx: Tx, policy: Policy, case: Case, signing: Signing) -> loans.Contract:
    row, terms = case.row, policy.programme(case.row.programme).at(signing.signed_on)
    spell = spell_on(
        households.history(tx, row.household_id, signing.signed_on), signing.signed_on
    )
    dates = _dates(case, terms, signing)
    return loans.Contract(
        loan_no=signing.loan_no,
        customer_no=row.customer_no,
        customer_name=row.customer_name,
        id_no=row.id_no,
        household_no=row.household_no,
        standing=spell.standing if spell else OTHER,
        programme=row.programme,
        source=row.source,
        investor=row.investor,
        trustee=row.trustee,
        group_no=row.group_no,
        group_head=row.group_head,
        village_code=row.village_code,
        commune=row.commune,
        office=row.office,
        session_day=row.session_day,
        signed_on=signing.signed_on,
        rate=_rate(terms, signing),
        approved=case.amount,
        first_principal_on=dates.first_principal_on,
        every_months=dates.every_months,
        due_on=dates.due_on,
        purpose=row.purpose,
        course_end_on=row.course_end_on,
    )


def _rate(terms: ProgrammeTerms, signing: Signing) -> Decimal:
    """Return the rate of policy; where policy is silent, that of the local decision."""
    stated, given = terms.rate_per_year, signing.rate
    rate = given if stated is None else stated
    if rate is None or (given is not None and given != rate):
        raise RateUnstated(programme=terms.code, day=terms.day, stated=stated, given=given)
    return rate


@dataclass(frozen=True, slots=True)
class _Dates:
    first_principal_on: date | None
    every_months: int
    due_on: date


def _dates(case: Case, terms: ProgrammeTerms, signing: Signing) -> _Dates:
    """Return when principal is due: the term runs from the draw that the notice tells."""
    row, notice = case.row, case.last(Step.NOTIFY)
    start = max(signing.signed_on, notice.draw_on) if notice else signing.signed_on
    last = months_after(start, row.months)
    due = signing.due_on or last
    if due > last:
        raise TermAboveAsked(application_no=row.application_no, due_on=due, last=last)
    every = row.every_months or terms.principal_interval_months or 0
    first = signing.first_principal_on or _first(row.course_end_on, terms, start, every)
    if first is None or first >= due or not every:
        return _Dates(None, 0, due)
    return _Dates(first, every, due)


def _first(course_end: date | None, terms: ProgrammeTerms, start: date, every: int) -> date | None:
    """Return the first instalment's day: after the grace, or else one interval after the draw."""
    grace = terms.grace_principal or (terms.grace_interest if course_end else None)
    after = grace.ends_on(start, course_end) if grace else None
    if after is not None:
        return after
    return months_after(start, every) if every else None
