"""The sheet of a group as a workbook to take along and bring back, and its receipts as a PDF."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, make_response, request

from creditdesk import communes, intake
from creditdesk.collecting import Sheet
from creditdesk.errors import DeskError, Malformed
from creditdesk.ledger import LoanNotFound
from creditdesk.papers import MEDIA, Asked
from creditdesk.web import edge, filled
from creditdesk.web.filled import Filled
from creditdesk.web.pages.sheets import (
    SheetIn,
    day_of,
    found_on,
    may_principal,
    page_of,
    proposed,
    written,
)
from creditdesk.web.shapes import ValueMissing
from reports import collection
from reports import receipts as receipts_paper

pages = Blueprint("sheet_files", __name__)


class SheetForeign(Malformed):
    """The file is another group's sheet, or of another day."""

    code = "sheet-foreign"


class SheetLineTwice(Malformed):
    """Two rows of the file are of one loan: nobody knows which of them holds."""

    code = "sheet-line-twice"


@pages.get("/sheets/<group_no>/<day>/sheet.xlsx")
def workbook(group_no: str, day: str) -> Response:
    """Send the sheet as a workbook: only what is paid can be typed into it."""
    found = found_on(group_no, day_of(day))
    mark = f"{_name(found)}/{found.given}/{filled.blank().key}"
    content = collection.render(found, mark, principal=may_principal())
    return _file(content, f"bang-ke_{_name(found)}", "xlsx")


@pages.post("/sheets/<group_no>/<day>/sheet.xlsx")
@edge.roomy(kilobytes=2048)
def bring_back(group_no: str, day: str) -> Response:
    """Show the sheet as a workbook has filled it, to be booked; every cell is checked."""
    found = found_on(group_no, day_of(day))
    try:
        form = _brought(found)
    except DeskError as trouble:
        form = replace(proposed(found), faults={"file": trouble})
        return make_response(page_of(found, form), 422)
    if form.faults:
        return make_response(page_of(found, form, typed=True), 422)
    return make_response(page_of(found, written(form), typed=True))


@pages.get("/sheets/<group_no>/<day>/receipts.pdf")
def receipts(group_no: str, day: str) -> Response:
    """Send the receipts of a group's day, several on a page."""
    found, desk = found_on(group_no, day_of(day)), edge.desk()
    asked = Asked(
        found.day,
        edge.moment(),
        place=communes.map_on(found.day).province(found.province).code,
        within=(("group", group_no),),
    )
    with edge.read() as tx:
        _, evidence = asked.opened(tx, desk.policy, "receipts", found.day, ("commune",))
    value = receipts_paper.of(
        evidence, found, {code: one.names.vi for code, one in desk.policy.programmes.items()}
    )
    folder = desk.settings.font_folder
    content = receipts_paper.render(value, fonts=Path(folder) if folder else None)
    return _file(content, f"bien-lai_{_name(found)}", "pdf")


def _name(found: Sheet) -> str:
    return f"{found.group_no}_{found.day.isoformat()}"


def _file(content: bytes, name: str, ending: Any) -> Response:
    where = "inline" if ending == "pdf" else "attachment"
    told = {"Content-Disposition": f'{where}; filename="{name}.{ending}"'}
    return Response(content, content_type=MEDIA[ending], headers=told)


def _brought(found: Sheet) -> Filled:
    """Return a sheet filled by the file that comes with this request.

    Raises SheetForeign, ValueMissing, what `_rows` and reading a file refuse.
    """
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise ValueMissing
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "bang-ke.xlsx")
        sent.save(path)
        table = intake.open_sheet(path, intake.limits_of(edge.desk().settings))
    columns = {name: list(map(str, column)) for name, column in table.columns.items()}
    name, given, key = _mark(columns["mark"])
    if name != _name(found):
        raise SheetForeign(group_no=found.group_no, day=found.day)
    rows = _rows(columns["loan_no"], {line.loan_no for line in found.lines})
    typed = {"given": [given]}
    for at, line in enumerate(found.lines):
        row = rows.get(line.loan_no)
        typed[f"lines-{at}-loan_no"] = [line.loan_no]
        for part in ("principal", "interest"):
            # Whoever has no row in the file any more pays nothing.
            typed[f"lines-{at}-{part}"] = [columns[part][row] if row is not None else "0"]
    return filled.read_typed(SheetIn, typed, key)


def _rows(loan_nos: list[str], known: set[str]) -> dict[str, int]:
    """Return the row of each loan in a file; raises LoanNotFound, SheetLineTwice."""
    rows: dict[str, int] = {}
    for row, loan_no in enumerate(loan_nos):
        if loan_no not in known:
            raise LoanNotFound(loan_no=loan_no[:20])
        if rows.setdefault(loan_no, row) != row:
            raise SheetLineTwice(loan_no=loan_no[:20])
    return rows


def _mark(marks: list[str]) -> tuple[str, str, str]:
    """Return which sheet a file says it is, and the state and the key that it was taken with."""
    parts = marks[0].split("/") if len(set(marks)) == 1 else []
    if len(parts) != len(("name", "given", "key")) or not filled.is_key(parts[-1]):
        return "", "", ""
    return parts[0], parts[1], parts[2]
