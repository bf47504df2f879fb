"""What a measure does to the loans that it reaches: events, revisions, principal and interest."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

from creditdesk import ledger, records, standings
from creditdesk.arrears import Candidate, Progress, candidates
from creditdesk.columns import Axes
from creditdesk.communes import map_on
from creditdesk.db import Tx
from creditdesk.engine import ageing, days, lifecycle, limits
from creditdesk.engine.accrual import Interest, interest_to, rate_units
from creditdesk.engine.journal import Account, Event, Kind
from creditdesk.engine.lifecycle import Act
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy, rate_changes_reaching
from creditdesk.engine.programmes import Programme
from creditdesk.engine.replay import Booked, Revision, revise
from creditdesk.engine.terms import LoanTerms
from creditdesk.errors import NotFound, Refused

KINDS = ("rate", "freeze", "holiday")
_DAY = timedelta(days=1)


class MeasureUnknown(NotFound):
    """There is no measure of this kind or number."""

    code = "measure-unknown"


class MeasureUnclear(Refused):
    """A measure says until when, where, or over which programme, as its kind asks."""

    code = "measure-unclear"


class RateNotOfPolicy(Refused):
    """Policy has no rate from that day on that binds running contracts of the programme."""

    code = "rate-not-for-running-loans"


class FreezeTooLong(Refused):
    """A freeze lasts no longer than the law allows."""

    code = "freeze-too-long"


@dataclass(frozen=True, slots=True)
class Measure:
    """What is decided over many loans.

    kind        `rate` (what policy says binds running contracts), `freeze`, `holiday` (interest
                accrues, but nobody is asked for it)
    since       [date] the first day it holds
    until       [date] end of a freeze, last day of a holiday; none of a rate
    places      codes of provinces or communes, none: the whole book
    programmes  codes of programmes, none: all; of a rate exactly one
    reason      of a freeze, a code of `policy.freeze_reasons`
    """

    kind: str
    since: date
    until: date | None = None
    places: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    reason: str = ""


class Line(NamedTuple):
    """What a measure does to one loan [dong].

    principal  what is frozen, or what owed on the first day
    interest   what is earned more (or less, below zero) up to the effect's day; of a holiday what
               falls into it
    """

    loan_id: int
    loan_no: str
    province: str
    commune: str
    programme: str
    principal: Dong
    interest: Dong


@dataclass(frozen=True, slots=True)
class Effect:
    """What a measure does: to every loan it reaches, up to a day, nobody paying meanwhile."""

    measure: Measure
    up_to: date
    lines: tuple[Line, ...]

    @property
    def sums(self) -> dict[str, int]:
        """Return what all lines come to: loans, principal and interest [dong]."""
        return _sums(self.lines)

    def by(self, name: str) -> dict[str, dict[str, int]]:
        """Return the sums for each `commune` or `programme`, by rising code."""
        groups: dict[str, list[Line]] = {}
        for line in self.lines:
            groups.setdefault(getattr(line, name), []).append(line)
        return {code: _sums(groups[code]) for code in sorted(groups)}


def _sums(lines: Sequence[Line]) -> dict[str, int]:
    return {
        "loans": len(lines),
        "principal": sum(line.principal for line in lines),
        "interest": sum(line.interest for line in lines),
    }


def reaches(measure: Measure, over: Axes) -> np.ndarray:
    """Return which loans of a province a measure is about, by where and under what they are."""
    chosen = np.ones(len(over.ids), dtype=bool)
    if measure.places and over.province not in measure.places:
        chosen &= np.isin(over.columns["commune"], measure.places)
    if measure.programmes:
        banks = [code[:2] for code in measure.programmes]
        chosen &= np.isin(over.columns["programme"], banks)
    return chosen


@dataclass(frozen=True, slots=True)
class Work:
    """One measure on its way through the loans that it reaches."""

    tx: Tx
    policy: Policy
    measure: Measure
    number: int

    def receipt_no(self, loan_no: str) -> str:
        """Return the number under which the measure is booked on a loan."""
        return f"{_MARKS[self.measure.kind]}{self.number}/{loan_no}"

    def through(self, progress: Progress) -> Iterator[tuple[Candidate, Revision]]:
        """Yield every loan that is reached with what is to be written of it."""
        event = self._events()
        for loan in candidates(self.tx, self._reached(), self.measure.since, progress):
            new = event(loan)
            if new is None:
                continue
            orders = ledger.orders_of(self.policy, loan.row.signed_on)
            booked = [new] if self.measure.kind != "holiday" else []
            revision = revise(loan.terms, orders, loan.facts, booked)
            for refused in revision.refused:
                raise refused.why
            yield loan, revision

    def _events(self) -> Callable[[Candidate], Event | None]:
        if self.measure.kind not in KINDS:
            raise MeasureUnknown(measure=self.measure.kind, kinds=list(KINDS))
        _check_form(self.measure)
        return {"rate": self._rates, "freeze": self._freezes, "holiday": self._holidays}[
            self.measure.kind
        ]()

    def _rates(self) -> Callable[[Candidate], Event | None]:
        since = self.measure.since
        programme = self.policy.programme(self.measure.programmes[0])
        if not any(rate.since == since for rate in rate_changes_reaching(programme, date.min)):
            raise RateNotOfPolicy(programme=programme.code, since=since)
        rate, multiple = programme.rate_per_year.at(since), programme.overdue_multiple.at(since)
        units = rate_units(rate), rate_units(rate * multiple)
        alone = len(self.policy.family(programme.bank_code)) == 1

        def event(loan: Candidate) -> Event | None:
            mine = alone or _signed_at_rate(loan.row, programme)
            if not mine or loan.row.signed_on >= since or not _runs(loan, since):
                return None
            return Event(
                since, Kind.RATE, 0, None, self.receipt_no(loan.row.loan_no), None, *units
            )

        return event

    def _freezes(self) -> Callable[[Candidate], Event | None]:
        measure = self.measure
        assert measure.until is not None
        if measure.reason not in set(self.policy.freeze_reasons) - {limits.SUPPLEMENTARY}:
            raise MeasureUnclear(measure=measure.kind, field="reason")
        rule = limits.freeze_months(self.policy.limits, measure.reason, None, measure.since)
        longest = days.months_after(measure.since, rule.at(measure.since))
        if measure.until > longest:
            raise FreezeTooLong(until=measure.until, longest=longest)

        def event(loan: Candidate) -> Event | None:
            standing = ageing.stand(loan.terms, loan.booked, measure.since)
            if lifecycle.state_of(standing) not in lifecycle.ACTS[Act.FREEZE].states:
                return None
            number = self.receipt_no(loan.row.loan_no)
            amount = standing.in_term + standing.overdue
            return Event(measure.since, Kind.FREEZE, amount, measure.until, number)

        return event

    def _holidays(self) -> Callable[[Candidate], Event | None]:
        plain = Event(self.measure.since, Kind.INTEREST, 0, None, "")
        return lambda loan: plain if _runs(loan, self.measure.since) else None

    def _reached(self) -> list[int]:
        """Return the loans of the places and programmes, signed or owing on the first day."""
        places = map_on(self.measure.since)
        for code in self.measure.places:
            places.scope(code)
        for code in self.measure.programmes:
            self.policy.programme(code)
        found: list[int] = []
        for province in records.loans.provinces(self.tx):
            over = standings.axes(self.tx, province, self.measure.since)
            found.extend(over.ids[reaches(self.measure, over)].tolist())
        return found

    def line(self, loan: Candidate, revision: Revision, up_to: date) -> Line:
        """Return what the measure does to one loan."""
        row, since = loan.row, self.measure.since
        principal = _held(loan, Account.IN_TERM, Account.OVERDUE, Account.FROZEN, day=since)
        if self.measure.kind == "holiday":
            interest = _interest(loan.terms, loan.booked, up_to + _DAY).sum
            interest = Dong(interest - _interest(loan.terms, loan.booked, since).sum)
        else:
            after = _interest(loan.terms, _revised(loan, revision), up_to)
            interest = Dong(after.sum - _interest(loan.terms, loan.booked, up_to).sum)
        if self.measure.kind == "freeze":
            principal = _held(loan, Account.IN_TERM, Account.OVERDUE, day=since)
        return Line(
            *(row.id, row.loan_no, row.province, row.commune, row.programme),
            *(Dong(principal), interest),
        )


_MARKS = {"rate": "LS", "freeze": "KN-DL", "holiday": "MT"}


def _check_form(measure: Measure) -> None:
    """Refuse a measure that does not say what its kind needs."""
    if measure.kind == "rate" and len(measure.programmes) != 1:
        raise MeasureUnclear(measure=measure.kind, field="programmes")
    if measure.kind != "rate" and (measure.until is None or measure.until <= measure.since):
        raise MeasureUnclear(measure=measure.kind, field="until")
    if measure.kind == "freeze" and not measure.places:
        raise MeasureUnclear(measure=measure.kind, field="places")


def _signed_at_rate(row: Any, programme: Programme) -> bool:
    """Return whether a contract was signed at a programme's rate, where several share a code."""
    rate = programme.rate_per_year.find(row.signed_on)
    return rate is not None and rate_units(rate) == row.rate_e8


def _runs(loan: Candidate, day: date) -> bool:
    """Return whether a loan owes at the end of a day, or is not drawn yet."""
    drawn = ageing.total_of(loan.booked, Kind.DRAW, day)
    owed = _held(loan, Account.IN_TERM, Account.OVERDUE, Account.FROZEN, day=day)
    return loan.row.signed_on <= day and (owed > 0 or not drawn)


def _held(loan: Candidate, *accounts: Account, day: date) -> int:
    balances = ageing.balances_on(loan.booked, day)
    return sum(balances[account] for account in accounts)


def _revised(loan: Candidate, revision: Revision) -> list[Booked]:
    """Return what is booked on a loan once a revision is written."""
    kept = [fact for fact in loan.facts if fact.entry_id not in revision.mirrors]
    written = [ledger.Fact(0, booked) for booked, _ in revision.writes]
    return ledger.in_order([*kept, *written])


def _interest(terms: LoanTerms, booked: Sequence[Booked], day: date) -> Interest:
    changes = (ageing.changes_of(entry.event.value_date, entry.postings) for entry in booked)
    return interest_to(ageing.terms_on(terms, booked, day), changes, day)
