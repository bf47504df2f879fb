"""Entering: what papers say of loans becomes entries, each paper under an act of its own."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from creditdesk import chain, ledger, records
from creditdesk.db import Tx
from creditdesk.engine import lifecycle
from creditdesk.engine.ageing import stand
from creditdesk.engine.journal import WITHOUT_AMOUNT, Event, Kind
from creditdesk.engine.lifecycle import Act
from creditdesk.engine.policy import Policy
from creditdesk.ledger import Deed, Fact


class _Known(NamedTuple):
    """What the book has under a number: of which loan, what, by which act."""

    loan_id: int
    event: Event
    act_id: int


class Lot:
    """Papers that are entered together: their loans are locked, read and written in one go.

    Each is still entered for itself and refused for itself; see `lot`.
    """

    def __init__(
        self, tx: Tx, policy: Policy, loan_nos: Collection[str], receipt_nos: Collection[str]
    ) -> None:
        """Lock loans, and read them and what the book has under some numbers."""
        book = records.ledger
        self._tx, self._policy = tx, policy
        self._loans = {row.loan_no: row for row in records.loans.lock_loans(tx, set(loan_nos))}
        self._heads = {
            row.id: chain.Head(row, row.entries, bytes(row.digest)) for row in self._loans.values()
        }
        self._live = ledger.facts_of_many(tx, list(self._heads))
        self._known = {
            number: _Known(row.loan_id, ledger.event_of(row), row.act_id)
            for number, row in book.known_receipts(tx, set(receipt_nos)).items()
        }
        self._act_ids = book.ids_for(tx, book.act, len(loan_nos))
        self._writer = chain.Writer(tx, 0, book.ids_for(tx, book.entry, len(receipt_nos)))
        self._entered: set[int] = set()

    def known(self, numbers: Iterable[str]) -> set[str]:
        """Return which of the numbers that the lot was told of the book has."""
        return {number for number in numbers if number in self._known}

    def act_of(self, number: str) -> int:
        """Return the act under which a number was entered, in this lot or before."""
        return self._known[number].act_id

    def enter(
        self,
        name: str,
        deed: Deed,
        *,
        loan_no: str,
        events: Sequence[Event],
        at_desk: bool = False,
    ) -> bool:
        """Enter what one paper says of a loan; see `enter` below."""
        if loan_no not in self._loans:
            raise ledger.LoanNotFound(loan_no=loan_no)
        loan = self._loans[loan_no]
        new = [event for event in events if not self._is_known(loan, event)]
        live = self._facts(loan)
        if at_desk:
            _admit(loan, live, events, new)
        if new:
            checked, days = any(one.kind in ledger.DECISIONS for one in new), _days(new)
            said = ledger.act_of(name, deed, checked=checked, days=days)
            self._book(said, loan, live, new)
        return bool(new)

    def _is_known(self, loan: Any, event: Event) -> bool:
        if event.amount <= 0 and event.kind not in WITHOUT_AMOUNT:
            raise ledger.AmountNotPositive(receipt_no=event.receipt_no, amount=event.amount)
        known = self._known.get(event.receipt_no)
        if known and (known.loan_id != loan.id or known.event != event):
            raise ledger.ReceiptReused(receipt_no=event.receipt_no)
        return known is not None

    def _facts(self, loan: Any) -> list[Fact]:
        """Return the live facts of a loan; those of a loan that comes again are read again."""
        if loan.id in self._entered:
            self.write()
            self._live[loan.id] = ledger.facts_of(self._tx, loan.id)
        return self._live.get(loan.id, [])

    def _book(
        self, said: dict[str, Any], loan: Any, live: Sequence[Fact], new: Sequence[Event]
    ) -> None:
        revision = ledger.revised(self._policy, loan, live, add=new)
        act_id = next(self._act_ids)
        self._writer.under({**said, "id": act_id})
        self._writer.write(self._heads[loan.id], revision, dict(live))
        self._known |= {one.receipt_no: _Known(loan.id, one, act_id) for one in new}
        self._entered.add(loan.id)

    def write(self) -> None:
        """Write what was entered."""
        self._writer.flush()
        self._entered.clear()


def _days(events: Iterable[Event]) -> list[Any]:
    return [event.value_date for event in events]


@contextmanager
def lot(
    tx: Tx, policy: Policy, *, loan_nos: Collection[str], receipt_nos: Collection[str]
) -> Iterator[Lot]:
    """Open a lot of papers of some loans under some numbers; it is written when it ends well.

    However many they are, the database is asked as often as for one.
    """
    found = Lot(tx, policy, loan_nos, receipt_nos)
    yield found
    found.write()


def enter(
    tx: Tx,
    policy: Policy,
    name: str,
    deed: Deed,
    *,
    loan_no: str,
    events: Sequence[Event],
    at_desk: bool = False,
) -> bool:
    """Enter what one paper says of a loan under its own act; the same again is entered once.

    at_desk  whether it is done here, from the states that `lifecycle.ACTS` allows, or history
             that is entered as it was

    Returns whether anything was new. Raises LoanNotFound, AmountNotPositive, ReceiptReused, what
    `ledger.begin_act` refuses, the refusals of `engine.replay`, MonthClosed, and at the desk
    NotInThisState and AlreadyReversed.
    """
    numbers = [event.receipt_no for event in events]
    with lot(tx, policy, loan_nos=[loan_no], receipt_nos=numbers) as papers:
        return papers.enter(name, deed, loan_no=loan_no, events=events, at_desk=at_desk)


def _admit(loan: Any, facts: Sequence[Fact], said: Sequence[Event], new: Sequence[Event]) -> None:
    """Refuse money that is lent or taken where the loan stands otherwise on that day.

    What was undone is not said to be in the book: it comes back under another number.
    """
    booked, terms = ledger.in_order(facts), ledger.terms_of(loan)
    live = {one.event.receipt_no for one in booked}
    for event in said:
        if event not in new and event.receipt_no not in live:
            raise ledger.AlreadyReversed(receipt_no=event.receipt_no)
    for event in new:
        state = lifecycle.state_of(stand(terms, booked, event.value_date))
        lifecycle.require(_TAKEN[event.kind], state, loan_no=loan.loan_no, day=event.value_date)


_TAKEN = {
    Kind.DRAW: Act.DRAW,
    Kind.REBOOK: Act.REBOOK,
    Kind.PRINCIPAL: Act.RECEIVE_PRINCIPAL,
    Kind.INTEREST: Act.RECEIVE_INTEREST,
}
