"""The lives of an office's loans, month by month: what is drawn, paid, moved, and when.

Each month has two moments: the day on which a household pays, and the session, on which money is
lent and decisions are booked. Balances and interest are carried along to the dong, so that nobody
pays more than is owed and interest receipts are what was earned.
"""

from typing import NamedTuple

import numpy as np

from creditdesk.demo import months
from creditdesk.demo.chance import Chance
from creditdesk.demo.contracts import TERM, Contracts
from creditdesk.demo.fates import Fates
from creditdesk.demo.law import MICRO, UNIT

KINDS = ("GN", "HK", "TG", "TL", "DK", "GH", "CQH", "KN", "XN")
"""Kinds of movement in the order in which those of one day count."""
DRAW, UNFREEZE, PRINCIPAL, INTEREST, REBOOK, EXTEND, OVERDUE, FREEZE, WRITE_OFF = range(len(KINDS))

_YEAR = 365 * MICRO
_LADDER = 100_000
_DRIP = 500_000
_FORGOTTEN = 400


class Movements(NamedTuple):
    """Movements by day, contract and order within the day; `loan` is the contract's place.

    kind   place in KINDS; amount [dong], 0 for an extension; until: a day, 0 for none
    """

    loan: np.ndarray
    day: np.ndarray
    kind: np.ndarray
    amount: np.ndarray
    until: np.ndarray


def live(
    contracts: Contracts, fates: Fates, chance: Chance, instalments_move_from: int
) -> Movements:
    """Return all movements of some contracts up to the end of the book.

    instalments_move_from  [day] contracts of groups signed from then on have unpaid instalments
                           moved to overdue, not only what is unpaid after the final due date
    """
    office = _Office(contracts, fates, instalments_move_from)
    for month in range(months.END):
        office.pay(month, forgotten=chance.happens(_FORGOTTEN, len(contracts)))
        office.lend(month)
        office.extend(month)
        office.thaw(month)
        if month < months.END - 1:
            # Those of the last month are left for the desk to book.
            office.transfer(month)
        office.freeze(month)
    return office.movements()


