"""Loans: signing a contract, drawing on it, re-booking a draw."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from creditdesk import chain, entering, households, ledger, records
from creditdesk.communes import Map
from creditdesk.db import Tx
from creditdesk.engine import days
from creditdesk.engine.accrual import rate_units
from creditdesk.engine.ageing import terms_on
from creditdesk.engine.drawing import Drawn, Study, allow, draws_of
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong, dong
from creditdesk.engine.policy import Policy
from creditdesk.errors import Conflict, Refused

HIGHEST_RATE = Decimal("0.3")
"""Above 30 % a year no programme of the bank ever lent: a typing error."""


_LOAN_NO = re.compile(r"[0-9]{16}")


class ContractInvalid(Refused):
    """The contract contradicts itself or the map; `problems` pairs fields with codes."""

    code = "contract-invalid"


class LoanExists(Conflict):
    """The number is taken by a contract with other facts."""

    code = "loan-exists"


class AboveApproved(Refused):
    """Draws less re-bookings would exceed what was approved."""

    code = "above-approved"


@dataclass(frozen=True, slots=True)
class Contract:
    """What a loan contract says, as signed; empty text where there is nothing."""

    loan_no: str
    customer_no: str
    customer_name: str
    id_no: str
    household_no: str
    standing: str
    programme: str
    source: str
    investor: str
    trustee: str
    group_no: str
    group_head: str
    village_code: str
    commune: str
    office: str
    session_day: int
    signed_on: date
    rate: Decimal
    approved: Dong
    first_principal_on: date | None
    every_months: int
    due_on: date
    purpose: str
    course_end_on: date | None


def problems(contract: Contract, policy: Policy, places: Map) -> list[tuple[str, str]]:
    """Return what forbids a contract as (field, code); the map is that of the data's day."""
    c = contract
    ends = c.due_on > c.signed_on
    found = [
        ("loan_no", "loan-no-unreadable", bool(_LOAN_NO.fullmatch(c.loan_no))),
        ("programme", "programme-unknown", bool(c.programme in policy.programmes)),
        ("investor", "investor-missing", c.source != "2" or bool(c.investor)),
        ("trustee", "trustee-unknown", c.trustee in policy.trustees),
        ("commune", "commune-unknown", c.commune in places.communes),
        ("session_day", "session-day-outside", 1 <= c.session_day <= 28),
        ("rate", "rate-outside", 0 <= c.rate <= HIGHEST_RATE),
        ("approved", "amount-not-positive", c.approved > 0),
        ("due_on", "due-before-signed", ends),
        ("every_months", "interval-missing", c.first_principal_on is None or c.every_months > 0),
        (
            "first_principal_on",
            "first-principal-outside",
            # Where the end itself is wrong, nothing can lie before it.
            c.first_principal_on is None
            or c.signed_on < c.first_principal_on <= (c.due_on if ends else date.max),
        ),
    ]
    return [(field, code) for field, code, holds in found if not holds]


def doubts(contract: Contract, policy: Policy) -> list[tuple[str, str]]:
    """Return what is unusual but allowed, as (field, code): a contract keeps its terms."""
    found = []
    if contract.trustee != ledger.DIRECT and not contract.group_no:
        found.append(("group_no", "group-missing"))
    known = policy.rates_on(contract.programme[:2], contract.signed_on)
    if known and contract.rate not in known:
        found.append(("rate", "rate-not-of-policy"))
    longest = policy.programme(contract.programme).term_months.find(contract.signed_on)
    if longest and contract.due_on > days.months_after(contract.signed_on, longest):
        found.append(("due_on", "term-above-policy"))
    if len(contract.id_no) == 9:
        found.append(("id_no", "old-identity-card"))
    return found


def row_of(contract: Contract, policy: Policy, province: str) -> dict[str, Any]:
    """Return a loan's row without its keys: the contract, and what the law of its day adds."""
    programme = policy.programme(contract.programme)
    multiple = programme.overdue_multiple.nearest(contract.signed_on)
    assert multiple is not None
    return {
        "province": province,
        "loan_no": contract.loan_no,
        "standing": contract.standing,
        "programme": contract.programme,
        "source": contract.source,
        "investor": contract.investor,
        "trustee": contract.trustee,
        "group_no": contract.group_no,
        "village_code": contract.village_code,
        "commune": contract.commune,
        "office": contract.office,
        "session_day": contract.session_day,
        "signed_on": contract.signed_on,
        "rate_e8": rate_units(contract.rate),
        "overdue_rate_e8": rate_units(contract.rate * multiple),
        "approved": contract.approved,
        "first_principal_on": contract.first_principal_on,
        "every_months": contract.every_months,
        "due_on": contract.due_on,
        "grace_until": _grace_until(contract, policy),
        "ladder": ",".join(map(str, policy.ladder(contract.programme, contract.signed_on))),
        "purpose": contract.purpose,
        "course_end_on": contract.course_end_on,
    }


