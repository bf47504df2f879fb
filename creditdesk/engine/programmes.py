"""Credit programmes: what each has offered, since when, and to whom."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from creditdesk.engine import dated
from creditdesk.engine.dated import Dated, Form, History, Names, Table
from creditdesk.engine.days import months_after, whole_months
from creditdesk.engine.money import Dong
from creditdesk.errors import NotFound

PURPOSES = ("production", "housing", "education", "overseas", "jobs", "water", "other")
STANDINGS = ("HN", "HCN", "MTN", "KHAC")


class ProgrammeUnknown(NotFound):
    """No programme has this code."""

    code = "programme-unknown"


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that may be lent: an `amount` [dong] by its unit, or a `share` of the cost."""

    unit: str
    amount: Dong | None = None
    share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Grace:
    """A time in which nothing need be paid: `months` from the first draw or the course's end."""

    months: int
    after: str

    def ends_on(self, first_draw: date, course_end: date | None) -> date | None:
        """Return the first day after the grace, None where the course's end is not known."""
        start = course_end if self.after == "course-end" else first_draw
        return None if start is None else months_after(start, self.months)


@dataclass(frozen=True, slots=True)
class Repayment:
    """How long a learner repays: a multiple of the time of draws, another for a short course."""

    short_months: int
    short_multiple: int
    multiple: int

    def months(self, first_draw: date, course_end: date) -> int:
        """Return for how many months a learner repays at most."""
        short = course_end <= months_after(first_draw, self.short_months)
        draws = max(1, whole_months(first_draw, course_end))
        return draws * (self.short_multiple if short else self.multiple)


@dataclass(frozen=True, slots=True)
class ProgrammeTerms:
    """What a programme offers on one day; None where policy does not know."""

    code: str
    day: date
    open: bool | None
    basis: str | None
    rate_per_year: Decimal | None
    overdue_multiple: Decimal | None
    ceiling: Ceiling | None
    ceiling_establishment: Ceiling | None
    collateral_above: Dong | None
    term_months: int | None
    principal_interval_months: int | None
    grace_principal: Grace | None
    grace_interest: Grace | None
    instalment_rounding: tuple[int, ...] | None
    borrowers: tuple[str, ...] | None
    ceiling_counts: str | None
    draws: str | None
    term_by: str | None
    repayment: Repayment | None
    carry_over: bool | None

    @property
    def overdue_rate(self) -> Decimal | None:
        """Return the rate of overdue principal, a fraction per year."""
        if self.rate_per_year is None or self.overdue_multiple is None:
            return None
        return self.rate_per_year * self.overdue_multiple


@dataclass(frozen=True, slots=True)
class Programme:
    """One programme of credit with everything it has ever offered, as far as it is known.

    `code` is the bank's two digits, with a suffix of ours where one covers several sets of terms.

    ceiling_of      code of the programme with which it shares a ceiling, mostly its own
    borrowers       standings of the households it lends to
    ceiling_counts  what the ceiling bounds: each `loan`, all that the `customer` or the
                    `household` owes under the programme, or what is lent for each `learner`
    draws           `once`, in `parts`, or by `terms` of study
    term_by         what bounds the term: `months` of policy, the `course`, the `contract` of work,
                    or a `local` decision
    repayment       how long a learner repays after the grace
    carry_over      whether principal may go over to the next season
    """

    code: str
    short: str
    purpose: str
    ceiling_of: str
    names: Names
    open: History[bool]
    basis: History[str]
    rate_per_year: History[Decimal]
    overdue_multiple: History[Decimal]
    ceiling: History[Ceiling]
    ceiling_establishment: History[Ceiling]
    collateral_above: History[Dong]
    term_months: History[int]
    principal_interval_months: History[int]
    grace_principal: History[Grace]
    grace_interest: History[Grace]
    instalment_rounding: History[tuple[int, ...]]
    borrowers: History[tuple[str, ...]]
    ceiling_counts: History[str]
    draws: History[str]
    term_by: History[str]
    repayment: History[Repayment]
    carry_over: History[bool]

    @property
    def bank_code(self) -> str:
        """Return the two digits that the bank's files carry."""
        return self.code[:2]

    @property
    def closed_on(self) -> date | None:
        """Return the day from which nothing new is lent, None while the programme is open."""
        last = self.open.values[-1] if self.open.values else None
        return None if last is None or last.value else last.since

    def at(self, day: date) -> ProgrammeTerms:
        """Return the terms in force on a day."""
        found = {name: getattr(self, name).find(day) for name in _HISTORIES}
        return ProgrammeTerms(code=self.code, day=day, **found)


