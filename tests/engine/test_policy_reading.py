"""How files of policy are read: what is kept of them, and what is refused naming file and key."""

import copy
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from creditdesk.engine import policy as law
from creditdesk.engine.policy import Policy
from creditdesk.errors import Malformed
from tests.engine.policy_files import (
    a_closure,
    a_figure,
    a_programme,
    a_split,
    dated,
    files,
    named,
)


def test_a_programme_may_round_its_instalments_by_a_ladder_of_its_own() -> None:
    own = law.parse(files(instalment_rounding=[dated("50.000, 1", "dong", date(2022, 1, 1))]))

    assert own.ladder("01", date(2021, 12, 31)) == (1_000, 1)
    assert own.ladder("01", date(2022, 1, 1)) == (50_000, 1)


def test_the_overdue_rate_is_unknown_where_the_multiple_is() -> None:
    without = law.parse(files(overdue_multiple=[dated("1.3", "multiple", date(2030, 1, 1))]))
    assert without.programme("01").at(date(2026, 1, 1)).overdue_rate is None


def test_things_with_a_code_keep_what_is_printed_for_them() -> None:
    small = law.parse(files())

    assert small.trustees["11"].short == "HND"
    assert small.sources["1"].short is None
    assert small.chart["cash"].bank_code == "1011"
    assert small.sources["1"].names.said("en") == "name"


def test_days_off_run_from_the_first_to_the_last_day_of_a_closure() -> None:
    assert law.parse(files()).days_off == {date(2026, 4, 30), date(2026, 5, 1)}


def test_a_score_gives_each_criterion_a_number() -> None:
    score = law.parse(files()).group_score

    assert score.weights.at(date(2026, 1, 1))["overdue"] == Decimal(20)
    assert list(score.bands.at(date(2026, 1, 1))) == ["weak", "average", "fair", "good"]


def test_the_version_changes_with_any_value_and_with_nothing_else() -> None:
    version = law.parse(files()).version
    other = files()
    other["limits.toml"]["freeze_months"] = [dated("36", "months")]

    assert law.parse(dict(reversed(files().items()))).version == version
    assert law.parse(other).version != version
    assert len(version) == 12


def test_a_value_may_state_its_last_day_when_the_next_begins_the_day_after() -> None:
    rates = [
        dated("0.072", "1/year", date(2014, 6, 6), until=date(2015, 6, 4)),
        dated("0.066", "1/year", date(2015, 6, 5)),
    ]

    assert law.parse(files(rate_per_year=rates)).rates_on("01", date(2015, 6, 4)) == (
        Decimal("0.072"),
    )


RATE = "rate_per_year[1]"
NOW = datetime(2020, 1, 1, 12, 0)  # noqa: DTZ001 - what a file states has no zone


