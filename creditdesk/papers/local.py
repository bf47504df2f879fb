"""What money entrusted by the province and its communes did: for the department of finance."""

from collections.abc import Iterator
from dataclasses import replace

from creditdesk import statements
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.figures import Figures, Portfolio
from creditdesk.papers.asked import Asked
from creditdesk.papers.checks import Cut, identities, nested, sheet
from creditdesk.papers.shares import share
from creditdesk.sheets import Cell, Column, Line, Part, Sheet

_LOCAL = ("source", "2")
_FIGURES = (
    Column("opening"),
    Column("drawn", group="in_period"),
    Column("principal", group="in_period"),
    Column("written_off_period", group="in_period"),
    Column("outstanding", group="owed"),
    Column("overdue", group="owed"),
    Column("frozen", group="owed"),
    Column("overdue_share", "share", "owed"),
    Column("interest", group="interest_period"),
    Column("households", "count"),
    Column("loans", "count"),
)
_NAMED = (Column("no", "no"), Column("code", "code"), Column("name", "text"), *_FIGURES)


def capital(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return what entrusted capital did in a period, by commune and programme, and by investor.

    Source: Circular 11/2017/TT-BTC on the local budgets' entrusted capital.

    Raises NothingInScope and what `statements.portfolio` refuses.
    """
    since = asked.since or asked.year
    axes = ("commune", "programme", "investor", "source")
    question, evidence = asked.opened(tx, policy, "local-capital", since, axes)
    local = replace(question, within=(*question.within, _LOCAL))
    inner, communes, programmes, investors = statements.cuts(
        tx,
        policy,
        local,
        ("commune", "programme"),
        ("commune",),
        ("programme",),
        ("investor",),
    )
    return sheet(
        evidence,
        Part("local_communes", _NAMED, tuple(_communes(inner, communes))),
        Part("local_programmes", _NAMED, tuple(_rows(programmes))),
        Part("local_investors", _NAMED, tuple(_rows(investors))),
        checked=[*identities([communes, programmes, investors]), nested(communes, inner)],
        notes=("local-only", "lent-net", "households-once", "interest-gathered"),
    )


def _communes(inner: Portfolio, communes: Portfolio) -> Iterator[Line]:
    leads = Cut(communes)
    number = 0
    for row in communes.rows:
        yield Line(("", row.keys[0], row.names[0], *_cells(leads.at(*row.keys))), "lead", 1)
        for one in (one for one in inner.rows if one.keys[0] == row.keys[0]):
            number += 1
            yield Line((str(number), one.keys[1], one.names[1], *_cells(one.figures)))
    yield Line(("", "", "", *_cells(communes.total)), "total", label="total")


def _rows(book: Portfolio) -> Iterator[Line]:
    for at, row in enumerate(book.rows, 1):
        yield Line((str(at), row.keys[0], row.names[0], *_cells(row.figures)))
    yield Line(("", "", "", *_cells(book.total)), "total", label="total")


def _cells(row: Figures) -> tuple[Cell, ...]:
    return (
        *(row.opening, row.drawn, row.principal_collected, row.written_off),
        *(row.outstanding, row.overdue, row.frozen, share(row.overdue, row.outstanding)),
        *(row.interest_collected, row.households, row.loans),
    )
