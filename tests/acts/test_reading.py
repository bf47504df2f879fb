import hashlib
import unicodedata

import pytest

from creditdesk.intake.delimited import LONGEST_FIELD
from creditdesk.intake.reading import Column, Limits, read
from creditdesk.intake.refusals import (
    FieldTooLong,
    FileUnreadable,
    HeaderMissing,
    HeaderRepeated,
    TooManyColumns,
    TooManyRows,
)

COLUMNS = (
    Column("loan_no", ("Số khế ước",)),
    Column("name", ("Họ và tên", "Thủy, Hòa")),
    Column("amount", ("Số tiền",)),
    Column("day", ("Ngày",)),
)
REQUIRED = ("loan_no", "amount")
LIMITS = Limits(max_megabytes=20, max_rows=1000, max_columns=40, memory_megabytes=1024, seconds=30)
LOAN = "0600999900000001"


@pytest.fixture
def csv_file(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "handed-in.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return path

    return write


def table(path, limits=LIMITS):
    return read(path, COLUMNS, REQUIRED, limits)


def column(path, key, limits=LIMITS):
    return table(path, limits).columns[key].tolist()


# Where the header stands and how it is spelt


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_is_read_with_any_separator_mark_and_line_end(csv_file, separator, mark, end):
    lines = (
        separator.join(cells)
        for cells in (("Số khế ước", "Số tiền"), (LOAN, "50.000.000"), (LOAN, "7"))
    )

    found = table(csv_file(mark + end.join(lines)))

    assert found.columns["loan_no"].tolist() == [LOAN, LOAN]
    assert found.columns["amount"].tolist() == ["50.000.000", "7"]
    assert found.rows.tolist() == [2, 3]


def test_a_semicolon_leaves_decimal_commas_alone(csv_file):
    path = csv_file(f"Số khế ước;Số tiền;Ngày, giờ\n{LOAN};50.000.000,50;1,5\n")

    assert column(path, "amount") == ["50.000.000,50"]


def test_the_header_stands_below_titles(csv_file):
    path = csv_file(f'SỔ GIAO DỊCH;;\n"đến ""hôm\nnay""";;\n\nSố khế ước;Số tiền\n{LOAN};1\n')

    assert table(path).rows.tolist() == [6]


def test_columns_come_in_any_order_and_others_are_listed(csv_file):
    found = table(csv_file(f"Ghi chú;Số tiền;;Số khế ước\nx;1;y;{LOAN}\n"))

    assert found.unknown == ("Ghi chú",)
    assert set(found.columns) == {"loan_no", "amount"}
    assert found.columns["loan_no"].tolist() == [LOAN]


@pytest.mark.parametrize(
    "title",
    [
        "SỐ KHẾ ƯỚC",
        "  số   khế\u00a0ước ",
        '"Số khế\nước"',
        unicodedata.normalize("NFD", "Số khế ước"),
        "loan_no",
        "LOAN_NO",
    ],
)
def test_a_title_is_known_however_it_is_spelt(csv_file, title):
    assert column(csv_file(f"{title};Số tiền\n{LOAN};1\n"), "loan_no") == [LOAN]


@pytest.mark.parametrize("title", ["Thủy, Hòa", "Thuỷ, Hoà", "THUỶ, HÒA"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_letter_that_carries_the_tone_does_not_matter(csv_file, title, form):
    spelt = unicodedata.normalize(form, title)

    assert column(csv_file(f"{spelt};Số khế ước;Số tiền\nLan;{LOAN};1\n"), "name") == ["Lan"]


@pytest.mark.parametrize("title", ["Thùy, Hòa", "Thuy, Hoa", "Thủy, Hóa"])
def test_another_tone_is_another_title(csv_file, title):
    assert title in table(csv_file(f"{title};Số khế ước;Số tiền\nLan;{LOAN};1\n")).unknown


def test_a_header_that_lacks_a_column_is_told_by_its_nearest_row(csv_file):
    with pytest.raises(HeaderMissing) as refusal:
        table(csv_file(f"SỔ\nSố khế ước;Tiền;Ngày\n{LOAN};1;2\n"))

    assert refusal.value.facts == {
        "missing": ["Số tiền"],
        "row": 2,
        "found": ["Số khế ước", "Ngày"],
        "path": "handed-in.csv",
    }


def test_a_header_beyond_fifty_rows_is_not_looked_for(csv_file):
    header = f"Số khế ước;Số tiền\n{LOAN};1\n"

    assert table(csv_file("\n" * 49 + header)).rows.tolist() == [51]
    with pytest.raises(HeaderMissing):
        table(csv_file("\n" * 50 + header))


@pytest.mark.parametrize("again", ["Số tiền", "amount", "SỐ TIỀN "])
def test_a_column_named_twice_is_refused(csv_file, again):
    with pytest.raises(HeaderRepeated) as refusal:
        table(csv_file(f"Số khế ước;Số tiền;{again}\n{LOAN};1;2\n"))

    assert refusal.value.facts["row"] == 1


# Rows that are no data


@pytest.mark.parametrize(
    "numbers", ["(1);(2);(3)", "1;2;3", " (1) ;( 2 );(3)", "(1);;(2)", "A;1;2", "(A);(B);(1)"]
)
def test_column_numbers_are_left_out(csv_file, numbers):
    found = table(csv_file(f"Số khế ước;Số tiền;Ngày\n{numbers}\n{LOAN};1;\n"))

    assert found.rows.tolist() == [3]
    assert found.skipped == ((2, "column-numbers"),)


@pytest.mark.parametrize(
    "total",
    [
        "TỔNG CỘNG;;5",
        "Cộng;;5",
        ";CỘNG;5",
        "Tổng cộng: 3 khế ước;;5",
        "Cộng xã Gio Linh;;5",
        ";Tổng số;5",
        unicodedata.normalize("NFD", "Tổng cộng;;5"),
    ],
)
def test_total_lines_are_left_out(csv_file, total):
    found = table(csv_file(f"Số khế ước;Họ và tên;Số tiền\n{LOAN};Lan;5\n{total}\n{LOAN};An;1\n"))

    assert found.rows.tolist() == [2, 4]
    assert found.skipped == ((3, "total"),)


@pytest.mark.parametrize("row", [f"{LOAN};Cộng;5", "x;Cộng;5", ";Công Văn Lan;5", ";Cộngx;5"])
def test_a_person_is_no_total(csv_file, row):
    assert len(table(csv_file(f"Số khế ước;Họ và tên;Số tiền\n{row}\n")).rows) == 1


def test_a_total_with_a_contract_before_it_in_another_column_is_data(csv_file):
    found = table(csv_file(f"Họ và tên;Số khế ước;Số tiền\nCộng;{LOAN};5\n"))

    assert found.rows.tolist() == [2]


def test_titles_on_each_page_and_signatures_below_the_total_are_left_out(csv_file):
    titles = "Số khế ước;Họ và tên;Số tiền"
    page = f"{titles}\n(1);(2);(3)\n{LOAN};Lan;5\nCộng xã Gio Linh;;5\n"
    strange = ";An;7\n"
    signed = "TỔNG CỘNG;;10\nx;An;7\nĐông Hà, ngày 05/11/2026;;\n;Người lập biểu;Giám đốc\n"

    found = table(csv_file(page + strange + page + strange + signed))

    # A row without its number above the last total, or a full one below, is somebody's fault.
    assert found.rows.tolist() == [3, 5, 8, 10, 12]
    assert dict(found.skipped) == {
        **{2: "column-numbers", 4: "total", 6: "title", 7: "column-numbers", 9: "total"},
        **{11: "total", 13: "foot", 14: "foot"},
    }


def test_blank_rows_are_passed_over_in_silence(csv_file):
    found = table(csv_file(f"Số khế ước;Số tiền\n\n;\n{LOAN};1\n; \n\n\n"))

    assert found.rows.tolist() == [4]
    assert found.skipped == ()


def test_a_row_without_its_key_stays(csv_file):
    found = table(csv_file("Số khế ước;Số tiền\n;5\n"))

    assert found.rows.tolist() == [2]


# Values


def test_values_are_stripped_and_composed_and_nothing_else(csv_file):
    name = unicodedata.normalize("NFD", "Nguyễn Thị  Mẩy")
    path = csv_file(f"Số khế ước;Họ và tên;Số tiền\n \u00a0{LOAN}\t;{name} ;'1\n{LOAN};=1+1;@a\n")

    found = table(path)

    assert found.columns["loan_no"].tolist() == [LOAN, LOAN]
    assert found.columns["name"].tolist() == ["Nguyễn Thị  Mẩy", "=1+1"]
    assert found.columns["amount"].tolist() == ["'1", "@a"]


@pytest.mark.parametrize("value", ['=HYPERLINK(""http://x"")', "+1", "-1", "@SUM(A1)"])
def test_what_looks_like_a_formula_is_text(csv_file, value):
    path = csv_file(f'Số khế ước;Họ và tên;Số tiền\n{LOAN};"{value}";1\n')

    assert column(path, "name") == [value.replace('""', '"')]


def test_short_rows_are_filled_up(csv_file):
    found = table(csv_file(f"Số khế ước;Số tiền;Họ và tên\n{LOAN};1\n{LOAN}\n"))

    assert found.columns["name"].tolist() == ["", ""]
    assert found.columns["amount"].tolist() == ["1", ""]


def test_a_row_with_a_field_too_many_is_kept_and_named(csv_file):
    found = table(csv_file(f"Số khế ước,Số tiền\n{LOAN},1,,\n{LOAN},50,000\n{LOAN},2\n"))

    assert found.rows.tolist() == [2, 3, 4]
    assert found.overlong == ((3, "000"),)


def test_rows_are_counted_in_lines_of_the_file(csv_file):
    path = csv_file(
        f'Số khế ước;Số tiền;Họ và tên\n{LOAN};1;"hai\ndòng"\n\n'
        f'{LOAN};2;"ba\r\ndòng\rnữa"\r\n{LOAN};3;x\n'
    )

    found = table(path)

    assert found.rows.tolist() == [2, 5, 8]
    assert found.columns["name"].tolist() == ["hai\ndòng", "ba\r\ndòng\rnữa", "x"]


def test_rows_stay_right_over_many_portions(csv_file):
    lines = [f'{LOAN};{n};"a\nb"' if n % 7 == 0 else f"{LOAN};{n};x" for n in range(1000)]

    found = table(csv_file("Số khế ước;Số tiền;Họ và tên\n" + "\n".join(lines)))

    expected = [2 + n + (n + 6) // 7 for n in range(1000)]
    assert found.rows.tolist() == expected
    assert found.columns["amount"].tolist() == [str(n) for n in range(1000)]


def test_the_sum_is_that_of_the_file(csv_file):
    path = csv_file(f"Số khế ước;Số tiền\n{LOAN};1\n")

    assert table(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


# Refusals of text


@pytest.mark.parametrize(
    ("data", "facts"),
    [
        ("Số khế ước;Số tiền\n1;2\n".encode("utf-16"), {"why": "utf-16"}),
        (b"loan_no;amount\n1;\xc0\n", {"why": "not-utf-8", "row": 2}),
        (b"loan_no;amount\n1;2\n3;\0\n", {"why": "nul", "row": 3}),
        (b'loan_no;amount\n1;2\n"3;4\n5;6\n', {"why": "quotes", "row": 3}),
        (b'loan_no;amount\n1;"a "b" c"\n', {"why": "quotes", "row": 2}),
    ],
)
def test_text_that_cannot_be_trusted_is_refused_with_its_row(csv_file, data, facts):
    with pytest.raises(FileUnreadable) as refusal:
        table(csv_file(data))

    assert refusal.value.facts == facts | {"path": "handed-in.csv"}


def test_a_letter_cut_at_a_megabyte_is_still_that_letter(csv_file):
    start = "loan_no;amount\n"
    path = csv_file(start + ("x;" + "1" * 1000 + "\n") * 1045 + "y;" + "ế" * 3000 + "\n")

    assert column(path, "amount", LIMITS_OF_MANY)[-1] == "ế" * 3000


LIMITS_OF_MANY = Limits(20, 100_000, 40, 1024, 30)


def test_a_field_longer_than_any_text_is_refused_with_its_row(csv_file):
    long = "x" * (LONGEST_FIELD + 1)

    for field in (long, f'"{long}"', '"' + "x\n" * LONGEST_FIELD + '"'):
        with pytest.raises(FieldTooLong) as refusal:
            table(csv_file(f"loan_no;amount\n1;2\n3;{field}\n"))
        assert refusal.value.facts == {"row": 3, "most": LONGEST_FIELD, "path": "handed-in.csv"}


def test_rows_and_columns_have_their_limits(csv_file):
    rows = "Số khế ước;Số tiền\n" + f"{LOAN};1\n" * 3 + "TỔNG CỘNG;3\n"
    wide = "Số khế ước;Số tiền" + ";x" * 2 + "\n"

    assert len(table(csv_file(rows), Limits(1, 3, 2, 1024, 30)).rows) == 3
    with pytest.raises(TooManyRows):
        table(csv_file(rows), Limits(1, 2, 2, 1024, 30))
    with pytest.raises(TooManyColumns):
        table(csv_file(wide), Limits(1, 3, 3, 1024, 30))
