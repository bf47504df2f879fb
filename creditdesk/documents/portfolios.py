"""The book in figures, the bridge between two maps, and what a move moved."""

from collections.abc import Iterable
from typing import Any

from creditdesk.figures import FIGURE_NAMES, Bridge, Figures, Moved, Portfolio, PortfolioRow
from creditdesk.tables import table

_OF_PAPERS = ("drawn_year", "opening", "loans_repaying", "loans_overdue")
PORTFOLIO_FIGURES = tuple(name for name in FIGURE_NAMES if name not in _OF_PAPERS)


def figures(found: Figures) -> dict[str, int]:
    """Return the figures of a portfolio row: whole dong and counts."""
    return {name: int(getattr(found, name)) for name in PORTFOLIO_FIGURES}


def portfolio(book: Portfolio) -> dict[str, Any]:
    """Return a portfolio: each row its axes, the names of their keys, and the figures."""
    return {
        "from": book.since.isoformat(),
        "as_of": book.as_of.isoformat(),
        "axes": list(book.axes),
        "rows": [
            dict(zip(book.axes, row.keys, strict=True))
            | {"name": " / ".join(row.names)}
            | figures(row.figures)
            for row in book.rows
        ],
        "total": figures(book.total),
    }


def portfolio_table(book: Portfolio) -> str:
    """Return a portfolio as CSV, the total in the last line."""
    head = [*book.axes, "name", *PORTFOLIO_FIGURES]
    rows = [
        [*row.keys, " / ".join(row.names), *figures(row.figures).values()] for row in book.rows
    ]
    blank = [""] * (len(book.axes) - 1)
    return table(head, [*rows, ["total", *blank, "", *figures(book.total).values()]])


def bridge(found: Bridge) -> dict[str, Any]:
    """Return a bridge: the rows between two maps, and the statement on either side."""

    def side(rows: Iterable[PortfolioRow]) -> list[dict[str, Any]]:
        return [
            {"commune": row.keys[0], "name": row.names[0]} | figures(row.figures) for row in rows
        ]

    return {
        "from": found.since.isoformat(),
        "as_of": found.as_of.isoformat(),
        "map_then": found.map_then.isoformat(),
        "map_now": found.map_now.isoformat(),
        "rows": [
            dict(zip(_ENDS, (*row.keys, *row.names), strict=True)) | figures(row.figures)
            for row in found.rows
        ],
        "then": side(found.then),
        "now": side(found.now),
        "total": figures(found.total),
    }


_ENDS = ("commune_then", "commune_now", "name_then", "name_now")


def bridge_table(found: Bridge) -> str:
    """Return a bridge as CSV, the total in the last line."""
    rows = [[*row.keys, *row.names, *figures(row.figures).values()] for row in found.rows]
    total = ["total", *[""] * (len(_ENDS) - 1), *figures(found.total).values()]
    return table([*_ENDS, *PORTFOLIO_FIGURES], [*rows, total])


def moved(found: Moved) -> dict[str, Any]:
    """Return a move: by which act, what by commune, and every loan from where to where."""
    return {
        "act": found.act_id,
        "day": found.day.isoformat(),
        "rows": [row._asdict() for row in found.communes],
        "loans": [
            {
                "loan_no": loan.loan_no,
                "since": loan.since.isoformat(),
                "from": loan.old._asdict(),
                "to": loan.new._asdict(),
                "outstanding": loan.outstanding,
            }
            for loan in found.loans
        ],
    }
