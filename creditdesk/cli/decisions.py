"""Decisions in mid-life: which may be taken when, looked at before, taken, proposed, answered."""

from datetime import date
from typing import Any

import click

from creditdesk import decisions, documents, reach, words
from creditdesk.accesses import LIST, LOAN, View
from creditdesk.arrears import place_of
from creditdesk.cli import frame, who
from creditdesk.cli.frame import DAY, WHOLE, Desk, as_json, command, decided, place, tell
from creditdesk.db import Tx
from creditdesk.decisions import KINDS, PARAMETERS, Decision, decision_of
from creditdesk.ledger import Deed


@command("acts")
@as_json
def acts(desk: Desk, json_: bool) -> None:
    """Show which acts are taken on a loan in which state."""
    if json_:
        tell({"acts": documents.acts()})
    else:
        click.echo(documents.acts_table(desk.language))


def _says(act: Any) -> Any:
    """Add an argument or option for all that a decision may say."""
    for name, parameter in reversed(list(PARAMETERS.items())):
        act = click.option(f"--{name.replace('_', '-')}", name, help=f"As {parameter.example}.")(
            act
        )
    act = click.option("--day", type=DAY, required=True, help="The day from which it holds.")(act)
    act = click.argument("loan_no")(act)
    kinds = click.Choice([act.value for act in KINDS])
    return click.argument("kind", type=kinds)(act)


def _split(said: dict[str, Any]) -> tuple[Decision, dict[str, Any]]:
    """Return the decision that options state, and the options that are left."""
    texts = {name: said.pop(name) for name in PARAMETERS}
    given = {name: text for name, text in texts.items() if text is not None}
    kind, loan_no, day = (said.pop(name) for name in ("kind", "loan_no", "day"))
    return decision_of(kind, loan_no, day, given), said


@command("decide")
@_says
@decided
@click.option("--preview", "preview_", is_flag=True, help="Show the effect and write nothing.")
@as_json
def decide(desk: Desk, *, preview_: bool, json_: bool, **said: Any) -> None:
    """Take a decision on one loan, or look at what it would do."""
    decision, deed = _split(said)
    if preview_:
        with desk.read() as tx:
            _held(tx, decision, deed)
            seen = decisions.preview(tx, desk.policy, decision)
        desk.note(View("decide-preview", LOAN, decision.loan_no))
        _show(desk, seen, json_)
        return
    with desk.begin() as tx:
        held = _held(tx, decision, deed)
        done = decisions.decide(tx, desk.policy, decision=decision, deed=held)
    _tell_done(desk, done, json_)


def _held(tx: Tx, decision: Decision, said: dict[str, Any]) -> Deed:
    kind = decision.act.value
    return who.permitted(tx, frame.deed(**said), kind, reach.loan, decision.loan_no)


def _show(desk: Desk, seen: decisions.Preview, json_: bool) -> None:
    found = documents.preview(seen, desk.language)
    if json_:
        tell(found)
    else:
        click.echo(documents.preview_table(seen, desk.language))
    if seen.refusal is not None:
        raise SystemExit(frame.REFUSED)


def _tell_done(desk: Desk, done: decisions.Decided, json_: bool) -> None:
    found = documents.decision(done.decision) | {"act": done.act_id, "new": done.new}
    if json_:
        tell(found)
    else:
        code = "decided" if done.new else "decided-before"
        facts = {"act": done.decision.act.value, "loan_no": done.decision.loan_no}
        click.echo(words.say(desk.language, f"done.{code}", **facts))


@command("propose")
@_says
@decided
@as_json
def propose(desk: Desk, *, json_: bool, **said: Any) -> None:
    """Lay a decision before another person."""
    decision, deed = _split(said)
    with desk.begin() as tx:
        held = _held(tx, decision, deed)
        number = decisions.propose(tx, desk.policy, decision=decision, deed=held)
    _answered(desk, "proposed", number, json_)


_number = click.argument("number", type=WHOLE)
_by = click.option("--by", required=True, help="Who answers.")
_ground = click.option("--ground", required=True, help="Why.")


@command("approve")
@_number
@_by
@as_json
def approve(desk: Desk, number: int, by: str, json_: bool) -> None:
    """Take a proposed decision, as another person than its maker."""
    with desk.begin() as tx:
        deed = who.permitted(tx, frame.deed(by), "check", reach.proposal, number)
        done = decisions.approve(
            tx, desk.policy, number=number, by=deed.by, recorded_at=deed.recorded_at
        )
    _tell_done(desk, done, json_)


@command("refuse")
@_number
@_by
@_ground
@as_json
def refuse(desk: Desk, number: int, json_: bool, **deed: Any) -> None:
    """Answer a proposal with no, as another person than its maker."""
    with desk.begin() as tx:
        held = who.permitted(tx, frame.deed(**deed), "check", reach.proposal, number)
        decisions.refuse(tx, number=number, deed=held)
    _answered(desk, "refused", number, json_)


@command("withdraw")
@_number
@_by
@_ground
@as_json
def withdraw(desk: Desk, number: int, json_: bool, **deed: Any) -> None:
    """Take a proposal back, as its maker."""
    with desk.begin() as tx:
        act = "proposal-withdraw"
        held = who.permitted(tx, frame.deed(**deed), act, reach.proposal, number)
        decisions.withdraw(tx, number=number, deed=held)
    _answered(desk, "withdrawn", number, json_)


def _answered(desk: Desk, answer: str, number: int, json_: bool) -> None:
    if json_:
        tell({"number": number, "answer": answer})
    else:
        click.echo(words.say(desk.language, f"done.proposal-{answer}", number=number))


@command("inbox")
@place
@click.option("--as-of", type=DAY, help="Where the loans are on this day; else today.")
@as_json
def inbox(desk: Desk, place: str | None, as_of: date | None, json_: bool) -> None:
    """List the proposals that wait for an answer."""
    day = as_of or frame.today()
    with desk.read() as tx:
        found = decisions.inbox(tx, place_of(place, day), day)
    seen = [one.decision.loan_no for one in found]
    desk.note(View("proposals", LIST, place or "", customers=(), loans=seen))
    rows = [documents.proposal(one) for one in found]
    if json_:
        tell({"as_of": day, "rows": rows})
    else:
        head = ["number", "kind", "loan_no", "commune", "day", "by", "document_no"]
        click.echo(documents.table(head, [[row[name] for name in head] for row in rows]), nl=False)


@command("schedule")
@click.argument("loan_no")
@click.option("--versions", "all_", is_flag=True, help="Every one it has had, newest last.")
@as_json
def schedule(desk: Desk, loan_no: str, all_: bool, json_: bool) -> None:
    """Show the principal schedule of a loan, and the decisions that made it."""
    with desk.read() as tx:
        found = decisions.versions(tx, loan_no)
    desk.note(View("schedule", LOAN, loan_no))
    shown = found if all_ else found[-1:]
    if json_:
        rows = [documents.schedule(one) for one in shown]
        tell({"loan_no": loan_no, "versions": rows})
    else:
        for one in shown:
            click.echo(documents.schedule_table(one, desk.language))
