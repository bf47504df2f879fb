"""What befalls the borrowers of the demonstration: most pay in time, some late, a few never."""

from typing import NamedTuple

import numpy as np

from creditdesk.demo import months
from creditdesk.demo.chance import MYRIAD, Chance
from creditdesk.demo.contracts import TERM, Contracts

NEVER = 10**6
"""A month that does not come."""

# In ten thousand contracts; the others pay as agreed.
_SLOW, _STUCK, _FROZEN, _EXTENDED, _EARLY, _AHEAD = 300, 140, 50, 150, 700, 400
_RHYTHMS = ((1, 8), (3, 75), (6, 17))
_AWAY_FROM_SESSION = 800
_FLOODS = 23, 47, 59, 62
_FREEZES = 12, 24, 36
_WRITTEN_OFF = 66


class Fates(NamedTuple):
    """One value per contract; months are NEVER where nothing of the kind happens.

    rhythm      months between interest receipts
    pay_day     day of the month on which it is paid: the session's, or some days before
    delay       months by which principal is late
    stuck       month from which nothing is paid as agreed; drips: but now and then a little
    extended    months by which the final due date is moved once it comes
    ahead       month of a payment beyond the plan, of so many tenths of the balance
    frozen, thawed, lost   months of freeze, end of freeze and write-off
    """

    rhythm: np.ndarray
    pay_day: np.ndarray
    delay: np.ndarray
    stuck: np.ndarray
    drips: np.ndarray
    extended: np.ndarray
    ahead: np.ndarray
    tenths: np.ndarray
    frozen: np.ndarray
    thawed: np.ndarray
    lost: np.ndarray


def draw_lots(contracts: Contracts, chance: Chance) -> Fates:
    """Return what befalls each contract: one misfortune at most."""
    count = len(contracts)
    lot = chance.below(MYRIAD, count)
    upto = np.cumsum([_SLOW, _STUCK, _FROZEN, _EXTENDED, _EARLY, _AHEAD])
    kind = np.searchsorted(upto, lot, side="right")
    slow, stuck, frozen, extended, early, ahead = (kind == number for number in range(len(upto)))
    begun = np.where(contracts.course, contracts.first, contracts.start + TERM)
    when = begun + chance.below(np.maximum(contracts.due - begun, 1), count)
    freeze = np.array(_FLOODS)[chance.below(len(_FLOODS), count)]
    frozen &= (freeze > contracts.start + 2) & ~contracts.course
    thaw = freeze + np.array(_FREEZES)[chance.below(len(_FREEZES), count)]
    lost = frozen & (freeze >= months.PERIOD - 1) & chance.happens(1500, count)
    ruined = frozen & chance.happens(5000, count)
    # A household that is counted as a debtor at the end of 2025 repays in full only later.
    paid_off = np.where(contracts.anchor, np.maximum(when, months.PERIOD), when)
    return Fates(
        rhythm=np.array([months_ for months_, _ in _RHYTHMS])[
            chance.pick([weight for _, weight in _RHYTHMS], count)
        ],
        pay_day=contracts.session_day
        - np.where(chance.happens(_AWAY_FROM_SESSION, count), chance.between(1, 3, count), 0),
        delay=np.where(slow, chance.between(1, 3, count), 0),
        stuck=np.where(stuck, when, np.where(ruined, freeze, NEVER)),
        drips=stuck & chance.happens(3000, count),
        extended=np.where(
            extended,
            np.minimum(chance.between(1, 2, count) * TERM, (contracts.due - contracts.start) // 2),
            0,
        ),
        ahead=np.where(early, paid_off, np.where(ahead, when, NEVER)),
        tenths=np.where(early, 10, chance.between(1, 4, count)),
        frozen=np.where(frozen, freeze, NEVER),
        thawed=np.where(frozen, thaw, NEVER),
        lost=np.where(lost, _WRITTEN_OFF, NEVER),
    )