@pytest.mark.parametrize(
    ("more", "key", "why"),
    [
        ({"code": "1"}, "code", "not-a-code"),
        ({"code": 1}, "code", "not-text"),
        ({"short": " "}, "short", "empty"),
        ({"purpose": "luxury"}, "purpose", "not-a-code"),
        ({"names": "Hộ nghèo"}, "names", "not-a-table"),
        ({"names": {"vi": "a", "en": "b"}}, "names.id", "missing"),
        ({"names": {"vi": "a", "en": "b", "id": "c", "fr": "d"}}, "names.fr", "unknown"),
        ({"colour": "red"}, "colour", "unknown"),
        ({"overdue_multiple": []}, "overdue_multiple", "empty"),
        ({"rate_per_year": "0.066"}, "rate_per_year", "not-a-list"),
        ({"rate_per_year": []}, "rate_per_year", "empty"),
        ({"rate_per_year": ["0.066"]}, RATE, "not-a-table"),
        ({"rate_per_year": [{}]}, f"{RATE}.unit", "missing"),
        ({"rate_per_year": [dated("0.066", "%")]}, f"{RATE}.unit", "not-a-code"),
        ({"rate_per_year": [dated("", "1/year")]}, f"{RATE}.value", "empty"),
        ({"rate_per_year": [dated("6,6", "1/year")]}, f"{RATE}.value", "not-a-number"),
        ({"rate_per_year": [dated("6.6", "1/year")]}, f"{RATE}.value", "not-a-number"),
        ({"rate_per_year": [dated("0", "1/year")]}, f"{RATE}.value", "not-a-number"),
        ({"rate_per_year": [dated("nan", "1/year")]}, f"{RATE}.value", "not-a-number"),
        ({"rate_per_year": [dated("0.066", "1/year", NOW)]}, f"{RATE}.since", "not-a-day"),
        (
            {"rate_per_year": [dated("0.066", "1/year") | {"since": "2020"}]},
            f"{RATE}.since",
            "not-a-day",
        ),
        ({"rate_per_year": [dated("0.066", "1/year", source="")]}, f"{RATE}.source", "empty"),
        (
            {"rate_per_year": [dated("0.066", "1/year", confidence="sure")]},
            f"{RATE}.confidence",
            "not-a-code",
        ),
        (
            {"rate_per_year": [dated("0.066", "1/year", checked_on="today")]},
            f"{RATE}.checked_on",
            "not-a-day",
        ),
        (
            {"rate_per_year": [dated("0.066", "1/year", reaches_existing="yes")]},
            f"{RATE}.reaches_existing",
            "not-a-flag",
        ),
        ({"rate_per_year": [dated("0.066", "1/year", note="")]}, f"{RATE}.note", "unknown"),
        (
            {"term_months": [dated("60", "months", reaches_existing=True)]},
            "term_months[1].reaches_existing",
            "unknown",
        ),
        (
            {"overdue_multiple": [dated("0.3", "multiple")]},
            "overdue_multiple[1].value",
            "not-a-number",
        ),
        ({"open": [dated("maybe", "yes/no")]}, "open[1].value", "not-a-code"),
        ({"ceiling": [dated("0", "dong")]}, "ceiling[1].value", "not-a-number"),
        ({"ceiling": [dated("100 m", "dong")]}, "ceiling[1].value", "not-a-number"),
        ({"ceiling": [dated("1.5", "share")]}, "ceiling[1].value", "not-a-number"),
        ({"collateral_above": [dated("x", "dong")]}, "collateral_above[1].value", "not-a-number"),
        ({"term_months": [dated("0", "months")]}, "term_months[1].value", "not-a-number"),
        ({"borrowers": [dated("HN, HX", "codes")]}, "borrowers[1].value", "not-a-code"),
        ({"term_by": [dated("weather", "code")]}, "term_by[1].value", "not-a-code"),
        ({"repayment": [dated("twice", "rule")]}, "repayment[1].value", "not-a-code"),
        ({"grace_interest": [dated("5 years", "rule")]}, "grace_interest[1].value", "not-a-code"),
        (
            {"instalment_rounding": [dated("1, 1.000", "dong")]},
            "instalment_rounding[1].value",
            "not-a-number",
        ),
        (
            {"instalment_rounding": [dated("1.000, 100", "dong")]},
            "instalment_rounding[1].value",
            "not-a-number",
        ),
    ],
)
def test_a_malformed_programme_is_refused_naming_file_key_and_reason(
    more: dict[str, Any], key: str, why: str
) -> None:
    with pytest.raises(Malformed) as refused:
        law.parse(files(**more))

    assert refused.value.facts == {"file": "programmes/01.toml", "key": key, "why": why}


@pytest.mark.parametrize(
    ("until", "since", "key", "why"),
    [
        (None, date(2014, 6, 6), "rate_per_year[2].since", "two-on-one-day"),
        (None, date(2014, 6, 5), "rate_per_year[2].since", "descending"),
        (date(2015, 6, 4), date(2015, 6, 4), "rate_per_year[2].since", "overlap"),
        (date(2015, 6, 4), date(2015, 6, 6), "rate_per_year[2].since", "gap"),
        (date(2015, 6, 4), None, "rate_per_year[1].until", "gap"),
        ("2015", None, "rate_per_year[1].until", "not-a-day"),
    ],
)
def test_values_that_leave_a_gap_overlap_or_turn_back_are_refused(
    until: object, since: date | None, key: str, why: str
) -> None:
    first = dated("0.072", "1/year", date(2014, 6, 6)) | ({"until": until} if until else {})
    rates = [first] + ([dated("0.066", "1/year", since)] if since else [])

    with pytest.raises(Malformed) as refused:
        law.parse(files(rate_per_year=rates))

    assert refused.value.facts == {"file": "programmes/01.toml", "key": key, "why": why}


def _drop(file: str, key: str) -> Callable[[dict[str, Any]], object]:
    return lambda content: content[file].pop(key)


