"""The head of a ruled table: titles in two tiers, below them the number of every column."""

from dataclasses import dataclass
from operator import itemgetter
from typing import Literal, NamedTuple

from reports.faces import Face
from reports.paper import Paper
from reports.tags import ARTIFACT, COLUMN_HEAD, END, Element

_SIZE = 8.0
GAP = 4.0  # [pt] that stays free at both sides of a title together


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `width` [pt], `group` the title it shares with its neighbours in the upper tier.

    Numbers at the right of a column are written alike: same decimals, same separators.
    """

    title: str
    width: float
    group: str = ""
    align: Literal["left", "middle", "right"] = "right"


class _Cell(NamedTuple):
    """A cell of a head: its tier, its columns, the rule around it and the text in it."""

    tier: int
    columns: tuple[int, int]
    deep: int
    rule: str
    text: str


class Head:
    """The head of a table of some columns between edges [pt], drawn with its top at height 0.

    height  [pt]
    code    the operators that draw it below the unit, again on every page
    """

    def __init__(
        self, paper: Paper, columns: tuple[Column, ...], edges: list[float], unit: str
    ) -> None:
        """Lay out the head of a table on a paper."""
        self._paper, self._columns, self._edges = paper, columns, edges
        self._cells: list[_Cell] = []
        self._unit, top = "", 0.0
        if unit:
            face, end = paper.faces.italic, edges[-1]
            self._unit, top = self._line(unit, end, -9, face, align="right"), -13.0
        self.height = self._laid(top)
        inks = [ink for cell in self._cells for ink in (cell.rule, cell.text)]
        self.code = "\n".join([*filter(None, [self._unit]), *inks])

    def tell(self, table: Element, y: float) -> None:
        """Draw it at a height [pt] as the first rows of a table: what it says of which columns."""
        tags, cells = self._paper.tags, sorted(self._cells, key=itemgetter(0, 1))
        marked: list[str] = []
        if self._unit:
            marked = [tags.mark(tags.add("Caption", table)), self._unit, END]
        rules = "\n".join(cell.rule for cell in self._cells)
        rows = [tags.add("TR", table) for _ in range(cells[-1].tier + 1)]
        made = {cell: tags.add("TH", rows[cell.tier], _heads(cell)) for cell in cells}
        for cell in self._cells:
            marked += [tags.mark(made[cell]), cell.text, END]
        drawn = [f"q 1 0 0 1 0 {y:.2f} cm", ARTIFACT, rules, END, *marked, "Q"]
        self._paper.put_marked("\n".join(drawn))

    def _laid(self, top: float) -> float:
        """Place every cell from a height [pt] on, and return how high all are."""
        spans = self._spans()
        leading = _SIZE * 1.15
        titles = [self._wrapped(c.title, c.width) for c in self._columns]
        upper = [self._wrapped(group, self._wide(a, b)) for group, a, b in spans if group]
        first = max(map(len, upper), default=0) * leading + 4 if upper else 0.0
        low = max(
            (len(t) for t, c in zip(titles, self._columns, strict=True) if c.group), default=0
        )
        alone = max(
            (len(t) for t, c in zip(titles, self._columns, strict=True) if not c.group), default=0
        )
        second = max(low * leading + 4, alone * leading + 4 - first)
        middle, bottom = top - first, top - first - second
        for group, a, b in spans:
            if group:
                self._cell(self._wrapped(group, self._wide(a, b)), (a, b), (top, middle), (0, 1))
        tiers = 2 if upper else 1
        for at, column in enumerate(self._columns):
            high, tier = (middle, (1, 1)) if column.group else (top, (0, tiers))
            self._cell(titles[at], (at, at + 1), (high, bottom), tier)
        for at in range(len(self._columns)):
            self._cell([f"({at + 1})"], (at, at + 1), (bottom, bottom - 11), (tiers, 1))
        return 11 - bottom

    def _spans(self) -> list[tuple[str, int, int]]:
        spans: list[tuple[str, int, int]] = []
        for at, column in enumerate(self._columns):
            if spans and column.group and spans[-1][0] == column.group:
                spans[-1] = (column.group, spans[-1][1], at + 1)
            else:
                spans.append((column.group, at, at + 1))
        return spans

    def _wide(self, first: int, after: int) -> float:
        return self._edges[after] - self._edges[first]

    def _wrapped(self, text: str, width: float) -> list[str]:
        bold = self._paper.faces.bold
        longest = max(bold.width(bold.clean(word), _SIZE) for word in text.split(" "))
        return bold.wrap(text, _SIZE, max(width - GAP, min(width - 2, longest + 0.01)))

    def _cell(
        self,
        lines: list[str],
        columns: tuple[int, int],
        heights: tuple[float, float],
        tiers: tuple[int, int],
    ) -> None:
        (first, after), (top, bottom) = columns, heights
        x, width = self._edges[first], self._wide(first, after)
        leading, faces = _SIZE * 1.15, self._paper.faces
        face = faces.italic if lines == [f"({first + 1})"] else faces.bold
        y = (top + bottom + len(lines) * leading) / 2 - _SIZE * 0.88
        lines = [*lines[:-1], f"{lines[-1]}{self._paper.gap}"]
        text = "\n".join(
            self._line(line, x + width / 2, y - at * leading, face, align="middle")
            for at, line in enumerate(lines)
        )
        rule = f"0.5 w {x:.2f} {bottom:.2f} {width:.2f} {top - bottom:.2f} re S"
        self._cells.append(_Cell(tiers[0], columns, tiers[1], rule, text))

    def _line(self, text: str, x: float, y: float, face: Face, *, align: str) -> str:
        size = 9 if align == "right" else _SIZE
        x -= face.width(face.clean(text).rstrip(" "), size) / (2 if align == "middle" else 1)
        select, run = self._paper.select(face, size), self._paper.run(face, size, text)
        return f"BT {select} {x:.2f} {y:.2f} Td {run} ET"


def _heads(cell: _Cell) -> str:
    """Return what the dictionary of a cell holds: that it heads columns, and how far it spans."""
    wide = cell.columns[1] - cell.columns[0]
    spans = f"/ColSpan {wide}" * (wide > 1) + f"/RowSpan {cell.deep}" * (cell.deep > 1)
    return COLUMN_HEAD.replace(">>", f"{spans}>>")
