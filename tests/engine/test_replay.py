"""What each event does, what cannot have happened, and what late news changes."""

from datetime import date
from typing import Any

import pytest

from creditdesk.engine.ageing import balances_on, stand
from creditdesk.engine.journal import Account, Event, Posting
from creditdesk.engine.replay import (
    BeforeFirstDraw,
    Booked,
    ExtensionNotLater,
    FreezeEndsBefore,
    MoreThanOutstanding,
    Revision,
    replay,
    revise,
)
from creditdesk.errors import Refused
from tests.engine.builders import a_bullet, a_contract, an_event, booked
from tests.engine.histories import ORDERS

CASH, IN_TERM, OVERDUE, FROZEN, INTEREST, LOSS = Account
START, DUE = date(2026, 3, 2), date(2027, 3, 2)
TERMS = a_bullet(DUE)
LENT = an_event("draw", START, 100)
TO_OVERDUE = an_event("overdue", date(2026, 5, 1), 30)
FREEZE = an_event("freeze", date(2026, 6, 1), 40, date(2027, 6, 1))


def postings(*events: Event) -> tuple[Posting, ...]:
    """Return what the last of some events posts."""
    return booked(TERMS, *events)[-1].postings


# Recipes


def test_a_draw_goes_from_cash_into_term() -> None:
    assert postings(LENT) == ((IN_TERM, CASH, 100),)


def test_a_re_booking_takes_back_in_term_first() -> None:
    rebook = an_event("rebook", date(2026, 7, 1), 75)

    assert postings(LENT, TO_OVERDUE, rebook) == ((CASH, IN_TERM, 70), (CASH, OVERDUE, 5))


def test_a_repayment_reduces_overdue_first_and_frozen_last() -> None:
    paid = an_event("principal", date(2026, 7, 1), 95)

    assert postings(LENT, FREEZE, TO_OVERDUE, paid) == ((CASH, IN_TERM, 60), (CASH, FROZEN, 35))
    assert postings(LENT, TO_OVERDUE, an_event("principal", date(2026, 7, 1), 35)) == (
        (CASH, OVERDUE, 30),
        (CASH, IN_TERM, 5),
    )


def test_interest_touches_no_principal() -> None:
    assert postings(LENT, an_event("interest", date(2026, 7, 1), 500)) == ((CASH, INTEREST, 500),)


def test_a_transfer_moves_from_in_term_to_overdue() -> None:
    assert postings(LENT, TO_OVERDUE) == ((OVERDUE, IN_TERM, 30),)


def test_a_freeze_takes_overdue_first() -> None:
    assert postings(LENT, TO_OVERDUE, FREEZE) == ((FROZEN, OVERDUE, 30), (FROZEN, IN_TERM, 10))


def test_a_freeze_may_have_no_end() -> None:
    assert postings(LENT, an_event("freeze", DUE, 40)) == ((FROZEN, IN_TERM, 40),)


def test_a_write_off_takes_frozen_then_overdue_then_in_term() -> None:
    given_up = an_event("write-off", date(2026, 7, 1), 75)
    overdue_again = an_event("overdue", date(2026, 6, 2), 20)

    assert postings(LENT, FREEZE, overdue_again, given_up) == (
        (LOSS, FROZEN, 40),
        (LOSS, OVERDUE, 20),
        (LOSS, IN_TERM, 15),
    )


@pytest.mark.parametrize(
    ("day", "extended", "back"),
    [
        (DUE, False, IN_TERM),
        (date(2027, 3, 3), False, OVERDUE),
        (date(2027, 3, 3), True, IN_TERM),
        (date(2028, 3, 3), True, OVERDUE),
    ],
)
def test_what_was_frozen_returns_in_term_until_the_final_due_date(
    day: date, extended: bool, back: Account
) -> None:
    extension = [an_event("extend", DUE, 0, date(2028, 3, 2))] if extended else []

    assert postings(LENT, FREEZE, *extension, an_event("unfreeze", day, 15)) == (
        (back, FROZEN, 15),
    )


def test_an_extension_posts_nothing_and_moves_the_plan() -> None:
    entries = booked(TERMS, LENT, an_event("extend", DUE, 0, date(2028, 3, 2)))

    assert entries[0].plan == ((DUE, 100),)
    assert entries[1].postings == ()
    assert entries[1].plan == ((DUE, -100), (date(2028, 3, 2), 100))


def test_draws_and_re_bookings_alone_change_what_is_planned() -> None:
    rebook = an_event("rebook", date(2026, 7, 1), 25)
    paid = an_event("principal", date(2026, 8, 1), 5)

    entries = booked(TERMS, LENT, TO_OVERDUE, FREEZE, rebook, paid)

    assert [entry.plan for entry in entries] == [((DUE, 100),), (), (), ((DUE, -25),), ()]


