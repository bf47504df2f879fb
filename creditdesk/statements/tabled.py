"""The portfolio statement as tables: what its paper prints, its workbook and its CSV carry."""

from collections.abc import Iterator

from creditdesk.figures import Figures, PortfolioStatement
from creditdesk.sheets import Cell, Column, Line, Part, share
from creditdesk.statements.books import add

_FIGURES = (
    Column("drawn:period", group="lent"),
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
    *(Column("code", "code"), Column("source", "code"), Column("programme", "text")),
    *_FIGURES,
)


def tables(found: PortfolioStatement) -> tuple[Part, ...]:
    """Return the tables of a portfolio statement, line by line as its paper has them."""
    return (
        Part("rows", _BY_ROWS, tuple(_rows(found))),
        Part("sources", _BY_PROGRAMMES, tuple(_programmes(found))),
    )


def _rows(found: PortfolioStatement) -> Iterator[Line]:
    at = 0
    for section in found.sections:
        for row in section.rows:
            at += 1
            yield Line((str(at), row.keys[0], row.names[0], *_cells(row.figures)))
        if found.by == "commune":
            cells = ("", "", "", *_cells(section.subtotal))
            yield Line(cells, "subtotal", label=f"sum:{section.kind}")
    yield Line(("", "", "", *_cells(found.total)), "total", label="total")


def _programmes(found: PortfolioStatement) -> Iterator[Line]:
    for source in sorted({row.keys[1] for row in found.programmes}):
        rows = [row for row in found.programmes if row.keys[1] == source]
        for row in rows:
            yield Line((*row.keys, row.names[0], *_cells(row.figures)))
        # A household may borrow under several programmes: a sum of households would be a lie.
        *cells, _ = _cells(add(row.figures for row in rows))
        yield Line(("", source, "", *cells, None), "subtotal", label=f"sum:source-{source}")
    yield Line(("", "", "", *_cells(found.programmes_total)), "total", label="total")


def _cells(row: Figures) -> Iterator[Cell]:
    for column in _FIGURES:
        if column.kind == "share":
            yield share(row.overdue, row.outstanding)
        else:
            yield getattr(row, column.code.partition(":")[0])
