"""Approvals: the steps between an application and its contract, each an act with its people."""

from collections.abc import Sequence
from typing import NamedTuple

from creditdesk import ledger, records
from creditdesk.applications import cases
from creditdesk.applications.cases import Case, Line, Moved, Paper
from creditdesk.db import Tx
from creditdesk.engine.eligibility import Check
from creditdesk.engine.money import Dong, dong
from creditdesk.engine.policy import Policy
from creditdesk.engine.procedure import RULES, State, Step
from creditdesk.errors import Conflict, Refused

REASONS = (
    "not-resident",
    "not-eligible",
    "not-a-member",
    "purpose-unsound",
    "unable-to-repay",
    "papers-missing",
    "no-capital",
    "other",
)
"""Why an application is refused; what else is to be said stands in the remark."""


class ReasonMissing(Refused):
    """A refusal gives one of the known reasons."""

    code = "reason-missing"


class LineRepeated(Refused):
    """A paper names an application twice, or none at all."""

    code = "line-repeated"


class ListKnown(Conflict):
    """A group's list with this number was handed in before."""

    code = "list-known"


class GroupsMixed(Refused):
    """A list is that of one group."""

    code = "groups-mixed"


class NotOnList(Refused):
    """The application stands on another list, or on none."""

    code = "not-on-list"


class AmountAboveAsked(Refused):
    """More than was asked, or nothing at all."""

    code = "amount-above-asked"


class StepStands(Refused):
    """Only the last step is taken back, and none once the contract is signed."""

    code = "step-stands"


class PaperIncomplete(Refused):
    """The paper lacks its number, or a notice the day or place of the draw."""

    code = "paper-incomplete"


def review(
    tx: Tx, policy: Policy, *, lines: Sequence[Line], paper: Paper, deed: ledger.Deed
) -> tuple[Moved, ...]:
    """Enter what a group's meeting said of applications; the paper is its minutes."""
    return _advance(tx, policy, Step.REVIEW, lines, paper=paper, deed=deed)


def enlist(
    tx: Tx, policy: Policy, *, application_nos: Sequence[str], paper: Paper, deed: ledger.Deed
) -> tuple[Moved, ...]:
    """Put applications of a group on its list 03/TD, whose number the paper states.

    Raises PaperIncomplete, ListKnown, GroupsMixed and what `review` refuses.
    """
    if not paper.number.strip():
        raise PaperIncomplete(step=Step.LIST.value)
    records.loans.hold_contracts(tx)
    if records.applications.numbers_on_list(tx, paper.number):
        raise ListKnown(list_no=paper.number)
    groups = sorted({cases.find(tx, number).row.group_no for number in application_nos})
    if len(groups) > 1:
        raise GroupsMixed(list_no=paper.number, groups=groups)
    lines = [Line(number) for number in application_nos]
    return _advance(tx, policy, Step.LIST, lines, paper=paper, deed=deed)


def unconfirmed(tx: Tx, list_no: str) -> tuple[str, ...]:
    """Return the numbers of the applications on a list that wait for the commune, rising."""
    numbers = records.applications.numbers_on_list(tx, list_no)
    return tuple(one for one in numbers if cases.find(tx, one).state is State.LISTED)


def confirm(
    tx: Tx,
    policy: Policy,
    *,
    lines: Sequence[Line],
    paper: Paper,
    deed: ledger.Deed,
    list_no: str = "",
) -> tuple[Moved, ...]:
    """Enter what the commune committee says, line by line, of residence and eligibility.

    list_no  the group's list; empty for a direct application
    paper    number and date of the committee's confirmation

    Raises PaperIncomplete, NotOnList, NotEligible and what `review` refuses.
    """
    if not paper.number.strip() or paper.dated is None:
        raise PaperIncomplete(step=Step.CONFIRM.value)
    for line in lines:
        listed = cases.find(tx, line.application_no).last(Step.LIST)
        if list_no != (listed.document_no if listed else ""):
            raise NotOnList(application_no=line.application_no, list_no=list_no)
    return _advance(tx, policy, Step.CONFIRM, lines, paper=paper, deed=deed)


def appraise(
    tx: Tx, policy: Policy, *, lines: Sequence[Line], paper: Paper, deed: ledger.Deed
) -> tuple[Moved, ...]:
    """Enter the bank's appraisal; a line may propose less than was asked.

    Raises AmountAboveAsked and what `review` refuses.
    """
    return _advance(tx, policy, Step.APPRAISE, lines, paper=paper, deed=deed)


def approve(
    tx: Tx, policy: Policy, *, lines: Sequence[Line], paper: Paper, deed: ledger.Deed
) -> tuple[Moved, ...]:
    """Decide on applications; above the maker's limit a second person checks.

    A line without amount approves what was appraised, or else asked.

    Raises AmountAboveAsked, NotEligible, CheckerMissing, SamePerson and what `review` refuses.
    """
    return _advance(tx, policy, Step.APPROVE, lines, paper=paper, deed=deed)


def approvable(
    tx: Tx, policy: Policy, *, lines: Sequence[Line], paper: Paper, deed: ledger.Deed
) -> None:
    """Refuse now what `approve` would refuse of applications, before a second person is asked."""
    ledger.require_past(f"application-{Step.APPROVE.value}", deed, [paper.day])
    records.loans.join_writers(tx)
    _decided(tx, policy, Step.APPROVE, lines, paper)


def notify(
    tx: Tx, policy: Policy, *, application_nos: Sequence[str], paper: Paper, deed: ledger.Deed
) -> tuple[Moved, ...]:
    """Tell by a notice 04/TD what was approved, and the day and place of the draw.

    Raises PaperIncomplete and what `review` refuses.
    """
    if paper.draw_on is None or paper.draw_on < paper.day or not paper.place.strip():
        raise PaperIncomplete(step=Step.NOTIFY.value)
    lines = [Line(number) for number in application_nos]
    return _advance(tx, policy, Step.NOTIFY, lines, paper=paper, deed=deed)


