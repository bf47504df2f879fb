"""Who may borrow what: a household's standing over time, and the rules of a programme on a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from creditdesk.engine.days import months_after
from creditdesk.engine.money import Dong
from creditdesk.engine.programmes import STANDINGS, Ceiling, ProgrammeTerms

POOR, NEAR_POOR, ESCAPED, OTHER = STANDINGS
LISTED = (POOR, NEAR_POOR)
"""Standings that a commune's list of poor and near-poor households gives."""


class Spell(NamedTuple):
    """A standing of a household from a day on.

    until    [date] the last day, None: until another begins
    list_no  number of the commune's list that says so, with its date; empty: a contract says so
    """

    standing: str
    since: date
    until: date | None
    list_no: str
    list_on: date | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a programme on a day.

    amount           [dong]
    months           the term, from the first draw
    counted          [dong] lent or promised before that counts against the same ceiling
    works            types of works built (water, latrine)
    workers          workers of an establishment, 0: a person borrows
    study_months     months of study the loan is for
    course_end_on    [date] the end of the course
    cost             [dong] of what is bought, built or prepared
    contract_months  of the contract of work abroad
    """

    day: date
    amount: Dong
    months: int
    source: str = "1"
    investor: str = ""
    counted: Dong = Dong(0)
    works: int = 1
    workers: int = 0
    study_months: int = 0
    course_end_on: date | None = None
    cost: Dong = Dong(0)
    contract_months: int = 0
    collateral: str = ""
    learner_no: str = ""


class Check(NamedTuple):
    """One rule that was asked: `code` names what is wrong where it does not hold."""

    code: str
    holds: bool
    facts: Mapping[str, Any]


def history_on(listed: Sequence[Spell], signed: Sequence[Spell], day: date) -> tuple[Spell, ...]:
    """Return the spells begun by a day, rising, one a day: those of lists, or else of contracts.

    listed  as communes' lists gave them, in the order of writing: the newest of a day counts
    signed  as contracts stated them: they speak while no list has
    """
    begun = [spell for spell in listed if spell.since <= day]
    begun = begun or [spell for spell in signed if spell.since <= day]
    newest = {spell.since: spell for spell in begun}
    return tuple(newest[since] for since in sorted(newest))


def spell_on(history: Sequence[Spell], day: date) -> Spell | None:
    """Return the spell in force on a day, None where the newest has run out or none began."""
    newest = history[-1] if history else None
    if newest is None or (newest.until is not None and newest.until < day):
        return None
    return newest


def left_lists_on(history: Sequence[Spell], day: date) -> date | None:
    """Return the first day on which a household was no longer poor or near-poor.

    None where it still is, or never was and never escaped. A household of which only the escape is
    known left on the first day of that.
    """
    after = None
    for spell in reversed(history):
        if spell.standing in LISTED:
            ended = spell.until + timedelta(days=1) if spell.until else None
            left = min((one for one in (ended, after) if one), default=None)
            return left if left and left <= day else None
        after = spell.since
    return next((spell.since for spell in history if spell.standing == ESCAPED), None)


def judge(
    terms: ProgrammeTerms, escaped_months: int | None, history: Sequence[Spell], asked: Asked
) -> tuple[Check, ...]:
    """Return every rule that a programme asks on a day, and whether it holds.

    terms           the programme's terms of the day
    escaped_months  how long after leaving the lists a household counts as newly escaped
    history         of the household, as `history_on` tells it

    A rule of which policy states nothing is not asked.
    """
    checks = [_open(terms), *_needs(terms, asked)]
    if not asked.workers:
        checks += _standing(terms, escaped_months, history)
    checks += _ceiling(terms, asked)
    checks += _term(terms, asked)
    return tuple(checks)


def doubts(terms: ProgrammeTerms, asked: Asked) -> tuple[Check, ...]:
    """Return which rules of a programme a quoted loan breaks, whoever borrows it.

    Asked are whether the programme lends, how much and for how long, as `judge` asks them; a share
    of a cost that is not known bounds nothing.
    """
    shared = terms.ceiling is not None and terms.ceiling.share is not None
    bounds = [] if shared and not asked.cost else _ceiling(terms, asked)
    return reasons([_open(terms), *bounds, *_term(terms, asked)])


def reasons(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Return the rules that do not hold."""
    return tuple(check for check in checks if not check.holds)


def _open(terms: ProgrammeTerms) -> Check:
    return Check("programme-closed", bool(terms.open), {"programme": terms.code, "day": terms.day})


