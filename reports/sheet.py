"""Tables of figures on paper: the form's head, its tables, notes, checks and signatures."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import groupby, islice
from operator import attrgetter, itemgetter
from pathlib import Path
from types import NoneType
from typing import Any, Literal, cast

from creditdesk.engine import days
from creditdesk.engine.money import all_millions, all_written, millions, written
from creditdesk.evidence import NO_PROOF, Evidence, Proof
from creditdesk.sheets import Cell, CellKind, Line, Part, Sheet, first_text
from reports import checked, drawn, forms, scopes
from reports.forms import FORMS, Form
from reports.heads import Column
from reports.paper import HEADING, MARGIN, MM, PROOF, SIGNATURES, Imprint, Paper, spoken_day
from reports.table import Rows, Table

_MARKS = ("I", "II", "III", "IV", "V", "VI")
_NAME = 96.0  # [pt] that the column of names has at least
_WIDEST = 230.0
_LEAST = {"blank": 58.0, "no": 20.0}  # [pt] of columns in which somebody writes, or that count
_FEW = 3
_AFTER = 20.0  # [pt] that stay free below a table
_HEAD, _LINE = 70.0, 14.0  # [pt] of the head of a table, and of a line of a short one
_SHORT = 8  # lines of a table that is not parted from what ends the document
_SIGNED = SIGNATURES + PROOF
_KINDS = ({str}, {int, Decimal}, {date})  # of cells that can be compared
_AT_ONCE = 512  # lines
_day = lru_cache(maxsize=4096)(days.written)  # a list has few days, again and again
_CELLS = itemgetter(0)
_PAD = 4.5
_Teller = Callable[[Any], str]
_ALIGNED: dict[str, Literal["left", "middle", "right"]] = {
    "no": "middle",
    "text": "left",
    "code": "middle",
    "day": "middle",
}


def render(sheet: Sheet, *, fonts: Path | None = None, proof: Proof = NO_PROOF) -> bytes:
    """Return a sheet as a PDF: the same value gives the same bytes.

    fonts  a folder with a regular, a bold and an italic TrueType face instead of ours

    Raises FileNotFoundError or ValueError where `fonts` cannot write Vietnamese.
    """
    form, scope = FORMS[sheet.form], sheet.evidence.scope
    author = f"{scopes.PARENT} {scopes.branch(scope)}"
    imprint = Imprint(f"{form.number} {form.title}", author, sheet.evidence, proof)
    paper = page(imprint, form, fonts)
    several = len(sheet.parts) > 1
    mark = _MARKS[len(sheet.parts)] if several else "II"
    _front(paper, sheet, form, mark)
    if not any(line.kind == "plain" for part in sheet.parts for line in part.lines):
        paper.flow("Không có số liệu nào trong phạm vi này.", face=paper.faces.bold, size=10)
    for at, part in enumerate(sheet.parts):
        row = drawn.Row(paper, part)
        last = at == len(sheet.parts) - 1
        after = tall(paper, sheet) + _SIGNED if last else _AFTER
        if several:
            few = row.height + _HEAD + _LINE * len(part.lines) + after
            whole = len(part.lines) <= _SHORT and few < paper.top - paper.bottom - 30
            paper.need(HEADING + max(100, few if whole else row.height))
        title = f"{_MARKS[at]}. {forms.PARTS[part.code]}" if several else ""
        _pictured(paper, part, form, row, after=after, title=title)
    notes(paper, sheet)
    checked.signed(paper, sheet.evidence, form.posts, mark=mark)
    return paper.finish()


def page(imprint: Imprint, form: Form, fonts: Path | None, *, left: float = MARGIN) -> Paper:
    """Return a paper as a form lies: on its side, or upright."""
    if form.upright:
        return Paper(imprint, fonts=fonts, width=210 * MM, height=297 * MM, left=left)
    return Paper(imprint, fonts=fonts, left=left)


def _front(paper: Paper, sheet: Sheet, form: Form, mark: str) -> None:
    evidence, faces = sheet.evidence, paper.faces
    titled(paper, form, evidence)
    paper.flow(f"{scopes.covered(evidence.scope)}.", size=10)
    since, as_of = days.written(evidence.since), days.written(evidence.as_of)
    mapped = days.written(evidence.map_of)
    flows = (
        f"Phát sinh {'trong kỳ' if form.period else 'trong tháng'}: từ {since} đến hết {as_of}."
    )
    said = f"Địa giới hành chính: theo bản đồ ngày {mapped}."
    paper.flow(f"{flows} {said}" if form.flows else said, size=10)
    if known := checked.known_on(evidence):
        paper.flow(known, face=faces.bold, size=10)
    if evidence.demonstration:
        paper.flow(scopes.DEMONSTRATION, face=faces.bold, size=10)
    checked.alarm(paper, evidence, mark=mark)
    paper.y -= 4


def titled(paper: Paper, form: Form, evidence: Evidence) -> None:
    """Write the number of a form, whose it is, its title and its day."""
    faces = paper.faces
    paper.write(form.mark, paper.right, paper.y, face=faces.italic, align="right")
    paper.y -= 6
    paper.national_header(scopes.PARENT, scopes.branch(evidence.scope))
    paper.y -= 2
    paper.flow(form.title, face=faces.bold, size=14, align="middle")
    spoken = spoken_day(evidence.as_of)
    paper.flow(f"{spoken[0].upper()}{spoken[1:]}", face=faces.italic, size=11, align="middle")
    paper.y -= 4


def notes(paper: Paper, sheet: Sheet) -> None:
    """Write what has to be said of the figures, the law applied, and what was left out."""
    paper.y -= 2
    paper.heading("Ghi chú", keep=30)
    for note in _notes(sheet):
        paper.flow(note, size=9)
    paper.y -= 2


def tall(paper: Paper, sheet: Sheet) -> float:
    """Return how high [pt] notes and checks are: a table's last rows stand above them."""
    return 30 + paper.tall(_notes(sheet)) + checked.tall(paper, sheet.evidence)


