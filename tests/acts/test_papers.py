"""Documents: every total on paper is that of the workbook, of the table and of the book."""

import csv
import io
import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
import sqlalchemy as sa
from pypdf import PdfReader

from creditdesk import papers, sheets, statements, words
from creditdesk.engine import days, money
from creditdesk.papers import KINDS, Asked, Look
from creditdesk.reach import Asker
from creditdesk.records.households import customer
from creditdesk.records.loans import loan
from creditdesk.sheets import first_text
from creditdesk.users import Person, Role, Scope
from reports import forms, letters, scopes, sheet
from tests.builders import POLICY
from tests.papered import AS_OF, HOSTILE, MADE, SCOPES, asked, made


def printed(content):
    """Return the text of a PDF, each page's in reading order."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def tables_of(content):
    """Return the heads of the tables of a CSV one after the other, and its lines by part."""
    heads, found = [], {}
    for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))):
        if row and row[0] == "part":
            heads.append(row[2:])
        elif row:
            found.setdefault(row[0], []).append(row[2:])
    return heads, found


def title(column):
    """Return what a column is called on paper: what it shares with its neighbours before it."""
    titles = forms.GROUPS.get(column.group, ""), forms.column(column.code)
    return ": ".join(filter(None, dict.fromkeys(titles)))


def plain(cell):
    return "" if cell is None else str(cell)


def vouch(evidence, rows):
    """Demand that a workbook says what it is, and both sides of all that was checked."""
    told = {row[0]: row[1] for row in rows}
    assert told["Số sao kê"] == evidence.number
    assert told["Mã số liệu (SHA-256)"] == evidence.digest
    assert told["Ngày số liệu"] == days.written(evidence.as_of)
    assert f"Phạm vi: {told['Phạm vi']}" == scopes.covered(evidence.scope)
    sides = [row[2:4] for row in rows if str(row[0]).startswith(("√ Khớp", "≠ KHÔNG"))]
    assert sides == [(one.left, one.right) for one in evidence.identities]


def same(kind, value):
    """Demand that paper, workbook and table say what the tables of a value say."""
    form, tables = forms.FORMS[kind], KINDS[kind].tables(value)
    text = re.sub(r"\s+", " ", printed(KINDS[kind].written(value, "pdf", Look())))
    book = openpyxl.load_workbook(io.BytesIO(KINDS[kind].written(value, "xlsx", Look())))
    heads, listed = tables_of(KINDS[kind].written(value, "csv", Look()))
    assert heads == [sheets.heads(part) for part in tables.parts]
    squeezed = text.replace(" ", "")
    *figures, vouched = book.worksheets
    vouch(KINDS[kind].evidence(value), list(vouched.values))
    for part, inside, named in zip(tables.parts, figures, heads, strict=True):
        assert len(set(named)) == len(named)
        head, *rows = inside.iter_rows(min_row=5, values_only=True)
        assert head == tuple(map(title, part.columns))
        assert len(rows) == len(part.lines)
        assert (inside.page_setup.fitToHeight, inside.print_title_rows) == (0, "$5:$5")
        wide = [inside.column_dimensions[cell.column_letter].width for cell in inside[5]]
        for row in rows:
            for cell, width in zip(row, wide, strict=True):
                assert not isinstance(cell, int) or len(f"{cell:,}") < width
        for column in (column for column in part.columns if column.kind in FIGURES):
            said = forms.GROUPS.get(column.group, ""), forms.column(column.code)
            assert all(one.replace(" ", "") in squeezed for one in said), (kind, said)
        for at, line in enumerate(part.lines):
            numbers = [cell for cell in line.cells if isinstance(cell, int | Decimal)]
            found = [cell for cell in rows[at] if isinstance(cell, int | float)]
            assert [Decimal(str(cell)) for cell in found] == [Decimal(str(n)) for n in numbers]
            told = listed[part.code][at]
            kept = [cell for n, cell in enumerate(told) if n != first_text(part)]
            cells = [c for n, c in enumerate(line.cells) if n != first_text(part)]
            assert kept == [plain(cell) for cell in cells]
        for line in part.lines:
            if line.kind == "total":
                shown = [
                    sheet.told(cell, column.kind, form)
                    for cell, column in zip(line.cells, part.columns, strict=True)
                    if isinstance(cell, int | Decimal)
                ]
                missing = [one for one in shown if one not in text]
                assert not missing, (kind, part.code)
    assert all(cell.data_type != "f" for page in book for row in page for cell in row)


FIGURES = ("dong", "count", "share", "points", "number", "day")
EMPTY = {
    "01-1-bctd",
    "06-td",
    "15-td",
    "16-td",
    "05-xln",
    "due-next-month",
    "collection",
    "late",
    "due-notice",
    "14-td",
    "04-td",
}

ASKED = [
    (kind, scope)
    for kind, one in KINDS.items()
    for scope, said in SCOPES.items()
    if {axis for axis, _ in said.get("within", ())} <= set(one.asks)
]


@pytest.mark.parametrize(("kind", "scope"), ASKED)
def test_every_total_is_the_same_on_paper_in_the_workbook_and_in_the_table(books, kind, scope):
    for door in books[: 3 if scope == "province" else 2]:
        with door.read() as tx:
            try:
                value = made(tx, kind, **SCOPES[scope])
            except statements.NothingInScope:
                continue
            assert KINDS[kind].evidence(value).failed == ()
            same(kind, value)


def test_no_document_shows_an_officer_anybody_of_another_office(books):
    with books[0].read() as tx:
        rows = tx.execute(
            sa.select(loan.c.office, loan.c.loan_no, customer.c.customer_no).join(customer)
        ).all()
        office = Counter(row.office for row in rows).most_common(1)[0][0]
        own = {number for of, *numbers in rows if of == office for number in numbers}
        elsewhere = {number for _, *numbers in rows for number in numbers} - own
        person = Person(1, "an", "", Role.OFFICER, Scope("office", (office,)), "vi")
        shown = {}
        for name in KINDS.keys() - {"loan"}:
            kind, wanted = KINDS[name], Asked(AS_OF, MADE)
            with suppress(statements.NothingInScope):
                near = wanted.near(tx, Asker(person, MADE.date()), kind.act)
                value = kind.value(tx, POLICY, replace(near, place="44"))
                told = set(re.findall(r"\d{10,}", kind.evidence(value).data.decode()))
                shown[name] = (told | set(kind.seen(value))) & elsewhere

    assert elsewhere
    assert {name for name, numbers in shown.items() if numbers} == set()
    assert {"commune-month", "late", "collection"} <= shown.keys()


def test_the_leads_of_the_nested_list_are_the_sums_of_what_lies_within(books):
    with books[0].read() as tx:
        value = made(tx, "len-31")

    lines = value.parts[0].lines
    owed = [code.code for code in value.parts[0].columns].index("outstanding")
    total = lines[-1].cells[owed]
    for level in (1, 2, 3):
        assert sum(x.cells[owed] for x in lines if x.level == level) == total
    assert sum(x.cells[owed] for x in lines if x.kind == "plain") == total
    assert [x.cells[0] for x in lines if x.level][:3] == ["I", "1", "1.1"]


def test_savings_are_left_empty_and_the_paper_says_so(books):
    with books[0].read() as tx:
        for kind in ("len-31", "bc0437"):
            value = made(tx, kind)
            at = [column.code for column in value.parts[0].columns].index("savings")

            assert {line.cells[at] for line in value.parts[0].lines} == {None}
            assert forms.NOTES["no-savings"][:40] in printed(
                KINDS[kind].written(value, "pdf", Look())
            )


def test_bc0437_has_its_28_columns_and_01_1_its_17(books):
    with books[0].read() as tx:
        assert len(made(tx, "bc0437").parts[0].columns) == 28
        assert len(made(tx, "01-1-bctd").parts[0].columns) == 17


@pytest.mark.parametrize("kind", KINDS)
def test_one_loan_of_a_hostile_name_prints_and_runs_nowhere(books, kind):
    with books[-1].read() as tx:
        value = made(tx, kind)

    same(kind, value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_day_before_the_first_loan_prints_an_empty_document(books, kind):
    with books[0].read() as tx:
        value = KINDS[kind].make(tx, POLICY, asked(tx, kind, date(2019, 5, 31)))

    text = printed(KINDS[kind].written(value, "pdf", Look()))
    assert "TỔNG CỘNG" in text
    if kind in EMPTY:
        assert "Không có số liệu nào trong phạm vi này." in text
    assert KINDS[kind].evidence(value).failed == ()


def spoil(part):
    """Return a part whose lines all have hostile names."""
    name = first_text(part)
    lines = (
        line._replace(
            cells=(*line.cells[:name], HOSTILE[at % 4] + HOSTILE[2], *line.cells[name + 1 :])
        )
        for at, line in enumerate(part.lines)
    )
    return replace(part, lines=tuple(lines))


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"portfolio"}))
def test_names_that_would_act_or_break_the_page_are_shown_as_they_are(books, kind):
    with books[0].read() as tx:
        value = made(tx, kind)
    leaves = (
        replace(
            leaf,
            facts={
                code: HOSTILE[2] if type(fact) is str else fact
                for code, fact in leaf.facts.items()
            },
            parts=tuple(map(spoil, leaf.parts)),
        )
        for leaf in value.leaves
    )
    spoiled = replace(value, parts=tuple(map(spoil, value.parts)), leaves=tuple(leaves))

    text = printed(KINDS[kind].written(spoiled, "pdf", Look()))
    book = openpyxl.load_workbook(io.BytesIO(KINDS[kind].written(spoiled, "xlsx", Look())))

    assert "‹U+202E›" in text or not any(
        line.kind == "plain" for part in value.parts for line in part.lines
    )
    assert all(cell.data_type != "f" for page in book for row in page for cell in row)


def test_a_letter_says_to_whom_how_much_in_words_and_who_signs(books):
    with books[-1].read() as tx:
        letter = printed(KINDS["14-td"].written(made(tx, "14-td"), "pdf", Look()))

    text = re.sub(r"\s+", " ", letter)
    for said in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Kính gửi: Ông (bà) Nguyễn Thị Mẫu, tổ tiết kiệm và vay vốn 9333001",
        "2.000.001 đồng (bằng chữ: hai triệu không trăm linh một đồng)",
        "Nơi nhận:",
        "GIÁM ĐỐC",
    ):
        assert said in text


def test_the_largest_amounts_are_never_cut(books):
    largest = 9_999_999_999_999
    with books[0].read() as tx:
        value = made(tx, "01-1-bctd")
    part = value.parts[0]
    lines = tuple(
        line._replace(cells=tuple(largest if type(c) is int else c for c in line.cells))
        for line in part.lines
    )
    spoiled = type(value)(
        value.form, value.evidence, (type(part)(part.code, part.columns, lines),), value.notes
    )

    text = printed(KINDS["01-1-bctd"].written(spoiled, "pdf", Look()))

    assert text.count(money.millions(largest)) == 13 * len(lines)


def test_the_same_question_of_the_same_book_gives_the_same_bytes(books):
    with books[0].read() as tx:
        for kind in KINDS:
            files = [
                [KINDS[kind].written(made(tx, kind), ending, Look()) for ending in papers.ENDINGS]
                for _ in range(2)
            ]
            assert files[0] == files[1], kind


def test_what_pages_show_of_figures_has_its_words_in_every_language(books):
    known = words.catalogue("vi")
    with books[0].read() as tx:
        tables = [
            KINDS[kind].tables(made(tx, kind))
            for kind in sorted(KINDS)
            if KINDS[kind].act in ("portfolio-print", "groups")
        ]
    columns = {column for found in tables for part in found.parts for column in part.columns}
    told = {f"sheet_column.{one.code}" for one in columns}
    told |= {f"sheet_group.{one.group}" for one in columns if one.group}

    assert {one for one in told if not {one, one.partition(":")[0]} & set(known)} == set()


def shown(value):
    """Return the table on the first page."""
    return (value.leaves[0] if value.leaves else value).parts[0]


def test_each_form_says_its_number_its_day_its_columns_and_who_signs(books):
    with books[0].read() as tx:
        for kind in sorted(set(KINDS) - {"portfolio"}):
            value = made(tx, kind)
            pages = PdfReader(io.BytesIO(KINDS[kind].written(value, "pdf", Look()))).pages
            first, whole = pages[0].extract_text(), "\n".join(p.extract_text() for p in pages)

            form = forms.FORMS[kind]
            assert form.mark in first
            assert kind in letters.LETTERS or "Ngày 30 tháng 9 năm 2026" in first
            for number in range(1, len(shown(value).columns) + 1):
                assert f"({number})" in first, (kind, number)
            # Where no letter is written, nobody signs one.
            for post in form.leaf if value.leaves and form.leaf else form.posts:
                assert post in whole
            for code in value.notes:
                assert code in forms.NOTES
            for column in (column for part in value.parts for column in part.columns):
                assert forms.column(column.code) != column.code
                assert not column.group or column.group in forms.GROUPS
