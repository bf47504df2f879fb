"""What a document says of its own parts, for whom it is read aloud: headings, tables, pictures.

Content on the pages is marked with a number that counts anew on each page; the tree says what it
belongs to. Source: ISO 32000-2, 14.6 (marked content), 14.7 (structure), 14.8 (tagged PDF).
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

MOST = 120
"""Rows of a document, in all its tables, whose cells are told one by one: those of a province's
statement by commune.

A cell takes 20 bytes and 3 us, so that many rows of 14 columns add 33 kB and 5 ms, and five papers
of a commune still fit in 300 kB. In longer documents the rows of a page are one text in their
order; who wants their cells has them in the table that is enclosed.
"""
ROW_HEAD, COLUMN_HEAD = (f"/A<</O/Table/Scope/{way}>>" for way in ("Row", "Column"))
ARTIFACT = "/Artifact BMC"
PAGED = "/Artifact<</Type/Pagination>>BDC"
END = "EMC"
NUMBER = "\0"
"""Stands for the number of a cell in what shows rows; no text on a page has this sign."""


class Element:
    """A part of a document: what it is, what it belongs to, what belongs to it."""

    __slots__ = ("at", "kids", "kind", "more", "parent", "places")

    def __init__(self, kind: str, at: int, parent: int, more: str) -> None:
        """Begin an element without content.

        more  what else its dictionary holds, as a file holds it
        """
        self.kind, self.at, self.parent, self.more = kind, at, parent, more
        self.kids: list[int] = []
        self.places: list[tuple[int, int]] = []


class _Rows(NamedTuple):
    """Rows of a table whose cells stand one after the other on a page."""

    first: int
    many: int
    table: int
    cells: Sequence[str]
    page: int
    number: int


class Tree:
    """The parts of a document in the order in which they are read, while its pages fill."""

    def __init__(self) -> None:
        """Begin with the document itself."""
        self._found: list[Element | _Rows] = []
        self._count = 0
        self._owners = [array("L")]
        self.whole = self.add("Document", None)

    def add(self, kind: str, parent: Element | None, more: str = "") -> Element:
        """Return a new last part of an element."""
        made = Element(kind, self._count, parent.at if parent else -1, more)
        if parent:
            parent.kids.append(made.at)
        self._found.append(made)
        self._count += 1
        return made

    def mark(self, element: Element) -> str:
        """Return the operator from which on content of this page belongs to an element."""
        owners = self._owners[-1]
        element.places.append((len(self._owners) - 1, len(owners)))
        owners.append(element.at)
        return f"/{element.kind}<</MCID {len(owners) - 1}>>BDC"

    def rows(self, table: Element, code: str, cells: Sequence[str], count: int) -> str:
        """Return what shows some rows of a table with a number for each cell.

        cells  what else the dictionary of each cell of a row holds; nothing: a plain one
        """
        owners, wide = self._owners[-1], len(cells)
        made = _Rows(self._count, count, table.at, cells, len(self._owners) - 1, len(owners))
        self._found.append(made)
        table.kids.extend(range(made.first, made.first + count))
        self._count += count * (wide + 1)
        owners.extend(range(made.first + count, self._count))
        numbers = map(str, range(made.number, len(owners)))
        *parts, last = code.split(NUMBER)
        return "".join([*chain.from_iterable(zip(parts, numbers, strict=True)), last])

    def turn(self) -> None:
        """Begin the next page."""
        self._owners.append(array("L"))

    def root(self, first: int) -> str:
        """Return the dictionary at which a reader begins; `first` numbers the first object."""
        told = f"/K {first} 0 R/ParentTree {first + self._count} 0 R"
        return f"<</Type/StructTreeRoot{told}/ParentTreeNextKey {len(self._owners)}>>"

    def objects(self, root: int, first: int, pages: Sequence[int]) -> Iterator[str]:
        """Yield all objects of the tree, numbered from `first` on.

        root   the number of the dictionary at which a reader begins
        pages  the numbers of the pages
        """
        for one in self._found:
            if isinstance(one, _Rows):
                yield from _cells(one, first, pages[one.page])
            else:
                parent = root if one.parent < 0 else first + one.parent
                held = _placed(one, pages) if one.places else f"/K[{_named(first, one.kids)}]"
                yield f"<</S/{one.kind}{one.more}/P {parent} 0 R{held}>>"
        numbered = enumerate(owners for owners in self._owners[: len(pages)])
        told = "".join(f"{at}[{_named(first, owners)}]" for at, owners in numbered)
        yield f"<</Nums[{told}]>>"


def alternative(said: str) -> str:
    """Return how a dictionary holds what is said in place of a picture."""
    return f"/Alt<feff{said.encode('utf-16-be').hex()}>"


def _named(first: int, numbers: Iterable[int]) -> str:
    return " ".join([f"{first + number} 0 R" for number in numbers])


def _placed(element: Element, pages: Sequence[int]) -> str:
    """Return where the content of an element stands: on its first page unless told otherwise."""
    [(on, number), *more] = element.places
    own = [
        str(at) if page == on else f"<</Type/MCR/Pg {pages[page]} 0 R/MCID {at}>>"
        for page, at in more
    ]
    told = f"[{' '.join([str(number), *own])}]" if own else f" {number}"
    return f"/Pg {pages[on]} 0 R/K{told}"


def _cells(rows: _Rows, first: int, page: int) -> Iterator[str]:
    """Yield rows, then their cells: a cell whose dictionary holds more is a head."""
    wide, row, cell = len(rows.cells), first + rows.first, first + rows.first + rows.many
    for at in range(cell, cell + rows.many * wide, wide):
        yield f"<</S/TR/P {first + rows.table} 0 R/K[{_named(at, range(wide))}]>>"
    told = [f"<</S/{'TH' if more else 'TD'}{more}/P " for more in rows.cells]
    number = rows.number
    for at in range(row, row + rows.many):
        parent = f"{at} 0 R/Pg {page} 0 R/K "
        for said in told:
            yield f"{said}{parent}{number}>>"
            number += 1
