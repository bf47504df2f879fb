"""The portfolio by commune: on screen, as PDF, as a table; and the page of one commune."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from flask import Blueprint, Response, render_template

from creditdesk import cards, communes, documents, statements
from creditdesk.accesses import LIST, View
from creditdesk.db import Tx
from creditdesk.engine.money import round_ratio
from creditdesk.figures import Figures, Portfolio, PortfolioRow
from creditdesk.statements import Question
from creditdesk.web import edge, papers
from creditdesk.web.asked import (
    Asked,
    asked,
    loans_asked,
    order_asked,
    periods,
    place_name,
    places,
    reachable,
    require,
    within,
)
from creditdesk.web.writing import alphabetical

RANKED = 10
PAGE = 100

pages = Blueprint("portfolio", __name__)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: its key, the group it stands in, and its value in a row's figures."""

    key: str
    group: str
    money: bool
    value: Callable[[Figures], int | Fraction]


@dataclass(frozen=True, slots=True)
class Bar:
    """A row among those with the most: its amount [dong] and length [thousandths of the first]."""

    row: PortfolioRow
    amount: int
    length: int


def _of(name: str) -> Callable[[Figures], int]:
    return lambda figures: int(getattr(figures, name))


def _share(figures: Figures) -> Fraction:
    return Fraction(figures.overdue, figures.outstanding) if figures.outstanding else Fraction(0)


def _money(group: str, *names: str) -> list[Column]:
    return [Column(name, group, True, _of(name)) for name in names]


COLUMNS = (
    *_money("lent", "drawn", "drawn_year", "drawn_to_date"),
    *_money("", "principal_collected"),
    *_money("owed", "outstanding", "in_term", "overdue", "frozen"),
    Column("overdue_share", "owed", False, _share),
    *_money("", "late_principal"),
    Column("loans", "counted", False, _of("loans")),
    Column("households", "counted", False, _of("households")),
)


@pages.get("/")
def index() -> Any:
    """Show the book by commune for a period, in any order, and where the most lies."""
    with edge.read() as tx:
        cover = edge.cover(tx)
        chosen = asked(cover, unit=edge.desk().settings.unit_of_statement)
        chosen = within(tx, chosen, "portfolio")
        require("portfolio", tx, chosen)
        book = _by_commune(tx, chosen)
        choices, linked = places(tx, cover, chosen), reachable(tx, chosen)
    columns = columns_of(chosen)
    sort, order = order_asked(("code", "name", *(column.key for column in columns)))
    return render_template(
        "portfolio/index.html",
        asked=chosen,
        sort=sort,
        order=order,
        book=book,
        columns=columns,
        rows=_in_order(book.rows, columns, sort, down=order == "desc"),
        places=choices,
        place_name=place_name(communes.map_on(chosen.as_of), chosen.place),
        periods=periods(cover, chosen),
        most={name: _most(book, name) for name in ("drawn_to_date", "late_principal")},
        known=linked,
        printable=bool(chosen.where) or len(cover.provinces) == 1,
        empty=not cover.provinces,
    )


@pages.get("/communes/<code>")
def commune(code: str) -> Any:
    """Show what a commune comes to, and its loans by pages."""
    only, after = loans_asked()
    with edge.read() as tx:
        cover = edge.cover(tx)
        chosen = replace(asked(cover, unit=edge.desk().settings.unit_of_statement), place=code)
        known = communes.map_on(chosen.as_of)
        unit = known.commune(code)
        require("commune-loans", tx, chosen)
        book = _by_commune(tx, chosen)
        lines = cards.commune_loans(
            tx,
            edge.desk().policy,
            code,
            chosen.as_of,
            after=after,
            limit=PAGE + 1,
            only=only,
        )
    seen = [line.customer_no for line in lines[:PAGE]]
    edge.note(View("commune-loans", LIST, code, customers=seen))
    return render_template(
        "portfolio/commune.html",
        asked=chosen,
        commune=unit,
        province=known.provinces.get(unit.province),
        total=book.total,
        lines=lines[:PAGE],
        only=only,
        filters=cards.FILTERS,
        after=after,
        further=lines[PAGE - 1].loan_no if len(lines) > PAGE else None,
        programmes=edge.desk().policy.programmes,
    )


@pages.get("/portfolio.csv")
def table() -> Response:
    """Send the portfolio by commune as CSV; the mark at its head tells Excel that it is UTF-8."""
    with edge.read() as tx:
        chosen = within(tx, asked(edge.cover(tx), unit="dong"), "portfolio-export")
        require("portfolio-export", tx, chosen)
        content = documents.portfolio_table(_by_commune(tx, chosen))
    return _file(f"\ufeff{content}".encode(), "text/csv; charset=utf-8", chosen, "csv")


@pages.get("/portfolio.pdf")
def paper() -> Response:
    """Send the portfolio statement as PDF."""
    return papers.answer("portfolio", "pdf")


def _file(content: bytes, kind: str, chosen: Asked, ending: str) -> Response:
    parts = ("portfolio", chosen.place, chosen.since.isoformat(), chosen.as_of.isoformat())
    name = "_".join(part for part in parts if part)
    where = "inline" if ending == "pdf" else "attachment"
    return Response(
        content,
        content_type=kind,
        headers={"Content-Disposition": f'{where}; filename="{name}.{ending}"'},
    )


def _by_commune(tx: Tx, chosen: Asked) -> Portfolio:
    question = Question(
        chosen.since,
        chosen.as_of,
        place=chosen.where,
        within=chosen.within,
        with_year=not _begins_its_year(chosen),
    )
    return statements.portfolio(tx, edge.desk().policy, question)


def _begins_its_year(chosen: Asked) -> bool:
    return chosen.since == date(chosen.as_of.year, 1, 1)


def columns_of(chosen: Asked) -> tuple[Column, ...]:
    """Return the columns of a period: that of the year only where the period is another."""
    same = _begins_its_year(chosen)
    return tuple(column for column in COLUMNS if not (same and column.key == "drawn_year"))


def _in_order(
    rows: Sequence[PortfolioRow], columns: Sequence[Column], sort: str, *, down: bool
) -> list[PortfolioRow]:
    if sort == "code":
        return sorted(rows, key=lambda row: row.keys, reverse=down)
    if sort == "name":
        return sorted(rows, key=lambda row: alphabetical(row.names[0]), reverse=down)
    value = next(column.value for column in columns if column.key == sort)
    return sorted(rows, key=lambda row: value(row.figures), reverse=down)


def _most(book: Portfolio, name: str) -> list[Bar]:
    """Return the rows with the most of a figure, each with its length against the first [%]."""
    rows = sorted(book.rows, key=lambda row: getattr(row.figures, name), reverse=True)[:RANKED]
    rows = [row for row in rows if getattr(row.figures, name) > 0]
    longest = getattr(rows[0].figures, name) if rows else 1
    return [
        Bar(row, amount, round_ratio(amount * 1_000, longest))
        for row in rows
        for amount in [getattr(row.figures, name)]
    ]
