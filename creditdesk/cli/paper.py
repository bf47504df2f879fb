"""Documents on paper."""

import os
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import click

from creditdesk import statements, words
from creditdesk.cli import frame
from creditdesk.cli.frame import DAY, Desk, as_of, cli, command, map_of, place
from creditdesk.errors import Malformed
from reports import portfolio as portfolio_paper


class CannotWrite(Malformed):
    """The file cannot be written there."""

    code = "cannot-write"


@cli.group("print")
def paper() -> None:
    """Print a document as a PDF."""


@command("portfolio", paper)
@click.option("--from", "since", type=DAY, required=True, help="First day of the period.")
@as_of
@place
@map_of
@click.option(
    "--unit", type=click.Choice(["million", "dong"]), help="Million dong, or every dong."
)
@click.option("--out", type=click.Path(path_type=Path), required=True)
def portfolio(desk: Desk, out: Path, **asked: Any) -> None:
    """Print the portfolio statement with disbursed totals per commune."""
    write_portfolio(desk, out, **asked)
    click.echo(words.say(desk.language, "done.printed", path=str(out)))


def write_portfolio(
    desk: Desk,
    out: Path,
    *,
    since: date,
    as_of: date,
    place: str | None,
    unit: str | None = None,
    map_of: date | None = None,
) -> None:
    """Write the portfolio statement to a file, whole or not at all."""
    with desk.read() as tx:
        statement = statements.portfolio_statement(
            tx,
            desk.policy,
            statements.Question(since, as_of, place=place, map_of=map_of),
            made_at=frame.moment(),
        )
    folder = desk.settings.font_folder
    content = portfolio_paper.render(
        statement,
        unit="dong" if (unit or desk.settings.unit_of_statement) == "dong" else "million",
        fonts=Path(folder) if folder else None,
    )
    write_file(out, content)


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
