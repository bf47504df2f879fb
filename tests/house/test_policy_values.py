"""Every value of the policy files against what the decrees say: one that changes is noticed."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from creditdesk import settings
from creditdesk.engine import policy as law
from creditdesk.engine.policy import Ceiling, Dated, Grace, Repayment

POLICY = settings.policy()

# Every value that a decree may change, as `code since value, since value ...`.
OPEN = """
01     2013-04-16 yes
02     2007-09-27 yes
02-43  2025-08-28 yes
02MT   2022-04-04 yes
03     2015-06-05 yes
03P    2019-11-08 yes, 2026-01-01 yes
04     2015-06-05 yes
04P    2026-01-01 yes
06     2013-10-09 yes
07     2015-10-01 yes, 2026-11-22 no
09     2015-09-05 yes, 2021-03-30 yes
10     2013-10-09 yes
12     2015-12-10 yes
13     2026-05-01 yes
15     2015-06-05 yes
17     2013-05-20 yes, 2026-11-22 no
19     2013-04-16 yes
21     2016-10-31 yes, 2026-11-22 no
25     2022-04-26 yes
25D    2022-04-26 yes
25N    2022-04-26 yes
25S    2022-04-26 yes
26     2023-10-10 yes
26H    2023-10-10 yes
99     1990-01-01 yes
99-48  2014-08-28 yes, 2026-11-22 no
"""
RATES = """
01     2013-04-16 0.078, 2014-06-06 0.072, 2015-06-05 0.066
01-30A 2014-06-06 0.036, 2015-06-05 0.033
02     2013-04-16 0.078, 2014-06-06 0.072, 2015-06-05 0.066
02-43  2025-08-28 0.048
02MT   2022-04-04 0.012
03     2015-06-05 0.066, 2019-11-08 0.0792, 2026-01-01 0.08382
03P    2019-11-08 0.0396, 2026-01-01 0.066
04     2015-06-05 0.066, 2026-01-01 0.08382
04P    2026-01-01 0.066
06     2013-10-09 0.096, 2015-06-05 0.09
07     2015-10-01 0.03
09     2015-09-05 0.0825
10     2013-10-09 0.096, 2015-06-05 0.09
12     2024-01-01 0.048, 2024-08-01 0.066, 2025-10-10 0.054
13     2026-05-01 0.066
15     2015-06-05 0.09
17     2013-05-20 0.012
19     2013-04-16 0.1014, 2013-10-09 0.0936, 2014-06-06 0.0864, 2015-06-05 0.0792
21     2016-10-31 0.033
25D    2022-04-26 0.03
25N    2022-04-26 0.03
25S    2022-04-26 0.033
26     2023-10-10 0.066
26H    2023-10-10 0.066
99-48  2014-08-28 0.03
"""
CEILINGS = """
01     2014-05-01 50_000_000 dong, 2019-03-01 100_000_000 dong
01-30A 2014-06-06 50_000_000 dong, 2019-03-01 100_000_000 dong
02     2013-08-01 1_100_000 dong/month, 2016-01-09 1_250_000 dong/month,\
 2017-06-15 1_500_000 dong/month, 2019-12-01 2_500_000 dong/month, 2022-05-19 4_000_000 dong/month
