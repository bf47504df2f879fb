"""Whether a PDF that somebody brings is one of ours."""

import sys
from pathlib import Path
from typing import Any

import click

from creditdesk import documents, issued, seals, words
from creditdesk.cli import frame
from creditdesk.cli.frame import Desk, as_json, command
from creditdesk.errors import Malformed


class CannotRead(Malformed):
    """The file cannot be read."""

    code = "cannot-read"


@command("verify-pdf")
@click.argument("file", type=click.Path(path_type=Path))
@as_json
def verify_pdf(desk: Desk, file: Path, **asked: Any) -> None:
    """Say whether a PDF is a statement of this desk: genuine, altered or unknown."""
    most = desk.settings.verify_megabytes
    try:
        with file.open("rb") as opened:
            content = opened.read((most << 20) + 1)
    except OSError as trouble:
        raise CannotRead(path=str(file), why=trouble.strerror) from None
    if len(content) > most << 20:
        raise seals.PdfTooLarge(most=most)
    roots = seals.roots_of(desk.settings)
    with desk.read() as tx:
        verdict = issued.judge(tx, content, roots, now=frame.moment())
    if asked["json_"]:
        frame.tell(documents.verdict(verdict))
    else:
        _tell(desk.language, verdict)
    if verdict.answer != issued.GENUINE:
        sys.exit(frame.REFUSED)


def _tell(language: str, verdict: issued.Verdict) -> None:
    click.echo(words.say(language, f"verdict.{verdict.answer}"))
    for reason in verdict.reasons:
        said = words.say(language, f"reason.{reason}", signer=verdict.signer)
        click.echo(f"- {said}")
    if verdict.statement is not None:
        told = documents.issued(verdict.statement)
        facts = {name: frame.dated(value) for name, value in told.items()}
        click.echo(words.say(language, "verdict.statement", paper=facts["kind"], **facts))
        for name in ("known_on", "known_before"):
            if facts[name]:
                click.echo(words.say(language, f"verdict.{name}", day=facts[name]))
