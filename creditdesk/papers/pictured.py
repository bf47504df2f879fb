"""The figures behind the pictures: by month, programme and commune, what is late, the seasons."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from creditdesk import statements
from creditdesk.db import Tx
from creditdesk.engine.days import EARLIEST, months_after
from creditdesk.engine.policy import Policy
from creditdesk.evidence import Identity
from creditdesk.figures import AgeBand, Figures, MonthFlow, PortfolioRow
from creditdesk.papers.asked import Asked
from creditdesk.papers.checks import identities, sheet
from creditdesk.sheets import Column, Line, Part, Sheet

MOST_MONTHS, MOST_YEARS = 24, 6
_FLOWS = (Column("drawn"), Column("principal"))
_OWED = (Column("outstanding", group="owed"), Column("overdue", group="owed"))
_LATE = Column("late_principal")
_BY_MONTH = (Column("month", "text"), *_FLOWS)
_BY_ROWS = (Column("code", "code"), Column("name", "text"), *_FLOWS, *_OWED, _LATE)
_BY_AGE = (Column("days_late", "text"), Column("loans", "count"), _LATE)
_MONTHS = tuple(f"m{month:02d}" for month in range(1, 13))
_BY_YEAR = (Column("year", "text"), *map(Column, _MONTHS), Column("whole_year"))


def pictures(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return what is pictured of a period of up to two years, by default the two up to its day.

    Raises NothingInScope and what `statements.portfolio` refuses.
    """
    first = months_after(asked.month, 1 - MOST_MONTHS)
    since = max(asked.since or first, first)
    axes = ("programme", "commune")
    question, evidence = asked.opened(tx, policy, "pictures", since, axes)
    programmes, communes = statements.cuts(tx, policy, question, *((axis,) for axis in axes))
    ever = statements.by_month(tx, replace(question, since=EARLIEST))
    begins = since.replace(day=1)
    # A period of whole months is a part of what was ever lent and repaid.
    flows = [flow for flow in ever if flow.month >= begins]
    flows = flows if since == begins else list(statements.by_month(tx, question))
    bands = statements.by_age(tx, question)
    parts = (
        Part("by-month", _BY_MONTH, tuple(_months(flows, since, asked.as_of))),
        Part("by-programme", _BY_ROWS, tuple(_rows(programmes.rows, programmes.total))),
        Part("by-commune", _BY_ROWS, tuple(_rows(communes.rows, communes.total))),
        Part("ageing", _BY_AGE, tuple(_ages(bands))),
        Part("seasons", _BY_YEAR, tuple(_seasons(ever, asked.as_of.year))),
    )
    found = [
        *identities([programmes, communes], statements.counted(tx, question)),
        *_flows_add_up(flows, programmes.total),
    ]
    late, total = sum(band.late_principal for band in bands), programmes.total
    found.append(Identity("bands-make-total:late_principal", late, total.late_principal))
    notes = ("lent-net", "collected-all", "bands-by-instalment", "months-most")
    return sheet(evidence, *parts, checked=found, notes=notes)


def _flows_add_up(flows: Sequence[MonthFlow], total: Figures) -> Iterator[Identity]:
    for name in ("drawn", "principal_collected"):
        summed = sum(getattr(flow, name) for flow in flows)
        yield Identity(f"months-make-total:{name}", summed, getattr(total, name))


def _months(flows: Sequence[MonthFlow], since: date, until: date) -> Iterator[Line]:
    known = {flow.month: flow for flow in flows}
    month = since.replace(day=1)
    sums = [0, 0]
    while month <= until:
        flow = known.get(month)
        both = (flow.drawn, flow.principal_collected) if flow else (0, 0)
        sums = [sums[0] + both[0], sums[1] + both[1]]
        yield Line((f"{month.month:02d}/{month.year}", *both))
        month = months_after(month, 1)
    yield Line(("", *sums), "total", label="total")


def _rows(rows: Sequence[PortfolioRow], total: Figures) -> Iterator[Line]:
    for row in rows:
        yield Line((row.keys[0], row.names[0], *_cells(row.figures)))
    yield Line(("", "", *_cells(total)), "total", label="total")


def _cells(row: Figures) -> tuple[int, ...]:
    flows = (row.drawn, row.principal_collected)
    return (*flows, row.outstanding, row.overdue, row.late_principal)


def _ages(bands: Sequence[AgeBand]) -> Iterator[Line]:
    for band in bands:
        said = f"{band.since}–{band.until}" if band.until else f"> {band.since - 1}"
        yield Line((said, band.loans, band.late_principal))
    yield Line(("", None, sum(band.late_principal for band in bands)), "total", label="total")


def _seasons(flows: Sequence[MonthFlow], newest: int) -> Iterator[Line]:
    back: Mapping[date, int] = {flow.month: flow.principal_collected for flow in flows}
    oldest = min((month.year for month, amount in back.items() if amount), default=newest)
    for year in range(max(oldest, newest + 1 - MOST_YEARS), newest + 1):
        months = [back.get(date(year, month, 1), 0) for month in range(1, 13)]
        yield Line((str(year), *months, sum(months)))
