"""Rows of one line: those whose figures have as many digits stand alike, reckoned but once.

A row is one text operator: its cells, and between them how far the pen moves. Digits are of one
width, so figures that differ in nothing else begin at the same place.
"""

import string
from collections.abc import Sequence
from operator import mod

from reports.faces import Face
from reports.heads import Column
from reports.paper import Paper
from reports.tags import END, NUMBER

PAD = 1.5
INDENT = 1.5  # of text, beyond the pad
_MOST = 10_000  # of what is remembered
_AS_NOUGHT = str.maketrans("123456789", "000000000")
_FIGURES = frozenset(f"-0.,/% \n{string.ascii_letters}")  # shown as they stand
_END = "\x1e"
_NOTHING = "%.0s"  # of a text that is there all the same


class Alike:
    """What shows rows of one line in some columns between edges, at one size [pt]."""

    def __init__(
        self,
        paper: Paper,
        columns: Sequence[Column],
        edges: Sequence[float],
        size: float,
        cells: Sequence[str],
    ) -> None:
        """Begin with nothing remembered.

        cells  for each column what tells that its cells are heads; nothing where they are not
        """
        self._paper, self._columns, self._edges, self._size = paper, columns, edges, size
        marks = [f"/{'TH' if head else 'TD'}<</MCID {NUMBER}>>BDC" for head in cells]
        self._marks = marks if paper.in_cells else []
        self._gap = paper.gap
        self._texts = [at for at, column in enumerate(columns) if column.align == "left"]
        self._said: dict[tuple[Face, int], dict[str, str]] = {}
        self._placed: dict[Face, dict[str, str]] = {}
        self._reaches: dict[tuple[Face, int, str], tuple[float, float]] = {}

    def codes(self, face: Face, columns: Sequence[Sequence[str]]) -> list[str]:
        """Return what shows each row, from the left edge there to that of the row below.

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
        alike = figures.translate(_AS_NOUGHT).split(_END)
        if len(alike) != len(columns[0]):  # People do not write the sign that divides rows here.
            return [""] * len(columns[0])
        placed = self._placed.setdefault(face, {})
        for shape in {*alike}.difference(placed):
            placed[shape] = self._place(face, shape)
        codes = list(map(mod, map(placed.__getitem__, alike), zip(*shown, strict=True)))
        if len(placed) > _MOST:
            placed.clear()
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
        if face.width(clean, self._size) > self._columns[index].width - 2 * PAD - INDENT:
            return ""
        wide = face.width(clean + self._gap, self._size)
        shown = self._paper.string(face, self._size, clean + self._gap)
        return shown and f"{shown}{wide / self._size * 1000:.0f} "

    # --- places ---

    def _place(self, face: Face, shape: str) -> str:
        """Return how cells stand in a row of a shape; nothing of them where one is no figure."""
        texts = shape.split("\n")
        fits = _FIGURES.issuperset(shape) and len(texts) == len(self._columns)
        moves = self._moves(face, texts) if fits else []
        return "".join(moves) or _NOTHING * len(self._columns)

    def _moves(self, face: Face, texts: Sequence[str]) -> list[str]:
        """Return the way from cell to cell and to the row below; none where a figure is cut."""
        moves, unit = [], self._size / 1000
        opens, closes = ("", "") if self._marks else ("[", "]TJ ")
        first = x = 0.0
        for index, text in enumerate(texts):
            if not text:
                moves.append(self._told(index, _NOTHING))
                continue
            start, end = self._reach(face, index, text)
            if start < self._edges[index] + PAD - 0.01:
                return []
            left = self._columns[index].align == "left"
            shown = "%s" if left else f"(%s{self._gap})"
            if first:
                back = round((x - start) / unit)
                moves.append(self._told(index, f"{back}{shown}"))
                x -= back * unit + start - end
            else:
                first, x = start, end
                moves += [f"{start:.2f} 0 Td{opens}", self._told(index, shown)]
        return [*moves, f"{closes}{-first:.2f} 0 Td T*" if first else "T*"]

    def _told(self, index: int, shown: str) -> str:
        """Return a cell of a row: by itself where cells are told one by one."""
        if not self._marks:
            return shown
        ink = shown if shown == _NOTHING else f"[{shown}]TJ"
        return f"{self._marks[index]}{ink} {END} "

    def _reach(self, face: Face, index: int, text: str) -> tuple[float, float]:
        """Return where a figure begins, and where the pen stands when it is shown [pt]."""
        key = (face, index, text)
        if key not in self._reaches:
            if len(self._reaches) > _MOST:
                self._reaches.clear()
            start = self.start(face, index, text)
            left = self._columns[index].align == "left"
            wide = face.width(text + self._gap, self._size)
            self._reaches[key] = (start, start + (0 if left else wide))
        return self._reaches[key]

    def start(self, face: Face, index: int, text: str) -> float:
        """Return where a cell of one line begins [pt]."""
        column, left = self._columns[index], self._edges[index] + PAD
        if column.align == "left":
            return left + INDENT
        spare = column.width - 2 * PAD - face.width(face.clean(text), self._size)
        return left + spare / (2 if column.align == "middle" else 1)
