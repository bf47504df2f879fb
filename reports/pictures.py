"""Pictures of the figures of a sheet, each from a table that stands behind it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from creditdesk.engine.money import round_ratio
from creditdesk.sheets import Line, Part, first_text
from reports.shapes import DARK, Box, Drawing, Shape, Text, wrapped

WIDE = 360.0
NARROW = 280.0
"""How wide a drawing is [pt] for paper and desks, and for the letters of phones."""
RANKED = 15
_SMALL, _PLAIN = 8.0, 9.0
_TONE_OUT, _TONE_BACK, _TONE_GRID, _DARKEST = 4, 1, 2, 5
_TALLEST = 460.0  # [pt] that a page has for a drawing under its titles
_ENDS = 58.0
_TILE, _HELD = 60.0, 78  # [pt] that a place needs, and how many fit a page
_ROOMY = 10  # rows of tiles, and fewer, are set high
_MILLION, _BILLION = 10**6, 10**9
_MONTHS = 12
_STEPS = (12, 16, 20, 24, 32, 40, 60, 80, 100)
Say = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Scale:
    """How wide a picture is and how it writes its amounts, short enough to be printed.

    unit      [dong] of which a number tells how many: a million or a billion
    decimals  0 or 1
    wide      [pt]
    """

    unit: int
    decimals: int
    english: bool = False
    wide: float = WIDE

    @property
    def name(self) -> str:
        """Return the code of its unit."""
        return "million" if self.unit == _MILLION else "billion"

    @property
    def names(self) -> float:
        """Return how much of the width [pt] names at the left of bars may take."""
        return round(self.wide * 0.31)

    def told(self, dong: int) -> str:
        """Return an amount as the picture writes it."""
        tenths = round_ratio(dong * 10**self.decimals, self.unit)
        whole, rest = divmod(abs(tenths), 10**self.decimals)
        said = f"{whole:,}" + (f".{rest}" if self.decimals else "")
        said = said if self.english else said.translate(str.maketrans(",.", ".,"))
        return f"\N{MINUS SIGN}{said}" if tenths < 0 else said


def scale_of(part: Part, *, english: bool = False, wide: float = WIDE) -> Scale:
    """Return the scale for the amounts of a table: its totals are left out of the measure."""
    dong = [at for at, column in enumerate(part.columns) if column.kind == "dong"]
    amounts = [abs(_amount(line, at)) for line in _plain(part) for at in dong]
    most = max(amounts, default=0)
    unit = _BILLION if most >= 10_000 * _MILLION else _MILLION
    return Scale(unit, 1 if most < 1_000 * unit else 0, english, wide)


class Series(NamedTuple):
    """A figure of a table that a picture draws: its column's code, its tone."""

    code: str
    tone: int


FLOWS = (Series("drawn", _TONE_OUT), Series("principal", _TONE_BACK))


def columns(part: Part, scale: Scale, say: Say) -> Drawing:
    """Return columns of money out and back by month, side by side."""
    top, left, floor = 26.0, 40.0, 178.0
    rows = _plain(part)
    values = [[_of(part, line, one.code) for one in FLOWS] for line in rows]
    most = _round_up(max((amount for row in values for amount in row), default=0), scale.unit)
    shapes: list[Shape] = [*_legend(say), *_grid(left, top, floor, most, scale)]
    step = (scale.wide - left) / max(len(rows), 1)
    every = next(n for n in (1, 2, 3, 4, 6, 12, 24) if n * step >= 28)
    for at, (line, row) in enumerate(zip(rows, values, strict=True)):
        x = left + at * step
        for n, (series, amount) in enumerate(zip(FLOWS, row, strict=True)):
            tall = (floor - top) * max(amount, 0) / most if most else 0
            bar = step * 0.4
            place = (x + step * 0.1 + n * bar, floor - tall, bar, tall)
            shapes.append(Box(*place, series.tone, True))
        if at % every == 0:
            month, _, year = _name(part, line).partition("/")
            label = f"{month}/{year[2:]}"
            shapes.append(Text(label, x + step * 0.5, floor + 12, _SMALL, "middle"))
    return Drawing(scale.wide, floor + 18, tuple(shapes))


