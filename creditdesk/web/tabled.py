"""Tables of figures as pages show them: names first, titles in the reader's language."""

from collections.abc import Mapping
from itertools import groupby
from typing import NamedTuple

from creditdesk.sheets import Cell, CellKind, Line, Part, first_text
from creditdesk.web.writing import hand

MOST = 150
"""So many lines a page shows of a table; the files hold all."""


class Head(NamedTuple):
    """The head of a column: its title, the title that it shares, and what it holds."""

    title: str
    group: str
    kind: CellKind


class Row(NamedTuple):
    """A line: its name, its code if it has one, its other cells in the order of the heads."""

    name: str
    code: str
    kind: str
    level: int
    cells: tuple[Cell, ...]


class Tabled(NamedTuple):
    """A table: `groups` are titles over columns with their width; `left_out` counts lines."""

    code: str
    title: str
    name: str
    heads: tuple[Head, ...]
    groups: tuple[tuple[str, int], ...]
    total: Row | None
    rows: tuple[Row, ...]
    left_out: int


def tabled(part: Part) -> Tabled:
    """Return a table as a page shows it."""
    name = first_text(part)
    code = next((at for at, one in enumerate(part.columns) if one.code == "code"), None)
    said = (name, code)
    kept = [at for at, one in enumerate(part.columns) if at not in said and one.kind != "no"]
    shown = [part.columns[at] for at in kept]
    heads = tuple(
        Head(_title("column", one.code), _title("group", one.group), one.kind) for one in shown
    )
    columns = {at: part.columns[at].code for at in kept}
    lines = list(part.lines)
    several = sum(line.kind == "total" for line in lines) > 1
    last = None if several or not lines or lines[-1].kind != "total" else lines.pop()
    groups = tuple((title, len(list(many))) for title, many in groupby(one.group for one in heads))
    title = _title("part", part.code)
    return Tabled(
        part.code,
        "" if title == part.code else title,
        _title("column", part.columns[name].code),
        heads,
        groups if any(title for title, _ in groups) else (),
        last and _row(last, name, code, columns),
        tuple(_row(line, name, code, columns) for line in lines[:MOST]),
        max(0, len(lines) - MOST),
    )


def _row(line: Line, name: int, code: int | None, kept: Mapping[int, str]) -> Row:
    said = _title("label", line.label) if line.label else str(line.cells[name] or "")
    cells = (
        ()
        if line.kind == "heading"
        else tuple(_cell(line.cells[at], of) for at, of in kept.items())
    )
    key = "" if code is None else str(line.cells[code] or "")
    return Row(said, key, line.kind, line.level, cells)


def _cell(cell: Cell, column: str) -> Cell:
    """Return a cell, where it is a code that has a word in its column, by that word."""
    code = f"sheet_label.{column}:{cell}"
    word = hand().told(code) if isinstance(cell, str) else code
    return cell if word == code else word


def _title(kind: str, code: str) -> str:
    """Return the words of a code; of one for each of several things what it says of each."""
    if not code:
        return ""
    told = hand().told(f"sheet_{kind}.{code}")
    if told != f"sheet_{kind}.{code}":
        return told
    base = code.partition(":")[0]
    known = hand().told(f"sheet_{kind}.{base}")
    return code if known == f"sheet_{kind}.{base}" else known
