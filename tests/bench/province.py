"""The reference province: 180,000 loans from a fixed seed, and what any exact engine makes of it.

Equal principal by months (principal // term, the rest in the last), due on the day of the month
of the draw clamped to the month's end; interest of a row is the balance before it x rate x actual
days / 365, rounded half up to the dong row by row.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from creditdesk.engine import quotation
from creditdesk.engine.money import Dong

LOANS = 180_000
ROWS = 4_879_188
INTEREST = 776_289_495_262
"""All its interest [dong], on which eight implementations agree."""

_DAY = "datetime64[D]"
_MONTH = "datetime64[M]"
_FIRST = np.datetime64("2021-01-04")


@dataclass(frozen=True, slots=True)
class Loans:
    """Loans as columns: principal [dong], rate [basis points], term [months], draw [day]."""

    principal: np.ndarray
    rate: np.ndarray
    term: np.ndarray
    draw: np.ndarray

    def part(self, begin, end):
        """Return some of them."""
        return Loans(
            self.principal[begin:end],
            self.rate[begin:end],
            self.term[begin:end],
            self.draw[begin:end],
        )

    def requests(self):
        """Return what the engine is asked for, without due dates: principal, rate, draw, term."""
        return [
            (Dong(principal), Decimal(rate).scaleb(-4), draw, term)
            for principal, rate, draw, term in zip(
                self.principal.tolist(),
                self.rate.tolist(),
                self.draw.astype(object).tolist(),
                self.term.tolist(),
                strict=True,
            )
        ]


def loans(count=LOANS):
    """Return the loans of the reference province, or as many drawn the same way."""
    chance = np.random.default_rng(7)
    term = chance.choice(np.array([12, 24, 36, 48, 60]), count, p=[0.36, 0.28, 0.18, 0.10, 0.08])
    millions = np.clip(np.round(chance.gamma(6.0, 55 / 6.0, count)), 5, 100)
    rates = np.array([330, 480, 660, 792, 825, 900], dtype=np.int64)
    rate = chance.choice(rates, count, p=[0.1, 0.1, 0.4, 0.2, 0.1, 0.1])
    draw = _FIRST + chance.integers(0, 1700, count).astype("timedelta64[D]")
    return Loans(millions.astype(np.int64) * 1_000_000, rate, term.astype(np.int64), draw)


def rows(book):
    """Return due day [since 1970], principal, interest and balance of every row, loan by loan."""
    which = np.repeat(np.arange(len(book.term)), book.term)
    begins = np.repeat(np.cumsum(book.term) - book.term, book.term)
    number = np.arange(len(which)) - begins + 1
    month = book.draw.astype(_MONTH)
    day = (book.draw - month.astype(_DAY)).astype(np.int64)
    due = _due(month[which], day[which], number)
    before = np.where(number == 1, book.draw[which], np.roll(due, 1))
    share = (book.principal // book.term)[which]
    held = book.principal[which] - share * (number - 1)
    principal = np.where(number == book.term[which], held, share)
    days = (due - before).astype(np.int64)
    interest = (held * book.rate[which] * days + 1_825_000) // 3_650_000
    return due.astype(np.int64), principal, interest, held - principal


def _due(month, day, number):
    first = (month + number).astype(_DAY)
    length = ((month + number + 1).astype(_DAY) - first).astype(np.int64)
    return first + np.minimum(day, length - 1).astype("timedelta64[D]")


def quoted(requests):
    """Return the engine's quotation of every request."""
    one = Dong(1)
    return [
        quotation.quote(
            quotation.Request(
                principal,
                rate,
                draw,
                quotation.due_dates(draw, months=term, every_months=1),
                round_to=one,
            )
        )
        for principal, rate, draw, term in requests
    ]


def flat(quotations):
    """Return the engine's rows as the columns that `rows` returns."""
    epoch = date(1970, 1, 1).toordinal()
    told = [
        (row.due_on.toordinal() - epoch, row.principal, row.interest, row.balance)
        for found in quotations
        for row in found.rows
    ]
    return tuple(np.array(told, dtype=np.int64).T)
