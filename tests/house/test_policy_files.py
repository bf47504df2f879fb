"""The policy files themselves: whole, sourced, and refused when they contradict themselves."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest

from creditdesk import settings
from creditdesk.engine import policy as law
from creditdesk.errors import Malformed

FOLDER = settings.CONFIG / "policy"
FILES: dict[str, dict[str, Any]] = {
    path.relative_to(FOLDER).as_posix(): tomllib.loads(path.read_text("utf-8"))
    for path in sorted(FOLDER.rglob("*.toml"))
}
POLICY = law.parse(FILES)
BANK_CODES = "01 02 03 04 06 07 09 10 12 13 15 17 19 21 25 26 99"
CHECKED_ON = date(2026, 11, 22)


def tables(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every table of values in a file, whether dated or listed."""
    for value in content.values():
        if isinstance(value, list):
            yield from value


def test_every_code_that_the_bank_files_carry_has_a_programme() -> None:
    codes = BANK_CODES.split()

    assert [code for code in POLICY.programmes if len(code) == 2] == codes
    assert {one.bank_code for one in POLICY.programmes.values()} == set(codes)


def test_short_names_are_told_apart() -> None:
    shorts = [one.short for one in POLICY.programmes.values()]

    assert len(set(shorts)) == len(shorts)


def test_a_programme_file_begins_with_the_digits_of_its_code() -> None:
    for file, content in FILES.items():
        if file.startswith("programmes/"):
            assert file.startswith(f"programmes/{content['code'][:2]}_")


@pytest.mark.parametrize("file", FILES)
def test_every_value_has_a_source_a_confidence_and_the_day_it_was_checked(file: str) -> None:
    assert list(tables(FILES[file]))

    for table in tables(FILES[file]):
        assert table["source"].strip()
        assert table["confidence"] in {"S", "R", "K-h", "K-m", "K-l", "I"}
        assert table["checked_on"] >= CHECKED_ON


@pytest.mark.parametrize("file", FILES)
def test_a_policy_file_is_written_in_composed_unicode(file: str) -> None:
    text = (FOLDER / file).read_text("utf-8")

    assert unicodedata.normalize("NFC", text) == text


PROGRAMME_FILES = [file for file in FILES if file.startswith("programmes/")]


def refusal(file: str, content: dict[str, Any]) -> dict[str, Any]:
    with pytest.raises(Malformed) as refused:
        law.parse(FILES | {file: content})
    return refused.value.facts


@pytest.mark.parametrize("file", FILES)
def test_a_key_nobody_knows_is_refused_in_any_file(file: str) -> None:
    content = deepcopy(FILES[file]) | {"rate_per_yaer": []}

    assert refusal(file, content) == {"file": file, "key": "rate_per_yaer", "why": "unknown"}


@pytest.mark.parametrize("file", PROGRAMME_FILES)
def test_two_values_on_one_day_are_refused_in_any_programme(file: str) -> None:
    content = deepcopy(FILES[file])
    content["overdue_multiple"] *= 2

    key = "overdue_multiple[2].since"
    assert refusal(file, content) == {"file": file, "key": key, "why": "two-on-one-day"}


@pytest.mark.parametrize(("shift", "why"), [(timedelta(days=-2), "gap"), (timedelta(), "overlap")])
def test_a_last_day_that_does_not_meet_the_next_first_day_is_refused(
    shift: timedelta, why: str
) -> None:
    file = "programmes/01_poor_household.toml"
    content = deepcopy(FILES[file])
    content["rate_per_year"][0]["until"] = date(2014, 6, 6) + shift

    assert refusal(file, content) == {"file": file, "key": "rate_per_year[2].since", "why": why}


@pytest.mark.parametrize("file", FILES)
def test_a_value_without_its_source_is_refused_in_any_file(file: str) -> None:
    content = deepcopy(FILES[file])
    del next(tables(content))["source"]

    facts = refusal(file, content)

    assert (facts["file"], facts["why"]) == (file, "missing")
    assert re.fullmatch(r"[a-z_]+\[1\]\.source", facts["key"])


def test_two_files_for_one_programme_are_refused() -> None:
    content = deepcopy(FILES["programmes/01_poor_household.toml"])

    facts = refusal("programmes/01_poor_household_again.toml", content)

    assert facts == {
        "file": "programmes/01_poor_household_again.toml",
        "key": "code",
        "why": "repeated",
    }
