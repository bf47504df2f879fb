"""Where every loan stands on a day: one by the engine, all by columns, and both the same."""

import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from creditdesk import columns, ledger, records
from creditdesk.columns import AT, BEGINNING, COLUMNS, Axes, Earned, Image, number_of
from creditdesk.db import Tx, read_columns
from creditdesk.engine.ageing import Standing, stand
from creditdesk.engine.days import ZONE
from creditdesk.whereabouts import inherited, moved

_KEPT_IMAGES = 6
_SETTLED = 4
_SETTLED_ROWS = 12
_Query = Callable[[str, date, date, int], tuple[Any, Any]]
_Parted = Callable[[int], tuple[Any, Any]]


class _Placed(NamedTuple):
    """Where the loans of a province are on a day: true of these contracts up to this move."""

    signed: Axes
    last_move: int
    axes: Axes


class _Cache:
    """What one process remembers of one database: it is checked against the book at every use.

    A writing transaction adds only to its own: what it sees may be taken back, and the inner
    numbers given again.
    """

    def __init__(self) -> None:
        self.axes: dict[str, Axes] = {}
        self.placed: dict[tuple[str, date], _Placed] = {}
        self.images: dict[tuple[str, date, str], np.ndarray] = {}
        self.settled: dict[tuple[str, date, date, str, int], np.ndarray] = {}
        self.rows: dict[tuple[Any, ...], dict[str, np.ndarray]] = {}
        self.repriced: dict[tuple[str, date, int, bytes], Earned] = {}
        self.seen: dict[tuple[str, date, date | None], Image] = {}

    def of_writer(self) -> "_Cache":
        own = _Cache()
        own.axes = dict(self.axes)
        own.placed = dict(self.placed)
        own.images = self.images
        own.settled = dict(self.settled)
        own.rows = dict(self.rows)
        return own


_caches: WeakKeyDictionary[Any, _Cache] = WeakKeyDictionary()


def _cache(tx: Tx) -> _Cache:
    shared = _caches.setdefault(tx.engine, _Cache())
    if tx.get_execution_options().get("reading", False):
        return shared
    return _caches.get(tx) or _caches.setdefault(tx, shared.of_writer())


def _of_reading(tx: Tx) -> dict[tuple[str, date, date | None], Image]:
    """Return the images that a reading transaction has seen: it sees one moment of the book."""
    if not tx.get_execution_options().get("reading", False):
        return {}
    return _caches.setdefault(tx, _Cache()).seen


def recorded_after(known_on: date) -> str:
    """Return the first moment that does not belong to a day any more, as acts are stamped."""
    midnight = datetime.combine(known_on + timedelta(days=1), time(), ZONE)
    return midnight.astimezone(UTC).isoformat()


def standing(tx: Tx, loan_no: str, as_of: date) -> Standing:
    """Return one loan at the end of a day; raises LoanNotFound."""
    loan = ledger.find_loan(tx, loan_no)
    booked = ledger.in_order(ledger.facts_of(tx, loan.id))
    return stand(ledger.terms_of(loan), booked, as_of)


def sessions_held(tx: Tx, province: str, day: date) -> dict[str, tuple[tuple[int, str, int], ...]]:
    """Return by commune its session days on a day: (day of the month, office, how many loans)."""
    over = axes(tx, province, day)
    names = ("commune", "session_day", "office")
    counted = pd.DataFrame({name: over.columns[name] for name in names}).value_counts(sort=False)
    found: dict[str, list[tuple[int, str, int]]] = {}
    for (commune, of_month, office), count in counted.items():
        found.setdefault(str(commune), []).append((int(of_month), str(office), int(count)))
    return {commune: tuple(rows) for commune, rows in found.items()}


def axes(tx: Tx, province: str, day: date | None = None, known_on: date | None = None) -> Axes:
    """Return a province's loans by columns, each where it is on a day by the map of that day.

    day       [date] None: each where its contract says
    known_on  [date] where each was known to be at the end of this day; None: now
    """
    cache = _cache(tx)
    newest, last_move = records.moves.newest(tx, province)
    signed = _signed(tx, cache, province, newest)
    if day is None:
        return signed
    if known_on is not None:
        return inherited(moved(tx, signed, day, recorded_after(known_on)), day)
    known = cache.placed.pop((province, day), None)
    if known is None or known.signed is not signed or known.last_move != last_move:
        there = moved(tx, signed, day) if last_move else signed
        known = _Placed(signed, last_move, inherited(there, day))
    for oldest in list(cache.placed)[: 1 - _KEPT_IMAGES]:
        cache.placed.pop(oldest, None)
    cache.placed[province, day] = known
    return known.axes


