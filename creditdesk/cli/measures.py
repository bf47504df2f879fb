"""Measures: one decision over many loans - tried, taken, listed and undone."""

from datetime import date
from typing import Any

import click

from creditdesk import documents, measures, reach, words
from creditdesk.accesses import LIST, View
from creditdesk.cli import frame, who
from creditdesk.cli.frame import DAY, WHOLE, Desk, as_json, cli, command, decided, tell
from creditdesk.db import Tx
from creditdesk.ledger import Deed
from creditdesk.measures import Measure


@cli.group("measure")
def measure() -> None:
    """Decide over many loans at once: a rate, a freeze, a holiday of interest collection."""


_dry_run = click.option("--dry-run", is_flag=True, help="Show the effect and write nothing.")
_places = click.option("--place", "places", multiple=True, help="Province or commune, repeatable.")
_programmes = click.option("--programme", "programmes", multiple=True, help="Code, repeatable.")


def _takes(act: Any) -> Any:
    for option in (as_json, decided, _dry_run, _programmes, _places):
        act = option(act)
    return act


@command("rate", group=measure)
@click.option("--since", type=DAY, required=True, help="The day policy says the rate holds from.")
@_takes
def rate(desk: Desk, since: date, **options: Any) -> None:
    """Give running loans of a programme the rate that policy says binds them."""
    _take(desk, _measure("rate", since, None, options), options)


@command("freeze", group=measure)
@click.option("--day", "since", type=DAY, required=True)
@click.option("--until", type=DAY, required=True, help="The end of the freeze.")
@click.option("--reason", required=True, help="A reason of policy: K1, K2, …")
@_takes
def freeze(desk: Desk, since: date, until: date, reason: str, **options: Any) -> None:
    """Freeze all that the loans of some communes owe."""
    _take(desk, _measure("freeze", since, until, options, reason), options)


@command("holiday", group=measure)
@click.option("--from", "since", type=DAY, required=True)
@click.option("--until", type=DAY, required=True, help="The last day.")
@_takes
def holiday(desk: Desk, since: date, until: date, **options: Any) -> None:
    """Ask nobody for interest in some places for a time: it accrues all the same."""
    _take(desk, _measure("holiday", since, until, options), options)


def _measure(
    kind: str, since: date, until: date | None, options: dict[str, Any], reason: str = ""
) -> Measure:
    places, programmes = options.pop("places"), options.pop("programmes")
    return Measure(kind, since, until, tuple(places), tuple(programmes), reason)


def _take(desk: Desk, wanted: Measure, options: dict[str, Any]) -> None:
    json_, dry_run = options.pop("json_"), options.pop("dry_run")
    label = words.say(desk.language, f"measure.{wanted.kind}")
    today, number = frame.today(), None
    with frame.progress(label) as progress:
        if dry_run:
            with desk.read() as tx:
                _held(tx, wanted, options)
                effect = measures.dry_run(tx, desk.policy, wanted, today=today, progress=progress)
        else:
            with desk.begin() as tx:
                number, effect = measures.take(
                    *(tx, desk.policy, wanted),
                    today=today,
                    deed=_held(tx, wanted, options),
                    progress=progress,
                )
    seen = [line.loan_no for line in effect.lines]
    act = "measure-preview" if dry_run else "measure"
    desk.note(View(act, LIST, " ".join(wanted.places), customers=(), loans=seen))
    found = documents.effect(effect, number)
    if json_:
        tell(found)
        return
    table = [[code, *sums.values()] for code, sums in found["communes"].items()]
    total = ["total", *found["total"].values()]
    click.echo(documents.table(["commune", *found["total"]], [*table, total]), nl=False)


def _held(tx: Tx, wanted: Measure, said: dict[str, Any]) -> Deed:
    act = f"measure-{wanted.kind}"
    return who.permitted(tx, frame.deed(**said), act, reach.each_place, wanted.places)


@command("undo", group=measure)
@click.argument("number", type=WHOLE)
@decided
@as_json
def undo(desk: Desk, number: int, json_: bool, **options: Any) -> None:
    """Undo a measure on every loan it reached, as one decision."""
    with (
        frame.progress(words.say(desk.language, "measure.undo")) as progress,
        desk.begin() as tx,
    ):
        deed = who.permitted(tx, frame.deed(**options), "measure-undo", reach.measure, number)
        own = measures.undo(tx, desk.policy, number=number, deed=deed, progress=progress)
    if json_:
        tell({"measure": own, "undoes": number})
    else:
        click.echo(words.say(desk.language, "done.measure-undone", number=number, own=own))


@command("list", group=measure)
@as_json
def listed(desk: Desk, json_: bool) -> None:
    """List the measures taken, oldest first."""
    with desk.read() as tx:
        found = [documents.measure(one) for one in measures.taken(tx)]
    if json_:
        tell({"measures": found})
        return
    head = ["number", "kind", "since", "until", "places", "programmes", "by", "undone_by"]
    rows = [[_plain(one[name]) for name in head] for one in found]
    click.echo(documents.table(head, rows), nl=False)


def _plain(value: Any) -> Any:
    return " ".join(value) if isinstance(value, list) else "" if value is None else value
