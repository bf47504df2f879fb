"""The head of a ruled table: titles in two tiers, below them the number of every column."""

from dataclasses import dataclass
from typing import Literal

from reports.faces import Face
from reports.paper import Paper

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


class Head:
    """The head of a table of some columns between edges [pt], drawn with its top at height 0."""

    def __init__(self, paper: Paper, columns: tuple[Column, ...], edges: list[float]) -> None:
        """Begin the head of a table on a paper."""
        self._paper, self._columns, self._edges = paper, columns, edges
        self._code: list[str] = []

    def code(self, unit: str) -> tuple[str, float]:
        """Return the operators that draw it below the unit, and how high [pt] it is."""
        top = 0.0
        if unit:
            self._line(unit, self._edges[-1], -9, self._paper.faces.italic, align="right")
            top = -13.0
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
        bold = self._paper.faces.bold
        longest = max(bold.width(bold.clean(word), _SIZE) for word in text.split(" "))
        return bold.wrap(text, _SIZE, max(width - GAP, min(width - 2, longest + 0.01)))

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
        leading = _SIZE * 1.15
        y = (top + bottom + len(lines) * leading) / 2 - _SIZE * 0.88
        for line in lines:
            self._line(line, x + width / 2, y, getattr(self._paper.faces, face), align="middle")
            y -= leading

    def _line(self, text: str, x: float, y: float, face: Face, *, align: str) -> None:
        size = 9 if align == "right" else _SIZE
        x -= face.width(face.clean(text), size) / (2 if align == "middle" else 1)
        select, run = self._paper.select(face, size), self._paper.run(face, size, text)
        self._code.append(f"BT {select} {x:.2f} {y:.2f} Td {run} ET")
