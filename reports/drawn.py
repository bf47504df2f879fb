"""Drawings on paper, side by side, each under its title and its unit."""

from collections.abc import Sequence

from creditdesk import words
from creditdesk.sheets import Part
from reports import pictures
from reports.paper import BLACK, Paper
from reports.shapes import TONES, Box, Drawing, Text

_WHITE = "1 1 1"
_TITLE, _GAP = 18.0, 16.0
_BEHIND = ": hình vẽ, số liệu ở bảng cùng mục."


class Row:
    """The pictures of a table, side by side while there is room; of a table without any none."""

    def __init__(self, paper: Paper, part: Part) -> None:
        """Draw what a table is to be seen as, in the words of the bank."""
        self._paper = paper
        self._rows: list[list[pictures.Picture]] = []
        if part.code not in pictures.PICTURED:
            return
        scale = pictures.scale_of(part)
        self._unit = _say(f"unit-{scale.name}")
        for one in pictures.of_part(part, scale, _say):
            if not self._rows or _wide([*self._rows[-1], one]) > paper.room:
                self._rows.append([])
            self._rows[-1].append(one)

    @property
    def height(self) -> float:
        """Return how high [pt] the first pictures are with their titles."""
        return _high(self._rows[0]) if self._rows else 0.0

    @property
    def beside(self) -> float:
        """Return where [pt from the left] a table may begin at the pictures' right."""
        return _wide(self._rows[0]) + _GAP if self._rows else self._paper.room

    def put(self) -> None:
        """Draw the pictures from the present height on."""
        paper = self._paper
        for row in self._rows:
            high, left = _high(row), paper.left
            paper.need(high)
            for code, drawing in row:
                title, top = f"{_say(code)} ({self._unit})", paper.y - _TITLE
                paper.write(title, left, paper.y - 9, face=paper.faces.bold, size=9)
                low = top - drawing.height
                with paper.figure(f"{title}{_BEHIND}", left, low, drawing.width, drawing.height):
                    draw(paper, drawing, left, top)
                left += drawing.width + _GAP
            paper.y -= high


def _wide(row: Sequence[pictures.Picture]) -> float:
    return sum(one.drawing.width + _GAP for one in row) - _GAP


def _high(row: Sequence[pictures.Picture]) -> float:
    return max(_TITLE + one.drawing.height + 8 for one in row)


def draw(paper: Paper, drawing: Drawing, left: float, top: float) -> None:
    """Draw shapes with their upper left corner at a place [pt]."""
    for shape in drawing.shapes:
        if isinstance(shape, Box):
            _box(paper, shape, left, top)
        else:
            _text(paper, shape, left, top)


def _box(paper: Paper, box: Box, left: float, top: float) -> None:
    x, y = left + box.x, top - box.y - box.height
    paper.box(x, y, box.width, box.height, grey=TONES[box.tone])
    if box.outlined:
        paper.frame(x, y, box.width, box.height)


def _text(paper: Paper, text: Text, left: float, top: float) -> None:
    paper.write(
        text.text,
        left + text.x,
        top - text.y,
        face=paper.faces.bold if text.bold else paper.faces.regular,
        size=text.size,
        align=text.align,
        colour=_WHITE if text.white else BLACK,
    )


def _say(code: str) -> str:
    return words.say("vi", f"picture.{code}")
