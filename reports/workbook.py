"""Tables of figures as a workbook: real numbers in whole dong, and no text that could act."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.xml.functions import tostring

from creditdesk.engine import days
from creditdesk.sheets import Cell, Line, Part, Sheet, first_text
from reports import forms, scopes
from reports.paper import in_vietnam, spoken_day

_FORMATS = {
    "dong": "#,##0",
    "count": "#,##0",
    "share": "0.00%",
    "points": "0.00",
    "day": "dd/mm/yyyy",
}
_WIDTHS = {
    "no": 6,
    "text": 42,
    "code": 18,
    "dong": 20,
    "count": 11,
    "share": 11,
    "points": 11,
    "blank": 18,
}
_BOLD = Font(bold=True)
_TITLE = Font(bold=True, size=14)
_GREY = PatternFill("solid", fgColor="E6E6E6")
_LINE = Side(style="thin", color="808080")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD = Alignment(horizontal="center", vertical="center", wrap_text=True)
_WRAPPED = Alignment(vertical="top", wrap_text=True)
_ABOVE = 4
_FIRST = (1980, 1, 1, 0, 0, 0)


def render(sheet: Sheet) -> bytes:
    """Return a sheet as XLSX, a table on each page: the same value gives the same bytes."""
    book = Workbook(write_only=True)
    form = forms.FORMS[sheet.form]
    for part in sheet.parts:
        inside = book.create_sheet(forms.PARTS.get(part.code, form.number).replace("/", ".")[:31])
        inside.freeze_panes = corner(part)
        for at, column in enumerate(part.columns, 1):
            letter = get_column_letter(at)
            inside.column_dimensions[letter].width = _WIDTHS.get(column.kind, 12)
        for row in _front(inside, sheet, part):
            inside.append(row)
        for line in part.lines:
            inside.append(list(_row(inside, part, line)))
    return _settled(book, sheet)


def corner(part: Part) -> str:
    """Return the first cell that moves: below the head, right of the names."""
    return f"{get_column_letter(first_text(part) + 2)}{_ABOVE + 2}"


def _front(inside: Any, sheet: Sheet, part: Part) -> Iterator[list[Any]]:
    form, evidence = forms.FORMS[sheet.form], sheet.evidence
    spoken = spoken_day(evidence.as_of)
    since, as_of = days.written(evidence.since), days.written(evidence.as_of)
    shown = scopes.DEMONSTRATION if evidence.demonstration else ""
    yield [_text(inside, f"{form.number}. {form.title}", font=_TITLE)]
    yield [_text(inside, f"{spoken[0].upper()}{spoken[1:]}. {scopes.covered(evidence.scope)}.")]
    yield [_text(inside, f"Phát sinh từ {since} đến hết {as_of}. Số {evidence.number}. {shown}")]
    yield [_text(inside, f"Đơn vị: đồng, {form.counted}")]
    yield [_text(inside, title, font=_BOLD, head=True) for title in _titles(part)]


def _titles(part: Part) -> Iterator[str]:
    for column in part.columns:
        group, title = forms.GROUPS.get(column.group, column.group), forms.column(column.code)
        yield f"{group}: {title}" if group else title


def _row(inside: Any, part: Part, line: Line) -> Iterator[Any]:
    name = first_text(part)
    font = None if line.kind == "plain" else _BOLD
    for at, (cell, column) in enumerate(zip(line.cells, part.columns, strict=True)):
        said = forms.LABELS.get(line.label, line.label) if line.label and at == name else cell
        yield _cell(inside, said, _FORMATS.get(column.kind), font)


def _cell(inside: Any, said: Cell, form: str | None, font: Font | None) -> Any:
    if said is None or isinstance(said, str):
        made = _text(inside, said or "", font=font)
        made.alignment = _WRAPPED
    else:
        made = WriteOnlyCell(inside, said)
        made.number_format = form or "General"
        if font:
            made.font = font
    made.border = _BOX
    if font:
        made.fill = _GREY
    return made


def _text(inside: Any, said: str, *, font: Font | None = None, head: bool = False) -> Any:
    """Return a cell of text: whatever it begins with, it is shown and never run."""
    made = WriteOnlyCell(
        inside, ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", said)[:_LONGEST]
    )
    if said:
        made.data_type = "s"
        made.quotePrefix = True
    if font:
        made.font = font
    if head:
        made.fill, made.border, made.alignment = _GREY, _BOX, _HEAD
    return made


_LONGEST = 32_767  # letters that a cell holds


def _settled(book: Workbook, sheet: Sheet) -> bytes:
    """Return the file with the one moment in it that is the statement's own."""
    draft, out = io.BytesIO(), io.BytesIO()
    book.save(draft)
    said = book.properties
    said.creator, said.title = "creditdesk", forms.FORMS[sheet.form].title
    said.subject, said.identifier = sheet.evidence.digest, sheet.evidence.number
    made = in_vietnam(sheet.evidence.made_at).replace(tzinfo=None)
    said.created = said.modified = made
    with zipfile.ZipFile(draft) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in read.namelist():
            content = tostring(said.to_tree()) if name == "docProps/core.xml" else read.read(name)
            kept.writestr(zipfile.ZipInfo(name, _FIRST), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