# Refusals


def refused(*events: Event) -> list[tuple[Event, Any]]:
    return [(event, why) for event, why in replay(TERMS, events, ORDERS)[1]]


@pytest.mark.parametrize(
    "kind",
    ["rebook", "principal", "interest", "overdue", "extend", "freeze", "unfreeze", "write-off"],
)
def test_nothing_happens_before_the_first_draw(kind: str) -> None:
    early = an_event(kind, date(2026, 3, 1), 1, date(2030, 1, 1))

    ((event, why),) = refused(LENT, early)

    assert event == early
    assert isinstance(why, BeforeFirstDraw)
    assert why.code == "before-first-draw"
    assert why.facts == {"receipt_no": early.receipt_no, "value_date": early.value_date}


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        ("rebook", 60),
        ("principal", 100),
        ("overdue", 30),
        ("freeze", 60),
        ("unfreeze", 40),
        ("write-off", 100),
    ],
)
def test_no_more_is_taken_than_there_is(kind: str, most: int) -> None:
    before = (LENT, an_event("freeze", date(2026, 4, 1), 40), TO_OVERDUE)
    fitting, over = (an_event(kind, date(2026, 7, 1), amount) for amount in (most, most + 1))

    ((event, why),) = refused(*before, over)

    assert refused(*before, fitting) == []
    assert event == over
    assert isinstance(why, MoreThanOutstanding)
    assert why.code == "more-than-outstanding"
    assert why.facts == {
        "receipt_no": over.receipt_no,
        "amount": most + 1,
        "outstanding": most,
    }


@pytest.mark.parametrize("until", [None, date(2026, 9, 1), DUE])
def test_an_extension_ends_after_the_due_date_in_force(until: date | None) -> None:
    extension = an_event("extend", date(2026, 7, 1), 0, until)

    ((_, why),) = refused(LENT, extension)

    assert isinstance(why, ExtensionNotLater)
    assert why.code == "extension-not-later"
    assert why.facts == {"receipt_no": extension.receipt_no, "until": until, "due_on": DUE}


def test_a_second_extension_ends_after_the_first() -> None:
    first = an_event("extend", date(2027, 1, 1), 0, date(2028, 3, 2))
    second = an_event("extend", date(2027, 2, 1), 0, date(2028, 3, 1))

    ((event, why),) = refused(LENT, first, second)

    assert event == second
    assert why.facts["due_on"] == date(2028, 3, 2)


@pytest.mark.parametrize("until", [date(2026, 6, 1), date(2026, 5, 31)])
def test_a_freeze_ends_after_it_begins(until: date) -> None:
    freeze = an_event("freeze", date(2026, 6, 1), 40, until)

    ((_, why),) = refused(LENT, freeze)

    assert isinstance(why, FreezeEndsBefore)
    assert why.code == "freeze-ends-before"
    assert why.facts == {"receipt_no": freeze.receipt_no, "until": until}


def test_a_refused_event_is_left_out_and_the_rest_goes_on() -> None:
    too_much = an_event("principal", date(2026, 4, 1), 101)
    fitting = an_event("principal", date(2026, 5, 1), 100)
    again = an_event("principal", date(2026, 6, 1), 1)

    entries, refusals = replay(TERMS, [again, fitting, too_much, LENT], ORDERS)

    assert [entry.event for entry in entries] == [LENT, fitting]
    assert [refusal.event for refusal in refusals] == [too_much, again]


def test_a_refused_event_changes_neither_accounts_nor_plan() -> None:
    wrong = an_event("rebook", date(2026, 4, 1), 101)

    assert replay(TERMS, [LENT, wrong], ORDERS)[0] == booked(TERMS, LENT)


def test_a_repayment_may_come_on_the_day_of_the_draw() -> None:
    assert refused(an_event("principal", START, 100), LENT) == []


def test_a_loan_without_events_is_empty() -> None:
    assert replay(TERMS, [], ORDERS) == ([], [])


# Late news


def live(*events: Event) -> list[tuple[int, Booked]]:
    """Return entries as a book holds them, numbered from 1."""
    return list(enumerate(booked(TERMS, *events), start=1))


def test_an_event_after_all_others_is_written_alone() -> None:
    paid = an_event("principal", date(2026, 7, 1), 5)

    revision = revise(TERMS, ORDERS, live(LENT, TO_OVERDUE), [paid])

    assert revision == Revision((), ((booked(TERMS, LENT, TO_OVERDUE, paid)[-1], None),), ())


