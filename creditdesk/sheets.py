"""Tables of figures as values: typed cells in columns, part by part, with their evidence."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from creditdesk.evidence import Evidence, data_of

Cell = str | int | Decimal | date | None
"""An amount is whole dong, a share a Decimal of the whole; None where the book holds nothing."""

CellKind = Literal[
    "no", "text", "code", "dong", "count", "share", "number", "points", "day", "blank"
]
"""A `count` adds up, a `number` does not; a `blank` is there to be written in by hand."""
LineKind = Literal["plain", "heading", "lead", "subtotal", "total"]


class Column(NamedTuple):
    """A column of a table: what it shows, how, and what it shares with its neighbours."""

    code: str
    kind: CellKind = "dong"
    group: str = ""


class Line(NamedTuple):
    """A line of a table.

    kind   `heading` has a label alone; `lead` is the sum of what follows below it
    level  of a lead: 1 is the outermost
    label  the code of what stands in the first text column; empty where the cell says it
    """

    cells: tuple[Cell, ...]
    kind: LineKind = "plain"
    level: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One table of a sheet, with a code of its own."""

    code: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]


class Addressee(NamedTuple):
    """To whom a letter goes: a borrower of a loan, or a group; where that lies."""

    province: str
    commune: str
    group_no: str = ""
    customer_no: str = ""
    loan_no: str = ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """Pages of their own within a document: a letter to somebody, the list of one group.

    facts    what its head and its sentences say, by code; an amount is whole dong
    parts    its tables
    in_words an amount [dong] that is written out; None where nothing is
    to       to whom it goes, where it is a letter
    """

    facts: Mapping[str, Cell] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    in_words: int | None = None
    to: Addressee | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document that is tables of figures, and letters or lists that each begin a page.

    form    the code of its form: number, title, unit, who signs
    notes   codes of what has to be said of its figures
    leaves  what begins a page each; `parts` then sum up what is on them
    seen    the numbers of the customers, and of the groups whose heads, it shows
    """

    form: str
    evidence: Evidence
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()
    leaves: tuple[Leaf, ...] = ()
    seen: frozenset[str] = frozenset()


_SIXTH = Decimal("0.000001")


def share(part: int, whole: int) -> Decimal | None:
    """Return a part as a fraction of the whole; None where there is no whole."""
    return (Decimal(part) / whole).quantize(_SIXTH) if whole > 0 else None


def data(parts: Iterable[Part]) -> bytes:
    """Return tables as CSV, one below the other: what a sheet's evidence carries."""
    return b"\n".join(
        _table(part).removeprefix(b"" if at == 0 else _MARK) for at, part in enumerate(parts)
    )


_MARK = "\ufeff".encode()


def _table(part: Part) -> bytes:
    """Return one table as CSV: before each line its part, and what kind of line it is."""
    return data_of(["part", "line", *heads(part)], _rows(part))


def heads(part: Part) -> list[str]:
    """Return what the columns of a part are called in its CSV: no two of them alike."""
    times = Counter(column.code for column in part.columns)
    return [
        f"{column.group}.{column.code}" if times[column.code] > 1 else column.code
        for column in part.columns
    ]


def _rows(part: Part) -> Iterator[list[Cell]]:
    for line in part.lines:
        kind = f"{line.kind}-{line.level}" if line.level else line.kind
        cells = list(line.cells)
        if line.label:
            cells[first_text(part)] = line.label
        yield [part.code, kind, *cells]


def first_text(part: Part) -> int:
    """Return which column names the lines of a part."""
    return next(at for at, column in enumerate(part.columns) if column.kind == "text")
