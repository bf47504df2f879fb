import datetime as dt
import hashlib

import openpyxl
import pytest

from creditdesk.intake.reading import Column, Limits, read
from creditdesk.intake.refusals import HeaderMissing, TooManyColumns, TooManyRows

COLUMNS = (
    Column("loan_no", ("Số khế ước",)),
    Column("name", ("Họ và tên",)),
    Column("amount", ("Số tiền",)),
    Column("day", ("Ngày",)),
)
REQUIRED = ("loan_no", "amount")
LIMITS = Limits(max_megabytes=20, max_rows=1000, max_columns=40, memory_megabytes=1024, seconds=30)
A_MOMENT = dt.datetime(2026, 1, 31, 14, 30)  # noqa: DTZ001 - a spreadsheet knows no zone
LOAN = "0600999900000001"
HEADER = ["Số khế ước", "Số tiền", "Ngày", "Họ và tên"]


@pytest.fixture
def workbook(tmp_path):
    def write(rows, name="handed-in.xlsx", **other_sheets):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        for title, sheet_rows in other_sheets.items():
            sheet = book.create_sheet(title)
            for row in sheet_rows:
                sheet.append(row)
        path = tmp_path / name
        book.save(path)
        return path

    return write


def table(path, limits=LIMITS):
    return read(path, COLUMNS, REQUIRED, limits)


def column(path, key, limits=LIMITS):
    return table(path, limits).columns[key].tolist()


def test_a_workbook_gives_what_its_cells_show(workbook):
    path = workbook(
        [
            ["SAO KÊ"],
            [],
            HEADER,
            ["(1)", "(2)", "(3)", "(4)"],
            [LOAN, 50_000_000, dt.date(2026, 1, 31), "  Mẩy "],
            [6600999900000001, 50000000.5, A_MOMENT, True],
            [LOAN, 8.25, "31/01/2026", None],
            [],
            [LOAN, 0, None, "0"],
            ["TỔNG CỘNG", 1],
        ]
    )

    found = table(path)

    assert found.rows.tolist() == [5, 6, 7, 9]
    assert found.columns["loan_no"].tolist() == [LOAN, "6600999900000001", LOAN, LOAN]
    assert found.columns["amount"].tolist() == ["50000000", "50000000.5", "8.25", "0"]
    assert found.columns["day"].tolist() == ["2026-01-31", "2026-01-31", "31/01/2026", ""]
    assert found.columns["name"].tolist() == ["Mẩy", "TRUE", "", "0"]
    assert found.skipped == ((4, "column-numbers"), (10, "total"))
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_rows_stay_right_over_many_portions_with_blank_ones_between(workbook):
    rows = [[LOAN, number] if number % 3 else [] for number in range(40_000)]

    found = table(workbook([HEADER, *rows]), Limits(20, 100_000, 40, 1024, 30))

    filled = [number for number in range(40_000) if number % 3]
    assert found.rows.tolist() == [number + 2 for number in filled]
    assert found.columns["amount"].tolist() == [str(number) for number in filled]


def test_control_signs_do_not_tear_a_column_apart(workbook):
    path = workbook([HEADER, *[[LOAN, 1, None, "a\x7fb\nc\td"]] * 60])

    assert column(path, "name") == ["ab\nc\td"] * 60


def test_a_workbook_is_known_by_content_not_by_name(workbook):
    path = workbook([HEADER, [LOAN, 1]], name="handed-in.csv")

    assert column(path, "loan_no") == [LOAN]


def test_what_a_computation_left_in_a_number_is_not_read(workbook):
    assert column(workbook([HEADER, [LOAN, 0.1 + 0.2]]), "amount") == ["0.3"]


def test_a_table_that_does_not_begin_in_the_corner_keeps_its_rows(workbook):
    path = workbook([[], [], [None, None, *HEADER], [None, None, LOAN, 1]])

    assert table(path).rows.tolist() == [4]
    assert column(path, "amount") == ["1"]


def test_the_first_visible_sheet_with_the_header_is_read(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Ghi chú"])
    for title, state, number in (
        ("a", "hidden", "1"),
        ("b", "visible", "2"),
        ("c", "visible", "3"),
    ):
        sheet = book.create_sheet(title)
        sheet.append(HEADER)
        sheet.append([LOAN, number])
        sheet.sheet_state = state
    path = tmp_path / "sheets.xlsx"
    book.save(path)

    assert column(path, "amount") == ["2"]


def test_a_workbook_without_the_header_tells_the_nearest_row(workbook):
    with pytest.raises(HeaderMissing) as refusal:
        table(workbook([["x"], [], ["Số khế ước"]], more=[["Ngày", "Họ và tên"]]))

    assert refusal.value.facts["found"] == ["Ngày", "Họ và tên"]
    assert refusal.value.facts["missing"] == ["Số khế ước", "Số tiền"]


def test_a_formula_gives_the_value_kept_with_it_and_text_like_one_is_text(workbook):
    path = workbook([HEADER, [LOAN, "=1+1", None, "@x"]])

    # openpyxl keeps no value with a formula.
    assert column(path, "amount") == [""]
    assert column(path, "name") == ["@x"]


def test_an_error_in_a_cell_is_read_as_its_text(workbook):
    path = workbook([HEADER, [LOAN, "#N/A", "#DIV/0!"], [LOAN, 1]])

    assert column(path, "amount") == ["#N/A", "1"]
    assert column(path, "day") == ["#DIV/0!", ""]


def test_a_workbook_has_its_limits(workbook):
    path = workbook([HEADER, *([LOAN, n] for n in range(10)), ["TỔNG CỘNG"]])

    assert len(table(path, Limits(1, 10, 4, 1024, 30)).rows) == 10
    with pytest.raises(TooManyRows):
        table(path, Limits(1, 9, 4, 1024, 30))
    with pytest.raises(TooManyRows):
        table(path, Limits(1, 2, 4, 1024, 30))
    with pytest.raises(TooManyColumns):
        table(path, Limits(1, 10, 3, 1024, 30))
