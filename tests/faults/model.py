"""A small ledger in fractions, made to disagree: it shares no line with the engine.

It holds what was said of a loan and works out everything anew for any day, slowly and plainly.
"""

from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from tests.reference import month_later

RANKS = (
    *("draw", "unfreeze", "principal", "interest", "rebook", "rate", "leave", "redate"),
    *("extend", "carry-over", "shorten", "overdue", "freeze", "write-off"),
)
GIVES = {
    "principal": ("overdue", "in_term", "frozen"),
    "write-off": ("frozen", "overdue", "in_term"),
    "freeze": ("overdue", "in_term"),
    "rebook": ("in_term", "overdue"),
    "overdue": ("in_term",),
    "unfreeze": ("frozen",),
}
MOVED_FROM = date(2026, 3, 1)


class Impossible(Exception):
    """What is said cannot have happened."""


@dataclass(frozen=True)
class Said:
    """One thing said of a loan."""

    day: date
    kind: str
    number: str
    amount: int = 0
    until: date | None = None
    of: date | None = None
    rates: dict | None = None


@dataclass
class State:
    """A loan at the end of a day."""

    dates: list
    rates: dict
    grace: date | None
    plan: dict = field(default_factory=dict)
    held: dict = field(default_factory=lambda: {"in_term": 0, "overdue": 0, "frozen": 0})
    sums: dict = field(default_factory=lambda: dict.fromkeys(RANKS, 0))
    base: int = 0
    base_parts: list = field(default_factory=list)
    earned: dict = field(default_factory=lambda: {"in_term": 0, "overdue": 0, "grace": 0})

    @property
    def owed(self):
        """Return what is owed in all."""
        return sum(self.held.values())

    def late(self, day):
        """Return what is late on a day, and since when."""
        due = [(on, amount) for on, amount in sorted(self.plan.items()) if on < day]
        late = min(self.owed, max(0, sum(amount for _, amount in due) - self.sums["principal"]))
        if not late:
            return 0, None
        reached = 0
        for on, amount in due:
            reached += amount
            if amount and reached > self.sums["principal"]:
                return late, on
        return late, None


@dataclass
class Loan:
    """A loan as it was signed, and everything said of it since that still stands."""

    number: str
    signed_on: date
    rates: dict
    dates: tuple
    approved: int
    said: tuple = ()
    grace: date | None = None

    def also(self, *more):
        """Return this loan with more said of it; raise Impossible where that cannot be."""
        said = sorted((*self.said, *more), key=lambda s: (s.day, RANKS.index(s.kind), s.number))
        loan = replace(self, said=tuple(said))
        loan.on(date.max)
        return loan

    def without(self, numbers):
        """Return this loan with some of what was said taken back."""
        kept = [one for one in self.said if one.number not in numbers]
        return replace(self, said=()).also(*kept)

    def on(self, day):
        """Return the state at the end of a day."""
        state, last = State(list(self.dates), self.rates, self.grace), None
        for one in self.said:
            if one.day > day:
                break
            _pass(state, last, one.day)
            _happen(state, one)
            last = one.day
        if day < date.max:
            _pass(state, last, day)
        return state

    def interest(self, day):
        """Return the interest earned to a day in term, overdue and in grace, rounded once each."""
        return tuple(int(exact / 365 + Fraction(1, 2)) for exact in self.on(day).earned.values())

    def to_transfer(self, session):
        """Return what a session moves to overdue."""
        state = self.on(session)
        unpaid = state.owed
        if state.dates[-1] >= session:
            unpaid = state.late(session)[0] if self.signed_on >= MOVED_FROM else 0
        moved = state.held["overdue"] + state.held["frozen"]
        return max(0, min(unpaid - moved, state.held["in_term"]))


def _pass(state, since, until):
    if since is None:
        return
    over = min(max(state.grace or since, since), until)
    for name, kind, days in (
        ("in_term", "grace", over - since),
        ("in_term", "in_term", until - over),
        ("overdue", "overdue", until - since),
    ):
        state.earned[kind] += state.held[name] * state.rates[name] * days.days


