"""Quotations: worked loans, due dates, refusals, and what holds for every loan."""

import tomllib
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from creditdesk.engine.day_count import DAY_COUNTS, periods
from creditdesk.engine.days import EARLIEST, LATEST, months_after
from creditdesk.engine.money import Dong, Rounding, round_ratio
from creditdesk.engine.quotation import (
    LADDER,
    METHODS,
    MOST_INSTALMENTS,
    AmountNotPositive,
    CountNotPositive,
    DatesNotRising,
    GraceTooLong,
    InstalmentBelowInterest,
    Method,
    OutsideCalendar,
    Quotation,
    RateNegative,
    Request,
    RoundingTooCoarse,
    TermUnclear,
    TooManyInstalments,
    due_dates,
    equal_shares,
    quote,
)
from creditdesk.errors import DeskError

CASES = Path(__file__).parents[1] / "cases" / "quotations.toml"
LOANS = tomllib.loads(CASES.read_text(encoding="utf-8"))["loan"]
TERMS = ("due_on", "months", "first_principal_on", "every_months", "instalments")
CHOICES = ("method", "day_count", "grace_principal", "round_to", "rounding")

DRAW = date(2026, 1, 10)


def a_request(**changes: Any) -> Request:
    plain: dict[str, Any] = {
        "amount": Dong(12_000_000),
        "rate_per_year": Decimal("0.066"),
        "draw_on": DRAW,
        "due_on": due_dates(DRAW, every_months=1, instalments=12),
    }
    return Request(**(plain | changes))


def quoted(case: dict[str, Any]) -> Quotation:
    terms = {name: case[name] for name in TERMS if name in case}
    stated = terms.get("due_on")
    dates = tuple(stated) if isinstance(stated, list) else due_dates(case["draw_on"], **terms)
    return quote(
        Request(
            Dong(case["amount"]),
            Decimal(case["rate"]),
            case["draw_on"],
            dates,
            **{name: case[name] for name in CHOICES if name in case},
        )
    )


@pytest.mark.parametrize("case", LOANS, ids=lambda case: case["name"])
def test_a_worked_loan_comes_out_to_the_dong(case: dict[str, Any]) -> None:
    quotation = quoted(case)

    expected = tuple((no, *row) for no, row in enumerate(case["rows"], start=1))
    assert quotation.rows == expected
    assert quotation.principal == case["amount"]
    assert quotation.total_interest == sum(row[3] for row in case["rows"])


def a_book_of_500() -> list[tuple[Dong, Decimal, int, date]]:
    terms, rates = (12, 24, 36, 48, 60), (330, 480, 660, 792, 825, 900)
    return [
        (
            Dong((5 + i * 37 % 96) * 1_000_000),
            Decimal(rates[i * 7 % 6]).scaleb(-4),
            terms[i % 5],
            date(2021, 1, 4) + timedelta(i * 613 % 1700),
        )
        for i in range(500)
    ]


# Both totals come from a separate computation in exact fractions that walks month by month.
@pytest.mark.parametrize(
    ("ladder", "interest"), [((Dong(1),), 2_698_116_233), (LADDER, 2_794_565_756)]
)
def test_a_book_of_500_loans_earns_what_fractions_say(
    ladder: tuple[Dong, ...], interest: int
) -> None:
    quotations = [
        quote(
            Request(
                amount,
                rate,
                draw_on,
                due_dates(draw_on, every_months=1, instalments=term),
                ladder=ladder,
            )
        )
        for amount, rate, term, draw_on in a_book_of_500()
    ]

    assert sum(len(quotation.rows) for quotation in quotations) == 18_000
    assert sum(quotation.total_interest for quotation in quotations) == interest


# Due dates


def test_contract_dates_run_from_the_first_and_end_at_the_end() -> None:
    dates = due_dates(
        date(2025, 8, 5),
        first_principal_on=date(2026, 1, 31),
        every_months=1,
        due_on=date(2026, 5, 15),
    )

    assert dates == (
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
        date(2026, 5, 15),
    )


