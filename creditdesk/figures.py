"""The frozen values that readings hand to faces: figures of a book, a statement, one loan."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from creditdesk.engine.ageing import Standing
from creditdesk.engine.money import Dong
from creditdesk.evidence import Evidence

AXES = (
    "commune",
    "programme",
    "source",
    "investor",
    "trustee",
    "office",
    "group",
    "village",
    "status",
    "term",
    "purpose",
)


class Figures(NamedTuple):
    """What a set of loans comes to: flows of a period [dong], balances at its end [dong], counts.

    `loans` and `households` are those with a balance; households are distinct within the set, so
    they alone do not add up over sets. `drawn` is draws less re-bookings. `interest_unpaid` may be
    negative where interest was collected ahead.
    """

    loans: int = 0
    households: int = 0
    loans_drawn: int = 0
    drawn: Dong = Dong(0)
    drawn_year: Dong = Dong(0)
    drawn_to_date: Dong = Dong(0)
    principal_collected: Dong = Dong(0)
    interest_collected: Dong = Dong(0)
    written_off: Dong = Dong(0)
    opening: Dong = Dong(0)
    outstanding: Dong = Dong(0)
    in_term: Dong = Dong(0)
    overdue: Dong = Dong(0)
    frozen: Dong = Dong(0)
    late_principal: Dong = Dong(0)
    loans_late: int = 0
    loans_repaying: int = 0
    loans_overdue: int = 0
    interest_unpaid: Dong = Dong(0)

    @property
    def parts(self) -> int:
        """Return what is in term, overdue and frozen [dong]: all that is owed, or it is wrong."""
        return self.in_term + self.overdue + self.frozen

    @property
    def closing(self) -> int:
        """Return what the opening and the flows leave [dong]: all that is owed as well."""
        return self.opening + self.drawn - self.principal_collected - self.written_off


FIGURE_NAMES = Figures._fields


class PortfolioRow(NamedTuple):
    """One row of a portfolio: its keys in the order of the axes, their names, its figures."""

    keys: tuple[str, ...]
    names: tuple[str, ...]
    figures: Figures


@dataclass(frozen=True, slots=True)
class Portfolio:
    """A book in figures from the beginning of day `since` to the end of day `as_of`."""

    since: date
    as_of: date
    axes: tuple[str, ...]
    rows: tuple[PortfolioRow, ...]
    total: Figures


class MonthFlow(NamedTuple):
    """What was lent and repaid [dong] in a month, which is named by its first day."""

    month: date
    drawn: Dong
    principal_collected: Dong


class AgeBand(NamedTuple):
    """Late principal [dong] that was due so many days ago, first and last day of the band."""

    since: int
    until: int | None
    loans: int
    late_principal: Dong


@dataclass(frozen=True, slots=True)
class Bridge:
    """A book in figures by the communes of two days: what left each one, and where it went.

    `rows` have the keys (commune then, commune now). `then` and `now` are the two statements that
    they lead from and to, each by commune: but for households, which are distinct within each,
    the rows of a commune add up to it on either side.
    """

    since: date
    as_of: date
    map_then: date
    map_now: date
    rows: tuple[PortfolioRow, ...]
    then: tuple[PortfolioRow, ...]
    now: tuple[PortfolioRow, ...]
    total: Figures


@dataclass(frozen=True, slots=True)
class Outcome:
    """Households lent to, by where they stood at their first loan and where they stand later.

    moves    how many went from a standing to a standing; an empty one: nothing tells one
    listed   of how many a commune's list tells the later standing, not the contract alone
    """

    key: str
    name: str
    moves: Mapping[tuple[str, str], int]
    listed: int
    drawn_to_date: Dong
    outstanding: Dong

    @property
    def households(self) -> int:
        """Return how many there are, each counted once."""
        return sum(self.moves.values())

    def then(self, standing: str) -> int:
        """Return how many had a standing at the loan."""
        return sum(many for (was, _), many in self.moves.items() if was == standing)

    def now(self, standing: str) -> int:
        """Return how many have a standing on the later day."""
        return sum(many for (_, is_), many in self.moves.items() if is_ == standing)

    def between(self, was: Collection[str], is_: Collection[str]) -> int:
        """Return how many went from one of some standings to one of others."""
        return sum(
            many for (one, other), many in self.moves.items() if one in was and other in is_
        )


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of households lent to in a period: all of them, by commune, by programme.

    since  [date] the first day of signing that counts
    """

    since: date
    total: Outcome
    communes: tuple[Outcome, ...]
    programmes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The communes of one kind: `xa`, `phuong`, `dac-khu`, or `cu` for units of an older map.

    Rows of another axis stand together under its name.
    """

    kind: str
    rows: tuple[PortfolioRow, ...]
    subtotal: Figures


@dataclass(frozen=True, slots=True)
class PortfolioStatement:
    """The portfolio statement that a finance department signs for.

    `sections` hold one row per commune (keys = (commune,)), or one per key of the axis `by` in one
    section of that name; `programmes` one row per programme and source (keys = (programme,
    source), source "1" central, "2" local).
    """

    evidence: Evidence
    sections: tuple[Section, ...]
    total: Figures
    programmes: tuple[PortfolioRow, ...]
    programmes_total: Figures
    by: str = "commune"


@dataclass(frozen=True, slots=True)
class InstalmentLine:
    """One due date of a loan's plan on a day: what of it was paid and what is late [dong].

    settled_on  when all up to it was paid; days_late  how late that was, or is today
    """

    no: int
    due_on: date
    principal: Dong
    paid: Dong
    late: Dong
    settled_on: date | None
    days_late: int


@dataclass(frozen=True, slots=True)
class MovementLine:
    """One event of a loan as booked: `outstanding` [dong] is what remained after it."""

    value_date: date
    kind: str
    amount: Dong
    until: date | None
    receipt_no: str
    outstanding: Dong
    reversed: bool


@dataclass(frozen=True, slots=True)
class LoanCard:
    """Everything a desk shows of one loan on a day; the identity number is masked."""

    loan_no: str
    customer_no: str
    customer_name: str
    id_no_masked: str
    commune: str
    commune_name: str
    province: str
    village_code: str
    group_no: str
    group_head: str
    trustee: str
    office: str
    programme: str
    programme_name: str
    source: str
    investor: str
    household_standing: str
    purpose: str
    session_day: int
    signed_on: date
    rate_percent: str
    approved: Dong
    standing: Standing
    instalments: tuple[InstalmentLine, ...]
    movements: tuple[MovementLine, ...]


@dataclass(frozen=True, slots=True)
class LoanLine:
    """One loan in a commune's list."""

    loan_no: str
    customer_no: str
    customer_name: str
    programme: str
    programme_name: str
    group_no: str
    status: str
    drawn: Dong
    outstanding: Dong
    in_term: Dong
    overdue: Dong
    frozen: Dong
    late_principal: Dong
    due_on: date


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One loan, or a whole group without a loan's number, that somebody has to look at.

    due_on  the day that matters on this list; None where no day does
    why     further facts that put it there
    """

    loan_no: str
    customer_no: str
    commune: str
    group_no: str
    amount: Dong
    days_late: int
    due_on: date | None
    why: Mapping[str, Any] = field(default_factory=dict)
    programme: str = ""
    office: str = ""


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion of a group's score: points of those it can give.

    share   what was measured, a fraction; None where it is not known
    why     why nothing was measured: `not-known` (the book does not hold it) or `nothing-due`
    """

    code: str
    weight: Decimal
    share: Decimal | None
    points: Decimal | None
    lost: Decimal
    why: str = ""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A savings-and-credit group and its score.

    members   households that owe; paying  those of whom interest was collected in the month
    known     points that the criteria with a measure can give
    score     points of a hundred: what was got of what is known; None where nothing is known
    lowering  criteria that cost points, most points lost first
    """

    group_no: str
    commune: str
    trustee: str
    head: str
    members: int
    paying: int
    outstanding: Dong
    overdue: Dong
    known: Decimal
    score: Decimal | None
    band: str | None
    criteria: tuple[CriterionLine, ...]
    lowering: tuple[CriterionLine, ...]


class Place(NamedTuple):
    """Where a loan is: codes of commune, village and group, the office, the day of session."""

    commune: str
    village_code: str
    group_no: str
    office: str
    session_day: int


class MovedLoan(NamedTuple):
    """One loan's move: from a day on, from a place to a place; what it owes [dong] that day."""

    loan_no: str
    household_id: int
    since: date
    old: Place
    new: Place
    outstanding: Dong


class MovedCommune(NamedTuple):
    """What moves from one commune to another (or within it): loans, households, dong."""

    commune_from: str
    commune_to: str
    loans: int
    households: int
    outstanding: Dong


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move does: by the act of this number, or would do where there is none."""

    act_id: int | None
    day: date
    loans: tuple[MovedLoan, ...]

    @property
    def communes(self) -> tuple[MovedCommune, ...]:
        """Return what moves by (commune from, commune to), rising."""
        found: dict[tuple[str, str], list[MovedLoan]] = {}
        for loan in self.loans:
            found.setdefault((loan.old.commune, loan.new.commune), []).append(loan)
        return tuple(
            MovedCommune(
                *key,
                len(found[key]),
                len({loan.household_id for loan in found[key]}),
                Dong(sum(loan.outstanding for loan in found[key])),
            )
            for key in sorted(found)
        )
