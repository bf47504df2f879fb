"""What the children do: acts by name, with facts that JSON can carry."""

import os
import signal
from dataclasses import replace

from creditdesk import closing, errands, images, jobs, settings
from creditdesk.db import Database
from tests.faults.child import day_of, moment_of
from tests.keys import KEYS

POLICY = settings.policy()
SETTINGS = settings.load({})
MOMENT = "2026-11-22T00:00:00+00:00"


def close_day(url, day):
    """Close a day and the missed ones before it."""
    return _write(
        url,
        lambda tx: closing.close_day(tx, day=day_of(day), today=day_of(day), moment=MOMENT).new,
    )


def close_month(url, month, today):
    """Close a month."""
    return _write(
        url,
        lambda tx: closing.close_month(tx, month=month, today=day_of(today), moment=MOMENT).new,
    )


def keep_month_ends(url, until, at_least):
    """Keep images of month ends."""
    return _write(url, lambda tx: images.keep_month_ends(tx, day_of(until), at_least))


def fire(url, moment, job=0, stop=False):
    """Be the clock once; `stop` sends this process to sleep between its turn and its work."""
    database = Database(url, KEYS)
    clock = jobs.Clock(database, SETTINGS)
    at = moment_of(moment)
    if not stop:
        return clock.fire(jobs.TIMETABLE[job], at)
    taken = clock.take_lease(at)
    database.close()
    os.kill(os.getpid(), signal.SIGSTOP)
    done = jobs.run(database, jobs.TIMETABLE[job], day=at.date(), token=clock.token)
    return [taken, done]


def print_packs(url, folder, at, most):
    """Print what is asked for until so many packs are kept, and die in the middle of the next."""
    database = Database(url, KEYS)
    own = replace(SETTINGS, files_folder=folder)
    worker = errands.Worker(database, POLICY, lambda: moment_of(at), own)
    keep, kept = worker._keep, []

    def killed(number, act):
        if len(kept) == most:
            with database.begin() as tx:
                act(tx)
                os.kill(os.getpid(), signal.SIGKILL)
        kept.append(number)
        return keep(number, act)

    worker._keep = killed
    return worker.work()


def _write(url, act):
    database = Database(url, KEYS)
    with database.begin() as tx:
        said = act(tx)
    database.close()
    return said