class _Office:
    """Balances of the loans of an office in mid-life [dong], and what happened so far."""

    def __init__(self, contracts: Contracts, fates: Fates, instalments_move_from: int) -> None:
        count = len(contracts)
        self.contracts, self.fates = contracts, fates
        self.total = contracts.approved - contracts.rebooked * UNIT
        self.due = contracts.due.copy()
        # The multiple for overdue principal stays that of the contract.
        self.new_overdue_rate = contracts.new_rate * contracts.overdue_rate // contracts.rate
        between = contracts.due - contracts.first
        self.parts = -(-between // contracts.every) + 1
        self.part = self.total // self.parts // _LADDER * _LADDER
        self.grace_ends = np.where(contracts.course, months.day(contracts.first - 1, 28), 0)
        self.instalments_move = ~contracts.direct & (contracts.signed >= instalments_move_from)
        # One array for all: balances are replaced month by month, never changed in place.
        nothing = np.zeros(count, dtype=np.int64)
        self.in_term = self.overdue = self.frozen = nothing
        self.repaid = self.collected = self.reckoned = nothing
        self.earned = np.zeros((3, count), dtype=np.int64)
        self.told: list[Movements] = []

    def planned(self, month: int | np.ndarray) -> np.ndarray:
        """Return the principal that falls due up to a month's session."""
        c = self.contracts
        passed = np.minimum((month - c.first) // c.every + 1, self.parts - 1)
        instalments = np.where(month < c.first, 0, passed * self.part)
        return np.where(month >= self.due, self.total, instalments)

    def reckon(self, day: np.ndarray) -> None:
        """Add the interest earned up to a day: in term, overdue and in grace, unrounded."""
        c = self.contracts
        since = self.reckoned
        days = day - since
        days_new = np.clip(day - np.maximum(since, c.repriced), 0, None)
        weight = (days - days_new) * c.rate + days_new * c.new_rate
        in_grace = np.clip(np.minimum(day, self.grace_ends) - since, 0, None) * c.rate
        self.earned[0] += self.in_term * (weight - in_grace)
        self.earned[1] += self.overdue * (
            (days - days_new) * c.overdue_rate + days_new * self.new_overdue_rate
        )
        self.earned[2] += self.in_term * in_grace
        self.reckoned = day

    def unpaid(self) -> np.ndarray:
        """Return interest earned less collected, each kind rounded half up once."""
        return ((2 * self.earned + _YEAR) // (2 * _YEAR)).sum(axis=0) - self.collected

    def pay(self, month: int, forgotten: np.ndarray) -> None:
        """Take what the households pay in a month: principal by plan, interest by rhythm."""
        c, f = self.contracts, self.fates
        day = months.day(month, f.pay_day)
        self.reckon(day)
        owed = self.in_term + self.overdue
        stuck = month >= f.stuck
        kept = self.planned(np.where(stuck, f.stuck - 1, month - f.delay))
        dripping = stuck & f.drips & (self.overdue > 0) & (month % 3 == 0)
        drip = np.where(dripping, self.repaid + np.minimum(self.overdue, _DRIP), 0)
        beyond = np.where(f.tenths == 10, owed, owed * f.tenths // 10 // UNIT * UNIT)
        # Who asks for an extension on the last day cannot pay on it.
        extending = (f.extended > 0) & (month == c.due)
        wanted = np.where(extending, self.planned(month - 1), np.maximum(kept, drip)) - self.repaid
        wanted = np.where(month == f.ahead, np.maximum(wanted, beyond), wanted)
        paid = np.clip(wanted, 0, owed)
        closing = (paid == owed) & (owed > 0) & (self.frozen == 0)
        interest = np.where(closing, self.unpaid(), self.regular_interest(month, forgotten))
        from_overdue = np.minimum(paid, self.overdue)
        self.overdue = self.overdue - from_overdue
        self.in_term = self.in_term - (paid - from_overdue)
        self.repaid = self.repaid + paid
        self.collected = self.collected + interest
        self.tell(PRINCIPAL, day, paid)
        self.tell(INTEREST, day, interest)

    def regular_interest(self, month: int, forgotten: np.ndarray) -> np.ndarray:
        """Return the interest that running loans pay in a month.

        Interest of a grace is not asked for in it; afterwards it is paid in equal parts.
        """
        c, f = self.contracts, self.fates
        turn = np.where(c.graced > 0, (month - c.graced) % TERM, (month - c.start) % f.rhythm) == 0
        running = (self.in_term + self.overdue > 0) & (self.frozen == 0)
        willing = (month < f.stuck) & ~forgotten & (month >= c.graced)
        left = np.maximum((self.due - month) // TERM + 1, 1)
        unpaid = self.unpaid()
        asked = np.where(c.graced > 0, unpaid // left, unpaid)
        return np.where(turn & running & willing, np.maximum(asked, 0), 0)

    def lend(self, month: int) -> None:
        """Pay out what is drawn at a month's session, and take back what was booked by mistake."""
        c = self.contracts
        day = months.day(month, c.session_day)
        self.reckon(day)
        since = month - c.start
        drawn = (since >= 0) & (since % TERM == 0) & (since // TERM < c.draws)
        lent = np.where(drawn, c.amount * UNIT, 0)
        back = np.where(since == 0, c.rebooked * UNIT, 0)
        self.in_term = self.in_term + lent - back
        self.tell(DRAW, day, lent)
        self.tell(REBOOK, day, back)

    def extend(self, month: int) -> None:
        """Move the final due date of those who cannot pay on it."""
        chosen = (self.fates.extended > 0) & (month == self.contracts.due)
        chosen &= (self.in_term + self.overdue > 0) & (self.frozen == 0)
        self.due = np.where(chosen, self.due + self.fates.extended, self.due)
        until = months.day(self.due, self.contracts.session_day)
        self.tell(EXTEND, self.reckoned, np.zeros_like(self.due), until, chosen)

    def thaw(self, month: int) -> None:
        """End freezes: what is past its final due date comes back as overdue, the rest in term."""
        back = np.where(month == self.fates.thawed, self.frozen, 0)
        self.frozen = self.frozen - back
        self.overdue = self.overdue + np.where(self.due < month, back, 0)
        self.in_term = self.in_term + np.where(self.due < month, 0, back)
        self.tell(UNFREEZE, self.reckoned, back)

    def transfer(self, month: int) -> None:
        """Move to overdue what the rule says at a month's session."""
        moved = self.overdue + self.frozen
        late = np.clip(self.planned(month - 1) - self.repaid - moved, 0, self.in_term)
        late = np.where(self.instalments_move, late, 0)
        amount = np.where(self.due < month, self.in_term, late)
        self.in_term = self.in_term - amount
        self.overdue = self.overdue + amount
        self.tell(OVERDUE, self.reckoned, amount)

    def freeze(self, month: int) -> None:
        """Freeze what a disaster hit, and write off what it destroyed."""
        f = self.fates
        frozen = np.where(month == f.frozen, self.in_term + self.overdue, 0)
        kept = frozen == 0
        self.in_term, self.overdue = self.in_term * kept, self.overdue * kept
        self.frozen = self.frozen + frozen
        thaw = np.where(month == f.frozen, f.thawed, 0)
        self.tell(FREEZE, self.reckoned, frozen, months.day(thaw, self.contracts.session_day))
        lost = np.where(month == f.lost, self.frozen, 0)
        self.frozen = self.frozen - lost
        self.tell(WRITE_OFF, self.reckoned, lost)

    def tell(
        self,
        kind: int,
        day: np.ndarray,
        amount: np.ndarray,
        until: np.ndarray | None = None,
        chosen: np.ndarray | None = None,
    ) -> None:
        """Write down the movements of one kind: of the chosen, else of amounts above zero."""
        loan = np.flatnonzero(amount > 0 if chosen is None else chosen)
        if len(loan):
            none = np.zeros(len(loan), dtype=np.int64)
            kinds = np.full(len(loan), kind)
            ends = none if until is None else until[loan]
            self.told.append(Movements(loan, day[loan], kinds, amount[loan], ends))

    def movements(self) -> Movements:
        """Return all that happened, by day, contract and order within the day."""
        columns = [np.concatenate(parts) for parts in zip(*self.told, strict=True)]
        found = Movements(*columns)
        order = np.lexsort((found.kind, found.loan, found.day))
        return Movements(*(column[order] for column in found))
