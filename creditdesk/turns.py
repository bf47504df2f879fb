"""Whose turn it is to keep the timetable, and that a job runs once for a day."""

from datetime import date
from typing import NamedTuple

from creditdesk import records
from creditdesk.db import Tx


def take(tx: Tx, *, holder: str, now: str, until: str) -> int | None:
    """Give the turn to a holder when it is free, over, or the holder's own.

    now, until  moments as text of one width, so that they compare

    Returns the number of the turn, which rises with every change of hands; None where it is
    another's.
    """
    return records.kept.take_lease(tx, holder, now, until)


def claim(tx: Tx, *, job: str, day: date, token: int, moment: str) -> bool:
    """Write that a job runs for a day, where the turn is still the newest and it has not run.

    The work belongs into the same transaction: both are kept, or neither.
    """
    return records.kept.lease_is(tx, token) and records.kept.claim_run(tx, job, day, token, moment)


class Run(NamedTuple):
    """That a job of the timetable ran for a day, and when it was done."""

    job: str
    day: date
    finished_at: str


def newest_runs(tx: Tx) -> list[Run]:
    """Return the newest run of each job of the timetable, by name."""
    rows = records.kept.newest_runs(tx)
    return [Run(row.job, row.day, row.finished_at) for row in rows]
