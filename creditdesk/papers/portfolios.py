"""The portfolio statement, and its figures as tables."""

from collections.abc import Iterator, Sequence

from creditdesk import statements
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.figures import Figures, PortfolioRow, PortfolioStatement
from creditdesk.papers.asked import Asked
from creditdesk.papers.shares import share
from creditdesk.sheets import Cell, Column, Line, Part, Sheet

_FIGURES = (
    Column("drawn", group="lent"),
    Column("drawn_year", group="lent"),
    Column("drawn_to_date", group="lent"),
    Column("principal_collected"),
    Column("outstanding", group="owed"),
    Column("in_term", group="owed"),
    Column("overdue", group="owed"),
    Column("frozen", group="owed"),
    Column("overdue_share", "share", "owed"),
    Column("late_principal"),
    Column("loans", "count"),
    Column("households", "count"),
)
_BY_ROWS = (Column("no", "no"), Column("code", "code"), Column("name", "text"), *_FIGURES)
_BY_PROGRAMMES = (
    *(Column("code", "code"), Column("source", "code"), Column("name", "text")),
    *_FIGURES,
)


def statement(tx: Tx, policy: Policy, asked: Asked) -> PortfolioStatement:
    """Return the portfolio statement; raises what `statements.portfolio_statement` does."""
    question = asked.question(asked.since or asked.year, (asked.by,))
    return statements.portfolio_statement(tx, policy, question, made_at=asked.made_at)


def tables(found: PortfolioStatement) -> Sheet:
    """Return a portfolio statement as tables."""
    rows = [row for section in found.sections for row in section.rows]
    parts = (
        Part("rows", _BY_ROWS, tuple(_rows(rows, found.total))),
        Part("sources", _BY_PROGRAMMES, tuple(_programmes(found))),
    )
    return Sheet("portfolio", found.evidence, parts)


def _rows(rows: Sequence[PortfolioRow], total: Figures) -> Iterator[Line]:
    for at, row in enumerate(rows, 1):
        yield Line((str(at), row.keys[0], row.names[0], *_cells(row.figures)))
    yield Line(("", "", "", *_cells(total)), "total", label="total")


def _programmes(found: PortfolioStatement) -> Iterator[Line]:
    for row in found.programmes:
        yield Line((*row.keys, row.names[0], *_cells(row.figures)))
    yield Line(("", "", "", *_cells(found.programmes_total)), "total", label="total")


def _cells(row: Figures) -> Iterator[Cell]:
    for column in _FIGURES:
        if column.kind == "share":
            yield share(row.overdue, row.outstanding)
        else:
            yield getattr(row, column.code)
