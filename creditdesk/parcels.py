"""Parcels: files that are handed in and papers that are asked for, as work that takes time."""

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from creditdesk import documents, images, intake, papers, users
from creditdesk.communes import map_on
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.ledger import Deed
from creditdesk.settings import Settings
from creditdesk.shelf import Shelf

LARGE = 100_000
"""Movements of one file from which on images are kept at once, so that questions stay quick."""
PDF = "application/pdf"
JSON = "application/json"
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Bench:
    """Where parcels are worked on: the law, the settings, whose deed it is, and the moment."""

    policy: Policy
    settings: Settings
    deed: Deed
    moment: datetime
    today: date
    progress: Progress

    @property
    def shelf(self) -> Shelf:
        """Return where files are held."""
        return Shelf(self.settings)


def take_file(tx: Tx, bench: Bench, said: Mapping[str, Any]) -> dict[str, Any]:
    """Take a file in that is held, whole or not at all, and return what became of it.

    Faults and doubts are held as a file of their own, `report`: they quote what the file says. A
    file that is only looked at stays held, so that it can be taken as it was looked at.

    Raises FileGone, KeyMissing and what cannot be read as a file of its kind.
    """
    content = bench.shelf.content(tx, said["file"], bench.moment)
    with tempfile.TemporaryDirectory(prefix="creditdesk-") as folder:
        path = Path(folder) / said["name"]
        path.write_bytes(content)
        report = _report(tx, bench, said, path)
    found = documents.report(report, said["kind"], said["language"])
    kept = bench.shelf.put(
        tx,
        by=bench.deed.by,
        name=f"{said['name']}.json",
        media=JSON,
        content=json.dumps(found, ensure_ascii=False).encode(),
        at=bench.moment,
    )
    listed = ("skipped", "faults", "warnings")
    told = {name: len(found[name]) if name in listed else found[name] for name in found}
    told["lines"] = told.pop("rows")
    told |= {"kind": said["kind"], "dry_run": said["dry_run"], "report": kept}
    told["taken"] = not (report.faults or said["dry_run"])
    if not said["dry_run"]:
        bench.shelf.drop(tx, said["file"])
    return told


def _report(tx: Tx, bench: Bench, said: Mapping[str, Any], path: Path) -> intake.Report:
    kind, day = said["kind"], date.fromisoformat(said["data_date"] or bench.today.isoformat())
    places = map_on(day)
    opened = {
        "loans": intake.open_loans,
        "movements": intake.open_movements,
        "households": intake.open_households,
    }
    table = opened[kind](path, intake.limits_of(bench.settings))
    scope = users.Scope(said["scope"][0], tuple(said["scope"][1]))
    if far := intake.outside(tx, places, table, kind, scope=scope, day=bench.today):
        return intake.Report(rows=len(table.rows), faults=far)
    common: dict[str, Any] = {"path": path, "deed": bench.deed, "dry_run": said["dry_run"]}
    if kind == "movements":
        return _take_movements(tx, bench, table, said, common)
    take = intake.take_loans if kind == "loans" else intake.take_households
    return take(tx, bench.policy, places, table, **common)


def _take_movements(
    tx: Tx, bench: Bench, table: intake.Table, said: Mapping[str, Any], common: Mapping[str, Any]
) -> intake.Report:
    told = date.fromisoformat(said["data_date"]) if said["data_date"] else None
    common = {**common, "today": bench.today, "data_date": told, "progress": bench.progress}
    report = intake.take_movements(tx, bench.policy, table, **common)
    if report.accepted >= LARGE and not said["dry_run"]:
        at_least = max(50_000, report.accepted // 6)
        images.keep_month_ends(tx, bench.today, at_least=at_least)
    return report


def print_portfolio(tx: Tx, bench: Bench, said: Mapping[str, Any]) -> dict[str, Any]:
    """Print a portfolio statement and hold it for whoever asked; return the number of the file.

    Raises what the statement refuses, and KeyMissing.
    """
    since, as_of = (date.fromisoformat(said[name]) for name in ("from", "as_of"))
    kind = papers.kind_of("portfolio")
    within = tuple((axis, key) for axis, key in said.get("within", ()))
    asked = papers.Asked(as_of, bench.moment, since, said["place"], within=within)
    dong, folder = bench.settings.unit_of_statement == "dong", bench.settings.font_folder
    look = papers.Look("dong" if dong else "million", Path(folder) if folder else None)
    content = kind.written(kind.make(tx, bench.policy, asked), "pdf", look)
    parts = ("portfolio", said["place"], said["from"], said["as_of"])
    name = "_".join(part for part in parts if part) + ".pdf"
    held = bench.shelf.put(
        tx, by=bench.deed.by, name=name, media=PDF, content=content, at=bench.moment
    )
    return {"file": held, "name": name}
