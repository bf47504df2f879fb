"""Questions to the book, its proof, and schedules quoted."""

from datetime import date
from typing import Any

import click

from creditdesk import (
    arrears,
    audit,
    documents,
    reach,
    standings,
    statements,
    words,
    worklists,
)
from creditdesk.accesses import LIST, LOAN, View
from creditdesk.cli import frame, who
from creditdesk.cli.frame import (
    BROKEN,
    DAY,
    Desk,
    as_csv,
    as_json,
    as_of,
    command,
    in_group,
    map_of,
    place,
    tell,
)


@command("standing")
@click.argument("loan_no")
@as_of
@as_json
def standing(desk: Desk, loan_no: str, as_of: date, json_: bool) -> None:
    """Show where one loan stands at the end of a day."""
    with desk.read() as tx:
        found = documents.standing(standings.standing(tx, loan_no, as_of))
    desk.note(View("standing", LOAN, loan_no))
    tell(found) if json_ else _lines(found, desk.language)


def _lines(document: dict[str, Any], language: str) -> None:
    for name, value in document.items():
        label = words.say(language, f"figure.{name}")
        if isinstance(value, dict):
            click.echo(f"{label}:")
            _lines(value, language)
        else:
            word = f"page.status-{value}" if name == "status" else ""
            said = words.say(language, word) if word else words.told(frame.dated(value), language)
            click.echo(f"{label}: {said}")


@command("portfolio")
@click.option("--from", "since", type=DAY, required=True, help="First day of the period.")
@as_of
@click.option("--by", required=True, help="Axes, divided by commas.")
@place
@in_group
@as_json
@as_csv
@map_of
def portfolio(desk: Desk, since: date, as_of: date, by: str, **form: Any) -> None:
    """Show the book in figures, by any axes."""
    axes = tuple(axis.strip() for axis in by.split(","))
    question = statements.Question(
        since,
        as_of,
        axes,
        form["place"],
        map_of=form["map_of"],
        within=(("group", form["group"]),) if form["group"] else (),
    )
    with desk.read() as tx:
        book = statements.portfolio(tx, desk.policy, question)
    if form["json_"]:
        tell(documents.portfolio(book))
    else:
        click.echo(documents.portfolio_table(book), nl=False)


@command("bridge")
@click.option("--from", "since", type=DAY, required=True, help="First day of the period.")
@as_of
@click.option("--map-then", type=DAY, required=True, help="The day of the one map.")
@click.option("--map-now", type=DAY, required=True, help="The day of the other map.")
@place
@as_json
@as_csv
def bridge(desk: Desk, since: date, as_of: date, map_then: date, **asked: Any) -> None:
    """Show the way from the communes of one day to those of another, in figures."""
    place, now = asked["place"], asked["map_now"]
    question = statements.Question(since, as_of, place=place, map_of=now)
    with desk.read() as tx:
        found = statements.bridge(tx, question, then=map_then)
    if asked["json_"]:
        tell(documents.bridge(found))
    else:
        click.echo(documents.bridge_table(found), nl=False)


@command("worklist")
@click.argument("name", type=click.Choice([*worklists.WORKLISTS]), metavar="NAME")
@as_of
@place
@in_group
@as_json
def worklist(
    desk: Desk, name: str, as_of: date, *, place: str | None, group: str, json_: bool
) -> None:
    """List what somebody has to look at: late, to-transfer, due, due-session and others."""
    with desk.read() as tx:
        where = arrears.place_of(place, as_of, group_no=group)
        rows = worklists.worklist(tx, desk.policy, name, as_of, where)
    seen = [row.customer_no for row in rows if row.customer_no]
    desk.note(View(f"worklist-{name}", LIST, place or "", customers=seen))
    if json_:
        tell(documents.worklist(name, as_of, rows))
    else:
        frame.note(words.say(desk.language, f"worklist.{name}"))
        click.echo(documents.worklist_table(rows, desk.language), nl=False)


@command("groups")
@as_of
@place
@in_group
@as_json
def groups(desk: Desk, as_of: date, place: str | None, group: str, json_: bool) -> None:
    """Score the savings-and-credit groups and say what lowers each score."""
    with desk.read() as tx:
        where = arrears.place_of(place, as_of, group_no=group)
        rows = worklists.group_scores(tx, desk.policy, as_of, where)
    heads = [row.group_no for row in rows if row.head]
    desk.note(View("groups", LIST, place or "", customers=heads))
    if json_:
        tell(documents.groups(as_of, rows))
        return
    rule = desk.policy.group_score
    named = {**rule.criteria, **rule.band_names}
    names = {code: one.names.said(desk.language) for code, one in named.items()}
    click.echo(documents.groups_table(rows, names), nl=False)


@command("transfer")
@click.option("--session", type=DAY, required=True, help="The day of the sessions.")
@place
@click.option("--by", required=True, help="Who decides.")
@click.option("--checked-by", required=True, help="Who checks: another person.")
@as_json
def transfer(desk: Desk, session: date, place: str | None, json_: bool, **people: str) -> None:
    """Book what the rule moves to overdue at that day's sessions."""
    with desk.begin() as tx:
        deed = frame.deed(people["by"], people["checked_by"])
        moved = arrears.transfer(
            tx,
            desk.policy,
            session=session,
            place=arrears.place_of(place, session),
            deed=who.permitted(tx, deed, "transfer", reach.place, place),
        )
    seen = [move.loan_no for move in moved]
    desk.note(View("transfer", LIST, place or "", customers=(), loans=seen))
    rows = [move._asdict() for move in moved]
    total = sum(move.amount for move in moved)
    if json_:
        tell({"session": session, "rows": rows, "total": total})
    else:
        click.echo(words.say(desk.language, "done.transfer", count=len(rows), total=total))


@command("verify")
@as_json
def verify(desk: Desk, json_: bool) -> None:
    """Recompute every loan from its entries and every kept figure from the loans."""
    with desk.read() as tx, frame.progress("verify") as show:
        proof = audit.verify(tx, desk.policy, show)
    if json_:
        tell(documents.proof(proof))
    else:
        code = "done.books-broken" if proof.faults else "done.books-hold"
        click.echo(words.say(desk.language, code, loans=proof.loans, entries=proof.entries))
        for fault in proof.faults:
            click.echo(words.contradiction(desk.language, fault))
    if proof.faults:
        raise SystemExit(BROKEN)
