"""Drawings as values: boxes and texts at their places, the same on screen and on paper."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

TONES = (1.0, 0.9, 0.76, 0.58, 0.36, 0.16)
"""How light each tone is, from 0 black to 1 white: told apart without colour."""
DARK = 3
"""From this tone on what stands on it is written in white."""


class Box(NamedTuple):
    """A filled box: its left upper corner, its size, its tone; with an outline where asked."""

    x: float
    y: float
    width: float
    height: float
    tone: int
    outlined: bool = False


class Text(NamedTuple):
    """A line of text: where its baseline begins, has its middle, or ends."""

    text: str
    x: float
    y: float
    size: float = 9
    align: Literal["left", "middle", "right"] = "left"
    bold: bool = False
    white: bool = False


Shape = Box | Text


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes on a sheet of some size; heights are counted from the top, as a page reads."""

    width: float
    height: float
    shapes: tuple[Shape, ...]


def shortened(text: str, size: float, room: float) -> str:
    """Return a text that fits some room, its end left out where it is too long."""
    letters = int(room / (_LETTER * size))
    return text if len(text) <= letters else f"{text[: max(1, letters - 1)].rstrip()}…"


def wrapped(text: str, size: float, room: float, *, lines: int) -> list[str]:
    """Return a text by words in some lines at most, the last shortened where it is too long."""
    words, found = text.split(), [""]
    for word in words:
        longer = f"{found[-1]} {word}".strip()
        if len(longer) * _LETTER * size <= room or not found[-1]:
            found[-1] = longer
        elif len(found) < lines:
            found.append(word)
        else:
            found[-1] = longer
    return [shortened(line, size, room) for line in found]


_LETTER = 0.56
"""How wide a letter is, in parts of its size: no face of ours writes wider on the whole."""
