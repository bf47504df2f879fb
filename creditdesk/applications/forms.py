"""Applications: what form 01/TD says, and entering one where the rules allow it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import SimpleNamespace
from typing import Any

from creditdesk import households, ledger, records
from creditdesk.applications.cases import Moved, eligible, judged
from creditdesk.communes import Map
from creditdesk.db import Tx
from creditdesk.engine.eligibility import Check
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy
from creditdesk.engine.procedure import State
from creditdesk.errors import Conflict, DeskError, Refused


class ApplicationExists(Conflict):
    """The number is taken by another application."""

    code = "application-exists"


class FormNotTaken(Conflict):
    """A number of the form is in use where whoever enters it does not look."""

    code = "form-not-taken"


class FormInvalid(Refused):
    """The form contradicts itself or the map; `problems` pairs fields with codes."""

    code = "form-invalid"


@dataclass(frozen=True, slots=True)
class Form:
    """What form 01/TD says; empty text and 0 where there is nothing.

    amount, cost     [dong] asked; of what is bought, built or prepared
    months           the term asked, from the first draw; `every_months` between instalments
    plan             what the money is used for, and how it comes back
    learner_no       number of the learner of whom the loan pays the study
    works, workers   types of works built; workers of an establishment, 0: a person borrows
    contract_months  of the contract of work abroad
    """

    application_no: str
    customer_no: str
    customer_name: str
    programme: str
    trustee: str
    commune: str
    office: str
    session_day: int
    applied_on: date
    amount: Dong
    months: int
    purpose: str
    id_no: str = ""
    household_no: str = ""
    source: str = "1"
    investor: str = ""
    group_no: str = ""
    group_head: str = ""
    village_code: str = ""
    every_months: int = 0
    plan: str = ""
    collateral: str = ""
    learner_no: str = ""
    course_end_on: date | None = None
    study_months: int = 0
    works: int = 1
    workers: int = 0
    cost: Dong = Dong(0)
    contract_months: int = 0


def problems(form: Form, policy: Policy, places: Map) -> list[tuple[str, str]]:
    """Return what forbids a form as (field, code)."""
    f = form
    found = [
        ("application_no", "value-missing", bool(f.application_no.strip())),
        ("programme", "programme-unknown", f.programme in policy.programmes),
        ("trustee", "trustee-unknown", f.trustee in policy.trustees),
        ("group_no", "group-missing", f.trustee == ledger.DIRECT or bool(f.group_no)),
        ("commune", "commune-unknown", f.commune in places.communes),
        ("session_day", "session-day-outside", 1 <= f.session_day <= 28),
        ("amount", "amount-not-positive", f.amount > 0),
        ("months", "months-not-positive", f.months > 0),
        ("every_months", "interval-outside", 0 <= f.every_months <= f.months),
        ("purpose", "value-missing", bool(f.purpose.strip())),
    ]
    return [(field, code) for field, code, holds in found if not holds]


def apply(
    tx: Tx,
    policy: Policy,
    places: Map,
    *,
    form: Form,
    deed: ledger.Deed,
    hidden: Sequence[str] = (),
) -> Moved:
    """Enter an application with its household, customer and group, where the rules allow it.

    hidden  the fields that name what whoever enters it may not know of: it is answered as a form
            of people whom nobody knows, and where they could apply that it cannot be taken

    Raises FormInvalid, ApplicationExists, NotEligible, FormNotTaken and what `households` refuses.
    """
    if hidden:
        _refuse_unseen(tx, policy, places, form=form, deed=deed, hidden=hidden)
    if found := problems(form, policy, places):
        raise FormInvalid(application_no=form.application_no, problems=found)
    records.loans.hold_contracts(tx)
    if records.applications.find_application(tx, form.application_no):
        raise ApplicationExists(application_no=form.application_no)
    province = places.commune(form.commune).province
    customer_id = _admit(tx, province, form)
    act_id = ledger.begin_act(tx, "apply", deed, days=[form.applied_on])
    records.applications.add_application(tx, _row_of(tx, form, province, customer_id, act_id))
    row = records.applications.find_application(tx, form.application_no)
    return Moved(form.application_no, State.APPLIED, eligible(tx, policy, row, form.applied_on))


def weigh(tx: Tx, policy: Policy, places: Map, *, form: Form) -> tuple[Check, ...]:
    """Return what the rules say of a form that is not entered yet; nothing is written.

    Raises FormInvalid, ApplicationExists.
    """
    if found := problems(form, policy, places):
        raise FormInvalid(application_no=form.application_no, problems=found)
    if records.applications.find_application(tx, form.application_no):
        raise ApplicationExists(application_no=form.application_no)
    customer = records.households.find_customer(tx, form.customer_no)
    household = records.households.find_household(tx, form.household_no or form.customer_no)
    known = customer.household_id if customer else household.id if household else _NOBODY
    said = {name: getattr(form, name) for name in Form.__dataclass_fields__}
    people = {"customer_id": customer.id if customer else _NOBODY, "household_id": known}
    return judged(tx, policy, SimpleNamespace(**said | people), form.applied_on)


def _refuse_unseen(
    tx: Tx,
    policy: Policy,
    places: Map,
    *,
    form: Form,
    deed: ledger.Deed,
    hidden: Sequence[str],
) -> None:
    """Refuse a form as it would be refused if nobody knew whom it names, or as not to be taken."""
    strange: dict[str, Any] = {
        name: f"{_STRANGE}{getattr(form, name) or form.customer_no}" for name in hidden
    }
    told = {unknown: unknown.removeprefix(_STRANGE) for unknown in strange.values()}
    try:
        with tx.begin_nested():
            apply(tx, policy, places, form=replace(form, **strange), deed=deed)
            raise FormNotTaken(application_no=form.application_no)
    except FormNotTaken:
        raise
    except DeskError as refusal:
        facts = {
            name: told.get(value, value) if isinstance(value, str) else value
            for name, value in refusal.facts.items()
        }
        raise type(refusal)(**facts) from None


_NOBODY = 0
"""Stands for the key of who is not in the book yet."""

_STRANGE = "~"
"""Begins what no number begins with."""


def _admit(tx: Tx, province: str, form: Form) -> int:
    if form.group_no:
        households.form_group(
            tx,
            province=province,
            group_no=form.group_no,
            trustee=form.trustee,
            head=form.group_head,
        )
    return households.register(
        tx,
        province=province,
        customer_no=form.customer_no,
        name=form.customer_name,
        id_no=form.id_no,
        household_no=form.household_no,
    )


_OF_THE_CUSTOMER = ("customer_no", "customer_name", "id_no", "household_no")


def _row_of(tx: Tx, form: Form, province: str, customer_id: int, act_id: int) -> dict[str, Any]:
    customer = records.households.find_customer(tx, form.customer_no)
    assert customer is not None
    said = {
        name: getattr(form, name)
        for name in Form.__dataclass_fields__
        if name not in _OF_THE_CUSTOMER
    }
    return said | {
        "province": province,
        "customer_id": customer_id,
        "household_id": customer.household_id,
        "act_id": act_id,
    }