def _grid(left: float, top: float, floor: float, most: int, scale: Scale) -> Iterator[Shape]:
    for quarter in range(5 if most else 1):
        y = floor - (floor - top) * quarter / 4
        yield Box(left, y, scale.wide - left, 0.6, _TONE_GRID)
        told = scale.told(most * quarter // 4)
        yield Text(told, left - 4, y + 3, _SMALL, "right")


def _legend(say: Say) -> Iterator[Shape]:
    x = 0.0
    for series in FLOWS:
        told = say(series.code)
        yield Box(x, 2, 10, 10, series.tone, True)
        yield Text(told, x + 14, 11, _PLAIN)
        x += 28 + len(told) * 5.6


def _round_up(most: int, unit: int) -> int:
    """Return a number of units that is no less, and whose quarters are plain."""
    if most <= 0:
        return 0
    found = unit
    while found < most:
        for tenths in _STEPS:
            if found * tenths // 10 >= most:
                return found * tenths // 10
        found *= 10
    return found


def ranked(part: Part, scale: Scale, say: Say, series: Sequence[Series] = FLOWS) -> Drawing:
    """Return the rows with the most of a first figure as bars, and what all others come to."""
    rows = sorted(_plain(part), key=lambda line: -_of(part, line, series[0].code))
    rows = [line for line in rows if any(_of(part, line, one.code) for one in series)]
    return bars(part, rows, scale, say, series)


def bars(
    part: Part, rows: Sequence[Line], scale: Scale, say: Say, series: Sequence[Series]
) -> Drawing:
    """Return rows as bars in the order in which they are told; of very many the first."""
    shown, others = rows[:RANKED], rows[RANKED:]
    top = 24.0 if len(series) > 1 else 4.0
    shapes: list[Shape] = [*_legend(say)] if len(series) > 1 else []
    most = max((_of(part, line, one.code) for line in shown for one in series), default=0)
    high, end = 9.0, top
    # A name may have a line more than bars where that many rows still fit a page.
    roomy = top + len(shown) * (high * (len(series) + 1) + 6) <= _TALLEST
    most_lines = len(series) + roomy + (scale.wide < WIDE)
    for line in shown:
        names = wrapped(_name(part, line), _SMALL, scale.names - 4, lines=most_lines)
        shapes += [Text(name, 0, end + 8 + n * high, _SMALL) for n, name in enumerate(names)]
        for n, one in enumerate(series):
            amount = _of(part, line, one.code)
            shapes += _bar(end + n * high, amount, most, one.tone, scale)
        end += high * max(len(series), len(names)) + 6
    if others:
        sums = " · ".join(
            scale.told(sum(_of(part, line, one.code) for line in others)) for one in series
        )
        shapes.append(Text(f"{say('others')} ({len(others)}): {sums}", 0, end + 8, _PLAIN))
        end += 14
    return Drawing(scale.wide, end + 2, tuple(shapes))


def _bar(y: float, amount: int, most: int, tone: int, scale: Scale) -> Iterator[Shape]:
    wide = (scale.wide - scale.names - _ENDS) * max(amount, 0) / most if most else 0
    yield Box(scale.names, y, max(wide, 0.5), 8, tone, True)
    yield Text(scale.told(amount), scale.names + wide + 4, y + 7, _SMALL)


def tiles(part: Part, scale: Scale, figure: str) -> list[Drawing]:
    """Return the places of a table as equal tiles in the order of their codes, darker for more.

    More than a page takes stand in a second drawing.
    """
    rows = _plain(part)
    most = max((_of(part, line, figure) for line in rows), default=0)
    pages = [rows[at : at + _HELD] for at in range(0, len(rows), _HELD)] or [[]]
    return [_tiled(part, page, scale, figure, most) for page in pages]


def _tiled(part: Part, rows: Sequence[Line], scale: Scale, figure: str, most: int) -> Drawing:
    across = int(scale.wide // _TILE)
    down = max(1, -(-len(rows) // across))
    side, high, gap = scale.wide / across, 42.0 if down <= _ROOMY else 32.0, 2.0
    shapes: list[Shape] = []
    for at, line in enumerate(rows):
        x, y = at % across * side, at // across * high
        amount = _of(part, line, figure)
        tone = _tone(amount, most)
        white = tone >= DARK
        shapes.append(Box(x, y, side - gap, high - gap, tone, True))
        for n, name in enumerate(wrapped(_name(part, line), _SMALL, side - 7, lines=2)):
            shapes.append(Text(name, x + 3, y + 0.21 * high + 1 + n * 9, _SMALL, white=white))
        told = scale.told(amount)
        shapes.append(Text(told, x + side - 6, y + high - 5, _PLAIN, "right", True, white))
    return Drawing(scale.wide, down * high, tuple(shapes))


def heat(part: Part, scale: Scale, say: Say) -> Drawing:
    """Return a table of years by months, darker where more came back."""
    left, top, high = 30.0, 14.0, 24.0
    step = (scale.wide - left) / _MONTHS
    rows = _plain(part)
    codes = [f"m{month:02d}" for month in range(1, _MONTHS + 1)]
    most = max((_of(part, line, code) for line in rows for code in codes), default=0)
    shapes: list[Shape] = [
        Text(say(code), left + (at + 0.5) * step, 10, _SMALL, "middle")
        for at, code in enumerate(codes)
    ]
    for n, line in enumerate(rows):
        y = top + n * high
        shapes.append(Text(_name(part, line), 0, y + 15, _PLAIN, bold=True))
        for at, code in enumerate(codes):
            amount = _of(part, line, code)
            tone = _tone(amount, most)
            x = left + at * step
            shapes.append(Box(x, y, step - 1, high - 1, tone, True))
            if amount:
                told = scale.told(amount)
                place = (x + (step - 1) / 2, y + 15)
                white = tone >= DARK
                shapes.append(Text(told, *place, _fitting(told, step), "middle", white=white))
    return Drawing(scale.wide, top + len(rows) * high + 2, tuple(shapes))


def _fitting(told: str, room: float) -> float:
    return min(_SMALL, (room - 3) / (0.56 * len(told)))


def _tone(amount: int, most: int) -> int:
    """Return white for nothing, else one of five steps."""
    if amount <= 0 or most <= 0:
        return 0
    return min(_DARKEST, 1 + _DARKEST * amount // (most + 1))


def _plain(part: Part) -> list[Line]:
    return [line for line in part.lines if line.kind == "plain"]


def _name(part: Part, line: Line) -> str:
    return str(line.cells[first_text(part)])


def _of(part: Part, line: Line, code: str) -> int:
    return _amount(line, next(at for at, one in enumerate(part.columns) if one.code == code))


def _amount(line: Line, at: int) -> int:
    cell = line.cells[at]
    return cell if isinstance(cell, int) else 0


# --- which picture a table has ---


PICTURED = ("by-month", "by-programme", "by-commune", "ageing", "seasons")
"""The tables that have pictures."""


class Picture(NamedTuple):
    """A picture of a table: the code of its title, what it draws."""

    code: str
    drawing: Drawing


def of_part(part: Part, scale: Scale, say: Say, figure: str = "outstanding") -> list[Picture]:
    """Return the pictures of a table of the pictured figures; of any other table none.

    figure  what the tiles of places show
    """
    if part.code == "by-month":
        return [Picture("by-month", columns(part, scale, say))]
    if part.code == "by-programme":
        return [Picture("by-programme", ranked(part, scale, say))]
    if part.code == "by-commune":
        tiled = [Picture(f"tiles-{figure}", one) for one in tiles(part, scale, figure)]
        return [Picture("by-commune", ranked(part, scale, say)), *tiled]
    if part.code == "ageing":
        late = (Series("late_principal", _TONE_OUT),)
        return [Picture("ageing", bars(part, _plain(part), scale, say, late))]
    if part.code == "seasons":
        return [Picture("seasons", heat(part, scale, say))]
    return []
