"""Debt that is late by contract, or overdue: today, at the end of last month and of last year."""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import NamedTuple

from creditdesk import statements, worklists
from creditdesk.db import Tx
from creditdesk.engine import days
from creditdesk.engine.policy import Policy
from creditdesk.evidence import Identity
from creditdesk.figures import WorklistRow
from creditdesk.papers import leaves
from creditdesk.papers.asked import Asked
from creditdesk.papers.checks import sheet
from creditdesk.papers.leaves import Opened, Row
from creditdesk.sheets import Cell, Column, Line, Part, Sheet

_FIGURES = (
    Column("then:now", group="day_end"),
    Column("then", group="month_end"),
    Column("change", group="month_end"),
    Column("then", group="year_end"),
    Column("change", group="year_end"),
)
_BY_GROUP = (
    Column("no", "no"),
    Column("leaf", "text"),
    Column("loans_behind", "count", "day_end"),
    *_FIGURES,
)
_LOANS = (
    Column("no", "no"),
    Column("borrower", "text"),
    Column("loan_no", "code"),
    Column("programme_code", "code"),
    Column("late_since", "day"),
    Column("days_late", "number"),
    Column("owed"),
    *_FIGURES,
)


def late(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return the list of principal late by contract; raises what `leaves.opened` does."""
    return _behind(tx, policy, asked, "late", "late_principal")


def overdue(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return the list of debt booked as overdue; raises what `leaves.opened` does."""
    return _behind(tx, policy, asked, "overdue", "overdue")


class _Amounts(NamedTuple):
    """What was behind on three days [dong]."""

    now: int
    month_end: int
    year_end: int

    def cells(self) -> tuple[Cell, ...]:
        then = ((amount, self.now - amount) for amount in (self.month_end, self.year_end))
        return self.now, *(cell for pair in then for cell in pair)


def _behind(tx: Tx, policy: Policy, asked: Asked, name: str, figure: str) -> Sheet:
    list_ = leaves.opened(tx, policy, asked, name)
    moments = asked.as_of, days.previous_month_end(asked.as_of), date(asked.as_of.year - 1, 12, 31)
    lists = [
        {row.loan_no: row for row in worklists.worklist(tx, policy, name, day, list_.place)}
        for day in moments
    ]
    rows = list(_rows(list_, lists))
    by_loan = leaves.bound(list_, "loans", _LOANS, rows)
    question = list_.question
    total: int = getattr(statements.portfolio(tx, policy, question).total, figure)
    return sheet(
        list_.evidence,
        _groups(by_loan.part, rows),
        by_loan.part,
        checked=[
            *by_loan.sums,
            Identity(
                f"loans-make-portfolio:{figure}", leaves.total(by_loan.part, "then:now"), total
            ),
        ],
        notes=(f"behind-{name}", "behind-change", "behind-paid", "behind-moved"),
        seen=leaves.seen(rows),
    )


def _rows(list_: Opened, lists: list[dict[str, WorklistRow]]) -> Iterator[Row]:
    """Yield every loan that was behind on one of the days and still lies in the place."""
    now, *_ = lists
    loans = list_.held(row for rows in lists for row in rows.values())
    for loan_no, loan in loans.items():
        amounts = _Amounts(*(rows[loan_no].amount if loan_no in rows else 0 for rows in lists))
        here = now.get(loan_no)
        since, late_for = (here.due_on, here.days_late) if here else (None, None)
        told = (loan.customer_name, loan_no, loan.programme, since, late_for, loan.outstanding)
        yield Row(loan, (*told, *amounts.cells()))


def _groups(loans: Part, rows: list[Row]) -> Part:
    """Return the leads of the list as a table, with how many loans of each are behind now."""
    at = [column.code for column in _LOANS].index("then:now")
    ordered = sorted(rows, key=leaves.order)
    counts = [
        sum(bool(row.cells[at - 1]) for row in inside)
        for _, inside in groupby(ordered, key=lambda row: leaves.order(row)[:2])
    ]
    leads = [line.cells for line in loans.lines if line.kind == "lead"]
    lines = [
        Line((str(number), cells[1], count, *cells[at:]))
        for number, (cells, count) in enumerate(zip(leads, counts, strict=True), 1)
    ]
    last = loans.lines[-1].cells
    total = Line(("", "", sum(counts), *last[at:]), "total", label="total")
    return Part("groups_behind", _BY_GROUP, (*lines, total))