def _grace_until(contract: Contract, policy: Policy) -> date | None:
    if contract.course_end_on is None:
        return None
    grace = policy.programme(contract.programme).grace_interest.nearest(contract.signed_on)
    if grace is None or grace.after != "course-end":
        return None
    return days.months_after(contract.course_end_on, grace.months)


def sign(tx: Tx, policy: Policy, places: Map, *, contract: Contract, deed: ledger.Deed) -> str:
    """Enter a signed contract with its household, customer and group, and return its number.

    Raises ContractInvalid, LoanExists, and what `households` refuses.
    """
    if found := problems(contract, policy, places):
        raise ContractInvalid(loan_no=contract.loan_no, problems=found)
    records.loans.hold_contracts(tx)
    if records.loans.find_loan(tx, contract.loan_no):
        raise LoanExists(loan_no=contract.loan_no)
    province = places.commune(contract.commune).province
    customer_id = households.register(
        tx,
        province=province,
        customer_no=contract.customer_no,
        name=contract.customer_name,
        id_no=contract.id_no,
        household_no=contract.household_no,
    )
    if contract.group_no:
        households.form_group(
            tx,
            province=province,
            group_no=contract.group_no,
            trustee=contract.trustee,
            head=contract.group_head,
        )
    customer = records.households.find_customer(tx, contract.customer_no)
    assert customer is not None
    row = row_of(contract, policy, province) | {
        "customer_id": customer_id,
        "household_id": customer.household_id,
        "act_id": ledger.begin_act(tx, "sign", deed, days=[contract.signed_on]),
    }
    records.loans.add_loan(tx, row, chain.opening(row))
    return contract.loan_no


def draw(
    tx: Tx,
    policy: Policy,
    *,
    loan_no: str,
    amount: Dong,
    value_date: date,
    receipt_no: str,
    deed: ledger.Deed,
) -> bool:
    """Pay out a loan, in full or in part; return whether the receipt was new.

    What became a loan by an application is drawn as its programme says.

    Raises AboveApproved, what `engine.drawing` refuses, and what `entering.enter` refuses.
    """
    loan = records.loans.lock_loan(tx, loan_no)
    if loan is not None and not records.ledger.find_receipt(tx, receipt_no):
        booked = ledger.in_order(ledger.facts_of(tx, loan.id))
        before = draws_of(one.event for one in booked)
        drawn = sum(one.amount for one in before)
        if drawn + amount > loan.approved:
            raise AboveApproved(loan_no=loan_no, approved=loan.approved, drawn=drawn)
        grace_until = terms_on(ledger.terms_of(loan), booked, value_date).grace_until
        _allow(tx, policy, loan, Drawn(value_date, amount), before, grace_until=grace_until)
    event = Event(value_date, Kind.DRAW, dong(amount), None, receipt_no)
    return entering.enter(tx, policy, "draw", deed, loan_no=loan_no, events=[event], at_desk=True)


def _draws(tx: Tx, loan_ids: Sequence[int]) -> list[Drawn]:
    facts = ledger.facts_of_many(tx, loan_ids)
    return [
        one
        for loan_id in loan_ids
        for one in draws_of(fact.booked.event for fact in facts.get(loan_id, ()))
    ]


def _allow(
    tx: Tx,
    policy: Policy,
    loan: Any,
    draw: Drawn,
    before: Sequence[Drawn],
    *,
    grace_until: date | None,
) -> None:
    asked = records.applications.application_of(tx, loan.loan_no)
    if asked is None:
        return
    ids = records.applications.loans_of_learner(tx, asked) if asked.learner_no else []
    study = Study(
        months=asked.study_months,
        terms_a_year=policy.limits.study_terms_a_year.at(draw.day),
        elsewhere=_draws(tx, [one for one in ids if one != loan.id]),
        grace_until=grace_until,
    )
    allow(policy.programme(loan.programme), loan.signed_on, draw, before, study)


def rebook(
    tx: Tx,
    policy: Policy,
    *,
    loan_no: str,
    amount: Dong,
    value_date: date,
    receipt_no: str,
    deed: ledger.Deed,
) -> bool:
    """Take back part of a draw that was booked wrongly: it is subtracted from lending."""
    event = Event(value_date, Kind.REBOOK, dong(amount), None, receipt_no)
    return entering.enter(
        tx, policy, "rebook", deed, loan_no=loan_no, events=[event], at_desk=True
    )
