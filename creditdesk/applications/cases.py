"""Cases: an application with the steps taken, where they lead, and what the rules say of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from creditdesk import households, ledger, records
from creditdesk.db import Tx
from creditdesk.engine.ageing import balances_on, total_of
from creditdesk.engine.eligibility import Asked, Check, judge, reasons
from creditdesk.engine.journal import PRINCIPAL, Kind
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy
from creditdesk.engine.procedure import DIRECT, ENTRUSTED, State, Step, Ways, next_state
from creditdesk.errors import NotFound, Refused


class ApplicationNotFound(NotFound):
    """No application has this number."""

    code = "application-not-found"


class NotEligible(Refused):
    """The programme does not lend so on that day; `reasons` says which rules do not hold."""

    code = "not-eligible"


class StepTooEarly(Refused):
    """A step lies before the one it follows."""

    code = "step-too-early"


class Line(NamedTuple):
    """One application on a paper, and the answer to it: a refusal has a reason of `REASONS`."""

    application_no: str
    accepted: bool = True
    reason: str = ""
    remark: str = ""
    amount: Dong | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """The paper of a step: the day it counts, its number and date; on a notice also the draw."""

    day: date
    number: str = ""
    dated: date | None = None
    draw_on: date | None = None
    place: str = ""


class Moved(NamedTuple):
    """Where an application stands after a step, and the rules that were asked."""

    application_no: str
    state: State
    checks: tuple[Check, ...] = ()
    loan_no: str | None = None


class Case(NamedTuple):
    """An application's row, the steps that stand of it, and where they lead.

    written  every step in the order of writing: also those taken back, and what took them back
    """

    row: Any
    ways: Ways
    steps: Sequence[Any]
    state: State
    written: Sequence[Any]

    @property
    def since(self) -> date:
        """Return the day of the last step."""
        last: date = self.steps[-1].on_day if self.steps else self.row.applied_on
        return last

    @property
    def amount(self) -> Dong:
        """Return what was approved, appraised, or else asked [dong]."""
        said = [step.amount for step in self.steps if step.amount is not None]
        return Dong(said[-1] if said else self.row.amount)

    def last(self, step: Step) -> Any | None:
        """Return the last row of a step, None where it was not taken."""
        return next((row for row in reversed(self.steps) if row.step == step), None)


def case_of(row: Any, steps: Sequence[Any], as_of: date = date.max) -> Case:
    """Return the case that a row and its steps up to a day make."""
    ways = DIRECT if row.trustee == ledger.DIRECT else ENTRUSTED
    written = [step for step in steps if step.on_day <= as_of]
    gone = {step.mirrors for step in written if step.mirrors is not None}
    taken = [step for step in written if step.mirrors is None and step.id not in gone]
    state = State.APPLIED
    for step in taken:
        state = next_state(ways, state, Step(step.step), accepted=step.accepted)
    return Case(row, ways, taken, state, written)


def find(tx: Tx, application_no: str, as_of: date = date.max) -> Case:
    """Return the case of an application; raises ApplicationNotFound."""
    row = records.applications.find_application(tx, application_no)
    if row is None:
        raise ApplicationNotFound(application_no=application_no)
    return case_of(row, records.applications.steps_of(tx, [row.id]).get(row.id, ()), as_of)


def number_of(tx: Tx, loan_no: str) -> str | None:
    """Return the number of the application that became a loan, None where none did."""
    row = records.applications.application_of(tx, loan_no)
    return row and str(row.application_no)


def lies(tx: Tx, application_no: str) -> tuple[str, str, str, str]:
    """Return the province, commune, office and group in which an application was made.

    Raises ApplicationNotFound.
    """
    row = find(tx, application_no).row
    return row.province, row.commune, row.office, row.group_no


def cases_of(
    tx: Tx, rows: Iterable[Any], as_of: date = date.max, before: str | None = None
) -> Iterator[Case]:
    """Yield the cases of some rows, in their order.

    before  a moment: what was recorded then or later does not count
    """
    rows = list(rows)
    steps = records.applications.steps_of(tx, [row.id for row in rows], before)
    for row in rows:
        yield case_of(row, steps.get(row.id, ()), as_of)


def judged(
    tx: Tx, policy: Policy, row: Any, day: date, amount: Dong | None = None
) -> tuple[Check, ...]:
    """Return what the rules say on a day of an application's row, for what it asks or an amount.

    Asked of the household's standing on that day, and of what it owes and was promised till then.
    """
    terms = policy.programme(row.programme).at(day)
    asked = Asked(
        day=day,
        amount=Dong(row.amount if amount is None else amount),
        months=row.months,
        source=row.source,
        investor=row.investor,
        counted=_counted(tx, policy, row, day),
        learner_no=row.learner_no,
        works=row.works,
        workers=row.workers,
        study_months=row.study_months,
        course_end_on=row.course_end_on,
        cost=Dong(row.cost),
        contract_months=row.contract_months,
        collateral=row.collateral,
    )
    escaped = policy.limits.newly_escaped_months.find(day)
    return judge(terms, escaped, households.history(tx, row.household_id, day), asked)


def _counted(tx: Tx, policy: Policy, row: Any, day: date) -> Dong:
    """Return what counts against the same ceiling [dong]: what is owed, and what is promised.

    Variants of a programme that share its ceiling count together.
    """
    programme = policy.programme(row.programme)
    counts = programme.ceiling_counts.find(day)
    if counts in (None, "loan"):
        return Dong(0)

    def shared(one: Any) -> bool:
        same = policy.programme(one.programme).ceiling_of == programme.ceiling_of
        return same and (counts != "customer" or one.customer_id == row.customer_id)

    others = [
        case
        for case in cases_of(tx, records.applications.applications_of(tx, row.household_id), day)
        if shared(case.row) and case.row.application_no != row.application_no
    ]
    loans = [
        loan
        for loan in records.loans.loans_of_households(tx, [row.household_id])
        if shared(loan) and loan.signed_on <= day
    ]
    if counts == "learner":
        others = [case for case in others if case.row.learner_no == row.learner_no]
        theirs = {signed.loan_no for case in others if (signed := case.last(Step.SIGN))}
        loans = [loan for loan in loans if loan.loan_no in theirs]
    promised = sum(
        case.amount for case in others if case.state in (State.APPROVED, State.NOTIFIED)
    )
    return Dong(promised + _owed(tx, loans, day))


def _owed(tx: Tx, loans: Sequence[Any], day: date) -> int:
    """Return what loans owe on a day [dong]; one never drawn on was promised in full."""
    facts = ledger.facts_of_many(tx, [loan.id for loan in loans])
    owed = 0
    for loan in loans:
        booked = ledger.in_order(facts.get(loan.id, ()))
        balances = balances_on(booked, day)
        drawn = total_of(booked, Kind.DRAW, day)
        owed += sum(balances[account] for account in PRINCIPAL) if drawn else loan.approved
    return owed


def eligible(
    tx: Tx, policy: Policy, row: Any, day: date, amount: Dong | None = None
) -> tuple[Check, ...]:
    """Return the rules asked of an application's row on a day; raises NotEligible."""
    checks = judged(tx, policy, row, day, amount)
    if failed := reasons(checks):
        told = [{"code": check.code, **check.facts} for check in failed]
        raise NotEligible(application_no=row.application_no, day=day, reasons=told)
    return checks


