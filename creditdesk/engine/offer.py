"""What a programme offers one borrower: the rate, the due dates and the grace of a contract."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from creditdesk.engine.days import months_after
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy, ProgrammeTerms
from creditdesk.engine.quotation import due_dates
from creditdesk.errors import Malformed, Refused

_COURSE = "course"


class RateMissing(Malformed):
    """Neither the call nor the policy states a rate for that day."""

    code = "rate-missing"


class ProgrammeDivided(Malformed):
    """The code stands for several sets of terms; one of them is to be named."""

    code = "programme-divided"


class TermMissing(Malformed):
    """The programme leaves the term to a contract of work or a local decision."""

    code = "term-missing"


class CourseEndMissing(Malformed):
    """A learner's due dates follow from the end of the course."""

    code = "course-end-missing"


class CourseEndTooEarly(Malformed):
    """The course ends before anything is drawn for it."""

    code = "course-end-too-early"


class TermWithinGrace(Refused):
    """The loan would end before anything may fall due."""

    code = "term-within-grace"


class Ask(NamedTuple):
    """What is known of a loan to be offered; what is None, the programme decides.

    programme      code of the set of terms
    signed_on      [date] which policy is in force
    draw_on        [date] the first draw
    rate_per_year  fraction per year
    months         term counted from the draw
    due_on         [date] end of the term
    every_months   months between instalments
    course_end_on  [date] end of a learner's course, leave of absence included
    """

    programme: str
    signed_on: date
    draw_on: date
    rate_per_year: Decimal | None = None
    months: int | None = None
    due_on: date | None = None
    every_months: int | None = None
    course_end_on: date | None = None


class Offer(NamedTuple):
    """What may be signed.

    rate_per_year    fraction per year
    due_on           (n,) [date] when something is due, rising
    grace_principal  how many of them, the first ones, ask for interest only
    ladder           (m,) [dong] units an instalment is rounded down to
    """

    rate_per_year: Decimal
    due_on: tuple[date, ...]
    grace_principal: int
    ladder: tuple[Dong, ...]


def offer(policy: Policy, ask: Ask) -> Offer:
    """Return the terms that a programme gives a contract of a day.

    A learner pays first on the day the grace after the course ends (Quyết định 05/2022/QĐ-TTg);
    a grace from the first draw is a time without due dates, or with interest alone, after which
    the rhythm goes on (Quyết định 33/2015/QĐ-TTg, Nghị định 28/2022/NĐ-CP). Where interest has a
    grace it falls due with the first date, and is never added to principal.
    Raises ProgrammeUnknown, ProgrammeDivided, RateMissing, TermMissing, CourseEndMissing,
    CourseEndTooEarly, TermWithinGrace, and what `quotation.due_dates` raises.
    """
    programme = policy.programme(ask.programme)
    if not programme.term_by.values:
        parts = [one.code for one in policy.family(programme.bank_code) if one is not programme]
        raise ProgrammeDivided(programme=programme.code, codes=", ".join(parts))
    terms = programme.at(ask.signed_on)
    rate = terms.rate_per_year if ask.rate_per_year is None else ask.rate_per_year
    if rate is None:
        raise RateMissing(programme=programme.code)
    end = _end(terms, ask)
    every = ask.every_months or _interval(policy, terms, ask.draw_on, end)
    dates, grace = _dates(terms, ask, end, every)
    ladder = policy.ladder(programme.code, ask.signed_on)
    return Offer(rate, dates, grace, tuple(map(Dong, ladder)))


def _end(terms: ProgrammeTerms, ask: Ask) -> date:
    """Return the last due date: the one asked for, or the latest that the programme allows."""
    if terms.term_by == _COURSE:
        _check_course(ask)
    if ask.months is not None:
        # Checked there: a count that makes no term, or another day than `due_on`.
        return due_dates(ask.draw_on, months=ask.months, due_on=ask.due_on)[-1]
    if ask.due_on is not None:
        return ask.due_on
    if terms.term_by == _COURSE:
        return _end_of_repayment(terms, ask)
    if terms.term_by != "months" or terms.term_months is None:
        raise TermMissing(programme=ask.programme)
    return months_after(ask.draw_on, terms.term_months)


def _check_course(ask: Ask) -> None:
    if ask.course_end_on is None:
        raise CourseEndMissing(programme=ask.programme)
    if ask.course_end_on <= ask.draw_on:
        raise CourseEndTooEarly(course_end_on=ask.course_end_on, draw_on=ask.draw_on)


def _end_of_repayment(terms: ProgrammeTerms, ask: Ask) -> date:
    assert terms.grace_principal is not None
    assert terms.repayment is not None
    assert ask.course_end_on is not None
    first = terms.grace_principal.ends_on(ask.draw_on, ask.course_end_on)
    assert first is not None
    return months_after(first, terms.repayment.months(ask.draw_on, ask.course_end_on))


def _interval(policy: Policy, terms: ProgrammeTerms, draw_on: date, end: date) -> int | None:
    """Return the months between instalments; None for a short loan, which is repaid at once."""
    short = policy.limits.short_term_months.nearest(terms.day)
    assert short is not None
    return None if end <= months_after(draw_on, short) else terms.principal_interval_months


def _dates(
    terms: ProgrammeTerms, ask: Ask, end: date, every: int | None
) -> tuple[tuple[date, ...], int]:
    """Return the due dates, and how many of them, the first ones, ask for interest only."""
    grace = terms.grace_principal
    if grace is None:
        return due_dates(ask.draw_on, due_on=end, every_months=every), 0
    until = grace.ends_on(ask.draw_on, ask.course_end_on)
    assert until is not None, "a course has its end, or the call was refused"
    course = grace.after == "course-end"
    if end < until or (end == until and not course):
        raise TermWithinGrace(due_on=end, grace_until=until)
    if course:
        first = until if every else None
        return due_dates(ask.draw_on, due_on=end, first_principal_on=first, every_months=every), 0
    dates = due_dates(ask.draw_on, due_on=end, every_months=every)
    free = sum(due_on <= until for due_on in dates)
    return (dates[free:], 0) if terms.grace_interest else (dates, free)