def test_a_date_that_falls_on_the_end_is_not_doubled() -> None:
    dates = due_dates(
        DRAW, first_principal_on=date(2027, 1, 10), every_months=12, due_on=date(2028, 1, 10)
    )

    assert dates == (date(2027, 1, 10), date(2028, 1, 10))


@pytest.mark.parametrize("every_months", [None, 6])
def test_a_first_date_not_before_the_end_leaves_the_end(every_months: int | None) -> None:
    end = date(2027, 1, 10)

    assert due_dates(DRAW, first_principal_on=end, every_months=every_months, due_on=end) == (end,)


def test_an_end_alone_is_one_instalment() -> None:
    assert due_dates(DRAW, due_on=date(2031, 1, 10)) == (date(2031, 1, 10),)
    assert due_dates(date(2026, 1, 31), months=13) == (date(2027, 2, 28),)


def test_a_term_with_an_interval_is_counted_from_the_draw() -> None:
    dates = due_dates(date(2025, 8, 31), months=18, every_months=6)

    assert dates == (date(2026, 2, 28), date(2026, 8, 31), date(2027, 2, 28))


def test_counted_instalments_come_back_to_the_31st_after_february() -> None:
    dates = due_dates(date(2028, 1, 31), every_months=1, instalments=3)

    assert dates == (date(2028, 2, 29), date(2028, 3, 31), date(2028, 4, 30))


def test_counted_instalments_may_start_at_a_first_date() -> None:
    dates = due_dates(DRAW, first_principal_on=date(2026, 12, 31), every_months=2, instalments=3)

    assert dates == (date(2026, 12, 31), date(2027, 2, 28), date(2027, 4, 30))


def test_terms_that_say_the_same_twice_agree() -> None:
    dates = due_dates(DRAW, months=24, due_on=date(2028, 1, 10), every_months=12, instalments=2)

    assert dates == (date(2027, 1, 10), date(2028, 1, 10))


@pytest.mark.parametrize(
    ("terms", "facts"),
    [
        ({}, {"missing": "due_on"}),
        ({"every_months": 1}, {"missing": "due_on"}),
        ({"instalments": 3}, {"missing": "due_on"}),
        (
            {"first_principal_on": date(2026, 7, 1), "due_on": date(2027, 1, 1)},
            {"missing": "every_months"},
        ),
        (
            {"months": 12, "due_on": date(2027, 1, 11)},
            {"months": 12, "due_on": date(2027, 1, 11)},
        ),
        ({"months": 12, "instalments": 12}, {"instalments": 12, "dates": 1}),
    ],
)
def test_unclear_terms_are_malformed(terms: dict[str, Any], facts: dict[str, Any]) -> None:
    with pytest.raises(TermUnclear) as refusal:
        due_dates(DRAW, **terms)

    assert refusal.value.code == "term-unclear"
    assert refusal.value.facts == facts


@pytest.mark.parametrize("name", ["months", "every_months", "instalments"])
@pytest.mark.parametrize("value", [0, -1])
def test_a_count_below_one_is_refused(name: str, value: int) -> None:
    terms: dict[str, Any] = {name: value}

    with pytest.raises(CountNotPositive) as refusal:
        due_dates(DRAW, **terms)

    assert refusal.value.facts == {"name": name, "value": value}


@pytest.mark.parametrize(
    "terms",
    [
        {"months": 10**9},
        {"months": 900},
        {"every_months": 1333, "instalments": 1},
        {"every_months": 12, "instalments": 75},
        {"due_on": LATEST + timedelta(1)},
    ],
)
def test_a_term_beyond_the_calendar_is_refused(terms: dict[str, Any]) -> None:
    with pytest.raises(OutsideCalendar) as refusal:
        due_dates(DRAW, **terms)

    assert refusal.value.facts["latest"] == LATEST


def test_instalments_before_the_calendar_are_refused() -> None:
    with pytest.raises(OutsideCalendar):
        due_dates(date(1985, 1, 1), every_months=1, instalments=12)


