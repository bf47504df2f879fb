"""`quote`: from the call alone, from a programme, or from both."""

import json

import pytest
from click.testing import CliRunner

from creditdesk.cli import cli

CALL = ("quote", "--amount", "25000000", "--draw", "2026-03-16", "--json")


@pytest.fixture
def quote(monkeypatch):
    """Return a function that quotes 25 million, without a database, and returns what came."""
    monkeypatch.setenv("CREDITDESK_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    return lambda *more: CliRunner().invoke(cli, [*CALL, *more])


def rows(done):
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)["instalments"]


def test_a_programme_needs_no_other_terms(quote):
    found = rows(quote("--programme", "07"))

    assert [row["due_on"] for row in found[:2]] == ["2032-03-16", "2033-03-16"]
    assert {row["principal"] for row in found} == {2_500_000}


def test_the_policy_of_the_signing_day_counts(quote):
    signed = rows(quote("--programme", "03", "--signed", "2025-12-31", "--months", "12"))
    later = rows(quote("--programme", "03", "--months", "12"))

    assert signed[0]["interest"] == 1_980_000
    assert later[0]["interest"] == 2_095_500


def test_a_student_gives_the_end_of_the_course(quote):
    found = rows(quote("--programme", "02", "--course-end", "2026-12-16"))

    assert (found[0]["due_on"], found[-1]["due_on"]) == ("2027-12-16", "2029-06-16")


@pytest.mark.parametrize(
    ("more", "dates", "paying"),
    [
        (("--first-principal", "2026-09-01", "--every", "6", "--due", "2027-09-01"), 3, 3),
        (("--instalments", "4", "--every", "3"), 4, 4),
        (("--grace-principal", "1"), 10, 9),
    ],
)
def test_rows_that_the_call_counts_out_stand_as_they_are(quote, more, dates, paying):
    found = rows(quote("--programme", "01", *more))

    assert len(found) == dates
    assert sum(row["principal"] > 0 for row in found) == paying


def test_counted_rows_of_a_housing_programme_keep_its_years_of_grace(quote):
    found = rows(quote("--programme", "25N", "--instalments", "15"))
    told = rows(quote("--programme", "25N", "--instalments", "15", "--grace-principal", "2"))

    assert [row["principal"] > 0 for row in found] == [False] * 5 + [True] * 10
    assert [row["principal"] > 0 for row in told] == [False] * 2 + [True] * 13


def test_a_rate_of_the_call_goes_before_that_of_the_programme(quote):
    own = quote("--programme", "99", "--annual-rate", "6", "--months", "12")
    counted = quote("--programme", "99", "--annual-rate", "6", "--instalments", "1")

    assert rows(own)[0]["interest"] == rows(counted)[0]["interest"] == 1_500_000


@pytest.mark.parametrize(
    ("more", "status", "remedy"),
    [
        ((), 2, "--annual-rate"),
        (("--programme", "99"), 2, "--annual-rate"),
        (("--programme", "99", "--instalments", "2"), 2, "--annual-rate"),
        (("--annual-rate", "many", "--months", "12"), 2, "6.6"),
        (("--annual-rate", "-1", "--months", "12"), 2, "6.6"),
        (("--programme", "04"), 2, "--months"),
        (("--programme", "02"), 2, "--course-end"),
        (("--programme", "25"), 2, "25D, 25N, 25S"),
        (("--programme", "07", "--months", "48"), 1, "16/03/2031"),
    ],
)
def test_a_call_that_says_too_little_names_the_remedy(quote, more, status, remedy):
    done = quote(*more)

    assert done.exit_code == status
    assert remedy in done.stderr


@pytest.mark.parametrize(
    ("more", "codes", "said"),
    [
        (("--programme", "01", "--amount", "100000001"), ["above-ceiling"], "100.000.000"),
        (("--programme", "01", "--months", "121", "--every", "12"), ["term-too-long"], "120"),
        (("--programme", "07", "--signed", "2026-11-22"), ["programme-closed"], "07"),
        (("--programme", "06", "--amount", "50000000"), ["above-ceiling"], "25.000.000"),
        (("--programme", "06", "--amount", "50000000", "--works", "2"), [], ""),
        (("--programme", "12"), [], ""),
        (("--annual-rate", "6", "--months", "500", "--amount", "100000001"), [], ""),
        (
            ("--programme", "02", "--course-end", "2026-12-16", "--amount", "36000001"),
            ["above-ceiling"],
            "36.000.000",
        ),
        (("--programme", "02", "--course-end", "2026-12-16", "--amount", "36000000"), [], ""),
    ],
)
def test_a_quote_beyond_the_programme_is_given_with_a_warning(quote, more, codes, said):
    done = quote(*more)

    assert done.exit_code == 0, done.stderr
    assert [one["code"] for one in json.loads(done.stdout)["warnings"]] == codes
    assert said in done.stderr
    assert bool(done.stderr) is bool(codes)
