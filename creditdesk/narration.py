"""An explanation told: in sentences that can be read aloud, and opened for machines."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import IntEnum
from typing import Any, NamedTuple

from creditdesk.engine import days, money
from creditdesk.engine.accrual import YEAR
from creditdesk.engine.dated import Named
from creditdesk.engine.explaining import UNIT, Earning
from creditdesk.engine.journal import Account, Event, Posting
from creditdesk.explanations import EARNING, Act, Explanation, Figure, Law, Line, Part, Past

Say = Callable[..., str]
"""Return the sentence of a code with its facts, written in one language."""
DECIMALS = 4


class Section(NamedTuple):
    """A figure, or something beside the figures: what it is called, its value, why it is so."""

    name: str
    heading: str
    value: str
    lines: tuple[str, ...]


def tell(
    found: Explanation, chart: Mapping[str, Named], language: str, say: Say
) -> tuple[Section, ...]:
    """Return an explanation as sections: every figure in turn, then what they rest on.

    chart  names of the accounts, as `config/policy/chart.toml` has them
    """
    teller = _Teller(found, chart, language, say)
    return (*map(teller.figure, found.figures), *teller.ground())


def exact(numerator: int) -> Decimal:
    """Return parts of which `UNIT` make a dong as dong, to four decimals."""
    return Decimal(money.round_ratio(numerator * 10**DECIMALS, UNIT)).scaleb(-DECIMALS)


def percent(rate: Decimal) -> Decimal:
    """Return a fraction per year in percent."""
    return (rate * 100).normalize()


class _Teller:
    def __init__(
        self, found: Explanation, chart: Mapping[str, Named], language: str, say: Say
    ) -> None:
        self.found, self.chart, self.language = found, chart, language
        self._say = say

    def say(self, code: str, **facts: object) -> str:
        return self._say(f"explain.{code}", **facts)

    def figure(self, figure: Figure) -> Section:
        lines = tuple(_RULES[figure.rule](self, figure))
        return Section(figure.name, self.called(figure.name), self.value(figure), lines)

    def called(self, name: str) -> str:
        return ": ".join(self._say(f"figure.{part}") for part in name.split("."))

    def value(self, figure: Figure) -> str:
        value = figure.value
        if isinstance(value, str):
            return self._say(f"page.status-{value}")
        if isinstance(value, int):
            return self.say("days" if figure.name == "days_late" else "dong", amount=value)
        return self.say("day", day=value)

    def kind(self, event: Event) -> str:
        return self._say(f"page.kind-{event.kind.value}")

    # What figures consist of

    def sum_of(self, figure: Figure) -> Iterable[str]:
        yield from map(self.part, figure.parts)
        if len(figure.parts) > 1:
            yield self.say("sum", amount=figure.value)
        if not figure.parts:
            yield self.say("no-entry")
        if figure.name == "interest_collected":
            yield from self.collections()

    def part(self, part: Part) -> str:
        if part.figure:
            return self.say("part-figure", amount=part.amount, figure=self.called(part.figure))
        if part.due_on:
            return self.say("part-due", amount=part.amount, due_on=part.due_on)
        line = self.found.entry(part.receipt_no)
        event = line.event
        return self.say(
            "part-entry",
            amount=part.amount,
            kind=self.kind(event),
            day=event.value_date,
            receipt_no=event.receipt_no,
            no=str(line.no),
        )

    def collections(self) -> Iterable[str]:
        for row in self.found.collections:
            yield self.say("collected", **row._asdict(), ahead=row.ahead)

    def late(self, figure: Figure) -> Iterable[str]:
        yield from self.sum_of(figure) if figure.parts else (self.say("no-instalment"),)
        if figure.name == "late_principal":
            yield from self.plan()

    def plan(self) -> Iterable[str]:
        for line in self.found.plan:
            origins = [
                self.say(
                    "origin",
                    amount=amount,
                    kind=self.kind(self.found.entry(receipt_no).event),
                    receipt_no=receipt_no,
                )
                for receipt_no, amount in line.origins
            ]
            facts = line._asdict() | {"no": str(line.no), "origins": "; ".join(origins)}
            yield self.say("plan-line", **facts)

    def counted(self, figure: Figure) -> Iterable[str]:
        """Tell what is counted from a due date, or is that date."""
        if not figure.parts:
            yield self.say("no-instalment")
        as_of = self.found.standing.as_of
        code = "ahead" if figure.name == "next_due_on" else "since-due"
        for part in figure.parts:
            yield self.say(code, due_on=part.due_on, as_of=as_of, amount=part.amount)

    def stretches(self, figure: Figure) -> Iterable[str]:
        kind = figure.name.split(".")[-1]
        mine = [one for one in self.found.earnings if one.stretch.kind == kind]
        if not mine:
            yield self.say("nothing-earned")
            return
        yield from map(self.stretch, mine)
        numerator = sum(one.numerator for one in mine)
        said = {"numerator": numerator, "denominator": UNIT, "exact": exact(numerator)}
        yield self.say("exact-sum", **said, amount=figure.value)
        paid = sum(getattr(row, kind) for row in self.found.collections)
        earned = getattr(self.found.standing.interest_earned, kind)
        yield self.say("paid-of-kind", paid=paid, unpaid=earned - paid)

    def stretch(self, one: Earning) -> str:
        stretch = one.stretch
        began = [self.receipt(receipt_no) for receipt_no in one.began]
        return self.say(
            "stretch",
            since=stretch.since,
            until=stretch.until,
            balance=stretch.balance,
            days=stretch.days,
            rate=percent(stretch.rate),
            exact=exact(one.numerator),
            began="; ".join(began) or self.say("grace-ended"),
            rate_by=self.say("rate-decided", receipt_no=one.rate_by)
            if one.rate_by
            else self.say(f"rate-{'overdue' if stretch.kind == 'overdue' else 'agreed'}"),
        )

    def receipt(self, receipt_no: str) -> str:
        return f"{self.kind(self.found.entry(receipt_no).event)} {receipt_no}"

    def contract(self, _figure: Figure) -> Iterable[str]:
        act = self.act(self.found.contract)
        yield self.say("agreed", signed_on=self.found.terms.signed_on, act=act)

    def decided(self, figure: Figure) -> Iterable[str]:
        if not figure.parts:
            yield self.say("no-decision")
        for part in figure.parts:
            yield self.entry(self.found.entry(part.receipt_no))

    def state(self, figure: Figure) -> Iterable[str]:
        state = self._say(f"loan_state.{self.found.state.value}")
        yield self.say(f"state-{figure.value}", state=state)
        yield from map(self.part, figure.parts)
        decided = [self.found.entry(receipt_no) for receipt_no in self.found.decisions]
        yield from map(self.entry, decided)
        if not decided:
            yield self.say("no-decision")

    # What they rest on

    def ground(self) -> Iterable[Section]:
        yield self.transfer()
        told = (
            ("entries", map(self.entry, self.found.entries)),
            ("told-late", (self.entry(one) for one in self.found.entries if one.days_late)),
            ("past", map(self.past, self.found.past)),
            ("laws", map(self.law, self.found.laws)),
        )
        for name, lines in told:
            said = tuple(lines)
            count = self.say("count", count=len(said))
            yield Section(name, self.say(name), count, said or (self.say("none"),))

    def transfer(self) -> Section:
        one = self.found.transfer
        lines = [self.say(f"why-{one.why}", **one._asdict())]
        if one.missed:
            lines.append(self.say("missed", amount=one.missed))
        value = self.say("dong", amount=one.amount)
        return Section("transfer", self.say("transfer", session=one.session), value, tuple(lines))

    def entry(self, line: Line) -> str:
        told = [self.booked(line.no, line.event, line.postings)]
        told.append(self.say("after", **line.after._asdict()))
        told.append(self.act(line.act))
        if line.again_by:
            by = line.again_by
            told.append(self.say("again", name=self.done(by), act=self.act(by)))
        if line.days_late:
            told.append(self.say("days-late", days=line.days_late))
        return " ".join(told)

    def past(self, one: Past) -> str:
        by = one.undone_by
        told = [self.booked(one.no, one.event, one.postings), self.act(one.act)]
        told.append(self.say("undone", name=self.done(by), act=self.act(by)))
        if one.replaced_by:
            told.append(self.say("replaced", no=str(one.replaced_by)))
        return " ".join(told)

    def booked(self, no: int, event: Event, postings: Iterable[Posting]) -> str:
        said = {"day": event.value_date, "kind": self.kind(event), "no": str(no)}
        told = [self.say("entry", **said, receipt_no=event.receipt_no)]
        if event.until:
            told.append(self.say("until", until=event.until))
        if event.of:
            told.append(self.say(f"of-{event.kind.value}", of=event.of))
        if event.rate_e8:
            rates = (event.rate_e8, event.overdue_rate_e8)
            rate, overdue = (percent(Decimal(units).scaleb(-8)) for units in rates)
            told.append(self.say("new-rate", rate=rate, overdue=overdue))
        told += [
            self.say(
                "posting", debit=self.account(debit), credit=self.account(credit), amount=amount
            )
            for debit, credit, amount in postings
        ]
        return ", ".join(told) + "."

    def account(self, account: Account) -> str:
        return self.chart[account.name.lower()].names.said(self.language)

    def done(self, act: Act) -> str:
        """Return what an act is called, by its own name where nobody gave it another."""
        return self._say(f"act.{act.name}").removeprefix("act.")

    def act(self, act: Act) -> str:
        told = [self.say("act-by", by=act.by)]
        if act.checked_by:
            told.append(self.say("act-checked", checked_by=act.checked_by))
        if act.ground:
            told.append(self.say("act-ground", ground=act.ground))
        if act.document_no:
            told.append(self.say("act-paper", no=act.document_no, day=act.document_on))
        told.append(self.say("act-at", **_when(act.recorded_at)))
        return ", ".join(told) + "."

    def law(self, law: Law) -> str:
        if law.name == "overdue_multiple":
            value = self.say("times", times=Decimal(law.value))
        else:
            value = ", ".join(self.law_value(one) for one in law.value.split(", "))
        said = {"name": self.say(f"law-{law.name}"), "value": value}
        return self.say("law", **law._asdict() | said)

    def law_value(self, value: str) -> str:
        if value in (*EARNING, "frozen"):
            return self._say(f"figure.{value}")
        return self.say(f"value-{value}") if value in _SAID else value


_SAID = frozenset({"first", "half-up", "yes"})
"""Values of law that a sentence says in words; others are read as they are written."""


def _when(recorded_at: str) -> dict[str, date | str]:
    said = datetime.fromisoformat(recorded_at)
    there = (said if said.tzinfo else said.replace(tzinfo=UTC)).astimezone(days.ZONE)
    return {"day": there.date(), "time": f"{there:%H:%M}"}


_RULES: Mapping[str, Callable[[_Teller, Figure], Iterable[str]]] = {
    "entries": _Teller.sum_of,
    "figures": _Teller.sum_of,
    "instalments": _Teller.late,
    "days": _Teller.counted,
    "stretches": _Teller.stretches,
    "contract": _Teller.contract,
    "decision": _Teller.decided,
    "state": _Teller.state,
}


def opened(found: Explanation) -> dict[str, Any]:
    """Return what a standing rests on as JSON has it: whole dong, and exact numbers as text."""
    return {
        "state": found.state.value,
        "contract": _plain(found.contract),
        "figures": [
            {"figure": one.name, "value": _plain(one.value), "rule": one.rule}
            | {"parts": [_said(part._asdict()) for part in one.parts]}
            for one in found.figures
        ],
        "interest": {kind: _interest(found, kind) for kind in EARNING},
        "collections": [_plain(row) | {"ahead": row.ahead} for row in found.collections],
        "plan": _plain(found.plan),
        "decisions": list(found.decisions),
        "transfer": _plain(found.transfer),
        "entries": _plain(found.entries),
        "past": _plain(found.past),
        "laws": _plain(found.laws),
    }


def _interest(found: Explanation, kind: str) -> dict[str, Any]:
    """Return how interest of one kind was earned, `to` not counted, and what of it was paid."""
    mine = [one for one in found.earnings if one.stretch.kind == kind]
    rounded = getattr(found.standing.interest_earned, kind)
    collected = sum(getattr(row, kind) for row in found.collections)
    return {
        "stretches": [
            {
                "from": one.stretch.since.isoformat(),
                "to": one.stretch.until.isoformat(),
                "days": one.stretch.days,
                "balance": one.stretch.balance,
                "rate": _plain(percent(one.stretch.rate)),
                "divisor": YEAR,
                **_fraction(one.numerator),
                "began_by": list(one.began),
                "rate_by": one.rate_by or None,
            }
            for one in mine
        ],
        "sum": _fraction(sum(one.numerator for one in mine)),
        "rounded": rounded,
        "collected": collected,
        "unpaid": rounded - collected,
    }


def _fraction(numerator: int) -> dict[str, str]:
    decimal = exact(numerator)
    return {"numerator": str(numerator), "denominator": str(UNIT), "decimal": f"{decimal:f}"}


def _said(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(fact) for name, fact in facts.items() if fact not in ("", None)}


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: days as ISO text, exact numbers as text, records as maps."""
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if hasattr(value, "_asdict"):
        return {name: _plain(part) for name, part in value._asdict().items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
