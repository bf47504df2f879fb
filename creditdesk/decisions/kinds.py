"""Kinds of decisions: what each has to say, and how that is read and written down."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from creditdesk.decisions import law
from creditdesk.engine import days, money
from creditdesk.engine.journal import Event
from creditdesk.engine.lifecycle import Act
from creditdesk.errors import Malformed, NotFound


class DecisionUnknown(NotFound):
    """There is no decision of this kind."""

    code = "decision-unknown"


class ParameterUnreadable(Malformed):
    """A decision does not say what it has to, or says what cannot be read."""

    code = "parameter-unreadable"


Said = str | int | Decimal | date


class Parameter(NamedTuple):
    """Something that a decision says: how its text is read, and an example of it."""

    read: Callable[[str], Said]
    example: str


class Kind(NamedTuple):
    """A kind of decision: what it needs to say, what it may say, its law and its short sign.

    undoes  whether the events of its law are taken out of the book: else they enter it
    """

    needs: tuple[str, ...]
    may: tuple[str, ...]
    law: Callable[[law.Case], list[Event]]
    mark: str
    undoes: bool = False


def _amount(text: str) -> Said:
    amount = money.read(text)
    if not amount:
        raise ValueError(text)
    return amount


def _code(text: str) -> Said:
    if not _CODE.fullmatch(text):
        raise ValueError(text)
    return text


def _receipt_no(text: str) -> Said:
    if not _RECEIPT_NO.fullmatch(text):
        raise ValueError(text)
    return text


def _percent(text: str) -> Decimal:
    if not _PERCENT.fullmatch(plain := text.replace(",", ".")):
        raise ValueError(text)
    return Decimal(plain)


def _loss(text: str) -> Said:
    if not 0 < (loss := _percent(text)) <= 100:
        raise ValueError(text)
    return loss


_CODE = re.compile(r"[A-Za-z0-9_-]{1,20}")
_RECEIPT_NO = re.compile(r"[0-9A-Za-z][0-9A-Za-z./_-]{0,63}")
_PERCENT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,4})?")

_DAY = Parameter(days.read, "2026-05-07")
PARAMETERS: Mapping[str, Parameter] = {
    "instalment": _DAY,
    "until": _DAY,
    "asked_on": _DAY,
    "handed_in_on": _DAY,
    "course_end_on": _DAY,
    "reason": Parameter(_code, "K1"),
    "loss": Parameter(_loss, "60"),
    "amount": Parameter(_amount, "5.000.000"),
    "rate": Parameter(_percent, "6,6"),
    "receipt_no": Parameter(_receipt_no, "PT-2026-000123"),
}
"""Everything that any decision says, by name."""

KINDS: Mapping[Act, Kind] = {
    Act.REDATE: Kind(("instalment", "until", "asked_on", "handed_in_on"), (), law.redate, "DCKH"),
    Act.EXTEND: Kind(("until",), ("asked_on",), law.extend, "GH"),
    Act.CARRY_OVER: Kind(("until",), (), law.carry_over, "LV"),
    Act.LEAVE: Kind(("course_end_on",), (), law.leave, "AH"),
    Act.SHORTEN: Kind(("until",), (), law.shorten, "RN"),
    Act.FREEZE: Kind(("reason",), ("loss", "until", "amount"), law.freeze, "KN"),
    Act.REFREEZE: Kind(("until",), ("reason", "amount"), law.refreeze, "KNBS"),
    Act.UNFREEZE: Kind((), ("amount",), law.unfreeze, "HK"),
    Act.WRITE_OFF: Kind(("reason",), ("amount",), law.write_off, "XN"),
    Act.MISUSE: Kind(("amount",), (), law.misuse, "SMD"),
    Act.RE_PRICE: Kind(("rate",), (), law.re_price, "LS"),
    Act.REVERSE: Kind(("receipt_no",), (), law.reverse, "DBT", undoes=True),
}
"""Every decision on one loan: command line, service and pages know of no other table."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on one loan: what is decided, from which day on, and what else it says."""

    act: Act
    loan_no: str
    day: date
    said: Mapping[str, Said]

    @property
    def number(self) -> str:
        """Return the number under which it is booked: the same decision has the same."""
        content = json.dumps(self.written(), sort_keys=True).encode()
        digest = hashlib.sha256(content).hexdigest()[:8]
        return f"{KINDS[self.act].mark}/{self.loan_no}/{self.day.isoformat()}/{digest}"

    def written(self) -> dict[str, str]:
        """Return what it says as text that `decision_of` reads again, by name."""
        return {name: _text(self.said[name]) for name in sorted(self.said)}


def _text(value: Said) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def decision_of(kind: str, loan_no: str, day: date, texts: Mapping[str, str]) -> Decision:
    """Return a decision from what was written down of it.

    Raises DecisionUnknown, and ParameterUnreadable for what is missing, unknown or ill-formed.
    """
    known = {act.value: act for act in KINDS}
    if kind not in known:
        raise DecisionUnknown(kind=kind, kinds=list(known))
    act = known[kind]
    asked = (*KINDS[act].needs, *KINDS[act].may)
    for name in (*KINDS[act].needs, *texts):
        if name not in texts or name not in asked:
            why = "missing" if name not in texts else "unknown"
            raise ParameterUnreadable(act=kind, name=name, value="", unreadable=why)
    return Decision(act, loan_no, day, {name: _read(kind, name, texts[name]) for name in texts})


def _read(kind: str, name: str, text: str) -> Said:
    parameter = PARAMETERS[name]
    try:
        return parameter.read(text.strip())
    except ValueError:
        facts: dict[str, Any] = {"act": kind, "name": name, "value": text}
        raise ParameterUnreadable(
            **facts, unreadable="ill-formed", example=parameter.example
        ) from None
