"""A province in columns: what an image holds of each loan, and the arithmetic over all of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from creditdesk.db import EMPTY
from creditdesk.engine.accrual import RATE_UNIT, YEAR
from creditdesk.engine.journal import KIND_CODE, Account, Kind

EPOCH = date(1970, 1, 1)
BEGINNING = date(1900, 1, 1)
COLUMNS = (
    "in_term",
    "overdue",
    "frozen",
    "drawn",
    "draws",
    "repaid",
    "written_off",
    "interest_collected",
    "in_term_days",
    "in_term_after_grace_days",
    "overdue_days",
    "due",
)
"""What an image holds of each loan: [dong] sums from the beginning; `draws` counts.

`…_days` are sums of [dong] x day, from which interest to any later day follows; `due` is the
principal that the plan made due.
"""

AT = {name: index for index, name in enumerate(COLUMNS)}


def number_of(day: date) -> int:
    """Return a day as days since 1970."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """Return the day of a number of days since 1970."""
    return EPOCH + timedelta(days=number)


@dataclass(frozen=True, slots=True)
class Axes:
    """What does not change of a province's loans: columns by name, aligned with `ids` (rising)."""

    province: str
    columns: dict[str, np.ndarray]
    grouped: dict[str, pd.Categorical] = field(default_factory=dict)

    def by(self, name: str) -> pd.Categorical:
        """Return a text column as codes and their sorted values, made once."""
        if name not in self.grouped:
            self.grouped[name] = pd.Categorical(self.columns[name])
        return self.grouped[name]

    def among(self, name: str, codes: Collection[str]) -> np.ndarray:
        """Return which loans have one of some codes in a text column."""
        coded = self.by(name)
        wanted = np.zeros(len(coded.categories) + 1, dtype=bool)
        at = coded.categories.get_indexer(list(codes))
        wanted[at[at >= 0]] = True
        found: np.ndarray = wanted[coded.codes]
        return found

    def part(self, at: np.ndarray) -> "Axes":
        """Return some of the loans, by their rising places among all."""
        grouped = {
            name: coded[at].remove_unused_categories() for name, coded in self.grouped.items()
        }
        columns = {name: column[at] for name, column in self.columns.items()}
        return Axes(self.province, columns, grouped)

    @property
    def ids(self) -> np.ndarray:
        """Return the inner numbers of the loans, rising."""
        return self.columns["id"]


@dataclass(frozen=True, slots=True)
class Image:
    """All loans of a province at the end of a day: `values` is columns x loans, int64.

    known_on  [date] as the books were known at the end of this day; None: as they are
    """

    day: date
    last_entry: int
    values: np.ndarray
    known_on: date | None = None
    made: dict[str, np.ndarray] = field(default_factory=dict, repr=False, compare=False)

    def part(self, at: np.ndarray) -> "Image":
        """Return some of the loans, by their places among all."""
        return Image(self.day, self.last_entry, self.values[:, at], self.known_on)

    def __getitem__(self, name: str) -> np.ndarray:
        """Return one column of `COLUMNS`."""
        column: np.ndarray = self.values[AT[name]]
        return column

    @property
    def outstanding(self) -> np.ndarray:
        """Return principal still owed [dong], added up once."""
        if "outstanding" not in self.made:
            self.made["outstanding"] = self["in_term"] + self["overdue"] + self["frozen"]
        return self.made["outstanding"]

    @property
    def late(self) -> np.ndarray:
        """Return principal late by contract [dong], as `engine.ageing.look` says for one loan."""
        if "late" not in self.made:
            behind = np.maximum(0, self["due"] - self["repaid"])
            self.made["late"] = np.minimum(self.outstanding, behind)
        return self.made["late"]


class Earned(NamedTuple):
    """Interest earned by kind [dong], each rounded half up once per loan."""

    in_term: np.ndarray
    overdue: np.ndarray
    grace: np.ndarray


