"""Setting the desk up, the demonstration book, the web server and the clock."""

import contextlib
import logging
import os
import signal
import sys
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from creditdesk import (
    communes,
    demo,
    households,
    images,
    intake,
    jobs,
    measures,
    opening,
    schema,
    sealing,
    seals,
    settings,
    words,
)
from creditdesk.cli import frame
from creditdesk.cli.frame import WHOLE, Desk, command
from creditdesk.cli.paper import write
from creditdesk.cli.users import begin_users, invite
from creditdesk.engine.policy import rate_changes_reaching
from creditdesk.errors import BooksBroken, Refused
from creditdesk.ledger import Deed
from creditdesk.loans import Contract
from creditdesk.measures import Measure, MeasureInForce, NothingReached
from creditdesk.secrecy import KeyMissing
from creditdesk.users import people


class BookNotEmpty(Refused):
    """The demonstration is built into an empty book only."""

    code = "book-not-empty"


@command("setup")
@click.option("--administrator", help="Admit this first administrator, and print a link.")
def setup(desk: Desk, administrator: str | None) -> None:
    """Create or upgrade the database, load places and policy; repeating it changes nothing."""
    bring_up(desk)
    if administrator:
        begin_users(desk, administrator)
    frame.note(words.say(desk.language, "done.setup", version=desk.policy.version))


def bring_up(desk: Desk) -> None:
    """Bring tables, places, policy and the key of a database up to this program.

    Raises KeyMissing for a book whose key is not among those given.
    """
    if not desk.database.keys:
        _make_key(desk)
    schema.upgrade(desk.database)
    with desk.database.begin() as tx:
        sealing.adopt(tx)
        opening.prepare(tx, settings.geography(), desk.policy, frame.moment().isoformat())


def _make_key(desk: Desk) -> None:
    """Make a key on this machine and say where; a book that has one is never given another."""
    with desk.database.read() as tx:
        if sealing.has_key(tx):
            raise KeyMissing
    path = settings.add_key(desk.settings)
    desk.database.keys = settings.keyring(desk.settings)
    frame.note(words.say(desk.language, "done.key-made", path=str(path)))


@command("demo")
@click.option("--loans", type=click.IntRange(1, 500_000), help="About so many contracts.")
@click.option("--province", default=demo.PROVINCE, show_default=True)
@click.option("--seed", type=WHOLE, default=demo.SEED, show_default=True)
@click.option("--full", is_flag=True, help="The province as it was reported for 2021-2025.")
def demonstration(desk: Desk, loans: int | None, province: str, seed: int, full: bool) -> None:
    """Build a demonstration book through the same path as intake; its names are marked."""
    bring_up(desk)
    build(desk, loans, province, seed, full=full)
    furnish(desk)


def furnish(desk: Desk) -> None:
    """Give a demonstration its users, and a seal that says that it is invented."""
    invite(desk)
    if seals.make_invented(desk.settings, since=frame.moment()):
        path = seals.seal_path(desk.settings)
        frame.note(words.say(desk.language, "done.seal-made", path=str(path)))


def build(
    desk: Desk,
    loans: int | None = None,
    province: str = demo.PROVINCE,
    seed: int = demo.SEED,
    *,
    full: bool = False,
) -> None:
    """Generate the demonstration's files and take each office's in."""
    taken = known = 0
    some: list[Contract] = []
    with desk.read() as tx:
        fresh = not opening.provinces(tx)
    with tempfile.TemporaryDirectory(prefix="creditdesk-demo-") as folder:
        for office in demo.generate(
            Path(folder), province=province, loans=loans, seed=seed, full=full
        ):
            report = _take(desk, office, ours=fresh or taken + known > 0)
            taken, known = taken + report.accepted, known + report.already_known
            some = some or demo.some_contracts(office.loans_path)
            frame.note(words.say(desk.language, "done.demo-office", office=office.office))
    _reprice(desk)
    with desk.begin() as tx:
        places = communes.map_on(demo.DATA_DATE)
        demo.work(demo.Office(tx, desk.policy, places, _invented()), some, province, seed)
    with desk.begin() as tx:
        images.keep_month_ends(tx, demo.DATA_DATE)
    frame.note(words.say(desk.language, "done.demo", loans=taken, known=known))


