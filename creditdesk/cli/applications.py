"""Applications: from form 01/TD to the draw."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import click

from creditdesk import applications, documents, loans, reach, words
from creditdesk.accesses import APPLICATION, LIST, View
from creditdesk.applications import Form, Line, Moved, Paper
from creditdesk.cli import frame, who
from creditdesk.cli.frame import DAY, WHOLE, Desk, as_json, as_of, cli, command, place, tell
from creditdesk.communes import map_on
from creditdesk.db import Tx
from creditdesk.engine.eligibility import Check
from creditdesk.engine.money import Dong
from creditdesk.engine.procedure import Step
from creditdesk.ledger import Deed
from creditdesk.quotes import read_rate


@cli.group("application")
def group() -> None:
    """Move applications along: review, list, confirm, appraise, approve, notify, sign."""


class Refusing(click.ParamType):
    """A refused line, written NUMBER=REASON or NUMBER=REASON:REMARK."""

    name = "NUMBER=REASON[:REMARK]"

    def convert(self, value: Any, param: Any, ctx: Any) -> Line:
        """Return the line, or say what is wrong with it."""
        number, said, answer = value.partition("=")
        reason, _, remark = answer.partition(":")
        if not said or reason not in applications.REASONS:
            self.fail(f"{value!r}: {self.name}; {', '.join(applications.REASONS)}", param, ctx)
        return Line(number, accepted=False, reason=reason, remark=remark.strip())


numbers = click.argument("numbers", nargs=-1)
day = click.option("--day", type=DAY, required=True, help="The day it happened.")
by = click.option("--by", required=True, help="Who does it.")
checked_by = click.option("--checked-by", default="", help="Who checks: another person.")
number = click.option("--document", "document", default="", help="The paper's number.")
dated = click.option("--document-on", "dated", type=DAY, help="The paper's date.")
remark = click.option("--remark", default="", help="What else is to be said.")
amount = click.option("--amount", type=WHOLE, help="Dong; else what was said before.")
refusing = click.option(
    "--refuse", "refused", type=Refusing(), multiple=True, help="A line that is refused."
)
reason = click.option("--reason", type=click.Choice(applications.REASONS), required=True)


def _options(*options: Callable[..., Any]) -> Callable[[Any], Any]:
    def decorate(act: Any) -> Any:
        for option in reversed(options):
            act = option(act)
        return act

    return decorate


_PAPER = _options(numbers, day, number, dated, by, checked_by, as_json)

_NEEDED = (
    ("--customer", "customer_no", str, "The customer's number."),
    ("--name", "customer_name", str, "The customer's name."),
    ("--programme", "programme", str, "The programme's code."),
    ("--trustee", "trustee", str, "11-14, or 99: direct."),
    ("--commune", "commune", str, "The commune's national code."),
    ("--office", "office", str, "The transaction office's code."),
    ("--session-day", "session_day", int, "The day of the month of the session."),
    ("--day", "applied_on", DAY, "The day of the application."),
    ("--amount", "amount", int, "Dong."),
    ("--months", "months", int, "The term, from the first draw."),
    ("--purpose", "purpose", str, "What the money is for."),
)
_MORE = (
    ("--id-no", "id_no", str, "The number of the identity card."),
    ("--household", "household_no", str, "Else the customer's number stands for it."),
    ("--source", "source", click.Choice(["1", "2"]), "1 central, 2 local."),
    ("--investor", "investor", str, "Of local capital."),
    ("--group", "group_no", str, "The savings-and-credit group."),
    ("--group-head", "group_head", str, "Its head."),
    ("--village", "village_code", str, "The village's code."),
    ("--every", "every_months", int, "Months between instalments."),
    ("--plan", "plan", str, "How the money is used and comes back."),
    ("--collateral", "collateral", str, "What secures it."),
    ("--learner", "learner_no", str, "The learner's number."),
    ("--course-end", "course_end_on", DAY, "The end of the course."),
    ("--study-months", "study_months", int, "Months of study it pays."),
    ("--works", "works", int, "Types of works built."),
    ("--workers", "workers", int, "Workers of an establishment."),
    ("--cost", "cost", int, "Dong: of what is bought, built or prepared."),
    ("--contract-months", "contract_months", int, "Of the contract of work abroad."),
)
_FORM = _options(
    *(click.option(o, n, type=t, required=True, help=h) for o, n, t, h in _NEEDED),
    *(click.option(o, n, type=t, help=h) for o, n, t, h in _MORE),
)


@command("apply")
@click.argument("application_no")
@_FORM
@by
@as_json
def apply(desk: Desk, application_no: str, *, by: str, json_: bool, **said: Any) -> None:
    """Enter form 01/TD, where the programme lends so on that day."""
    told = {name: value for name, value in said.items() if value is not None}
    form = Form(application_no, **told)
    with desk.begin() as tx:
        deed = who.permitted(tx, frame.deed(by), "apply", reach.form, form)
        places = map_on(form.applied_on)
        found = applications.apply(tx, desk.policy, places, form=form, deed=deed)
    _moved(desk, [found], json_)


@command("show", group)
@click.argument("application_no")
@as_of
@as_json
def show(desk: Desk, application_no: str, as_of: date, json_: bool) -> None:
    """Show an application with its timeline, and what the rules say of it."""
    with desk.read() as tx:
        found = applications.dossier(tx, desk.policy, application_no, as_of)
    desk.note(View("application-show", APPLICATION, application_no, customers=[found.customer_no]))
    if json_:
        tell(documents.dossier(found, as_of))
        return
    say = words.say
    facts = {"application_no": application_no, "state": found.state.value}
    click.echo(say(desk.language, "done.application-moved", **facts))
    for line in found.lines:
        step, by = say(desk.language, f"step.{line.step.value}"), line.by
        if line.takes_back:
            step = say(desk.language, "done.step-taken-back", step=step)
        shown = [
            words.told(line.on_day, desk.language),
            step,
            by,
            line.document_no,
            line.reason,
            line.remark,
        ]
        click.echo("  " + " · ".join(part for part in shown if part))
    _checked(desk, found.checks)


@command("steps", group)
@as_json
def steps(desk: Desk, json_: bool) -> None:
    """Show which steps follow on each state of an application, and what each needs."""
    if json_:
        tell({"steps": documents.steps()})
    else:
        click.echo(documents.steps_table(desk.language))


def _moved(desk: Desk, found: Sequence[Moved], json_: bool) -> None:
    if json_:
        tell(documents.advanced(found))
        return
    for one in found:
        facts = {"application_no": one.application_no, "state": one.state.value}
        click.echo(words.say(desk.language, "done.application-moved", **facts))
        _checked(desk, one.checks)


def _checked(desk: Desk, checks: Sequence[Check]) -> None:
    for check in checks:
        if not check.holds:
            facts = check.facts
            click.echo("  ✗ " + words.say(desk.language, f"reason.{check.code}", **facts))
    held = [words.say(desk.language, f"checked.{one.code}") for one in checks if one.holds]
    if held:
        click.echo("  " + words.say(desk.language, "done.checked-rules", checked=held))


def _paper(said: dict[str, Any]) -> Paper:
    return Paper(said["day"], said["document"], said["dated"])


def _held(tx: Tx, step: str, numbers: Sequence[str], said: dict[str, Any]) -> Deed:
    deed, act = frame.deed(said["by"], said["checked_by"]), f"application-{step}"
    return who.permitted(tx, deed, act, reach.applications_of, numbers)


def _answered(
    desk: Desk, act: Callable[..., tuple[Moved, ...]], lines: Sequence[Line], said: dict[str, Any]
) -> None:
    with desk.begin() as tx:
        numbers = [line.application_no for line in lines]
        deed = _held(tx, act.__name__, numbers, said)
        found = act(tx, desk.policy, lines=lines, paper=_paper(said), deed=deed)
    _moved(desk, found, said["json_"])


def _lines(said: dict[str, Any]) -> list[Line]:
    amount = said.get("amount")
    accepted = [
        Line(one, amount=None if amount is None else Dong(amount)) for one in said["numbers"]
    ]
    return [*accepted, *said.get("refused", ())]


@command("review", group)
@_PAPER
@refusing
def review(desk: Desk, **said: Any) -> None:
    """Enter what a group's meeting said of applications; the paper is its minutes."""
    _answered(desk, applications.review, _lines(said), said)


