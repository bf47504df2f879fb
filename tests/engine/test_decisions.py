"""Decisions in mid-life: what each moves, what it leaves, and what it cannot be."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.engine.accrual import Interest
from creditdesk.engine.ageing import plan_on, stand, terms_on
from creditdesk.engine.journal import Event
from creditdesk.engine.money import Dong
from creditdesk.engine.replay import (
    BeforeFirstDraw,
    BeyondNextInstalment,
    ExtensionNotLater,
    InstalmentNotThere,
    NoGraceLeft,
    ShorteningNotEarlier,
    replay,
)
from creditdesk.engine.terms import LoanTerms
from creditdesk.errors import Refused
from tests.engine.builders import a_contract, a_rate, an_event, booked
from tests.engine.histories import ORDERS

START = date(2026, 3, 2)
FIRST, SECOND, LAST = date(2027, 3, 2), date(2028, 3, 2), date(2029, 3, 2)
DAY = timedelta(1)
MILLION = 1_000_000
TERMS = a_contract()
LENT = an_event("draw", START, 30 * MILLION)
LEARNER = a_contract(grace_until=FIRST)


def plan_after(*events: Event, terms: LoanTerms = TERMS) -> dict[date, int]:
    """Return the plan that a draw of 30 million and some events leave, in millions."""
    entries = booked(terms, LENT, *events)
    return {due: amount // MILLION for due, amount in plan_on(entries, date.max).items()}


def refusal(*events: Event, terms: LoanTerms = TERMS) -> Refused:
    """Return why the last of some events cannot be."""
    booked(terms, LENT, *events[:-1])
    ((event, why),) = replay(terms, [LENT, *events], ORDERS)[1]
    assert event == events[-1]
    assert isinstance(why, Refused)
    assert why.facts["receipt_no"] == event.receipt_no
    return why


def redate(day: date, of: date | None, until: date | None) -> Event:
    return an_event("redate", day, 0, until, of=of)


def leave(day: date, of: date | None, until: date | None) -> Event:
    return an_event("leave", day, 0, until, of=of)


# Re-dating


def test_a_re_dated_instalment_is_not_late_before_its_new_day_is_over() -> None:
    new = date(2027, 6, 2)
    entries = booked(TERMS, LENT, redate(date(2027, 2, 20), FIRST, new))

    days = (FIRST + DAY, new, new + DAY)
    late = [stand(TERMS, entries, day) for day in days]

    assert [one.late_principal for one in late] == [0, 0, 10 * MILLION]
    assert (late[-1].days_late, late[-1].oldest_late_due_on) == (1, new)
    assert late[0].next_due_on == new
    assert {one.extended_to for one in late} == {None}


def test_a_re_dated_instalment_meets_the_next_on_its_day_and_becomes_one_with_it() -> None:
    assert plan_after(redate(START, FIRST, SECOND)) == {SECOND: 20, LAST: 10}
    assert plan_after(redate(START, SECOND, LAST)) == {FIRST: 10, LAST: 20}


def test_an_instalment_may_be_re_dated_again_and_on_its_own_day() -> None:
    once, twice = date(2027, 6, 2), date(2027, 9, 2)

    assert plan_after(redate(FIRST, FIRST, once), redate(once, once, twice)) == {
        twice: 10,
        SECOND: 10,
        LAST: 10,
    }


@pytest.mark.parametrize(
    ("day", "of"),
    [(START, LAST), (START, date(2027, 3, 3)), (START, None), (FIRST + DAY, FIRST)],
    ids=["final", "no due date", "none", "past"],
)
def test_only_an_instalment_to_come_before_the_final_one_is_re_dated(
    day: date, of: date | None
) -> None:
    why = refusal(redate(day, of, date(2029, 6, 2)))

    assert isinstance(why, InstalmentNotThere)
    assert (why.code, why.facts["due_on"]) == ("instalment-not-there", of)


@pytest.mark.parametrize("until", [None, date(2027, 3, 1), FIRST, SECOND + DAY])
def test_an_instalment_is_re_dated_to_a_later_day_not_beyond_the_next(until: date | None) -> None:
    why = refusal(redate(START, FIRST, until))

    assert isinstance(why, BeyondNextInstalment)
    assert (why.code, why.facts["until"]) == ("beyond-next-instalment", until)
    assert why.facts["next_on"] == SECOND


def test_what_the_next_instalment_is_counts_after_earlier_decisions() -> None:
    moved = redate(START, SECOND, date(2028, 9, 2))

    assert plan_after(moved, redate(date(2026, 4, 1), FIRST, date(2028, 6, 2))) == {
        date(2028, 6, 2): 10,
        date(2028, 9, 2): 10,
        LAST: 10,
    }


# Carry-over and extension


@pytest.mark.parametrize("kinds", [("carry-over", "extend"), ("extend", "carry-over")])
def test_a_carry_over_and_an_extension_follow_each_other(kinds: tuple[str, str]) -> None:
    ends = (date(2029, 9, 2), date(2030, 3, 2))
    events = [
        an_event(kind, date(2029, 1, month), 0, until)
        for month, (kind, until) in enumerate(zip(kinds, ends, strict=True), start=1)
    ]
    entries = booked(TERMS, LENT, *events)

    assert plan_after(*events) == {FIRST: 10, SECOND: 10, ends[1]: 10}
    assert stand(TERMS, entries, date(2029, 1, 1)).extended_to == ends[0]
    assert stand(TERMS, entries, date(2029, 1, 2)).extended_to == ends[1]


@pytest.mark.parametrize("until", [None, LAST, date(2028, 9, 2)])
def test_a_carry_over_ends_after_the_due_date_in_force(until: date | None) -> None:
    why = refusal(an_event("carry-over", START, 0, until))

    assert isinstance(why, ExtensionNotLater)
    assert why.facts["due_on"] == LAST


# Leave of absence


def test_a_leave_shifts_the_grace_and_every_instalment_still_to_come() -> None:
    taken = leave(date(2026, 9, 1), date(2027, 9, 2), date(2029, 9, 2))
    entries = booked(LEARNER, LENT, taken)

    assert plan_after(taken, terms=LEARNER) == {
        date(2027, 9, 2): 10,
        date(2028, 9, 2): 10,
        date(2029, 9, 2): 10,
    }
    assert terms_on(LEARNER, entries, date(2026, 8, 31)).grace_until == FIRST
    assert terms_on(LEARNER, entries, date(2026, 9, 1)).grace_until == date(2027, 9, 2)
    assert stand(LEARNER, entries, LAST).extended_to == date(2029, 9, 2)


def test_a_leave_leaves_what_fell_due_before_it() -> None:
    # A grace that outlasts the first instalment: what fell due stays due.
    terms = a_contract(grace_until=date(2028, 1, 2))
    taken = leave(FIRST + DAY, date(2028, 4, 2), date(2029, 6, 2))

    assert plan_after(taken, terms=terms) == {
        FIRST: 10,
        date(2028, 6, 2): 10,
        date(2029, 6, 2): 10,
    }


def test_no_instalment_is_shifted_beyond_the_new_final_date() -> None:
    taken = leave(START, date(2028, 5, 2), date(2029, 4, 2))

    assert plan_after(taken, terms=LEARNER) == {date(2028, 5, 2): 10, date(2029, 4, 2): 20}


def test_a_second_leave_counts_from_the_end_of_the_first() -> None:
    once = leave(START, date(2027, 9, 2), date(2029, 9, 2))
    twice = leave(date(2027, 3, 3), date(2028, 3, 2), date(2030, 3, 2))

    assert plan_after(once, twice, terms=LEARNER) == {
        date(2028, 3, 2): 10,
        date(2029, 3, 2): 10,
        date(2030, 3, 2): 10,
    }


@pytest.mark.parametrize(
    ("grace", "day", "of"),
    [
        (None, START, date(2027, 9, 2)),
        (FIRST, FIRST, date(2027, 9, 2)),
        (FIRST, START, None),
        (FIRST, START, FIRST),
    ],
    ids=["never had one", "over", "no new end", "not later"],
)
def test_a_leave_prolongs_a_grace_that_runs(
    grace: date | None, day: date, of: date | None
) -> None:
    terms = a_contract(grace_until=grace)

    why = refusal(leave(day, of, date(2029, 9, 2)), terms=terms)

    assert isinstance(why, NoGraceLeft)
    assert (why.code, why.facts["grace_until"]) == ("no-grace-left", grace)


@pytest.mark.parametrize("until", [None, LAST])
def test_a_leave_moves_the_final_date_to_a_later_day(until: date | None) -> None:
    why = refusal(leave(START, date(2027, 9, 2), until), terms=LEARNER)

    assert isinstance(why, ExtensionNotLater)


def test_a_refused_leave_changes_no_grace() -> None:
    wrong = leave(START, date(2027, 9, 2), LAST)
    right = leave(date(2026, 5, 1), date(2027, 4, 2), date(2029, 4, 2))

    entries, refused = replay(LEARNER, [LENT, wrong, right], ORDERS)

    assert [one.event for one in refused] == [wrong]
    assert entries == booked(LEARNER, LENT, right)


# Shortening


def test_a_shortening_pulls_later_instalments_onto_the_new_final_date() -> None:
    new = date(2027, 9, 2)
    entries = booked(TERMS, LENT, an_event("shorten", date(2027, 5, 1), 0, new))

    assert plan_on(entries, date.max) == {FIRST: 10 * MILLION, new: 20 * MILLION}
    assert stand(TERMS, entries, LAST).extended_to == new


def test_a_contract_may_be_shortened_to_the_day_of_an_instalment_or_of_the_decision() -> None:
    assert plan_after(an_event("shorten", START, 0, SECOND)) == {FIRST: 10, SECOND: 20}
    assert plan_after(an_event("shorten", START, 0, START)) == {START: 30}


def test_a_shortened_contract_may_be_extended_again() -> None:
    short = an_event("shorten", START, 0, date(2027, 9, 2))
    longer = an_event("extend", date(2027, 9, 1), 0, SECOND)

    assert plan_after(short, longer) == {FIRST: 10, SECOND: 20}


@pytest.mark.parametrize("until", [None, START - DAY, LAST, LAST + DAY])
def test_a_contract_is_shortened_to_an_earlier_day_that_is_not_past(until: date | None) -> None:
    why = refusal(an_event("shorten", START, 0, until))

    assert isinstance(why, ShorteningNotEarlier)
    assert (why.code, why.facts["due_on"]) == ("shortening-not-earlier", LAST)


# Rates


def test_a_rate_holds_from_its_own_day_on_and_overdue_follows() -> None:
    decided = an_event("rate", date(2026, 6, 10), rate="0.054")
    entries = booked(TERMS, LENT, an_event("overdue", date(2026, 4, 1), 10 * MILLION), decided)

    before = terms_on(TERMS, entries, date(2026, 6, 9))
    after = terms_on(TERMS, entries, date(2026, 6, 10))

    assert before == TERMS
    assert after.rates == (*TERMS.rates, a_rate("0.054", date(2026, 6, 10)))
    assert after.rates[-1].overdue_rate == Decimal("0.0702")


@given(st.integers(0, 400), st.integers(0, 400), st.sampled_from(["0.03", "0.054", "0.09"]))
def test_what_was_earned_before_a_rate_decision_stays(at: int, until: int, rate: str) -> None:
    day = START + timedelta(at)
    without = booked(TERMS, LENT)
    decided = booked(TERMS, LENT, an_event("rate", day, rate=rate))

    for asked in (day, min(day, START + timedelta(until))):
        found = stand(TERMS, decided, asked).interest_earned
        assert found == stand(TERMS, without, asked).interest_earned


def test_of_two_rates_on_one_day_the_later_number_counts() -> None:
    low = an_event("rate", START, rate="0.03", receipt_no="QD/2")
    high = an_event("rate", START, rate="0.09", receipt_no="QD/1")

    for told in ((low, high), (high, low)):
        entries = booked(TERMS, LENT, *told)
        # 30,000,000 x 3 % x 365 / 365
        assert stand(TERMS, entries, FIRST).interest_earned == Interest(
            in_term=Dong(900_000), overdue=Dong(0), grace=Dong(0)
        )


def test_a_rate_decided_on_the_day_of_a_step_of_the_contract_goes_before_it() -> None:
    terms = a_contract(rates=(a_rate("0.066"), a_rate("0.09", FIRST)))
    entries = booked(terms, LENT, an_event("rate", FIRST, rate="0.03"))

    reckoned = terms_on(terms, entries, SECOND)

    assert [step.rate for step in reckoned.rates][-1] == Decimal("0.03")


def test_a_rate_may_be_decided_before_the_first_draw() -> None:
    early = an_event("rate", START - DAY, rate="0.03")

    entries = booked(LEARNER, early, LENT)

    assert [str(entry.event.kind) for entry in entries] == ["rate", "draw"]


@pytest.mark.parametrize("kind", ["redate", "carry-over", "leave", "shorten"])
def test_nothing_is_moved_before_the_first_draw(kind: str) -> None:
    early = an_event(kind, START - DAY, 0, LAST, of=FIRST)

    ((event, why),) = replay(LEARNER, [LENT, early], ORDERS)[1]

    assert event == early
    assert isinstance(why, BeforeFirstDraw)
