"""Rows of one line: those whose figures have as many digits stand alike, reckoned but once.

A row is one text operator: its cells, and between them how far the pen moves. Digits are of one
width, so figures that differ in nothing else begin at the same place.
"""

import string
from collections.abc import Sequence

from reports.faces import Face
from reports.heads import Column
from reports.paper import Paper

PAD = 1.5
INDENT = 1.5  # of text, beyond the pad
_MOST = 10_000  # of what is remembered
_AS_NOUGHT = str.maketrans("123456789", "000000000")
_FIGURES = frozenset(f"-0.,/% \n{string.ascii_letters}")  # shown as they stand
_END = "\x1e"


class Alike:
    """What shows rows of one line in some columns between edges, at one size [pt]."""

    def __init__(
        self, paper: Paper, columns: Sequence[Column], edges: Sequence[float], size: float
    ) -> None:
        """Begin with nothing remembered."""
        self._paper, self._columns, self._edges, self._size = paper, columns, edges, size
        self._texts = [at for at, column in enumerate(columns) if column.align == "left"]
        self._said: dict[tuple[Face, int], dict[str, str]] = {}
        self._placed: dict[tuple[Face, float], dict[str, str]] = {}
        self._starts: dict[tuple[Face, int, str], float] = {}

    def codes(self, face: Face, columns: Sequence[Sequence[str]], height: float) -> list[str]:
        """Return what shows each row, from its left end to that of a row `height` [pt] below.

        Nothing for a row that needs several lines, or whose figures do not fit or are none.
        """
        shown, shapes = list(columns), list(columns)
        unfit: list[int] = []
        for at in self._texts:
            shown[at], shapes[at] = self._shown(face, at, columns[at])
            if "" in shown[at]:
                pairs = zip(shown[at], shapes[at], strict=True)
                unfit += [row for row, (code, shape) in enumerate(pairs) if shape and not code]
        figures = _END.join(map("\n".join, zip(*shapes, strict=True)))
        known = self._placed.setdefault((face, height), {})
        alike, codes = figures.translate(_AS_NOUGHT).split(_END), []
        if len(alike) != len(columns[0]):  # People do not write the sign that divides rows here.
            return [""] * len(columns[0])
        for at, (shape, cells) in enumerate(zip(alike, zip(*shown, strict=True), strict=True)):
            placed = known.get(shape)
            if placed is None:
                placed = self._place(face, shape, [column[at] for column in columns], height)
            codes.append(placed and placed % cells)
        for at in unfit:
            codes[at] = ""
        return codes

    # --- texts ---

    def _shown(
        self, face: Face, index: int, texts: Sequence[str]
    ) -> tuple[list[str], Sequence[str]]:
        """Return what shows each text of a column, and for each whether there is any."""
        known = self._said.setdefault((face, index), {"": ""})
        if len(known) > _MOST:
            known.clear()
            known[""] = ""
        for text in {*texts}.difference(known):
            known[text] = self._say(face, index, text)
        if "" in texts:
            return [known[text] for text in texts], ["0" if text else "" for text in texts]
        return [known[text] for text in texts], ["0"] * len(texts)

    def _say(self, face: Face, index: int, text: str) -> str:
        """Return what shows a text and moves back to where it began; nothing if it is too long."""
        clean = face.clean(text)
        wide = face.width(clean, self._size)
        if wide > self._columns[index].width - 2 * PAD - INDENT:
            return ""
        shown = self._paper.string(face, self._size, clean)
        return shown and f"{shown}{wide / self._size * 1000:.0f} "

    # --- places ---

    def _place(self, face: Face, shape: str, row: Sequence[str], height: float) -> str:
        """Return and remember where the cells of a row stand; nothing where one is no figure."""
        known = self._placed[face, height]
        if len(known) > _MOST:
            known.clear()
        fits = _FIGURES.issuperset(shape) and shape.count("\n") == len(row) - 1
        known[shape] = found = self._moves(face, row, height) if fits else ""
        return found

    def _moves(self, face: Face, row: Sequence[str], height: float) -> str:
        """Return the way from cell to cell and to the row below; nothing where a figure is cut."""
        moves, unit = [], self._size / 1000
        first = x = 0.0
        for index, text in enumerate(row):
            if not text:
                moves.append("%.0s")
                continue
            start = self.start(face, index, text)
            if start < self._edges[index] + PAD - 0.01:
                return ""
            if first:
                back = round((x - start) / unit)
                x -= back * unit
                moves.append(str(back))
            else:
                first = x = start
                moves.append(f"{start:.2f} 0 Td[")
            if self._columns[index].align == "left":
                moves.append("%s")
            else:
                moves.append("(%s)")
                x += face.width(text, self._size)
        shown = "]TJ" if first else ""
        return f"{''.join(moves)}{shown} {-first:.2f} {-height:.2f} Td"

    def start(self, face: Face, index: int, text: str) -> float:
        """Return where a cell of one line begins [pt]."""
        key = (face, index, text.translate(_AS_NOUGHT))
        column, left = self._columns[index], self._edges[index] + PAD
        if column.align == "left":
            return left + INDENT
        if key not in self._starts:
            if len(self._starts) > _MOST:
                self._starts.clear()
            spare = column.width - 2 * PAD - face.width(face.clean(text), self._size)
            self._starts[key] = left + spare / (2 if column.align == "middle" else 1)
        return self._starts[key]
