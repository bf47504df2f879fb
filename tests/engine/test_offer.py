"""Every programme gives a schedule that an officer would sign."""

import tomllib
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk import settings
from creditdesk.engine.days import months_after
from creditdesk.engine.money import Dong
from creditdesk.engine.offer import (
    Ask,
    CourseEndMissing,
    CourseEndTooEarly,
    Offer,
    ProgrammeDivided,
    RateMissing,
    TermMissing,
    TermWithinGrace,
    offer,
)
from creditdesk.engine.programmes import Repayment
from creditdesk.engine.quotation import Quotation, Request, TermUnclear, quote
from creditdesk.errors import DeskError

CASES = Path(__file__).parents[1] / "cases" / "offers.toml"
QUOTES = tomllib.loads(CASES.read_text(encoding="utf-8"))["quote"]
POLICY = settings.policy()
DRAW = date(2026, 3, 16)
LENT = sorted(set(POLICY.programmes) - {"25"})
LEARNERS = ("02", "02-43", "26H")


def an_ask(programme: str = "01", **more: Any) -> Ask:
    return Ask(programme=programme, signed_on=DRAW, draw_on=DRAW, **more)


def quoted(ask: Ask, amount: int) -> Quotation:
    found = offer(POLICY, ask)
    return quote(
        Request(
            amount=Dong(amount),
            rate_per_year=found.rate_per_year,
            draw_on=ask.draw_on,
            due_on=found.due_on,
            grace_principal=found.grace_principal,
            ladder=found.ladder,
        )
    )


def asked(case: dict[str, Any]) -> Ask:
    rate = case.get("rate_per_year")
    return Ask(
        programme=case["programme"],
        signed_on=case["draw_on"],
        draw_on=case["draw_on"],
        rate_per_year=None if rate is None else Decimal(rate),
        months=case.get("months"),
        course_end_on=case.get("course_end_on"),
    )


@pytest.mark.parametrize("case", QUOTES, ids=lambda case: case["name"])
def test_a_programme_gives_the_schedule_that_was_worked_out(case: dict[str, Any]) -> None:
    found = quoted(asked(case), case["amount"])

    rows = {row.no: list(row) for row in found.rows}
    assert [rows[row[0]] for row in case["rows"]] == case["rows"]
    assert len(rows) == case["instalments"]
    assert found.total_interest == case["total_interest"]


def test_every_programme_that_lends_has_a_worked_schedule() -> None:
    assert {case["programme"] for case in QUOTES} == set(LENT)
    assert all(case["vouched_by"].strip() for case in QUOTES)
    assert len({case["name"] for case in QUOTES}) == len(QUOTES)


def longest(ask: Ask) -> date:
    """The last day on which a loan of the programme may still run, by its own words."""
    terms = POLICY.programme(ask.programme).at(ask.signed_on)
    if ask.course_end_on is not None:
        times = 2 if ask.course_end_on <= months_after(ask.draw_on, 12) else 1
        drawing = ask.course_end_on - ask.draw_on
        # Months of the calendar are up to three days longer than those the draws took.
        return months_after(ask.course_end_on, 12) + drawing * times + timedelta(days=31)
    return months_after(ask.draw_on, ask.months or terms.term_months or 0)


@st.composite
def asks(draw: st.DrawFn) -> Ask:
    programme = draw(st.sampled_from(LENT))
    opened = POLICY.programme(programme).rate_per_year.first
    earliest = max(date(2026, 1, 1), opened.since if opened else date(2026, 1, 1))
    signed = draw(st.dates(earliest, date(2029, 12, 31)))
    drawn = signed + timedelta(days=draw(st.integers(0, 60)))
    more: dict[str, Any] = {}
    if programme in LEARNERS:
        more["course_end_on"] = drawn + timedelta(days=draw(st.integers(60, 2200)))
    if programme in ("04", "04P", "99"):
        more["months"] = draw(st.integers(3, 84))
    if programme == "99":
        more["rate_per_year"] = Decimal("0.06")
    return Ask(programme=programme, signed_on=signed, draw_on=drawn, **more)


@given(asks(), st.integers(1_000_000, 1_000_000_000))
def test_a_schedule_repays_the_principal_within_the_term_of_the_programme(
    ask: Ask, amount: int
) -> None:
    rows = quoted(ask, amount).rows

    days = [row.due_on for row in rows]
    assert sum(row.principal for row in rows) == amount
    assert all(row.principal >= 0 for row in rows)
    assert [ask.draw_on, *days] == sorted({ask.draw_on, *days})
    assert days[-1] <= longest(ask)
    assert rows[-1].balance == 0


