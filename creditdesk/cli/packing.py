"""Monthly packs: of a commune, an office, a department, or all of a province."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from creditdesk import issued, packs, words
from creditdesk.accesses import LIST, View
from creditdesk.cli import frame, who
from creditdesk.cli.frame import Desk, cli, command
from creditdesk.cli.paper import write_file
from creditdesk.communes import PlaceNotFound
from creditdesk.db import Tx
from creditdesk.papers import ChecksFailed
from creditdesk.users.permissions import NotYours


@cli.group("pack")
def pack() -> None:
    """Print what a commune, an office or a department gets for a month, as one ZIP."""


month = click.option("--month", required=True, help="YYYY-MM, a month that is over.")
code = click.argument("code")


def _add(of: str, what: str) -> None:
    @code
    @month
    @click.option("--out", type=click.Path(path_type=Path), required=True, help="The ZIP.")
    def run(desk: Desk, code: str, month: str, out: Path) -> None:
        _print(desk, of, code, month, lambda _: out)

    run.__doc__ = what
    command(of, pack)(run)


_add("commune", "The pack of a commune.")
_add("office", "The pack of a transaction office.")
_add("department", "The pack of a province's Department of Finance and the branch.")


@command(packs.PROVINCE, pack)
@code
@month
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A folder.")
def province(desk: Desk, code: str, month: str, out: Path) -> None:
    """Every pack of a province: of its department, its offices and its communes."""
    _print(desk, packs.PROVINCE, code, month, lambda name: out / name)


def _print(desk: Desk, of: str, code: str, month: str, place: Callable[[str], Path]) -> None:
    press = packs.Press(desk.policy, desk.settings, frame.moment())
    last = packs.month_end(month, frame.today())
    failed = []
    with desk.read() as tx, frame.progress("pack") as show:
        wanted = packs.wanted(tx, of, code, last)
        _held(tx, wanted[0], code, last)
        progress = packs.Documents(show, wanted)
        for whose in wanted:
            made = packs.made(tx, replace(press, told=progress.one_more), whose, last)
            path = place(made.name)
            _give(desk, made)
            write_file(path, made.content)
            failed += [f"{paper}: {' '.join(checks)}" for paper, checks in made.failed]
            click.echo(words.say(desk.language, "done.printed", path=str(path)))
    if failed:
        raise ChecksFailed(path=code, checks=failed)


def _held(tx: Tx, first: packs.Whose, code: str, last: date) -> None:
    """Refuse a user who sits at this machine what lies elsewhere, as if it were not there."""
    asker = who.sitting(tx)
    if asker is None:
        return
    lies = packs.lies(tx, first, last)
    try:
        for act in packs.acts(first.of):
            asker.require(act, lies)
    except NotYours:
        raise PlaceNotFound(place=code) from None


def _give(desk: Desk, made: packs.Pack) -> None:
    """Register what a pack gives out, and note whom it shows, before it is there."""
    desk.note(View("print-pack", LIST, made.whose.code, customers=made.seen))
    said: dict[str, Any] = {"by": frame.operator(), "at": frame.moment().isoformat()}
    with desk.database.begin() as tx:
        for paper in made.papers:
            issued.enter(tx, paper=paper, **said)
