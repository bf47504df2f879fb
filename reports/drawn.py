"""Drawings on paper, side by side, each under its title and its unit."""

from creditdesk import words
from creditdesk.sheets import Part
from reports import pictures
from reports.paper import BLACK, Paper
from reports.shapes import TONES, Box, Drawing, Text

_WHITE = "1 1 1"
_TITLE, _GAP = 18.0, 16.0


class Row:
    """The pictures of a table in a row; of a table without any an empty one."""

    def __init__(self, part: Part) -> None:
        """Draw what a table is to be seen as, in the words of the bank."""
        self._pictures: list[pictures.Picture] = []
        if part.code in pictures.PICTURED:
            scale = pictures.scale_of(part)
            self._unit = _say(f"unit-{scale.name}")
            self._pictures = pictures.of_part(part, scale, _say)

    @property
    def height(self) -> float:
        """Return how high [pt] it is with its titles."""
        return max((_TITLE + one.drawing.height + 8 for one in self._pictures), default=0.0)

    def put(self, paper: Paper) -> None:
        """Draw the row from the present height on."""
        paper.need(self.height)
        left = paper.left
        for code, drawing in self._pictures:
            title = f"{_say(code)} ({self._unit})"
            paper.write(title, left, paper.y - 9, face=paper.faces.bold, size=9)
            draw(paper, drawing, left, paper.y - _TITLE)
            left += drawing.width + _GAP
        paper.y -= self.height


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
