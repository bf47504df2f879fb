"""LEN_31: a month by commune, trustee, programme and savings-and-credit group, in dong."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from creditdesk import statements
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.figures import Figures, Portfolio, PortfolioRow
from creditdesk.papers.asked import Asked
from creditdesk.papers.checks import identities, nested, sheet
from creditdesk.sheets import Cell, Column, Line, Part, Sheet

_AXES = ("commune", "trustee", "programme", "group")
_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L")),
    *((40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
_COLUMNS = (
    Column("no", "no"),
    Column("name", "text"),
    Column("groups", "count"),
    Column("households", "count"),
    Column("outstanding", group="owed"),
    Column("in_term", group="owed"),
    Column("overdue", group="owed"),
    Column("frozen", group="owed"),
    Column("savings"),
    Column("drawn", group="in_month"),
    Column("principal", group="in_month"),
    Column("interest", group="in_month"),
    Column("savings_in", group="in_month"),
    Column("savings_out", group="in_month"),
)


def by_group(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return LEN_31; raises NothingInScope and what `statements.portfolio` refuses."""
    question, evidence = asked.opened(tx, policy, "len-31", asked.month, _AXES)
    levels = [_AXES[:depth] for depth in range(1, len(_AXES) + 1)]
    alone = ((axis,) for axis in _AXES[1:])
    books = statements.cuts(tx, policy, question, *levels, *alone)
    lists = books[: len(levels)]
    return sheet(
        evidence,
        Part("groups", _COLUMNS, tuple(_lines(lists))),
        checked=[
            *identities([lists[0], *books[len(levels) :]], statements.counted(tx, question)),
            *(nested(outer, inner) for outer, inner in pairwise(lists)),
        ],
        notes=("lent-net", "no-savings", "households-once", "rows-alive"),
        seen=[row.keys[-1] for row in lists[-1].rows if row.keys[-1]],
    )


def _lines(lists: Sequence[Portfolio]) -> Iterator[Line]:
    counted = _groups_within(lists[-1])
    rows = {row.keys: row for book in lists for row in book.rows if _alive(row.figures)}
    numbers: list[int] = []
    for keys in sorted(rows):
        numbers = [*numbers[: len(keys)], *[0] * (len(keys) - len(numbers))]
        numbers[-1] += 1
        yield _line(rows[keys], numbers, counted.get(keys, 0))
    cells = _cells(lists[0].total, counted.get((), 0))
    yield Line(("", "", *cells), "total", label="total")


def _line(row: PortfolioRow, numbers: Sequence[int], groups: int) -> Line:
    depth, key, name = len(row.keys), row.keys[-1], row.names[-1]
    cells = _cells(row.figures, groups)
    if depth < len(_AXES):
        return Line((_mark(numbers), name, *cells), "lead", depth)
    if not key:
        return Line(("–", "", *cells), label="no-group")
    return Line(("–", f"{key} – {name}" if name != key else key, *cells))


def _mark(numbers: Sequence[int]) -> str:
    """Return how a line is numbered: I for a commune, 1 for its first trustee, 1.1 below that."""
    commune, *rest = numbers
    return ".".join(map(str, rest)) if rest else roman(commune)


def roman(number: int) -> str:
    """Return a whole number from 1 on in Roman numerals."""
    said = ""
    for value, letters in _ROMAN:
        times, number = divmod(number, value)
        said += letters * times
    return said


def _alive(row: Figures) -> bool:
    return bool(row.outstanding or row.drawn or row.principal_collected or row.interest_collected)


def _groups_within(book: Portfolio) -> dict[tuple[str, ...], int]:
    """Return how many groups owe something within every beginning of the keys."""
    owing = [row.keys for row in book.rows if row.keys[-1] and row.figures.outstanding]
    found = Counter(owing)
    for depth in range(len(_AXES)):
        found.update(keys for keys, _ in {(keys[:depth], keys[-1]) for keys in owing})
    return found


def _cells(row: Figures, groups: int) -> tuple[Cell, ...]:
    return (
        *(groups, row.households),
        *(row.outstanding, row.in_term, row.overdue, row.frozen, None),
        *(row.drawn, row.principal_collected, row.interest_collected, None, None),
    )
