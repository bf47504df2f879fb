"""Nobody signs a page that says nothing: at every length rows or checks stand above who signs."""

import io
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader

from creditdesk.collected import Sheet, Slip
from creditdesk.engine.money import Dong
from creditdesk.evidence import Identity
from creditdesk.papers.checks import sheet
from creditdesk.sheets import Column, Line, Part
from reports import receipts
from reports import sheet as paper
from tests import readback
from tests.conftest import LONG
from tests.sealed import AT, statement

COLUMNS = (
    *(Column("no", "no"), Column("borrower", "text")),
    *(Column("loan_no", "code"), Column("owed")),
)
CHECK = Identity("leaves-make-total", 1, 1)


def register(rows, *, total=True, checks=2):
    """Return a list of loans of some length."""
    lines = [Line((str(at), "Hồ Thị Mẩy (minh họa)", "66", 5_000)) for at in range(1, rows + 1)]
    if total:
        lines.append(Line(("", "", "", 5_000 * rows), "total", label="total"))
    part = Part("loans", COLUMNS, tuple(lines))
    evidence = statement().evidence
    return sheet(evidence, part, checked=[CHECK] * checks, notes=("behind-late", "behind-change"))


def signed_page(found):
    """Return the text of the page of a list that is signed."""
    [signed] = [page for page in readback.pages(paper.render(found)) if "Giám đốc" in page]
    return signed


@pytest.mark.parametrize("total", [True, False])
def test_two_rows_of_the_list_stand_on_the_page_that_is_signed(total):
    for rows in range(30, 72):
        last = signed_page(register(rows, total=total))

        assert len(re.findall(r"Hồ Thị Mẩy", last)) >= 2, rows
        assert "Mã số liệu (SHA-256)" in last


def test_a_short_list_is_not_torn_and_of_a_longer_one_a_last_page_has_more_than_two_rows():
    for rows in (1, 8, 15, 16, 17, *range(24, 60, 5)):
        pages = readback.pages(paper.render(register(rows)))
        told = [count for page in pages if (count := len(re.findall(r"Hồ Thị Mẩy", page)))]

        assert sum(told) == rows
        assert len(told) == 1 or (rows > 15 and told[-1] >= 6), (rows, told)
        assert "TỔNG CỘNG" in pages[len(told) - 1]


@pytest.mark.parametrize(("name", "told"), [("Nguyễn " * 43, [3, 1]), ("Lan", [4])])
def test_a_receipt_is_as_high_as_the_name_of_who_pays_needs(name, told):
    slip = Slip("PT1", "66", "44", name, "03", Dong(5), Dong(5), counts=True)
    group = Sheet("1", "x", "12", "1", "44", "1", AT.date(), 4, (), (slip,) * 4)

    pages = readback.pages(receipts.render(receipts.of(statement().evidence, group, {})))

    counts = [page.count("Người thu tiền") for page in pages]
    assert [count for count in counts if count] == told


def test_what_returns_on_every_page_of_a_wide_paper_is_shown_to_its_edges():
    content = paper.render(replace(register(200), form="bc0437"))

    _, second, *_ = PdfReader(io.BytesIO(content)).pages
    drawn = [one.get_object()["/BBox"] for one in second["/Resources"]["/XObject"].values()]
    assert second.mediabox.width > 1_190  # A3
    assert drawn
    assert all(box[2] > second.mediabox.width for box in drawn)


def test_a_title_stands_on_the_page_of_its_first_rows_however_high_they_are():
    tall = Line(("1", "Nguyễn " * 200, "66", 5_000))
    for rows in range(32, 52, 4):
        found = register(rows)
        second = replace(found.parts[0], lines=(tall, *found.parts[0].lines))
        pages = readback.pages(paper.render(replace(found, parts=(*found.parts, second))))

        (below,) = [said[1] for page in pages if len(said := re.split(r"(?m)^II\. ", page)) > 1]
        assert "Nguyễn Nguyễn" in below, rows


@pytest.mark.parametrize("checks", [19, 40])
def test_who_signs_stands_below_the_figures_and_many_checks_follow_as_an_annex(checks):
    for rows in range(30, 72, 5):
        pages = readback.pages(paper.render(register(rows, checks=checks)))
        signed, annex = pages[-2:]

        assert len(re.findall(r"Hồ Thị Mẩy", signed)) >= 2, rows
        for said in (f"Cả {checks} phép kiểm tra đều khớp", "Giám đốc", "Mã số liệu (SHA-256):"):
            assert said in signed
        assert "PHỤ LỤC: KIỂM TRA SỐ LIỆU" in annex
        assert annex.count("√ Khớp") == checks
        assert "Giám đốc" not in annex


def test_an_annex_of_checks_that_failed_is_told_in_red_where_nobody_signs():
    found = register(9, checks=18)
    wrong = Identity("leaves-make-total:owed", 2, 1)
    checks = (*found.evidence.identities, wrong)
    found = replace(found, evidence=replace(found.evidence, identities=checks))

    *_, signed, annex = readback.pages(paper.render(found))

    assert "1 trong 19 phép kiểm tra KHÔNG KHỚP, xem phụ lục: không được ký." in signed
    assert "≠ KHÔNG KHỚP. Cộng số liệu của các tổ = tổng cộng, dư nợ gốc: 2 ≠ 1" in annex


def test_every_row_of_a_long_register_is_printed_once_under_its_head():
    rows = 230_000 if LONG else 2_300
    pages = readback.pages(paper.render(register(rows)))

    told = [int(number) for page in pages for number in re.findall(r"(?m)^\s*(\d+) Hồ", page)]
    assert told == list(range(1, rows + 1))
    assert all("(4)" in page for page in pages)
    assert "TỔNG CỘNG" in pages[-1]
