"""13/BC (B32): lending, collection and debt by source of capital, place and purpose."""

from collections.abc import Iterator
from typing import NamedTuple

from creditdesk import statements
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.engine.programmes import PURPOSES
from creditdesk.figures import Figures
from creditdesk.papers.asked import Asked
from creditdesk.papers.checks import Cut, identities, nested, sheet
from creditdesk.sheets import Cell, Column, Line, Part, Sheet


class _Section(NamedTuple):
    code: str
    counted: str
    amount: str


_SECTIONS = (
    _Section("lent", "loans_drawn", "drawn"),
    _Section("collected", "loans_repaying", "principal_collected"),
    _Section("owed", "households", "outstanding"),
    _Section("overdue", "loans_overdue", "overdue"),
)


def by_source(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return 13/BC; raises NothingInScope and what `statements.portfolio` refuses."""
    since = asked.since or asked.month
    question, evidence = asked.opened(tx, policy, "13-bc", since, ("source", "commune", "purpose"))
    by = [
        *(("source", "commune", "purpose"), ("source", "commune"), ("source", "purpose")),
        *(("source",), ("purpose",), ("commune",)),
    ]
    books = statements.cuts(tx, policy, question, *by)
    found = _Books({book.axes: Cut(book) for book in books})
    return sheet(
        evidence,
        Part("sources", found.columns, tuple(found.lines())),
        checked=[
            *identities(books[3:], statements.counted(tx, question)),
            nested(books[3], books[1]),
            nested(books[1], books[0]),
        ],
        notes=(
            "rows-something",
            "lent-net",
            "counted-loans",
            "households-once",
            "purposes-of-programmes",
        ),
    )


class _Books:
    def __init__(self, cuts: dict[tuple[str, ...], Cut]) -> None:
        self._cuts = cuts
        known = {row.keys[0] for row in cuts["purpose",].book.rows}
        self._purposes = [purpose for purpose in PURPOSES if purpose in known]

    @property
    def columns(self) -> tuple[Column, ...]:
        groups = ("all", *(f"purpose:{purpose}" for purpose in self._purposes))
        pairs = (
            (Column("counted", "count", group), Column("amount", "dong", group))
            for group in groups
        )
        return (
            Column("no", "no"),
            Column("commune", "text"),
            *(one for pair in pairs for one in pair),
        )

    def lines(self) -> Iterator[Line]:
        blank = ("",) * len(self.columns)
        for section in _SECTIONS:
            yield Line(blank, "heading", label=f"section:{section.code}")
            for source in self._cuts["source",].book.rows:
                yield from self._of_source(section, *source.keys)
            yield Line(("", "", *self._cells(section)), "total", label="total")

    def _of_source(self, section: _Section, source: str) -> Iterator[Line]:
        lead = ("", "", *self._cells(section, source=source))
        yield Line(lead, "lead", 2, label=f"source:{source}")
        rows = [row for row in self._cuts["source", "commune"].book.rows if row.keys[0] == source]
        found = [(row, tuple(self._of_commune(section, *row.keys))) for row in rows]
        alive = [(row.names[1], cells) for row, cells in found if any(cells)]
        for at, (name, cells) in enumerate(alive, 1):
            yield Line((str(at), name, *cells))

    def _of_commune(self, section: _Section, source: str, commune: str) -> Iterator[Cell]:
        return self._cells(section, source=source, commune=commune)

    def _cells(self, section: _Section, **keys: str) -> Iterator[Cell]:
        yield from self._pair(section, keys)
        for purpose in self._purposes:
            yield from self._pair(section, keys | {"purpose": purpose})

    def _pair(self, section: _Section, keys: dict[str, str]) -> tuple[int, int]:
        found: Figures = self._cuts[tuple(keys) or ("source",)].at(*keys.values())
        return getattr(found, section.counted), getattr(found, section.amount)