def test_the_calendar_reaches_to_its_last_month() -> None:
    assert due_dates(DRAW, every_months=12, instalments=74)[-1] == date(2100, 1, 10)


@given(
    st.dates(EARLIEST, date(2060, 12, 31)), st.integers(1, 12), st.integers(1, 40), st.booleans()
)
@settings(deadline=None)
def test_counted_dates_are_months_after_their_anchor(
    anchor: date, every_months: int, instalments: int, is_first: bool
) -> None:
    dates = due_dates(
        anchor,
        first_principal_on=anchor if is_first else None,
        every_months=every_months,
        instalments=instalments,
    )

    steps = range(instalments) if is_first else range(1, instalments + 1)
    assert dates == tuple(months_after(anchor, every_months * step) for step in steps)


# Refusals


@pytest.mark.parametrize(
    ("changes", "refusal", "code", "facts"),
    [
        ({"amount": Dong(0)}, AmountNotPositive, "amount-not-positive", {"amount": 0}),
        ({"amount": Dong(-1)}, AmountNotPositive, "amount-not-positive", {"amount": -1}),
        (
            {"rate_per_year": Decimal("-0.01")},
            RateNegative,
            "rate-negative",
            {"rate_per_year": Decimal("-0.01")},
        ),
        (
            {"due_on": ()},
            CountNotPositive,
            "count-not-positive",
            {"name": "instalments", "value": 0},
        ),
        (
            {"grace_principal": -1},
            CountNotPositive,
            "count-not-positive",
            {"name": "grace_principal", "value": -1},
        ),
        (
            {"round_to": Dong(0)},
            CountNotPositive,
            "count-not-positive",
            {"name": "round_to", "value": 0},
        ),
        (
            {"grace_principal": 12},
            GraceTooLong,
            "grace-too-long",
            {"grace_principal": 12, "instalments": 12},
        ),
        (
            {"round_to": Dong(1_000_001)},
            RoundingTooCoarse,
            "rounding-too-coarse",
            {"round_to": 1_000_001},
        ),
    ],
)
def test_terms_that_make_no_loan_are_refused(
    changes: dict[str, Any], refusal: type[DeskError], code: str, facts: dict[str, Any]
) -> None:
    with pytest.raises(refusal) as raised:
        quote(a_request(**changes))

    assert (raised.value.code, raised.value.facts) == (code, facts)


@pytest.mark.parametrize("day_count", DAY_COUNTS)
@pytest.mark.parametrize(
    ("due_on", "no"),
    [
        ((DRAW,), 1),
        ((date(2025, 12, 31),), 1),
        ((date(2026, 3, 31), date(2026, 3, 31)), 2),
        ((date(2026, 3, 31), date(2026, 3, 30)), 2),
        ((date(2026, 3, 31), date(2026, 2, 28)), 2),
    ],
)
def test_dates_that_do_not_rise_are_refused(
    day_count: Any, due_on: tuple[date, ...], no: int
) -> None:
    with pytest.raises(DatesNotRising) as refusal:
        quote(a_request(due_on=due_on, day_count=day_count))

    assert refusal.value.facts == {
        "no": no,
        "due_on": due_on[-1],
        "after": (DRAW, *due_on)[no - 1],
    }


def test_more_instalments_than_any_contract_has_are_refused() -> None:
    days = tuple(DRAW + timedelta(no) for no in range(1, MOST_INSTALMENTS + 2))

    with pytest.raises(TooManyInstalments) as refusal:
        quote(a_request(due_on=days))
    with pytest.raises(TooManyInstalments):
        due_dates(DRAW, every_months=1, instalments=MOST_INSTALMENTS + 1)

    assert refusal.value.facts == {"instalments": 1201, "most": 1200}
    assert len(quote(a_request(due_on=days[:-1])).rows) == MOST_INSTALMENTS


