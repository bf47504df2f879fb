"""Files of a branch on pages: looked at first, faults by row and column, then taken whole."""

import json
import tempfile
from operator import itemgetter
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, after_this_request, render_template, request, url_for

from creditdesk import errands, intake, tables, users
from creditdesk.db import Tx
from creditdesk.errors import Refused
from creditdesk.intake.layout import FILES
from creditdesk.shelf import FileGone, Shelf
from creditdesk.users.permissions import EVERYTHING
from creditdesk.web import edge, filled, orders
from creditdesk.web.api import files as service
from creditdesk.web.filled import Done, Filled
from creditdesk.web.shapes import ChoiceField, DayField, Shape, ValueMissing
from creditdesk.web.writing import hand

PAGE = 100
KINDS = tuple(FILES)
COLUMNS = ("row", "column", "value", "reason")
_NAMED = (".csv", ".txt", ".xlsx")

pages = Blueprint("files", __name__, url_prefix="/administration/files")


class NotAFileOfOurs(Refused):
    """A file of a branch is a CSV file or an XLSX workbook."""

    code = "file-name-unfit"


class NotSound(Refused):
    """Only a file that was looked at and had no fault is taken in from there."""

    code = "file-not-sound"


class FileSaid(Shape):
    """What a file is said to be, and up to which day its data go."""

    kind = ChoiceField(KINDS, load_default="")
    data_date = DayField(load_default=None)


class NothingSaid(Shape):
    """A form that only has a button."""


@pages.get("")
def index() -> str:
    """Show where a file is handed in, and those that were taken."""
    return _index(filled.blank())


def _index(form: Filled) -> str:
    person = edge.who()
    only_checks = users.is_open(person, intake.CHECK)
    kinds = [kind for kind in KINDS if only_checks or users.is_open(person, f"intake-{kind}")]
    by = None if person.scope == EVERYTHING else person.sign_in_name
    with edge.read() as tx:
        taken = intake.taken(tx, by)
    most = edge.desk().settings.intake_max_megabytes
    shown = {"kinds": kinds, "taken": taken[:PAGE], "files": FILES, "most": most}
    return render_template("files/index.html", form=form, only_checks=only_checks, **shown)


@pages.post("")
@edge.roomy(kilobytes=64, files=True)
def hand_in() -> Response:
    """Have a file looked at, as whoever hands it in may take it or only has it checked."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        with filled.in_field("file"):
            name, content = _content()
            kind = said["kind"] or _guessed(name, content)
        asked = {"kind": kind, "name": name, "dry_run": True, "data_date": said["data_date"]}
        asked["language"] = hand().language
        told = service.hand_in(tx, asked, content)
        return Done(url_for("jobs.show", number=told.document["number"]))

    return filled.submit(FileSaid, act, _index)


def _content() -> tuple[str, bytes]:
    """Return the name and the content of the file that comes with the form."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise ValueMissing
    name = Path(file.filename.replace("\\", "/")).name
    if not name.lower().endswith(_NAMED) or not name.isprintable():
        raise NotAFileOfOurs(name=name[:80])
    stem, _, ending = name.rpartition(".")
    return f"{stem[:90]}.{ending}", file.read()


def _guessed(name: str, content: bytes) -> str:
    with tempfile.TemporaryDirectory(prefix="creditdesk-") as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return intake.kind_of(path, intake.limits_of(edge.desk().settings))


@pages.post("/<int(max=2147483647):number>/taking")
def take(number: int) -> Response:
    """Take a file in that was looked at and is sound."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        found = own(tx, number)
        result = found["result"] or {}
        if not found["said"]["dry_run"] or found["state"] != "done" or result["faults"]:
            raise NotSound(number=number)
        act = f"intake-{found['said']['kind']}"
        edge.require(act)
        Shelf(edge.desk().settings).find(tx, found["said"]["file"], edge.moment())
        wanted = found["said"] | {"dry_run": False, "act": act}
        fresh = errands.ask(tx, kind="file", said=wanted, deed=edge.deed())
        after_this_request(orders.begin_work)
        return Done(url_for("jobs.show", number=fresh))

    def show(form: Filled) -> str:
        return render_template("files/refused.html", form=form, number=number)

    return filled.submit(NothingSaid, act, show)


def own(tx: Tx, number: int) -> dict[str, Any]:
    """Return a job of one's own that reads a file; raises ErrandNotFound."""
    found = orders.mine(tx, number)
    if found["kind"] != "file" or found["by"] != edge.who().sign_in_name:
        raise errands.ErrandNotFound(number=number)
    return found


def remarks(tx: Tx, found: dict[str, Any], of: str) -> list[dict[str, Any]]:
    """Return the faults or the warnings of a file that was read, while they are held."""
    result = found["result"] or {}
    if "report" not in result:
        return []
    try:
        content = Shelf(edge.desk().settings).content(tx, result["report"], edge.moment())
    except FileGone:
        return []
    rows: list[dict[str, Any]] = json.loads(content)[of]
    return rows


def in_order(rows: list[dict[str, Any]], sort: str, *, down: bool) -> list[dict[str, Any]]:
    """Return remarks by a column, those of one value by their row."""
    by_row = sorted(rows, key=itemgetter("row"))
    return sorted(by_row, key=itemgetter(sort if sort in COLUMNS else "row"), reverse=down)


@pages.get("/<int(max=2147483647):number>/faults.csv")
def faults(number: int) -> Response:
    """Send what is wrong in a file as CSV; the mark at its head tells Excel that it is UTF-8."""
    with edge.read() as tx:
        found = own(tx, number)
        rows = [*remarks(tx, found, "faults"), *remarks(tx, found, "warnings")]
    if not rows:
        raise FileGone(file=number)
    edge.note(service.quoting(str(number), rows))
    w = hand()
    head = [w.say(f"fault-{name}") for name in COLUMNS]
    content = tables.table(head, ([row[name] for name in COLUMNS] for row in rows))
    return Response(
        f"\ufeff{content}".encode(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="loi-tep-{number}.csv"'},
    )
