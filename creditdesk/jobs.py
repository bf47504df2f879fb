"""The timetable, and the one clock that keeps it: a second one stands by."""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from creditdesk import answers, closing, errands, opening, packs, turns
from creditdesk.db import Database, DatabaseUnavailable, Tx
from creditdesk.engine.days import ZONE
from creditdesk.errors import DeskError
from creditdesk.ledger import Deed
from creditdesk.settings import Settings, policy
from creditdesk.shelf import Shelf

LOG = logging.getLogger("creditdesk.clock")
LEASE = timedelta(seconds=60)
Act = Callable[[Tx, date, str], Any]


@dataclass(frozen=True, slots=True)
class Job:
    """A job of the timetable: its name is also that of its command; `cron` names a setting."""

    name: str
    cron: str
    act: Act


def _close_day(tx: Tx, day: date, moment: str) -> closing.Closed:
    done = closing.close_day(tx, day=day, today=day, moment=moment)
    for left in closing.open_months(tx):
        LOG.warning("month %s stands open: close-month closes it again", left.month)
    return done


def _close_month(tx: Tx, day: date, moment: str) -> closing.Closed:
    """Close the month before, and ask for the packs of every province: the worker prints them."""
    month = (day.replace(day=1) - timedelta(days=1)).isoformat()[:7]
    done = closing.close_month(tx, month=month, today=day, moment=moment, again=False)
    for province in opening.provinces(tx):
        said = {"act": packs.ACT, "of": packs.PROVINCE, "code": province, "month": month}
        errands.ask(tx, kind="pack", said=said, deed=Deed("clock", moment), place=province)
    return done


TIMETABLE = (
    Job("close-day", "close_day_at", _close_day),
    Job("close-month", "close_month_at", _close_month),
)


def now() -> datetime:
    """Return this moment in Vietnam."""
    return datetime.now(ZONE)


def last_due(cron: str, moment: datetime) -> datetime | None:
    """Return when a line of the timetable was due last, up to a year before a moment."""
    trigger = CronTrigger.from_crontab(cron, timezone=ZONE)
    for look_back in (1, 32, 366):
        found, due = None, trigger.get_next_fire_time(None, moment - timedelta(look_back))
        while due is not None and due <= moment:
            found, due = due, trigger.get_next_fire_time(due, due)
        if found is not None:
            return found
    return None


def run(database: Database, job: Job, *, day: date, token: int) -> bool:
    """Run a job for a day unless it has run; return whether this call did it.

    token  the number of the clock's turn: a clock that was overtaken while it slept writes nothing

    The work and the line that it is done are one transaction.
    """
    moment = datetime.now(UTC).isoformat(timespec="seconds")
    with database.begin() as tx:
        if not turns.claim(tx, job=job.name, day=day, token=token, moment=moment):
            LOG.info("%s for %s: done before, or not our turn any more", job.name, day)
            return False
        job.act(tx, day, moment)
    LOG.info("%s for %s done", job.name, day)
    return True


class Clock:
    """A process's try to be the clock of a database: it works while it holds the lease."""

    def __init__(self, database: Database, settings: Settings) -> None:
        """Prepare a clock; it does nothing before `keep`."""
        self.database = database
        self.settings = settings
        # A process started anew may get the number of the old one: the rest tells them apart.
        self.holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self.token = 0
        self.stopped = threading.Event()
        self.settled: dict[str, date] = {}

    def take_lease(self, moment: datetime) -> bool:
        """Take or renew the lease; return whether this process is the clock."""
        with self.database.begin() as tx:
            token = turns.take(
                tx, holder=self.holder, now=_stamp(moment), until=_stamp(moment + LEASE)
            )
        taken = token is not None
        if taken and token != self.token:
            LOG.info("this process is the clock now (turn %s)", token)
        self.token = token or 0
        return taken

    def fire(self, job: Job, moment: datetime, missed: date | None = None) -> bool:
        """Run a job for the day of a moment, or for one that was missed; return whether it ran.

        It runs where this process is the clock, and not again where it has run.
        """
        day, did = missed or moment.date(), False
        try:
            if not self.take_lease(moment):
                return False
            did = run(self.database, job, day=day, token=self.token)
        except DatabaseUnavailable as trouble:
            LOG.warning("%s for %s has to wait: %s", job.name, day, trouble)
            return False
        except DeskError as refused:
            LOG.warning("%s for %s refused: %s", job.name, day, refused)
        self.settled[job.name] = day
        return did

    def renew(self, moment: datetime) -> bool:
        """Renew the lease as `take_lease` does; a database that is away has to wait."""
        try:
            return self.take_lease(moment)
        except DatabaseUnavailable as trouble:
            LOG.warning("the lease has to wait: %s", trouble)
            return False

    def catch_up(self, moment: datetime) -> None:
        """Run what was due last and nobody ran, where this process is the clock."""
        if not self.renew(moment):
            return
        for job in TIMETABLE:
            due = last_due(getattr(self.settings, job.cron), moment)
            if due is not None and self.settled.get(job.name) != due.date():
                self.fire(job, moment, due.date())

    def tidy(self, moment: datetime) -> None:
        """Do the errands that no server did, and put away what nobody asks for any more."""
        kept = timedelta(days=self.settings.idempotency_days)
        try:
            if self.take_lease(moment):
                errands.Worker(self.database, policy(), now, self.settings).work()
                with self.database.begin() as tx:
                    answers.forget(tx, before=_stamp(moment - kept))
                    Shelf(self.settings).clear(tx, moment)
        except DatabaseUnavailable as trouble:
            LOG.warning("errands have to wait: %s", trouble)

    def keep(self) -> None:
        """Keep the timetable until `stop`; the lease is renewed thrice in its time.

        That goes on beside the work: errands may take longer than a lease.
        """
        scheduler = BackgroundScheduler(timezone=ZONE)
        thrice = LEASE.total_seconds() / 3
        scheduler.add_job(lambda: self.renew(now()), "interval", seconds=thrice, name="lease")
        for job in TIMETABLE:
            scheduler.add_job(
                lambda job=job: self.fire(job, now()),
                CronTrigger.from_crontab(getattr(self.settings, job.cron), timezone=ZONE),
                name=job.name,
                coalesce=True,
                misfire_grace_time=6 * 3600,
                max_instances=1,
            )
        scheduler.start()
        try:
            self.catch_up(now())
            while not self.stopped.wait(thrice):
                self.catch_up(now())
                self.tidy(now())
        finally:
            scheduler.shutdown()

    def stop(self, *_: object) -> None:
        """End the keeping."""
        self.stopped.set()


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
