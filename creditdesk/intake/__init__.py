"""Reading the files of a branch: checked in one pass, taken whole or not at all, known again."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from creditdesk import ledger, records
from creditdesk.communes import Map
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.errors import Malformed
from creditdesk.intake import contracts, layout, listings, movements
from creditdesk.intake.lines import read_lines
from creditdesk.intake.reach import CHECK, outside, without_people
from creditdesk.intake.reading import Limits, Table, read
from creditdesk.intake.refusals import HeaderMissing, TooManyRows
from creditdesk.intake.report import Remark, Report
from creditdesk.ledger import Deed
from creditdesk.sealing import Sealer
from creditdesk.settings import Settings

__all__ = [
    "CHECK",
    "Limits",
    "Remark",
    "Report",
    "Table",
    "limits_of",
    "open_households",
    "open_lines",
    "open_loans",
    "open_movements",
    "open_sheet",
    "outside",
    "read_lines",
    "take_households",
    "take_loans",
    "take_movements",
    "without_people",
]

_A_LOOK = 50
FAR = timedelta(days=366)
"""A movement dated later than this after the day of taking it in is a typing error."""


class FileKindUnknown(Malformed):
    """No kind of file has the columns that its header names."""

    code = "file-kind-unknown"


class Taken(NamedTuple):
    """A file that was taken in: what it is, who handed it in, when [ISO] and how many rows."""

    kind: str
    name: str
    rows: int
    sha256: str
    by: str
    at: str


def kind_of(path: Path, limits: Limits) -> str:
    """Return what kind of file this is by the header that it has.

    Raises FileKindUnknown and what cannot be read at all.
    """
    few = replace(limits, max_rows=_A_LOOK)
    for kind, readers in layout.FILES.items():
        try:
            read(path, layout.columns(readers), layout.needed(readers), few)
        except HeaderMissing:
            continue
        except TooManyRows:
            return kind
        return kind
    raise FileKindUnknown(path=path.name)


def taken(tx: Tx, by: str | None = None) -> tuple[Taken, ...]:
    """Return the files that were taken in, the newest first; by: only those of a person."""
    return tuple(
        Taken(row.kind, row.name, row.rows, row.sha256, row.by, row.recorded_at)
        for row in records.ledger.files_taken(tx, by)
    )


def limits_of(configured: Settings) -> Limits:
    """Return the limits of files that the settings state."""
    return Limits(
        max_megabytes=configured.intake_max_megabytes,
        max_rows=configured.intake_max_rows,
        max_columns=configured.intake_max_columns,
        memory_megabytes=configured.intake_memory_megabytes,
        seconds=configured.intake_seconds,
    )


def open_loans(path: Path, limits: Limits) -> Table:
    """Return the table of a loan file; no transaction is needed while it is read."""
    return read(path, layout.columns(layout.LOANS), layout.needed(layout.LOANS), limits)


def open_movements(path: Path, limits: Limits) -> Table:
    """Return the table of a movements file."""
    return read(path, layout.columns(layout.MOVEMENTS), layout.needed(layout.MOVEMENTS), limits)


def open_lines(path: Path, limits: Limits) -> Table:
    """Return the table of a file that says which villages lie in which communes from now."""
    return read(path, layout.columns(layout.LINES), layout.needed(layout.LINES), limits)


def open_sheet(path: Path, limits: Limits) -> Table:
    """Return the table of a group's sheet that was filled elsewhere."""
    return read(path, layout.columns(layout.SHEET), layout.needed(layout.SHEET), limits)


def open_households(path: Path, limits: Limits) -> Table:
    """Return the table of a commune's list of households."""
    return read(path, layout.columns(layout.HOUSEHOLDS), layout.needed(layout.HOUSEHOLDS), limits)


def take_households(
    tx: Tx,
    policy: Policy,
    places: Map,
    table: Table,
    *,
    path: Path,
    deed: Deed,
    dry_run: bool = False,
) -> Report:
    """Take a commune's list in, whole or not at all; a known content changes nothing."""
    if known := _known(tx, table, "households"):
        return known
    keeper = _Keeper(tx, table, "households", path, deed)
    act = None if dry_run else keeper.act
    return keeper.keep(listings.take(tx, policy, places, table, act=act), dry_run)


def take_loans(
    tx: Tx,
    policy: Policy,
    places: Map,
    table: Table,
    *,
    path: Path,
    deed: Deed,
    dry_run: bool = False,
) -> Report:
    """Take a loan file into the book, whole or not at all; a known content changes nothing."""
    if known := _known(tx, table, "loans"):
        return known
    keeper = _Keeper(tx, table, "loans", path, deed)
    act = None if dry_run else keeper.act
    return keeper.keep(contracts.take(tx, policy, places, table, act=act), dry_run)


def take_movements(  # noqa: PLR0913 -- a file, who hands it in, and when
    tx: Tx,
    policy: Policy,
    table: Table,
    *,
    path: Path,
    deed: Deed,
    today: date,
    data_date: date | None = None,
    dry_run: bool = False,
    progress: movements.Progress = lambda done, of: None,
) -> Report:
    """Take a movements file into the book, whole or not at all.

    today      [date] the day of taking it in
    data_date  [date] the day of the data where it is known: nothing may lie after it
    """
    if known := _known(tx, table, "movements"):
        return known
    keeper = _Keeper(tx, table, "movements", path, deed)
    act = None if dry_run else keeper.act
    found = movements.take(
        tx, policy, table, latest=data_date or today + FAR, act=act, progress=progress
    )
    return keeper.keep(found, dry_run)


def _known(tx: Tx, table: Table, kind: str) -> Report | None:
    if records.ledger.find_file(tx, table.sha256, kind) is None:
        return None
    count = len(table.rows)
    return Report(
        rows=count,
        already_known=count,
        known_file=True,
        skipped=table.skipped,
        unknown_columns=table.unknown,
    )


class _Keeper:
    """Keeps the file beside what it wrote, under the same act."""

    def __init__(self, tx: Tx, table: Table, kind: str, path: Path, deed: Deed) -> None:
        self.tx, self.table, self.kind, self.path, self.deed = tx, table, kind, path, deed
        self.act_id: int | None = None

    def act(self) -> int:
        if self.act_id is None:
            deed = replace(self.deed, ground=self.deed.ground or f"{self.path.name}")
            self.act_id = ledger.begin_act(self.tx, f"intake-{self.kind}", deed)
        return self.act_id

    def keep(self, report: Report, dry_run: bool) -> Report:
        if not dry_run and not report.faults:
            records.ledger.add_file(
                self.tx,
                {
                    "sha256": self.table.sha256,
                    "kind": self.kind,
                    "name": self.path.name,
                    "rows": report.rows,
                    "act_id": self.act(),
                    "unknown_columns": "\n".join(self.table.unknown),
                    "content": Sealer(self.tx).file(
                        self.table.sha256, self.kind, self.path.read_bytes()
                    ),
                },
            )
        return report
