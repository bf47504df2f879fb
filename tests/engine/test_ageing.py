"""How late a loan is, what the rule would move, and where a loan stands."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.engine.accrual import Change
from creditdesk.engine.ageing import (
    Lateness,
    Unpaid,
    balances_on,
    changes_of,
    extended_on,
    falling_due,
    final_due_on,
    instalments,
    look,
    next_due,
    plan_on,
    stand,
    status_of,
    to_transfer,
    total_of,
)
from creditdesk.engine.journal import Account, Kind, Posting
from creditdesk.engine.money import Dong
from tests.engine.builders import RULE, a_bullet, a_contract, an_event, booked

FIRST, SECOND, LAST = date(2027, 3, 2), date(2028, 3, 2), date(2029, 3, 2)
PLAN = {FIRST: 10, SECOND: 10, LAST: 10}
NOT_LATE = Lateness(Dong(0), 0, None)
START = date(2026, 3, 2)
LENT = an_event("draw", START, 30_000_000)


# Late by contract


def test_an_instalment_is_late_from_the_day_after_its_due_date() -> None:
    assert look(PLAN, 0, 30, FIRST) == NOT_LATE
    assert look(PLAN, 0, 30, date(2027, 3, 3)) == Lateness(Dong(10), 1, FIRST)


def test_days_count_from_the_oldest_date_that_is_not_covered() -> None:
    day = date(2028, 3, 12)

    assert look(PLAN, 9, 21, day) == Lateness(Dong(11), 376, FIRST)
    assert look(PLAN, 10, 20, day) == Lateness(Dong(10), 10, SECOND)
    assert look(PLAN, 20, 10, day) == NOT_LATE
    assert look(PLAN, 30, 0, day) == NOT_LATE


def test_no_more_is_late_than_is_owed() -> None:
    assert look(PLAN, 0, 4, date(2030, 1, 1)) == Lateness(Dong(4), 1036, FIRST)
    assert look(PLAN, 0, 0, date(2030, 1, 1)) == NOT_LATE


def test_an_empty_plan_is_never_late() -> None:
    assert look({}, 0, 0, LAST) == NOT_LATE


@given(
    st.dictionaries(st.dates(FIRST, LAST), st.integers(1, 100)),
    st.integers(0, 500),
    st.integers(0, 500),
    st.dates(FIRST, LAST),
)
def test_more_paid_is_never_later(
    plan: dict[date, int], repaid: int, more: int, as_of: date
) -> None:
    rising = dict(sorted(plan.items()))
    owed = sum(plan.values())

    before = look(rising, repaid, max(0, owed - repaid), as_of)
    after = look(rising, repaid + more, max(0, owed - repaid - more), as_of)

    assert after.principal <= before.principal
    assert after.days <= before.days


# Instalments


def test_repayments_cover_the_oldest_instalments_first() -> None:
    assert list(instalments(PLAN, 13)) == [
        Unpaid(FIRST, 10, 0),
        Unpaid(SECOND, 10, 7),
        Unpaid(LAST, 10, 10),
    ]
    assert list(instalments({}, 13)) == []


def test_the_next_instalment_falls_due_on_the_day_or_later() -> None:
    rows = list(instalments(PLAN, 3))

    assert next_due(rows, 27, FIRST) == Unpaid(FIRST, 10, 7)
    assert next_due(rows, 20, date(2027, 3, 3)) == Unpaid(SECOND, 10, 10)
    assert next_due(rows, 20, date(2029, 3, 3)) is None


def test_an_instalment_paid_ahead_is_passed_over() -> None:
    assert next_due(instalments(PLAN, 10), 20, START) == Unpaid(SECOND, 10, 10)


def test_no_more_falls_due_than_is_owed_and_not_late() -> None:
    rows = list(instalments(PLAN, 0))

    assert next_due(rows, 4, FIRST) == Unpaid(FIRST, 10, 4)
    assert next_due(rows, 0, FIRST) is None


def test_what_is_owed_pays_the_earliest_instalments_and_the_rest_falls_due_no_more() -> None:
    rows = list(instalments(PLAN, 3))

    def of_each(owed: int) -> list[int]:
        ends = (START, FIRST, SECOND, LAST)
        return [falling_due(rows, owed, *ends[at : at + 2]) for at in range(3)]

    assert of_each(27) == [7, 10, 10]
    assert of_each(12) == [7, 5, 0]
    assert of_each(0) == [0, 0, 0]


# Figures on a day


def test_a_day_sees_what_happened_until_its_end() -> None:
    paid = an_event("principal", date(2026, 6, 1), 4_000_000)
    entries = booked(a_contract(), LENT, paid)

    before, after = (balances_on(entries, day) for day in (date(2026, 5, 31), date(2026, 6, 1)))

    assert before[Account.IN_TERM] == 30_000_000
    assert after[Account.IN_TERM] == 26_000_000
    assert after[Account.CASH] == -26_000_000
    assert total_of(entries, Kind.PRINCIPAL, date(2026, 5, 31)) == 0
    assert total_of(entries, Kind.PRINCIPAL, date(2026, 6, 1)) == 4_000_000
    assert plan_on(entries, date(2026, 3, 1)) == {}


def test_the_plan_of_a_day_leaves_out_empty_dates() -> None:
    extension = an_event("extend", date(2027, 1, 1), 0, LAST)
    entries = booked(a_bullet(SECOND), LENT, extension)

    assert plan_on(entries, date(2026, 12, 31)) == {SECOND: 30_000_000}
    assert plan_on(entries, date(2027, 1, 1)) == {LAST: 30_000_000}


def test_the_plan_rises_whatever_was_booked_first() -> None:
    later = an_event("draw", date(2028, 3, 3), 1_000_000)
    entries = booked(a_contract(), LENT, later)

    assert list(plan_on(reversed(entries), date(2029, 1, 1))) == [FIRST, SECOND, LAST]


def test_the_last_extension_of_a_day_is_in_force() -> None:
    first = an_event("extend", date(2028, 1, 1), 0, date(2030, 3, 2))
    second = an_event("extend", date(2030, 1, 1), 0, date(2031, 3, 2))
    terms = a_contract()
    entries = booked(terms, LENT, first, second)

    assert extended_on(entries, date(2027, 12, 31)) is None
    assert extended_on(entries, date(2028, 1, 1)) == date(2030, 3, 2)
    assert extended_on(entries, date(2030, 1, 1)) == date(2031, 3, 2)
    assert final_due_on(terms, entries, date(2027, 12, 31)) == LAST
    assert final_due_on(terms, entries, date(2030, 1, 1)) == date(2031, 3, 2)


def test_only_what_earns_is_told_to_interest() -> None:
    cash, in_term, overdue, frozen = list(Account)[:4]

    assert changes_of(START, ()) == Change(START, 0, 0)
    assert changes_of(START, [Posting(in_term, cash, 5)]) == Change(START, 5, 0)
    assert changes_of(START, [Posting(overdue, in_term, 5)]) == Change(START, -5, 5)
    assert changes_of(START, [Posting(frozen, overdue, 5), Posting(frozen, in_term, 2)]) == Change(
        START, -2, -5
    )
    assert changes_of(START, [Posting(cash, Account.INTEREST, 5)]) == Change(START, 0, 0)


@pytest.mark.parametrize(
    ("drawn", "outstanding", "written_off", "status"),
    [
        (0, 0, 0, "open"),
        (5, 5, 0, "open"),
        (5, 2, 3, "open"),
        (5, 0, 0, "closed"),
        (5, 0, 3, "written-off"),
    ],
)
def test_a_loan_is_open_until_nothing_is_owed(
    drawn: int, outstanding: int, written_off: int, status: str
) -> None:
    assert status_of(drawn, outstanding, written_off) == status


def test_a_contract_without_a_draw_stands_empty() -> None:
    standing = stand(a_contract(), [], LAST)

    assert standing.status == "open"
    assert (standing.drawn, standing.outstanding, standing.late_principal) == (0, 0, 0)
    assert (standing.next_due_on, standing.extended_to) == (None, None)
    assert standing.interest_earned.sum == 0


def test_a_standing_names_its_loan_and_its_day() -> None:
    standing = stand(a_contract(), booked(a_contract(), LENT), date(2026, 6, 1))

    assert (standing.loan_no, standing.as_of) == ("6600000724000001", date(2026, 6, 1))
    assert standing.due_on == LAST


def test_what_comes_after_the_day_is_not_seen() -> None:
    terms = a_contract()
    later = [
        an_event("principal", date(2027, 1, 1), 1_000_000),
        an_event("interest", date(2027, 1, 1), 500),
        an_event("extend", date(2027, 1, 2), 0, date(2031, 1, 1)),
        an_event("write-off", date(2027, 1, 3), 29_000_000),
    ]
    day = date(2026, 12, 31)

    assert stand(terms, booked(terms, LENT, *later), day) == stand(terms, booked(terms, LENT), day)


# What the rule moves


def test_a_part_already_overdue_is_not_moved_again() -> None:
    terms = a_contract()
    part = an_event("overdue", date(2027, 3, 7), 4_000_000)

    assert to_transfer(terms, booked(terms, LENT, part), RULE, date(2027, 3, 7)) == 6_000_000


def test_what_is_frozen_counts_as_moved() -> None:
    terms = a_contract()
    freeze = an_event("freeze", date(2027, 1, 1), 7_000_000)

    assert to_transfer(terms, booked(terms, LENT, freeze), RULE, date(2027, 3, 7)) == 3_000_000


def test_overdue_beyond_what_is_late_leaves_nothing_to_move() -> None:
    terms = a_contract()
    misused = an_event("overdue", date(2026, 9, 1), 12_000_000)

    assert to_transfer(terms, booked(terms, LENT, misused), RULE, date(2027, 3, 7)) == 0


def test_a_payment_after_the_session_counts_too() -> None:
    terms = a_contract()
    paid = an_event("principal", date(2027, 3, 9), 10_000_000)

    assert to_transfer(terms, booked(terms, LENT, paid), RULE, date(2027, 3, 8)) == 10_000_000
    assert to_transfer(terms, booked(terms, LENT, paid), RULE, date(2027, 3, 9)) == 0


def test_once_the_final_due_date_has_passed_all_that_is_in_term_moves() -> None:
    terms = a_contract(trustee="99")
    paid = an_event("principal", date(2029, 3, 6), 5_000_000)

    entries = booked(terms, LENT, paid)

    assert to_transfer(terms, entries, RULE, date(2029, 3, 6)) == 0
    assert to_transfer(terms, entries, RULE, date(2029, 3, 7)) == 25_000_000


def test_an_extension_holds_the_transfer_until_it_ends() -> None:
    terms = a_bullet(SECOND)
    extension = an_event("extend", date(2028, 3, 6), 0, LAST)
    entries = booked(terms, LENT, extension)

    assert to_transfer(terms, booked(terms, LENT), RULE, date(2028, 3, 7)) == 30_000_000
    assert to_transfer(terms, entries, RULE, date(2028, 3, 7)) == 0
    assert to_transfer(terms, entries, RULE, date(2029, 3, 7)) == 30_000_000


@pytest.mark.parametrize("session_day", range(1, 29))
def test_the_transfer_waits_for_the_first_session_after_the_due_date(session_day: int) -> None:
    terms = a_bullet(date(2026, 10, 22), session_day=session_day)
    entries = booked(terms, LENT)
    days = [date(2026, 10, 22) + timedelta(number) for number in range(40)]

    first = next(day for day in days if to_transfer(terms, entries, RULE, day))

    assert first.day == session_day
    assert 1 <= (first - date(2026, 10, 22)).days <= 31
