"""The contracts of the demonstration: who borrows what, when, and when it is to be repaid."""

from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np

from creditdesk.demo import habits, months
from creditdesk.demo.chance import Chance
from creditdesk.demo.ground import Ground
from creditdesk.demo.habits import HABITS, MILLION
from creditdesk.demo.law import UNIT, Law
from creditdesk.demo.people import People

SHORT = 12
"""A loan of up to so many months is repaid in one sum at its end."""
TERM = 6
"""Months between the draws of a course."""

_AFTER_PERIOD = 3000
_REBOOKED = 30
_LEAST = 10
_SHAKEN = 7, 10

_COURSE = np.array([habit.course for habit in HABITS])
_LONGEST = np.array([max(term for term, _ in habit.terms) for habit in HABITS])


class Reported(NamedTuple):
    """What a province reported of 2021-2025: households that drew, and what they drew [dong]."""

    households: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Contracts:
    """Contracts ordered by office and household; every array has one value per contract.

    household   place among the people; partner: signed by its second borrower
    anchor      keeps a balance at the end of 2025
    habit       place in `habits.HABITS`
    start       month of the first draw; signed: day of signing
    draws       how many draws, TERM months apart, of `amount` [UNITs] each
    rebooked    part of the first draw that was booked by mistake [UNITs]
    first, due  months of the first and the last principal instalment, `every` months apart
    graced      month before which no interest is asked for
    rate, overdue_rate  [millionths a year]; from the day `repriced` the former is `new_rate`
    """

    household: np.ndarray
    partner: np.ndarray
    anchor: np.ndarray
    habit: np.ndarray
    start: np.ndarray
    signed: np.ndarray
    draws: np.ndarray
    amount: np.ndarray
    rebooked: np.ndarray
    first: np.ndarray
    every: np.ndarray
    due: np.ndarray
    graced: np.ndarray
    rate: np.ndarray
    overdue_rate: np.ndarray
    repriced: np.ndarray
    new_rate: np.ndarray
    local: np.ndarray
    direct: np.ndarray
    session_day: np.ndarray
    purpose: np.ndarray

    def __len__(self) -> int:
        return len(self.household)

    @property
    def course(self) -> np.ndarray:
        """Return which are drawn term by term during a course of study."""
        return _COURSE[self.habit]

    @property
    def course_end(self) -> np.ndarray:
        """Return the days on which courses end, 0 where there is none."""
        month = np.where(self.course, self.start + TERM * self.draws - 2, 0)
        return np.where(self.course, months.day(month, 28), 0)

    @property
    def approved(self) -> np.ndarray:
        """Return the approved amounts [dong]."""
        return self.amount * self.draws * UNIT

    def of(self, chosen: np.ndarray) -> "Contracts":
        """Return some of the contracts."""
        return Contracts(
            **{field.name: getattr(self, field.name)[chosen] for field in fields(self)}
        )


class _Who(NamedTuple):
    household: np.ndarray
    anchor: np.ndarray
    late: np.ndarray  # signed after the period


def sign(
    ground: Ground, people: People, law: Law, *, loans: int, seed: int, reported: Reported | None
) -> Contracts:
    """Return so many contracts, one of every household and the rest shared out by chance.

    reported  totals of 2021-2025 that the draws less re-bookings of the period must add up to
    """
    chance = Chance(seed, int(ground.province), 3)
    who = _who(chance, people, loans)
    commune = people.commune[who.household]
    lent_in = law.lent_in()
    habit = _habits(chance, ground, people, who, lent_in)
    start = _starts(chance, habit, who.late, lent_in)
    session_day = ground.session_day[commune]
    # Signed and drawn at one session, from which the term counts.
    signed = months.day(start, session_day)
    draws, first, every, due, graced = _rhythm(
        chance, law, habit, start, signed=signed, anchor=who.anchor
    )
    amount, rebooked = _lent(
        chance, law, habit, start, signed=signed, draws=draws, reported=reported
    )
    rate, overdue_rate = law.rates(habit, signed)
    repriced, new_rate = law.repriced(habit, signed)
    return Contracts(
        household=who.household,
        partner=~who.anchor & people.shared[who.household],
        anchor=who.anchor,
        habit=habit,
        start=start,
        signed=signed,
        draws=draws,
        amount=amount,
        rebooked=rebooked,
        first=first,
        every=every,
        due=due,
        graced=graced,
        rate=rate,
        overdue_rate=overdue_rate,
        repriced=repriced,
        new_rate=new_rate,
        local=chance.happens(np.array([row.local for row in HABITS])[habit], loans),
        direct=chance.happens(np.array([row.direct for row in HABITS])[habit], loans),
        session_day=session_day,
        purpose=chance.below(np.array([len(row.purposes) for row in HABITS])[habit], loans),
    )


