"""What a sheet of figures has to satisfy, and its evidence."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from creditdesk import sheets
from creditdesk.evidence import Counted, Evidence, Identity, equations, makes_total
from creditdesk.figures import Figures, Portfolio
from creditdesk.sheets import Leaf, Part, Sheet

_ADDED = ("drawn", "principal_collected", "outstanding")
_PLURAL = {
    "commune": "communes",
    "programme": "programmes",
    "source": "sources",
    "trustee": "trustees",
    "term": "terms",
    "purpose": "purposes",
    "group": "groups",
    "investor": "investors",
}


def identities(books: Sequence[Portfolio], counted: Counted) -> Iterator[Identity]:
    """Yield the equations of the same loans added up by several keys.

    Each book's rows make the total, whatever they are by: so one form agrees with another.
    """
    total = books[0].total
    yield from equations(total, counted)
    for axis, book in {book.axes: book for book in books}.items():
        if len(axis) == 1:
            named = _PLURAL.get(axis[0], "rows")
            for name in _ADDED:
                added = (getattr(row.figures, name) for row in book.rows)
                yield makes_total(named, name, added, getattr(total, name))
    rows = [row.figures for book in books for row in book.rows]
    sound = [row for row in rows if row.parts == row.outstanding == row.closing]
    yield Identity("every-row-holds", len(sound), len(rows))


def nested(outer: Portfolio, inner: Portfolio) -> Identity:
    """Return how many rows are the sum of what lies within them, and how many rows there are."""
    sums: dict[tuple[str, ...], int] = {}
    depth = len(outer.axes)
    for row in inner.rows:
        key = row.keys[:depth]
        sums[key] = sums.get(key, 0) + row.figures.outstanding
    right = sum(sums.get(row.keys) == row.figures.outstanding for row in outer.rows)
    return Identity(f"{inner.axes[depth]}-make-{outer.axes[-1]}", right, len(outer.rows))


class Cut:
    """A portfolio whose figures are found by their keys; nothing where there is no such row."""

    def __init__(self, book: Portfolio) -> None:
        """Look at a portfolio."""
        self.book = book
        self._found: Mapping[tuple[str, ...], Figures] = {
            row.keys: row.figures for row in book.rows
        }

    def at(self, *keys: str) -> Figures:
        """Return the figures of some keys; of none the total."""
        return self._found.get(keys, Figures()) if keys else self.book.total


def sheet(
    evidence: Evidence,
    *parts: Part,
    checked: Iterable[Identity],
    notes: Sequence[str],
    leaves: Iterable[Leaf] = (),
    seen: Iterable[str] = (),
) -> Sheet:
    """Return a sheet of some parts, its evidence with their data and what was checked.

    leaves  what begins a page each
    seen    the numbers of the customers whom it shows
    """
    proved = evidence.proved(sheets.data(parts), checked)
    return Sheet(evidence.kind, proved, parts, tuple(notes), tuple(leaves), frozenset(seen))