def _reprice(desk: Desk) -> None:
    """Take every rate measure that policy says binds running loans, as its decree asks."""
    for programme in desk.policy.programmes.values():
        for rate in rate_changes_reaching(programme, date.min):
            wanted = Measure("rate", rate.since, programmes=(programme.code,))
            deed = _invented("demo-2", rate.source, rate.source, rate.since)
            with contextlib.suppress(MeasureInForce, NothingReached), desk.begin() as tx:
                measures.take(tx, desk.policy, wanted, today=demo.DATA_DATE, deed=deed)


def _invented(*said: Any) -> Deed:
    """Return who does something in the invented book, whose days are its own."""
    return replace(frame.deed("demo", *said), today=date.max)


def _take(desk: Desk, office: demo.OfficeFiles, *, ours: bool) -> intake.Report:
    """Take the files of one office in and return what became of its loans.

    ours  whether the book holds nothing but this demonstration, whole or broken off
    """
    limits = intake.limits_of(desk.settings)
    loans = intake.open_loans(office.loans_path, limits)
    movements = intake.open_movements(office.movements_path, limits)
    places = communes.map_on(demo.DATA_DATE)
    with desk.begin() as tx:
        if not ours and not opening.has_file(tx, loans.sha256, "loans"):
            raise BookNotEmpty
        report = intake.take_loans(
            tx, desk.policy, places, loans, path=office.loans_path, deed=frame.deed("demo")
        )
        _sound(report)
        _sound(
            intake.take_movements(
                tx,
                desk.policy,
                movements,
                path=office.movements_path,
                deed=frame.deed("demo"),
                today=demo.DATA_DATE,
                data_date=demo.DATA_DATE,
            )
        )
    return report


def _sound(report: intake.Report) -> None:
    """Stop where the demonstration contradicts the law: that is a fault of ours."""
    if report.faults:
        raise BooksBroken(why="demonstration", first=report.faults[0])


@command("serve")
@click.option("--host", help="Another address than the settings'.")
@click.option("--port", type=WHOLE)
def serve(desk: Desk, host: str | None, port: int | None) -> None:
    """Serve the pages: to whoever signs in, once there are users."""
    desk.check()
    address = f"{host or desk.settings.host}:{port or desk.settings.port}"
    frame.note(words.say(desk.language, "done.serving", address=f"http://{address}/"))
    desk.database.close()
    sys.stdout.flush()
    # This process becomes the server: what is told to stop is what finishes the open requests.
    os.execv(
        sys.executable,
        [
            *(sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", address),
            *("--workers", str(desk.settings.workers)),
            *("--timeout", str(desk.settings.request_seconds)),
            *("--chdir", str(settings.ROOT), "--log-level", "warning"),
            # What proxies forward is believed by the setting `proxies` alone.
            *("--forwarded-allow-ips", ""),
        ],
    )


@command("clock")
def clock(desk: Desk) -> None:
    """Keep the timetable; a second clock on the same database stands by."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    desk.check()
    kept = jobs.Clock(desk.database, desk.settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, kept.stop)
    kept.keep()


@command("start")
def start(desk: Desk) -> None:
    """Set up, build the demonstration where the book is empty, print its statement, and serve."""
    bring_up(desk)
    with desk.read() as tx:
        empty = not opening.provinces(tx)
        invented = households.are_invented(tx)
    if empty or invented:
        frame.note(words.say(desk.language, "done.demo-begins"))
        # One that was broken off goes on; another demonstration stays what it is.
        with contextlib.suppress(BookNotEmpty):
            build(desk)
        furnish(desk)
    out = settings.ROOT / "var" / "portfolio.pdf"
    with desk.read() as tx:
        last = opening.newest_day(tx) or frame.today()
        provinces = opening.provinces(tx)
    month_end = last.replace(day=1) - timedelta(days=1)
    first = date(month_end.year, 1, 1)
    write(desk, "portfolio", out, since=first, as_of=month_end, place=provinces[0])
    frame.note(words.say(desk.language, "done.printed", path=str(out)))
    with desk.read() as tx:
        if not people.anybody(tx):
            frame.note(words.say(desk.language, "done.no-users"))
    click.get_current_context().invoke(serve, host=None, port=None)
