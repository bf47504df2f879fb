"""Scores of groups: points in proportion, what is not known left out, bands at their bounds."""

from datetime import date
from decimal import Decimal

import pytest

from creditdesk import settings
from creditdesk.engine import policy as law
from creditdesk.engine.scoring import score
from tests.engine.policy_files import files

RULE = settings.policy().group_score
DAY = date(2026, 9, 30)
ALL = ("members_saving", "overdue", "interest", "principal", "savings_growth", "attendance")
BEST = dict(zip(ALL, map(Decimal, ("1", "0", "1", "1", "0.1", "1")), strict=True))


def test_the_best_group_has_a_hundred_points() -> None:
    found = score(RULE, BEST, DAY)

    assert found.known == found.score == 100
    assert found.band == "good"
    assert found.lowering == ()


# Weights of the bank; proportions as policy/group_score.toml has them.
@pytest.mark.parametrize(
    ("code", "share", "points"),
    [
        ("members_saving", "0.5", "2.5"),
        ("overdue", "0", "30"),
        ("overdue", "0.01", "24"),
        ("overdue", "0.05", "0"),
        ("overdue", "0.9", "0"),
        ("interest", "0.8", "0"),
        ("interest", "0.9", "10"),
        ("interest", "1.7", "20"),
        ("interest", "0.333333", "0"),
        ("principal", "0.75", "7.5"),
        ("principal", "0.833333", "10"),
        ("savings_growth", "-0.2", "0"),
        ("savings_growth", "0.03", "3"),
        ("attendance", "0.75", "10"),
    ],
)
def test_a_share_gives_points_in_proportion_between_none_and_all(
    code: str, share: str, points: str
) -> None:
    found = score(RULE, BEST | {code: Decimal(share)}, DAY)

    (one,) = (one for one in found.criteria if one.code == code)
    assert one.points == Decimal(points)
    assert one.lost == one.weight - Decimal(points)


def test_what_is_not_known_is_left_out_and_the_rest_scaled_to_a_hundred() -> None:
    shares = {"overdue": Decimal("0.01"), "interest": Decimal("0.9"), "attendance": None}

    found = score(RULE, shares, DAY)

    assert (found.known, found.score) == (Decimal(50), Decimal(68))
    assert found.band == "average"
    assert [one.code for one in found.criteria] == list(ALL)
    assert {one.code: one.points for one in found.criteria if one.points} == {
        "overdue": 24,
        "interest": 10,
    }
    assert all(one.lost == 0 for one in found.criteria if one.points is None)


def test_without_a_slope_the_bound_gives_all_or_nothing() -> None:
    rule = law.parse(files()).group_score  # every criterion gives nothing and all at a half

    points = [
        score(rule, {"interest": Decimal(share)}, DAY).score for share in ("0.49", "0.5", "0.51")
    ]

    assert points == [0, 100, 100]


def test_a_group_of_which_nothing_is_known_has_no_score() -> None:
    found = score(RULE, {}, DAY)

    assert found[1:] == (Decimal(0), None, None)
    assert found.lowering == ()


@pytest.mark.parametrize(
    ("attendance", "expected", "band"),
    [
        ("0.5", "0", "weak"),
        ("0.74995", "49.99", "weak"),
        ("0.75", "50", "average"),
        ("0.84995", "69.99", "average"),
        ("0.85", "70", "fair"),
        ("0.92495", "84.99", "fair"),
        ("0.925", "85", "good"),
    ],
)
def test_a_band_begins_at_its_bound(attendance: str, expected: str, band: str) -> None:
    found = score(RULE, {"attendance": Decimal(attendance)}, DAY)

    assert (found.score, found.band) == (Decimal(expected), band)


def test_what_costs_most_comes_first() -> None:
    shares = {"overdue": Decimal("0.01"), "interest": Decimal("0.9"), "principal": Decimal("1")}

    found = score(RULE, shares, DAY)

    lost = [(one.code, int(one.lost)) for one in found.lowering]
    assert lost == [("interest", 10), ("overdue", 6)]
