"""A commune's month: what was lent and is owed against the month and the year before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from creditdesk import arrears, statements, worklists
from creditdesk.db import Tx
from creditdesk.engine import days
from creditdesk.engine.policy import Policy
from creditdesk.figures import Figures, GroupRow, Portfolio, WorklistRow
from creditdesk.papers.asked import Asked
from creditdesk.papers.checks import Cut, identities, sheet
from creditdesk.sheets import Cell, Column, Line, Part, Sheet, share
from creditdesk.standings import day_before

_AXES = ("commune", "programme", "group")
_OWED = ("outstanding", "overdue", "frozen", "late_principal")


class Compared(NamedTuple):
    """Figures of the same loans on three days: now, a month end before, a year end before."""

    code: str
    name: str
    now: Figures
    month: Figures
    year: Figures


@dataclass(frozen=True, slots=True)
class CommuneMonth:
    """A commune on a day, with who is late there.

    days    now, the last day of the month before, the last of the year before
    scores  of groups, by number
    """

    days: tuple[date, date, date]
    total: Compared
    programmes: tuple[Compared, ...]
    groups: tuple[Compared, ...]
    scores: Mapping[str, GroupRow]
    late: tuple[WorklistRow, ...]
    customers: Mapping[str, str]

    @property
    def seen(self) -> list[str]:
        """Return the numbers of those who are seen; a head under the number of the group."""
        late = {row.customer_no for row in self.late}
        return [*late, *(no for no, row in self.scores.items() if row.head)]


def look(tx: Tx, policy: Policy, asked: Asked) -> CommuneMonth:
    """Return a commune on a day, or what it is narrowed to; raises PlaceNotFound."""
    as_of, month = asked.as_of, day_before(asked.month)
    year = date(as_of.year - 1, 12, 31)
    now, *before = (_books(tx, policy, asked, day) for day in (as_of, month, year))
    place = arrears.with_keys(asked.place, as_of, asked.within, asked.known_on)
    scores = {row.group_no: row for row in worklists.group_scores(tx, policy, as_of, place)}
    late = worklists.worklist(tx, policy, "late", as_of, place)
    total = Compared("", "", *(book[0].total for book in (now, *before)))
    groups = [one for one in _compared(now[2], before, 2) if one.code]
    return CommuneMonth(
        days=(as_of, month, year),
        total=total,
        programmes=tuple(_compared(now[1], before, 1)),
        groups=tuple(sorted(groups, key=lambda one: _rank(scores.get(one.code)))),
        scores=scores,
        late=tuple(sorted(late, key=lambda row: -row.days_late)),
        customers=worklists.names(tx, late)[0],
    )


def _books(tx: Tx, policy: Policy, asked: Asked, day: date) -> tuple[Portfolio, ...]:
    question = replace(asked, as_of=day).question(day.replace(day=1), _AXES)
    return statements.cuts(tx, policy, question, *((axis,) for axis in _AXES))


def _compared(
    now: Portfolio, before: Sequence[tuple[Portfolio, ...]], at: int
) -> Iterator[Compared]:
    then = [Cut(books[at]) for books in before]
    for row in now.rows:
        if row.figures.outstanding or any(cut.at(*row.keys).outstanding for cut in then):
            month, year = (cut.at(*row.keys) for cut in then)
            yield Compared(row.keys[0], row.names[0], row.figures, month, year)


def _rank(score: GroupRow | None) -> tuple[bool, float, str]:
    """Return the key by which the best group stands first, those without a score last."""
    if score is None or score.score is None:
        return True, 0, score.group_no if score else ""
    return False, -float(score.score), score.group_no


_OF_DAYS = (
    *(Column("no", "no"), Column("at_end_of", "text")),
    *(Column("drawn_month", group="lent"), Column("drawn_to_date", group="lent")),
    Column("principal_collected"),
    *(Column(name, group="owed") for name in _OWED),
    *(Column("overdue_share", "share", "owed"), Column("loans", "count")),
    Column("households", "count"),
)
_OF_PROGRAMMES = (
    *(Column("no", "no"), Column("code", "code"), Column("name", "text")),
    *(Column(name, group="owed") for name in _OWED),
    *(Column("month_before"), Column("year_before"), Column("households", "count")),
)
_OF_GROUPS = (
    *(Column("no", "no"), Column("group", "code"), Column("head", "text")),
    *(Column("members_owing", "count"), Column("outstanding", group="owed")),
    *(Column("overdue", group="owed"), Column("late_principal", group="owed")),
    *(Column("month_before"), Column("score", "points"), Column("band", "code")),
)
_OF_LATE = (
    *(Column("no", "no"), Column("borrower", "text"), Column("customer_no", "code")),
    *(Column("loan_no", "code"), Column("group", "code"), Column("late_principal")),
    Column("days_late", "number"),
)


def month(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return the month of a commune; raises NothingInScope, PlaceNotFound."""
    question, evidence = asked.opened(tx, policy, "commune-month", asked.month, _AXES)
    found = look(tx, policy, asked)
    books = _books(tx, policy, asked, asked.as_of)
    return sheet(
        evidence,
        Part("compared", _OF_DAYS, tuple(_days(found))),
        Part("programmes_of", _OF_PROGRAMMES, tuple(_programmes(found))),
        Part("groups_of", _OF_GROUPS, tuple(_groups(policy, found))),
        Part("late_debtors", _OF_LATE, tuple(_late(found))),
        checked=identities(books, statements.counted(tx, question)),
        notes=("lent-net", "households-once", "score-known"),
        seen=found.seen,
    )


def _owed(row: Figures) -> tuple[Cell, ...]:
    return tuple(getattr(row, name) for name in _OWED)


def _days(found: CommuneMonth) -> Iterator[Line]:
    books = (found.total.now, found.total.month, found.total.year)
    for at, (day, row) in enumerate(zip(found.days, books, strict=True), 1):
        lent = (row.drawn, row.drawn_to_date, row.principal_collected)
        rest = (share(row.overdue, row.outstanding), row.loans, row.households)
        yield Line((str(at), days.written(day), *lent, *_owed(row), *rest))


def _programmes(found: CommuneMonth) -> Iterator[Line]:
    for at, row in enumerate(found.programmes, 1):
        yield Line((str(at), row.code, row.name, *_against(row)))
    yield Line(("", "", "", *_against(found.total)), "total", label="total")


def _against(row: Compared) -> tuple[Cell, ...]:
    return *_owed(row.now), row.month.outstanding, row.year.outstanding, row.now.households


def _groups(policy: Policy, found: CommuneMonth) -> Iterator[Line]:
    bands = policy.group_score.band_names
    for at, row in enumerate(found.groups, 1):
        score = found.scores.get(row.code)
        band = bands[score.band].names.vi if score and score.band else ""
        owed = (row.now.outstanding, row.now.overdue, row.now.late_principal)
        told = (row.month.outstanding, score.score if score else None, band)
        yield Line((str(at), row.code, row.name, row.now.households, *owed, *told))


def _late(found: CommuneMonth) -> Iterator[Line]:
    for at, row in enumerate(found.late, 1):
        name = found.customers.get(row.customer_no, "")
        numbers = (row.customer_no, row.loan_no, row.group_no)
        yield Line((str(at), name, *numbers, row.amount, row.days_late))
