"""Two tellings of one loan: what differs, by receipt; and undoing an undoing leaves no trace."""

from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from creditdesk.engine.ageing import stand
from creditdesk.engine.comparison import Difference, by_account, compare
from creditdesk.engine.journal import Account, Event, Kind
from creditdesk.engine.replay import Revision, revise
from creditdesk.engine.terms import LoanTerms
from tests.engine.builders import booked
from tests.engine.histories import ORDERS, loans, random_terms
from tests.engine.test_histories import Book, days_of

TERMS = random_terms(Random(1))
DRAW = Event(date(2024, 1, 15), Kind.DRAW, 500, None, "GN")
MOVED = Event(date(2024, 2, 7), Kind.OVERDUE, 60, None, "CQH")
PAID = Event(date(2024, 3, 7), Kind.PRINCIPAL, 100, None, "TG1")
LATE = Event(date(2024, 2, 20), Kind.PRINCIPAL, 20, None, "TG0")


def test_the_same_telling_differs_in_nothing() -> None:
    told = booked(TERMS, DRAW, MOVED, PAID)

    assert compare(told, told) == ()


def test_a_late_receipt_is_told_with_what_it_makes_later_ones_do() -> None:
    before, after = booked(TERMS, DRAW, MOVED, PAID), booked(TERMS, DRAW, MOVED, LATE, PAID)

    added, changed = compare(before, after)

    assert added == Difference(None, after[2])
    assert changed == Difference(before[2], after[3])
    assert [one.event.receipt_no for one in (added, changed)] == ["TG0", "TG1"]
    assert by_account(before[2]) == {
        Account.CASH: 100,
        Account.OVERDUE: -60,
        Account.IN_TERM: -40,
    }
    assert by_account(after[3]) == {Account.CASH: 100, Account.OVERDUE: -40, Account.IN_TERM: -60}


def test_what_is_withdrawn_is_told_by_what_it_did() -> None:
    before, after = booked(TERMS, DRAW, MOVED, PAID), booked(TERMS, DRAW, MOVED)

    (gone,) = compare(before, after)

    assert gone == Difference(before[2], None)
    assert gone.event == PAID


@given(loans(), st.integers(0, 2**32))
def test_a_receipt_undone_and_entered_under_a_new_number_leaves_the_same_loan(
    loan: tuple[LoanTerms, list[Event]], seed: int
) -> None:
    terms, history = loan
    book = Book()
    book.write(_revised(terms, book, add=history))
    before = list(book.entries)
    receipts = [
        (key, entry.event)
        for key, entry in book.live
        if entry.event.kind in {Kind.PRINCIPAL, Kind.INTEREST}
    ]
    if not receipts:
        return
    key, event = Random(seed).choice(receipts)
    undone = _revised(terms, book, remove=[key])
    if undone.refused:
        return

    book.write(undone)
    book.write(_revised(terms, book, add=[event._replace(receipt_no=f"{event.receipt_no}-2")]))

    for day in days_of(history):
        assert stand(terms, book.entries, day) == stand(terms, before, day)


def _revised(
    terms: LoanTerms, book: Book, add: list[Event] | None = None, remove: list[int] | None = None
) -> Revision:
    return revise(terms, ORDERS, book.live, add or [], remove or [])
