"""Lending policy as dated values: programmes, orders, limits and the rule of the overdue."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from creditdesk.engine import dated, programmes, provinces
from creditdesk.engine.dated import Dated, Form, History, Named, Names, NoValueYet, Table
from creditdesk.engine.money import Dong
from creditdesk.engine.programmes import (
    STANDINGS,
    Ceiling,
    Grace,
    Programme,
    ProgrammeTerms,
    ProgrammeUnknown,
    Repayment,
    rate_changes_reaching,
)
from creditdesk.engine.provinces import InterestShares, Published
from creditdesk.errors import Malformed

__all__ = [
    "STANDINGS",
    "Ceiling",
    "Dated",
    "DayCount",
    "Grace",
    "GroupScore",
    "History",
    "InterestShares",
    "Limits",
    "Named",
    "Names",
    "NoValueYet",
    "OverdueRule",
    "Policy",
    "Programme",
    "ProgrammeTerms",
    "ProgrammeUnknown",
    "Published",
    "Repayment",
    "RepaymentOrder",
    "parse",
    "rate_changes_reaching",
]

PRINCIPAL = ("overdue", "in_term", "frozen")
INTEREST = ("overdue", "in_term", "grace")
TRUSTEES = ("11", "12", "13", "14", "99")
FREEZE_REASONS = ("K1", "K2", "K3", "K4a", "K4c", "K5", "K_bs")
CRITERIA = ("members_saving", "overdue", "interest", "principal", "savings_growth", "attendance")
BANDS = ("weak", "average", "fair", "good")


@dataclass(frozen=True, slots=True)
class DayCount:
    """How days become interest."""

    basis: History[str]
    counted_day: History[str]
    rounding: History[str]


@dataclass(frozen=True, slots=True)
class RepaymentOrder:
    """In which order money without further word finds its account.

    `prepaid` says which instalments a repayment beyond what is due pays: the `next` first, the
    `last` first, or all `even`.
    """

    principal: History[tuple[str, ...]]
    interest: History[tuple[str, ...]]
    write_off: History[tuple[str, ...]]
    freeze: History[tuple[str, ...]]
    rebook: History[tuple[str, ...]]
    unfreeze: History[str]
    prepaid: History[str]


@dataclass(frozen=True, slots=True)
class OverdueRule:
    """What a commune session moves to overdue; each `since` is a day of signing of the contract.

    `instalments` names the trustees under whom an unpaid instalment is moved.
    """

    final_due: History[bool]
    instalments: History[tuple[str, ...]]
    session: History[str]

    @property
    def instalments_signed_from(self) -> date:
        """Return the first day of signing from which missed instalments are moved."""
        return self.instalments.values[0].since

    def moves_instalment(self, signed_on: date, trustee: str) -> bool:
        """Return whether a missed instalment of a contract is moved, not only listed."""
        return trustee in (self.instalments.find(signed_on) or ())


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a contract may be stretched or stilled, and after how long somebody must look.

    redate_…_days     working days before the due date: asked by the borrower, handed in
    freeze_by_loss    reasons of a freeze under which the loss of assets decides how long
    carry_over_times  seasons in a row that principal may go over
    approval_above    [dong] a larger loan is approved by a second person
    …_days, …_months  a time after, or before, which a loan stands in a worklist
    """

    extension_share: History[Decimal]
    extension_short_months: History[int]
    short_term_months: History[int]
    medium_term_months: History[int]
    freeze_months: History[int]
    freeze_months_heavy: History[int]
    freeze_loss_from: History[Decimal]
    freeze_loss_heavy_from: History[Decimal]
    freeze_by_loss: History[tuple[str, ...]]
    freeze_warning_days: History[int]
    redate_asked_days: History[int]
    redate_handed_days: History[int]
    carry_over_times: History[int]
    carry_over_months: History[int]
    use_check_days: History[int]
    undrawn_days: History[int]
    inactive_months: History[int]
    due_notice_days: History[int]
    interest_unpaid_months: History[int]
    silent_days: History[int]
    approval_above: History[Dong]
    group_members_min: History[int]
    group_members_max: History[int]
    newly_escaped_months: History[int]
    identity_card_years: History[int]
    study_terms_a_year: History[int]


