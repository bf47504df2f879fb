"""A ruled table of any length: two-tier header and column numbers on every page, numbers in line.

Rows are taken some at a time and leave as they are drawn; only rows that must stay together are
held. A heading is followed by two rows on its page, a lead by one; a subtotal has two above it,
the last row one; with what ends a table some of the rows above it go to its page. A run of rows of
one line is one object of text.
"""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import NamedTuple

from reports.alike import INDENT, PAD, Alike
from reports.faces import Face
from reports.grid import Grid
from reports.heads import Column, Head
from reports.paper import HEADING, Paper
from reports.rows import SUMS, Rows, bound, with_keep, with_left
from reports.tags import END, ROW_HEAD, Element

_DEEP = 3  # the level of leads that are set in italics
_CARRIED = 4  # rows that go with the last ones to their page, of as many as stay behind


class _Laid(NamedTuple):
    """A row, or as much of it as fits a page: operators where it stands like others, or lines."""

    rows: Rows  # among which it stands
    face: Face
    height: float
    code: str = ""
    lines: tuple[tuple[str, ...], ...] = ()
    goes_on: bool = False


class _Free(NamedTuple):
    """Plain rows that stand alike, each of which may begin a page."""

    face: Face
    height: float
    codes: list[str]


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
        name = next((at for at, column in enumerate(columns) if column.align == "left"), -1)
        self._told = [ROW_HEAD if at == name else "" for at in range(len(columns))]
        self._alike = Alike(paper, columns, self._edges, size, self._told)
        self._grid = Grid(self._edges)
        self._head = Head(paper, columns, self._edges, unit)
        self._head_height = self._head.height
        self._element: Element | None = None  # the table, or the text that a page of it is
        self._row: list[Element] = []
        self._run: _Run | None = None
        self._runs_from = 0.0
        self._begun_at = 0.0

    def draw(
        self, rows: Iterable[Rows], *, after: tuple[float, ...] = (0.0,), title: str = ""
    ) -> None:
        """Draw rows from the present height on, and leave some [pt] free below the last.

        after  how much: the first of these that the present page has, else that a page has
        title  the heading above, on the page of the first rows; empty: none

        What no page holds below the last rows stays free nowhere, and a table that begins with its
        last rows leaves no title behind for it.
        """
        paper = self._paper
        body = paper.top - paper.bottom - self._head_height
        begun = False
        for block, left in with_left(self._blocks(rows)):
            last = left == 0
            height = block.height if isinstance(block, _Free) else sum(one.height for one in block)
            if last and begun:
                height += self._free_below(height, after)
            if not begun:
                self._begin_under(title, height)
                begun = True
            elif paper.y - height < paper.bottom:
                carried = self._taken_back(body - height) if last else None
                self._turn()
                if carried:
                    self._draw_free(carried)
            self._draw_block(block, over=_CARRIED if left == 1 else 0)
        if not begun:
            self._begin_under(title, 0)
        self._end()

    def _free_below(self, height: float, after: tuple[float, ...]) -> float:
        """Return what stays free below last rows of a height [pt], here or on the next page."""
        paper = self._paper
        rooms = (paper.y - paper.bottom, paper.top - paper.bottom - self._head_height)
        fits = (one for room, one in product(rooms, after) if height + one <= room)
        return next(fits, 0.0)

    def high(self, rows: Iterable[Rows]) -> float:
        """Return how high [pt] head and rows are together."""
        high = self._head_height
        for block in self._blocks(rows):
            if isinstance(block, _Free):
                high += block.height * len(block.codes)
            else:
                high += sum(laid.height for laid in block)
        return high

    def _begin_under(self, title: str, height: float) -> None:
        """Begin with rows of a height [pt] below their title, all on one page."""
        self._paper.need((HEADING if title else 0) + self._head_height + height)
        if title:
            self._paper.heading(title, keep=0)
        self._begin()

    def _taken_back(self, room: float) -> _Free | None:
        """Take the last plain rows that wait back from this page, as many as a room [pt] holds."""
        run = self._run
        if run is None or run.face is not self._paper.faces.regular:
            return None
        count = min(_CARRIED, len(run.codes) // 2 - 1, int(room / run.height))
        if count < 1:
            return None
        self._paper.y += run.height * count
        taken = run.codes[-count:]
        del run.codes[-count:]
        return _Free(run.face, run.height, taken)

    def _draw_block(self, block: "list[_Laid] | _Free", *, over: int = 0) -> None:
        paper = self._paper
        if isinstance(block, _Free):
            self._draw_free(block, over=over)
            return
        for laid in block:
            if paper.y - laid.height < paper.bottom:
                self._turn()
            self._draw_row(laid)

    def _draw_free(self, free: _Free, *, over: int = 0) -> None:
        """Draw rows page after page, as many as each has room for, `over` on the last of many."""
        paper, at = self._paper, 0
        while at < len(free.codes):
            room = max(1, int((paper.y - paper.bottom + 1e-6) / free.height))
            if room > 2 * over and 0 < len(free.codes) - at - room < over:
                room = len(free.codes) - at - over
            some = free.codes[at : at + room]
            self._add(free.face, free.height, some)
            paper.y -= free.height * len(some)
            at += room
            if at < len(free.codes):
                self._turn()

    def _begin(self) -> None:
        paper = self._paper
        if self._element is None and paper.in_cells:
            self._element = paper.add("Table")
            self._head.tell(self._element, paper.y)
        else:
            titles = paper.add("P") if self._element is None else None
            paper.put_at(paper.y, self._head.code, titles)
        if not paper.in_cells:
            self._element = paper.add("P")
        paper.y -= self._head_height
        self._runs_from = self._begun_at = paper.y

    def _turn(self) -> None:
        self._end()
        self._paper.turn()
        self._begin()

    def _end(self) -> None:
        self._write_run()
        self._grid.between(self._runs_from, self._paper.y)
        self._paper.put_again(self._grid.drawn(self._begun_at, self._paper.y))

    @property
    def _table(self) -> Element:
        assert self._element is not None
        return self._element

    # --- what stays together ---

    def _blocks(self, rows: Iterable[Rows]) -> Iterator[list[_Laid] | _Free]:
        """Yield rows that must stay together, and rows that need not, as they follow."""
        held: list[_Laid] = []
        for some, keep in with_keep(rows):
            face, high = self._face(some), self._high(some, 1)
            codes = [""] * len(some)
            if some.kind != "heading":
                codes = self._alike.codes(face, some.columns)
            start = 0
            for at in bound(some, codes, keep, held=bool(held)):
                if start < at:
                    yield _Free(face, high, codes[start:at])
                held += self._laid(some, at, codes[at])
                if at not in keep:
                    yield held
                    held = []
                start = at + 1
            if start < len(some):
                yield _Free(face, high, codes[start:])

    def _laid(self, rows: Rows, at: int, code: str) -> list[_Laid]:
        face = self._face(rows)
        if code:
            return [_Laid(rows, face, self._high(rows, 1), code)]
        cells = [column[at] for column in rows.columns]
        if rows.kind == "heading":
            width = self._edges[-1] - self._edges[0] - 2 * PAD - INDENT
            lines: list[tuple[str, ...]] = [tuple(face.wrap(cells[0], self._size, width))]
        else:
            lines = [
                (text,) if column.align == "right" else self._wrapped(face, column, text)
                for text, column in zip(cells, self._columns, strict=True)
            ]
        parts: list[_Laid] = []
        for at in range(0, max(map(len, lines)), self._most_lines):
            part = tuple(cell[at : at + self._most_lines] for cell in lines)
            high = self._high(rows, max(map(len, part)))
            parts.append(_Laid(rows, face, high, lines=part, goes_on=bool(parts)))
        return parts

    def _wrapped(self, face: Face, column: Column, text: str) -> tuple[str, ...]:
        return tuple(face.wrap(text, self._size, column.width - 2 * PAD - INDENT))

    def _high(self, rows: Rows, lines: int) -> float:
        return max(lines * self._leading + 2.6, self._tall if rows.kind == "plain" else 0)

    @property
    def _most_lines(self) -> int:
        body = self._paper.top - self._paper.bottom - self._head_height
        return max(1, int((body - 2.6) / self._leading))

    def _face(self, rows: Rows) -> Face:
        faces = self._paper.faces
        if rows.kind == "plain":
            return faces.regular
        return faces.italic if rows.level == _DEEP else faces.bold

    # --- ink ---

    def _draw_row(self, laid: _Laid) -> None:
        paper, kind = self._paper, laid.rows.kind
        left, right = self._edges[0], self._edges[-1]
        bottom = paper.y - laid.height
        if kind == "heading":
            self._write_run()
            self._grid.between(self._runs_from, paper.y)
            self._runs_from = bottom
        if kind in SUMS or laid.rows.level == 1:
            paper.box(left, bottom, right - left, laid.height, grey=0.92)
        if not laid.code:
            self._write_run()
            self._write_cells(
                laid, self._baseline(paper.y, laid.height, max(map(len, laid.lines)))
            )
            self._grid.below(paper.y, laid.height)
        else:
            self._add(laid.face, laid.height, [laid.code])
        paper.y = bottom

    def _add(self, face: Face, height: float, codes: list[str]) -> None:
        """Let rows wait that stand alike, from the present height down."""
        if self._run is not None and self._run[:2] == (face, height):
            self._run.codes.extend(codes)
        else:
            self._write_run()
            self._run = _Run(face, height, self._paper.y, codes)

    def _baseline(self, top: float, height: float, lines: int) -> float:
        """Return the height [pt] of the first of some lines in the middle of a row."""
        spare = height - 2.6 - lines * self._leading
        return top - 1.3 - self._size * 0.93 - spare / 2

    def _write_run(self) -> None:
        """Write the rows that wait, and the rule below each."""
        if self._run is None:
            return
        run, self._run, paper = self._run, None, self._paper
        select = paper.select(run.face, self._size)
        baseline = self._baseline(run.top, run.height, 1)
        begin = f"BT {select} {run.height:.2f} TL 0 {baseline:.2f} Td"
        code = "\n".join([begin, *run.codes, "ET"])
        if paper.in_cells:
            code = paper.tags.rows(self._table, code, self._told, len(run.codes))
        self._put(code)
        self._grid.below(run.top, run.height, len(run.codes))

    def _write_cells(self, laid: _Laid, baseline: float) -> None:
        paper, leading = self._paper, self._leading
        code = [f"BT {paper.select(laid.face, self._size)} 0 {baseline:.2f} Td"]
        at_x = at_y = 0.0
        cells = self._cells_of(laid)
        for cell, shown in zip(cells, self._shown(laid), strict=True):
            code += [paper.tags.mark(cell)] if paper.in_cells else []
            for number, x, text in shown:
                y = round(-number * leading, 2) if number else 0.0
                code.append(f"{x - at_x:.2f} {y - at_y:.2f} Td {text}")
                at_x, at_y = x, y
            code += [END] if paper.in_cells else []
        code.append("ET")
        self._put(" ".join(code))

    def _put(self, code: str) -> None:
        """Put rows on the page, whose cells are marked or which are one text."""
        if self._paper.in_cells:
            self._paper.put_marked(code)
        else:
            self._paper.put(code, self._table)

    def _cells_of(self, laid: _Laid) -> list[Element]:
        """Return the cells of a row, which may have begun on the page before."""
        if not self._paper.in_cells:
            return [self._table] * len(laid.lines)
        if not laid.goes_on:
            tags, across = self._paper.tags, f"{ROW_HEAD[:-2]}/ColSpan {len(self._columns)}>>"
            row = tags.add("TR", self._table)
            told = [across] if laid.rows.kind == "heading" else self._told
            self._row = [tags.add("TH" if more else "TD", row, more) for more in told]
        return self._row

    def _shown(self, laid: _Laid) -> Iterator[list[tuple[int, float, str]]]:
        """Yield of each cell, for each line, its number, where it begins, what shows it."""
        across = laid.rows.kind == "heading"
        for index, lines in enumerate(laid.lines):
            yield [
                (number, *self._shown_text(laid.face, index, text, across=across))
                for number, text in enumerate(lines)
                if text
            ]

    def _shown_text(self, face: Face, index: int, text: str, *, across: bool) -> tuple[float, str]:
        left, column = round(self._edges[index] + PAD, 2), self._columns[index]
        shown = self._paper.run(face, self._size, text + self._paper.gap)
        if across or column.align == "left":
            return round(left + INDENT, 2), shown
        room = column.width - 2 * PAD
        wide = face.width(face.clean(text.rstrip(" ")), self._size)
        if wide > room:
            # Never cut and never over the rule: the letters are set narrower instead.
            return left, f"{100 * room / wide:.1f} Tz {shown} 100 Tz"
        return round(self._alike.start(face, index, text.rstrip(" ")), 2), shown