@given(asks(), st.integers(1_000_000, 1_000_000_000))
def test_a_grace_is_kept(ask: Ask, amount: int) -> None:
    terms = POLICY.programme(ask.programme).at(ask.signed_on)

    paying = [row.due_on for row in quoted(ask, amount).rows if row.principal]
    asking = [row.due_on for row in quoted(ask, amount).rows]
    if terms.grace_principal is not None:
        assert paying[0] >= (terms.grace_principal.ends_on(ask.draw_on, ask.course_end_on) or DRAW)
    if terms.grace_interest is not None:
        assert asking[0] >= (terms.grace_interest.ends_on(ask.draw_on, ask.course_end_on) or DRAW)


@given(st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.integers(1, 25))
def test_a_poor_households_house_is_repaid_by_a_tenth_each_year(day: date, millions: int) -> None:
    amount = millions * 1_000_000

    rows = quoted(Ask("07", day, day), amount).rows

    assert len(rows) == 10
    assert {row.principal for row in rows} == {amount // 10}


def test_interest_of_the_grace_falls_due_with_the_first_date_and_bears_none() -> None:
    first, second, *_ = quoted(an_ask("07"), 25_000_000).rows

    assert first.due_on == date(2032, 3, 16)
    assert first.interest == round(25_000_000 * 3 * first.days / 36_500)
    assert second.interest == round(22_500_000 * 3 * second.days / 36_500)


def test_what_the_call_states_goes_before_what_the_programme_says() -> None:
    stated = an_ask("19", rate_per_year=Decimal("0.05"), due_on=date(2028, 3, 16), every_months=6)

    found = offer(POLICY, stated)

    assert found == Offer(
        Decimal("0.05"),
        (date(2026, 9, 16), date(2027, 3, 16), date(2027, 9, 16), date(2028, 3, 16)),
        0,
        (Dong(100_000), Dong(1_000), Dong(1)),
    )


def test_a_loan_up_to_twelve_months_is_repaid_at_once() -> None:
    assert offer(POLICY, an_ask("06", months=12)).due_on == (date(2027, 3, 16),)
    assert len(offer(POLICY, an_ask("06", months=13)).due_on) == 3


def test_a_learner_may_repay_in_one_sum_when_the_grace_ends() -> None:
    ask = an_ask("02", course_end_on=date(2026, 6, 30), due_on=date(2027, 6, 30))

    assert offer(POLICY, ask).due_on == (date(2027, 6, 30),)


def test_a_short_stated_term_of_a_learner_is_one_instalment() -> None:
    ask = an_ask("02", course_end_on=date(2026, 3, 17), due_on=date(2027, 3, 17))

    assert offer(POLICY, ask).due_on == (date(2027, 3, 17),)


@pytest.mark.parametrize(
    ("course_end", "months"),
    [
        (date(2026, 3, 17), 2),
        (date(2026, 12, 16), 18),
        (date(2027, 3, 16), 24),
        (date(2027, 3, 17), 12),
        (date(2028, 3, 15), 23),
    ],
)
def test_a_short_course_gives_twice_the_time_of_its_draws(course_end: date, months: int) -> None:
    assert Repayment(12, 2, 1).months(DRAW, course_end) == months


@pytest.mark.parametrize(
    ("ask", "refusal", "facts"),
    [
        (an_ask("25"), ProgrammeDivided, {"programme": "25", "codes": "25D, 25N, 25S"}),
        (an_ask("99"), RateMissing, {"programme": "99"}),
        (
            Ask("12", date(2023, 1, 1), date(2023, 1, 1)),
            RateMissing,
            {"programme": "12"},
        ),
        (an_ask("99", rate_per_year=Decimal("0.05")), TermMissing, {"programme": "99"}),
        (an_ask("04"), TermMissing, {"programme": "04"}),
        (
            Ask("01", date(2016, 1, 1), date(2016, 1, 1)),
            TermMissing,
            {"programme": "01"},
        ),
        (an_ask("02"), CourseEndMissing, {"programme": "02"}),
        (an_ask("26H", due_on=date(2030, 1, 1)), CourseEndMissing, {"programme": "26H"}),
        (
            an_ask("02", course_end_on=DRAW),
            CourseEndTooEarly,
            {"course_end_on": DRAW, "draw_on": DRAW},
        ),
        (
            an_ask("02", course_end_on=date(2027, 1, 31), due_on=date(2028, 1, 30)),
            TermWithinGrace,
            {"due_on": date(2028, 1, 30), "grace_until": date(2028, 1, 31)},
        ),
        (
            an_ask("07", months=60),
            TermWithinGrace,
            {"due_on": date(2031, 3, 16), "grace_until": date(2031, 3, 16)},
        ),
        (
            an_ask(months=24, due_on=date(2028, 3, 15)),
            TermUnclear,
            {"months": 24, "due_on": date(2028, 3, 15)},
        ),
    ],
)
def test_what_cannot_be_offered_says_what_is_missing(
    ask: Ask, refusal: type[DeskError], facts: dict[str, Any]
) -> None:
    with pytest.raises(refusal) as refused:
        offer(POLICY, ask)

    assert refused.value.facts == facts
