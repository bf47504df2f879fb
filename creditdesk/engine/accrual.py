"""Interest as a function of dated principal and dated rates, never an accumulator."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from creditdesk.engine.money import Dong, round_ratio
from creditdesk.engine.terms import LoanTerms

YEAR = 365
"""Days of a year, leap years too: Circular 14/2017/TT-NHNN, held in policy/day_count.toml."""
RATE_UNIT = 10**8
"""Rates count in whole hundred-millionths, so that 130 % of four decimals of a percent fits."""


class Change(NamedTuple):
    """What a day's event adds to the balances that earn: [dong] signed, in term and overdue."""

    value_date: date
    in_term: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Interest:
    """Interest of one loan by kind [dong], each rounded half up once."""

    in_term: Dong
    overdue: Dong
    grace: Dong

    @property
    def sum(self) -> Dong:
        """Return all kinds together."""
        return Dong(self.in_term + self.overdue + self.grace)


class Stretch(NamedTuple):
    """Days over which a balance [dong] earned at one rate: the first counts, `until` does not."""

    kind: str
    since: date
    until: date
    balance: int
    rate: Decimal

    @property
    def days(self) -> int:
        """Return how many days earned."""
        return (self.until - self.since).days


def rate_units(rate: Decimal) -> int:
    """Return a rate per year in hundred-millionths; refuse one with more than eight decimals."""
    units = rate.scaleb(8)
    if units != units.to_integral_value():
        raise ValueError(f"a rate has at most eight decimals: {rate}")
    return int(units)


def stretches(
    terms: LoanTerms, changes: Iterable[Change], day: date, also: Iterable[date] = ()
) -> Iterator[Stretch]:
    """Yield every stretch of days that earned interest, from the first draw to a day.

    changes  Change, any order, several a day allowed
    day      [date] earns nothing itself: periods are half-open
    also     [date] further days at which a stretch ends

    The first rate holds before its own day too, for money lent before the contract was signed.
    """
    by_day: dict[date, list[Change]] = {}
    for change in changes:
        by_day.setdefault(change.value_date, []).append(change)
    cuts = {step.since for step in terms.rates} | set(by_day) | {day, *also}
    if terms.grace_until is not None:
        cuts.add(terms.grace_until)
    in_term = overdue = at = 0
    rates, last = terms.rates, len(terms.rates) - 1
    for since, until in pairwise(sorted(cut for cut in cuts if cut <= day)):
        for change in by_day.get(since, ()):
            in_term += change.in_term
            overdue += change.overdue
        while at < last and rates[at + 1].since <= since:
            at += 1
        if in_term:
            graced = terms.grace_until is not None and since < terms.grace_until
            yield Stretch("grace" if graced else "in_term", since, until, in_term, rates[at].rate)
        if overdue:
            yield Stretch("overdue", since, until, overdue, rates[at].overdue_rate)


def interest_to(terms: LoanTerms, changes: Iterable[Change], day: date) -> Interest:
    """Return all interest earned from the first draw to a day, by kind.

    Each kind is summed exactly over the whole life of the loan and rounded half up once.
    Source: Circular 14/2017/TT-NHNN (actual balance x actual days x rate / 365).
    """
    return next(interest_to_each(terms, changes, (day,)))


def interest_to_each(
    terms: LoanTerms, changes: Iterable[Change], days: Sequence[date]
) -> Iterator[Interest]:
    """Yield what `interest_to` returns of each of some days, walking through the life once.

    days  [date] rising, at least one
    """
    balance_days: dict[tuple[str, Decimal], int] = {}
    ahead = deque(stretches(terms, changes, days[-1], days))
    for day in days:
        while ahead and ahead[0].until <= day:
            kind, since, until, balance, rate = ahead.popleft()
            known = balance_days.get((kind, rate), 0)
            balance_days[kind, rate] = known + balance * (until - since).days
        yield _rounded(balance_days)


def _rounded(balance_days: Mapping[tuple[str, Decimal], int]) -> Interest:
    """Return interest from balances x days [dong x day] by kind and rate."""
    exact = {"in_term": 0, "overdue": 0, "grace": 0}
    for (kind, rate), sum_ in balance_days.items():
        exact[kind] += sum_ * rate_units(rate)
    return Interest(
        **{kind: Dong(round_ratio(sum_, YEAR * RATE_UNIT)) for kind, sum_ in exact.items()}
    )
