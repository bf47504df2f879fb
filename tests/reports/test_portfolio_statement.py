"""Facts of the printed statement, read back from its bytes."""

import os
import re
import unicodedata
from dataclasses import replace
from functools import cache
from io import BytesIO

import pytest
from pypdf import PdfReader

from creditdesk.engine.money import millions, written
from creditdesk.evidence import Identity
from creditdesk.figures import Figures
from reports import in_words
from reports.faces import SHIPPED_FONTS
from reports.paper import RED
from reports.portfolio import render
from tests.reports.builders import communes_of, quang_tri, statement_of
from tests.watched import Watch

MONEY = ("drawn", "drawn_year", "drawn_to_date", "principal_collected", "outstanding", "in_term")
LATER = ("overdue", "frozen", "share", "late_principal", "loans", "households")
SHOWN = MONEY + LATER
ACTIVE = (b"/JS", b"/JavaScript", b"/Launch", b"/URI", b"/OpenAction")


@cache
def printed(unit="million"):
    return render(quang_tri(), unit=unit)


def pages(paper):
    return [page.extract_text() for page in PdfReader(BytesIO(paper)).pages]


def flat(paper):
    """Return all text as one line, so that a wrapped name is found whole."""
    return re.sub(r"\s+", " ", " ".join(pages(paper)))


def rows_read(paper, names):
    """Return for each name the match of its row in the text: a cell per group, as on paper."""
    text = flat(paper)
    cells = r"\s+".join([r"(-?[\d.,]+|–)"] * len(SHOWN))
    return {name: re.search(rf"\s\d+ {re.escape(name)}\s+{cells}", text) for name in names}


def with_evidence(statement, **changed):
    return replace(statement, evidence=replace(statement.evidence, **changed))


def all_rows(statement):
    return [row for section in statement.sections for row in section.rows]


def ink(paper):
    """Return the drawing operators of all pages."""
    return "\n".join(
        page.get_contents().get_data().decode("latin-1")
        for page in PdfReader(BytesIO(paper)).pages
    )


@pytest.mark.parametrize(
    ("unit", "amount"), [("million", millions), ("dong", written)], ids=["million", "dong"]
)
def test_every_commune_is_printed_with_its_own_figures(unit, amount):
    statement = quang_tri()
    read = rows_read(printed(unit), [row.names[0] for row in all_rows(statement)])

    for row in all_rows(statement):
        found = read[row.names[0]]
        assert found, row.names[0]
        for name, cell in zip(SHOWN, found.groups(), strict=True):
            if name in ("loans", "households"):
                assert cell == written(getattr(row.figures, name))
            elif name != "share":
                assert cell == amount(getattr(row.figures, name))


def test_sums_read_back_from_the_text_are_the_totals_to_the_dong():
    statement = quang_tri()
    read = rows_read(printed("dong"), [row.names[0] for row in all_rows(statement)])

    for at, name in enumerate(SHOWN):
        if name not in ("share", "households"):
            cells = [int(found.groups()[at].replace(".", "")) for found in read.values()]
            assert sum(cells) == getattr(statement.total, name)


def test_the_grand_total_stands_in_both_tables():
    total = quang_tri().total
    text = flat(printed())

    assert len(re.findall(r"TỔNG CỘNG " + re.escape(millions(total.drawn)), text)) == 2
    assert text.count(f" {millions(total.drawn_to_date)} ") >= 2


def test_the_total_disbursed_is_said_in_words():
    amount = quang_tri().total.drawn_to_date
    said = in_words.dong(amount)

    assert f"{said[0].upper()}{said[1:]}." in flat(printed())


def test_subtotals_are_printed_for_each_kind_of_unit():
    statement = quang_tri()
    kinds = {"xa": "Cộng xã (69)", "phuong": "Cộng phường (8)", "dac-khu": "Cộng đặc khu (1)"}
    text = flat(printed())

    for section in statement.sections:
        assert f"{kinds[section.kind]} {millions(section.subtotal.drawn)}" in text


def test_every_programme_is_printed_under_its_source():
    statement = quang_tri()
    text = flat(printed())
    central, local = text.split("II. Nguồn vốn địa phương")

    for row in statement.programmes:
        part = central if row.keys[1] == "1" else local
        assert f"{row.keys[0]} {row.names[0]} {millions(row.figures.drawn)}" in part


def test_text_is_vietnamese_in_composed_form():
    text = "".join(pages(printed()))

    assert unicodedata.is_normalized("NFC", text)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert "Độc lập - Tự do - Hạnh phúc" in text
    assert "CHI NHÁNH TỈNH QUẢNG TRỊ" in text
    assert "\ufffd" not in text