def refuse(
    tx: Tx, policy: Policy, *, lines: Sequence[Line], paper: Paper, deed: ledger.Deed
) -> tuple[Moved, ...]:
    """End applications before the signing, with a reason each."""
    refused = [line._replace(accepted=False) for line in lines]
    return _advance(tx, policy, Step.REFUSE, refused, paper=paper, deed=deed)


def withdraw(
    tx: Tx, policy: Policy, *, lines: Sequence[Line], paper: Paper, deed: ledger.Deed
) -> tuple[Moved, ...]:
    """Take applications back, as their borrowers wish."""
    return _advance(tx, policy, Step.WITHDRAW, lines, paper=paper, deed=deed)


STEPS = (
    *(Step.REVIEW, Step.APPRAISE, Step.APPROVE, Step.REFUSE, Step.WITHDRAW),
    *(Step.LIST, Step.CONFIRM, Step.NOTIFY),
)
"""The steps that a paper records, line by line."""


def advance(
    tx: Tx,
    policy: Policy,
    *,
    step: Step,
    lines: Sequence[Line],
    paper: Paper,
    deed: ledger.Deed,
    list_no: str = "",
) -> tuple[Moved, ...]:
    """Take one of `STEPS` with applications, as its paper says.

    list_no  the group's list that a commune confirms

    Raises what the act of the step raises.
    """
    numbers = [line.application_no for line in lines]
    if step is Step.LIST:
        return enlist(tx, policy, application_nos=numbers, paper=paper, deed=deed)
    if step is Step.NOTIFY:
        return notify(tx, policy, application_nos=numbers, paper=paper, deed=deed)
    if step is Step.CONFIRM:
        return confirm(tx, policy, lines=lines, paper=paper, deed=deed, list_no=list_no)
    if step is Step.REFUSE:
        return refuse(tx, policy, lines=lines, paper=paper, deed=deed)
    return _advance(tx, policy, step, lines, paper=paper, deed=deed)


def take_back(tx: Tx, *, application_no: str, step: Step, deed: ledger.Deed) -> Moved:
    """Take back a step that was entered wrongly, by its mirror, as long as nothing follows.

    Nothing is deleted: who took it back, and on what ground, stands in the timeline.

    Raises ApplicationNotFound, StepStands, GroundMissing.
    """
    records.loans.join_writers(tx)
    cases.lock(tx, [application_no])
    case = cases.find(tx, application_no)
    last = case.steps[-1] if case.steps else None
    if last is None or last.step != step or step is Step.SIGN:
        state = case.state.value
        raise StepStands(application_no=application_no, step=step.value, state=state)
    act_id = ledger.begin_act(tx, "application-take-back", deed, grounded=True)
    line = Line(application_no, remark=deed.ground)
    cases.write(tx, case, step, line, Paper(last.on_day), act_id=act_id, mirrors=last.id)
    return Moved(application_no, cases.find(tx, application_no).state)


class _Decided(NamedTuple):
    case: Case
    line: Line
    moved: Moved


def _advance(
    tx: Tx,
    policy: Policy,
    step: Step,
    lines: Sequence[Line],
    *,
    paper: Paper,
    deed: ledger.Deed,
) -> tuple[Moved, ...]:
    """Take one step with every application on a paper, all of them or none.

    Raises ApplicationNotFound, StepNotAllowed, StepTooEarly, LineRepeated, ReasonMissing.
    """
    records.loans.join_writers(tx)
    decided = _decided(tx, policy, step, lines, paper)
    limit = policy.limits.approval_above.find(paper.day)
    amounts = [one.line.amount or 0 for one in decided if one.line.accepted]
    second = RULES[step].second and limit is not None and max(amounts, default=0) > limit
    act_id = ledger.begin_act(
        tx, f"application-{step.value}", deed, checked=second, days=[paper.day]
    )
    for one in decided:
        cases.write(tx, one.case, step, one.line, paper, act_id=act_id)
    return tuple(one.moved for one in decided)


def _decided(
    tx: Tx, policy: Policy, step: Step, lines: Sequence[Line], paper: Paper
) -> list[_Decided]:
    """Return what a step makes of the applications on a paper, by number, and keep others out."""
    numbers = [line.application_no for line in lines]
    if not lines or len(set(numbers)) < len(numbers):
        raise LineRepeated(step=step.value, application_nos=numbers)
    cases.lock(tx, numbers)
    return [
        _decide(tx, policy, step, line, paper)
        for line in sorted(lines, key=lambda line: line.application_no)
    ]


def _decide(tx: Tx, policy: Policy, step: Step, line: Line, paper: Paper) -> _Decided:
    """Return what a step makes of an application."""
    case, state = cases.take(tx, step, line, paper.day)
    if not line.accepted and line.reason not in REASONS:
        raise ReasonMissing(application_no=line.application_no, reasons=list(REASONS))
    if step in (Step.APPRAISE, Step.APPROVE) and line.accepted:
        line = line._replace(amount=_within(case, line))
    checks: tuple[Check, ...] = ()
    if RULES[step].judged and line.accepted:
        checks = cases.eligible(tx, policy, case.row, paper.day, line.amount)
    return _Decided(case, line, Moved(line.application_no, state, checks))


def _within(case: Case, line: Line) -> Dong:
    """Return the amount of a line, which is no more than was asked."""
    amount = case.amount if line.amount is None else dong(line.amount)
    if not 0 < amount <= case.row.amount:
        raise AmountAboveAsked(
            application_no=line.application_no, amount=amount, asked=case.row.amount
        )
    return amount