def _lent(
    chance: Chance,
    law: Law,
    habit: np.ndarray,
    start: np.ndarray,
    *,
    signed: np.ndarray,
    draws: np.ndarray,
    reported: Reported | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return what is lent at each draw, and what of it is booked by mistake [UNITs]."""
    count = len(habit)
    amount, most = _amounts(chance, habit, start)
    most = np.minimum(most, law.ceiling(habit, signed))
    amount = np.minimum(amount, most)
    single = draws == 1
    rebooked = np.where(single & chance.happens(_REBOOKED, count), chance.between(2, 4, count), 0)
    if reported is None:
        return amount, rebooked
    in_period = np.clip((months.PERIOD - 1 - start) // TERM + 1, 0, draws)
    net = in_period * amount - np.where(in_period > 0, rebooked, 0)
    free = np.flatnonzero(single & (in_period > 0))
    missing = reported.drawn // UNIT - int(net.sum())
    amount[free] = settled(amount[free], most[free], missing, chance.shuffled(len(free)))
    return amount, rebooked


def settled(
    amounts: np.ndarray, highest: np.ndarray, missing: int, order: np.ndarray
) -> np.ndarray:
    """Return amounts [UNITs] changed so that they add up to `missing` more than before.

    order  in which contracts give way: first within three tenths of their own amount, then as
           far as their ceiling or the smallest loan allows

    Raises ValueError when even that is not enough.
    """
    amounts = amounts.copy()
    some, of = _SHAKEN
    for near in (True, False):
        most = np.minimum(highest, amounts * of // some) if near else highest
        least = np.maximum(_LEAST, amounts * some // of) if near else _LEAST
        room = np.maximum(most - amounts if missing > 0 else amounts - least, 0)[order]
        given = np.clip(abs(missing) - (np.cumsum(room) - room), 0, room)
        change = int(given.sum()) if missing > 0 else -int(given.sum())
        amounts[order] += given if missing > 0 else -given
        missing -= change
    if missing:
        raise ValueError(f"{missing * UNIT} dong cannot be lent within the ceilings")
    return amounts


def _who(chance: Chance, people: People, loans: int) -> _Who:
    households = len(people)
    extra = loans - households
    household = np.append(np.arange(households), chance.below(households, extra))
    anchor = np.arange(loans) < households
    late = ~anchor & chance.happens(_AFTER_PERIOD, loans)
    order = np.argsort(household, kind="stable")
    return _Who(household[order], anchor[order], late[order])


def _habits(
    chance: Chance, ground: Ground, people: People, who: _Who, lent_in: np.ndarray
) -> np.ndarray:
    """Return the programme of each contract: one for which its household and place qualify."""
    shares = np.array([habit.shares for habit in HABITS]).T
    within = lent_in[:, : months.PERIOD].any(axis=1)
    after = lent_in[:, months.PERIOD :].any(axis=1)
    lasting = within & (_COURSE | (_LONGEST >= months.PERIOD))
    standing = people.standing[who.household]
    found = np.zeros(len(standing), dtype=np.int64)
    for chosen, possible in (
        (who.anchor, lasting),
        (~who.anchor & ~who.late, within),
        (who.late, after),
    ):
        here = np.flatnonzero(chosen)
        found[here] = chance.pick_by_row(shares * possible, standing[here])
    commune = people.commune[who.household]
    absent = {"": np.zeros(len(found), dtype=bool), "rural": ground.wards[commune]}
    absent["upland"] = ~ground.upland[commune]
    for place, habit in enumerate(HABITS):
        if habit.where:
            found[(found == place) & absent[habit.where]] = _place(habit.elsewhere)
    return _varied(found, who, absent["rural"])


def _varied(found: np.ndarray, who: _Who, ward: np.ndarray) -> np.ndarray:
    """Return programmes such that a household's further loan is of another than its first."""
    first = found[who.anchor][who.household]
    water, jobs, abroad = _place("06"), _place("03"), _place("04")
    same = ~who.anchor & (found == first) & ~_COURSE[found]
    other = np.where((found == water) | (ward & (found != jobs)), jobs, water)
    return np.where(same, np.where(ward & (found == jobs), abroad, other), found)


def _place(code: str) -> int:
    return next(place for place, habit in enumerate(HABITS) if habit.code == code)


def _starts(
    chance: Chance, habit: np.ndarray, late: np.ndarray, lent_in: np.ndarray
) -> np.ndarray:
    """Return the month of each first draw: the years grow, spring and autumn are busy."""
    month = np.arange(months.END)
    years = np.array(habits.YEARS)[month // 12]
    seasons = np.where(_COURSE[:, None], habits.COURSE_SEASON, habits.SEASON)[:, :12]
    weights = years * seasons[:, month % 12] * lent_in
    found = np.zeros(len(habit), dtype=np.int64)
    inside = month < months.PERIOD
    for chosen, when in ((~late, inside), (late, ~inside)):
        here = np.flatnonzero(chosen)
        found[here] = chance.pick_by_row(weights * when, habit[here])
    return found


def _rhythm(
    chance: Chance,
    law: Law,
    habit: np.ndarray,
    start: np.ndarray,
    *,
    signed: np.ndarray,
    anchor: np.ndarray,
) -> tuple[np.ndarray, ...]:
    """Return draws, first instalment, interval, final due month and end of grace of each."""
    terms = np.zeros(len(habit), dtype=np.int64)
    for place, row in enumerate(HABITS):
        here = np.flatnonzero(habit == place)
        values = np.array([term for term, _ in row.terms])
        terms[here] = values[chance.pick([weight for _, weight in row.terms], len(here))]
    course = _COURSE[habit]
    end = np.where(course, start + 2 * TERM * terms + 5, start + terms)
    terms = np.where(anchor & (end < months.PERIOD), _LONGEST[habit], terms)
    draws = np.where(course, terms, 1)
    every = law.interval(habit, signed)
    grace = np.array([row.grace for row in HABITS])[habit]
    first = np.where(terms > SHORT, start + grace + every, start + terms)
    first = np.where(course, start + TERM * draws + 11, first)
    due = np.where(course, first + TERM * (draws - 1), start + terms)
    no_interest = course | (habit == _place("07"))
    graced = np.where(no_interest, np.where(course, first, start + grace), 0)
    return draws, first, every, due, graced


def _amounts(
    chance: Chance, habit: np.ndarray, start: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return what is lent at a draw, and the most that is, by programme and time [UNITs]."""
    found = np.zeros(len(habit), dtype=np.int64)
    most = np.zeros(len(habit), dtype=np.int64)
    for place, row in enumerate(HABITS):
        for since, sizes in row.sizes:
            here = np.flatnonzero((habit == place) & (start >= since))
            values = np.array([amount for amount, _ in sizes]) * (MILLION // UNIT)
            found[here] = values[chance.pick([weight for _, weight in sizes], len(here))]
            most[here] = values.max()
    return found, most
