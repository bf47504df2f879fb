"""Where every loan stands on a day: one by the engine, all by columns, and both the same."""

import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from creditdesk import ledger, records
from creditdesk.db import EMPTY, Tx, read_columns
from creditdesk.engine.accrual import RATE_UNIT, YEAR
from creditdesk.engine.ageing import Standing, stand
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

_AT = {name: index for index, name in enumerate(COLUMNS)}
_KEPT_IMAGES = 6
_Query = Callable[[str, date, date, int], tuple[Any, Any]]


def number_of(day: date) -> int:
    """Return a day as days since 1970."""
    return (day - EPOCH).days


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

    @property
    def ids(self) -> np.ndarray:
        """Return the inner numbers of the loans, rising."""
        return self.columns["id"]


@dataclass(frozen=True, slots=True)
class Image:
    """All loans of a province at the end of a day: `values` is columns x loans, int64."""

    day: date
    last_entry: int
    values: np.ndarray
    made: dict[str, np.ndarray] = field(default_factory=dict, repr=False, compare=False)

    def __getitem__(self, name: str) -> np.ndarray:
        """Return one column of `COLUMNS`."""
        column: np.ndarray = self.values[_AT[name]]
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


class _Cache:
    """What one process remembers of one database: it is checked against the book at every use.

    A writing transaction adds only to its own: what it sees may be taken back, and the inner
    numbers given again.
    """

    def __init__(self) -> None:
        self.axes: dict[str, Axes] = {}
        self.images: dict[tuple[str, date, str], np.ndarray] = {}

    def of_writer(self) -> "_Cache":
        own = _Cache()
        own.axes = dict(self.axes)
        own.images = self.images
        return own


_caches: WeakKeyDictionary[Any, _Cache] = WeakKeyDictionary()


def _cache(tx: Tx) -> _Cache:
    shared = _caches.setdefault(tx.engine, _Cache())
    if tx.get_execution_options().get("reading", False):
        return shared
    return _caches.get(tx) or _caches.setdefault(tx, shared.of_writer())


def standing(tx: Tx, loan_no: str, as_of: date) -> Standing:
    """Return one loan at the end of a day; raises LoanNotFound."""
    loan = records.loans.find_loan(tx, loan_no)
    if loan is None:
        raise ledger.LoanNotFound(loan_no=loan_no)
    booked = ledger.in_order(ledger.facts_of(tx, loan.id))
    return stand(ledger.terms_of(loan), booked, as_of)


def axes(tx: Tx, province: str) -> Axes:
    """Return what does not change of a province's loans."""
    cache = _cache(tx)
    known = cache.axes.get(province)
    newest = records.loans.newest_loan(tx, province)
    if known is None or not len(known.ids) or known.ids[-1] != newest:
        known = Axes(province, read_columns(tx, records.loans.axes_query(province)))
        cache.axes[province] = known
    return known


def image(tx: Tx, province: str, day: date) -> Image:
    """Return all loans of a province at the end of a day, aligned with `axes`.

    It is the newest kept image on or before the day plus every entry that it lacks, written later
    or valued later: an entry that arrives late is never missed.
    """
    over = axes(tx, province)
    newest = records.ledger.last_entry(tx)
    return advance(tx, over, _kept(tx, over, day), day, newest)


def advance(tx: Tx, over: Axes, start: Image, day: date, newest: int) -> Image:
    """Return an image with every entry added that it lacks at a later (or the same) day."""
    if start.day == day and start.last_entry == newest:
        return start
    values = start.values.copy()
    lacking = _Lacking(over, start, day, newest)
    for postings in lacking.of(tx, records.kept.postings_query, "value_date"):
        _add_postings(values, over, postings)
    for plans in lacking.of(tx, records.kept.plans_query, "counts_from"):
        at = np.searchsorted(over.ids, plans["loan_id"])
        np.add.at(values[_AT["due"]], at, plans["amount"])
    return Image(day, newest, values)


@dataclass(frozen=True, slots=True)
class _Lacking:
    """What an image lacks at a later day: what is valued later, and what was written later."""

    over: Axes
    start: Image
    day: date
    newest: int

    def of(self, tx: Tx, query: _Query, day_name: str) -> Iterator[dict[str, np.ndarray]]:
        """Yield rows in two parts; the days of the second are not bounded by the query."""
        seen = self.start.last_entry
        later, written_later = query(self.over.province, self.start.day, self.day, seen)
        yield read_columns(tx, later)
        if seen < self.newest:
            found = read_columns(tx, written_later)
            chosen = found[day_name] <= number_of(self.day)
            chosen &= np.isin(found["loan_id"], self.over.ids)
            yield {name: column[chosen] for name, column in found.items()}


def planned(tx: Tx, province: str, after: date, until: date) -> np.ndarray:
    """Return which loans' plans say anything of the principal due from one day to another.

    A change counts from the day after its due date on, or from its own day where that is later.
    """
    over = axes(tx, province)
    found = np.zeros(len(over.ids), dtype=bool)
    everything = records.ledger.last_entry(tx)
    query, _ = records.kept.plans_query(province, after, until, everything)
    found[np.searchsorted(over.ids, read_columns(tx, query)["loan_id"])] = True
    return found


