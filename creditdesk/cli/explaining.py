"""Why a loan stands where it stands, opened figure by figure."""

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import click

from creditdesk import documents, explanations, narration, words
from creditdesk.accesses import LOAN, View
from creditdesk.cli.frame import DAY, Desk, as_json, as_of, command, tell
from creditdesk.engine.days import ZONE


class Moment(click.ParamType):
    """A day, to its end, or a moment; where no zone is said, that of the bank."""

    name = "YYYY-MM-DD[THH:MM[+HH:MM]]"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime:
        """Return the moment, or say what is wrong with it."""
        if "T" not in value:
            day: date = DAY.convert(value, param, ctx)
            return datetime.combine(day + timedelta(1), time(), ZONE) - timedelta(microseconds=1)
        try:
            said = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r}: {self.name}", param, ctx)
        return said if said.tzinfo else said.replace(tzinfo=ZONE)


@command("explain")
@click.argument("loan_no")
@as_of
@click.option("--known-on", type=Moment(), help="By what the books knew then: a day or a moment.")
@as_json
def explain(desk: Desk, loan_no: str, as_of: date, known_on: datetime | None, json_: bool) -> None:
    """Show why one loan stands where it stands: stretches, entries, decisions, law."""
    with desk.read() as tx:
        found = explanations.explain(tx, desk.policy, loan_no, as_of, known_on)
    desk.note(View("explain", LOAN, loan_no))
    if json_:
        tell(documents.explanation(found))
        return
    say = partial(words.say, desk.language)
    for section in narration.tell(found, desk.policy.chart, desk.language, say):
        click.echo(f"{section.heading}: {section.value}")
        for line in section.lines:
            click.echo(f"    {line}")
