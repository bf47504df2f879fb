"""Dossiers: what an application says, the steps taken with it, where it stands and waits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple

from creditdesk import ledger, records
from creditdesk.applications.cases import Case, cases_of, find, judged
from creditdesk.db import Tx
from creditdesk.engine.eligibility import Check, reasons
from creditdesk.engine.journal import Kind
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy
from creditdesk.engine.procedure import State, Step, allowed, next_state, way


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A line of a dossier's timeline: one step, what it said, and who took it, or took it back."""

    step: Step
    on_day: date
    state: State
    takes_back: bool
    accepted: bool
    reason: str
    remark: str
    document_no: str
    document_on: date | None
    amount: Dong | None
    draw_on: date | None
    place: str
    by: str
    checked_by: str
    recorded_at: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """An application on a day: `amount` [dong] is what was approved, or else asked.

    way      the steps from the form to the check of its use, as this application goes
    allowed  the steps that may follow now
    """

    application_no: str
    customer_no: str
    customer_name: str
    programme: str
    commune: str
    group_no: str
    office: str
    asked: Dong
    amount: Dong
    months: int
    purpose: str
    plan: str
    applied_on: date
    state: State
    since: date
    loan_no: str | None
    way: tuple[Step, ...]
    allowed: tuple[Step, ...]
    lines: tuple[StepTaken, ...]
    checks: tuple[Check, ...]

    @property
    def standing(self) -> tuple[StepTaken, ...]:
        """Return the steps that stand: none that was taken back, nor what took it back."""
        found: list[StepTaken] = []
        for line in self.lines:
            if line.takes_back:
                found.pop()
            else:
                found.append(line)
        return tuple(found)


class Waiting(NamedTuple):
    """An application that nobody moved: where it stands, since when, for how many days."""

    application_no: str
    customer_no: str
    commune: str
    group_no: str
    programme: str
    amount: Dong
    state: State
    since: date
    days: int
    office: str = ""


def dossier(tx: Tx, policy: Policy, application_no: str, as_of: date) -> Dossier:
    """Return an application with its timeline up to a day, and what the rules say of it then.

    From the signing on, the loan's draws and the checks of its use are part of the timeline.

    Raises ApplicationNotFound.
    """
    case = find(tx, application_no, as_of)
    row, signed = case.row, case.last(Step.SIGN)
    lines, stands = [], [(State.APPLIED, row.applied_on)]
    for taken in sorted([*case.written, *_afterwards(tx, signed, as_of)], key=_by_day):
        step = Step(taken.step)
        if taken.mirrors is None:
            state = next_state(case.ways, stands[-1][0], step, accepted=taken.accepted)
            stands.append((state, taken.on_day))
        else:
            stands.pop()
        lines.append(_line(taken, step, stands[-1][0]))
    state, since = stands[-1]
    return Dossier(
        application_no=row.application_no,
        customer_no=row.customer_no,
        customer_name=row.customer_name,
        programme=row.programme,
        commune=row.commune,
        group_no=row.group_no,
        office=row.office,
        asked=Dong(row.amount),
        amount=case.amount,
        months=row.months,
        purpose=row.purpose,
        plan=row.plan,
        applied_on=row.applied_on,
        state=state,
        since=since,
        loan_no=signed.loan_no if signed else None,
        way=way(case.ways),
        allowed=allowed(case.ways, state),
        lines=tuple(lines),
        checks=() if signed else judged(tx, policy, row, as_of, case.amount),
    )


class _Afterwards(NamedTuple):
    step: Step
    on_day: date
    by: str
    checked_by: str
    recorded_at: str
    document_no: str
    amount: int | None = None
    accepted: bool = True
    reason: str = ""
    remark: str = ""
    document_on: date | None = None
    draw_on: date | None = None
    place: str = ""
    mirrors: int | None = None


def _afterwards(tx: Tx, signed: Any | None, as_of: date) -> Iterator[_Afterwards]:
    """Yield the draws and the checks of the loan that an application became, up to a day."""
    loan = records.loans.find_loan(tx, signed.loan_no) if signed else None
    if loan is None:
        return
    for fact in ledger.facts_of(tx, loan.id):
        event = fact.booked.event
        if event.kind is Kind.DRAW and event.value_date <= as_of:
            act = records.ledger.act_of_receipt(tx, event.receipt_no)
            yield _Afterwards(
                Step.DRAW,
                event.value_date,
                act.by,
                act.checked_by,
                act.recorded_at,
                event.receipt_no,
                event.amount,
            )
    for check in records.applications.checks_of(tx, loan.id):
        if check.checked_on <= as_of:
            yield _Afterwards(
                Step.CHECK,
                check.checked_on,
                check.by,
                check.checked_by,
                check.recorded_at,
                check.document_no,
                remark=check.remark or check.found,
            )


_ORDER = {step: rank for rank, step in enumerate(Step)}


def _by_day(taken: Any) -> tuple[bool, date, int]:
    """Return the key by which draws and checks follow all steps, by day, the draw first."""
    after = taken.step in (Step.DRAW, Step.CHECK)
    return (True, taken.on_day, _ORDER[Step(taken.step)]) if after else (False, date.min, 0)


