"""What cannot be quoted: terms that make no loan."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from creditdesk.engine.day_count import DAY_COUNTS
from creditdesk.engine.money import Dong
from creditdesk.engine.quotation import (
    MOST_INSTALMENTS,
    AmountNotPositive,
    CountNotPositive,
    DatesNotRising,
    GraceTooLong,
    InstalmentBelowInterest,
    RateNegative,
    RoundingTooCoarse,
    TooManyInstalments,
    due_dates,
    quote,
)
from creditdesk.errors import DeskError
from tests.engine.builders import DRAW_ON, a_request


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
        ((DRAW_ON,), 1),
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
        "after": (DRAW_ON, *due_on)[no - 1],
    }


def test_more_instalments_than_any_contract_has_are_refused() -> None:
    days = tuple(DRAW_ON + timedelta(no) for no in range(1, MOST_INSTALMENTS + 2))

    with pytest.raises(TooManyInstalments) as refusal:
        quote(a_request(due_on=days))
    with pytest.raises(TooManyInstalments):
        due_dates(DRAW_ON, every_months=1, instalments=MOST_INSTALMENTS + 1)

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
            "due_on": due_dates(DRAW_ON, every_months=1, instalments=3),
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