@pytest.mark.parametrize("count", [78, 3321])
def test_column_numbers_stand_on_every_page_of_the_table(count):
    paper = printed() if count == 78 else render(statement_of(communes_of_the_country()))
    texts = pages(paper)
    with_rows = [text for text in texts if re.search(r"^\d+\s*\n?.*\d,\d\d", text, re.M)]

    numbered = [text for text in texts if all(f"({at})" in text for at in range(1, 15))]
    assert len(numbered) >= 3
    assert all("Doanh số cho vay" in text and "Đơn vị: triệu đồng" in text for text in numbered)
    tables = [text for text in with_rows if "II. Tiền đã đi đâu" not in text]
    assert set(tables) <= set(numbered)


def communes_of_the_country():
    return [one for code in range(1, 97) for one in communes_of(f"{code:02d}")]


def test_every_page_says_which_of_how_many_it_is():
    texts = pages(printed())

    for number, text in enumerate(texts, 1):
        assert f"Trang {number}/{len(texts)}" in text


def test_every_page_bears_the_digest_and_the_time_of_making():
    statement = quang_tri()

    for text in pages(printed()):
        assert statement.evidence.digest in text
        assert "08:30:00 ngày 05/11/2026" in text


def test_the_signatures_stand_together_below_the_checks():
    last = pages(printed())[-1]

    for said in ("ngày 05 tháng 11 năm 2026", "Người lập biểu", "Kiểm soát", "Giám đốc"):
        assert said in last
    assert "Khớp." in last


def test_what_was_left_out_is_counted():
    assert "214 món đã duyệt, chưa giải ngân" in flat(printed())


def test_identities_that_hold_are_said_and_nothing_is_red():
    assert flat(printed()).count("√ Khớp.") == len(quang_tri().evidence.identities)
    assert f"{RED} rg" not in ink(printed())


def test_a_failed_identity_is_printed_in_red_with_its_gap():
    broken = Identity("parts-make-outstanding", 1_000_007, 1_000_000)
    paper = render(
        with_evidence(quang_tri(), identities=(*quang_tri().evidence.identities, broken))
    )

    assert "KHÔNG KHỚP. Trong hạn + quá hạn + khoanh = tổng dư nợ" in flat(paper)
    assert "lệch 7" in flat(paper)
    assert "CẢNH BÁO: 1 phép kiểm tra không khớp" in pages(paper)[0]
    assert ink(paper).count(f"{RED} rg") >= 2


def test_the_same_value_gives_the_same_bytes():
    assert render(quang_tri()) == render(quang_tri())
    assert render(quang_tri()) != render(with_evidence(quang_tri(), data=b"other"))


def test_the_file_names_its_title_language_and_author():
    reader = PdfReader(BytesIO(printed()))

    assert reader.metadata.title == "SAO KÊ TÍN DỤNG CHÍNH SÁCH THEO XÃ, PHƯỜNG, ĐẶC KHU"
    assert reader.metadata.author == "NGÂN HÀNG CHÍNH SÁCH XÃ HỘI CHI NHÁNH TỈNH QUẢNG TRỊ"
    assert reader.trailer["/Root"]["/Lang"] == "vi-VN"
    assert reader.metadata.creation_date.isoformat() == "2026-11-05T08:30:00+07:00"


def test_every_font_is_embedded_in_part_and_can_be_read_back():
    page = PdfReader(BytesIO(printed())).pages[0]
    fonts = [one.get_object() for one in page["/Resources"]["/Font"].values()]

    assert len(fonts) == 3
    for font in fonts:
        assert re.match(r"/[A-Z]{6}\+LiberationSerif", font["/BaseFont"])
        assert "/FontFile2" in font["/FontDescriptor"]
        assert "/ToUnicode" in font


HOSTILE = (
    "<b>Đông Hà",
    "<font color='[].__class__'>x</font>",
    "<img src='/etc/passwd'/>",
    "<a href='javascript:alert(1)'>x</a>",
    "%%EOF",
    ") Tj ET /JS (x",
    "\\) \\( \\",
    "<</JS (app.alert(1)) /S /JavaScript>>",
    "/Launch /URI /OpenAction",
    "http://127.0.0.1:9/x.png",
    "a\u202eb\u200bc\u2066d",
    unicodedata.normalize("NFD", "Đường Thủy"),
    "x" * 300,
    "rất dài " * 1_000,
    "tab\tnew\nline\r\x00\x07\x1b",
    "汉字 ไทย 😀 \ufffe",
    "lone \ud800",
    "=HYPERLINK(1)",
    "",
    " ",
    "  hai  cách ",
)


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_is_only_ever_text(name):
    statement = statement_of([("19333", name, "phuong"), ("19360", "Quảng Trị", "phuong")])
    scope = replace(
        statement.evidence.scope, commune_code="19333", commune_name=name, commune_kind="phuong"
    )
    programmes = tuple(
        row._replace(names=(name, name), keys=(name, row.keys[1])) for row in statement.programmes
    )
    statement = with_evidence(statement, scope=scope)
    paper = render(replace(statement, programmes=programmes))

    objects = re.sub(rb"\nstream\n.*?endstream\n", b"", paper, flags=re.DOTALL)
    assert not any(word in objects for word in ACTIVE)
    assert objects.count(b"/EmbeddedFile\n") == objects.count(b"/EF") == 1
    assert paper.count(b"%%EOF") == 1
    assert "Giám đốc" in pages(paper)[-1]