def rate_changes_reaching(programme: Programme, signed_on: date) -> tuple[Dated[Decimal], ...]:
    """Return the later rates that re-price a contract signed on a day, by rising `since`.

    A new rate binds new contracts only, unless its decree says that running ones follow.
    """
    return tuple(
        rate
        for rate in programme.rate_per_year.values
        if rate.reaches_existing and rate.since > signed_on
    )


def _ceiling(text: str, unit: str) -> Ceiling:
    if unit == "share":
        return Ceiling(unit, share=dated.SHARE.read(text, unit))
    return Ceiling(unit, amount=dated.DONG.read(text, unit))


def _grace(text: str, _unit: str) -> Grace:
    if not (found := _GRACE.fullmatch(text)):
        raise ValueError(text)
    return Grace(int(found[1]), found[2])


def _repayment(text: str, _unit: str) -> Repayment:
    if not (found := _REPAYMENT.fullmatch(text)):
        raise ValueError(text)
    return Repayment(int(found[2]), int(found[1]), int(found[3]))


def _ladder(text: str, unit: str) -> tuple[int, ...]:
    steps = tuple(int(dated.DONG.read(step, unit)) for step in text.split(", "))
    if steps != tuple(sorted(set(steps), reverse=True)) or steps[-1] != 1:
        raise ValueError(text)
    return steps


_CODE = re.compile(r"[0-9]{2}(?:-?[0-9A-Z]{1,4})?")
_GRACE = re.compile(r"([1-9][0-9]{0,2}) months after (first-draw|course-end)")
_REPAYMENT = re.compile(r"([1-9]) times draws up to ([1-9][0-9]?) months, ([1-9]) times beyond")
_IN_GRACE = Form(("rule",), _grace, why="not-a-code")
LADDER = Form(("dong",), _ladder)

_HISTORIES: Mapping[str, Form[Any]] = {
    "open": dated.YES_NO,
    "basis": dated.TEXT,
    "rate_per_year": dated.RATE,
    "overdue_multiple": dated.MULTIPLE,
    "ceiling": Form(("dong", "dong/month", "dong/works", "share"), _ceiling),
    "ceiling_establishment": Form(("dong",), _ceiling),
    "collateral_above": dated.DONG,
    "term_months": dated.MONTHS,
    "principal_interval_months": dated.MONTHS,
    "grace_principal": _IN_GRACE,
    "grace_interest": _IN_GRACE,
    "instalment_rounding": LADDER,
    "borrowers": dated.codes(*STANDINGS),
    "ceiling_counts": dated.choice("loan", "customer", "household", "learner"),
    "draws": dated.choice("once", "parts", "terms"),
    "term_by": dated.choice("months", "course", "contract", "local"),
    "repayment": Form(("rule",), _repayment, why="not-a-code"),
    "carry_over": dated.YES_NO,
}


def read(tables: Iterable[Table]) -> dict[str, Programme]:
    """Return the programmes that tables state, by code.

    Raises Malformed.
    """
    programmes: dict[str, Programme] = {}
    for table in tables:
        code = table.matching("code", _CODE)
        one = Programme(
            code=code,
            short=table.text("short"),
            purpose=table.one_of("purpose", PURPOSES),
            ceiling_of=table.text_or_none("ceiling_of") or code,
            names=table.names(),
            **table.histories(_HISTORIES),
        )
        table.finish()
        if not one.overdue_multiple.values:
            raise table.fault("overdue_multiple", "missing")
        if one.code in programmes:
            raise table.fault("code", "repeated")
        programmes[one.code] = one
    return dict(sorted(programmes.items()))
