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
STATED = sorted(set(FILES) - {"local_capital.toml"})
"""All but the one in which nothing is set yet."""
POLICY = law.parse(FILES)
BANK_CODES = "01 02 03 04 06 07 09 10 12 13 15 17 19 21 25 26 99"
CHECKED_ON = date(2026, 11, 22)
BASES = """
01 2013-04-16 Nghị định 78/2002/NĐ-CP
01 2019-03-01 Nghị định 78/2002/NĐ-CP; Quyết định 12/QĐ-HĐQT
01-30A 2014-06-06 Nghị quyết 30a/2008/NQ-CP
02 2007-09-27 Quyết định 157/2007/QĐ-TTg ngày 27/09/2007
02 2022-05-19 Quyết định 157/2007/QĐ-TTg, sửa đổi bởi Quyết định 05/2022/QĐ-TTg
02-43 2025-08-28 Quyết định 29/2025/QĐ-TTg
02MT 2022-04-04 Quyết định 09/2022/QĐ-TTg
03 2015-06-05 Quỹ quốc gia về việc làm
03 2015-09-01 Nghị định 61/2015/NĐ-CP
03 2019-11-08 Nghị định 74/2019/NĐ-CP
03 2026-01-01 Nghị định 338/2025/NĐ-CP
03P 2019-11-08 Nghị định 74/2019/NĐ-CP
03P 2026-01-01 Nghị định 338/2025/NĐ-CP
04 2015-06-05 Quyết định 365/2004/QĐ-NHNN
04 2026-01-01 Nghị định 338/2025/NĐ-CP
04P 2026-01-01 Nghị định 338/2025/NĐ-CP
06 2013-10-09 Quyết định 62/2004/QĐ-TTg
06 2024-09-02 Quyết định 10/2024/QĐ-TTg
07 2015-10-01 Quyết định 33/2015/QĐ-TTg
09 2015-09-05 Quyết định 28/2015/QĐ-TTg
09 2021-03-30 Quyết định 28/2015/QĐ-TTg, sửa đổi bởi Quyết định 02/2021/QĐ-TTg
10 2013-10-09 Quyết định 31/2007/QĐ-TTg
10 2023-06-05 Quyết định 31/2007/QĐ-TTg, sửa đổi bởi Quyết định 17/2023/QĐ-TTg
12 2015-12-10 Nghị định 100/2015/NĐ-CP
12 2024-08-01 Nghị định 100/2024/NĐ-CP
12 2025-10-10 Nghị định 100/2024/NĐ-CP, sửa đổi bởi Nghị định 261/2025/NĐ-CP
13 2026-05-01 Quyết định 08/2026/QĐ-TTg
15 2015-06-05 Quyết định 92/2009/QĐ-TTg
15 2023-06-05 Quyết định 92/2009/QĐ-TTg, sửa đổi bởi Quyết định 17/2023/QĐ-TTg
17 2013-05-20 Quyết định 755/QĐ-TTg ngày 20/05/2013
19 2013-04-16 Quyết định 15/2013/QĐ-TTg
21 2016-10-31 Quyết định 2085/QĐ-TTg ngày 31/10/2016
25 2022-04-26 Nghị định 28/2022/NĐ-CP
25D 2022-04-26 Nghị định 28/2022/NĐ-CP
25N 2022-04-26 Nghị định 28/2022/NĐ-CP
25S 2022-04-26 Nghị định 28/2022/NĐ-CP
26 2023-10-10 Quyết định 22/2023/QĐ-TTg
26H 2023-10-10 Quyết định 22/2023/QĐ-TTg
99-48 2014-08-28 Quyết định 48/2014/QĐ-TTg
"""


def tables(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every table of values in a file, whether dated or listed."""
    for value in content.values():
        if isinstance(value, list):
            yield from value


def test_every_code_that_the_bank_files_carry_has_a_programme() -> None:
    codes = BANK_CODES.split()

    assert [code for code in POLICY.programmes if len(code) == 2] == codes
    assert {one.bank_code for one in POLICY.programmes.values()} == set(codes)


def test_a_programme_names_the_decisions_it_rests_on() -> None:
    found = [
        f"{one.code} {basis.since} {basis.value}"
        for one in POLICY.programmes.values()
        for basis in one.basis.values
    ]

    assert found == BASES.strip().splitlines()


def test_short_names_are_told_apart() -> None:
    shorts = [one.short for one in POLICY.programmes.values()]

    assert len(set(shorts)) == len(shorts)


def test_a_programme_file_begins_with_the_digits_of_its_code() -> None:
    for file, content in FILES.items():
        if file.startswith("programmes/"):
            assert file.startswith(f"programmes/{content['code'][:2]}_")


def test_what_no_source_tells_is_left_unset_and_not_invented() -> None:
    assert FILES["local_capital.toml"] == {}
    assert POLICY.local_capital == {}


@pytest.mark.parametrize("file", STATED)
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


@pytest.mark.parametrize("file", STATED)
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