@dataclass(frozen=True, slots=True)
class GroupScore:
    """How a savings-and-credit group is scored: a hundred points over six criteria.

    weights  points of each criterion
    none_at  share at and beyond which a criterion gives nothing
    full_at  share at and beyond which it gives all; between the two, in proportion
    bands    points from which a score belongs to a band, rising
    """

    criteria: Mapping[str, Named]
    band_names: Mapping[str, Named]
    weights: History[Mapping[str, Decimal]]
    none_at: History[Mapping[str, Decimal]]
    full_at: History[Mapping[str, Decimal]]
    bands: History[Mapping[str, Decimal]]


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
    freeze_reasons: Mapping[str, Named]
    group_score: GroupScore
    days_off: frozenset[date]
    local_capital: Mapping[str, InterestShares]
    published: tuple[Published, ...]

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


_PROGRAMMES = "programmes/"
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
    "prepaid": dated.choice("next", "last", "even"),
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
    "medium_term_months": dated.MONTHS,
    "freeze_months": dated.MONTHS,
    "freeze_months_heavy": dated.MONTHS,
    "freeze_loss_from": dated.SHARE,
    "freeze_loss_heavy_from": dated.SHARE,
    "freeze_by_loss": dated.codes(*FREEZE_REASONS),
    "freeze_warning_days": dated.DAYS,
    "redate_asked_days": dated.DAYS,
    "redate_handed_days": dated.DAYS,
    "carry_over_times": dated.COUNT,
    "carry_over_months": dated.MONTHS,
    "use_check_days": dated.DAYS,
    "undrawn_days": dated.DAYS,
    "inactive_months": dated.MONTHS,
    "due_notice_days": dated.DAYS,
    "interest_unpaid_months": dated.MONTHS,
    "silent_days": dated.DAYS,
    "approval_above": dated.DONG,
    "group_members_min": dated.COUNT,
    "group_members_max": dated.COUNT,
    "newly_escaped_months": dated.MONTHS,
    "identity_card_years": dated.YEARS,
    "study_terms_a_year": dated.COUNT,
}
_SCORE: Mapping[str, Form[Any]] = {
    "weights": dated.marks("points", *CRITERIA),
    "none_at": dated.marks("share", *CRITERIA),
    "full_at": dated.marks("share", *CRITERIA),
    "bands": dated.marks("points", *BANDS),
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
    "freeze_reasons.toml",
    "group_score.toml",
    "days_off.toml",
    "local_capital.toml",
    "published.toml",
)


def parse(mapping: Mapping[str, Mapping[str, Any]]) -> Policy:
    """Return the policy that files state: {name below config/policy: its content}.

    Raises Malformed(file, key, why) at the first thing missing, unknown, ill-formed or ill-dated.
    """
    for file in mapping:
        if file not in _FILES and not file.startswith(_PROGRAMMES):
            raise Malformed(file=file, key="", why="unknown")
    tables = {file: _table(mapping, file) for file in _FILES}
    ladder = tables["instalment_rounding.toml"].histories(
        {"ladder": programmes.LADDER}, needed=True
    )
    policy = Policy(
        version=_digest(mapping),
        programmes=programmes.read(
            _table(mapping, file) for file in sorted(mapping) if file.startswith(_PROGRAMMES)
        ),
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
        freeze_reasons=tables["freeze_reasons.toml"].named("reason"),
        group_score=_group_score(tables["group_score.toml"]),
        days_off=_days_off(tables["days_off.toml"]),
        local_capital=provinces.shares(tables["local_capital.toml"]),
        published=tuple(provinces.published(tables["published.toml"])),
    )
    for table in tables.values():
        table.finish()
    return policy


def _group_score(table: Table) -> GroupScore:
    return GroupScore(
        criteria=table.named("criterion"),
        band_names=table.named("band"),
        **table.histories(_SCORE, needed=True),
    )


def _days_off(table: Table) -> frozenset[date]:
    days: set[date] = set()
    for row in table.tables("closure"):
        row.sourced()
        row.names()
        since, until = row.day("since"), row.day("until")
        if until < since:
            raise row.fault("until", "descending")
        row.finish()
        days.update(since + timedelta(days=later) for later in range((until - since).days + 1))
    return frozenset(days)


def _table(mapping: Mapping[str, Mapping[str, Any]], file: str) -> Table:
    if file not in mapping:
        raise Malformed(file=file, key="", why="missing")
    return Table(file, "", mapping[file])


def _digest(mapping: Mapping[str, Mapping[str, Any]]) -> str:
    canonical = json.dumps(mapping, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]
