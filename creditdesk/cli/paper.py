"""Documents on paper, and the same figures as tables."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from creditdesk import papers, words
from creditdesk.accesses import LIST, View
from creditdesk.cli import frame, who
from creditdesk.cli.frame import DAY, Desk, as_of, cli, command, known_on, map_of, place
from creditdesk.errors import Malformed
from creditdesk.figures import AXES
from creditdesk.papers import Asked, ChecksFailed, Ending, Kind, Look


class CannotWrite(Malformed):
    """The file cannot be written there."""

    code = "cannot-write"


@cli.group("print")
def paper() -> None:
    """Print a document: as PDF, or its figures as XLSX or CSV."""


_ASKED: dict[str, Callable[..., Any]] = {
    "since": click.option("--from", "since", type=DAY, help="First day of the period."),
    "known_before": click.option(
        "--known-before", type=DAY, help="Compare with the books as known at the end of this day."
    ),
    "by": click.option("--by", type=click.Choice(AXES), default="commune", help="What rows are."),
    "unit": click.option(
        "--unit", type=click.Choice(["million", "dong"]), help="Million dong, or every dong."
    ),
}


def _add(name: str, kind: Kind) -> None:
    """Add the command of a kind of document."""

    @click.option("--out", type=click.Path(path_type=Path), required=True, help=".pdf .xlsx .csv")
    @known_on
    @map_of
    @place
    @as_of
    def run(desk: Desk, out: Path, **asked: Any) -> None:
        write(desk, name, out, held=True, **asked)
        click.echo(words.say(desk.language, "done.printed", path=str(out)))

    for one in reversed(kind.asks):
        option = _ASKED.get(one) or click.option(f"--{one}", help="Loans of this code alone.")
        run = option(run)
    run.__doc__ = words.say("en", f"paper.{name}")
    command(name, paper)(run)


for _name, _kind in papers.KINDS.items():
    _add(_name, _kind)


def write(desk: Desk, name: str, out: Path, *, held: bool = False, **asked: Any) -> None:
    """Write a document to a file, whole or not at all; whom it shows is noted before.

    held  whether a user who sits at this machine is held to the table of permissions
    """
    kind, ending = papers.kind_of(name), _ending(out)
    unit = asked.pop("unit", None) or desk.settings.unit_of_statement
    said = {field: asked.pop(field) for field in papers.SAID if field in asked}
    within = tuple((axis, key) for axis, key in asked.items() if key)
    with desk.read() as tx:
        wanted = Asked(**said, made_at=frame.moment(), within=within)
        if held and (asker := who.sitting(tx)):
            wanted = wanted.near(tx, asker, kind.act_of(ending))
        value = kind.value(tx, desk.policy, wanted)
    desk.note(View(f"print-{name}", LIST, said.get("place") or "", customers=kind.seen(value)))
    folder = desk.settings.font_folder
    look = Look("dong" if unit == "dong" else "million", Path(folder) if folder else None)
    if ending != "pdf":
        write_file(out, kind.written(value, ending, look))
        return
    by, at = frame.operator(), frame.moment()
    value = kind.goes_out(desk.database.begin, value, by=by, at=at)
    evidence = kind.evidence(value)
    write_file(out, desk.issue(evidence, kind.printer(value, look)))
    if evidence.failed:
        raise ChecksFailed(path=str(out), checks=[one.code for one in evidence.failed])


def _ending(out: Path) -> Ending:
    """Return what a file is by its name: a PDF unless it says otherwise."""
    return next((one for one in papers.ENDINGS if out.suffix.lower() == f".{one}"), "pdf")


def write_file(out: Path, content: bytes) -> None:
    """Write a file beside its place and move it there: a half-written one is never seen."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=out.parent, delete=False) as draft:
            draft.write(content)
        Path(draft.name).chmod(0o644)
        os.replace(draft.name, out)
    except OSError as trouble:
        raise CannotWrite(path=str(out), why=trouble.strerror) from None