02-43  2025-08-28 5_000_000 dong/month
02MT   2022-04-04 10_000_000 dong
03     2015-09-01 50_000_000 dong, 2019-11-08 100_000_000 dong, 2026-01-01 200_000_000 dong
03P    2019-11-08 100_000_000 dong, 2026-01-01 200_000_000 dong
06     2024-09-02 25_000_000 dong/works
07     2015-10-01 25_000_000 dong
09     2015-09-05 50_000_000 dong, 2019-03-01 100_000_000 dong
10     2023-06-05 100_000_000 dong
12     2024-08-01 0.8 share
13     2026-05-01 200_000_000 dong
15     2023-06-05 100_000_000 dong
17     2013-05-20 15_000_000 dong
19     2014-05-01 50_000_000 dong, 2019-03-01 100_000_000 dong
21     2016-10-31 50_000_000 dong, 2019-03-01 100_000_000 dong
25D    2022-04-26 50_000_000 dong
25N    2022-04-26 40_000_000 dong
25S    2022-04-26 77_500_000 dong
26     2023-10-10 100_000_000 dong
26H    2023-10-10 4_000_000 dong/month
99-48  2014-08-28 15_000_000 dong
"""
ESTABLISHMENTS = """
03     2019-11-08 2_000_000_000 dong, 2026-01-01 10_000_000_000 dong
03P    2019-11-08 2_000_000_000 dong, 2026-01-01 10_000_000_000 dong
13     2026-05-01 2_000_000_000 dong
15     2023-06-05 1_000_000_000 dong
25S    2022-04-26 2_000_000_000 dong
26     2023-10-10 2_000_000_000 dong
"""
COLLATERAL = """
02-43  2025-08-28 500_000_000
04     2026-01-01 200_000_000
04P    2026-01-01 200_000_000
"""
TERMS = """
01     2019-03-01 120
01-30A 2019-03-01 120
02MT   2022-04-04 36
03     2026-01-01 120
03P    2026-01-01 120
06     2024-09-02 60
07     2015-10-01 180
09     2015-09-05 60
10     2023-06-05 120
12     2024-08-01 300
13     2026-05-01 120
15     2023-06-05 60
17     2013-05-20 60
19     2019-03-01 120
21     2016-10-31 120
25D    2022-04-26 180
25N    2022-04-26 180
25S    2022-04-26 120
26     2023-10-10 120
99-48  2014-08-28 120
"""
INTERVALS = """
01     2013-04-16 12
01-30A 2014-06-06 12
02     2007-09-27 6
02-43  2025-08-28 6
02MT   2022-04-04 6
03     2015-06-05 12
03P    2019-11-08 12
04     2015-06-05 12
04P    2026-01-01 12
06     2013-10-09 6
07     2015-10-01 12
09     2015-09-05 12
10     2013-10-09 12
12     2024-08-01 6
13     2026-05-01 12
15     2015-06-05 12
17     2013-05-20 12
19     2013-04-16 12
21     2016-10-31 12
25D    2022-04-26 12
25N    2022-04-26 12
25S    2022-04-26 12
26     2023-10-10 12
26H    2023-10-10 6
99     1990-01-01 12
99-48  2014-08-28 12
"""
PRINCIPAL_GRACE = """
02     2007-09-27 12 course-end, 2022-05-19 12 course-end
02-43  2025-08-28 12 course-end
07     2015-10-01 60 first-draw
25D    2022-04-26 60 first-draw
25N    2022-04-26 60 first-draw
25S    2022-04-26 60 first-draw
26H    2023-10-10 12 course-end
99-48  2014-08-28 60 first-draw
"""
INTEREST_GRACE = """
02     2007-09-27 12 course-end, 2022-05-19 12 course-end
02-43  2025-08-28 12 course-end
07     2015-10-01 60 first-draw
26H    2023-10-10 12 course-end
99-48  2014-08-28 60 first-draw
"""
BORROWERS = """
01     2013-04-16 HN
01-30A 2014-06-06 HN
02     2007-09-27 HN HCN MTN KHAC
02-43  2025-08-28 HN HCN MTN KHAC
02MT   2022-04-04 HN HCN MTN KHAC
03     2015-06-05 HN HCN MTN KHAC
03P    2019-11-08 HN HCN MTN KHAC
04     2015-06-05 HN HCN MTN KHAC
04P    2026-01-01 HN HCN MTN KHAC
06     2013-10-09 HN HCN MTN KHAC
07     2015-10-01 HN
09     2015-09-05 MTN
10     2013-10-09 HCN MTN KHAC
12     2015-12-10 HN HCN MTN KHAC
13     2026-05-01 HN HCN MTN KHAC
15     2015-06-05 HN HCN MTN KHAC
17     2013-05-20 HN
19     2013-04-16 HCN
21     2016-10-31 HN
25     2022-04-26 HN
25D    2022-04-26 HN
25N    2022-04-26 HN
25S    2022-04-26 HN
26     2023-10-10 HN HCN MTN KHAC
26H    2023-10-10 HN HCN MTN KHAC
99     1990-01-01 HN HCN MTN KHAC
99-48  2014-08-28 HN
"""
CEILING_COUNTS = """
01     2013-04-16 household
01-30A 2014-06-06 household
02     2007-09-27 learner
02-43  2025-08-28 learner
02MT   2022-04-04 learner
03     2015-06-05 loan
03P    2019-11-08 loan
04     2015-06-05 loan
04P    2026-01-01 loan
06     2013-10-09 household
07     2015-10-01 household
09     2015-09-05 household
10     2013-10-09 household
12     2015-12-10 loan
13     2026-05-01 loan
15     2015-06-05 loan
17     2013-05-20 household
19     2013-04-16 household
21     2016-10-31 household
25D    2022-04-26 household
25N    2022-04-26 household
25S    2022-04-26 household
26     2023-10-10 loan
26H    2023-10-10 learner
99     1990-01-01 loan
99-48  2014-08-28 household
"""
DRAWS = """
01     2013-04-16 parts
01-30A 2014-06-06 parts
02     2007-09-27 terms
02-43  2025-08-28 terms
02MT   2022-04-04 once
03     2015-06-05 parts
03P    2019-11-08 parts
04     2015-06-05 parts
04P    2026-01-01 parts
06     2013-10-09 parts
07     2015-10-01 parts
09     2015-09-05 parts
10     2013-10-09 parts
12     2015-12-10 parts
13     2026-05-01 parts
15     2015-06-05 parts
17     2013-05-20 parts
19     2013-04-16 parts
21     2016-10-31 parts
25D    2022-04-26 parts
25N    2022-04-26 parts
25S    2022-04-26 parts
26     2023-10-10 parts
26H    2023-10-10 terms
99     1990-01-01 parts
99-48  2014-08-28 parts
"""
TERM_BY = """
01     2013-04-16 months
01-30A 2014-06-06 months
02     2007-09-27 course
02-43  2025-08-28 course
02MT   2022-04-04 months
03     2015-06-05 months
03P    2019-11-08 months
04     2015-06-05 contract
04P    2026-01-01 contract
06     2013-10-09 months
07     2015-10-01 months
09     2015-09-05 months
10     2013-10-09 months
12     2015-12-10 months
13     2026-05-01 months
15     2015-06-05 months
17     2013-05-20 months
19     2013-04-16 months
21     2016-10-31 months
25D    2022-04-26 months
25N    2022-04-26 months
25S    2022-04-26 months
26     2023-10-10 months
26H    2023-10-10 course
99     1990-01-01 local
99-48  2014-08-28 months
"""
REPAYMENT = """
02     2007-09-27 2 up to 12, 1
02-43  2025-08-28 2 up to 12, 1
26H    2023-10-10 2 up to 12, 1
"""
CARRY_OVER = """
01     2013-04-16 yes
01-30A 2014-06-06 yes
02     2007-09-27 no
02-43  2025-08-28 no
02MT   2022-04-04 no
03     2015-06-05 yes
03P    2019-11-08 yes
04     2015-06-05 no
04P    2026-01-01 no
06     2013-10-09 no
07     2015-10-01 no
09     2015-09-05 yes
10     2013-10-09 yes
12     2015-12-10 no
13     2026-05-01 no
15     2015-06-05 no
17     2013-05-20 no
19     2013-04-16 yes
21     2016-10-31 no
25     2022-04-26 no
25D    2022-04-26 no
25N    2022-04-26 no
25S    2022-04-26 no
26     2023-10-10 no
26H    2023-10-10 no
99     1990-01-01 no
99-48  2014-08-28 no
"""
ROUNDING = """
07     2015-10-01 1
"""
YEARS = (2024, 2025, 2026, 2027)
WATCHED = {
    "freeze_warning_days": 60,
    "redate_asked_days": 5,
    "redate_handed_days": 3,
    "carry_over_times": 1,
    "carry_over_months": 12,
    "use_check_days": 30,
    "undrawn_days": 90,
    "inactive_months": 3,
    "due_notice_days": 30,
    "interest_unpaid_months": 3,
    "silent_days": 30,
    "approval_above": 100_000_000,
    "group_members_min": 5,
    "group_members_max": 60,
    "newly_escaped_months": 36,
    "identity_card_years": 15,
}
PURPOSES = {
    "production": "01 01-30A 09 10 13 15 17 19 21 25S 26",
    "housing": "07 12 25D 25N 99-48",
    "education": "02 02-43 02MT 26H",
    "overseas": "04 04P",
    "jobs": "03 03P",
    "water": "06",
    "other": "25 99",
}
CODES = {code for codes in PURPOSES.values() for code in codes.split()}


def written(value: object) -> str:
    if isinstance(value, Ceiling):
        return f"{value.share or format(value.amount or 0, '_')} {value.unit}"
    if isinstance(value, Grace):
        return f"{value.months} {value.after}"
    if isinstance(value, Repayment):
        return f"{value.short_multiple} up to {value.short_months}, {value.multiple}"
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return format(value, "_") if isinstance(value, int) else str(value)


def told(parameter: str) -> dict[str, str]:
    histories = {one.code: getattr(one, parameter) for one in POLICY.programmes.values()}
    return {
        code: ", ".join(f"{entry.since} {written(entry.value)}" for entry in history.values)
        for code, history in histories.items()
        if history.values
    }


def expected(table: str) -> dict[str, str]:
    rows = [line.split(maxsplit=1) for line in table.strip().splitlines()]
    return {row[0]: row[1] for row in rows}


@pytest.mark.parametrize(
    ("parameter", "table"),
    [
        ("open", OPEN),
        ("rate_per_year", RATES),
        ("ceiling", CEILINGS),
        ("ceiling_establishment", ESTABLISHMENTS),
        ("collateral_above", COLLATERAL),
        ("term_months", TERMS),
        ("principal_interval_months", INTERVALS),
        ("grace_principal", PRINCIPAL_GRACE),
        ("grace_interest", INTEREST_GRACE),
        ("instalment_rounding", ROUNDING),
        ("borrowers", BORROWERS),
        ("ceiling_counts", CEILING_COUNTS),
        ("draws", DRAWS),
        ("term_by", TERM_BY),
        ("repayment", REPAYMENT),
        ("carry_over", CARRY_OVER),
    ],
)
def test_programmes_say_what_the_decrees_say(parameter: str, table: str) -> None:
    assert told(parameter) == expected(table)


def test_overdue_principal_costs_130_percent_in_every_programme_from_its_first_rate_on() -> None:
    for programme in POLICY.programmes.values():
        (multiple,) = programme.overdue_multiple.values
        begun = [
            history.values[0].since
            for history in (programme.open, programme.rate_per_year)
            if history.values
        ]

        assert (multiple.since, multiple.value) == (min(begun), Decimal("1.3"))
        for rate in programme.rate_per_year.values:
            assert programme.at(rate.since).overdue_rate == rate.value * Decimal("1.3")


@pytest.mark.parametrize(
    ("code", "day", "annual", "overdue"),
    [
        ("25S", date(2026, 1, 1), "0.033", "0.0429"),
        ("01", date(2026, 1, 1), "0.066", "0.0858"),
        ("19", date(2026, 1, 1), "0.0792", "0.10296"),
        ("09", date(2026, 1, 1), "0.0825", "0.10725"),
        ("03", date(2026, 1, 1), "0.08382", "0.108966"),
        ("06", date(2026, 1, 1), "0.09", "0.117"),
        ("07", date(2026, 1, 1), "0.03", "0.039"),
        ("02-43", date(2026, 1, 1), "0.048", "0.0624"),
        ("12", date(2026, 1, 1), "0.054", "0.0702"),
    ],
)
def test_a_rate_and_its_overdue_rate_are_exact_decimals(
    code: str, day: date, annual: str, overdue: str
) -> None:
    terms = POLICY.programme(code).at(day)

    assert terms.rate_per_year == Decimal(annual)
    assert terms.overdue_rate == Decimal(overdue)


@pytest.mark.parametrize(
    ("code", "percent"), [("25S", 50), ("01", 100), ("19", 120), ("09", 125), ("03", 127)]
)
def test_derived_rates_are_a_share_of_the_rate_of_the_poor(code: str, percent: int) -> None:
    day = date(2026, 1, 1)
    poor = POLICY.programme("01").rate_per_year.at(day)

    assert POLICY.programme(code).rate_per_year.at(day) == poor * percent / 100


def test_only_the_social_housing_rate_of_2025_reaches_running_contracts() -> None:
    reaching = [
        (programme.code, rate.since)
        for programme in POLICY.programmes.values()
        for rate in programme.rate_per_year.values
        if rate.reaches_existing
    ]

    assert reaching == [("12", date(2025, 10, 10))]


def test_every_programme_has_its_place_on_the_charts() -> None:
    found: dict[str, list[str]] = {}
    for one in POLICY.programmes.values():
        found.setdefault(one.purpose, []).append(one.code)

    assert {purpose: " ".join(codes) for purpose, codes in found.items()} == PURPOSES
    assert set(POLICY.programmes) == CODES


def test_days_become_interest_by_actual_days_over_365() -> None:
    count = POLICY.day_count

    assert [(one.since, one.value) for one in count.basis.values] == [
        (date(1990, 1, 1), "act/365"),
        (date(2018, 1, 1), "act/365"),
    ]
    assert [(one.since, one.value) for one in count.counted_day.values] == [
        (date(1990, 1, 1), "first")
    ]
    assert [(one.since, one.value) for one in count.rounding.values] == [
        (date(1990, 1, 1), "half-up")
    ]


@pytest.mark.parametrize("day", [date(1990, 1, 1), date(2023, 9, 1), date(2026, 11, 22)])
def test_money_finds_its_account_in_a_stated_order(day: date) -> None:
    order = POLICY.repayment_order

    assert [one.since for one in order.principal.values] == [date(1990, 1, 1), date(2023, 9, 1)]
    assert order.principal.at(day) == ("overdue", "in_term", "frozen")
    assert order.interest.at(day) == ("overdue", "in_term", "grace")
    assert order.write_off.at(day) == ("frozen", "overdue", "in_term")
    assert order.freeze.at(day) == ("overdue", "in_term")
    assert order.rebook.at(day) == ("in_term", "overdue")
    assert order.unfreeze.at(day) == "overdue-when-past-due"


def test_conventions_of_the_desk_answer_for_any_day() -> None:
    rule = POLICY.overdue_rule
    always: tuple[tuple[Dated[Any], ...], ...] = (
        POLICY.instalment_rounding.values,
        POLICY.repayment_order.principal.values,
        POLICY.limits.short_term_months.values,
        rule.final_due.values,
        rule.session.values,
    )

    assert {entries[0].since for entries in always} == {date(1990, 1, 1)}


def test_instalments_are_rounded_down_to_100000_then_1000_then_1() -> None:
    assert POLICY.instalment_rounding.at(date(1990, 1, 1)) == (100_000, 1_000, 1)


def test_the_overdue_rule_names_its_letter() -> None:
    (instalments,) = POLICY.overdue_rule.instalments.values

    assert "597/NHCS-TDNN" in instalments.source
    assert instalments.since == date(2026, 3, 1)
    assert instalments.value == ("11", "12", "13", "14")


def test_extensions_and_freezes_have_their_limits() -> None:
    limits, day = POLICY.limits, date(2026, 11, 22)

    assert limits.extension_share.at(day) == Decimal("0.5")
    assert limits.extension_share.values[0].since == date(2023, 9, 15)
    assert limits.extension_short_months.at(date(2021, 5, 19)) == 12
    assert limits.short_term_months.at(day) == 12
    assert limits.freeze_months.at(date(2021, 5, 19)) == 36
    assert limits.freeze_months_heavy.at(date(2021, 5, 19)) == 60
    assert limits.freeze_loss_from.at(date(2021, 5, 19)) == Decimal("0.4")
    assert limits.freeze_loss_heavy_from.at(date(2021, 5, 19)) == Decimal("0.8")
    for name in ("extension_short_months", "freeze_months", "freeze_loss_from"):
        with pytest.raises(law.NoValueYet):
            getattr(limits, name).at(date(2021, 5, 18))


def test_what_is_watched_has_its_time() -> None:
    limits, day = POLICY.limits, date(2026, 11, 22)
    found = {name: getattr(limits, name).at(day) for name in WATCHED}

    assert found == WATCHED
    assert limits.freeze_by_loss.at(day) == ("K1",)
    assert POLICY.repayment_order.prepaid.at(date(1990, 1, 1)) == "next"


@pytest.mark.parametrize("name", ["redate_asked_days", "redate_handed_days", "due_notice_days"])
def test_the_letter_of_2026_fixes_the_notice_of_a_re_dating(name: str) -> None:
    (limit,) = getattr(POLICY.limits, name).values

    assert limit.since == date(2026, 3, 1)
    assert "597/NHCS-TDNN" in limit.source


def test_a_limit_that_is_ours_says_so() -> None:
    limits = POLICY.limits

    assert limits.approval_above.values[0].confidence == "K-l"
    assert limits.carry_over_times.values[0].confidence == "K-l"
    assert limits.silent_days.values[0].confidence == "I"


def test_reasons_of_a_freeze_are_those_of_the_branches() -> None:
    assert tuple(POLICY.freeze_reasons) == law.FREEZE_REASONS
    assert set(POLICY.limits.freeze_by_loss.at(date(2026, 1, 1))) <= set(POLICY.freeze_reasons)


def test_a_group_scores_a_hundred_points_at_most() -> None:
    score, day = POLICY.group_score, date(2026, 11, 22)

    assert list(score.weights.at(day).values()) == [5, 30, 20, 15, 10, 20]
    assert sum(score.weights.at(day).values()) == 100
    assert list(score.bands.at(day).values()) == [0, 50, 70, 85]
    assert tuple(score.criteria) == tuple(score.weights.at(day)) == law.CRITERIA
    assert tuple(score.band_names) == tuple(score.bands.at(day)) == law.BANDS
    for code in law.CRITERIA:
        assert score.none_at.at(day)[code] != score.full_at.at(day)[code]
    assert {score.none_at.values[0].confidence, score.full_at.values[0].confidence} == {"K-l"}


def test_every_year_has_the_holidays_of_the_labour_code() -> None:
    by_year = {year: [one for one in POLICY.days_off if one.year == year] for year in YEARS}

    assert set(POLICY.days_off) == {one for ones in by_year.values() for one in ones}
    for ones in by_year.values():
        assert sum(one.weekday() < 5 for one in ones) >= 10
    assert date(2026, 2, 17) in POLICY.days_off
    assert date(2026, 9, 3) not in POLICY.days_off


def test_sources_trustees_and_accounts_have_their_names() -> None:
    assert {code: one.names.vi for code, one in POLICY.sources.items()} == {
        "1": "Nguồn trung ương",
        "2": "Nguồn địa phương",
    }
    assert {code: one.short for code, one in POLICY.trustees.items()} == {
        "11": "HND",
        "12": "HPN",
        "13": "HCCB",
        "14": "ĐTN",
        "99": "TT",
    }
    assert " ".join(POLICY.chart) == (
        "cash in_term overdue frozen interest interest_in_term interest_overdue"
        " interest_grace loss"
    )
