"""A ruled table of any length: two-tier header and column numbers on every page, numbers in line.

Rows are taken one at a time and leave as they are drawn; only rows that must stay together are
held. A heading is followed by two rows on its page, a lead by one; a subtotal has two above it,
the last row one.
Rows of one line whose figures have as many digits as those of a row before stand like that one:
where each cell begins is reckoned once, and a run of such rows is one object of text.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from reports.faces import Face
from reports.heads import Column, Head
from reports.paper import Paper

_PAD = 1.5
_INDENT = 1.5  # of text, beyond the pad
_DEEP = 3  # the level of leads that are set in italics
_MOST = 10_000  # of what is remembered
_AS_NOUGHT = str.maketrans("123456789", "000000000")
_FIGURES = frozenset("-0.,/\n")
_LEADS = ("heading", "lead")
_SUMS = ("subtotal", "total")


class Row(NamedTuple):
    """One row of texts, a cell per column; a heading has one text that runs across.

    A lead is the sum of the rows below it; `level` says how deep it stands, 1 is the outermost.
    """

    cells: tuple[str, ...]
    kind: Literal["plain", "heading", "lead", "subtotal", "total"] = "plain"
    level: int = 0


class _Laid(NamedTuple):
    """A row, or as much of it as fits a page: operators where it stands like others, or lines."""

    row: Row
    face: Face
    height: float
    code: str = ""
    lines: tuple[tuple[str, ...], ...] = ()


class _Run(NamedTuple):
    """Rows of one height in one face that are still to be written, from some height [pt] down."""

    face: Face
    height: float
    top: float
    codes: list[str]


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
        self._paper, self._columns, self._size = paper, columns, size
        self._tall = tall
        self._leading = size * 1.2
        self._edges = [paper.left]
        for column in columns:
            self._edges.append(self._edges[-1] + column.width)
        self._texts = [at for at, column in enumerate(columns) if column.align == "left"]
        self._figures = [at for at, column in enumerate(columns) if column.align != "left"]
        self._said: dict[tuple[Face, int, str], str] = {}
        self._placed: dict[tuple[Face, str], str] = {}
        self._starts: dict[tuple[Face, int, str], float] = {}
        self._ruled: dict[tuple[float, float, int], str] = {}
        self._head, self._head_height = Head(paper, columns, self._edges).code(unit)
        self._run: _Run | None = None
        self._runs_from = 0.0
        self._begun_at = 0.0

    def draw(self, rows: Iterable[Row], *, after: float = 0) -> None:
        """Draw rows from the present height on; below the last stay `after` [pt] free.

        What no page holds below the last rows stays free nowhere, and a table that begins with its
        last rows leaves no title behind for it.
        """
        paper = self._paper
        body = paper.top - paper.bottom - self._head_height
        begun = False
        for block, last in _with_last(self._blocks(rows)):
            height = sum([laid.height for laid in block])
            if last and begun and height + after <= body:
                height += after
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
            paper.need(self._head_height)
            self._begin()
        self._end()

    def _begin(self, *, again: bool = False) -> None:
        paper = self._paper
        paper.put_at(paper.y, self._head, again=again)
        paper.y -= self._head_height
        self._runs_from = self._begun_at = paper.y

    def _turn(self) -> None:
        self._end()
        self._paper.turn()
        self._begin(again=True)

    def _end(self) -> None:
        self._write_run()
        self._close_columns()
        y = self._paper.y
        for x in (self._edges[0], self._edges[-1]):
            self._paper.rule(x, self._begun_at, x, y)

    def _close_columns(self) -> None:
        y = self._paper.y
        if y < self._runs_from:
            for x in self._edges[1:-1]:
                self._paper.rule(x, self._runs_from, x, y)

    # --- what stays together ---

    def _blocks(self, rows: Iterable[Row]) -> Iterator[list[_Laid]]:
        block: list[_Laid] = []
        for row, keep in _with_keep(rows):
            block += self._laid(row)
            if not keep:
                yield block
                block = []
        if block:
            yield block

    def _laid(self, row: Row) -> list[_Laid]:
        face = self._face(row)
        if row.kind == "heading":
            width = self._edges[-1] - self._edges[0] - 2 * _PAD - _INDENT
            lines: list[tuple[str, ...]] = [tuple(face.wrap(row.cells[0], self._size, width))]
        else:
            if code := self._like_others(row, face):
                return [_Laid(row, face, self._high(row, 1), code)]
            lines = [
                (text,) if column.align == "right" else self._wrapped(face, at, text)
                for at, (text, column) in enumerate(zip(row.cells, self._columns, strict=True))
            ]
        parts = []
        for at in range(0, max(map(len, lines)), self._most_lines):
            part = tuple(cell[at : at + self._most_lines] for cell in lines)
            high = self._high(row, max(map(len, part)))
            parts.append(_Laid(row, face, high, lines=part))
        return parts

    def _wrapped(self, face: Face, index: int, text: str) -> tuple[str, ...]:
        room = self._columns[index].width - 2 * _PAD - _INDENT
        return tuple(face.wrap(text, self._size, room))

    def _high(self, row: Row, lines: int) -> float:
        return max(lines * self._leading + 2.6, self._tall if row.kind == "plain" else 0)

    @property
    def _most_lines(self) -> int:
        body = self._paper.top - self._paper.bottom - self._head_height
        return max(1, int((body - 2.6) / self._leading))

    def _face(self, row: Row) -> Face:
        faces = self._paper.faces
        if row.kind == "plain":
            return faces.regular
        return faces.italic if row.level == _DEEP else faces.bold

    # --- rows that stand like others ---

    def _like_others(self, row: Row, face: Face) -> str:
        """Return what shows a row of one line, from its left end there and back; else nothing."""
        shown, said = list(row.cells), []
        for at in self._texts:
            text = shown[at]
            if text:
                shown[at] = self._said.get((face, at, text)) or self._say(face, at, text)
                if not shown[at]:
                    return ""
            said.append("0" if text else "")
        figures = "\n".join([*said, *[shown[at] for at in self._figures]])
        shape = figures.translate(_AS_NOUGHT)
        placed = self._placed.get((face, shape))
        if placed is None:
            placed = self._place(face, shape, row)
        return placed and placed % tuple(shown)

    def _say(self, face: Face, index: int, text: str) -> str:
        """Return and remember what shows a text; nothing where it does not fit one line."""
        if len(self._wrapped(face, index, text)) > 1:
            return ""
        if len(self._said) > _MOST:
            self._said.clear()
        code = self._said[face, index, text] = self._paper.run(face, self._size, text)
        return code

    def _place(self, face: Face, shape: str, row: Row) -> str:
        """Return and remember where the cells of a row stand; nothing where one is no figure.

        Digits are of one width: figures that differ in nothing else begin at the same place.
        """
        if len(self._placed) > _MOST:
            self._placed.clear()
        moves = self._moves(face, row) if _FIGURES.issuperset(shape) else None
        self._placed[face, shape] = found = " ".join(moves or ())
        return found

    def _moves(self, face: Face, row: Row) -> list[str] | None:
        """Return the way from cell to cell and to the row below, None where a figure is cut."""
        moves, at_x = [], 0.0
        for index, text in enumerate(row.cells):
            if not text:
                moves.append("%.0s")
                continue
            key = (face, index, text.translate(_AS_NOUGHT))
            x = self._starts.get(key)
            if x is None:
                x = self._starts[key] = self._start(face, index, text)
            if x < self._edges[index] + _PAD - 0.01:
                return None
            shown = "%s" if self._columns[index].align == "left" else "(%s)Tj"
            moves.append(f"{x - at_x:.2f} 0 Td{shown}")
            at_x = x
        return [*moves, f"{-at_x:.2f} {-self._high(row, 1):.2f} Td"]

    # --- ink ---

    def _draw_row(self, laid: _Laid) -> None:
        paper, row = self._paper, laid.row
        left, right = self._edges[0], self._edges[-1]
        bottom = paper.y - laid.height
        if row.kind == "heading":
            self._write_run()
            self._close_columns()
            self._runs_from = bottom
        if row.kind in _SUMS or row.level == 1:
            paper.box(left, bottom, right - left, laid.height, grey=0.92)
        if not laid.code:
            self._write_run()
            self._write_cells(
                laid, self._baseline(paper.y, laid.height, max(map(len, laid.lines)))
            )
            paper.rule(left, bottom, right, bottom)
        elif self._run is not None and self._run.face is laid.face:
            self._run.codes.append(laid.code)
        else:
            self._write_run()
            self._run = _Run(laid.face, laid.height, paper.y, [laid.code])
        paper.y = bottom

    def _baseline(self, top: float, height: float, lines: int) -> float:
        """Return the height [pt] of the first of some lines in the middle of a row."""
        spare = height - 2.6 - lines * self._leading
        return top - 1.3 - self._size * 0.93 - spare / 2

    def _write_run(self) -> None:
        """Write the rows that wait, and the rule below each."""
        if self._run is None:
            return
        run, self._run = self._run, None
        begin = f"BT {self._paper.select(run.face, self._size)} 0"
        baseline = self._baseline(run.top, run.height, 1)
        self._paper.put("\n".join([f"{begin} {baseline:.2f} Td", *run.codes, "ET"]))
        ruled = (run.top, run.height, len(run.codes))
        if ruled not in self._ruled:
            self._ruled[ruled] = self._rules(*ruled)
        self._paper.put(self._ruled[ruled])

    def _rules(self, top: float, height: float, count: int) -> str:
        left, right = f"{self._edges[0]:.2f}", f"{self._edges[-1]:.2f}"
        heights = [f"{top - height * number:.2f}" for number in range(1, count + 1)]
        return f"0.5 w {' '.join([f'{left} {y} m {right} {y} l' for y in heights])} S"

    def _write_cells(self, laid: _Laid, baseline: float) -> None:
        face, leading = laid.face, self._leading
        code = [f"BT {self._paper.select(face, self._size)} 0 {baseline:.2f} Td"]
        at_x = at_y = 0.0
        for number, x, shown in self._shown(laid):
            y = round(-number * leading, 2) if number else 0.0
            code.append(f"{x - at_x:.2f} {y - at_y:.2f} Td {shown}")
            at_x, at_y = x, y
        code.append("ET")
        self._paper.put(" ".join(code))

    def _shown(self, laid: _Laid) -> Iterator[tuple[int, float, str]]:
        """Yield of each line of each cell its number, where it begins, what shows it."""
        across = laid.row.kind == "heading"
        for index, lines in enumerate(laid.lines):
            for number, text in enumerate(lines):
                if text:
                    yield number, *self._shown_text(laid.face, index, text, across=across)

    def _shown_text(self, face: Face, index: int, text: str, *, across: bool) -> tuple[float, str]:
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
        """Return where a cell of one line begins [pt]."""
        column = self._columns[index]
        if column.align == "left":
            return round(self._edges[index] + _PAD + _INDENT, 2)
        spare = column.width - 2 * _PAD - face.width(face.clean(text), self._size)
        return round(self._edges[index] + _PAD + spare / (2 if column.align == "middle" else 1), 2)


def _with_keep(rows: Iterable[Row]) -> Iterator[tuple[Row, bool]]:
    """Yield each row and whether the next must stand on the same page."""
    source = iter(rows)
    before, row = "", next(source, None)
    first, second = next(source, None), next(source, None)
    while row is not None:
        keep = row.kind in _LEADS or before == "heading" or second is None or second.kind in _SUMS
        yield row, first is not None and (keep or first.kind in _SUMS)
        before, row, first, second = row.kind, first, second, next(source, None)


def _with_last(blocks: Iterable[list[_Laid]]) -> Iterator[tuple[list[_Laid], bool]]:
    held: list[_Laid] | None = None
    for block in blocks:
        if held is not None:
            yield held, False
        held = block
    if held is not None:
        yield held, True
