"""Amounts in Vietnamese words, against vectors written by hand and a reader of its own."""

import random

import pytest

from reports import in_words

VECTORS = {
    0: "không",
    1: "một",
    4: "bốn",
    5: "năm",
    9: "chín",
    10: "mười",
    11: "mười một",
    14: "mười bốn",
    15: "mười lăm",
    19: "mười chín",
    20: "hai mươi",
    21: "hai mươi mốt",
    24: "hai mươi bốn",
    25: "hai mươi lăm",
    30: "ba mươi",
    31: "ba mươi mốt",
    44: "bốn mươi bốn",
    51: "năm mươi mốt",
    55: "năm mươi lăm",
    91: "chín mươi mốt",
    99: "chín mươi chín",
    100: "một trăm",
    101: "một trăm linh một",
    104: "một trăm linh bốn",
    105: "một trăm linh năm",
    110: "một trăm mười",
    111: "một trăm mười một",
    115: "một trăm mười lăm",
    120: "một trăm hai mươi",
    121: "một trăm hai mươi mốt",
    125: "một trăm hai mươi lăm",
    500: "năm trăm",
    555: "năm trăm năm mươi lăm",
    999: "chín trăm chín mươi chín",
    1_000: "một nghìn",
    1_001: "một nghìn không trăm linh một",
    1_005: "một nghìn không trăm linh năm",
    1_010: "một nghìn không trăm mười",
    1_015: "một nghìn không trăm mười lăm",
    1_021: "một nghìn không trăm hai mươi mốt",
    1_100: "một nghìn một trăm",
    2_026: "hai nghìn không trăm hai mươi sáu",
    10_000: "mười nghìn",
    15_000: "mười lăm nghìn",
    21_000: "hai mươi mốt nghìn",
    100_000: "một trăm nghìn",
    105_000: "một trăm linh năm nghìn",
    500_500: "năm trăm nghìn năm trăm",
    1_000_000: "một triệu",
    1_000_001: "một triệu không trăm linh một",
    1_001_000: "một triệu không trăm linh một nghìn",
    1_010_010: "một triệu không trăm mười nghìn không trăm mười",
    55_060_000: "năm mươi lăm triệu không trăm sáu mươi nghìn",
    100_000_000: "một trăm triệu",
    850_252_000_000: "tám trăm năm mươi tỷ hai trăm năm mươi hai triệu",
    1_000_000_000: "một tỷ",
    1_000_000_005: "một tỷ không trăm linh năm",
    1_000_005_000: "một tỷ không trăm linh năm nghìn",
    1_005_000_000: "một tỷ không trăm linh năm triệu",
    2_000_300_000: "hai tỷ ba trăm nghìn",
    10_000_000_000: "mười tỷ",
    105_000_000_000: "một trăm linh năm tỷ",
    1_000_000_000_000: "một nghìn tỷ",
    1_000_500_000_000: "một nghìn tỷ năm trăm triệu",
    1_005_000_000_000: "một nghìn không trăm linh năm tỷ",
    1_000_000_000_001: "một nghìn tỷ không trăm linh một",
    9_903_636_000_000: "chín nghìn chín trăm linh ba tỷ sáu trăm ba mươi sáu triệu",
    11_600_000_000_000: "mười một nghìn sáu trăm tỷ",
    999_999_999_999_999: (
        "chín trăm chín mươi chín nghìn chín trăm chín mươi chín tỷ "
        "chín trăm chín mươi chín triệu chín trăm chín mươi chín nghìn chín trăm chín mươi chín"
    ),
    1_000_000_000_000_000: "một triệu tỷ",
    1_000_000_000_000_005: "một triệu tỷ không trăm linh năm",
    1_020_000_000_000_000: "một triệu không trăm hai mươi nghìn tỷ",
    2_000_000_000_000_000_000: "hai tỷ tỷ",
    -1: "âm một",
    -1_500_000: "âm một triệu năm trăm nghìn",
}


@pytest.mark.parametrize(("whole", "words"), VECTORS.items())
def test_a_number_reads_as_written_by_hand(whole, words):
    assert in_words.number(whole) == words


def test_the_provinces_lending_of_five_years_reads_as_the_bank_writes_it():
    said = in_words.dong(9_903_636_000_000)

    assert said == "chín nghìn chín trăm linh ba tỷ sáu trăm ba mươi sáu triệu đồng"


DIGITS = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]
SCALES = {"nghìn": 10**3, "triệu": 10**6}


def read_back(words):
    """Return the number that words say, by another road: a scan that keeps a running group."""
    if words[0] == "âm":
        return -read_back(words[1:])
    if "tỷ" in words:
        at = len(words) - 1 - words[::-1].index("tỷ")
        return read_back(words[:at]) * 10**9 + read_back(words[at + 1 :] or ["không"])
    total, group = 0, []
    for word in words:
        if word in SCALES:
            total, group = total + group_read(group) * SCALES[word], []
        else:
            group.append(word)
    return total + group_read(group)


def group_read(words):
    """Return the number below a thousand that words say."""
    said = " ".join(words).replace("mười", "một mươi").replace("linh", "không mươi").split(" ")
    value = last = 0
    for word in said:
        if word in ("trăm", "mươi"):
            value, last = value + last * {"trăm": 100, "mươi": 10}[word], 0
        elif word:
            last = {"mốt": 1, "lăm": 5}.get(word) or DIGITS.index(word)
    return value + last


def numbers():
    """Yield numbers of every length, many with groups of zeros."""
    chance = random.Random(45)
    for _ in range(4_000):
        groups = [
            chance.choice((0, 0, 1, 5, 10, 15, 21, 100, 105, chance.randrange(1000)))
            for _ in range(chance.randint(1, 7))
        ]
        yield sum(group * 1000**at for at, group in enumerate(groups))
    yield from range(1_200)


def test_a_reader_of_its_own_finds_every_number_again():
    for whole in numbers():
        assert read_back(in_words.number(whole).split(" ")) == whole


def test_no_two_numbers_read_alike():
    some = set(numbers())

    assert len({in_words.number(whole) for whole in some}) == len(some)
