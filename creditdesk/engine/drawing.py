"""Drawing on a loan: how often and how much a programme pays out within what was approved."""

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from creditdesk.engine.days import months_after
from creditdesk.engine.journal import Event, Kind, in_order
from creditdesk.engine.money import Dong
from creditdesk.engine.programmes import Ceiling, Programme
from creditdesk.errors import Refused


class DrawnOnce(Refused):
    """The programme pays a loan out at once, and this one was drawn on."""

    code = "drawn-once"


class TermDrawn(Refused):
    """A learner draws once in a term of study."""

    code = "term-drawn"


class CourseOver(Refused):
    """A learner draws until the course ends, leave of absence included."""

    code = "course-over"


class AboveStudyMonths(Refused):
    """The months of study that are left, at the ceiling of the day, allow less."""

    code = "above-study-months"


class Drawn(NamedTuple):
    """A draw less what was re-booked of it [dong]."""

    day: date
    amount: Dong


class Study(NamedTuple):
    """What a learner studies: `months` the loan is for, and the terms that make a year.

    elsewhere    draws on other loans for the same study
    grace_until  [date] first day after the grace that follows the course
    """

    months: int
    terms_a_year: int
    elsewhere: Sequence[Drawn] = ()
    grace_until: date | None = None


def draws_of(events: Iterable[Event]) -> tuple[Drawn, ...]:
    """Return the draws among events by day; a re-booking takes back the newest before it."""
    drawn: list[Drawn] = []
    for event in sorted(events, key=in_order):
        if event.kind is Kind.DRAW:
            drawn.append(Drawn(event.value_date, Dong(event.amount)))
        elif event.kind is Kind.REBOOK:
            _take_back(drawn, event.amount)
    return tuple(drawn)


def _take_back(drawn: list[Drawn], amount: int) -> None:
    while amount and drawn:
        day, newest = drawn.pop()
        if newest > amount:
            drawn.append(Drawn(day, Dong(newest - amount)))
        amount = max(0, amount - newest)


def allow(
    programme: Programme, signed_on: date, draw: Drawn, before: Sequence[Drawn], study: Study
) -> None:
    """Refuse a draw that the programme of a contract does not pay out so.

    signed_on  [date] of the contract, which keeps its way of drawing
    before     draws on the same loan, of whatever day

    Raises DrawnOnce, CourseOver, TermDrawn, AboveStudyMonths.
    Source: Quyết định 157/2007/QĐ-TTg; hướng dẫn 2162A/NHCS-TD (draws each term of study).
    """
    how = programme.draws.nearest(signed_on)
    if how == "once" and before:
        raise DrawnOnce(programme=programme.code, drawn_on=before[0].day)
    if how != "terms":
        return
    grace = programme.grace_interest.nearest(signed_on)
    if grace and study.grace_until and months_after(draw.day, grace.months) > study.grace_until:
        raise CourseOver(day=draw.day, grace_until=study.grace_until, months=grace.months)
    term = _term(draw.day, study.terms_a_year)
    for one in before:
        if _term(one.day, study.terms_a_year) == term:
            raise TermDrawn(drawn_on=one.day, day=draw.day)
    ceiling = programme.ceiling.nearest(draw.day)
    if ceiling and ceiling.unit == "dong/month":
        _within_months(programme, ceiling, draw, before, study)


def _term(day: date, terms_a_year: int) -> tuple[int, int]:
    return day.year, (day.month - 1) * terms_a_year // 12


def _within_months(
    programme: Programme, ceiling: Ceiling, draw: Drawn, before: Sequence[Drawn], study: Study
) -> None:
    """Refuse more than the months of the term, and those of the study, are worth on the day."""
    used, in_term = Fraction(0), Fraction(0)
    for one in (*before, *study.elsewhere):
        then = programme.ceiling.nearest(one.day)
        assert then is not None
        assert then.amount is not None
        months = Fraction(one.amount, then.amount)
        used += months
        if _term(one.day, study.terms_a_year) == _term(draw.day, study.terms_a_year):
            in_term += months
    left = min(Fraction(12, study.terms_a_year) - in_term, study.months - used)
    assert ceiling.amount is not None
    most = max(0, int(left * ceiling.amount))
    if draw.amount > most:
        raise AboveStudyMonths(amount=draw.amount, most=most, day=draw.day, month=ceiling.amount)