def _needs(terms: ProgrammeTerms, asked: Asked) -> list[Check]:
    ceiling, by_course = terms.ceiling, terms.term_by == "course"
    unit = ceiling.unit if ceiling else ""
    above = terms.collateral_above
    studying = asked.course_end_on is not None and asked.course_end_on > asked.day
    needed: list[tuple[str, bool, bool, dict[str, Any]]] = [
        ("investor-missing", asked.source == "2", bool(asked.investor), {}),
        ("course-end-missing", by_course, studying, {"course_end_on": asked.course_end_on}),
        ("study-months-missing", unit == "dong/month", asked.study_months > 0, {}),
        ("learner-missing", terms.ceiling_counts == "learner", bool(asked.learner_no), {}),
        ("works-missing", unit == "dong/works", asked.works > 0, {}),
        ("cost-missing", unit == "share", asked.cost > 0, {}),
        ("contract-missing", terms.term_by == "contract", asked.contract_months > 0, {}),
        (
            "collateral-missing",
            above is not None and asked.amount > above,
            bool(asked.collateral),
            {"amount": asked.amount, "above": above},
        ),
    ]
    return [Check(code, holds, facts) for code, needs, holds, facts in needed if needs]


def _standing(
    terms: ProgrammeTerms, escaped_months: int | None, history: Sequence[Spell]
) -> list[Check]:
    if terms.borrowers is None:
        return []
    spell = spell_on(history, terms.day)
    standing = spell.standing if spell else OTHER
    facts = {
        "standing": standing,
        "borrowers": list(terms.borrowers),
        "since": spell and spell.since,
        "list_no": (spell and spell.list_no) or None,
        "list_on": spell and spell.list_on,
    }
    found = [Check("standing-not-served", standing in terms.borrowers, facts)]
    if standing == ESCAPED and escaped_months is not None:
        left = left_lists_on(history, terms.day)
        assert left is not None
        last = months_after(left, escaped_months)
        facts = {"left_on": left, "last_day": last}
        found.append(Check("escaped-too-long", terms.day <= last, facts))
    return found


def _ceiling(terms: ProgrammeTerms, asked: Asked) -> list[Check]:
    most = ceiling_of(terms, asked)
    if most is None:
        return []
    facts = {"amount": asked.amount, "counted": asked.counted, "ceiling": most}
    return [Check("above-ceiling", asked.amount + asked.counted <= most, facts)]


def ceiling_of(terms: ProgrammeTerms, asked: Asked) -> Dong | None:
    """Return the most that may be lent [dong] for what is asked, None where policy is silent."""
    ceiling = terms.ceiling
    if asked.workers and terms.ceiling_establishment:
        most = terms.ceiling_establishment.amount
        for_each = ceiling.amount if ceiling and ceiling.unit == "dong" else None
        assert most is not None
        return Dong(min(most, for_each * asked.workers)) if for_each else most
    return None if ceiling is None else _most(ceiling, asked)


def _most(ceiling: Ceiling, asked: Asked) -> Dong:
    if ceiling.share is not None:
        return Dong(int(ceiling.share * asked.cost))
    assert ceiling.amount is not None
    times = {"dong/month": asked.study_months, "dong/works": asked.works}.get(ceiling.unit, 1)
    return Dong(ceiling.amount * times)


def _term(terms: ProgrammeTerms, asked: Asked) -> list[Check]:
    bounds = [terms.term_months]
    if terms.term_by == "contract" and asked.contract_months:
        bounds.append(asked.contract_months)
    if terms.term_by == "course" and asked.course_end_on:
        bounds.append(_course_months(terms, asked.day, asked.course_end_on))
    most = min((bound for bound in bounds if bound), default=None)
    if most is None:
        return []
    holds = 0 < asked.months <= most
    return [Check("term-too-long", holds, {"months": asked.months, "most": most})]


def _course_months(terms: ProgrammeTerms, day: date, course_end: date) -> int | None:
    """Return the longest term of a learner: draws, then grace, then repayment."""
    if terms.repayment is None:
        return None
    draws = months_between(day, course_end)
    grace = terms.grace_principal or terms.grace_interest
    return draws + (grace.months if grace else 0) + terms.repayment.months(day, course_end)


def months_between(day: date, end: date) -> int:
    """Return the whole months that reach from a day to an end, the last one begun counted."""
    months = max(0, (end.year - day.year) * 12 + end.month - day.month)
    return months if months_after(day, months) >= end else months + 1