def add_postings(values: np.ndarray, over: Axes, new: Mapping[str, np.ndarray]) -> None:
    """Add postings (columns of `records.settled.postings_query`) to the values of an image."""
    at = np.searchsorted(over.ids, new["loan_id"])
    amount, day = new["amount"], new["value_date"]
    grace = over.columns["grace_until"][at]
    for account, name in _ACCOUNTS.items():
        change = amount * ((new["debit"] == account).astype(np.int64) - (new["credit"] == account))
        moved = np.flatnonzero(change)
        where, by, on = at[moved], change[moved], day[moved]
        np.add.at(values[AT[name]], where, by)
        if account is Account.IN_TERM:
            np.add.at(values[AT["in_term_days"]], where, by * on)
            later = np.maximum(on, grace[moved])
            np.add.at(values[AT["in_term_after_grace_days"]], where, by * later)
        elif account is Account.OVERDUE:
            np.add.at(values[AT["overdue_days"]], where, by * on)
    for kind, (name, factor) in _FLOWS.items():
        chosen = new["kind"] == KIND_CODE[kind]
        signed = new["sign"][chosen] * factor
        np.add.at(values[AT[name]], at[chosen], signed * amount[chosen])
        if kind is Kind.DRAW:
            np.add.at(values[AT["draws"]], at[chosen], signed)


_ACCOUNTS = {Account.IN_TERM: "in_term", Account.OVERDUE: "overdue", Account.FROZEN: "frozen"}
_FLOWS = {
    Kind.DRAW: ("drawn", 1),
    Kind.REBOOK: ("drawn", -1),
    Kind.PRINCIPAL: ("repaid", 1),
    Kind.INTEREST: ("interest_collected", 1),
    Kind.WRITE_OFF: ("written_off", 1),
}


def earned(over: Axes, book: Image, until: np.ndarray | None = None) -> Earned:
    """Return the interest every loan earned to the image's day by its contract, by kind.

    until  to which day of its own each goes on earning, in days since 1970; None: to the image's

    With balances that change by d on day t, balance x days up to day D is the sum of d x (D - t):
    the image keeps the sums of d and of d x t. The same as `engine.accrual.interest_to`.
    """
    day = number_of(book.day) if until is None else until
    grace = over.columns["grace_until"]
    whole = day * book["in_term"] - book["in_term_days"]
    after = day * book["in_term"] - book["in_term_after_grace_days"]
    graced = grace != EMPTY
    in_term = np.where(graced, np.where(day > grace, after, 0), whole)
    overdue = day * book["overdue"] - book["overdue_days"]
    rate = over.columns["rate_e8"]
    return Earned(
        in_term=_interest(in_term, rate),
        overdue=_interest(overdue, over.columns["overdue_rate_e8"]),
        grace=_interest(whole - in_term, rate),
    )


def _interest(balance_days: np.ndarray, rate_e8: np.ndarray) -> np.ndarray:
    """Return balance x days x rate / 365 rounded half up: exact wherever the balance x days is.

    That is up to 10^15 dong for 25 years or 10^13 for 2,500, at any rate up to 360 % a year.
    """
    at = np.flatnonzero(balance_days)  # few owe anything overdue, or in a grace
    rate, hundredth = rate_e8[at], YEAR * RATE_UNIT // 100
    large, rest = np.divmod(balance_days[at], hundredth)
    whole, over = np.divmod(large * rate, 100)
    half = YEAR * RATE_UNIT // 2
    earned = np.zeros(len(balance_days), dtype=np.int64)
    earned[at] = whole + (over * hundredth + rest * rate + half) // (YEAR * RATE_UNIT)
    return earned