def _happen(state, one):
    if one.kind not in ("draw", "rate") and not state.sums["draw"]:
        raise Impossible(one)
    gone = one.day > state.dates[-1]
    if one.kind in GIVES:
        _give(state, one.amount, GIVES[one.kind])
    if one.kind == "draw" or (one.kind == "unfreeze" and not gone):
        state.held["in_term"] += one.amount
    if one.kind == "overdue" or (one.kind == "unfreeze" and gone):
        state.held["overdue"] += one.amount
    if one.kind == "freeze":
        state.held["frozen"] += one.amount
    if one.kind in ("draw", "rebook"):
        _plan(state, one.day, one.amount if one.kind == "draw" else -one.amount)
    if one.kind in MOVES:
        _move(state, MOVES[one.kind](state, one))
    state.sums[one.kind] += one.amount


def _give(state, amount, order):
    if amount > sum(state.held[name] for name in order):
        raise Impossible(amount)
    for name in order:
        part = min(amount, state.held[name])
        state.held[name] -= part
        amount -= part


def _split(amount, parts):
    for unit in (100_000, 1_000, 1):
        if parts > 1 and amount // parts >= unit:
            share = amount // parts // unit * unit
            return [share] * (parts - 1) + [amount - share * (parts - 1)]
    return [0] * (parts - 1) + [amount]


def _plan(state, day, amount):
    add = [0] * len(state.dates)
    if day <= state.dates[0]:
        state.base += amount
        parts = _split(state.base, len(state.dates))
        old = state.base_parts or add
        add, state.base_parts = [a - b for a, b in zip(parts, old, strict=True)], parts
    else:
        later = len([on for on in state.dates if on > day]) or 1
        add[-later:] = _split(abs(amount), later)
        if amount < 0:
            add = _take(state, add)
    for on, change in zip(state.dates, add, strict=True):
        state.plan[on] = state.plan.get(on, 0) + change


def _take(state, wished):
    there = [state.plan.get(on, 0) for on in state.dates]
    taken = [min(wish, has) for wish, has in zip(wished, there, strict=True)]
    while missing := sum(wished) - sum(taken):
        at = max(i for i, has in enumerate(there) if has > taken[i])
        taken[at] += min(missing, there[at] - taken[at])
    return [-part for part in taken]


def _extend(state, one):
    _must(one.until > state.dates[-1])
    return {state.dates[-1]: one.until}


def _redate(state, one):
    later = [on for on in state.dates if on > one.of]
    _must(one.of in state.dates and later and one.of >= one.day)
    _must(one.of < one.until <= later[0])
    return {one.of: one.until}


def _leave(state, one):
    _must(state.grace and one.day < state.grace < one.of and one.until > state.dates[-1])
    months = max(n for n in range(600) if month_later(state.grace, n) <= one.of)
    state.grace = one.of
    to = {on: min(one.until, month_later(on, months)) for on in state.dates if on >= one.day}
    return {**to, state.dates[-1]: one.until}


def _shorten(state, one):
    _must(one.day <= one.until < state.dates[-1])
    return {on: one.until for on in state.dates if on > one.until}


def _reprice(state, one):
    state.rates = one.rates
    return {}


MOVES = {
    "rate": _reprice,
    "extend": _extend,
    "carry-over": _extend,
    "redate": _redate,
    "leave": _leave,
    "shorten": _shorten,
}


def _must(holds):
    if not holds:
        raise Impossible


def _move(state, to):
    plan, parts = {}, {}
    for on, part in zip(state.dates, state.base_parts or [0] * len(state.dates), strict=True):
        new = to.get(on, on)
        plan[new] = plan.get(new, 0) + state.plan.get(on, 0)
        parts[new] = parts.get(new, 0) + part
    state.dates = sorted(plan)
    state.plan, state.base_parts = plan, [parts[on] for on in state.dates]
