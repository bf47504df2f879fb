"""Tables of figures as a workbook: real numbers in whole dong, and no text that could act.

Behind the tables a page says what they are and what was checked.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.xml.functions import tostring

from creditdesk.engine import days
from creditdesk.evidence import Evidence
from creditdesk.sheets import Cell, Line, Part, Sheet, first_text
from reports import checked, forms, scopes, vouched
from reports.paper import in_vietnam, spoken_day

_FORMATS = {
    "dong": "#,##0",
    "count": "#,##0",
    "share": "0.00%",
    "points": "#,##0.00",
    "day": "dd/mm/yyyy",
}
_LEAST = {"no": 6, "text": 14, "blank": 18}
_NARROW, _WIDEST = 9, 44  # [letters] that columns of figures have, and those of text
_HIGH = 15.0  # [pt] of a line
_BOLD = Font(name="Calibri", bold=True, size=11)
_RED = Font(name="Calibri", bold=True, size=11, color="C80000")
_VOUCHED = "Kiểm tra số liệu"
_VOUCHING = (22, 84, 22, 22, 16)  # [letters] that its columns have
_TITLE = Font(name="Calibri", bold=True, size=14)
_GREY = PatternFill("solid", fgColor="E6E6E6")
_LINE = Side(style="thin", color="808080")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD = Alignment(horizontal="center", vertical="center", wrap_text=True)
_WRAPPED = Alignment(vertical="top", wrap_text=True)
_TOP = Alignment(vertical="top")
_ABOVE = 4
_A4, _A3 = 9, 8  # as ECMA-376 numbers sizes of paper
_FIRST = (1980, 1, 1, 0, 0, 0)


def render(sheet: Sheet) -> bytes:
    """Return a sheet as XLSX, a table on each page, last the checks: same value, same bytes.

    A page is as wide as its table and bears its head; columns are as wide as what they hold.
    """
    book = Workbook(write_only=True)
    form = forms.FORMS[sheet.form]
    for part in sheet.parts:
        inside = book.create_sheet(forms.PARTS.get(part.code, form.number).replace("/", ".")[:31])
        inside.freeze_panes = corner(part)
        _page(inside, form, sheet.evidence, head=_ABOVE + 1)
        wide = [_width(part, at) for at in range(len(part.columns))]
        for at, width in enumerate(wide, 1):
            inside.column_dimensions[get_column_letter(at)].width = width
        titles = zip(_titles(part), wide, strict=True)
        inside.row_dimensions[_ABOVE + 1].height = max(_high(*one) for one in titles)
        for row in _front(inside, sheet, part):
            inside.append(row)
        name = first_text(part)
        for number, line in enumerate(part.lines, _ABOVE + 2):
            high = _high(_named(line, name), wide[name])
            if high > _HIGH:
                inside.row_dimensions[number].height = high
            inside.append(list(_row(inside, part, line)))
    _vouch(book.create_sheet(_VOUCHED), form, sheet)
    return _settled(book, sheet)


def _vouch(inside: Any, form: forms.Form, sheet: Sheet) -> None:
    """Write what the tables are, what was checked, and what has to be known of them."""
    _page(inside, replace(form, upright=False, wide=False), sheet.evidence, head=None)
    for letter, width in zip("ABCDE", _VOUCHING, strict=True):
        inside.column_dimensions[letter].width = width
    for number, row in enumerate(_vouching(inside, sheet), 1):
        if len(row) > 1:
            inside.row_dimensions[number].height = _high(row[1].value, _VOUCHING[1])
        inside.append(row)


def _vouching(inside: Any, sheet: Sheet) -> Iterator[list[Any]]:
    evidence = sheet.evidence
    yield [_text(inside, "KIỂM TRA SỐ LIỆU", font=_TITLE)]
    for label, said in vouched.facts(sheet):
        yield [_text(inside, label), _wrapped(inside, said)]
    yield [_text(inside, vouched.verdict(evidence), font=_RED if evidence.failed else _BOLD)]
    yield [_text(inside, title, font=_BOLD, head=True) for title in vouched.CHECKS]
    for check in vouched.checks(evidence):
        font = _RED if check[-1] else None
        yield [_cell(inside, cell, _FORMATS["dong"], font) for cell in check]
    for note in checked.noted(sheet, rounded=False):
        yield [_text(inside, ""), _wrapped(inside, note)]


def _page(inside: Any, form: forms.Form, evidence: Evidence, *, head: int | None) -> None:
    """Let a page print as wide as paper, the row of its head on each, and say which it is."""
    setup = inside.page_setup
    setup.orientation = "portrait" if form.upright else "landscape"
    setup.paperSize, setup.fitToHeight = _A3 if form.wide else _A4, 0
    inside.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    inside.page_margins = PageMargins(left=0.6, right=0.4, top=0.6, bottom=0.7)
    if head:
        inside.print_title_rows = f"{head}:{head}"
    inside.oddFooter.left.text, inside.oddFooter.right.text = f"Số {evidence.number}", "&P/&N"


def _width(part: Part, at: int) -> float:
    """Return how wide [letters] a column is for what it holds and the words of its head."""
    column = part.columns[at]
    title = forms.column(column.code), forms.GROUPS.get(column.group, "")
    least = max(len(word) for text in title for word in f"{text}:".split())
    if column.kind in ("dong", "count", "number"):
        numbers = [cell for line in part.lines if isinstance(cell := line.cells[at], int)]
        held = max((len(f"{one:,}") for one in numbers), default=0)
    elif at == first_text(part):
        held = max((len(_named(line, at)) for line in part.lines), default=0)
    else:
        held = max((len(str(line.cells[at] or "")) for line in part.lines), default=0)
        held = held if column.kind in ("no", "text", "code", "day") else 0
    return min(max(least, held, _LEAST.get(column.kind, _NARROW)) * 1.15 + 1, _WIDEST)


def _named(line: Line, name: int) -> str:
    return forms.LABELS.get(line.label, line.label) if line.label else str(line.cells[name] or "")


def _high(text: str, wide: float) -> float:
    """Return how high [pt] a text is in a column as wide [letters], its words kept whole."""
    lines, left = 1, wide
    for word in text.split(" "):
        if len(word) * 1.15 > left and left < wide:
            lines, left = lines + 1, wide
        lines += int(len(word) * 1.15 // wide)
        left -= len(word) * 1.15 + 1
    return _HIGH * lines


def corner(part: Part) -> str:
    """Return the first cell that moves: below the head, right of the names."""
    return f"{get_column_letter(first_text(part) + 2)}{_ABOVE + 2}"


def _front(inside: Any, sheet: Sheet, part: Part) -> Iterator[list[Any]]:
    form, evidence = forms.FORMS[sheet.form], sheet.evidence
    spoken = spoken_day(evidence.as_of)
    since, as_of = days.written(evidence.since), days.written(evidence.as_of)
    flows = f"Phát sinh từ {since} đến hết {as_of}. " if form.flows else ""
    known = checked.known_on(evidence)
    shown = scopes.DEMONSTRATION if evidence.demonstration else ""
    yield [_text(inside, form.name, font=_TITLE)]
    yield [_text(inside, f"{spoken[0].upper()}{spoken[1:]}. {scopes.covered(evidence.scope)}.")]
    yield [_text(inside, f"{flows}Số {evidence.number}. {known} {shown}".rstrip())]
    yield [_text(inside, forms.units(form, part, money="đồng"))]
    yield [_text(inside, title, font=_BOLD, head=True) for title in _titles(part)]


def _titles(part: Part) -> Iterator[str]:
    for group, title in forms.heads(part):
        yield f"{group}: {title}" if group else title


def _row(inside: Any, part: Part, line: Line) -> Iterator[Any]:
    name = first_text(part)
    font = None if line.kind == "plain" else _BOLD
    for at, (cell, column) in enumerate(zip(line.cells, part.columns, strict=True)):
        said = _named(line, name) if line.label and at == name else cell
        yield _cell(inside, said, _FORMATS.get(column.kind), font)


def _cell(inside: Any, said: Cell, form: str | None, font: Font | None) -> Any:
    if said is None or isinstance(said, str):
        made = _text(inside, said or "", font=font)
        made.alignment = _WRAPPED
    else:
        made = WriteOnlyCell(inside, said)
        made.number_format, made.alignment = form or "General", _TOP
        if font:
            made.font = font
    made.border = _BOX
    if font:
        made.fill = _GREY
    return made


def _wrapped(inside: Any, said: str) -> Any:
    made = _text(inside, said)
    made.alignment = _WRAPPED
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
