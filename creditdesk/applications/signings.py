"""Signings: the contract that an approved application makes, by the terms of policy."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from creditdesk import households, ledger, loans, records
from creditdesk.applications import cases
from creditdesk.applications.cases import Case, Line, Moved, Paper
from creditdesk.communes import Map
from creditdesk.db import Tx
from creditdesk.engine.days import months_after
from creditdesk.engine.eligibility import OTHER, spell_on
from creditdesk.engine.offer import Ask, Offer, offer
from creditdesk.engine.policy import Policy
from creditdesk.engine.procedure import Step
from creditdesk.errors import Refused


class RateOfPolicy(Refused):
    """Policy states the rate of that day, and it is another one."""

    code = "rate-of-policy"


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

    Raises StepNotAllowed, StepTooEarly, RateOfPolicy, TermAboveAsked, and what `loans.sign`
    refuses.
    """
    records.loans.hold_contracts(tx)
    cases.lock(tx, [application_no])
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
    row, day = case.row, signing.signed_on
    spell = spell_on(households.history(tx, row.household_id, day), day)
    offered = _offered(policy, case, signing)
    principal = offered.due_on[offered.grace_principal :]
    return loans.Contract(
        loan_no=signing.loan_no,
        customer_no=row.customer_no,
        customer_name=row.customer_name,
        id_no="",  # the book has it, under seal, since the application
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
        signed_on=day,
        rate=offered.rate_per_year,
        approved=case.amount,
        first_principal_on=principal[0] if len(principal) > 1 else None,
        every_months=_every(policy, case, day) if len(principal) > 1 else 0,
        due_on=principal[-1],
        purpose=row.purpose,
        course_end_on=row.course_end_on,
    )


def _every(policy: Policy, case: Case, day: date) -> int:
    stated = policy.programme(case.row.programme).principal_interval_months.find(day)
    return case.row.every_months or stated or 0


def _offered(policy: Policy, case: Case, signing: Signing) -> Offer:
    """Return what the programme offers: the term runs from the draw that the notice tells."""
    row, notice = case.row, case.last(Step.NOTIFY)
    assert notice is not None
    start = max(signing.signed_on, notice.draw_on)
    last = months_after(start, row.months)
    due = signing.due_on or last
    if due > last:
        raise TermAboveAsked(application_no=row.application_no, due_on=due, last=last)
    stated = policy.programme(row.programme).rate_per_year.find(signing.signed_on)
    if stated is not None and signing.rate not in (None, stated):
        raise RateOfPolicy(programme=row.programme, stated=stated, given=signing.rate)
    return offer(
        policy,
        Ask(
            programme=row.programme,
            signed_on=signing.signed_on,
            draw_on=start,
            rate_per_year=signing.rate,
            due_on=due,
            every_months=row.every_months or None,
            course_end_on=row.course_end_on,
        ),
    )
