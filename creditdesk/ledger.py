"""The ledger: facts become entries, entries never change, every figure can be recomputed."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from creditdesk import chain, records
from creditdesk.db import Tx
from creditdesk.engine.allocation import Orders
from creditdesk.engine.journal import WITHOUT_AMOUNT, Account, Event, Kind, Posting
from creditdesk.engine.journal import in_order as event_order
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy
from creditdesk.engine.replay import Booked, Revision, revise
from creditdesk.engine.terms import LoanTerms, RateStep
from creditdesk.errors import Conflict, NotFound, Refused


class MakerMissing(Refused):
    """Whoever does something has a name."""

    code = "maker-missing"


class SamePerson(Refused):
    """Who decides and who checks are two people."""

    code = "same-person"


class CheckerMissing(Refused):
    """This decision needs a second person."""

    code = "checker-missing"


class GroundMissing(Refused):
    """This decision needs a ground."""

    code = "ground-missing"


class AmountNotPositive(Refused):
    """An event moves money, in whole dong above zero."""

    code = "amount-not-positive"


class ReceiptReused(Conflict):
    """The number is known with other facts."""

    code = "receipt-reused"


class ReceiptNotFound(NotFound):
    """No receipt has this number."""

    code = "receipt-not-found"


class AlreadyReversed(Conflict):
    """The receipt has been undone before: neither undone nor entered again."""

    code = "already-reversed"


class DayAhead(Refused):
    """What is done at the desk has happened, and its paper is written."""

    code = "day-ahead"


class DocumentMissing(Refused):
    """A decision has a paper with a number and a day."""

    code = "document-missing"


DIRECT = "99"
"""The trustee of a loan that the bank lends without a mass organisation."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does something, who checked it, on what ground, and when it is written down.

    document_no, document_on  the paper that decides it and its day [date], where there is one
    particulars               further facts of a decision by name: text, whole numbers, ISO days
    today                     [date] by the clock of whoever opens the act: no fact that the act
                              enters, and no paper, is of a later day
    """

    by: str
    recorded_at: str
    checked_by: str = ""
    ground: str = ""
    document_no: str = ""
    document_on: date | None = None
    particulars: Mapping[str, str | int] = field(default_factory=dict)
    today: date = date.max


class Fact(NamedTuple):
    """A live entry of a loan: its id and what it booked."""

    entry_id: int
    booked: Booked


def orders_of(policy: Policy, day: date) -> Orders:
    """Return the orders in which accounts give that the policy had in force on a day.

    A contract keeps the orders of the day it was signed: a replay of any later day finds the same.
    """
    order = policy.repayment_order

    def accounts(names: Iterable[str]) -> tuple[Account, ...]:
        return tuple(Account[name.upper()] for name in names)

    return Orders(
        principal=accounts(order.principal.at(day)),
        write_off=accounts(order.write_off.at(day)),
        freeze=accounts(order.freeze.at(day)),
        rebook=accounts(order.rebook.at(day)),
        prepaid=order.prepaid.at(day),
    )


def terms_of(loan: Any) -> LoanTerms:
    """Return the terms of a loan's row."""
    rates = (loan.rate_e8, loan.overdue_rate_e8)
    return LoanTerms(
        loan_no=loan.loan_no,
        signed_on=loan.signed_on,
        rates=(RateStep(date.min, *(Decimal(units).scaleb(-8) for units in rates)),),
        approved=Dong(loan.approved),
        first_principal_on=loan.first_principal_on,
        every_months=loan.every_months,
        due_on=loan.due_on,
        session_day=loan.session_day,
        trustee=loan.trustee,
        grace_until=loan.grace_until,
        ladder=tuple(map(int, loan.ladder.split(","))),
    )


def facts_of(tx: Tx, loan_id: int, before: str | None = None) -> list[Fact]:
    """Return the live facts of a loan as `facts_of_many` does, in the order of writing."""
    return facts_of_many(tx, [loan_id], before).get(loan_id, [])


def facts_of_many(
    tx: Tx, loan_ids: Sequence[int], before: str | None = None
) -> dict[int, list[Fact]]:
    """Return the live facts of some loans by loan id, each in the order of writing.

    before  a moment: what was recorded then or later does not count
    """
    return facts_in(*records.ledger.chains_of(tx, loan_ids, before))


def facts_in(
    entries: Sequence[Any], postings: Iterable[Any], plans: Iterable[Any]
) -> dict[int, list[Fact]]:
    """Return the facts that rows of chains leave alive, by loan id, in the order of writing."""
    found: dict[int, list[Fact]] = {}
    parts, changes = postings_by_entry(postings), plans_by_entry(plans)
    for row in live_rows(entries):
        booked = Booked(event_of(row), parts.get(row.id, ()), changes.get(row.id, ()))
        found.setdefault(row.loan_id, []).append(Fact(row.id, booked))
    return found


def live_rows(rows: Sequence[Any]) -> list[Any]:
    """Return the rows of entries that are facts and not undone by another of them."""
    undone = {row.mirrors for row in rows if row.mirrors is not None}
    return [row for row in rows if row.mirrors is None and row.id not in undone]


_KINDS = {kind.value: kind for kind in Kind}
_ACCOUNTS = {account.value: account for account in Account}


def event_of(row: Any) -> Event:
    """Return the event that an entry's row holds."""
    return Event(
        row.value_date,
        _KINDS[row.kind],
        row.amount,
        row.until,
        row.receipt_no,
        row.of_date,
        row.rate_e8,
        row.overdue_rate_e8,
    )


