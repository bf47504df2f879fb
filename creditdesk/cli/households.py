"""Households: what communes' lists say of them, and what their loans were used for."""

from datetime import date
from typing import Any

import click

from creditdesk import applications, documents, households, reach, words
from creditdesk.accesses import HOUSEHOLD, View
from creditdesk.cli import frame, who
from creditdesk.cli.frame import DAY, Desk, as_json, as_of, cli, command, tell
from creditdesk.communes import map_on
from creditdesk.engine.programmes import STANDINGS

by = click.option("--by", required=True, help="Who does it.")


@cli.group("household")
def group() -> None:
    """Enter and show what communes' lists say of households."""


@command("classify", group)
@click.argument("household_nos", nargs=-1, required=True)
@click.option("--commune", required=True, help="The commune whose list it is.")
@click.option("--standing", type=click.Choice(STANDINGS), required=True)
@click.option("--since", type=DAY, required=True, help="The first day.")
@click.option("--until", type=DAY, help="The last day; none: until the next list.")
@click.option("--list", "list_no", required=True, help="The number of the list.")
@click.option("--list-on", type=DAY, required=True, help="The date of the list.")
@by
@as_json
def classify(
    desk: Desk, household_nos: tuple[str, ...], *, by: str, json_: bool, **said: Any
) -> None:
    """Enter what a commune's list says of households; again says nothing new."""
    listings = [households.Listing(household_no=one, **said) for one in household_nos]
    with desk.begin() as tx:
        deed = who.permitted(tx, frame.deed(by), "classify", reach.place, said["commune"])
        places = map_on(said["list_on"])
        count = households.classify(tx, desk.policy, places, listings=listings, deed=deed)
    if json_:
        tell({"list_no": said["list_no"], "rows": len(listings), "new": count})
    else:
        click.echo(
            words.say(desk.language, "done.classified", count=count, list_no=said["list_no"])
        )


@command("show", group)
@click.argument("household_no")
@as_of
@as_json
def show(desk: Desk, household_no: str, as_of: date, json_: bool) -> None:
    """Show the standing of a household on a day, and the list that gives it."""
    with desk.read() as tx:
        found = households.standing_on(tx, household_no, as_of)
    desk.note(View("household-show", HOUSEHOLD, household_no))
    document = documents.household(household_no, as_of, found)
    if json_:
        tell(document)
    else:
        click.echo(frame.line(desk.language, document))


@command("check-use")
@click.argument("loan_no")
@click.option("--day", type=DAY, required=True, help="The day of the check.")
@click.option("--found", required=True, help="The purpose found.")
@click.option("--as-agreed/--otherwise", default=True, help="Whether it is the contract's.")
@click.option("--remark", default="", help="Arrears, and what else is to be said.")
@click.option("--document", "document_no", default="", help="The number of the slip 06/TD.")
@by
@as_json
def check_use(desk: Desk, loan_no: str, *, day: date, by: str, json_: bool, **said: Any) -> None:
    """Enter what was found where a loan's money went (06/TD)."""
    with desk.begin() as tx:
        deed = who.permitted(tx, frame.deed(by), "check-use", reach.loan, loan_no)
        applications.check_use(tx, loan_no=loan_no, checked_on=day, deed=deed, **said)
    if json_:
        tell({"loan_no": loan_no, "day": day} | said)
    else:
        click.echo(words.say(desk.language, "done.use-checked", loan_no=loan_no))
