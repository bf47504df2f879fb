"""Days and months: closing them, opening a month again, and what was closed when."""

from datetime import date, datetime
from typing import Any

import click

from creditdesk import closing, documents, reach, words
from creditdesk.cli import frame, who
from creditdesk.cli.frame import DAY, Desk, as_json, command, tell

month_option = click.option("--month", required=True, help="YYYY-MM")


@command("close-day")
@click.option("--day", type=DAY, required=True)
@as_json
def close_day(desk: Desk, day: date, json_: bool) -> None:
    """Close a day and every day missed before it; again does no harm."""
    with desk.begin() as tx:
        done = closing.close_day(
            tx, day=day, today=frame.today(), moment=frame.moment().isoformat()
        )
    _closed(desk, done, json_)


@command("close-month")
@month_option
@as_json
def close_month(desk: Desk, month: str, json_: bool) -> None:
    """Close a month that is over, or one that was opened; again does no harm."""
    with desk.begin() as tx:
        done = closing.close_month(
            tx, month=month, today=frame.today(), moment=frame.moment().isoformat()
        )
    _closed(desk, done, json_)


@command("open-month")
@month_option
@click.option("--by", required=True, help="Who decides.")
@click.option("--checked-by", required=True, help="Who checks: another person.")
@click.option("--ground", required=True, help="Why: the paper or the order.")
@as_json
def open_month(desk: Desk, month: str, json_: bool, **deed: Any) -> None:
    """Open a closed month so that facts of its days can enter."""
    with desk.begin() as tx:
        held = who.permitted(tx, frame.deed(**deed), "open-month", reach.place, None)
        found = closing.open_month(tx, month=month, deed=held)
    if json_:
        tell(documents.month(found))
    else:
        click.echo(words.say(desk.language, "done.opened", month=month))


@command("months")
@as_json
def months(desk: Desk, json_: bool) -> None:
    """List every closing of every month, and what opened it again."""
    with desk.read() as tx:
        found, left = closing.history(tx), closing.open_months(tx)
    if json_:
        tell(documents.months(found, left))
        return
    if not found:
        click.echo(words.say(desk.language, "done.no-months"))
    for one in found:
        facts = {
            "month": one.month,
            "number": one.number,
            "at": datetime.fromisoformat(one.closed_at),
        }
        if one.opened is not None:
            facts |= {name: getattr(one.opened, name) for name in ("by", "checked_by", "ground")}
        code = "month-opened" if one.opened else "month-closing"
        click.echo(words.say(desk.language, f"done.{code}", **facts))


def _closed(desk: Desk, done: closing.Closed, json_: bool) -> None:
    if json_:
        tell(documents.closed(done))
        return
    whole = len(done.name) == len("2026-11")
    name = words.month(desk.language, done.name) if whole else words.day(desk.language, done.until)
    code = "done.closed" if done.new else "done.closed-before"
    click.echo(words.say(desk.language, code, name=name, since=done.since))
    for name in done.differences:
        facts = {"before": done.before[name], "after": done.figures[name]}
        label = words.say(desk.language, f"figure.{name}")
        click.echo(words.say(desk.language, "done.figures-differ", name=label, **facts))