def lock(tx: Tx, numbers: Iterable[str]) -> None:
    """Keep others from moving applications of the same households until the transaction ends.

    What one approval promises, the next one counts. Raises ApplicationNotFound.
    """
    rows = [find(tx, number).row for number in numbers]
    records.households.lock_households(tx, (row.household_id for row in rows))


def versions(tx: Tx, numbers: Iterable[str], *, hold: bool = False) -> dict[str, int]:
    """Return the inner number of the last step written of each application, 0 for none.

    It tells one state of an application from any other.

    hold  whether nobody else moves them until the transaction ends

    Raises ApplicationNotFound.
    """
    wanted = list(numbers)
    if hold:
        # Before households, as every act that needs both.
        records.loans.hold_contracts(tx)
        lock(tx, wanted)
    written = {number: find(tx, number).written for number in wanted}
    return {number: steps[-1].id if steps else 0 for number, steps in written.items()}


def take(tx: Tx, step: Step, line: Line, day: date) -> tuple[Case, State]:
    """Return the case of a locked application with the state to which a step leads.

    Raises ApplicationNotFound, StepNotAllowed, StepTooEarly.
    """
    number = line.application_no
    case = find(tx, number)
    state = next_state(case.ways, case.state, step, accepted=line.accepted, application_no=number)
    if day < case.since:
        raise StepTooEarly(application_no=number, day=day, last=case.since)
    return case, state


def write(
    tx: Tx,
    case: Case,
    step: Step,
    line: Line,
    paper: Paper,
    *,
    act_id: int,
    loan_no: str | None = None,
    mirrors: int | None = None,
) -> None:
    """Write one step of an application; `mirrors` is the id of one that it takes back."""
    records.applications.add_step(
        tx,
        {
            "province": case.row.province,
            "application_id": case.row.id,
            "step": step.value,
            "on_day": paper.day,
            "accepted": line.accepted,
            "reason": line.reason,
            "remark": line.remark,
            "document_no": paper.number,
            "document_on": paper.dated,
            "amount": line.amount,
            "draw_on": paper.draw_on,
            "place": paper.place,
            "loan_no": loan_no,
            "act_id": act_id,
            "mirrors": mirrors,
        },
    )