def _kept(tx: Tx, over: Axes, day: date) -> Image:
    found = records.kept.newest_image(tx, over.province, day)
    if found is None:
        return nothing(tx, over)
    return _load(tx, over, found)


def nothing(tx: Tx, over: Axes) -> Image:
    """Return the image from before the first entry: it lacks nothing but what is valued later."""
    nothing = np.zeros((len(COLUMNS), len(over.ids)), dtype=np.int64)
    return Image(BEGINNING, records.ledger.last_entry(tx), nothing)


def _load(tx: Tx, over: Axes, found: Any) -> Image:
    cache = _cache(tx)
    key = (over.province, found.day, found.digest)
    values = cache.images.pop(key, None)
    if values is None:
        values, _ = content_of(tx, over.province, found.day)
        for oldest in list(cache.images)[: 1 - _KEPT_IMAGES]:
            cache.images.pop(oldest, None)
    cache.images[key] = values  # last again: the least asked for goes first
    return grown(over, found, values)


def content_of(tx: Tx, province: str, day: date) -> tuple[np.ndarray, str]:
    """Return what a kept image holds, and its digest; raises ValueError or zlib.error."""
    content = zlib.decompress(records.kept.image_content(tx, province, day))
    values = np.frombuffer(content, dtype="<i8").reshape(len(COLUMNS), -1)
    return values, hashlib.sha256(content).hexdigest()


def grown(over: Axes, found: Any, values: np.ndarray) -> Image:
    """Return a kept image with room for the loans signed since."""
    missing = len(over.ids) - values.shape[1]
    if missing:
        values = np.pad(values, ((0, 0), (0, missing)))
    return Image(found.day, found.last_entry, values)


def _add_postings(values: np.ndarray, over: Axes, new: dict[str, np.ndarray]) -> None:
    at = np.searchsorted(over.ids, new["loan_id"])
    amount, day = new["amount"], new["value_date"]
    grace = over.columns["grace_until"][at]
    for account, name in _ACCOUNTS.items():
        change = amount * ((new["debit"] == account).astype(np.int64) - (new["credit"] == account))
        moved = np.flatnonzero(change)
        where, by, on = at[moved], change[moved], day[moved]
        np.add.at(values[_AT[name]], where, by)
        if account is Account.IN_TERM:
            np.add.at(values[_AT["in_term_days"]], where, by * on)
            later = np.maximum(on, grace[moved])
            np.add.at(values[_AT["in_term_after_grace_days"]], where, by * later)
        elif account is Account.OVERDUE:
            np.add.at(values[_AT["overdue_days"]], where, by * on)
    for kind, (name, factor) in _FLOWS.items():
        chosen = new["kind"] == KIND_CODE[kind]
        signed = new["sign"][chosen] * factor
        np.add.at(values[_AT[name]], at[chosen], signed * amount[chosen])
        if kind is Kind.DRAW:
            np.add.at(values[_AT["draws"]], at[chosen], signed)


_ACCOUNTS = {Account.IN_TERM: "in_term", Account.OVERDUE: "overdue", Account.FROZEN: "frozen"}
_FLOWS = {
    Kind.DRAW: ("drawn", 1),
    Kind.REBOOK: ("drawn", -1),
    Kind.PRINCIPAL: ("repaid", 1),
    Kind.INTEREST: ("interest_collected", 1),
    Kind.WRITE_OFF: ("written_off", 1),
}


def earned(over: Axes, book: Image) -> Earned:
    """Return the interest every loan earned from its first draw to the image's day, by kind.

    With balances that change by d on day t, balance x days up to day D is the sum of d x (D - t):
    the image keeps the sums of d and of d x t. The same as `engine.accrual.interest_to`.
    """
    day = number_of(book.day)
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
    hundredth = YEAR * RATE_UNIT // 100
    large, rest = np.divmod(balance_days, hundredth)
    whole, over = np.divmod(large * rate_e8, 100)
    half = YEAR * RATE_UNIT // 2
    earned: np.ndarray = whole + (over * hundredth + rest * rate_e8 + half) // (YEAR * RATE_UNIT)
    return earned


def totals(tx: Tx, day: date) -> dict[str, int]:
    """Return the whole book at the end of a day: counts of what owes, and sums [dong]."""
    found = dict.fromkeys(_TOTALS, 0)
    for province in records.loans.provinces(tx):
        over, book = axes(tx, province), image(tx, province, day)
        owed, late = book.outstanding, book.late
        owing, interest = owed > 0, earned(over, book)
        sums = {
            "loans": owing.sum(),
            "households": len(np.unique(over.columns["household_id"][owing])),
            "drawn_to_date": book["drawn"].sum(),
            "outstanding": owed.sum(),
            "in_term": book["in_term"].sum(),
            "overdue": book["overdue"].sum(),
            "frozen": book["frozen"].sum(),
            "late_principal": late.sum(),
            "loans_late": (late > 0).sum(),
            "interest_unpaid": sum(int(kind.sum()) for kind in interest)
            - int(book["interest_collected"].sum()),
        }
        found = {name: found[name] + int(sums[name]) for name in found}
    return found


_TOTALS = (
    *("loans", "households", "drawn_to_date", "outstanding", "in_term", "overdue", "frozen"),
    *("late_principal", "loans_late", "interest_unpaid"),
)


def day_before(day: date) -> date:
    """Return the day before."""
    return day - timedelta(days=1)
