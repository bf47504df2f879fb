"""Quotations: worked loans, and what holds for every loan."""

import tomllib
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creditdesk.engine.day_count import DAY_COUNTS, periods
from creditdesk.engine.money import Dong, Rounding, round_ratio
from creditdesk.engine.quotation import (
    LADDER,
    METHODS,
    Method,
    Quotation,
    Request,
    due_dates,
    quote,
)
from tests.engine.builders import a_request

CASES = Path(__file__).parents[1] / "cases" / "quotations.toml"
LOANS = tomllib.loads(CASES.read_text(encoding="utf-8"))["loan"]
TERMS = ("due_on", "months", "first_principal_on", "every_months", "instalments")
CHOICES = ("method", "day_count", "grace_principal", "round_to", "rounding")


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
def test_a_rate_of_nothing_earns_nothing(request: Request) -> None:
    assert quote(request).total_interest == 0


@given(requests(("equal-principal",)))
def test_equal_principal_is_equal_but_for_grace_and_the_last(request: Request) -> None:
    rows = quote(request).rows

    paying = rows[request.grace_principal :]
    assert all(row.principal == 0 for row in rows[: request.grace_principal])
    assert len({row.principal for row in paying[:-1]}) <= 1
    assert all(row.principal <= paying[-1].principal for row in paying)


@given(requests(("equal-instalment",)))
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
def test_actual_days_fill_the_whole_span(request: Request) -> None:
    rows = quote(request).rows

    assert tuple(row.due_on for row in rows) == request.due_on
    assert tuple(row.no for row in rows) == tuple(range(1, len(rows) + 1))
    if request.day_count != "30/360":
        assert sum(row.days for row in rows) == (request.due_on[-1] - request.draw_on).days
