"""What comes in at the edge is taken as it is meant, or refused with its field and the reason."""

import json
from datetime import date

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

from creditdesk.cards import Cover
from creditdesk.engine import days, money
from creditdesk.engine.money import LARGEST
from creditdesk.web.asked import Asked, PeriodQuery, asked, loans_asked, order_asked
from creditdesk.web.shapes import (
    AmountTooLarge,
    ChoiceField,
    DayField,
    DayUnreadable,
    DongField,
    NotAChoice,
    NotAnAmount,
)
from creditdesk.web.writing import Writing

DAYS = st.dates(days.EARLIEST, days.LATEST)
COVER = Cover(("44",), date(2026, 3, 10), 1, demonstration=False)


class Receipt(Schema):
    amount = DongField(required=True)
    day = DayField()
    side = ChoiceField(("in", "out"))


def refusals(said):
    """Return what is refused of a document: each field with the code and the facts of why."""
    with pytest.raises(ValidationError) as wrong:
        Receipt().load(said)
    return {
        field: [(trouble.code, trouble.facts) for trouble in troubles]
        for field, troubles in wrong.value.messages_dict.items()
    }


def no_amount(shown):
    return "not-an-amount", {"value": shown}


def fraction(shown):
    return "fraction-of-a-dong", {"value": shown}


MISSING = "value-missing", dict[str, int]()
TOO_LARGE = "amount-too-large", {"most": LARGEST}


# As they stand in a document, read by the parser of the standard library.
@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("1.9", fraction("1.9")),
        ("-1.9", fraction("-1.9")),
        ('"1.9"', fraction("1.9")),
        ('"50.000.000,5"', fraction("50.000.000,5")),
        ("1.0", no_amount("1.0")),
        ("1e3", no_amount("1000.0")),
        ('"1_000"', no_amount("1_000")),
        ('"１００"', no_amount("１００")),
        ('"１.０００"', no_amount("１.０００")),
        ('"١٠٠"', no_amount("١٠٠")),
        ("true", no_amount("true")),
        ("false", no_amount("false")),
        ("NaN", no_amount("NaN")),
        ('"NaN"', no_amount("NaN")),
        ("1e400", TOO_LARGE),
        ("-1e400", TOO_LARGE),
        ('"1e400"', no_amount("1e400")),
        (str(10**30), TOO_LARGE),
        (str(-(10**30)), TOO_LARGE),
        (f'"{10**30}"', TOO_LARGE),
        ("-0.0", no_amount("-0.0")),
        ('"-0"', no_amount("-0")),
        ("-1", no_amount("-1")),
        ('"+5"', no_amount("+5")),
        (str(2**63), TOO_LARGE),
        (f'"{2**63}"', TOO_LARGE),
        (str(LARGEST + 1), TOO_LARGE),
        (f'"{LARGEST + 1}"', TOO_LARGE),
        ('""', no_amount("")),
        ('"1.00.000"', no_amount("1.00.000")),
        ('"' + "x" * 60 + '"', no_amount("x" * 40)),
        ("[1]", no_amount(None)),
        ('{"dong": 1}', no_amount(None)),
        ("-" + "9" * 4_000, TOO_LARGE),
        ("null", MISSING),
    ],
)
def test_what_is_no_amount_is_refused_with_its_field_and_the_reason(written, reason):
    said = json.loads(f'{{"amount": {written}}}')

    assert refusals(said) == {"amount": [reason]}


def test_digits_beyond_what_python_writes_out_are_refused_all_the_same():
    assert refusals({"amount": 10**5_000}) == {"amount": [TOO_LARGE]}
    assert refusals({"amount": "9" * 5_000}) == {"amount": [TOO_LARGE]}
    assert refusals({"amount": 1, "day": 10**5_000}) == {
        "day": [("day-unreadable", {"value": None})]
    }


def test_an_amount_that_must_be_there_is_missed():
    assert refusals({}) == {"amount": [MISSING]}


def test_every_field_says_its_own_reason():
    said = {"amount": True, "day": "2026-02-30", "side": "up"}

    assert refusals(said) == {
        "amount": [no_amount("true")],
        "day": [("day-unreadable", {"value": "2026-02-30"})],
        "side": [("not-a-choice", {"name": "side", "value": "up", "choices": ["in", "out"]})],
    }


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        (0, 0),
        ("0", 0),
        (50_000_000, 50_000_000),
        ("50000000", 50_000_000),
        ("50.000.000", 50_000_000),
        ("50,000,000", 50_000_000),
        (" 50 000 000 ", 50_000_000),
        (LARGEST, LARGEST),
        (str(LARGEST), LARGEST),
    ],
)
def test_an_amount_is_a_whole_number_or_text_as_the_bank_writes_it(said, amount):
    loaded = DongField().deserialize(said)

    assert loaded == amount
    assert type(loaded) is int


@given(st.integers(0, LARGEST))
def test_a_written_amount_reads_back(amount):
    for said in (money.written(amount), Writing("en").count(amount), str(amount), amount):
        assert DongField().deserialize(said) == amount


