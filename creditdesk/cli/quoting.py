"""What a loan would cost, before anybody signs."""

from typing import Any

import click

from creditdesk import documents, quotes, words
from creditdesk.cli.frame import DAY, WHOLE, Desk, as_json, command, tell
from creditdesk.engine import quotation
from creditdesk.engine.day_count import DAY_COUNTS


@command("quote")
@click.option("--amount", type=WHOLE, required=True, help="Dong.")
@click.option("--annual-rate", help="Percent per year.")
@click.option("--signed", type=DAY, help="The day of the contract: which policy is in force.")
@click.option("--draw", type=DAY, required=True)
@click.option("--first-principal", type=DAY)
@click.option("--every", type=WHOLE, help="Months between instalments.")
@click.option("--due", type=DAY)
@click.option("--months", type=WHOLE, help="Term counted from the draw.")
@click.option("--course-end", type=DAY, help="End of a learner's course.")
@click.option("--programme", help="A programme's code: its rate, term, rhythm and grace.")
@click.option("--works", type=WHOLE, default=1, help="Types of works built.")
@click.option("--method", type=click.Choice(quotation.METHODS), default="equal-principal")
@click.option("--day-count", type=click.Choice(DAY_COUNTS), default="act/365")
@click.option("--instalments", type=WHOLE)
@click.option("--grace-principal", type=WHOLE)
@click.option("--round-to", type=WHOLE)
@click.option("--rounding", type=click.Choice(["half-up", "half-even"]), default="half-up")
@as_json
def quote(desk: Desk, **asked: Any) -> None:
    """Show the schedule that given terms make, from the engine alone."""
    quoted, warnings = quotes.quote(desk.policy, asked)
    for one in warnings:
        click.echo(words.say(desk.language, f"reason.{one.code}", **one.facts), err=True)
    found = documents.quotation(quoted)
    if asked["json_"]:
        tell(found | {"warnings": documents.rules(warnings)})
        return
    head = ["no", "due_on", "days", "principal", "interest", "total", "balance"]
    rows = [[row[name] for name in head] for row in found["instalments"]]
    click.echo(documents.table(head, rows), nl=False)
