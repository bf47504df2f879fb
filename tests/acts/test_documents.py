"""What leaves the desk: one shape for every face, and nothing that a spreadsheet would run."""

import csv
import io
from datetime import date

import pytest

from creditdesk import documents, statements, words
from creditdesk.intake.report import Remark, Report
from tests.builders import POLICY, a_loan

DANGEROUS = [
    '=HYPERLINK("http://x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\ufeff=1",
    "\u200b=1",
    "\u200e-1",
    "＝1",
    "＋1",
    "－1",
    "＠x",
]
HARMLESS = ["Nguyễn Thị Lan", "0044", "a=b", "", "19333", "'=1", "Tổ 5-7"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_a_spreadsheet_would_run_is_shown_instead(text):
    assert documents.harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_text_leaves_as_it_is(text):
    assert documents.harmless(text) == text


def test_a_nul_never_leaves():
    assert documents.harmless("a\0b") == "a\ufffdb"


@pytest.mark.parametrize("number", [-5, 0, 7])
def test_numbers_are_numbers_even_below_nought(number):
    assert documents.harmless(number) == number


def test_a_table_is_read_back_cell_by_cell():
    said = documents.table(["a", "b"], [["x;y,z", 'say "no"'], ["=1", -5]])

    assert list(csv.reader(io.StringIO(said))) == [
        ["a", "b"],
        ["x;y,z", 'say "no"'],
        ["'=1", "-5"],
    ]


def test_a_portfolio_table_ends_with_its_total(database):
    with database.begin() as tx:
        a_loan(tx)
        question = statements.Question(
            date(2024, 1, 1), date(2024, 12, 31), ("commune", "programme")
        )
        book = statements.portfolio(tx, POLICY, question)

    head, row, total = csv.reader(io.StringIO(documents.portfolio_table(book)))
    assert head[:3] == ["commune", "programme", "name"]
    assert row[:3] == ["19333", "01", "Đông Hà / Hộ nghèo"]
    assert total[:3] == ["total", "", ""]
    assert row[3:] == total[3:]
    assert documents.portfolio(book)["rows"][0]["outstanding"] == 50_000_000


def test_faults_are_told_in_the_order_of_the_lines_with_titles_and_sentences():
    remarks = [Remark(9, "rate", "abc", "not-a-rate"), Remark(4, "", "x", "too-many-fields")]
    found = Report(rows=2, skipped=((3, "column-numbers"),), faults=remarks)

    said = documents.report(found, "loans", "vi")

    assert [(fault["row"], fault["column"], fault["value"]) for fault in said["faults"]] == [
        (4, "", "x"),
        (9, "Lãi suất", "abc"),
    ]
    assert said["faults"][1]["reason"] == words.say("vi", "intake.not-a-rate")
    assert said["skipped"] == [{"row": 3, "reason": "dòng số thứ tự cột"}]
    assert (said["rows"], said["accepted"], said["already_known"]) == (2, 0, 0)


def test_two_remarks_on_one_cell_stand_side_by_side():
    remarks = [Remark(1, "until", "x", "c", (("until", until),)) for until in (None, 3)]

    said = documents.report(Report(faults=remarks), "movements", "vi")

    assert len(said["faults"]) == 2