def _signed(tx: Tx, cache: _Cache, province: str, newest: int) -> Axes:
    known = cache.axes.get(province)
    if known is None or not len(known.ids) or known.ids[-1] != newest:
        known = Axes(province, read_columns(tx, records.loans.axes_query(province)))
        cache.axes[province] = known
    return known


def image(tx: Tx, province: str, day: date, known_on: date | None = None) -> Image:
    """Return all loans of a province at the end of a day, aligned with `axes`.

    It is the newest kept image on or before the day plus every entry that it lacks, written later
    or valued later: an entry that arrives late is never missed.

    known_on  [date] as the books were known at the end of this day; None: as they are
    """
    seen, key = _of_reading(tx), (province, day, known_on)
    found = seen.pop(key, None)
    if found is None:
        over = axes(tx, province)
        newest = records.ledger.last_entry(tx)
        found = advance(tx, over, _settled(tx, over, day), day, newest)
        found = found if known_on is None else _as_known(tx, over, found, known_on)
    for oldest in list(seen)[: 1 - _KEPT_IMAGES]:
        seen.pop(oldest, None)
    seen[key] = found  # last again: the least asked for goes first
    return found


def _as_known(tx: Tx, over: Axes, book: Image, known_on: date) -> Image:
    """Return an image without what was entered after a day: every entry of later acts undone."""
    later = records.ledger.entries_later(tx, recorded_after(known_on))
    values = book.values.copy()
    if later is not None:
        postings, plans = (
            read_columns(tx, query)
            for query in records.kept.unknown_query(over.province, book.day, later)
        )
        mirrored = {"debit": postings["credit"], "credit": postings["debit"]}
        columns.add_postings(values, over, postings | mirrored | {"sign": -postings["sign"]})
        at = np.searchsorted(over.ids, plans["loan_id"])
        np.subtract.at(values[AT["due"]], at, plans["amount"])
    return Image(book.day, book.last_entry, values, known_on)


def signed_by(tx: Tx, over: Axes, known_on: date | None) -> np.ndarray:
    """Return which loans were in the book as it was known at the end of a day; None: all are."""
    if known_on is None:
        return np.ones(len(over.ids), dtype=bool)
    acts = records.ledger.entered_later(recorded_after(known_on))
    later = read_columns(tx, records.loans.signed_later_query(over.province, acts))
    return ~np.isin(over.ids, later["id"])


def advance(tx: Tx, over: Axes, start: Image, day: date, newest: int) -> Image:
    """Return an image with every entry added that it lacks at a later (or the same) day."""
    if start.day == day and start.last_entry == newest:
        return start
    values = start.values.copy()
    lacking = _Lacking(over, start, day, newest)
    for postings in lacking.of(tx, records.settled.postings_query, "value_date"):
        columns.add_postings(values, over, postings)
    for plans in lacking.of(tx, records.settled.plans_query, "counts_from"):
        at = np.searchsorted(over.ids, plans["loan_id"])
        np.add.at(values[AT["due"]], at, plans["amount"])
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
        if self.start.day < self.day:
            yield read_columns(tx, later)
        if seen < self.newest:
            found = read_columns(tx, written_later)
            chosen = found[day_name] <= number_of(self.day)
            chosen &= np.isin(found["loan_id"], self.over.ids)
            yield {name: column[chosen] for name, column in found.items()}


def _settled(tx: Tx, over: Axes, day: date) -> Image:
    """Return what the newest kept image makes of a day with the entries that it had seen.

    Writers in flight were waited for when it was kept: of those no more can come, so that this
    process remembers it. What was written since is lacking.
    """
    found = records.kept.newest_image(tx, over.province, day)
    if found is None:
        return nothing(tx, over)
    if found.day == day:
        return _load(tx, over, found)
    cache = _cache(tx)
    key = (over.province, day, found.day, found.digest, found.last_entry)
    values = cache.settled.pop(key, None)
    if values is None:
        values = advance(tx, over, _load(tx, over, found), day, found.last_entry).values
        for oldest in list(cache.settled)[: 1 - _SETTLED]:
            cache.settled.pop(oldest, None)
    cache.settled[key] = values  # last again: the least asked for goes first
    return Image(day, found.last_entry, _wide(over, values))


