"""Images of the book, kept at days' ends: how they are made, brought up to date and proved."""

import hashlib
import zlib
from collections.abc import Iterator
from datetime import date

import numpy as np

from creditdesk import records, standings
from creditdesk.columns import Image
from creditdesk.db import Tx
from creditdesk.engine import days


def recomputed(tx: Tx, province: str) -> Iterator[tuple[Image, Image]]:
    """Yield every kept image beside the same made from the entries alone, oldest first.

    Raises ValueError or zlib.error for an image that is not what was kept.
    """
    over = standings.axes(tx, province)
    again = standings.nothing(tx, over)
    for found in records.kept.image_days(tx, province):
        # Read anew: what this process remembers proves nothing of what is kept.
        values, digest = standings.content_of(tx, province, found.day)
        if (digest, values.shape[1]) != (found.digest, found.loans):
            raise ValueError(f"image of {found.day}")
        kept = standings.grown(over, found, values)
        again = standings.advance(tx, over, again, kept.day, records.ledger.last_entry(tx))
        # What was written after the image was made belongs to today's image of that day only.
        yield standings.advance(tx, over, kept, kept.day, again.last_entry), again


def keep(tx: Tx, day: date) -> int:
    """Keep an image of every province at the end of a day and return how many loans they hold.

    Writers in flight are waited for, so that no entry older than the image's last is missing.
    """
    records.ledger.hold_steady(tx)
    return sum(_keep_one(tx, province, day) for province in records.loans.provinces(tx))


def _keep_one(tx: Tx, province: str, day: date) -> int:
    book = standings.image(tx, province, day)
    content = np.ascontiguousarray(book.values, dtype="<i8").tobytes()
    records.kept.keep_image(
        tx,
        {
            "province": province,
            "day": day,
            "last_entry": book.last_entry,
            "loans": book.values.shape[1],
            "digest": hashlib.sha256(content).hexdigest(),
            "content": zlib.compress(content, 1),
        },
    )
    return int(book.values.shape[1])


def bring_up(tx: Tx) -> int:
    """Bring kept images up to the newest entry: those that lack a late arrival are made anew.

    Returns how many were made anew. Without it an old image stays right but ever slower to use.
    """
    records.ledger.hold_steady(tx)
    newest = records.ledger.last_entry(tx)
    again = 0
    for province in records.loans.provinces(tx):
        kept = records.kept.image_days(tx, province)
        seen = min((image.last_entry for image in kept), default=newest)
        if not kept or seen == newest:
            continue
        late = records.kept.late_arrivals(tx, seen)
        stale = [image.day for image in kept if late is not None and image.day >= late]
        fresh = [image.day for image in kept if image.day not in stale]
        records.kept.restamp_images(tx, province, fresh, newest)
        for day in stale:
            _keep_one(tx, province, day)
        again += len(stale)
    return again


def keep_month_ends(tx: Tx, until: date, at_least: int = 50_000) -> int:
    """Keep images at month ends wherever that many postings lie between; return how many.

    A small book needs none: its entries are quickly added up.
    """
    records.ledger.hold_steady(tx)
    kept = 0
    for province in records.loans.provinces(tx):
        waiting = 0
        for month, postings in records.kept.postings_by_month(tx, province):
            last = days.month_end(date.fromisoformat(f"{month}-01"))
            waiting += postings
            if waiting >= at_least and last <= until:
                _keep_one(tx, province, last)
                kept, waiting = kept + 1, 0
    return kept