def _notes(sheet: Sheet) -> list[str]:
    found = [forms.NOTES[code] for code in sheet.notes]
    if FORMS[sheet.form].unit == "million":
        found.append(checked.ROUNDED)
    found.append(f"Chính sách áp dụng: phiên bản {sheet.evidence.policy}.")
    found.append(checked.left_out(sheet.evidence))
    return [f"{number}. {note}" for number, note in enumerate(found, 1)]


# --- a table ---


def draw(paper: Paper, part: Part, form: Form, *, after: float = _AFTER, title: str = "") -> None:
    """Draw one table of a sheet under its title, `after` [pt] free below it."""
    columns = _columns(paper, part, form)
    table = Table(paper, columns, size=form.size, unit=form.units, tall=form.tall)
    table.draw(_rows(part, form), after=after, title=title)


def _pictured(
    paper: Paper, part: Part, form: Form, row: drawn.Row, *, after: float, title: str
) -> None:
    """Draw pictures and their table: beside them where it is narrow enough, else below."""
    if title and row.height:
        paper.heading(title, keep=row.height)
        title = ""
    if row.beside + _NAME > paper.room or row.beside + _least(paper, part, form) > paper.room:
        row.put()
        draw(paper, part, form, after=after, title=title)
        return
    page, top, left = paper.page, paper.y, paper.left
    row.put()
    low, paper.y = paper.y, top
    paper.left += row.beside
    draw(paper, part, form)
    paper.left = left
    if paper.page == page:
        paper.y = min(low, paper.y)


def _least(paper: Paper, part: Part, form: Form) -> float:
    """Return how wide [pt] a table is whose names take several lines."""
    wide = _wide(paper, part, form)
    wide[first_text(part)] = _NAME
    return sum(wide)


def _wide(paper: Paper, part: Part, form: Form) -> list[float]:
    """Return how wide [pt] columns are for what they hold."""
    bold = paper.faces.bold
    wide: list[float] = []
    for column, texts in zip(part.columns, _widest(part, form), strict=True):
        title = forms.column(column.code)
        words = max(bold.width(bold.clean(word), 8) for word in title.split(" "))
        held = max(bold.width(bold.clean(text), form.size) for text in texts)
        least = _LEAST.get(column.kind, 0.0)
        wide.append(max(words + 2.5, held + _PAD, least))
    return wide