@given(
    st.one_of(
        st.floats(),
        st.booleans(),
        st.integers(max_value=-1),
        st.integers(min_value=LARGEST + 1),
        st.text().filter(lambda text: not any(letter in "0123456789" for letter in text)),
    )
)
def test_nothing_else_becomes_an_amount(said):
    with pytest.raises(ValidationError) as wrong:
        DongField().deserialize(said)

    assert len(wrong.value.messages) == 1


@pytest.mark.parametrize(
    "said",
    [
        "05/11/2026",
        "5/11/2026",
        "05-11-2026",
        "05.11.2026",
        "2026-11-05",
        "05 Nov 2026",
        "5 nov 2026",
    ],
)
def test_a_day_is_read_as_people_write_it(said):
    assert DayField().deserialize(said) == date(2026, 11, 5)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("2026-02-30", "2026-02-30"),
        ("30/02/2026", "30/02/2026"),
        ("31 Feb 2026", "31 Feb 2026"),
        ("11/2026", "11/2026"),
        ("05/11/26", "05/11/26"),
        ("０５/11/2026", "０５/11/2026"),
        ("01/01/0001", "01/01/0001"),
        ("yesterday", "yesterday"),
        ("x" * 60, "x" * 40),
        ("", ""),
        (20261105, "20261105"),
        (True, "true"),
        ([], None),
    ],
)
def test_what_is_no_day_is_refused_with_what_was_said(said, shown):
    with pytest.raises(ValidationError) as wrong:
        DayField().deserialize(said)

    [trouble] = wrong.value.messages
    assert isinstance(trouble, DayUnreadable)
    assert trouble.facts == {"value": shown}


@given(DAYS, st.sampled_from(["vi", "en", "id"]))
def test_a_day_written_in_any_language_reads_back(day, language):
    assert DayField().deserialize(Writing(language).day(day)) == day
    assert DayField().deserialize(day.isoformat()) == day


@given(DAYS, DAYS, st.sampled_from(["", "44", "19333"]), st.sampled_from(["million", "dong"]))
def test_what_a_page_hands_on_to_another_is_what_that_one_reads(one, other, place, unit):
    chosen = Asked(min(one, other), max(one, other), place, unit)

    with at(""):
        told = PeriodQuery().load(chosen.query())

    assert Asked(told["since"], told["as_of"], told["place"], told["unit"]) == chosen


def at(query):
    return Flask("creditdesk.web").test_request_context(f"/?{query}")


def test_blanks_and_what_a_page_does_not_know_ask_for_nothing():
    with at("as_of=+&unit=&place=&colour=red&as_of_=x&__proto__=1&%00=1"):
        found = asked(COVER, unit="million")

    assert found.unit == "million"
    assert found.place == ""
    assert found.since == date(found.as_of.year, 1, 1)


def test_what_is_asked_twice_counts_once_as_asked_first():
    with at("as_of=30/06/2026&as_of=31/12/2026&place=%20%20%2019333%20&unit=dong&unit=pound"):
        found = asked(COVER, unit="million")

    assert found == Asked(date(2026, 1, 1), date(2026, 6, 30), "19333", "dong")


@pytest.mark.parametrize(
    ("query", "trouble", "facts"),
    [
        ("as_of=x&from=y&unit=z", DayUnreadable, {"value": "x"}),
        ("from=y&unit=z", DayUnreadable, {"value": "y"}),
        (
            "unit=z",
            NotAChoice,
            {"name": "unit", "value": "z", "choices": ["million", "dong"]},
        ),
    ],
)
def test_of_several_faults_the_first_is_told(query, trouble, facts):
    with at(query), pytest.raises(trouble) as wrong:
        asked(COVER, unit="million")

    assert wrong.value.facts == facts


def test_a_code_is_no_longer_than_any_code():
    with at(f"place={'1' * 500}&after={'2' * 500}"):
        assert asked(COVER, unit="dong").place == "1" * 20
        assert loans_asked() == ("all", "2" * 20)


def test_rows_are_sorted_by_what_is_on_offer_and_by_the_first_of_it_unasked():
    with at(""):
        assert order_asked(("code", "loans")) == ("code", "asc")
    with at("sort=loans&order=desc"):
        assert order_asked(("code", "loans")) == ("loans", "desc")
        with pytest.raises(NotAChoice) as wrong:
            order_asked(("code", "name"))

    assert wrong.value.facts == {"name": "sort", "value": "loans", "choices": ["code", "name"]}


@pytest.mark.parametrize("language", ["vi", "en", "id"])
def test_a_reason_is_said_in_every_language(language):
    for trouble in (NotAnAmount(value="1_000"), AmountTooLarge(most=LARGEST)):
        sentence = Writing(language).refusal(trouble)
        assert "refusal." not in sentence
        assert "1_000" in sentence or Writing(language).count(LARGEST) in sentence
