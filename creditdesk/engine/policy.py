"""Lending policy as dated values: programmes, orders, limits and the rule of the overdue."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from creditdesk.engine import dated
from creditdesk.engine.dated import Dated, Form, History, Named, Names, NoValueYet, Table
from creditdesk.engine.days import months_after
from creditdesk.engine.money import Dong
from creditdesk.errors import Malformed, NotFound

__all__ = [
    "Ceiling",
    "Dated",
    "DayCount",
    "Grace",
    "History",
    "Limits",
    "Named",
    "Names",
    "NoValueYet",
    "OverdueRule",
    "Policy",
    "Programme",
    "ProgrammeTerms",
    "ProgrammeUnknown",
    "RepaymentOrder",
    "parse",
    "rate_changes_reaching",
]

PURPOSES = ("production", "housing", "education", "overseas", "jobs", "water", "other")
PRINCIPAL = ("overdue", "in_term", "frozen")
INTEREST = ("overdue", "in_term", "grace")
TRUSTEES = ("11", "12", "13", "14", "99")


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
    """

    code: str
    short: str
    purpose: str
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


@dataclass(frozen=True, slots=True)
class DayCount:
    """How days become interest."""

    basis: History[str]
    counted_day: History[str]
    rounding: History[str]


@dataclass(frozen=True, slots=True)
class RepaymentOrder:
    """In which order money without further word finds its account."""

    principal: History[tuple[str, ...]]
    interest: History[tuple[str, ...]]
    write_off: History[tuple[str, ...]]
    freeze: History[tuple[str, ...]]
    rebook: History[tuple[str, ...]]
    unfreeze: History[str]


@dataclass(frozen=True, slots=True)
class OverdueRule:
    """What a commune session moves to overdue; each `since` is a day of signing of the contract.

    `instalments` names the trustees under whom an unpaid instalment is moved.
    """

    final_due: History[bool]
    instalments: History[tuple[str, ...]]
    session: History[str]

    @property
    def final_due_always(self) -> bool:
        """Return whether a missed final due date is moved whatever the contract."""
        return self.final_due.values[-1].value

    @property
    def instalments_signed_from(self) -> date:
        """Return the first day of signing from which missed instalments are moved."""
        return self.instalments.values[0].since

    @property
    def instalments_trustees(self) -> tuple[str, ...]:
        """Return the trustees whose newest contracts have their missed instalments moved."""
        return self.instalments.values[-1].value

    def moves_instalment(self, signed_on: date, trustee: str) -> bool:
        """Return whether a missed instalment of a contract is moved, not only listed."""
        return trustee in (self.instalments.find(signed_on) or ())


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a contract may be stretched or stilled."""

    extension_share: History[Decimal]
    extension_short_months: History[int]
    short_term_months: History[int]
    freeze_months: History[int]
    freeze_months_heavy: History[int]
    freeze_loss_from: History[Decimal]
    freeze_loss_heavy_from: History[Decimal]


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """All lending policy; `version` is a digest of what it was read from."""

    version: str
    programmes: Mapping[str, Programme]
    day_count: DayCount
    repayment_order: RepaymentOrder
    overdue_rule: OverdueRule
    limits: Limits
    instalment_rounding: History[tuple[int, ...]]
    sources: Mapping[str, Named]
    trustees: Mapping[str, Named]
    chart: Mapping[str, Named]

    def programme(self, code: str) -> Programme:
        """Return the programme with a code.

        Raises ProgrammeUnknown.
        """
        try:
            return self.programmes[code]
        except KeyError:
            raise ProgrammeUnknown(programme=code) from None

    def family(self, bank_code: str) -> tuple[Programme, ...]:
        """Return every set of terms that the bank's files carry under two digits, by code."""
        return tuple(one for one in self.programmes.values() if one.bank_code == bank_code)

    def rates_on(self, bank_code: str, day: date) -> tuple[Decimal, ...]:
        """Return the rates a contract of two digits may have been signed at on a day, rising."""
        rates = (one.rate_per_year.find(day) for one in self.family(bank_code))
        return tuple(sorted({rate for rate in rates if rate is not None}))

    def ladder(self, code: str, day: date) -> tuple[int, ...]:
        """Return the units [dong] to which a programme's instalments are rounded down, in turn."""
        own = self.programme(code).instalment_rounding.find(day)
        return self.instalment_rounding.at(day) if own is None else own


def _ceiling(text: str, unit: str) -> Ceiling:
    if unit == "share":
        return Ceiling(unit, share=dated.SHARE.read(text, unit))
    return Ceiling(unit, amount=dated.DONG.read(text, unit))


