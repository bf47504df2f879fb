"""Every value of the policy files against what the decrees say: one that changes is noticed."""

import tomllib
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from creditdesk import settings
from creditdesk.engine import policy as law
from creditdesk.engine.policy import Ceiling, Dated, Grace, Repayment

POLICY = settings.policy()

CASES = Path(__file__).parents[1] / "cases" / "programmes.toml"
TABLES: dict[str, str] = tomllib.loads(CASES.read_text("utf-8"))
NOT_TABLED = {"code", "short", "purpose", "names", "basis", "overdue_multiple", "ceiling_of"}
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
    "study_terms_a_year": 2,
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


@pytest.mark.parametrize("parameter", TABLES)
def test_programmes_say_what_the_decrees_say(parameter: str) -> None:
    assert told(parameter) == expected(TABLES[parameter])


def test_nothing_that_a_decree_may_change_goes_unlooked_at() -> None:
    kept = {field.name for field in fields(law.Programme)}

    assert kept - set(TABLES) == NOT_TABLED


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
    assert (limits.short_term_months.at(day), limits.medium_term_months.at(day)) == (12, 60)
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