@command("list", group)
@_PAPER
def enlist(desk: Desk, **said: Any) -> None:
    """Put applications on the group's list 03/TD; --document is the list's number."""
    with desk.begin() as tx:
        found = applications.enlist(
            tx,
            desk.policy,
            application_nos=said["numbers"],
            paper=_paper(said),
            deed=_held(tx, "list", said["numbers"], said),
        )
    _moved(desk, found, said["json_"])


@command("confirm", group)
@_PAPER
@refusing
@click.option("--list", "list_no", default="", help="The group's list; none: direct.")
def confirm(desk: Desk, list_no: str, **said: Any) -> None:
    """Enter what the commune says, line by line; no NUMBERS: all others on the list."""
    lines = _lines(said)
    with desk.begin() as tx:
        if list_no and not said["numbers"]:
            answered = {line.application_no for line in lines}
            on_list = applications.unconfirmed(tx, list_no)
            lines += [Line(one) for one in on_list if one not in answered]
        found = applications.confirm(
            tx,
            desk.policy,
            lines=lines,
            paper=_paper(said),
            deed=_held(tx, "confirm", [line.application_no for line in lines], said),
            list_no=list_no,
        )
    _moved(desk, found, said["json_"])


@command("appraise", group)
@_PAPER
@amount
@refusing
def appraise(desk: Desk, **said: Any) -> None:
    """Enter the bank's appraisal."""
    _answered(desk, applications.appraise, _lines(said), said)


