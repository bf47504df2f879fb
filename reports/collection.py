"""The sheet of a group as a workbook to take along: only what is paid can be typed into it."""

import io
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation

from creditdesk.collected import Sheet, SheetLine
from creditdesk.engine import days

COLUMNS = (
    ("no", "STT", 6),
    ("loan_no", "Số khế ước", 20),
    ("customer_name", "Họ và tên", 34),
    ("programme", "Mã chương trình", 9),
    ("outstanding", "Dư nợ", 16),
    ("asked_principal", "Gốc phải thu", 16),
    ("asked_interest", "Lãi phải thu", 16),
    ("principal", "Gốc thu", 16),
    ("interest", "Lãi thu", 16),
    ("mark", "Mã bảng kê", 6),
)
"""Key, title and width of every column; `mark` is hidden and says which sheet this is."""
_LINE = Side(style="thin", color="808080")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_OPEN = PatternFill("solid", fgColor="FCEFDC")
_GREY = PatternFill("solid", fgColor="E6E6E6")
_HEAD, _MOST = 4, 10**12


def render(sheet: Sheet, mark: str, *, principal: bool) -> bytes:
    """Return a sheet as XLSX, locked but for what is paid.

    mark       what tells this sheet when it is brought back: a file sent twice is booked once
    principal  whether principal is taken, or interest alone
    """
    book = Workbook()
    inside: Any = book.active
    inside.title = f"{sheet.group_no} {sheet.day.isoformat()}"
    inside.append(["Bảng kê thu nợ"])
    inside["A1"].font = Font(bold=True, size=14)
    inside.append(
        [_text(f"Tổ {sheet.group_no}, {sheet.head}. Phiên ngày {days.written(sheet.day)}")]
    )
    inside.append(["Chỉ sửa hai cột Gốc thu, Lãi thu: không nộp thì ghi 0."])
    inside.append([title for _, title, _ in COLUMNS])
    for at, line in enumerate(sheet.lines, 1):
        inside.append(_row(at, line, mark, principal=principal))
    _look(inside, len(sheet.lines), principal=principal)
    _guard(inside, len(sheet.lines))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _row(at: int, line: SheetLine, mark: str, *, principal: bool) -> Sequence[Any]:
    paid = line.principal if principal else 0
    return (
        *(at, line.loan_no, _text(line.customer_name), line.programme, line.outstanding),
        *(line.principal, line.interest, paid, line.interest, mark),
    )


def _text(said: str) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", said)


def _look(inside: Any, lines: int, *, principal: bool) -> None:
    for at, (key, _, width) in enumerate(COLUMNS, 1):
        head = inside.cell(_HEAD, at)
        head.font, head.fill, head.border = Font(bold=True), _GREY, _BOX
        head.alignment = Alignment(horizontal="center", wrap_text=True)
        letter = head.column_letter
        inside.column_dimensions[letter].width = width
        inside.column_dimensions[letter].hidden = key == "mark"
        typed = key == "interest" or (key == "principal" and principal)
        for row in range(_HEAD + 1, _HEAD + 1 + lines):
            cell = inside.cell(row, at)
            cell.border = _BOX
            if isinstance(cell.value, str):
                # Whatever a name begins with, it is shown and never run.
                cell.data_type, cell.quotePrefix = "s", True
            elif key != "no":
                cell.number_format = "#,##0"
            if typed:
                cell.fill, cell.protection = _OPEN, Protection(locked=False)
    inside.freeze_panes = inside.cell(_HEAD + 1, 4)


def _guard(inside: Any, lines: int) -> None:
    """Let only whole amounts into the open cells, and nothing into the others."""
    whole = DataValidation(
        type="whole", operator="between", formula1="0", formula2=str(_MOST), allow_blank=False
    )
    whole.errorTitle, whole.error = "Số tiền", "Số nguyên đồng, từ 0 trở lên."
    inside.add_data_validation(whole)
    whole.add(f"H{_HEAD + 1}:I{_HEAD + lines}")
    inside.protection.sheet = True
    inside.page_setup.orientation, inside.page_setup.paperSize = "landscape", 9
    inside.page_setup.fitToHeight, inside.sheet_properties.pageSetUpPr.fitToPage = 0, True
