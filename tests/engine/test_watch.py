"""What has to be watched of one loan: interest left unpaid, silence, ends of freezes."""

from datetime import date

import pytest

from creditdesk.engine.watch import (
    freeze_ends_on,
    interest_paid_to,
    interest_unpaid,
    last_transaction_on,
)
from tests.engine.builders import a_bullet, an_event, booked

START, END = date(2026, 1, 10), date(2029, 1, 10)
TERMS = a_bullet(END, signed_on=START)
# 36.5 million at 6.6 %: 6,600 dong a day.
LENT = an_event("draw", START, 36_500_000)


@pytest.mark.parametrize(
    ("paid", "due"), [(0, 66_000), (60_000, 6_000), (66_000, 0), (100_000, 0)]
)
def test_interest_due_is_what_was_earned_less_what_was_collected(paid: int, due: int) -> None:
    events = [LENT, *([an_event("interest", date(2026, 1, 18), paid)] if paid else [])]

    found = interest_unpaid(TERMS, booked(TERMS, *events), date(2026, 1, 20), date(2026, 1, 31))

    assert found == (due, 0)


def test_what_was_earned_early_is_paid_by_what_comes_later() -> None:
    book = booked(TERMS, LENT, an_event("interest", date(2026, 2, 1), 66_000))

    assert interest_unpaid(TERMS, book, date(2026, 1, 20), date(2026, 1, 31)).due == 66_000
    assert interest_unpaid(TERMS, book, date(2026, 1, 20), date(2026, 2, 1)).due == 0


def test_interest_of_the_grace_is_paid_last_and_is_not_due() -> None:
    terms = a_bullet(END, signed_on=START, grace_until=date(2026, 1, 20))
    until = date(2026, 1, 25)  # ten days of grace, five that are due: 66,000 and 33,000

    unpaid = [
        interest_unpaid(terms, booked(terms, LENT, *paid), until, until)
        for paid in (
            [],
            [an_event("interest", until, 33_000)],
            [an_event("interest", until, 43_000)],
            [an_event("interest", until, 200_000)],
        )
    ]

    assert unpaid == [(33_000, 66_000), (0, 66_000), (0, 56_000), (0, 0)]


@pytest.mark.parametrize(
    ("paid", "paid_to"),
    [
        (0, START),
        (6_599, START),
        (6_600, date(2026, 1, 11)),
        (65_999, date(2026, 1, 19)),
        (66_000, date(2026, 1, 20)),
        (66_001, date(2026, 1, 20)),
    ],
)
def test_interest_is_paid_to_the_first_day_not_wholly_paid(paid: int, paid_to: date) -> None:
    events = [LENT, *([an_event("interest", date(2026, 1, 20), paid)] if paid else [])]

    assert interest_paid_to(TERMS, booked(TERMS, *events), date(2026, 1, 20)) == paid_to


def test_a_day_s_interest_in_term_and_overdue_is_paid_together() -> None:
    # From 20 January 3,650,000 are overdue at 8.58 %: 858 a day beside 5,940 in term.
    book = booked(
        TERMS,
        LENT,
        an_event("overdue", date(2026, 1, 20), 3_650_000),
        an_event("interest", date(2026, 1, 22), 66_000 + 6_797),
    )

    assert interest_paid_to(TERMS, book, date(2026, 1, 30)) == date(2026, 1, 20)
    assert interest_paid_to(TERMS, book[:-1], date(2026, 1, 30)) == START


def test_interest_of_the_grace_does_not_count_as_unpaid() -> None:
    terms = a_bullet(END, signed_on=START, grace_until=date(2026, 1, 20))
    book = booked(terms, LENT)

    assert interest_paid_to(terms, book, date(2026, 1, 20)) == date(2026, 1, 20)
    assert interest_paid_to(terms, book, date(2026, 1, 21)) == date(2026, 1, 20)


def test_decisions_are_no_transactions() -> None:
    book = booked(
        TERMS,
        LENT,
        an_event("interest", date(2026, 2, 7), 100_000),
        an_event("overdue", date(2026, 3, 7), 1_000_000),
    )

    assert last_transaction_on(book, date(2026, 3, 31)) == date(2026, 2, 7)
    assert last_transaction_on(book, date(2026, 2, 6)) == START
    assert last_transaction_on(book, date(2026, 1, 9)) is None


def test_the_freeze_that_ends_first_is_told_until_it_is_used_up() -> None:
    soon, later, loose = date(2028, 2, 1), date(2028, 6, 1), None
    frozen = [
        LENT,
        an_event("freeze", date(2026, 2, 1), 5_000_000, later, "K1"),
        an_event("freeze", date(2026, 2, 2), 2_000_000, soon, "K2"),
        an_event("freeze", date(2026, 2, 3), 1_000_000, loose, "K3"),
    ]
    ended = an_event("unfreeze", date(2028, 2, 1), 2_000_000)
    all_but_the_last = an_event("unfreeze", date(2028, 6, 1), 5_000_000)

    book = booked(TERMS, *frozen, ended, all_but_the_last)

    ends = [
        freeze_ends_on(book, day)
        for day in (START, date(2026, 2, 1), date(2028, 1, 31), date(2028, 2, 1), END)
    ]
    assert ends == [None, later, soon, later, None]