def _grace(text: str, _unit: str) -> Grace:
    if not (found := _GRACE.fullmatch(text)):
        raise ValueError(text)
    return Grace(int(found[1]), found[2])


def _ladder(text: str, unit: str) -> tuple[int, ...]:
    steps = tuple(int(dated.DONG.read(step, unit)) for step in text.split(", "))
    if steps != tuple(sorted(set(steps), reverse=True)) or steps[-1] != 1:
        raise ValueError(text)
    return steps


_PROGRAMMES = "programmes/"
_CODE = re.compile(r"[0-9]{2}(?:-?[0-9A-Z]{1,4})?")
_GRACE = re.compile(r"([1-9][0-9]{0,2}) months after (first-draw|course-end)")
_IN_GRACE = Form(("rule",), _grace, why="not-a-code")
_LADDER = Form(("dong",), _ladder)

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
    "instalment_rounding": _LADDER,
}
_DAY_COUNT = {
    "basis": dated.choice("act/365", "act/360", "act/act", "30/360"),
    "counted_day": dated.choice("first", "last"),
    "rounding": dated.choice("half-up", "half-even"),
}
_ORDERS: Mapping[str, Form[Any]] = {
    "principal": dated.codes(*PRINCIPAL),
    "interest": dated.codes(*INTEREST),
    "write_off": dated.codes(*PRINCIPAL),
    "freeze": dated.codes(*PRINCIPAL),
    "rebook": dated.codes(*PRINCIPAL),
    "unfreeze": dated.choice("overdue-when-past-due", "overdue", "in_term"),
}
_OVERDUE: Mapping[str, Form[Any]] = {
    "final_due": dated.YES_NO,
    "instalments": dated.codes(*TRUSTEES),
    "session": dated.choice("first-after", "first-on-or-after"),
}
_LIMITS: Mapping[str, Form[Any]] = {
    "extension_share": dated.SHARE,
    "extension_short_months": dated.MONTHS,
    "short_term_months": dated.MONTHS,
    "freeze_months": dated.MONTHS,
    "freeze_months_heavy": dated.MONTHS,
    "freeze_loss_from": dated.SHARE,
    "freeze_loss_heavy_from": dated.SHARE,
}
_FILES = (
    "day_count.toml",
    "repayment_order.toml",
    "overdue_rule.toml",
    "limits.toml",
    "instalment_rounding.toml",
    "sources.toml",
    "trustees.toml",
    "chart.toml",
)


def parse(mapping: Mapping[str, Mapping[str, Any]]) -> Policy:
    """Return the policy that files state: {name below config/policy: its content}.

    Raises Malformed(file, key, why) at the first thing missing, unknown, ill-formed or ill-dated.
    """
    for file in mapping:
        if file not in _FILES and not file.startswith(_PROGRAMMES):
            raise Malformed(file=file, key="", why="unknown")
    tables = {file: _table(mapping, file) for file in _FILES}
    ladder = tables["instalment_rounding.toml"].histories({"ladder": _LADDER}, needed=True)
    policy = Policy(
        version=_digest(mapping),
        programmes=_programmes(mapping),
        day_count=DayCount(**tables["day_count.toml"].histories(_DAY_COUNT, needed=True)),
        repayment_order=RepaymentOrder(
            **tables["repayment_order.toml"].histories(_ORDERS, needed=True)
        ),
        overdue_rule=OverdueRule(**tables["overdue_rule.toml"].histories(_OVERDUE, needed=True)),
        limits=Limits(**tables["limits.toml"].histories(_LIMITS, needed=True)),
        instalment_rounding=ladder["ladder"],
        sources=tables["sources.toml"].named("source"),
        trustees=tables["trustees.toml"].named("trustee"),
        chart=tables["chart.toml"].named("account"),
    )
    for table in tables.values():
        table.finish()
    return policy


def _programmes(mapping: Mapping[str, Mapping[str, Any]]) -> dict[str, Programme]:
    programmes: dict[str, Programme] = {}
    for file in sorted(name for name in mapping if name.startswith(_PROGRAMMES)):
        table = _table(mapping, file)
        one = Programme(
            code=table.matching("code", _CODE),
            short=table.text("short"),
            purpose=table.one_of("purpose", PURPOSES),
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


def _table(mapping: Mapping[str, Mapping[str, Any]], file: str) -> Table:
    if file not in mapping:
        raise Malformed(file=file, key="", why="missing")
    return Table(file, "", mapping[file])


def _digest(mapping: Mapping[str, Mapping[str, Any]]) -> str:
    canonical = json.dumps(mapping, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]
