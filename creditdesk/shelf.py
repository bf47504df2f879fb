"""The shelf: files that are held for somebody, sealed on disk, until they are done or expire.

The row is the transaction's; the content is on disk before the row is written, so that a row
always has its content. What a transaction that failed left there is cleared by the clock.
"""

import hashlib
import os
import secrets
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from creditdesk import records, sealing
from creditdesk.db import Tx, keys_of
from creditdesk.errors import NotFound
from creditdesk.settings import ROOT, Settings

_ORPHANED = 24 * 3600


class FileGone(NotFound):
    """The file is not held, or no longer."""

    code = "file-gone"


class Held(NamedTuple):
    """A file that is held: whose it is, what it is called, until when [moment], whom it shows."""

    number: int
    by: str
    name: str
    media: str
    bytes: int
    until: str
    seen: tuple[str, ...] = ()


class Shelf:
    """The folder where files are held, which only its owner may read."""

    def __init__(self, configured: Settings) -> None:
        """Hold files where the settings say, and for as many days."""
        self.folder = ROOT / configured.files_folder
        self.days = timedelta(days=configured.file_days)

    def put(
        self,
        tx: Tx,
        *,
        by: str,
        name: str,
        media: str,
        content: bytes,
        at: datetime,
        days: int | None = None,
        seen: Iterable[str] = (),
    ) -> int:
        """Hold a file for somebody and return its number; raises KeyMissing.

        days  for how many days; None: for as many as the settings say
        seen  the numbers of the customers whom it shows
        """
        held_for = self.days if days is None else timedelta(days=days)
        token = secrets.token_hex(16)
        sealed = sealing.Sealer(tx).key.seal(zlib.compress(content, 1), _place(token))
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
        with open(os.open(self.folder / token, flags, 0o600), "wb") as out:
            out.write(sealed)
            out.flush()
            os.fsync(out.fileno())
        return records.shelf.add_held(
            tx,
            {
                "token": token,
                "by": by,
                "name": name,
                "media": media,
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
                "at": _stamp(at),
                "until": _stamp(at + held_for),
                "seen": " ".join(sorted(seen)),
            },
        )

    def find(self, tx: Tx, number: int, at: datetime) -> Held:
        """Return a file that is held at a moment; raises FileGone."""
        row = records.shelf.find_held(tx, number)
        if row is None or row.until <= _stamp(at):
            raise FileGone(file=number)
        told = (row.id, row.by, row.name, row.media, row.bytes, row.until)
        return Held(*told, tuple(row.seen.split()))

    def content(self, tx: Tx, number: int, at: datetime) -> bytes:
        """Return what a file holds; raises FileGone, KeyMissing, BooksBroken."""
        self.find(tx, number, at)
        row = records.shelf.find_held(tx, number)
        assert row is not None
        try:
            sealed = self._path(row.token).read_bytes()
        except FileNotFoundError:
            raise FileGone(file=number) from None
        return zlib.decompress(keys_of(tx).open(sealed, _place(row.token)))

    def drop(self, tx: Tx, number: int) -> None:
        """Hold a file no longer; its content is cleared later, as the transaction may fail."""
        records.shelf.remove_held(tx, number)

    def clear(self, tx: Tx, at: datetime) -> int:
        """Take off what has expired, and what no transaction kept; return how many files."""
        expired = records.shelf.held_until(tx, _stamp(at))
        for row in expired:
            records.shelf.remove_held(tx, row.id)
        kept = records.shelf.tokens_held(tx)
        gone = {row.token for row in expired}
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            age = at.timestamp() - path.stat().st_mtime
            if path.name in gone or (path.name not in kept and age > _ORPHANED):
                path.unlink(missing_ok=True)
        return len(expired)

    def _path(self, token: str) -> Path:
        return self.folder / token


def _place(token: str) -> str:
    return f"held_file:{token}"


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
