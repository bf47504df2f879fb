"""Links that open one file for whoever has them, until a moment; and who fetched what.

A link names its row and proves by a key of the desk that the desk made it: nobody guesses one,
and a copy of the database opens nothing.
"""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from creditdesk import records, sealing
from creditdesk.db import Tx, keys_of
from creditdesk.errors import Malformed, NotFound
from creditdesk.shelf import Held

LONGEST = 14 * 24
"""Hours that a link may open."""


class LinkUnknown(NotFound):
    """The link opens nothing: it was never made, is over, or was revoked."""

    code = "link-unknown"


class LinkTooLong(Malformed):
    """A link opens for so many hours at the most."""

    code = "link-too-long"


class Link(NamedTuple):
    """A link: to which file, of which job, by whom, from when until when; revoked where it is."""

    number: int
    file: int
    job: int
    by: str
    made_at: str
    until: str
    revoked_at: str


class Fetched(NamedTuple):
    """That a file was fetched: by whom, or by which link, and when."""

    name: str
    by: str
    link: int
    at: str


def make(tx: Tx, held: Held, *, job: int, by: str, at: datetime, hours: int) -> tuple[Link, str]:
    """Return a new link to a file that is held, and its token; never longer than the file.

    Raises LinkTooLong, KeyMissing.
    """
    if not 1 <= hours <= LONGEST:
        raise LinkTooLong(hours=hours, most=LONGEST)
    until = min(_stamp(at + timedelta(hours=hours)), held.until)
    values: dict[str, Any] = {
        "file": held.number,
        "job": job,
        "by": by,
        "made_at": _stamp(at),
        "until": until,
        "revoked_at": "",
    }
    link = Link(records.shelf.add_link(tx, values), **values)
    mac = sealing.Sealer(tx).key.vouch(_said(link))
    return link, f"{link.number}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def opened(tx: Tx, token: str, at: datetime) -> Link:
    """Return the link of a token that opens at a moment; raises LinkUnknown."""
    number, _, text = token.partition(".")
    try:
        padded = text + "=" * (-len(text) % 4)
        mac = base64.b64decode(padded, altchars=b"-_", validate=True)
        row = records.shelf.find_link(tx, int(number)) if len(number) < 16 else None
    except (binascii.Error, ValueError):
        raise LinkUnknown from None
    if row is None:
        raise LinkUnknown
    link = Link(*row)
    if not keys_of(tx).vouches(_said(link), mac) or link.revoked_at or link.until <= _stamp(at):
        raise LinkUnknown
    return link


def revoke(tx: Tx, number: int, *, job: int, at: datetime) -> None:
    """Let a link of a job open nothing any more; raises LinkUnknown."""
    row = records.shelf.find_link(tx, number)
    if row is None or row.job != job:
        raise LinkUnknown
    if not row.revoked_at:
        records.shelf.revoke_link(tx, number, _stamp(at))


def of_job(tx: Tx, job: int) -> Sequence[Link]:
    """Return the links to what a job made, oldest first."""
    return [Link(*row) for row in records.shelf.links_of(tx, job)]


def opened_by(tx: Tx, by: str, at: datetime) -> Sequence[tuple[Link, str]]:
    """Return the links of somebody that open at a moment, each with its file's name."""
    rows = records.shelf.links_by(tx, by, _stamp(at))
    return [(Link(*row[:-1]), row.name) for row in rows]


def note(tx: Tx, held: Held, *, job: int, by: str, link: int = 0, at: datetime) -> None:
    """Write down that a file was fetched: by a person, or by a link."""
    values = {"file": held.number, "job": job, "name": held.name, "by": by, "link": link}
    records.shelf.add_fetched(tx, values | {"at": _stamp(at)})


def fetched(tx: Tx, job: int) -> Sequence[Fetched]:
    """Return who fetched what a job made, oldest first."""
    rows = records.shelf.fetched_of(tx, job)
    return [Fetched(row.name, row.by, row.link, row.at) for row in rows]


def _said(link: Link) -> str:
    return f"link|{link.number}|{link.file}|{link.job}|{link.until}"


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