@command("approve", group)
@_PAPER
@amount
@refusing
def approve(desk: Desk, **said: Any) -> None:
    """Decide on applications; above the maker's limit a second person checks."""
    _answered(desk, applications.approve, _lines(said), said)


@command("notify", group)
@_PAPER
@click.option("--draw-on", type=DAY, required=True, help="The day of the draw.")
@click.option("--at", "where", required=True, help="The place of the draw.")
def notify(desk: Desk, draw_on: date, where: str, **said: Any) -> None:
    """Tell by a notice 04/TD what was approved, and where and when it is drawn."""
    paper = Paper(said["day"], said["document"], said["dated"], draw_on, where)
    with desk.begin() as tx:
        deed = _held(tx, "notify", said["numbers"], said)
        found = applications.notify(
            tx, desk.policy, application_nos=said["numbers"], paper=paper, deed=deed
        )
    _moved(desk, found, said["json_"])


@command("refuse", group)
@_PAPER
@reason
@remark
def refuse(desk: Desk, reason: str, remark: str, **said: Any) -> None:
    """End applications before the signing, with a reason."""
    lines = [Line(one, reason=reason, remark=remark) for one in said["numbers"]]
    _answered(desk, applications.refuse, lines, said)


@command("withdraw", group)
@_PAPER
@remark
def withdraw(desk: Desk, remark: str, **said: Any) -> None:
    """Take applications back, as their borrowers wish."""
    lines = [Line(one, remark=remark) for one in said["numbers"]]
    _answered(desk, applications.withdraw, lines, said)


@command("take-back", group)
@click.argument("application_no")
@click.argument("step", type=click.Choice([step.value for step in Step]))
@click.option("--ground", required=True, help="Why it was wrong.")
@by
@as_json
def take_back(
    desk: Desk, application_no: str, step: str, *, ground: str, by: str, json_: bool
) -> None:
    """Take the last step back, entered wrongly; the timeline keeps both."""
    deed, act = frame.deed(by, ground=ground), "application-take-back"
    with desk.begin() as tx:
        deed = who.permitted(tx, deed, act, reach.application, application_no)
        found = applications.take_back(
            tx, application_no=application_no, step=Step(step), deed=deed
        )
    _moved(desk, [found], json_)


@command("sign", group)
@click.argument("application_no")
@click.argument("loan_no")
@day
@click.option("--due", type=DAY, help="The final due date; else the whole term asked.")
@click.option("--annual-rate", help="Percent per year, where policy states none.")
@by
@as_json
def sign(desk: Desk, application_no: str, loan_no: str, *, json_: bool, **said: Any) -> None:
    """Sign the contract that an application makes; the core gives the 16 digits of LOAN_NO."""
    rate = read_rate(said["annual_rate"]) if said["annual_rate"] else None
    signing = applications.Signing(loan_no, said["day"], said["due"], rate)
    with desk.begin() as tx:
        deed = frame.deed(said["by"])
        found = applications.sign(
            tx,
            desk.policy,
            map_on(signing.signed_on),
            application_no=application_no,
            signing=signing,
            deed=who.permitted(tx, deed, "sign", reach.application, application_no),
        )
    _moved(desk, [found], json_)


@command("waiting", group)
@as_of
@place
@as_json
def waiting(desk: Desk, as_of: date, place: str | None, json_: bool) -> None:
    """List the applications that nobody moved for as long as policy allows."""
    province, commune = map_on(as_of).scope(place)
    with desk.read() as tx:
        rows = applications.waiting(tx, desk.policy, as_of, province=province, commune=commune)
    seen = [row.customer_no for row in rows]
    desk.note(View("application-waiting", LIST, place or "", customers=seen))
    if json_:
        tell(documents.waiting(rows, as_of))
        return
    for row in rows:
        told = [row.application_no, words.say(desk.language, f"state.{row.state.value}")]
        click.echo(" · ".join([*told, words.told(row.since, desk.language), str(row.days)]))


@command("draw")
@click.argument("loan_no")
@click.option("--amount", type=WHOLE, required=True, help="Dong.")
@day
@click.option("--receipt", "receipt_no", required=True, help="The receipt's number.")
@by
@as_json
def draw(desk: Desk, loan_no: str, *, amount: int, by: str, json_: bool, **said: Any) -> None:
    """Pay a loan out, in full or in part."""
    with desk.begin() as tx:
        new = loans.draw(
            tx,
            desk.policy,
            loan_no=loan_no,
            amount=Dong(amount),
            value_date=said["day"],
            receipt_no=said["receipt_no"],
            deed=who.permitted(tx, frame.deed(by), "draw", reach.loan, loan_no),
        )
    facts = {"loan_no": loan_no, "amount": amount, "receipt_no": said["receipt_no"]}
    if json_:
        tell(facts | {"day": said["day"], "new": new})
    else:
        code = "done.drawn" if new else "done.drawn-before"
        click.echo(words.say(desk.language, code, **facts))
