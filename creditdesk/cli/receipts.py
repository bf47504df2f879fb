"""Receipts at the desk: taking one, late or not, and undoing one, with all that it changes."""

from datetime import date
from typing import Any

import click

from creditdesk import differences, documents, reach, repayments, words
from creditdesk.accesses import LOAN, View
from creditdesk.cli import frame, who
from creditdesk.cli.frame import DAY, WHOLE, Desk, as_json, command, tell
from creditdesk.engine.ageing import Standing
from creditdesk.engine.money import Dong

dry_run = click.option("--dry-run", is_flag=True, help="Show what it would change, write nothing.")
_SHOWN = ("in_term", "overdue", "frozen", "late_principal", "interest_unpaid")


@command("receive")
@click.argument("loan_no")
@click.option("--principal", type=WHOLE, default=0, help="Dong.")
@click.option("--interest", type=WHOLE, default=0, help="Dong.")
@click.option("--day", type=DAY, required=True, help="The day the money was handed over.")
@click.option("--receipt", "receipt_no", required=True, help="The receipt's number.")
@click.option("--by", required=True, help="Who takes it.")
@dry_run
@as_json
def receive(desk: Desk, loan_no: str, *, by: str, dry_run: bool, json_: bool, **said: Any) -> None:
    """Take a repayment; one that comes late replays what came after its day."""
    act = "receive-principal" if said["principal"] else "receive-interest"
    with desk.begin(trial=dry_run) as tx:
        deed = who.permitted(tx, frame.deed(by), act, reach.loan, loan_no)
        taken = repayments.receive(
            tx,
            desk.policy,
            loan_no=loan_no,
            value_date=said["day"],
            receipt_no=said["receipt_no"],
            principal=Dong(said["principal"]),
            interest=Dong(said["interest"]),
            deed=deed,
        )
        changed = None
        if taken.new:
            changed = differences.of_act(
                tx, act_id=taken.act_id, loan_no=loan_no, today=frame.today()
            )
    document = {
        "receipt_no": taken.receipt_no,
        "loan_no": taken.loan_no,
        "day": taken.value_date,
        "principal": taken.principal,
        "interest": taken.interest,
        "new": taken.new,
    }
    code = "received" if taken.new else "received-before"
    _tell(desk, document, changed, code=code, dry_run=dry_run, json_=json_)


@command("payoff")
@click.argument("loan_no")
@click.option("--day", type=DAY, required=True, help="The day of the repayment.")
@as_json
def payoff(desk: Desk, loan_no: str, day: date, json_: bool) -> None:
    """Show what repays a loan in full on a day: principal and interest by kind."""
    with desk.read() as tx:
        found = repayments.quote_full(tx, desk.policy, loan_no=loan_no, day=day)
    desk.note(View("payoff", LOAN, loan_no))
    if json_:
        tell(documents.payoff(found))
        return
    label = words.say(desk.language, "figure.interest_unpaid")
    for name in ("in_term", "overdue", "frozen"):
        _line(desk, f"figure.{name}", getattr(found, name))
    for name in ("in_term", "overdue", "grace"):
        _line(desk, f"figure.{name}", getattr(found.interest, name), f"{label}: ")
    _line(desk, "decision.total", found.total)


def _line(desk: Desk, code: str, amount: Dong, before: str = "") -> None:
    click.echo(f"{before}{words.say(desk.language, code)}: {words.told(amount, desk.language)}")


@command("reverse")
@click.argument("receipt_no")
@click.option("--by", required=True, help="Who decides.")
@click.option("--checked-by", default="", help="Who checks: needed to undo a decision.")
@click.option("--ground", required=True, help="Why.")
@dry_run
@as_json
def reverse(desk: Desk, receipt_no: str, *, dry_run: bool, json_: bool, **deed: Any) -> None:
    """Undo a receipt by its mirror and replay what came after it."""
    with desk.begin(trial=dry_run) as tx:
        held = who.permitted(tx, frame.deed(**deed), "reverse", reach.receipt, receipt_no)
        undone = repayments.reverse(tx, desk.policy, receipt_no=receipt_no, deed=held)
        changed = differences.of_act(
            tx, act_id=undone.act_id, loan_no=undone.loan_no, today=frame.today()
        )
    document = {"receipt_no": receipt_no, "loan_no": undone.loan_no}
    _tell(desk, document, changed, code="reversed", dry_run=dry_run, json_=json_)


def _tell(
    desk: Desk,
    document: dict[str, Any],
    changed: differences.Differences | None,
    *,
    code: str,
    dry_run: bool,
    json_: bool,
) -> None:
    if json_:
        told = None if changed is None else documents.differences(changed)
        tell(document | {"dry_run": dry_run, "differences": told})
        return
    if dry_run:
        click.echo(words.say(desk.language, "done.trial"))
    click.echo(words.say(desk.language, f"done.{code}", **document))
    if changed is not None:
        _lines(desk.language, changed)


def _lines(language: str, changed: differences.Differences) -> None:
    """Say what was booked anew, and every figure that stands otherwise."""
    for one in changed.entries:
        if one.before and one.after:
            kind = words.say(language, f"page.kind-{one.event.kind.value}")
            facts = {"day": one.event.value_date, "receipt_no": one.event.receipt_no, "kind": kind}
            click.echo(words.say(language, "done.booked-anew", **facts))
    for stood in (*changed.month_ends, changed.today):
        for name in _SHOWN:
            _figure(language, name, stood.before, stood.after)


def _figure(language: str, name: str, before: Standing, after: Standing) -> None:
    old, new = getattr(before, name), getattr(after, name)
    if old != new:
        label = words.say(language, f"figure.{name}")
        facts = {"day": after.as_of, "name": label, "before": old, "after": new}
        click.echo(words.say(language, "done.figure-moved", **facts))
