"""Parcels: files that are handed in and papers that are asked for, as work that takes time."""

import json
import tempfile
from collections.abc import Callable, Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from creditdesk import accesses, documents, images, intake, issued, packs, papers, users
from creditdesk.accesses import LIST, View, Visitor
from creditdesk.communes import map_on
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.ledger import Deed
from creditdesk.settings import Settings
from creditdesk.shelf import Shelf
from creditdesk.users.acting import NotAUser, acting

LARGE = 100_000
"""Movements of one file from which on images are kept at once, so that questions stay quick."""
JSON = "application/json"
Progress = Callable[[int, int], None]
Keep = Callable[[Callable[[Tx], dict[str, Any]]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Bench:
    """Where parcels are worked on: the law, the settings, whose deed it is, and the moment.

    keep    writes what is done so far, in a transaction of its own, and returns it
    so_far  what a stopped process has left done
    """

    policy: Policy
    settings: Settings
    deed: Deed
    moment: datetime
    today: date
    progress: Progress
    keep: Keep
    so_far: Mapping[str, Any]

    @property
    def press(self) -> packs.Press:
        """Return with what packs are printed."""
        return packs.Press(self.policy, self.settings, self.moment.replace(microsecond=0))

    @property
    def shelf(self) -> Shelf:
        """Return where files are held."""
        return Shelf(self.settings)


def take_file(tx: Tx, bench: Bench, said: Mapping[str, Any]) -> dict[str, Any]:
    """Take a file in that is held, whole or not at all, and return what became of it.

    Faults and doubts are held as a file of their own, `report`: they quote what the file says. A
    file that is only looked at stays held, so that it can be taken as it was looked at.

    Raises FileGone, KeyMissing, NotInOffice, NotAllowed and what cannot be read as a file of its
    kind.
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
    scope = _scope_of(tx, bench, said["act"])
    if far := intake.outside(tx, places, table, kind, scope=scope, day=bench.today):
        return intake.Report(rows=len(table.rows), faults=far)
    common: dict[str, Any] = {"path": path, "deed": bench.deed, "dry_run": said["dry_run"]}
    if kind == "movements":
        return _take_movements(tx, bench, table, said, common)
    take = intake.take_loans if kind == "loans" else intake.take_households
    report = take(tx, bench.policy, places, table, **common)
    return intake.without_people(report) if said["act"] == intake.CHECK else report


def _scope_of(tx: Tx, bench: Bench, act: str) -> users.Scope:
    """Return how far whoever handed a file in reaches now, when it is read.

    Raises NotAUser, NotInOffice, NotAllowed.
    """
    person = acting(tx, bench.deed.by, bench.today)
    if person is None:
        raise NotAUser(name=bench.deed.by)
    return users.scope_of(person, act)


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


_DAYS = ("since", "map_of", "known_on", "known_before")


def asked_of(said: Mapping[str, Any], moment: datetime) -> papers.Asked:
    """Return what a document is asked for, as an errand says it."""
    found = {name: _day(said.get(name)) for name in _DAYS}
    return papers.Asked(
        date.fromisoformat(said["as_of"]),
        moment,
        place=said["place"] or None,
        by=said["by"],
        within=tuple((axis, key) for axis, key in said["within"]),
        **found,
    )


def _day(said: Any) -> date | None:
    return date.fromisoformat(said) if said else None


def print_paper(tx: Tx, bench: Bench, said: Mapping[str, Any]) -> dict[str, Any]:
    """Print a document and hold it for whoever asked; one whose checks fail is held and refused.

    Raises what the document refuses, and KeyMissing.
    """
    if "file" in bench.so_far:
        return dict(bench.so_far)
    kind, ending = papers.kind_of(said["paper"]), said["as"]
    value = kind.value(tx, bench.policy, asked_of(said, bench.press.moment))
    evidence, look = kind.evidence(value), bench.press.look
    look = replace(look, unit=said["unit"] or look.unit)
    given = None
    if ending == "pdf":
        value = _going_out(bench, kind, value)
        given = issued.made(bench.settings, evidence, kind.printer(value, look))
    content = given.content if given else kind.written(value, ending, look)
    name = f"{evidence.file_name}.{ending}"
    bench.progress(1, 1)
    why = said.get("need", "")
    held = _Held(name, papers.MEDIA[ending], content, tuple(kind.seen(value)), why)

    def keep(out: Tx) -> dict[str, Any]:
        found = held.kept(out, bench, f"print-{said['paper']}", said["place"] or "")
        if given:
            issued.enter(out, paper=given, by=bench.deed.by, at=bench.deed.recorded_at)
        checks = [one.code for one in evidence.failed]
        failed = {"code": "checks-failed", "facts": {"path": name, "checks": checks}}
        return found | {"number": evidence.number} | (failed if checks else {})

    return bench.keep(keep)


def _going_out(bench: Bench, kind: papers.Kind, value: Any) -> Any:
    """Return a value as it goes out: asked again after a stop, letters keep their numbers."""
    found = [value]

    def number(out: Tx) -> dict[str, Any]:
        by, at = bench.deed.by, bench.moment
        found[0] = kind.goes_out(lambda: nullcontext(out), value, by=by, at=at)
        return dict(bench.so_far)

    if kind.letters:
        bench.keep(number)
    return found[0]


@dataclass(frozen=True, slots=True)
class _Held:
    """A file that is to be held, whom it shows, and why they are to be seen where that is said."""

    name: str
    media: str
    content: bytes
    seen: Collection[str]
    why: str = ""

    def kept(
        self, tx: Tx, bench: Bench, act: str, place: str, days: int | None = None
    ) -> dict[str, Any]:
        """Hold it, note whom it shows to whoever asked, and return how it is found again."""
        view = View(act, LIST, place, self.why, self.seen)
        if not view.shows_nobody:
            visitor = Visitor(bench.deed.by, "job")
            accesses.note(tx, visitor=visitor, view=view, at=bench.deed.recorded_at)
        file = bench.shelf.put(
            tx,
            by=bench.deed.by,
            name=self.name,
            media=self.media,
            content=self.content,
            at=bench.moment,
            days=days,
            seen=self.seen,
        )
        told = {"file": file, "name": self.name, "media": self.media}
        return told | {"bytes": len(self.content)}


def print_packs(tx: Tx, bench: Bench, said: Mapping[str, Any]) -> dict[str, Any]:
    """Print the packs that are asked for, each held as soon as it is there.

    What a stopped process left done is not done again. Where checks failed the job is refused;
    whatever stands is held.

    Raises what `packs` refuses, and KeyMissing.
    """
    last = packs.month_end(said["month"], bench.today)
    wanted = packs.wanted(tx, said["of"], said["code"], last)
    found = list(bench.so_far.get("packs", ()))
    done = {(one["of"], one["code"]) for one in found}
    progress = packs.Documents(bench.progress, wanted)
    press = replace(bench.press, told=progress.one_more)
    for whose in wanted:
        if tuple(whose) in done:
            progress.skip(whose)
            continue
        pack = packs.made(tx, press, whose, last)
        found = bench.keep(partial(_with_pack, bench=bench, pack=pack, so_far=found))["packs"]
    return _told_of_packs(found)


def _with_pack(
    tx: Tx, *, bench: Bench, pack: packs.Pack, so_far: list[dict[str, Any]]
) -> dict[str, Any]:
    """Hold a pack, register its documents, and return it with those before it."""
    for paper in pack.papers:
        issued.enter(tx, paper=paper, by=bench.deed.by, at=bench.deed.recorded_at)
    held = _Held(pack.name, packs.MEDIA, pack.content, pack.seen)
    told = held.kept(tx, bench, "print-pack", pack.whose.code, bench.settings.pack_days)
    failed = {paper: list(checks) for paper, checks in pack.failed}
    told |= {**pack.whose._asdict(), "failed": failed, "absent": list(pack.absent)}
    return {"packs": [*so_far, told]}


def _told_of_packs(found: list[dict[str, Any]]) -> dict[str, Any]:
    failed = [one for one in found if one["failed"]]
    if not failed:
        return {"packs": found}
    names = ", ".join(one["name"] for one in failed)
    checks = [f"{paper}: {' '.join(of)}" for one in failed for paper, of in one["failed"].items()]
    facts = {"path": names, "checks": checks}
    return {"packs": found, "code": "checks-failed", "facts": facts}