def _columns(paper: Paper, part: Part, form: Form) -> tuple[Column, ...]:
    """Return columns as wide as what they hold; what is left over is the names'."""
    name, wide = first_text(part), _wide(paper, part, form)
    named, wide[name] = wide[name], 0.0
    spare = paper.room - sum(wide)
    if spare < _NAME:
        # Letters are set narrower rather than cut where so much does not fit a page.
        wide = [one * (paper.room - _NAME) / sum(wide) for one in wide]
        spare = _NAME
    wide[name] = min(spare, _WIDEST, max(named, _NAME))
    growing = [column.kind != "no" and at != name for at, column in enumerate(part.columns)]
    rest = (spare - wide[name]) / max(1, sum(growing))
    if len(wide) <= _FEW and not any(column.kind == "blank" for column in part.columns):
        rest = min(rest, _PAD * len(wide))  # Figures far from their names are misread.
    return tuple(
        Column(
            forms.column(column.code),
            one + rest if growing[at] else one,
            forms.GROUPS.get(column.group, column.group),
            align=_ALIGNED.get(column.kind, "right"),
        )
        for at, (column, one) in enumerate(zip(part.columns, wide, strict=True))
    )


def _widest(part: Part, form: Form) -> list[list[str]]:
    """Return of each column the texts that may be its widest."""
    ends: list[list[Cell]] = [[] for _ in part.columns]
    for lines in _some(part.lines):
        for found, cells in zip(ends, zip(*map(_CELLS, lines), strict=True), strict=True):
            found += _ends(cells)
    labels = (line.label for line in part.lines if line.label and line.kind != "heading")
    ends[first_text(part)] += [forms.LABELS.get(label, "") for label in labels]
    return [
        ["", *(told(one, column.kind, form) for one in _ends(found or [""]))]
        for column, found in zip(part.columns, ends, strict=True)
    ]


def _ends(cells: Sequence[Any]) -> list[Cell]:
    """Return of cells those that may be the widest: the longest text, the most and the least."""
    try:
        ends = [max(cells), min(cells)]
    except TypeError:  # They are not all of one kind.
        kinds = [[cell for cell in cells if type(cell) in kind] for kind in _KINDS]
        return [end for some in kinds if some for end in _ends(some)]
    return [max(cells, key=len)] if type(ends[0]) is str else ends


def _rows(part: Part, form: Form) -> Iterator[Rows]:
    name, tellers = first_text(part), [_tellers(column.kind, form) for column in part.columns]
    for (kind, level, said), run in groupby(part.lines, attrgetter("kind", "level", "label")):
        label = forms.LABELS.get(said, said)
        for lines in _some(run):
            if kind == "heading":
                yield Rows([[label] * len(lines)] * len(tellers), kind)
                continue
            columns = zip(tellers, zip(*map(_CELLS, lines), strict=True), strict=True)
            texts = [_column(cells, tell) for tell, cells in columns]
            if label:
                texts[name] = [label] * len(lines)
            yield Rows(texts, kind, level)


def _some(lines: Iterable[Line]) -> Iterator[list[Line]]:
    source = iter(lines)
    while found := list(islice(source, _AT_ONCE)):
        yield found


def _column(cells: tuple[Cell, ...], tell: Mapping[type, _Teller]) -> Sequence[str]:
    """Return cells of a column as the bank writes them, at once where all are of a kind."""
    if len(cells) == 1:
        return [cell if type(cell) is str else tell[type(cell)](cell) for cell in cells]
    held = {*map(type, cells)}
    if held == {str}:
        return cast("tuple[str, ...]", cells)
    if held == {int}:
        some = cast("tuple[int, ...]", cells)
        return all_written(some) if tell[int] is written else all_millions(some)
    return [cell if type(cell) is str else tell[type(cell)](cell) for cell in cells]


def told(cell: Cell, kind: CellKind, form: Form) -> str:
    """Return a cell as the bank writes it; nothing where the book holds nothing."""
    return cell if isinstance(cell, str) else _tellers(kind, form)[type(cell)](cell)


def _tellers(kind: CellKind, form: Form) -> Mapping[type, _Teller]:
    """Return how the bank writes what stands in a column of some kind, by what it is."""
    million = kind == "dong" and form.unit == "million"
    return {
        NoneType: lambda _: "",
        date: _day,
        int: millions if million else written,
        Decimal: _percent if kind == "share" else _decimal,
    }


def _percent(share: Decimal) -> str:
    return _decimal(share * 100)


def _decimal(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.01')):,}".translate(str.maketrans(",.", ".,"))
