"""The portfolio statement on paper: money lent per commune, what is owed, what is late."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from creditdesk.engine import days
from creditdesk.engine.money import all_millions, all_written, millions, round_ratio, written
from creditdesk.evidence import NO_PROOF, Proof, Scope
from creditdesk.figures import FIGURE_NAMES, Figures, PortfolioRow, PortfolioStatement
from reports import charts, checked, forms, in_words, scopes
from reports.heads import Column
from reports.paper import PROOF, SIGNATURES, Imprint, Paper
from reports.rows import Rows
from reports.table import Table

Unit = Literal["million", "dong"]

_POSTS = ("Người lập biểu", "Kiểm soát", "Giám đốc")
_SOURCES = {"1": "trung ương", "2": "địa phương"}
_RANKED = 15
_MARKS = ("I", "II", "III", "IV", "V", "VI")

# Group and figure: what the columns after the name show, from left to right.
_SHOWN = (
    ("lent", "drawn:period"),
    ("lent", "drawn_year"),
    ("lent", "drawn_to_date"),
    ("", "principal_collected"),
    ("owed", "outstanding"),
    ("owed", "in_term"),
    ("owed", "overdue"),
    ("owed", "frozen"),
    ("owed", "overdue_share"),
    ("", "late_principal"),
    ("", "loans"),
    ("", "households"),
)
_COUNTS = ("loans", "households")


@dataclass(frozen=True, slots=True)
class _Measure:
    """How amounts are written, and the widths [pt] that hold them: 9.999 billion fits a column."""

    name: str
    amount: Callable[[int], str]
    amounts: Callable[[Sequence[int]], list[str]]
    size: float
    code: float
    money: float
    share: float
    loans: float


_MEASURES: dict[Unit, _Measure] = {
    "million": _Measure("triệu đồng", millions, all_millions, 8.5, 27, 52, 36, 44),
    "dong": _Measure("đồng", written, all_written, 8, 24, 63, 27, 33),
}


def render(
    statement: PortfolioStatement,
    *,
    unit: Unit = "million",
    fonts: Path | None = None,
    proof: Proof = NO_PROOF,
) -> bytes:
    """Return the statement as a PDF: the same value gives the same bytes.

    unit   "million" prints million dong with two decimals, "dong" every dong
    fonts  a folder with a regular, a bold and an italic TrueType face instead of ours
    proof  how whoever holds the paper can check it

    Raises FileNotFoundError or ValueError where `fonts` cannot write Vietnamese.
    """
    measure = _MEASURES[unit]
    author = f"{scopes.PARENT} {scopes.branch(statement.evidence.scope)}"
    title = _title(statement.evidence.scope, statement.by)
    imprint = Imprint(title, author, statement.evidence, proof)
    rows = len(statement.programmes) + sum(len(one.rows) for one in statement.sections)
    paper = Paper(imprint, fonts=fonts, rows=rows)
    _front(paper, statement)
    _communes(paper, statement, measure)
    _pictures(paper, statement, measure)
    notes = _notes(statement, measure)
    tail = 30 + paper.tall(notes) + checked.tall(paper, statement.evidence)[0]
    _programmes(paper, statement, measure, after=(tail + SIGNATURES + PROOF,))
    paper.y -= 2
    paper.heading("Ghi chú", keep=30)
    for note in notes:
        paper.flow(note, size=9)
    paper.y -= 2
    checked.signed(paper, statement.evidence, _POSTS, mark="IV")
    return paper.finish()


# --- the front ---


def _title(scope: Scope, by: str) -> str:
    where = "" if scope.commune_code is None else f" {scopes.commune(scope)}"
    rows = "" if where and by == "commune" else f" theo {scopes.AXES[by]}"
    return f"Sao kê tín dụng chính sách{where}{rows}".upper()


def _front(paper: Paper, statement: PortfolioStatement) -> None:
    scope, faces = statement.evidence.scope, paper.faces
    paper.national_header(scopes.PARENT, scopes.branch(scope))
    paper.y -= 6
    with paper.part("H1"):
        paper.flow(paper.imprint.title, face=faces.bold, size=14, align="middle")
    since, as_of = days.written(statement.evidence.since), days.written(statement.evidence.as_of)
    period = f"Kỳ báo cáo: từ ngày {since} đến hết ngày {as_of}. Ngày số liệu: {as_of}"
    paper.flow(period, face=faces.italic, size=11, align="middle")
    paper.y -= 4
    counts = [f"{len(section.rows)} {_kind(section.kind)}" for section in statement.sections]
    paper.flow(
        f"{scopes.covered(scope)}. Gồm: {', '.join(counts) or 'không có đơn vị nào'}.", size=10
    )
    mapped = days.written(statement.evidence.map_of)
    paper.flow(f"Địa giới hành chính: theo bản đồ ngày {mapped}.", size=10)
    if known := checked.known_on(statement.evidence):
        paper.flow(known, face=faces.bold, size=10)
    if statement.evidence.demonstration:
        paper.flow(scopes.DEMONSTRATION, face=faces.bold, size=10)
    checked.alarm(paper, statement.evidence, mark="IV")
    paper.y -= 4


# --- the two tables ---


def _columns(measure: _Measure, paper: Paper, first: tuple[str, str]) -> tuple[Column, ...]:
    widths = {name: measure.money for _, name in _SHOWN}
    widths |= {"overdue_share": measure.share} | dict.fromkeys(_COUNTS, measure.loans)
    name = paper.room - measure.code - sum(widths.values())
    return (
        Column(first[0], measure.code, align="middle"),
        Column(first[1], name, align="left"),
        *(
            Column(forms.column(code), widths[code], forms.GROUPS.get(group, ""))
            for group, code in _SHOWN
        ),
    )


def _cells(figures: Sequence[Figures], measure: _Measure) -> list[list[str]]:
    """Return the cells of some rows, column by column."""
    columns = []
    for _, code in _SHOWN:
        name = code.partition(":")[0]
        if name == "overdue_share":
            columns.append([_share(one.overdue, one.outstanding) for one in figures])
        else:
            tell = all_written if name in _COUNTS else measure.amounts
            columns.append(tell([getattr(one, name) for one in figures]))
    return columns


def _share(part: int, whole: int) -> str:
    """Return part of whole in percent with two decimals: 1,37; a dash where there is no whole."""
    if whole <= 0:
        return "–"
    return millions(round_ratio(part * 10_000, whole) * 10_000)


def _rows_by(statement: PortfolioStatement) -> str:
    return "đơn vị hành chính" if statement.by == "commune" else scopes.AXES[statement.by]


def _communes(paper: Paper, statement: PortfolioStatement, measure: _Measure) -> None:
    by = _rows_by(statement)
    columns = _columns(
        measure, paper, ("TT", "Đơn vị" if statement.by == "commune" else by.capitalize())
    )
    unit = f"Đơn vị: {measure.name}, món, hộ"
    table = Table(paper, columns, size=measure.size, unit=unit)
    table.draw(_commune_rows(statement, measure), after=(30.0,), title=f"I. Theo {by}")
    amount = statement.total.drawn_to_date
    words = in_words.dong(amount)
    paper.y -= 3
    paper.flow(
        f"Bằng chữ (tổng giải ngân lũy kế {written(amount)} đồng): {words[0].upper()}{words[1:]}.",
        face=paper.faces.italic,
        size=10.5,
    )


def _commune_rows(statement: PortfolioStatement, measure: _Measure) -> Iterator[Rows]:
    blank = [[""]] * (len(_SHOWN) + 1)
    at = 0
    grouped = statement.by == "commune"
    for mark, section in zip(_marks(), statement.sections, strict=False):
        kind = _kind(section.kind)
        if grouped:
            yield Rows([[f"{mark}. {kind.capitalize()}"], *blank], "heading")
        if section.rows:
            numbers = range(at + 1, at + 1 + len(section.rows))
            names = [_name(row) if grouped else _coded(row) for row in section.rows]
            cells = _cells([row.figures for row in section.rows], measure)
            yield Rows([[*map(str, numbers)], names, *cells])
            at += len(section.rows)
        if grouped:
            cells = _cells([section.subtotal], measure)
            yield Rows([[""], [f"Cộng {kind} ({len(section.rows)})"], *cells], "subtotal")
    yield Rows([[""], ["TỔNG CỘNG"], *_cells([statement.total], measure)], "total")


def _kind(section: str) -> str:
    return scopes.KINDS.get(section) or scopes.AXES.get(section, section)


def _marks() -> Iterator[str]:
    yield from _MARKS
    while True:
        yield "–"


def _coded(row: PortfolioRow) -> str:
    """Return the key of a row and its name."""
    known = [
        row.keys[0],
        *(name for name in row.names[:1] if name.strip() not in ("", row.keys[0])),
    ]
    return " ".join(known).strip() or "không có"


def _name(row: PortfolioRow) -> str:
    return row.names[0] if row.names and row.names[0].strip() else row.keys[0]


def _programmes(
    paper: Paper, statement: PortfolioStatement, measure: _Measure, *, after: tuple[float, ...]
) -> None:
    columns = _columns(measure, paper, ("Mã", "Chương trình"))
    unit = f"Đơn vị: {measure.name}, món, hộ"
    table = Table(paper, columns, size=measure.size, unit=unit)
    rows = _programme_rows(statement, measure)
    table.draw(rows, after=after, title="III. Theo chương trình và nguồn vốn")


def _programme_rows(statement: PortfolioStatement, measure: _Measure) -> Iterator[Rows]:
    blank = [[""]] * (len(_SHOWN) + 1)
    sources = sorted({row.keys[1] for row in statement.programmes})
    for mark, source in zip(_marks(), sources, strict=False):
        rows = [row for row in statement.programmes if row.keys[1] == source]
        name = f"nguồn vốn {_SOURCES.get(source, source)}"
        yield Rows([[f"{mark}. {name.capitalize()}"], *blank], "heading")
        figures = [row.figures for row in rows]
        yield Rows([[row.keys[0] for row in rows], [*map(_name, rows)], *_cells(figures, measure)])
        cells = _cells([_summed(figures)], measure)
        # A household may borrow under several programmes: a sum of households would be a lie.
        yield Rows([[""], [f"Cộng {name}"], *cells[:-1], ["x"]], "subtotal")
    total = _cells([statement.programmes_total], measure)
    yield Rows([[""], ["TỔNG CỘNG"], *total], "total")


def _summed(figures: Sequence[Figures]) -> Figures:
    return Figures(**{name: sum(getattr(one, name) for one in figures) for name in FIGURE_NAMES})


# --- the two pictures ---


def _pictures(paper: Paper, statement: PortfolioStatement, measure: _Measure) -> None:
    rows = [row for section in statement.sections for row in section.rows]
    lent = _ranking(rows, "drawn_to_date")
    late = _ranking(rows, "late_principal")
    tall = charts.height(max(len(lent), len(late)), rest=True)
    paper.heading("II. Tiền đã đi đâu, nợ trễ hạn ở đâu", keep=tall)
    half = paper.room / 2 - 10
    total = statement.total
    charts.ranked(
        paper,
        charts.Area(paper.left, paper.y, half),
        title=f"Tiền đã đi đâu: tổng giải ngân lũy kế ({measure.name}; % của toàn bộ)",
        bars=[_bar(row, "drawn_to_date", total.drawn_to_date, measure) for row in lent],
        rest=_rest(len(rows) - len(lent), lent, "drawn_to_date", total, measure),
    )
    charts.ranked(
        paper,
        charts.Area(paper.left + half + 20, paper.y, half),
        title=f"Nợ trễ hạn ở đâu: nợ gốc trễ hạn ({measure.name}; % của dư nợ tại đó)",
        bars=[_bar(row, "late_principal", row.figures.outstanding, measure) for row in late],
        rest=_rest(len(rows) - len(late), late, "late_principal", total, measure),
    )
    paper.y -= tall


def _ranking(rows: Sequence[PortfolioRow], figure: str) -> list[PortfolioRow]:
    """Return the rows with most of a figure, most first; equals by their code."""
    some = [row for row in rows if getattr(row.figures, figure) > 0]
    return sorted(some, key=lambda row: (-getattr(row.figures, figure), row.keys))[:_RANKED]


def _bar(row: PortfolioRow, figure: str, whole: int, measure: _Measure) -> charts.Bar:
    value = getattr(row.figures, figure)
    return charts.Bar(_name(row), value, f"{measure.amount(value)} ({_share(value, whole)} %)")


def _rest(
    others: int, ranked: Sequence[PortfolioRow], figure: str, total: Figures, measure: _Measure
) -> str:
    if others == 0:
        return ""
    whole = getattr(total, figure)
    rest = whole - sum(getattr(row.figures, figure) for row in ranked)
    return (
        f"{others} đơn vị khác: {measure.amount(rest)}, bằng {_share(rest, whole)} % của toàn bộ "
        f"{measure.amount(whole)}."
    )


# --- notes ---


def _notes(statement: PortfolioStatement, measure: _Measure) -> list[str]:
    evidence = statement.evidence
    since, as_of = days.written(evidence.since), days.written(evidence.as_of)
    rounding = "Số tiền in đến từng đồng."
    if measure.name != "đồng":
        rounding = checked.ROUNDED
    notes = (
        f"Trong kỳ: từ ngày {since} đến hết ngày {as_of}; từ đầu năm: từ ngày 01/01/"
        f"{evidence.as_of.year}; lũy kế: từ lần giải ngân đầu tiên có trong sổ. Doanh số cho "
        "vay đã trừ đảo khoản.",
        "Thu nợ gốc gồm gốc thu từ nợ trong hạn, quá hạn và khoanh; không gồm lãi.",
        "Quá hạn: nợ gốc đã chuyển quá hạn theo quyết định ghi trong sổ. Tỷ lệ QH = quá hạn / "
        "tổng dư nợ. Nợ gốc trễ hạn theo khế ước: gốc đã đến hạn trước ngày số liệu mà chưa "
        "trả, dù đã chuyển quá hạn hay chưa; vì thế hai số này khác nhau.",
        "Số món, số hộ: chỉ đếm món và hộ còn dư nợ. Mỗi hộ được đếm một lần trong mỗi dòng và "
        "một lần trong tổng cộng, nên cộng số hộ các dòng có thể lớn hơn tổng; x: không cộng "
        "được.",
        f"{rounding} Chính sách áp dụng: phiên bản {evidence.policy}.",
        checked.left_out(statement.evidence),
    )
    return [f"{number}. {note}" for number, note in enumerate(notes, 1)]
