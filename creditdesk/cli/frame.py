"""What all commands share: the group, dates, the database, JSON, and refusals as exit statuses."""

import functools
import json
import os
import pwd
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NoReturn

import click

from creditdesk import accesses, issued, schema, settings, words
from creditdesk.accesses import View, Visitor
from creditdesk.db import Database, Tx
from creditdesk.engine import days
from creditdesk.engine.policy import Policy
from creditdesk.errors import BooksBroken, DeskError, Malformed
from creditdesk.evidence import Evidence, Render
from creditdesk.ledger import Deed

REFUSED, MALFORMED, BROKEN = 1, 2, 3


class Calls(click.Group):
    """Commands that answer a call they cannot read with a document too, where one is asked for."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that is called."""
        as_document = "--json" in ctx.args
        try:
            return super().invoke(ctx)
        except click.UsageError as trouble:
            if as_document:
                tell({"code": Malformed.code, "facts": {}, "message": trouble.format_message()})
            raise


@click.group(
    cls=Calls,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
def cli() -> None:
    """Loans of a social policy bank: loan book in, arrears flagged, statements out."""


_ISO = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WHOLE = re.compile(r"[0-9]{1,16}")


class Day(click.ParamType):
    """A day written YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        """Return the day, or say what is wrong with it."""
        if isinstance(value, date):
            return value
        try:
            if len(value) != 10 or value[4] != "-":
                raise ValueError(value)
            return days.read(value)
        except ValueError:
            self.fail(f"{value!r}: YYYY-MM-DD", param, ctx)


class Whole(click.ParamType):
    """A whole number in plain digits: Python would also read 1_000 and digits of other scripts."""

    name = "INTEGER"

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        """Return the number, or say what is wrong with it."""
        if isinstance(value, int):
            return value
        if not _WHOLE.fullmatch(value):
            self.fail(f"{value!r}: 0-9", param, ctx)
        return int(value)


DAY = Day()
WHOLE = Whole()
as_json = click.option(
    "--json", "json_", is_flag=True, help="One JSON document on standard output."
)
as_csv = click.option("--csv", "csv_", is_flag=True, help="A table instead.")
place = click.option("--place", help="A national province or commune code.")
in_group = click.option("--group", default="", help="The number of a savings-and-credit group.")
map_of = click.option("--map", "map_of", type=DAY, help="Places as on this day, not on --as-of.")
known_on = click.option(
    "--known-on", "known_on", type=DAY, help="As the books were known at the end of this day."
)
as_of = click.option("--as-of", type=DAY, required=True, help="The end of this day.")


@dataclass(slots=True)
class Desk:
    """What a command works with: settings, the database, the law, the language."""

    settings: settings.Settings
    database: Database
    policy: Policy

    @property
    def language(self) -> str:
        """Return the language in which the command speaks."""
        return self.settings.language

    @contextmanager
    def begin(self, *, trial: bool = False) -> Iterator[Tx]:
        """Open the transaction of an act on a database that is up to date.

        trial  whether all that the act wrote is taken back at the end: it is only looked at
        """
        self.check()
        with self.database.begin() as tx:
            yield tx
            if trial:
                tx.rollback()

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """Open a transaction that only looks."""
        with self.database.read() as tx:
            schema.check(tx)
            yield tx

    def note(self, view: View) -> None:
        """Write down, before it is told, whom a command shows to whom."""
        if not view.shows_nobody:
            with self.database.begin() as tx:
                accesses.note(tx, visitor=visitor(), view=view, at=moment().isoformat())

    def issue(self, evidence: Evidence, render: Render) -> bytes:
        """Return a document as it is given out: sealed where there is a seal, and registered."""
        paper = issued.made(self.settings, evidence, render)
        with self.database.begin() as tx:
            issued.enter(tx, paper=paper, by=operator(), at=moment().isoformat())
        return paper.content

    def check(self) -> None:
        """Refuse a database that is older or newer than the program."""
        with self.database.read() as tx:
            schema.check(tx)


def today() -> date:
    """Return the day by the clock of this machine, where the bank is."""
    return datetime.now(days.ZONE).date()


def moment() -> datetime:
    """Return this moment."""
    return datetime.now(UTC).replace(microsecond=0)


def operator() -> str:
    """Return who sits at this machine."""
    return os.environ.get("LOGNAME") or pwd.getpwuid(os.getuid()).pw_name


def visitor() -> Visitor:
    """Return who looks at what a command shows."""
    return Visitor(operator(), "cli")


def deed(
    by: str | None = None,
    checked_by: str = "",
    ground: str = "",
    document_no: str = "",
    document_on: date | None = None,
) -> Deed:
    """Return who does something now, and on which paper."""
    maker = operator() if by is None else by
    paper = (document_no, document_on)
    return Deed(maker, moment().isoformat(), checked_by, ground, *paper, today=today())


def decided(act: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a decision; `deed(**…)` takes what they were given."""
    for option in (
        click.option("--document-on", type=DAY, help="The day of that paper."),
        click.option("--document", "document_no", default="", help="The paper that decides it."),
        click.option("--ground", default="", help="Why: the law or the case."),
        click.option("--checked-by", default="", help="Who checked it: another person."),
        click.option("--by", required=True, help="Who decides."),
    ):
        act = option(act)
    return act


def command(name: str, group: click.Group = cli) -> Callable[[Callable[..., Any]], click.Command]:
    """Return a decorator that makes a command of a function of the desk and its options.

    Refusals become sentences and exit statuses: 1 refused by a rule, 2 malformed, 3 broken books.
    """

    def decorate(act: Callable[..., Any]) -> click.Command:
        @functools.wraps(act)
        def run(**options: Any) -> None:
            language = "vi"
            try:
                configured = settings.load()
                language = configured.language
                keys = settings.keyring(configured)
                with closing(Database(configured.database_url, keys)) as database:
                    act(Desk(configured, database, settings.policy()), **options)
            except DeskError as trouble:
                _refuse(trouble, language, as_document=bool(options.get("json_")))
            except BooksBroken as trouble:
                why = words.contradiction(language, trouble.facts)
                click.echo(words.say(language, "refusal.books-broken", why=why), err=True)
                sys.exit(BROKEN)

        return group.command(name)(run)

    return decorate


def _refuse(trouble: DeskError, language: str, *, as_document: bool) -> NoReturn:
    said = words.refusal(language, trouble)
    click.echo(said, err=True)
    if as_document:
        tell({"code": trouble.code, "facts": trouble.facts, "message": said})
    sys.exit(MALFORMED if isinstance(trouble, Malformed) else REFUSED)


def tell(document: Any) -> None:
    """Print one JSON document on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=1, default=_written))


def line(language: str, document: Mapping[str, Any]) -> str:
    """Return what a document tells as one line for people, its days and moments as they write."""
    return " · ".join(words.told(dated(value), language) for value in document.values())


def dated(value: Any) -> Any:
    """Return the day or moment that a document tells in ISO; any other value as it is."""
    if isinstance(value, str) and _ISO.match(value):
        return (date if len(value) == len("2026-11-22") else datetime).fromisoformat(value)
    return value


def _written(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function that shows how many of how many are done, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def show(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        yield show


def note(text: str) -> None:
    """Say something on standard error."""
    click.echo(text, err=True)