def pairs(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return of two columns of whole numbers from 0 the `one` of each pair that they have.

    Each pair counts once, in no order: how often a number is there is with how many others it is.
    """
    span = int(other.max(initial=0)) + 1
    # Sorting nothing, it takes a tenth of the time of `np.unique`.
    found: np.ndarray = pd.unique(one * span + other) // span
    return found


class Repricings(NamedTuple):
    """Loans whose rate or grace was moved up to a day, and their periods of one rate each.

    at      (n,) their places among the loans of the province, rising
    grace   (n,) the day their grace ends, `BEGINNING` without one
    since   (periods, n) first day of each period, the last for those a loan does not have
    until   (n,) the last day
    rate_e8, overdue_rate_e8   (periods, n)
    """

    at: np.ndarray
    grace: np.ndarray
    since: np.ndarray
    until: np.ndarray
    rate_e8: np.ndarray
    overdue_rate_e8: np.ndarray


def repricings(over: Axes, days: np.ndarray, decided: Mapping[str, np.ndarray]) -> Repricings:
    """Return what decisions (columns of `records.kept.repricings_query`) make of rates and grace.

    days  to which day each loan earns, in days since 1970

    On one day they count by number, letter by letter as `journal.in_order` has it: databases put
    text in orders of their own.
    """
    order = np.lexsort(
        (decided["receipt_no"].astype(str), decided["value_date"], decided["loan_id"])
    )
    decided = {name: column[order] for name, column in decided.items()}
    at, loan = np.unique(np.searchsorted(over.ids, decided["loan_id"]), return_inverse=True)
    # An empty day is far below all others, too far to reckon with.
    grace = np.maximum(over.columns["grace_until"][at], number_of(BEGINNING))
    leaves = decided["kind"] == Kind.LEAVE.value
    grace[loan[leaves]] = decided["of_date"][leaves]
    steps = np.flatnonzero(~leaves)
    period = np.arange(len(steps)) - np.searchsorted(loan[steps], loan[steps]) + 1
    periods = int(period.max(initial=0)) + 1
    until = days[at]
    since = np.tile(until, (periods, 1))
    since[0] = number_of(BEGINNING)
    rates = np.zeros((2, periods, len(at)), dtype=np.int64)
    rates[:, 0] = over.columns["rate_e8"][at], over.columns["overdue_rate_e8"][at]
    where = (period, loan[steps])
    since[where] = decided["value_date"][steps]
    rates[0][where] = decided["rate_e8"][steps]
    rates[1][where] = decided["overdue_rate_e8"][steps]
    return Repricings(at, grace, since, until, rates[0], rates[1])


def earned_since_repriced(
    over: Axes, moved: Repricings, postings: Mapping[str, np.ndarray]
) -> Earned:
    """Return the interest that loans of moved rate or grace earned to their last days, by kind.

    postings  loan_id, value_date, debit, credit, amount of theirs up to then, mirrors included

    Summed exactly over the periods of one rate and rounded half up once, as the engine does.
    """
    loan = np.searchsorted(over.ids[moved.at], postings["loan_id"])
    exact = np.zeros((3, len(moved.at)), dtype=object)
    ends = np.vstack([moved.since[1:], moved.until])
    for since, until, rate, overdue_rate in zip(
        moved.since, ends, moved.rate_e8, moved.overdue_rate_e8, strict=True
    ):
        grace_end = np.clip(moved.grace, since, until)
        in_term = _Held(postings, Account.IN_TERM, loan, len(moved.at))
        overdue = _Held(postings, Account.OVERDUE, loan, len(moved.at))
        exact[0] += in_term.days(grace_end, until) * rate.astype(object)
        exact[1] += overdue.days(since, until) * overdue_rate.astype(object)
        exact[2] += in_term.days(since, grace_end) * rate.astype(object)
    unit = YEAR * RATE_UNIT
    return Earned(*((2 * exact + unit) // (2 * unit)).astype(np.int64))


class _Held:
    """What postings add to one account of some loans, and how long it lay there."""

    def __init__(
        self, postings: Mapping[str, np.ndarray], account: Account, loan: np.ndarray, loans: int
    ) -> None:
        change = (postings["debit"] == account).astype(np.int64) - (postings["credit"] == account)
        chosen = np.flatnonzero(change)
        self.amount = change[chosen] * postings["amount"][chosen]
        self.on, self.loan, self.loans = postings["value_date"][chosen], loan[chosen], loans

    def days(self, since: np.ndarray, until: np.ndarray) -> np.ndarray:
        """Return balance x days of each loan from one day to another, as exact numbers."""
        until = np.maximum(since, until)
        begins = np.maximum(self.on, since[self.loan])
        lain = np.maximum(0, until[self.loan] - begins)
        found = np.zeros(self.loans, dtype=np.int64)
        np.add.at(found, self.loan, self.amount * lain)
        return found.astype(object)