def rows(
    tx: Tx, province: str, day: date, name: tuple[Any, ...], queries: _Parted
) -> dict[str, np.ndarray]:
    """Return the rows of queries in two parts: what was settled and what was written since.

    name     what is asked for: a process that asked before remembers what was settled then;
             empty for what is not worth it
    queries  of the last settled entry, as `records.settled.plans_ahead_query`
    """
    kept = records.kept.newest_image(tx, province, day)
    seen = kept.last_entry if kept else 0
    settled, written_later = queries(seen)
    known = _remembered(tx, settled, (province, kept and kept.digest, seen, *name) if name else ())
    if seen == records.ledger.last_entry(tx):
        return known
    new = read_columns(tx, written_later)
    ours = np.isin(new["loan_id"], axes(tx, province).ids)
    return {name: np.concatenate((column, new[name][ours])) for name, column in known.items()}


def _remembered(tx: Tx, settled: Any, key: tuple[Any, ...]) -> dict[str, np.ndarray]:
    """Return the rows of a query of what is settled, read once under a key."""
    cache = _cache(tx)
    found = cache.rows.pop(key, None) or read_columns(tx, settled)
    for oldest in list(cache.rows)[: 1 - _SETTLED_ROWS]:
        cache.rows.pop(oldest, None)
    if key:
        cache.rows[key] = found  # last again: the least asked for goes first
    return found


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
    return Image(found.day, found.last_entry, _wide(over, values))


def _wide(over: Axes, values: np.ndarray) -> np.ndarray:
    missing = len(over.ids) - values.shape[1]
    return np.pad(values, ((0, 0), (0, missing))) if missing else values


def earned(tx: Tx, over: Axes, book: Image, until: np.ndarray | None = None) -> Earned:
    """Return the interest every loan earned from its first draw to the image's day, by kind.

    until  a later day of each loan, in days since 1970, to which what the image holds goes on
           earning

    The same as `engine.accrual.interest_to`: an image holds what the contract makes of it; the few
    loans whose rate or grace was moved by a decision are reckoned from their postings.
    """
    days = np.full(len(over.ids), number_of(book.day)) if until is None else until
    found = columns.earned(over, book, days)
    at, again = _repriced(tx, over, book, days)
    if len(at):
        for kind, anew in zip(found, again, strict=True):
            kind[at] = anew
    return found


def _repriced(tx: Tx, over: Axes, book: Image, days: np.ndarray) -> tuple[np.ndarray, Earned]:
    before = None if book.known_on is None else recorded_after(book.known_on)
    decided = read_columns(tx, records.kept.repricings_query(over.province, book.day, before))
    near = np.isin(decided["loan_id"], over.ids)
    moved = columns.repricings(over, days, {name: one[near] for name, one in decided.items()})
    # What a reader sees up to the newest entry may still grow where writers overtake each other.
    said = (
        over.ids[moved.at].tobytes(),
        *(column.tobytes() for column in moved),
        book.values[:, moved.at].tobytes(),
        (before or "").encode(),
    )
    key = (over.province, book.day, book.last_entry, hashlib.sha256(b"".join(said)).digest())
    cache = _cache(tx)
    known = cache.repriced.pop(key, None)
    if known is None:
        query = records.kept.postings_of_repriced_query(over.province, book.day, before)
        postings = read_columns(tx, query) if len(moved.at) else _NO_POSTINGS
        chosen = np.isin(postings["loan_id"], over.ids[moved.at])
        postings = {name: column[chosen] for name, column in postings.items()}
        known = columns.earned_since_repriced(over, moved, postings)
        for oldest in list(cache.repriced)[: 1 - _KEPT_IMAGES]:
            cache.repriced.pop(oldest, None)
    cache.repriced[key] = known  # last again: the least asked for goes first
    return moved.at, known


_NO_POSTINGS = {
    name: np.array([], dtype=np.int64)
    for name in ("loan_id", "value_date", "debit", "credit", "amount")
}


def totals(tx: Tx, day: date) -> dict[str, int]:
    """Return the whole book at the end of a day: counts of what owes, and sums [dong]."""
    found = dict.fromkeys(_TOTALS, 0)
    for province in records.loans.provinces(tx):
        over, book = axes(tx, province), image(tx, province, day)
        owed, late = book.outstanding, book.late
        owing, interest = owed > 0, earned(tx, over, book)
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