def _put(file: str, key: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda content: content[file].update({key: value})


@pytest.mark.parametrize(
    ("spoil", "file", "key", "why"),
    [
        (lambda content: content.pop("chart.toml"), "chart.toml", "", "missing"),
        (lambda content: content.update({"misc.toml": {}}), "misc.toml", "", "unknown"),
        (lambda content: content.update({"chart.toml": []}), "chart.toml", "", "not-a-table"),
        (_drop("day_count.toml", "basis"), "day_count.toml", "basis", "missing"),
        (_drop("sources.toml", "source"), "sources.toml", "source", "missing"),
        (_put("limits.toml", "colour", "red"), "limits.toml", "colour", "unknown"),
        (
            _put("day_count.toml", "basis", [dated("act/364", "code")]),
            "day_count.toml",
            "basis[1].value",
            "not-a-code",
        ),
        (
            _put("repayment_order.toml", "principal", [dated("overdue, overdue", "codes")]),
            "repayment_order.toml",
            "principal[1].value",
            "not-a-code",
        ),
        (
            _put("repayment_order.toml", "interest", [dated("frozen", "codes")]),
            "repayment_order.toml",
            "interest[1].value",
            "not-a-code",
        ),
        (
            _put("trustees.toml", "trustee", [named("11"), named("11")]),
            "trustees.toml",
            "trustee[2].code",
            "repeated",
        ),
        (
            _put("trustees.toml", "trustee", [named("11", colour="red")]),
            "trustees.toml",
            "trustee[1].colour",
            "unknown",
        ),
        (
            _put("repayment_order.toml", "prepaid", [dated("first", "code")]),
            "repayment_order.toml",
            "prepaid[1].value",
            "not-a-code",
        ),
        (
            _put("group_score.toml", "bands", [dated("weak 0, fair 50", "points")]),
            "group_score.toml",
            "bands[1].value",
            "not-a-code",
        ),
        (
            _put("group_score.toml", "weights", [dated("overdue thirty", "points")]),
            "group_score.toml",
            "weights[1].value",
            "not-a-code",
        ),
        (
            _put("days_off.toml", "closure", [a_closure(until=date(2026, 4, 29))]),
            "days_off.toml",
            "closure[1].until",
            "descending",
        ),
        (
            _put("days_off.toml", "closure", [a_closure(colour="red")]),
            "days_off.toml",
            "closure[1].colour",
            "unknown",
        ),
        (
            _put("local_capital.toml", "province", [a_split(), a_split()]),
            "local_capital.toml",
            "province[2].code",
            "repeated",
        ),
        (
            _put(
                "local_capital.toml",
                "province",
                [a_split(capital_share=[dated("0.8", "share", date(2025, 1, 1))])],
            ),
            "local_capital.toml",
            "province[1].capital_share",
            "above-the-whole",
        ),
        (
            _put("published.toml", "figure", [a_figure(code="weather")]),
            "published.toml",
            "figure[1].code",
            "not-a-code",
        ),
        (
            _put("published.toml", "figure", [a_figure(colour="red")]),
            "published.toml",
            "figure[1].colour",
            "unknown",
        ),
        (
            lambda content: content.update({"programmes/02.toml": a_programme("01")}),
            "programmes/02.toml",
            "code",
            "repeated",
        ),
    ],
)
def test_a_malformed_set_of_files_is_refused_naming_file_key_and_reason(
    spoil: Callable[[dict[str, Any]], object], file: str, key: str, why: str
) -> None:
    content = files()
    spoil(content)

    with pytest.raises(Malformed) as refused:
        law.parse(content)

    assert refused.value.facts == {"file": file, "key": key, "why": why}


def test_a_province_tells_how_interest_is_shared_and_what_was_published_of_it() -> None:
    content = files()
    content["local_capital.toml"] = {"province": [a_split()]}
    content["published.toml"] = {"figure": [a_figure()]}

    policy = law.parse(content)

    shares = policy.local_capital["44"]
    assert shares.fee_share.find(date(2026, 1, 1)) == Decimal("0.3")
    assert shares.capital_share.find(date(2019, 12, 31)) is None
    assert [(one.province, one.code, one.said) for one in policy.published] == [
        ("44", "poverty", "8,18 %")
    ]


def test_a_programme_without_an_overdue_multiple_is_refused() -> None:
    content = files()
    del content["programmes/01.toml"]["overdue_multiple"]

    with pytest.raises(Malformed) as refused:
        law.parse(content)

    assert refused.value.facts["key"] == "overdue_multiple"
    assert refused.value.facts["why"] == "missing"


def test_every_key_of_a_dated_value_but_the_optional_ones_is_needed() -> None:
    for key in dated("0.066", "1/year"):
        short = dated("0.066", "1/year")
        del short[key]

        with pytest.raises(Malformed) as refused:
            law.parse(files(rate_per_year=[short]))

        assert refused.value.facts["key"] == f"rate_per_year[1].{key}"
        assert refused.value.facts["why"] == "missing"


def test_reading_leaves_what_it_read_as_it_was() -> None:
    content = files()
    before = copy.deepcopy(content)

    assert isinstance(law.parse(content), Policy)

    assert content == before
