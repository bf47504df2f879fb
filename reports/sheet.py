"""Tables of figures on paper: the form's head, its tables, notes, checks and signatures."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import compress, groupby, islice, product
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
from reports.heads import GAP, Column
from reports.paper import HEADING, MARGIN, MM, PROOF, SIGNATURES, Imprint, Paper, spoken_day
from reports.rows import Rows
from reports.table import Table

_MARKS = ("I", "II", "III", "IV", "V", "VI")
_NAME = 96.0  # [pt] that the column of names has at least
_WIDEST = 230.0
_LEAST = {"blank": 58.0, "no": 20.0}  # [pt] of columns in which somebody writes, or that count
_FEW = 3
_NARROWEST = 0.7  # of their width that amounts still are read at
_MOST = 0.8  # of a page that what ends a document may take from a long table
_AFTER = 20.0  # [pt] that stay free below a table
_SHORT = 16  # lines of a table that is not parted where it can stand whole
_SIGNED = SIGNATURES + PROOF
_KINDS = ({str}, {int, Decimal}, {date})  # of cells that can be compared
_AT_ONCE = 512  # lines
_day = lru_cache(maxsize=4096)(days.written)  # a list has few days, again and again
_CELLS = itemgetter(0)
_PAD = 5.0
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
    imprint = Imprint(form.name, author, sheet.evidence, proof)
    rows = sum(len(part.lines) for part in sheet.parts)
    paper = page(imprint, form, fonts, rows=rows)
    several = len(sheet.parts) > 1
    mark = _MARKS[len(sheet.parts)] if several else ""
    _front(paper, sheet, form, mark)
    if not any(line.kind == "plain" for part in sheet.parts for line in part.lines):
        paper.flow("Không có số liệu nào trong phạm vi này.", face=paper.faces.bold, size=10)
    ending = ends(paper, sheet, _SIGNED)
    for at, part in enumerate(sheet.parts):
        row = drawn.Row(paper, part)
        below = ending if at == len(sheet.parts) - 1 else (_AFTER,)
        title = f"{_MARKS[at]}. {forms.PARTS[part.code]}" if several else ""
        above = row.height + (HEADING if title else 0)
        after = settle(paper, part, form, below, above=above, first=at == 0)
        _pictured(paper, part, form, row, after=after, title=title)
    notes(paper, sheet, ending[-1])
    checked.signed(paper, sheet.evidence, form.posts, mark=mark)
    return paper.finish()


def ends(paper: Paper, sheet: Sheet, below: float) -> tuple[float, float]:
    """Return how high [pt] is what ends a document: with every check, and with them in an annex.

    below  how high is what is signed and proved under the checks
    """
    said = 30 + paper.tall(_notes(sheet)) + below
    every, least = checked.tall(paper, sheet.evidence)
    return said + every, said + least


def settle(
    paper: Paper,
    part: Part,
    form: Form,
    below: tuple[float, ...],
    *,
    above: float = 0,
    first: bool = False,
) -> tuple[float, ...]:
    """Return what may stay free [pt] below a table, once it begins on the page where it fits best.

    A short table stands on one page, and on that of what is below it where both fit.

    below  how high that is: as it should be, and as it can be
    above  how high title and pictures are
    first  whether what heads the document stands above, which is never left alone on its page
    """
    free, page = paper.y - paper.bottom, paper.top - paper.bottom
    if len(part.lines) <= _SHORT:
        high = above + _table(paper, part, form).high(_rows(part, form))
        for room, after in product((free,) if first else (free, page), below):
            if high + after <= room:
                paper.need(high + after)
                return (after,)
        if len(below) > 1 and high <= free:
            return (page,)  # Whole, and all that ends the document on the next.
    if above:
        paper.need(max(above, HEADING + 100))
    return tuple(after for after in below if after <= page * _MOST) or below[-1:]


def page(
    imprint: Imprint, form: Form, fonts: Path | None, *, rows: int, left: float = MARGIN
) -> Paper:
    """Return a paper as a form lies, on its side, on A4 or A3, or upright.

    rows  how many its tables have in all
    """
    long, short = (420 * MM, 297 * MM) if form.wide else (297 * MM, 210 * MM)
    if form.upright:
        long, short = short, long
    return Paper(imprint, fonts=fonts, width=long, height=short, left=left, rows=rows)


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
    with paper.part("H1"):
        paper.flow(form.title, face=faces.bold, size=14, align="middle")
    spoken = spoken_day(evidence.as_of)
    paper.flow(f"{spoken[0].upper()}{spoken[1:]}", face=faces.italic, size=11, align="middle")
    paper.y -= 4


def notes(paper: Paper, sheet: Sheet, below: float) -> None:
    """Write what has to be said of the figures, the law applied, and what was left out.

    below  how high [pt] is what begins with them: all of it on one page where a page holds it
    """
    paper.y -= 2
    paper.heading("Ghi chú", keep=below - HEADING if below < paper.top - paper.bottom else 30)
    for note in _notes(sheet):
        paper.flow(note, size=9)
    paper.y -= 2


def _notes(sheet: Sheet) -> list[str]:
    return checked.noted(sheet, rounded=FORMS[sheet.form].unit == "million")


# --- a table ---


def draw(
    paper: Paper,
    part: Part,
    form: Form,
    *,
    after: tuple[float, ...] = (_AFTER,),
    title: str = "",
) -> None:
    """Draw one table of a sheet under its title, `after` [pt] free below it; see `Table.draw`."""
    _table(paper, part, form).draw(_rows(part, form), after=after, title=title)


def _table(paper: Paper, part: Part, form: Form) -> Table:
    columns, unit = _columns(paper, part, form), forms.units(form, part)
    return Table(paper, columns, size=form.size, unit=unit, tall=form.tall)


def _pictured(
    paper: Paper, part: Part, form: Form, row: drawn.Row, *, after: tuple[float, ...], title: str
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


def _easy(paper: Paper, part: Part, wide: list[float]) -> list[float]:
    """Return columns in which no title takes more than three lines."""
    bold = paper.faces.bold
    found = []
    for column, one in zip(part.columns, wide, strict=True):
        title = forms.column(column.code)
        while len(bold.wrap(title, 8, one - GAP)) > 3:
            one += 2.0
        found.append(one)
    return found


def _columns(paper: Paper, part: Part, form: Form) -> tuple[Column, ...]:
    """Return columns as wide as what they hold; what is left over is the names'."""
    name, wide = first_text(part), _wide(paper, part, form)
    named, wide[name] = wide[name], 0.0
    easy = _easy(paper, part, wide)
    easy[name] = 0.0
    # A few names may take two lines to spare titles four; in a long list each would cost a line.
    enough = min(named, _WIDEST) * (0.7 if len(part.lines) <= _SHORT else 1)
    if paper.room - sum(easy) >= max(_NAME, enough):
        wide = easy
    spare = paper.room - sum(wide)
    if spare < _NAME:
        wide = _squeezed(part, wide, paper.room - _NAME)
        spare = _NAME
    wide[name] = min(spare, _WIDEST, max(named, _NAME))
    growing = [column.kind != "no" and at != name for at, column in enumerate(part.columns)]
    rest = (spare - wide[name]) / max(1, sum(growing))
    if len(wide) <= _FEW and not any(column.kind == "blank" for column in part.columns):
        rest = min(rest, _PAD * len(wide))  # Figures far from their names are misread.
    return tuple(
        Column(
            title,
            one + rest if growing[at] else one,
            group,
            align=_ALIGNED.get(column.kind, "right"),
        )
        for at, (column, (group, title), one) in enumerate(
            zip(part.columns, forms.heads(part), wide, strict=True)
        )
    )


def _squeezed(part: Part, wide: list[float], room: float) -> list[float]:
    """Return columns that together are as wide as a room [pt]: amounts give way before all else.

    Their letters are set narrower rather than cut where so much does not fit a page.
    """
    amounts = [column.kind == "dong" for column in part.columns]
    most = sum(compress(wide, amounts))
    rest = sum(wide) - most
    if room - rest < most * _NARROWEST:
        return [one * room / sum(wide) for one in wide]
    return [
        one * (room - rest) / most if amount else one
        for one, amount in zip(wide, amounts, strict=True)
    ]


def _widest(part: Part, form: Form) -> list[list[str]]:
    """Return of each column the texts that may be its widest."""
    ends: list[list[Cell]] = [[] for _ in part.columns]
    for lines in _some(part.lines):
        for found, cells in zip(ends, zip(*map(_CELLS, lines), strict=True), strict=True):
            found += _ends(cells)
    texts = [
        ["", *(told(one, column.kind, form) for one in _ends(found or [""]))]
        for column, found in zip(part.columns, ends, strict=True)
    ]
    labels = {line.label for line in part.lines if line.label and line.kind != "heading"}
    texts[first_text(part)] += [forms.LABELS.get(label, "") for label in sorted(labels)]
    return texts


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
