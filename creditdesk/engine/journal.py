"""Accounts, events and their postings: one recipe per event, and the mirror that undoes one."""

from collections.abc import Mapping
from datetime import date
from enum import IntEnum, StrEnum
from typing import NamedTuple


class Account(IntEnum):
    """The accounts of one loan; principal lives in the three that `PRINCIPAL` names."""

    CASH = 1
    IN_TERM = 2
    OVERDUE = 3
    FROZEN = 4
    INTEREST = 5
    LOSS = 6


PRINCIPAL = (Account.IN_TERM, Account.OVERDUE, Account.FROZEN)


class Kind(StrEnum):
    """What can happen to a loan."""

    DRAW = "draw"
    REBOOK = "rebook"
    PRINCIPAL = "principal"
    INTEREST = "interest"
    OVERDUE = "overdue"
    EXTEND = "extend"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    WRITE_OFF = "write-off"
    RATE = "rate"
    REDATE = "redate"
    CARRY_OVER = "carry-over"
    LEAVE = "leave"
    SHORTEN = "shorten"


FINAL_DATE_MOVES = frozenset({Kind.EXTEND, Kind.CARRY_OVER, Kind.LEAVE, Kind.SHORTEN})
"""Kinds whose `until` is the final due date from then on."""
WITHOUT_AMOUNT = FINAL_DATE_MOVES | {Kind.RATE, Kind.REDATE}
"""Kinds that move no money: what they say is a date or a rate."""


SAME_DAY_ORDER: Mapping[Kind, int] = {
    kind: rank
    for rank, kind in enumerate(
        (
            Kind.DRAW,
            Kind.UNFREEZE,
            Kind.PRINCIPAL,
            Kind.INTEREST,
            Kind.REBOOK,
            Kind.RATE,
            Kind.LEAVE,
            Kind.REDATE,
            Kind.EXTEND,
            Kind.CARRY_OVER,
            Kind.SHORTEN,
            Kind.OVERDUE,
            Kind.FREEZE,
            Kind.WRITE_OFF,
        )
    )
}
"""Events of one day in the order they count: money lent, then money received, then decisions."""


class Event(NamedTuple):
    """Something that happened to a loan: facts only.

    value_date  [date] the day it happened
    amount      [dong] > 0; 0 for the kinds of `WITHOUT_AMOUNT`
    until       [date] new due date, of an instalment or final; end of a freeze; else None
    receipt_no  the paper it is known by, unique in the book
    of          [date] the due date that is moved to `until`; the new end of a leave's grace
    rate_e8     hundred-millionths a year from `value_date` on, and the like of overdue principal
    """

    value_date: date
    kind: Kind
    amount: int
    until: date | None
    receipt_no: str
    of: date | None = None
    rate_e8: int = 0
    overdue_rate_e8: int = 0


class Posting(NamedTuple):
    """A positive amount [dong] from the credited to the debited account, so never unbalanced."""

    debit: Account
    credit: Account
    amount: int


def mirror(postings: tuple[Posting, ...]) -> tuple[Posting, ...]:
    """Return the postings that undo others by reflection, in reverse order."""
    return tuple(Posting(p.credit, p.debit, p.amount) for p in reversed(postings))


def in_order(event: Event) -> tuple[date, int, str]:
    """Return the key that puts events in the order in which they count."""
    return event.value_date, SAME_DAY_ORDER[event.kind], event.receipt_no


KINDS = tuple(Kind)
KIND_CODE: Mapping[str, int] = {kind: code for code, kind in enumerate(KINDS, start=1)}
"""Kinds as the small numbers that postings carry; a new kind comes last."""
