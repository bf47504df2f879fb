"""Whole dong: what is an amount, how it is read, rounded and written."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from creditdesk.engine import money
from creditdesk.engine.money import LARGEST


@pytest.mark.parametrize("value", [0, 1, -1, LARGEST, -LARGEST])
def test_a_whole_number_is_an_amount(value: int) -> None:
    assert money.dong(value) == value


@pytest.mark.parametrize("value", [True, 1.0, "1", Decimal(1), Fraction(1), None])
def test_anything_but_an_int_is_no_amount(value: object) -> None:
    with pytest.raises(TypeError):
        money.dong(value)


@pytest.mark.parametrize("value", [LARGEST + 1, -LARGEST - 1, 10**30])
def test_an_amount_beyond_any_loan_is_refused(value: int) -> None:
    with pytest.raises(ValueError, match="beyond any loan"):
        money.dong(value)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", 0),
        ("50000000", 50_000_000),
        ("50.000.000", 50_000_000),
        ("50,000,000", 50_000_000),
        ("50 000 000", 50_000_000),
        ("50\u00a0000\u00a0000", 50_000_000),
        ("50\u202f000\u202f000", 50_000_000),
        ("  1.000\n", 1_000),
        ("100.000", 100_000),
        ("999", 999),
        ("1000000000000000", LARGEST),
        ("1.000.000.000.000.000", LARGEST),
    ],
)
def test_an_amount_is_read_with_or_without_thousands(text: str, amount: int) -> None:
    assert money.read(text) == amount


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "1.9",
        "1,5",
        "1_000",
        "１.０００",
        "１００",
        "١٠٠",
        "1e3",
        "+5",
        "-5",
        "(5)",
        "1.00.000",
        "1.0000",
        "1000.000",
        ".000",
        "1.000.",
        "1..000",
        "1.000,000",
        "1 000\u00a0000",
        "50.000.000,50",
        "50000000.0",
        "50.000.000 đ",
        "0x10",
        "một",
        "=1+1",
        str(LARGEST + 1),
        str(10**30),
        "0" * 17,
    ],
)
def test_a_text_that_is_no_whole_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not an amount|beyond any loan"):
        money.read(text)


@given(st.integers(0, LARGEST))
def test_what_is_written_is_read_again(amount: int) -> None:
    assert money.read(money.written(amount)) == amount
    assert money.read(str(amount)) == amount


def test_amounts_are_written_with_dots() -> None:
    written = [money.written(amount) for amount in (0, 999, 1_000, 1_234_567, -1_234_567)]

    assert written == ["0", "999", "1.000", "1.234.567", "-1.234.567"]


@pytest.mark.parametrize(
    ("amount", "decimals", "text"),
    [
        (1_234_567_890, 2, "1.234,57"),
        (1_234_567_890, 0, "1.235"),
        (1_234_567_890, 6, "1.234,567890"),
        (5_000, 2, "0,01"),
        (4_999, 2, "0,00"),
        (-5_000, 2, "-0,01"),
        (0, 2, "0,00"),
        (500_000, 0, "1"),
    ],
)
def test_millions_are_written_with_a_comma_and_rounded_half_up(
    amount: int, decimals: int, text: str
) -> None:
    assert money.millions(amount, decimals) == text


@given(st.lists(st.integers(-(10**15), 10**15) | st.integers(-20_000, 20_000), max_size=12))
@example([])
@example([0, 0, 0, -4_999, -5_000])
def test_many_amounts_are_written_as_each_alone(amounts: list[int]) -> None:
    assert money.all_written(amounts) == [money.written(amount) for amount in amounts]
    assert money.all_millions(amounts) == [money.millions(amount) for amount in amounts]


def test_millions_have_two_decimals_unless_told() -> None:
    assert money.millions(50_000_000) == "50,00"


@pytest.mark.parametrize(
    ("exact", "half_up", "half_even"),
    [
        ("0", 0, 0),
        ("0.4999", 0, 0),
        ("0.5", 1, 0),
        ("0.5001", 1, 1),
        ("1.5", 2, 2),
        ("2.5", 3, 2),
        ("-0.4999", 0, 0),
        ("-0.5", -1, 0),
        ("-1.5", -2, -2),
        ("-2.5", -3, -2),
        ("-2.5001", -3, -3),
    ],
)
def test_halves_go_up_or_to_even(exact: str, half_up: int, half_even: int) -> None:
    ratio = Fraction(exact).as_integer_ratio()

    assert money.round_ratio(*ratio) == half_up
    assert money.round_ratio(*ratio, "half-up") == half_up
    assert money.round_ratio(*ratio, "half-even") == half_even


@given(st.integers(-(10**20), 10**20), st.integers(1, 10**9))
def test_a_ratio_is_rounded_to_the_nearest(numerator: int, denominator: int) -> None:
    exact = Fraction(numerator, denominator)

    half_up = money.round_ratio(numerator, denominator)
    half_even = money.round_ratio(numerator, denominator, "half-even")

    assert abs(half_up - exact) <= Fraction(1, 2)
    assert half_even == round(exact)
    assert half_up == half_even or abs(half_up - exact) == Fraction(1, 2)
    assert money.round_ratio(-numerator, denominator) == -half_up
