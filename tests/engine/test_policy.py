"""What the law said on a day."""

from datetime import date
from decimal import Decimal

import pytest

from creditdesk import settings
from creditdesk.engine import policy as law
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Ceiling, Grace, History
from creditdesk.errors import NotFound, Refused

POLICY = settings.policy()


def test_the_rate_of_poor_households_changes_on_the_day_of_each_decision() -> None:
    rate = POLICY.programme("01").rate_per_year

    assert rate.at(date(2014, 6, 5)) == Decimal("0.078")
    assert rate.at(date(2014, 6, 6)) == Decimal("0.072")
    assert rate.at(date(2015, 6, 4)) == Decimal("0.072")
    assert rate.at(date(2015, 6, 5)) == Decimal("0.066")
    assert rate.at(date(2026, 11, 22)) == Decimal("0.066")


def test_near_poor_households_pay_120_percent_of_the_rate_of_the_poor() -> None:
    assert POLICY.programme("19").rate_per_year.at(date(2015, 6, 5)) == Decimal("0.0792")

    for day in (date(2013, 10, 9), date(2014, 6, 6), date(2015, 6, 5), date(2026, 11, 22)):
        poor = POLICY.programme("01").rate_per_year.at(day)
        assert POLICY.programme("19").rate_per_year.at(day) == poor * Decimal("1.2")


def test_job_creation_costs_127_percent_of_the_rate_of_the_poor_from_2026() -> None:
    rate = POLICY.programme("03").rate_per_year

    assert rate.at(date(2020, 5, 1)) == Decimal("0.0792")
    assert rate.at(date(2025, 12, 31)) == Decimal("0.0792")
    assert rate.at(date(2026, 1, 1)) == Decimal("0.08382")
    assert rate.at(date(2026, 1, 1)) == Decimal("0.066") * Decimal("1.27")


@pytest.mark.parametrize(
    ("day", "amount"),
    [
        (date(2013, 8, 1), 1_100_000),
        (date(2016, 1, 8), 1_100_000),
        (date(2016, 1, 9), 1_250_000),
        (date(2017, 6, 15), 1_500_000),
        (date(2019, 11, 30), 1_500_000),
        (date(2019, 12, 1), 2_500_000),
        (date(2022, 5, 18), 2_500_000),
        (date(2022, 5, 19), 4_000_000),
    ],
)
def test_the_monthly_ceiling_of_a_student_rises_over_time(day: date, amount: int) -> None:
    assert POLICY.programme("02").at(day).ceiling == Ceiling("dong/month", amount=Dong(amount))


def test_a_social_housing_contract_follows_the_rate_of_10_october_2025() -> None:
    housing = POLICY.programme("12")

    (change,) = law.rate_changes_reaching(housing, date(2024, 8, 1))

    assert (change.since, change.value) == (date(2025, 10, 10), Decimal("0.054"))
    assert law.rate_changes_reaching(housing, date(2025, 10, 9)) == (change,)
    assert law.rate_changes_reaching(housing, date(2025, 10, 10)) == ()


def test_a_new_rate_binds_new_contracts_only() -> None:
    for code in ("01", "03", "19"):
        assert law.rate_changes_reaching(POLICY.programme(code), date(2014, 1, 1)) == ()


def test_the_overdue_rate_is_the_rate_times_its_multiple_exactly() -> None:
    assert POLICY.programme("03").at(date(2026, 1, 1)).overdue_rate == Decimal("0.108966")
    assert POLICY.programme("01").at(date(2026, 1, 1)).overdue_rate == Decimal("0.0858")


def test_the_overdue_rate_is_unknown_where_the_rate_is() -> None:
    assert POLICY.programme("99").at(date(2026, 1, 1)).overdue_rate is None


def test_a_day_before_the_first_value_is_refused_with_both_days() -> None:
    with pytest.raises(law.NoValueYet) as refused:
        POLICY.programme("01").rate_per_year.at(date(2000, 1, 1))

    assert isinstance(refused.value, Refused)
    assert refused.value.facts == {"day": date(2000, 1, 1), "first": date(2013, 4, 16)}


def test_a_parameter_nobody_knows_is_refused_or_none() -> None:
    unknown: History[int] = History()

    assert unknown.find(date(2026, 1, 1)) is None
    assert unknown.dated(date(2026, 1, 1)) is None
    with pytest.raises(law.NoValueYet) as refused:
        unknown.at(date(2026, 1, 1))
    assert refused.value.facts["first"] is None


