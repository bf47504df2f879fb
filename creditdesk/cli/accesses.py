"""The journal of accesses, and persons found and shown by their identity number."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

import click

from creditdesk import accesses, documents, households, search, secrecy, words
from creditdesk.accesses import CUSTOMER, Line, View
from creditdesk.arrears import Place
from creditdesk.cli import frame
from creditdesk.cli.frame import DAY, Desk, as_json, cli, command, tell

since_day = click.option("--since", type=DAY, default=accesses.FIRST, help="From this day on.")


@cli.group("audit")
def group() -> None:
    """Show who saw whom, and prove that the journal of it is whole."""


@command("person", group)
@click.argument("customer_no")
@since_day
@as_json
def person(desk: Desk, customer_no: str, since: date, json_: bool) -> None:
    """Show every access to one person, alone or in a list."""
    with desk.read() as tx:
        found = accesses.of_person(tx, customer_no, since)
    desk.note(View("audit-person", CUSTOMER, customer_no, customers=[customer_no]))
    _tell(desk, found, json_)


@command("user", group)
@click.argument("name")
@since_day
@as_json
def user(desk: Desk, name: str, since: date, json_: bool) -> None:
    """Show every access by one user."""
    with desk.read() as tx:
        found = accesses.of_user(tx, name, since)
    _tell(desk, found, json_)


@command("journal", group)
@click.option("--since", type=DAY, required=True, help="From this day on.")
@as_json
def journal(desk: Desk, since: date, json_: bool) -> None:
    """Show every access from a day on."""
    with desk.read() as tx:
        found = accesses.journal(tx, since)
    _tell(desk, found, json_)


def _tell(desk: Desk, found: Sequence[Line], json_: bool) -> None:
    if json_:
        tell({"rows": [asdict(line) for line in found]})
        return
    for line in found:
        language = desk.language
        at = words.moment(language, datetime.fromisoformat(line.at))
        channel = words.say(language, f"channel.{line.channel}")
        what = words.looked_at(language, line.act)
        shown = [line.number, at, line.who, channel, what, line.subject_no, line.why]
        seen = words.say(language, "told.persons", count=line.persons)
        click.echo(" · ".join([*(str(one) for one in shown if one), seen]))


@command("verify", group)
@as_json
def verify(desk: Desk, json_: bool) -> None:
    """Prove the chain of the journal; exit 3 at the first line that was altered or is missing."""
    with desk.read() as tx:
        fault = accesses.first_fault(tx)
        lines, digest = accesses.head(tx)
    if json_:
        tell({"lines": lines, "digest": digest, "fault": fault})
    if fault:
        frame.note(words.contradiction(desk.language, fault))
        sys.exit(frame.BROKEN)
    if not json_:
        click.echo(words.say(desk.language, "done.journal-holds", count=lines, digest=digest))


@command("cut", group)
@as_json
def cut(desk: Desk, json_: bool) -> None:
    """Take away the lines older than the setting `access_years`; what they come to stays."""
    with desk.begin() as tx:
        count = accesses.cut(
            tx,
            years=desk.settings.access_years,
            today=frame.today(),
            visitor=frame.visitor(),
            at=frame.moment().isoformat(),
        )
    if json_:
        tell({"cut": count})
    else:
        click.echo(words.say(desk.language, "done.journal-cut", count=count))


@cli.group("customer")
def customers() -> None:
    """Find a customer by identity number, or show that number, both noted."""


@command("find", customers)
@click.argument("words", nargs=-1)
@click.option("--id-no", help="An identity number; asked for where nothing else is said.")
@click.option("--as-of", type=DAY, help="Where loans lie at the end of this day.")
@as_json
def find(
    desk: Desk, words: tuple[str, ...], id_no: str | None, as_of: date | None, *, json_: bool
) -> None:
    """Find customers by names, without marks if one likes, or by a number that leads to them."""
    said = " ".join(words) or id_no or click.prompt("Id no", hide_input=True)
    with desk.read() as tx:
        # Who bears a number is found in the whole book, also without a loan.
        numbers = [] if words else households.with_identity(tx, said)
        day = as_of or frame.today()
        found = search.search(tx, desk.policy, said, as_of=day, place=Place())
    seen = sorted({*found.seen, *numbers})
    number = "" if words else secrecy.masked(said)
    desk.note(View("customer-find", CUSTOMER, number, customers=seen))
    numbers = numbers or [one.customer_no for one in found.persons]
    if json_:
        tell({"customers": numbers} | documents.found(found, day))
        return
    names = {one.customer_no: one.name for one in found.persons} if words else {}
    for number in numbers:
        click.echo(" · ".join(filter(None, (number, names.get(number)))))


@command("identity", customers)
@click.argument("customer_no")
@click.option("--why", required=True, help="What the number is needed for: it is noted.")
@as_json
def identity(desk: Desk, customer_no: str, why: str, json_: bool) -> None:
    """Show a customer's identity number in clear."""
    with desk.begin() as tx:
        found = accesses.identity_of(
            tx,
            customer_no=customer_no,
            why=why,
            visitor=frame.visitor(),
            at=frame.moment().isoformat(),
        )
    tell({"customer_no": customer_no, "id_no": found}) if json_ else click.echo(found)