@pytest.mark.parametrize(
    "changes",
    [
        {"round_to": Dong(3_000_000)},
        {"round_to": Dong(1_500_000)},
        {
            "round_to": Dong(6_000_000),
            "rate_per_year": Decimal(0),
            "due_on": due_dates(DRAW, every_months=1, instalments=3),
        },
    ],
    ids=["rounded to nothing", "repaid before the end", "repaid to the dong before"],
)
def test_an_equal_instalment_rounded_too_coarsely_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(RoundingTooCoarse) as refusal:
        quote(a_request(method="equal-instalment", **changes))

    assert refusal.value.facts["round_to"] == changes["round_to"]


@pytest.mark.parametrize(
    ("changes", "facts"),
    [
        (
            {"round_to": Dong(1_400_000), "rate_per_year": Decimal("1.5")},
            {"no": 1, "instalment": 1_400_000, "interest": 1_528_767},
        ),
        (
            {
                "grace_principal": 1,
                "rate_per_year": Decimal("0.073"),
                "due_on": (
                    date(2026, 2, 10),
                    *(date(2029, month, 10) for month in range(2, 13)),
                ),
            },
            {"no": 2, "instalment": 1_370_340, "interest": 2_630_400},
        ),
    ],
    ids=["rounded down", "three years before the months"],
)
def test_an_equal_instalment_below_the_interest_of_a_row_is_refused(
    changes: dict[str, Any], facts: dict[str, Any]
) -> None:
    with pytest.raises(InstalmentBelowInterest) as refusal:
        quote(a_request(method="equal-instalment", **changes))

    assert refusal.value.facts == facts


# Whole quotations


def test_the_30th_to_the_31st_has_no_days_of_30() -> None:
    quotation = quote(
        a_request(
            draw_on=date(2026, 3, 30),
            due_on=(date(2026, 3, 31), date(2026, 4, 30)),
            day_count="30/360",
        )
    )

    assert [(row.days, row.interest) for row in quotation.rows] == [(0, 0), (30, 33_000)]


def test_a_single_share_is_the_whole_whatever_the_unit() -> None:
    quotation = quote(a_request(due_on=(date(2027, 1, 10),), round_to=Dong(100_000_000)))

    assert [row.principal for row in quotation.rows] == [12_000_000]


def test_grace_leaves_a_bullet_as_it_is() -> None:
    bullet = quote(a_request(method="bullet"))

    assert quote(a_request(method="bullet", grace_principal=5)) == bullet


def test_shares_go_down_the_ladder_until_something_is_left() -> None:
    assert equal_shares(Dong(1_000_000), 3) == (300_000, 300_000, 400_000)
    assert equal_shares(Dong(1_000_000), 3, (Dong(1),)) == (333_333, 333_333, 333_334)
    assert equal_shares(Dong(100), 1) == (100,)


# What holds for every loan

AMOUNTS = st.integers(10_000, 10**12).map(Dong)
RATES = st.integers(0, 120_000).map(lambda rate: Decimal(rate).scaleb(-6))


@st.composite
def even_dates(draw: st.DrawFn, draw_on: date) -> tuple[date, ...]:
    every_months, instalments = draw(st.integers(1, 12)), draw(st.integers(1, 30))
    return due_dates(draw_on, every_months=every_months, instalments=instalments)


@st.composite
def uneven_dates(draw: st.DrawFn, draw_on: date) -> tuple[date, ...]:
    gaps = draw(st.lists(st.integers(1, 400), min_size=1, max_size=30))
    return tuple(draw_on + timedelta(days) for days in accumulate(gaps))


@st.composite
def requests(draw: st.DrawFn, /, methods: tuple[Method, ...] = METHODS, **fixed: Any) -> Request:
    """Return terms that make a loan: equal instalments only over even periods."""
    method = draw(st.sampled_from(methods))
    draw_on = draw(st.dates(date(2000, 1, 1), date(2040, 12, 31)))
    dates = even_dates(draw_on)
    due_on = draw(dates if method == "equal-instalment" else dates | uneven_dates(draw_on))
    chosen: dict[str, Any] = {
        "amount": draw(AMOUNTS),
        "rate_per_year": draw(RATES),
        "day_count": draw(st.sampled_from(DAY_COUNTS)),
        "grace_principal": draw(st.integers(0, len(due_on) - 1)),
        "rounding": draw(st.sampled_from(get_args(Rounding))),
    }
    return Request(draw_on=draw_on, due_on=due_on, method=method, **(chosen | fixed))