def test_what_cannot_be_printed_is_spelled_out_and_names_are_composed():
    names = ["a\u202eb", "tab\tx", unicodedata.normalize("NFD", "Đường Thủy"), "<b>&amp;"]
    text = flat(render(statement_of([(str(at), name, "xa") for at, name in enumerate(names)])))

    assert "a‹U+202E›b" in text
    assert "tab‹U+0009›x" in text
    assert "Đường Thủy" in text
    assert "<b>&amp;" in text


def test_a_name_of_three_hundred_letters_is_wrapped_and_whole():
    name = "Nguyễn" * 50
    paper = render(statement_of([("1", name, "xa")]))

    assert name in "".join(pages(paper)).replace("\n", "")


def test_printing_opens_no_file_but_fonts_and_no_socket():
    statement = statement_of([("1", "<img src='/etc/passwd'/>", "xa")])
    render(statement)

    with Watch() as seen:
        render(statement)

    assert not [what for what in seen if not os.fspath(what).startswith(str(SHIPPED_FONTS))]


def test_a_statement_of_nothing_is_printed_with_its_zeros():
    paper = render(statement_of([]))

    assert "Gồm: không có đơn vị nào" in flat(paper)
    assert flat(paper).count("TỔNG CỘNG 0,00 0,00 0,00") == 2
    assert "Không đồng." in flat(paper)


def test_one_commune_is_a_statement_too():
    paper = render(statement_of([("19742", "Cồn Cỏ", "dac-khu")]))

    assert rows_read(paper, ["Cồn Cỏ"])["Cồn Cỏ"]
    assert "Cộng đặc khu (1)" in flat(paper)


def test_five_thousand_rows_are_all_there():
    statement = statement_of([(f"{at:05d}", f"Xã số {at}", "xa") for at in range(5_000)])
    texts = pages(render(statement))
    found = re.findall(r"Xã số (\d+) ", "\n".join(texts))

    assert len({*map(int, found)}) == 5_000
    assert f"Trang {len(texts)}/{len(texts)}" in texts[-1]


@pytest.mark.parametrize("unit", ["million", "dong"])
def test_nine_thousand_billion_fits_every_column_unnarrowed(unit):
    most = 9_999_999_999_999
    amounts = dict.fromkeys((*MONEY, "overdue", "frozen", "late_principal"), most)
    figures = Figures(loans=999_999, households=999_999, **amounts)
    statement = statement_of([("1", "Đông Hà", "phuong")])
    section = statement.sections[0]
    row = section.rows[0]._replace(figures=figures)
    section = replace(section, rows=(row,), subtotal=figures)
    statement = replace(
        statement, sections=(section,), total=figures, programmes=(), programmes_total=figures
    )

    assert " Tz" not in ink(render(statement, unit=unit))


def test_more_than_fits_is_set_narrower_and_never_cut():
    statement = statement_of([("1", "Đông Hà", "phuong")])
    statement = replace(statement, total=statement.total._replace(drawn=10**15))
    paper = render(statement, unit="dong")

    assert "1.000.000.000.000.000" in flat(paper)
    assert " Tz" in ink(paper)


def test_a_subtotal_has_rows_above_it_on_its_page():
    for count in range(15, 60):
        statement = statement_of([(str(at), f"Nơi {at}", "xa") for at in range(count)])
        for text in pages(render(statement)):
            if "Cộng xã" in text:
                assert text.index("Nơi") < text.index("Cộng xã")
                assert f"Nơi {count - 2} " in text
            if "I. Xã" in text:
                assert "Nơi 1 " in text.split("I. Xã")[1]


def test_another_folder_of_fonts_must_hold_three_faces(tmp_path):
    with pytest.raises(FileNotFoundError):
        render(quang_tri(), fonts=tmp_path)

    for name in ("Regular", "Bold", "Italic"):
        source = SHIPPED_FONTS / f"LiberationSerif-{name}.ttf"
        (tmp_path / f"Office-{name}.ttf").write_bytes(source.read_bytes())
    assert flat(render(quang_tri(), fonts=tmp_path)) == flat(printed())
