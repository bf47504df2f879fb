"""Moves: households, groups, villages, and communes drawn anew."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import click

from creditdesk import documents, intake, moves, reach, words
from creditdesk.accesses import LIST, View
from creditdesk.cli import frame, who
from creditdesk.cli.frame import DAY, WHOLE, Desk, as_json, cli, command, tell
from creditdesk.db import Tx
from creditdesk.figures import Moved
from creditdesk.reach import Moving


@cli.group("move")
def group() -> None:
    """Move loans to where their people are; an undone move is as if it had never been."""


_DECIDED = (
    click.option("--day", type=DAY, required=True, help="From this day on."),
    click.option("--by", required=True, help="Who decides."),
    click.option("--checked-by", default="", help="Who checks: needed above one household."),
    click.option("--ground", required=True, help="Why: a resolution, a request."),
    click.option("--document", required=True, help="The number of its paper."),
    click.option("--document-on", type=DAY, help="The day of the paper."),
    click.option("--dry-run", is_flag=True, help="Show what would move and write nothing."),
    as_json,
)
_WHERE = (
    click.option("--commune", help="The commune's national code."),
    click.option("--village", "village_code", help="The village's code."),
    click.option("--office", help="The transaction office's code."),
    click.option("--session-day", type=WHOLE, help="The day of the month of the session."),
)


def _options(*options: Callable[..., Any]) -> Callable[[Any], Any]:
    def decorate(act: Any) -> Any:
        for option in reversed(options):
            act = option(act)
        return act

    return decorate


_into_group = click.option("--group", "group_no", help="The group that takes them.")


@command("household", group)
@click.argument("household_no")
@_options(*_WHERE, _into_group, *_DECIDED)
def household(desk: Desk, household_no: str, **asked: Any) -> None:
    """Move the open loans of a household."""
    with _begin(desk, asked) as tx:
        to = _change(asked)
        move = partial(moves.move_household, tx, household_no=household_no, to=to)
        found = move(order=_held(tx, ("household", household_no), move, asked))
    _tell(desk, found, asked)


@command("group", group)
@click.argument("number")
@_options(*_WHERE, _into_group, *_DECIDED)
def of_group(desk: Desk, number: str, **asked: Any) -> None:
    """Move the open loans of a savings-and-credit group; its trustee stays."""
    with _begin(desk, asked) as tx:
        move = partial(moves.move_group, tx, group_no=number, to=_change(asked))
        found = move(order=_held(tx, ("group", number), move, asked))
    _tell(desk, found, asked)


@command("village", group)
@click.argument("code")
@_options(*_WHERE, *_DECIDED)
def village(desk: Desk, code: str, **asked: Any) -> None:
    """Move all loans of a village, closed ones too."""
    with _begin(desk, asked) as tx:
        move = partial(moves.move_village, tx, village_code=code, to=_change(asked))
        found = move(order=_held(tx, ("village", code), move, asked))
    _tell(desk, found, asked)


@command("communes", group)
@click.argument("file", type=click.Path(path_type=Path))
@_options(*_DECIDED)
def communes(desk: Desk, file: Path, **asked: Any) -> None:
    """Draw communes anew: village_code or from_commune, commune[, office] in every line."""
    lines = intake.read_lines(intake.open_lines(file, intake.limits_of(desk.settings)))
    with _begin(desk, asked) as tx:
        move = partial(moves.move_communes, tx, lines=lines)
        found = move(order=_held(tx, ("communes", ""), move, asked))
    _tell(desk, found, asked)


@command("undo", group)
@click.argument("act", type=WHOLE)
@click.option("--by", required=True, help="Who decides.")
@click.option("--checked-by", default="", help="Who checks: needed above one household.")
@click.option("--ground", required=True, help="Why.")
@as_json
def undo(desk: Desk, act: int, json_: bool, **people: Any) -> None:
    """Take a move back by the number of its act."""
    with desk.begin() as tx:
        deed = who.permitted(tx, frame.deed(**people), "move-undo", reach.move, act)
        found = moves.undo(tx, act_id=act, deed=deed)
    _tell(desk, found, {"json_": json_})


def _begin(desk: Desk, asked: dict[str, Any]) -> AbstractContextManager[Tx]:
    return desk.read() if asked["dry_run"] else desk.begin()


def _change(asked: dict[str, Any]) -> moves.Change:
    return moves.Change(
        commune=asked["commune"],
        village_code=asked["village_code"],
        group_no=asked.get("group_no"),
        office=asked["office"],
        session_day=asked["session_day"],
    )


def _order(asked: dict[str, Any]) -> moves.Order:
    day: date = asked["day"]
    deed = replace(
        frame.deed(asked["by"], asked["checked_by"], asked["ground"]),
        document_no=asked["document"],
        document_on=asked["document_on"],
    )
    return moves.Order(day, deed, dry=asked["dry_run"])


def _held(
    tx: Tx, of: tuple[str, str], move: Callable[..., Moved], asked: dict[str, Any]
) -> moves.Order:
    """Return the order of a move whose people may move every loan of it, and to where it goes."""
    order = _order(asked)
    look = partial(move, order=replace(order, dry=True))
    into = (asked["commune"],) if asked.get("commune") else ()
    said = Moving(*of, order.day, look, into)
    deed = who.permitted(tx, order.deed, f"move-{said.of}", reach.moving, said)
    return replace(order, deed=deed)


def _tell(desk: Desk, found: Moved, asked: dict[str, Any]) -> None:
    seen = [loan.loan_no for loan in found.loans]
    desk.note(View("move" if found.act_id else "move-preview", LIST, "", "", (), seen))
    if asked["json_"]:
        tell(documents.moved(found))
        return
    for row in found.communes:
        click.echo(words.say(desk.language, "done.moved-commune", **row._asdict()))
    code = "moved" if found.act_id else "move-unwritten"
    facts = {"count": len(found.loans), "day": found.day, "act": found.act_id or 0}
    click.echo(words.say(desk.language, f"done.{code}", **facts))