def postings_by_entry(rows: Iterable[Any]) -> dict[int, tuple[Posting, ...]]:
    """Return postings' rows, ordered by entry and line, gathered by entry."""
    found: dict[int, list[Posting]] = {}
    for row in rows:
        line = Posting(_ACCOUNTS[row.debit], _ACCOUNTS[row.credit], row.amount)
        found.setdefault(row.entry_id, []).append(line)
    return {key: tuple(lines) for key, lines in found.items()}


def plans_by_entry(rows: Iterable[Any]) -> dict[int, tuple[tuple[date, int], ...]]:
    """Return plan changes' rows, ordered by entry and due date, gathered by entry."""
    found: dict[int, list[tuple[date, int]]] = {}
    for row in rows:
        found.setdefault(row.entry_id, []).append((row.due_on, row.amount))
    return {key: tuple(changes) for key, changes in found.items()}


def in_order(facts: Iterable[Fact]) -> list[Booked]:
    """Return what facts booked, in the order in which their events count."""
    return sorted((fact.booked for fact in facts), key=lambda booked: event_order(booked.event))


def begin_act(
    tx: Tx,
    name: str,
    deed: Deed,
    *,
    checked: bool = False,
    grounded: bool = False,
    days: Iterable[date] = (),
) -> int:
    """Write down who does what and return the act's id; what `act_of` tells and refuses."""
    said = act_of(name, deed, checked=checked, grounded=grounded, days=days)
    records.loans.join_writers(tx)
    return records.ledger.add_act(tx, said)


def act_of(
    name: str,
    deed: Deed,
    *,
    checked: bool = False,
    grounded: bool = False,
    days: Iterable[date] = (),
) -> dict[str, Any]:
    """Return what is written down of an act.

    checked   whether the act needs a second person
    grounded  whether the act needs a ground
    days      [date] of the facts that it enters

    Raises MakerMissing, CheckerMissing, SamePerson, GroundMissing, DayAhead.
    """
    maker, checker = deed.by.strip(), deed.checked_by.strip()
    if not maker:
        raise MakerMissing(act=name)
    if checked and not checker:
        raise CheckerMissing(act=name)
    if maker.casefold() == checker.casefold():
        raise SamePerson(act=name, by=maker)
    if grounded and not deed.ground.strip():
        raise GroundMissing(act=name)
    require_past(name, deed, days)
    return {
        "name": name,
        "by": maker,
        "checked_by": checker,
        "ground": deed.ground,
        "recorded_at": deed.recorded_at,
        "document_no": deed.document_no,
        "document_on": deed.document_on,
        "particulars": json.dumps(dict(deed.particulars), ensure_ascii=False, sort_keys=True),
    }


def require_past(name: str, deed: Deed, days: Iterable[date]) -> None:
    """Refuse what an act enters of a day that is still to come, or its paper; raises DayAhead."""
    latest = max([*days, deed.document_on or date.min])
    if latest > deed.today:
        raise DayAhead(act=name, day=latest, today=deed.today)


def require_document(name: str, deed: Deed) -> None:
    """Refuse a decision without a paper; raises DocumentMissing."""
    if not deed.document_no.strip() or deed.document_on is None:
        raise DocumentMissing(act=name)


def book(
    tx: Tx,
    policy: Policy,
    loan: Any,
    act_id: int,
    *,
    add: Sequence[Event] = (),
    remove: Collection[int] = (),
) -> Revision:
    """Enter events of one loan, or withdraw some, and write every entry that this changes.

    loan  the locked row of the loan

    Returns what was written. Raises the refusal of the first event that cannot have happened, and
    MonthClosed where one lies in a closed month.
    """
    live = facts_of(tx, loan.id)
    revision = revised(policy, loan, live, add=add, remove=remove)
    many = len(revision.mirrors) + len(revision.writes)
    ids = records.ledger.ids_for(tx, records.ledger.entry, many)
    writer = chain.Writer(tx, act_id, ids)
    writer.write(chain.Head.of(tx, loan), revision, dict(live))
    writer.flush()
    return revision


def revised(
    policy: Policy,
    loan: Any,
    live: Sequence[Fact],
    *,
    add: Sequence[Event] = (),
    remove: Collection[int] = (),
) -> Revision:
    """Return what new and withdrawn events change of what is booked on a loan.

    Raises the refusal of the first event that cannot have happened.
    """
    revision = revise(terms_of(loan), orders_of(policy, loan.signed_on), live, add, remove)
    for refused in revision.refused:
        raise refused.why
    return revision


class LoanNotFound(NotFound):
    """No loan has this number."""

    code = "loan-not-found"


def find_loan(tx: Tx, loan_no: str, *, hold: bool = False) -> Any:
    """Return the row of a loan; raises LoanNotFound.

    hold  whether nobody else changes the loan until the transaction ends
    """
    loan = (records.loans.lock_loan if hold else records.loans.find_loan)(tx, loan_no)
    if loan is None:
        raise LoanNotFound(loan_no=loan_no)
    return loan


def version(tx: Tx, loan_no: str, *, hold: bool = False) -> str:
    """Return the digest of a loan's last entry: it tells one state of the loan from any other.

    hold  as in `find_loan`, which says what is refused
    """
    loan = find_loan(tx, loan_no, hold=hold)
    return records.loans.head_of(tx, loan.id)[1].hex()


DECISIONS = WITHOUT_AMOUNT | {Kind.OVERDUE, Kind.FREEZE, Kind.UNFREEZE, Kind.WRITE_OFF}
"""Events that change a status: a maker and a checker, two people."""
