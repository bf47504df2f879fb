"""Files handed in as jobs: what takes long is asked for, then looked at."""

import json
import re
from collections.abc import Iterable, Mapping
from itertools import islice
from operator import itemgetter
from typing import Any

from flask import after_this_request

from creditdesk import errands, intake, users
from creditdesk.accesses import LIST, View
from creditdesk.db import Tx
from creditdesk.intake.layout import FILES
from creditdesk.shelf import FileGone, Shelf
from creditdesk.web import edge, orders, problems
from creditdesk.web.api import jobs, paging, told
from creditdesk.web.api.frame import Service, Told
from creditdesk.web.shapes import LOAN_NO, Asking, ChoiceField, DayField, FlagField, TextField

_NAME = r"[^/\\\x00-\x1f\x7f]{1,96}\.(csv|txt|xlsx|CSV|TXT|XLSX)"
_LISTS = ("faults", "warnings")
_INTAKE = f"intake-loans intake-movements intake-households {intake.CHECK}"

service = Service("files")


class FileAsked(Asking):
    """What a file is, what it is called, and whether it is only looked at."""

    kind = ChoiceField(tuple(FILES), required=True)
    name = TextField(100, pattern=_NAME, required=True)
    dry_run = FlagField(load_default=False)
    data_date = DayField()


class FaultsAsked(Asking):
    """Faults, which forbid the file, or warnings; and which page of them."""

    of = ChoiceField(_LISTS, load_default="faults")
    after = paging.after()
    limit = paging.limit()


Faults = told.shape(
    "Faults",
    told.rows(
        told.shape("Fault", told.count("row"), told.text("column key value code reason")),
    ),
    told.count("total"),
    told.text_or_none("next"),
)


def _asked(tx: Tx, kind: str, said: Mapping[str, Any], place: str | None) -> Told:
    number = errands.ask(tx, kind=kind, said=said, deed=edge.deed(), place=place or "")
    after_this_request(orders.begin_work)
    return Told(errands.find(tx, number), location=f"{edge.API}/jobs/{number}")


@service.upload("/files", "handInFile", act=_INTAKE, asks=FileAsked, answers=jobs.Job)
def hand_in(tx: Tx, asked: dict[str, Any], content: bytes) -> Told:
    """Hand in a file of loans, movements or households: CSV or XLSX, taken whole or not at all.

    The job tells what became of it; its faults are listed by row and column. What lies outside of
    the scope of whoever hands it in is a fault. An administrator may only ask for a `dry_run`.
    """
    act = _act(asked)
    edge.require(act)
    at = edge.moment()
    shelf = Shelf(edge.desk().settings)
    media = "application/octet-stream"
    by = edge.who().sign_in_name
    held = shelf.put(tx, by=by, name=asked["name"], media=media, content=content, at=at)
    day = asked.get("data_date")
    said = {
        "act": act,
        "kind": asked["kind"],
        "name": asked["name"],
        "dry_run": asked["dry_run"],
        "data_date": day and day.isoformat(),
        "file": held,
        "language": asked.get("language") or problems.language(),
    }
    return _asked(tx, "file", said, None)


def _act(asked: Mapping[str, Any]) -> str:
    """Return under which act a file is read: who may not take it in may have it checked."""
    act = f"intake-{asked['kind']}"
    checked = asked["dry_run"] and users.is_open(edge.who(), intake.CHECK)
    return intake.CHECK if checked and not users.is_open(edge.who(), act) else act


def _own(tx: Tx, number: str, name: str) -> int:
    """Return the number of a file that a job of the person's own has made; raises FileGone."""
    found = orders.mine(tx, int(number))
    result = found["result"] or {}
    if found["by"] != edge.who().sign_in_name or name not in result:
        raise FileGone(file=int(number))
    return int(result[name])


def _content(tx: Tx, file: int) -> bytes:
    return Shelf(edge.desk().settings).content(tx, file, edge.moment())


@service.get(
    "/jobs/<number:number>/faults", "listFaults", act=_INTAKE, answers=Faults, asks=FaultsAsked
)
def faults(tx: Tx, asked: dict[str, Any], number: str) -> Any:
    """Tell what is wrong in a file that was handed in, by row and column, to whoever did so."""
    report = json.loads(_content(tx, _own(tx, number, "report")))
    rows = [{**row, "at": at} for at, row in enumerate(report[asked["of"]], 1)]
    left = islice(rows, paging.begins(asked) or 0, None)
    page, after = paging.cut(left, asked, itemgetter("at"))
    names = ("row", "column", "key", "value", "code", "reason")
    shown = [{name: row[name] for name in names} for row in page]
    return Told({"rows": shown, "total": len(rows), "next": after}, view=quoting(number, page))


def quoting(number: str, remarks: Iterable[Mapping[str, Any]]) -> View:
    """Return the view of remarks on a file, which quote what it says of people."""
    quoted = {row["value"] for row in remarks if re.fullmatch(LOAN_NO, row["value"])}
    # None: what a file says of people is noted where it names no loan, too.
    return View("file-faults", LIST, number, edge.need(), None, quoted)
