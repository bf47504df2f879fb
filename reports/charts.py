"""Ranked horizontal bars drawn as vectors, told apart without colour."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.faces import Face
from reports.paper import Paper

_STEP = 13.0
_SIZE = 8.5
_GREY = 0.45
_NONE = "Không có số liệu."


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: how long it is, what stands at its left, what stands at its end."""

    label: str
    value: int
    caption: str


@dataclass(frozen=True, slots=True)
class Area:
    """Where a chart stands [pt]: its left edge, its top, its width."""

    left: float
    top: float
    width: float


def height(bars: int, *, rest: bool) -> float:
    """Return how high [pt] a chart of some bars is, with or without a line for all others."""
    return 28 + _STEP * (max(bars, 1) + rest)


def ranked(paper: Paper, area: Area, *, title: str, bars: Sequence[Bar], rest: str = "") -> None:
    """Draw bars in the order given under a title; `rest` says below them what all others come to.

    All others are told, not drawn: a bar of sixty places would dwarf the fifteen that matter.
    """
    told = [f"{bar.label} {bar.caption}" for bar in bars] + [rest] * bool(rest)
    said = f"{title}: {'; '.join(told) or _NONE}"
    tall = height(len(bars), rest=bool(rest))
    with paper.figure(said, area.left, area.top - tall, area.width, tall):
        _drawn(paper, area, title, bars, rest)


def _drawn(paper: Paper, area: Area, title: str, bars: Sequence[Bar], rest: str) -> None:
    faces = paper.faces
    y = area.top - 12
    for line in faces.bold.wrap(title, 10, area.width)[:2]:
        paper.write(line, area.left, y, face=faces.bold, size=10)
        y -= 12
    y -= 4
    if not bars:
        paper.write(_NONE, area.left, y - 4, face=faces.italic, size=_SIZE)
    names, ends = _gutters(faces.regular, bars, area.width)
    longest = max((bar.value for bar in bars), default=0)
    room = area.width - names - ends - 8
    for bar in bars:
        label = _shortened(faces.regular, bar.label, names)
        paper.write(label, area.left + names, y - 3, size=_SIZE, align="right")
        wide = room * bar.value / longest if longest > 0 else 0
        if wide > 0:
            paper.box(area.left + names + 4, y - 5.5, wide, _STEP - 4.5, grey=_GREY)
        paper.write(bar.caption, area.left + names + 8 + max(wide, 0), y - 3, size=_SIZE)
        y -= _STEP
    axis = area.left + names + 4
    paper.rule(axis, area.top - 24, axis, y + _STEP - 7)
    if rest:
        paper.write(rest, area.left, y - 3, face=faces.italic, size=_SIZE)


def _gutters(face: Face, bars: Sequence[Bar], width: float) -> tuple[float, float]:
    names = max((face.width(face.clean(bar.label), _SIZE) for bar in bars), default=0)
    ends = max((face.width(face.clean(bar.caption), _SIZE) for bar in bars), default=0)
    return min(names, width / 3), min(ends, width / 3)


def _shortened(face: Face, label: str, room: float) -> str:
    # The table holds the whole name; a chart's label may end in an ellipsis.
    label = face.clean(label)
    if face.width(label, _SIZE) <= room + 0.01:
        return label
    kept = face.wrap(label, _SIZE, room - face.width("…", _SIZE))[0]
    return f"{kept.rstrip()}…"