def test_a_late_receipt_re_books_exactly_what_it_makes_wrong() -> None:
    fine = an_event("principal", date(2026, 5, 2), 10)
    wrong = an_event("principal", date(2026, 7, 1), 20)
    interest = an_event("interest", date(2026, 7, 2), 3)
    entries = live(LENT, TO_OVERDUE, fine, wrong, interest)
    late = an_event("principal", date(2026, 6, 1), 15)

    revision = revise(TERMS, ORDERS, entries, [late])

    # Overdue is 20 from the second of May; what comes late takes 15 of it, and leaves 5 of the 20.
    assert revision.mirrors == (4,)
    assert revision.writes == (
        (Booked(late, (Posting(CASH, OVERDUE, 15),), ()), None),
        (Booked(wrong, (Posting(CASH, OVERDUE, 5), Posting(CASH, IN_TERM, 15)), ()), 4),
    )
    assert revision.refused == ()


def test_a_late_draw_re_books_a_later_one_whose_division_it_changes() -> None:
    terms = a_contract()
    first = an_event("draw", date(2026, 3, 2), 30_000_000)
    third = an_event("draw", date(2026, 9, 2), 500_000)
    second = an_event("draw", date(2026, 6, 2), 500_000)
    entries = list(enumerate(booked(terms, first, third), start=1))

    revision = revise(terms, ORDERS, entries, [second])

    whole = booked(terms, first, second, third)
    assert entries[1][1].postings == whole[2].postings
    assert entries[1][1].plan != whole[2].plan
    assert revision == Revision((2,), ((whole[1], None), (whole[2], 2)), ())


def test_what_a_withdrawn_draw_carried_is_refused() -> None:
    second = an_event("draw", date(2026, 4, 1), 50)
    paid = an_event("principal", date(2026, 5, 1), 120)
    entries = live(LENT, second, paid)

    revision = revise(TERMS, ORDERS, entries, [], remove={2})

    ((event, why),) = revision.refused
    assert event == paid
    assert isinstance(why, MoreThanOutstanding)
    assert why.facts["outstanding"] == 100


def test_without_its_only_draw_nothing_stands() -> None:
    entries = live(LENT, TO_OVERDUE, FREEZE)

    revision = revise(TERMS, ORDERS, entries, [], remove={1})

    assert revision.mirrors == (1,)
    assert revision.writes == ()
    assert [refusal.event for refusal in revision.refused] == [TO_OVERDUE, FREEZE]
    assert all(isinstance(refusal.why, Refused) for refusal in revision.refused)


def test_a_withdrawn_repayment_gives_back_what_it_paid() -> None:
    paid = an_event("principal", date(2026, 5, 2), 20)
    later = an_event("principal", date(2026, 7, 1), 25)
    entries = live(LENT, TO_OVERDUE, paid, later)

    revision = revise(TERMS, ORDERS, entries, [], remove={3})

    assert revision.mirrors == (3, 4)
    assert revision.writes == ((Booked(later, (Posting(CASH, OVERDUE, 25),), ()), 4),)


def test_a_withdrawn_number_may_be_used_for_other_facts() -> None:
    wrong = an_event("principal", date(2026, 5, 2), 20, receipt_no="R1")
    right = an_event("principal", date(2026, 5, 2), 2, receipt_no="R1")

    revision = revise(TERMS, ORDERS, live(LENT, wrong), [right], remove={2})

    assert revision == Revision((2,), ((booked(TERMS, LENT, right)[-1], None),), ())


def test_no_news_change_nothing() -> None:
    assert revise(TERMS, ORDERS, live(LENT, TO_OVERDUE), []) == Revision((), (), ())


def test_a_wrong_late_receipt_leaves_what_is_live() -> None:
    entries = live(LENT, an_event("principal", date(2026, 7, 1), 100))

    revision = revise(TERMS, ORDERS, entries, [an_event("rebook", date(2026, 8, 1), 1)])

    assert (revision.mirrors, revision.writes) == ((), ())
    assert len(revision.refused) == 1


def test_the_parts_of_a_loan_lie_in_three_accounts() -> None:
    entries = booked(TERMS, LENT, TO_OVERDUE, FREEZE)

    balances = balances_on(entries, DUE)
    standing = stand(TERMS, entries, DUE)

    assert balances == {CASH: -100, IN_TERM: 60, OVERDUE: 0, FROZEN: 40, INTEREST: 0, LOSS: 0}
    assert (standing.in_term, standing.overdue, standing.frozen) == (60, 0, 40)
