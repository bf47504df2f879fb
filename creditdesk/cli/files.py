"""Files that come in: loans and movements of a branch, and communes' lists of households."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from creditdesk import documents, images, intake, parcels, words
from creditdesk.cli import frame
from creditdesk.cli.frame import DAY, MALFORMED, Desk, as_json, cli, command, tell
from creditdesk.communes import map_on


@cli.group("intake")
def files() -> None:
    """Take a branch's files in: whole or not at all."""


file = click.argument("file", type=click.Path(path_type=Path))
dry_run = click.option("--dry-run", is_flag=True, help="Report and write nothing.")
data_date = click.option("--data-date", type=DAY, help="The day of the data.")


@command("loans", files)
@file
@dry_run
@data_date
@as_json
def loans(desk: Desk, file: Path, dry_run: bool, data_date: date | None, json_: bool) -> None:
    """Read a loan file: one row per contract."""
    desk.check()
    table = intake.open_loans(file, intake.limits_of(desk.settings))
    places = map_on(data_date or frame.today())
    with desk.begin() as tx:
        report = intake.take_loans(
            tx, desk.policy, places, table, path=file, deed=frame.deed(), dry_run=dry_run
        )
    _tell(desk, report, "loans", dry_run=dry_run, json_=json_)


@command("households", files)
@file
@dry_run
@data_date
@as_json
def households(desk: Desk, file: Path, dry_run: bool, data_date: date | None, json_: bool) -> None:
    """Read a commune's list: poor, near-poor and newly escaped households, one a row."""
    desk.check()
    table = intake.open_households(file, intake.limits_of(desk.settings))
    places = map_on(data_date or frame.today())
    with desk.begin() as tx:
        report = intake.take_households(
            tx, desk.policy, places, table, path=file, deed=frame.deed(), dry_run=dry_run
        )
    _tell(desk, report, "households", dry_run=dry_run, json_=json_)


@command("movements", files)
@file
@dry_run
@data_date
@as_json
def movements(desk: Desk, file: Path, dry_run: bool, data_date: date | None, json_: bool) -> None:
    """Read a movements file: one row per event."""
    desk.check()
    table = intake.open_movements(file, intake.limits_of(desk.settings))
    with desk.begin() as tx, frame.progress("intake") as show:
        report = intake.take_movements(
            tx,
            desk.policy,
            table,
            path=file,
            deed=frame.deed(),
            today=frame.today(),
            data_date=data_date,
            dry_run=dry_run,
            progress=show,
        )
        if report.accepted >= parcels.LARGE and not dry_run:
            images.keep_month_ends(tx, frame.today(), at_least=max(50_000, report.accepted // 6))
    _tell(desk, report, "movements", dry_run=dry_run, json_=json_)


def _tell(desk: Desk, report: intake.Report, kind: str, *, dry_run: bool, json_: bool) -> None:
    document = documents.report(report, kind, desk.language)
    if json_:
        tell(document)
    else:
        _say(desk.language, document, dry_run)
    if report.faults:
        raise SystemExit(MALFORMED)


def _say(language: str, document: dict[str, Any], dry_run: bool) -> None:
    for kind in ("faults", "warnings"):
        for remark in document[kind][:200]:
            click.echo(words.say(language, f"report.{kind}", **remark), err=kind == "warnings")
        if len(document[kind]) > 200:
            click.echo(words.say(language, "report.more", count=len(document[kind]) - 200))
    if document["unknown_columns"]:
        click.echo(
            words.say(language, "report.unknown-columns", titles=document["unknown_columns"])
        )
    code = "known-file" if document["known_file"] else "refused" if document["faults"] else "taken"
    code = "dry-run" if dry_run and code == "taken" else code
    click.echo(
        words.say(
            language,
            f"report.{code}",
            rows=document["rows"],
            accepted=document["accepted"],
            known=document["already_known"],
            faults=len(document["faults"]),
        )
    )
