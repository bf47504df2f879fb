"""A ruled table of any length: two-tier header and column numbers on every page, numbers in line.

Rows are taken one at a time and leave as they are drawn; only rows that must stay together are
held. A heading is followed by two rows on its page, a lead by one; a subtotal has two above it.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from reports.faces import Face
from reports.paper import Paper

_NUMBER = re.compile(r"[0-9.,]+")
_PAD = 1.5
_INDENT = 1.5  # of text, beyond the pad
_HEAD_SIZE = 8.0
_DEEP = 3  # the level of leads that are set in italics


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `width` [pt], `group` the title it shares with its neighbours in the upper tier.

    Numbers at the right of a column are written alike: same decimals, same separators.
    """

    title: str
    width: float
    group: str = ""
    align: Literal["left", "middle", "right"] = "right"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of texts, a cell per column; a heading has one text that runs across.

    A lead is the sum of the rows below it; `level` says how deep it stands, 1 is the outermost.
    """

    cells: tuple[str, ...]
    kind: Literal["plain", "heading", "lead", "subtotal", "total"] = "plain"
    level: int = 0


@dataclass(frozen=True, slots=True)
class _Laid:
    row: Row
    lines: tuple[tuple[str, ...], ...]
    height: float


class Table:
    """A table on a paper: columns, type size [pt], the unit named above every part.

    `tall` is how high [pt] a row is at least: where somebody writes or signs in it.
    """

    def __init__(
        self,
        paper: Paper,
        columns: tuple[Column, ...],
        *,
        size: float = 8.5,
        unit: str = "",
        tall: float = 0,
    ) -> None:
        self._paper, self._columns, self._size, self._unit = paper, columns, size, unit
        self._tall = tall
        self._leading = size * 1.2
        self._edges = [paper.left]
        for column in columns:
            self._edges.append(self._edges[-1] + column.width)
        self._ends: dict[Face, dict[tuple[int, int], float | None]] = {
            face: {} for face in (paper.faces.regular, paper.faces.bold, paper.faces.italic)
        }
        self._head, self._head_height = self._drawn_head()
        self._runs_from = 0.0
        self._begun_at = 0.0

    def draw(self, rows: Iterable[Row], *, after: float = 0) -> None:
        """Draw rows from the present height on; below the last stay `after` [pt] free."""
        paper = self._paper
        begun = False
        for block, last in _with_last(self._blocks(rows)):
            height = sum(laid.height for laid in block) + (after if last else 0)
            if not begun:
                paper.need(self._head_height + height)
                self._begin()
                begun = True
            elif paper.y - height < paper.bottom:
                self._turn()
            for laid in block:
                if paper.y - laid.height < paper.bottom:
                    self._turn()
                self._draw_row(laid)
        if not begun:
            paper.need(self._head_height + after)
            self._begin()
        self._end()

    def _begin(self) -> None:
        paper = self._paper
        paper.put(f"q 1 0 0 1 0 {paper.y:.2f} cm\n{self._head}\nQ")
        paper.y -= self._head_height
        self._runs_from = self._begun_at = paper.y

    def _turn(self) -> None:
        self._end()
        self._paper.turn()
        self._begin()

    def _end(self) -> None:
        self._close_run()
        y = self._paper.y
        for x in (self._edges[0], self._edges[-1]):
            self._paper.rule(x, self._begun_at, x, y)

    def _close_run(self) -> None:
        y = self._paper.y
        if y < self._runs_from:
            for x in self._edges[1:-1]:
                self._paper.rule(x, self._runs_from, x, y)

    # --- what stays together ---

    def _blocks(self, rows: Iterable[Row]) -> Iterator[list[_Laid]]:
        block: list[_Laid] = []
        for row, keep in _with_keep(rows):
            for piece in self._laid(row):
                block.append(piece)
            if not keep:
                yield block
                block = []
        if block:
            yield block

    def _laid(self, row: Row) -> Iterator[_Laid]:
        face = self._face(row)
        if row.kind == "heading":
            width = self._edges[-1] - self._edges[0] - 2 * _PAD - _INDENT
            lines: list[tuple[str, ...]] = [tuple(face.wrap(row.cells[0], self._size, width))]
        else:
            lines = [
                (text,) if column.align == "right" else tuple(face.wrap(text, self._size, room))
                for text, column in zip(row.cells, self._columns, strict=True)
                for room in (column.width - 2 * _PAD - _INDENT,)
            ]
        most = max(map(len, lines))
        if most == 1:
            yield _Laid(row, tuple(lines), self._high(row, 1))
            return
        for at in range(0, most, self._most_lines):
            part = tuple(cell[at : at + self._most_lines] for cell in lines)
            yield _Laid(row, part, self._high(row, max(map(len, part))))

    def _high(self, row: Row, lines: int) -> float:
        return max(lines * self._leading + 2.6, self._tall if row.kind == "plain" else 0)

    @property
    def _most_lines(self) -> int:
        body = self._paper.top - self._paper.bottom - self._head_height
        return max(1, int((body - 2.6) / self._leading))

    # --- ink ---

    def _face(self, row: Row) -> Face:
        faces = self._paper.faces
        if row.kind == "plain":
            return faces.regular
        return faces.italic if row.level == _DEEP else faces.bold

    def _draw_row(self, laid: _Laid) -> None:
        paper, row = self._paper, laid.row
        left, right = self._edges[0], self._edges[-1]
        if row.kind == "heading":
            self._close_run()
        bottom = paper.y - laid.height
        if row.kind in ("subtotal", "total") or row.level == 1:
            paper.box(left, bottom, right - left, laid.height, grey=0.92)
        spare = laid.height - 2.6 - max(map(len, laid.lines)) * self._leading
        self._write_cells(laid, paper.y - 1.3 - self._size * 0.93 - spare / 2)
        paper.y = bottom
        paper.rule(left, bottom, right, bottom)
        if row.kind == "heading":
            self._runs_from = bottom

    def _write_cells(self, laid: _Laid, baseline: float) -> None:
        face, leading = self._face(laid.row), self._leading
        code = [f"BT {self._paper.select(face, self._size)} 0 {baseline:.2f} Td"]
        at_x = at_y = 0.0
        for number, x, shown in self._placed(laid, face):
            y = round(-number * leading, 2) if number else 0.0
            code.append(f"{x - at_x:.2f} {y - at_y:.2f} Td {shown}")
            at_x, at_y = x, y
        code.append("ET")
        self._paper.put(" ".join(code))

    def _placed(self, laid: _Laid, face: Face) -> Iterator[tuple[int, float, str]]:
        """Yield of each line of each cell its number, where it begins, what shows it."""
        across = laid.row.kind == "heading"
        for index, lines in enumerate(laid.lines):
            for number, text in enumerate(lines):
                if not text:
                    continue
                x = None
                if not across and _NUMBER.fullmatch(text):
                    x = self._number_at(face, index, text)
                if x is None:
                    yield number, *self._placed_text(face, index, text, across=across)
                else:
                    yield number, x, f"({text}) Tj"

    def _number_at(self, face: Face, index: int, text: str) -> float | None:
        """Return where a number begins, or None when it is too wide to be set as it is.

        Digits are of one width and a column writes its numbers alike: their length tells.
        """
        ends, key = self._ends[face], (index, len(text))
        if key not in ends:
            start = self._start(face, index, text)
            ends[key] = start if start >= self._edges[index] + _PAD - 0.01 else None
        return ends[key]

    def _placed_text(
        self, face: Face, index: int, text: str, *, across: bool
    ) -> tuple[float, str]:
        left, column = round(self._edges[index] + _PAD, 2), self._columns[index]
        shown = self._paper.run(face, self._size, text)
        if across or column.align == "left":
            return round(left + _INDENT, 2), shown
        room = column.width - 2 * _PAD
        wide = face.width(face.clean(text), self._size)
        if wide > room:
            # Never cut and never over the rule: the letters are set narrower instead.
            return left, f"{100 * room / wide:.1f} Tz {shown} 100 Tz"
        return self._start(face, index, text), shown

    def _start(self, face: Face, index: int, text: str) -> float:
        column = self._columns[index]
        spare = column.width - 2 * _PAD - face.width(face.clean(text), self._size)
        moved = {"left": _INDENT, "middle": spare / 2, "right": spare}[column.align]
        return round(self._edges[index] + _PAD + moved, 2)

    # --- the head, drawn once with its top at height 0 ---

    def _drawn_head(self) -> tuple[str, float]:
        head = _Head(self._paper, self._columns, self._edges)
        return head.code(self._unit)


class _Head:
    def __init__(self, paper: Paper, columns: tuple[Column, ...], edges: list[float]) -> None:
        self._paper, self._columns, self._edges = paper, columns, edges
        self._code: list[str] = []

    def code(self, unit: str) -> tuple[str, float]:
        top = 0.0
        if unit:
            self._line(unit, self._edges[-1], -9, self._paper.faces.italic, align="right")
            top = -13.0
        spans = self._spans()
        leading = _HEAD_SIZE * 1.15
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
                self._cell(self._wrapped(group, self._wide(a, b)), (a, b), (top, middle))
        for at, column in enumerate(self._columns):
            self._cell(titles[at], (at, at + 1), (middle if column.group else top, bottom))
        for at in range(len(self._columns)):
            self._cell([f"({at + 1})"], (at, at + 1), (bottom, bottom - 11), face="italic")
        return "\n".join(self._code), 11 - bottom

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
        return self._paper.faces.bold.wrap(text, _HEAD_SIZE, width - 2)

    def _cell(
        self,
        lines: list[str],
        columns: tuple[int, int],
        heights: tuple[float, float],
        *,
        face: str = "bold",
    ) -> None:
        (first, after), (top, bottom) = columns, heights
        x, width = self._edges[first], self._wide(first, after)
        self._code.append(f"0.5 w {x:.2f} {bottom:.2f} {width:.2f} {top - bottom:.2f} re S")
        leading = _HEAD_SIZE * 1.15
        y = (top + bottom + len(lines) * leading) / 2 - _HEAD_SIZE * 0.88
        for line in lines:
            self._line(line, x + width / 2, y, getattr(self._paper.faces, face), align="middle")
            y -= leading

    def _line(self, text: str, x: float, y: float, face: Face, *, align: str) -> None:
        size = 9 if align == "right" else _HEAD_SIZE
        x -= face.width(face.clean(text), size) / (2 if align == "middle" else 1)
        select, run = self._paper.select(face, size), self._paper.run(face, size, text)
        self._code.append(f"BT {select} {x:.2f} {y:.2f} Td {run} ET")


def _with_keep(rows: Iterable[Row]) -> Iterator[tuple[Row, bool]]:
    """Yield each row and whether the next must stand on the same page."""
    ahead: deque[Row] = deque()
    before = ""
    source = iter(rows)
    while True:
        while len(ahead) < 3 and (row := next(source, None)) is not None:
            ahead.append(row)
        if not ahead:
            return
        row = ahead.popleft()
        follows = [later.kind in ("subtotal", "total") for later in ahead]
        keep = row.kind in ("heading", "lead") or before == "heading" or any(follows)
        yield row, keep and bool(ahead)
        before = row.kind


def _with_last(blocks: Iterable[list[_Laid]]) -> Iterator[tuple[list[_Laid], bool]]:
    held: list[_Laid] | None = None
    for block in blocks:
        if held is not None:
            yield held, False
        held = block
    if held is not None:
        yield held, True
