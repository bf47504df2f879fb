"""01.1/BCTD by commune and 01.2/BCTD by programme: lending, collection and debt of a month."""

from collections.abc import Iterator
from dataclasses import replace

from creditdesk import statements
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.figures import PortfolioRow
from creditdesk.papers.asked import Asked
from creditdesk.papers.checks import Cut, identities, nested, sheet
from creditdesk.sheets import Cell, Column, Line, Part, Sheet

_FIGURES = (
    Column("drawn_month", group="lent"),
    Column("drawn_year", group="lent"),
    Column("collected_month", group="collected"),
    Column("collected_year", group="collected"),
    Column("written_off_month", group="written_off"),
    Column("written_off_year", group="written_off"),
    Column("outstanding", group="owed"),
    Column("in_term", group="owed"),
    Column("overdue", group="owed"),
    Column("frozen", group="owed"),
    Column("short", group="terms"),
    Column("medium", group="terms"),
    Column("long", group="terms"),
    Column("households", "count"),
    Column("turns", "count"),
)
_TERMS = ("short", "medium", "long")
_FORMS = {"commune": "01-1-bctd", "programme": "01-2-bctd"}
_CHECKED = ("commune", "programme", "source", "trustee")


def by_commune(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return 01.1/BCTD; raises NothingInScope and what `statements.portfolio` refuses."""
    return _lending(tx, policy, asked, "commune")


def by_programme(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return 01.2/BCTD; raises NothingInScope and what `statements.portfolio` refuses."""
    return _lending(tx, policy, asked, "programme")


def _lending(tx: Tx, policy: Policy, asked: Asked, axis: str) -> Sheet:
    question, evidence = asked.opened(
        tx, policy, _FORMS[axis], asked.month, (*_CHECKED, "term", "group")
    )
    groups = ("commune", "group")
    by, terms, whole, *books, inner = statements.cuts(
        tx,
        policy,
        question,
        (axis,),
        (axis, "term"),
        ("term",),
        *((one,) for one in _CHECKED),
        groups,
    )
    of_year = replace(question, since=asked.year, axes=(axis,))
    (year,) = statements.cuts(tx, policy, of_year, (axis,))
    cuts = _Cuts(Cut(by), Cut(year), Cut(terms), Cut(whole))
    columns = (Column("no", "no"), Column(axis, "text"), *_FIGURES)
    return sheet(
        evidence,
        Part("lending", columns, tuple(_lines(by.rows, cuts))),
        checked=[
            *identities([by, *books, whole], statements.counted(tx, question)),
            nested(books[0], inner),
        ],
        notes=("lent-net", "collected-all", "terms-signed", "households-once", "turns-year"),
    )


class _Cuts:
    def __init__(self, month: Cut, year: Cut, terms: Cut, whole: Cut) -> None:
        self.month, self.year, self.terms, self.whole = month, year, terms, whole

    def cells(self, *keys: str) -> tuple[Cell, ...]:
        """Return what stands behind the name."""
        month, year = self.month.at(*keys), self.year.at(*keys)
        terms = (
            (self.terms.at(*keys, term) if keys else self.whole.at(term)).outstanding
            for term in _TERMS
        )
        return (
            *(month.drawn, year.drawn),
            *(month.principal_collected, year.principal_collected),
            *(month.written_off, year.written_off),
            *(month.outstanding, month.in_term, month.overdue, month.frozen),
            *terms,
            *(month.households, year.loans_drawn),
        )


def _lines(rows: tuple[PortfolioRow, ...], cuts: _Cuts) -> Iterator[Line]:
    for at, row in enumerate(rows, 1):
        yield Line((str(at), row.names[0], *cuts.cells(*row.keys)))
    yield Line(("", "", *cuts.cells()), "total", label="total")