@given(requests())
@settings(deadline=None)
def test_every_loan_is_repaid_and_no_more(request: Request) -> None:
    quotation = quote(request)

    balances = [request.amount, *(row.balance for row in quotation.rows)]
    assert sum(row.principal for row in quotation.rows) == request.amount == quotation.principal
    assert balances[-1] == 0
    assert all(before >= after for before, after in pairwise(balances))
    assert all(
        row.balance == before - row.principal
        for before, row in zip(balances, quotation.rows, strict=False)
    )
    assert all(row.total == row.principal + row.interest for row in quotation.rows)
    assert quotation.total_interest == sum(row.interest for row in quotation.rows)


@given(requests())
@settings(deadline=None)
def test_every_row_earns_its_period_rounded_once(request: Request) -> None:
    quotation = quote(request)

    spans = periods(request.day_count, request.draw_on, request.due_on)
    before = request.amount
    for row, part in zip(quotation.rows, spans.parts, strict=True):
        earning = request.amount if request.method == "flat" else before
        exact = Fraction(request.rate_per_year) * earning * Fraction(part, spans.basis)
        assert row.interest == round_ratio(exact.numerator, exact.denominator, request.rounding)
        before = row.balance


@given(requests(rate_per_year=Decimal(0)))
@settings(deadline=None)
def test_a_rate_of_nothing_earns_nothing(request: Request) -> None:
    assert quote(request).total_interest == 0


@given(requests(("equal-principal",)))
@settings(deadline=None)
def test_equal_principal_is_equal_but_for_grace_and_the_last(request: Request) -> None:
    rows = quote(request).rows

    paying = rows[request.grace_principal :]
    assert all(row.principal == 0 for row in rows[: request.grace_principal])
    assert len({row.principal for row in paying[:-1]}) <= 1
    assert all(row.principal <= paying[-1].principal for row in paying)


@given(requests(("equal-instalment",)))
@settings(deadline=None)
def test_equal_instalments_are_equal_but_for_grace_and_the_last(request: Request) -> None:
    rows = quote(request).rows

    paying = rows[request.grace_principal :]
    assert len({row.total for row in paying[:-1]}) <= 1
    if len(paying) > 1:
        assert abs(paying[0].total - equal_instalment(request)) <= Fraction(1, 2)


def equal_instalment(request: Request) -> Fraction:
    """Return the one payment by the formula as it is written, product by product."""
    spans = periods(request.day_count, request.draw_on, request.due_on)
    rate = Fraction(request.rate_per_year)
    growths = [
        1 + rate * Fraction(part, spans.basis) for part in spans.parts[request.grace_principal :]
    ]
    return (
        request.amount
        * product(growths)
        / sum(product(growths[no + 1 :]) for no in range(len(growths)))
    )


def product(factors: list[Fraction]) -> Fraction:
    result = Fraction(1)
    for factor in factors:
        result *= factor
    return result


@given(requests(("equal-principal",)))
@settings(deadline=None)
def test_the_two_roundings_differ_by_one_dong_a_row_at_most(request: Request) -> None:
    up, even = (
        quote(a_request(**(fields(request) | {"rounding": rounding})))
        for rounding in ("half-up", "half-even")
    )

    differences = [
        one.interest - other.interest for one, other in zip(up.rows, even.rows, strict=True)
    ]
    assert set(differences) <= {0, 1}


def fields(request: Request) -> dict[str, Any]:
    return {name: getattr(request, name) for name in Request.__slots__}


@given(requests())
@settings(deadline=None)
def test_actual_days_fill_the_whole_span(request: Request) -> None:
    rows = quote(request).rows

    assert tuple(row.due_on for row in rows) == request.due_on
    assert tuple(row.no for row in rows) == tuple(range(1, len(rows) + 1))
    if request.day_count != "30/360":
        assert sum(row.days for row in rows) == (request.due_on[-1] - request.draw_on).days
