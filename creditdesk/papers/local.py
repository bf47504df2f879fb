"""What money entrusted by the province and its communes did: for the department of finance."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from creditdesk import statements
from creditdesk.db import Tx
from creditdesk.engine.money import round_ratio
from creditdesk.engine.policy import Dated, InterestShares, Policy
from creditdesk.evidence import Evidence, Identity
from creditdesk.figures import Figures, Portfolio
from creditdesk.papers.asked import Asked
from creditdesk.papers.checks import Cut, identities, nested, sheet
from creditdesk.sheets import Cell, Column, Line, Part, Sheet, share
from creditdesk.standings import day_before

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
_SHARED = (
    *(Column("no", "no"), Column("code", "code"), Column("investor_name", "text")),
    *(Column("since", "day", "stretch_shared"), Column("until_day", "day", "stretch_shared")),
    Column("interest"),
    *(Column("share_of_interest", "share", "fee"), Column("fee", group="fee")),
    *(Column("share_of_interest", "share", "to_capital"), Column("added", group="to_capital")),
    Column("left_to_budget"),
    Column("set_by", "code"),
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
    shared = _Shared(policy, evidence)
    stretches = [
        statements.cuts(tx, policy, replace(local, since=first, as_of=last), ("investor",))[0]
        for first, last in shared.stretches()
    ]
    return sheet(
        evidence,
        Part("local_communes", _NAMED, tuple(_communes(inner, communes))),
        Part("local_programmes", _NAMED, tuple(_rows(programmes))),
        Part("local_investors", _NAMED, tuple(_rows(investors))),
        Part("local_interest", _SHARED, (*shared.lines(stretches), shared.total(stretches))),
        checked=[
            *identities([communes, programmes, investors], statements.counted(tx, local)),
            nested(communes, inner),
            Identity(
                "stretches-make-total:interest",
                sum(book.total.interest_collected for book in stretches),
                investors.total.interest_collected,
            ),
        ],
        notes=("local-only", "lent-net", "households-once", *shared.notes),
    )


class _Shared:
    """How interest gathered in each stretch of days with the same shares is to be shared."""

    def __init__(self, policy: Policy, evidence: Evidence) -> None:
        self._evidence = evidence
        self._shares = policy.local_capital.get(evidence.scope.province_code, InterestShares())

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what has to be said of the shares."""
        whole = (self._shares.fee_share, self._shares.capital_share)
        since, as_of = self._evidence.since, self._evidence.as_of
        known = all(one.find(since) and one.find(as_of) for one in whole)
        return ("interest-shared",) if known else ("interest-shared", "interest-shares-unset")

    def stretches(self) -> list[tuple[date, date]]:
        """Return first and last day of each stretch of the period."""
        since, as_of = self._evidence.since, self._evidence.as_of
        both = (self._shares.fee_share, self._shares.capital_share)
        moved = {one.since for history in both for one in history.values}
        first = sorted({since, *(day for day in moved if since < day <= as_of)})
        return list(zip(first, [*map(day_before, first[1:]), as_of], strict=True))

    def lines(self, books: Sequence[Portfolio]) -> Iterator[Line]:
        """Yield a line for each investor and stretch in which interest was gathered."""
        rows = [(row, book) for book in books for row in book.rows]
        alive = [(row, book) for row, book in rows if row.figures.interest_collected]
        alive.sort(key=lambda one: (one[0].keys, one[1].since))
        for at, (row, book) in enumerate(alive, 1):
            days = (book.since, book.as_of)
            shared = self._cells(row.figures.interest_collected, book.since)
            yield Line((str(at), row.keys[0], row.names[0], *days, *shared))

    def total(self, books: Sequence[Portfolio]) -> Line:
        """Return the line below them: amounts that are not known are not added up."""
        amounts = [line.cells for line in self.lines(books)]
        sums = [
            None
            if any(cells[at] is None for cells in amounts)
            else _sum(cells[at] for cells in amounts)
            for at, column in enumerate(_SHARED)
            if column.kind == "dong"
        ]
        interest, fee, added, left = sums
        cells = ("", "", "", None, None, interest, None, fee, None, added, left, "")
        return Line(cells, "total", label="total")

    def _cells(self, interest: int, day: date) -> tuple[Cell, ...]:
        fee, capital = self._shares.fee_share.dated(day), self._shares.capital_share.dated(day)
        paid, added = (_part(interest, one) for one in (fee, capital))
        left = None if paid is None or added is None else interest - paid - added
        said = "; ".join(dict.fromkeys(one.source for one in (fee, capital) if one))
        shares: tuple[Cell, ...] = tuple(one.value if one else None for one in (fee, capital))
        return interest, shares[0], paid, shares[1], added, left, said or _UNSET


_UNSET = "chưa quy định"


def _part(whole: int, share: Dated[Decimal] | None) -> int | None:
    """Return a share of an amount, rounded half-up to whole dong; None where none is set."""
    if share is None:
        return None
    above, below = share.value.as_integer_ratio()
    return round_ratio(whole * above, below)


def _sum(cells: Iterable[Cell]) -> int | None:
    """Return amounts added up; None where one of them is not known."""
    many = list(cells)
    known = [cell for cell in many if isinstance(cell, int)]
    return sum(known) if len(known) == len(many) else None


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