def test_a_day_before_the_first_value_may_be_answered_by_the_nearest() -> None:
    rate = POLICY.programme("01").rate_per_year
    unknown: History[int] = History()

    assert rate.nearest(date(2000, 1, 1)) == Decimal("0.078")
    assert rate.nearest(date(2014, 6, 6)) == Decimal("0.072")
    assert unknown.nearest(date(2000, 1, 1)) is None
    assert unknown.first is None


def test_a_value_brings_its_source_and_how_sure_it_is() -> None:
    rate = POLICY.programme("01").rate_per_year.dated(date(2026, 1, 1))

    assert rate is not None
    assert rate.source == "Quyết định 750/QĐ-TTg ngày 01/06/2015"
    assert (rate.confidence, rate.unit, rate.checked_on) == ("S", "1/year", date(2026, 11, 22))


def test_terms_before_a_programme_began_are_unknown() -> None:
    terms = POLICY.programme("26").at(date(2023, 10, 9))

    assert terms.open is None
    assert terms.rate_per_year is None
    assert terms.term_months is None


def test_an_unknown_programme_is_not_found() -> None:
    with pytest.raises(law.ProgrammeUnknown) as refused:
        POLICY.programme("98")

    assert isinstance(refused.value, NotFound)
    assert refused.value.facts == {"programme": "98"}


def test_a_file_carries_two_digits_for_a_programme_and_its_special_terms() -> None:
    assert [one.code for one in POLICY.family("02")] == ["02", "02-43", "02MT"]
    assert POLICY.programme("03P").bank_code == "03"
    assert POLICY.family("98") == ()


def test_a_contract_may_carry_the_rate_of_any_terms_under_its_two_digits() -> None:
    assert POLICY.rates_on("03", date(2026, 1, 1)) == (Decimal("0.066"), Decimal("0.08382"))
    assert POLICY.rates_on("99", date(2000, 1, 1)) == ()


def test_a_closed_programme_says_since_when() -> None:
    assert POLICY.programme("07").closed_on == date(2026, 11, 22)
    assert POLICY.programme("01").closed_on is None
    assert POLICY.programme("01-30A").closed_on is None


def test_grace_ends_some_months_after_the_course_or_the_first_draw() -> None:
    student = POLICY.programme("02").at(date(2026, 1, 1)).grace_interest
    housing = POLICY.programme("07").at(date(2026, 1, 1)).grace_interest

    assert student == Grace(12, "course-end")
    assert student.ends_on(date(2022, 9, 15), date(2026, 6, 30)) == date(2027, 6, 30)
    assert student.ends_on(date(2022, 9, 15), None) is None
    assert housing == Grace(60, "first-draw")
    assert housing.ends_on(date(2016, 2, 29), None) == date(2021, 2, 28)


def test_missed_instalments_move_for_entrusted_contracts_signed_from_march_2026() -> None:
    rule = POLICY.overdue_rule

    assert rule.final_due.at(date(2026, 11, 22))
    assert rule.instalments_signed_from == date(2026, 3, 1)
    assert rule.session.at(date(2026, 11, 22)) == "first-after"
    assert rule.moves_instalment(date(2026, 3, 1), "14")
    assert not rule.moves_instalment(date(2026, 2, 28), "14")
    assert not rule.moves_instalment(date(2026, 3, 1), "99")


def test_a_name_is_said_in_vietnamese_unless_another_language_is_known() -> None:
    names = POLICY.programme("01").names

    assert names.said("vi") == "Hộ nghèo"
    assert names.said("en") == "Poor households"
    assert names.said("id") == "Rumah tangga miskin"
    assert names.said("fr") == "Hộ nghèo"


def test_instalments_are_rounded_by_the_ladder_of_the_bank() -> None:
    assert POLICY.ladder("01", date(1996, 1, 1)) == (100_000, 1_000, 1)


QUOTED = [
    # Báo Quảng Trị, 19/01/2026, of the branch's years 2021-2025; Báo Quảng Trị, 12/2025
    *(("44", "owed", "hơn 11.600 tỷ đồng"), ("44", "jobs", "79.000"), ("44", "students", "8.000")),
    *(("44", "water", "240.000"), ("44", "houses", "3.500"), ("44", "houses", "1.354")),
    # The press of Huế, of April 2025
    ("46", "owed", "hơn 5.000 tỷ đồng"),
]


@pytest.mark.parametrize(("province", "code", "said"), QUOTED)
def test_what_others_published_is_quoted_with_who_said_it(
    province: str, code: str, said: str
) -> None:
    [found] = [
        one
        for one in POLICY.published
        if (one.province, one.code) == (province, code) and said in one.said
    ]

    assert found.source
    assert found.published