def _line(taken: Any, step: Step, state: State) -> StepTaken:
    return StepTaken(
        step=step,
        on_day=taken.on_day,
        state=state,
        takes_back=taken.mirrors is not None,
        accepted=taken.accepted,
        reason=taken.reason,
        remark=taken.remark,
        document_no=taken.document_no,
        document_on=taken.document_on,
        amount=None if taken.amount is None else Dong(taken.amount),
        draw_on=taken.draw_on,
        place=taken.place,
        by=taken.by,
        checked_by=taken.checked_by,
        recorded_at=taken.recorded_at,
    )


def waiting(
    tx: Tx,
    policy: Policy,
    as_of: date,
    *,
    province: str | None = None,
    commune: str | None = None,
) -> tuple[Waiting, ...]:
    """Return applications that nobody moved for as long as policy allows, the longest first.

    Source: `silent_days` of config/policy/limits.toml.
    """
    silent = policy.limits.silent_days.at(as_of)
    found = pending(tx, as_of, province=province, commune=commune)
    return tuple(one.waiting for one in found if one.waiting.days >= silent)


class Pending(NamedTuple):
    """An application on its way to the contract: where it waits, for whom, and what may follow.

    steps  what may follow, the way on first; `list_no` is that of its list 03/TD, if it has one
    """

    waiting: Waiting
    customer_name: str
    list_no: str
    steps: tuple[Step, ...]


def pending(
    tx: Tx, as_of: date, *, province: str | None = None, commune: str | None = None
) -> tuple[Pending, ...]:
    """Return the applications neither signed nor ended by a day, the longest at a state first."""
    rows = records.applications.open_applications(tx, as_of, province, commune)
    found = (_pending(case, as_of) for case in cases_of(tx, rows, as_of))
    return tuple(sorted(found, key=lambda one: (-one.waiting.days, one.waiting.application_no)))


def _pending(case: Case, as_of: date) -> Pending:
    row, listed = case.row, case.last(Step.LIST)
    waiting = Waiting(
        row.application_no,
        row.customer_no,
        row.commune,
        row.group_no,
        row.programme,
        case.amount,
        case.state,
        case.since,
        (as_of - case.since).days,
        row.office,
    )
    list_no = listed.document_no if listed else ""
    return Pending(waiting, row.customer_name, list_no, allowed(case.ways, case.state))


class Approved(NamedTuple):
    """An application that is approved and not yet signed; `amount` [dong] is what was approved.

    draw_on, place  when and where it is paid out, as the notice says; None and empty before it
    """

    application_no: str
    customer_no: str
    customer_name: str
    commune: str
    group_no: str
    office: str
    trustee: str
    programme: str
    purpose: str
    amount: Dong
    months: int
    draw_on: date | None
    place: str


def approved(
    tx: Tx,
    as_of: date,
    *,
    province: str | None = None,
    commune: str | None = None,
    before: str | None = None,
) -> tuple[Approved, ...]:
    """Return the applications that by the end of a day are approved or told, and not signed.

    before  a moment: what was recorded then or later does not count
    """
    rows = records.applications.open_applications(tx, as_of, province, commune, before)
    return tuple(
        _approved(case)
        for case in cases_of(tx, rows, as_of, before)
        if case.state in (State.APPROVED, State.NOTIFIED)
    )


def _approved(case: Case) -> Approved:
    row, told = case.row, case.last(Step.NOTIFY)
    return Approved(
        application_no=row.application_no,
        customer_no=row.customer_no,
        customer_name=row.customer_name,
        commune=row.commune,
        group_no=row.group_no,
        office=row.office,
        trustee=row.trustee,
        programme=row.programme,
        purpose=row.purpose,
        amount=case.amount,
        months=row.months,
        draw_on=told.draw_on if told else None,
        place=told.place if told else "",
    )


class Applicant(NamedTuple):
    """Who waits for the commune to confirm: on which list 03/TD, and what the rules say today."""

    list_no: str
    application_no: str
    customer_no: str
    customer_name: str
    group_no: str
    programme: str
    amount: Dong
    months: int
    purpose: str
    failing: tuple[Check, ...]


def to_confirm(
    tx: Tx, policy: Policy, as_of: date, communes: Iterable[str]
) -> tuple[Applicant, ...]:
    """Return who waits in some communes for the committee, by list, group and number.

    A direct application stands on no list.
    """
    rows = [
        row
        for code in communes
        for row in records.applications.open_applications(tx, as_of, None, code)
    ]
    waiting = [
        case for case in cases_of(tx, rows, as_of) if (case.state, Step.CONFIRM) in case.ways
    ]
    found = (_applicant(tx, policy, case, as_of) for case in waiting)
    return tuple(sorted(found, key=attrgetter("list_no", "group_no", "application_no")))


def _applicant(tx: Tx, policy: Policy, case: Case, as_of: date) -> Applicant:
    row, listed = case.row, case.last(Step.LIST)
    return Applicant(
        list_no=listed.document_no if listed else "",
        application_no=row.application_no,
        customer_no=row.customer_no,
        customer_name=row.customer_name,
        group_no=row.group_no,
        programme=row.programme,
        amount=case.amount,
        months=row.months,
        purpose=row.purpose,
        failing=reasons(judged(tx, policy, row, as_of)),
    )


def by_state(rows: Iterable[Waiting]) -> dict[State, int]:
    """Return how many wait at each state, in the order of states."""
    rows = list(rows)
    counts = {state: sum(row.state is state for row in rows) for state in State}
    return {state: count for state, count in counts.items() if count}
