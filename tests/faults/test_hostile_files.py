import io
import os
import resource
import struct
import zipfile

import openpyxl
import pytest

from creditdesk.intake.reading import Column, Limits, read
from creditdesk.intake.refusals import (
    FieldTooLong,
    FileBomb,
    FileEmpty,
    FileEncrypted,
    FileMissing,
    FileTooLarge,
    FileUnreadable,
    OldWorkbook,
    ReadingTookTooLong,
    ReadingTookTooMuch,
    TooManyColumns,
)

COLUMNS = (Column("loan_no", ("Số khế ước",)), Column("amount", ("Số tiền",)))
LIMITS = Limits(max_megabytes=20, max_rows=1000, max_columns=40, memory_megabytes=512, seconds=10)
LOAN = "0600999900000001"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = "xl/worksheets/sheet1.xml"
SHEET_BEGINS = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
)
SHEET_ENDS = b"</sheetData></worksheet>"


@pytest.fixture
def handed_in(tmp_path):
    def write(data, name="handed-in.xlsx"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


def table(path, limits=LIMITS):
    return read(path, COLUMNS, ("loan_no", "amount"), limits)


def refused(path, limits=LIMITS):
    """Return why a file is refused."""
    with pytest.raises(Exception) as refusal:  # noqa: PT011 - the caller says which
        table(path, limits)
    return refusal.value


def workbook():
    """Return the parts of an honest workbook of one row."""
    book = openpyxl.Workbook()
    book.active.append(["Số khế ước", "Số tiền"])
    book.active.append([LOAN, 1])
    raw = io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts, method=zipfile.ZIP_DEFLATED):
    """Return parts as the bytes of a zip."""
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return raw.getvalue()


def with_cells(cells):
    """Return a workbook whose sheet holds these rows of XML."""
    return zipped(workbook() | {SHEET: SHEET_BEGINS + cells + SHEET_ENDS})


def text_cell(place, value):
    return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'.encode()


HEADER = (
    b'<row r="1">' + text_cell("A1", "loan_no") + text_cell("B1", "amount") + b"</row>"
    b'<row r="2">' + text_cell("A2", LOAN) + text_cell("B2", "1") + b"</row>"
)


def children_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


# What never reaches a reader


def test_a_file_that_is_not_there(tmp_path):
    assert isinstance(refused(tmp_path / "nothing.csv"), FileMissing)
    assert isinstance(refused(tmp_path), FileMissing)


def test_a_pipe_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")

    assert isinstance(refused(tmp_path / "pipe.csv"), FileMissing)


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\r\n \n"])
def test_an_empty_file(handed_in, data):
    assert isinstance(refused(handed_in(data)), FileEmpty)


def test_a_file_too_large_is_refused_unread(handed_in):
    path = handed_in(b"")
    os.truncate(path, 300 << 20)

    refusal = refused(path)

    assert isinstance(refusal, FileTooLarge)
    assert refusal.facts == {"megabytes": 300, "most": 20, "path": "handed-in.xlsx"}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "pdf"),
        (b"\n <html><table></table></html>", "html"),
        (b"{\\rtf1}", "rtf"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (OLE2 + b"\0" * 600, "not-a-workbook"),
        (b"PK\x03\x04" + b"x" * 100, "truncated"),
        (b"PK\x05\x06" + b"\0" * 18, "not-a-workbook"),
        (b"\xff\xfel\0o\0", "utf-16"),
        (b"loan_no\0;amount\n", "nul"),
    ],
)
def test_another_kind_of_file_under_the_name_of_a_workbook(handed_in, data, why):
    refusal = refused(handed_in(data))

    assert isinstance(refusal, FileUnreadable)
    assert refusal.facts["why"] == why


@pytest.mark.parametrize(
    ("stream", "kind"),
    [("EncryptedPackage", FileEncrypted), ("Workbook", OldWorkbook), ("Book", OldWorkbook)],
)
def test_an_old_container_is_told_by_what_it_holds(handed_in, stream, kind):
    data = OLE2 + b"\0" * 1000 + stream.encode("utf-16-le") + b"\0" * 1000

    assert isinstance(refused(handed_in(data)), kind)


def test_a_workbook_of_the_oldest_kind(handed_in):
    assert isinstance(refused(handed_in(b"\x09\x08\x10\0\0\x06\x05\0")), OldWorkbook)


def test_a_locked_zip(handed_in):
    data = bytearray(zipped(workbook()))
    place = data.index(b"PK\x01\x02")
    data[place + 8] |= 1

    assert isinstance(refused(handed_in(data)), FileEncrypted)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_workbook_cut_short(handed_in, share):
    data = zipped(workbook())

    refusal = refused(handed_in(data[: int(len(data) * share)]))

    assert isinstance(refusal, FileUnreadable)
    assert refusal.facts["why"] == "truncated"


def test_another_document_in_a_zip(handed_in):
    refusal = refused(handed_in(zipped({"word/document.xml": b"<x/>"})))

    assert refusal.facts["why"] == "not-a-workbook"


# Bombs that their directory betrays


def test_a_bomb_is_refused_by_what_it_declares(handed_in):
    before = children_seconds()
    data = zipped(workbook() | {SHEET: b" " * (64 << 20)})

    refusal = refused(handed_in(data))

    assert len(data) < 100_000
    assert isinstance(refusal, FileBomb)
    assert children_seconds() == before


def test_many_parts_are_refused(handed_in):
    parts = {f"xl/{number}": b"" for number in range(5000)}

    assert isinstance(refused(handed_in(zipped(workbook() | parts))), FileBomb)


def test_a_directory_that_lies_about_its_size_is_no_way_round(handed_in):
    data = bytearray(zipped(workbook() | {SHEET: b" " * (64 << 20)}))
    entry = data.index(SHEET.encode(), data.index(b"PK\x01\x02")) - 46
    data[entry + 24 : entry + 28] = struct.pack("<I", 1000)

    assert isinstance(refused(handed_in(data)), (FileUnreadable, ReadingTookTooMuch))


# Bombs that only the fence holds


@pytest.mark.parametrize("far", ["XFD1048576", "AN1048576", "AO2", "XFD2"])
def test_a_cell_far_out_ends_the_child_and_nothing_else(handed_in, far):
    row = far.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    cell = f'<row r="{row}">'.encode() + text_cell(far, "x") + b"</row>"
    before = children_seconds()

    refusal = refused(handed_in(with_cells(HEADER + cell)))

    assert isinstance(refusal, (TooManyColumns, ReadingTookTooMuch))
    assert children_seconds() - before < 2


def test_a_workbook_of_sixteen_thousand_columns(handed_in):
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["Số khế ước", "Số tiền", *range(16_000)])
    raw = io.BytesIO()
    book.save(raw)

    assert isinstance(refused(handed_in(raw.getvalue())), TooManyColumns)


def test_a_wide_and_long_workbook_ends_at_its_first_row(handed_in):
    cells = b"".join(b'<c r="%s1"><v>1</v></c>' % letters(n) for n in range(1000))
    rows = HEADER + (b"<row>" + cells + b"</row>") * 600
    # Not packed at all, so that nothing but its width betrays it.
    data = zipped(workbook() | {SHEET: SHEET_BEGINS + rows + SHEET_ENDS}, zipfile.ZIP_STORED)
    before = children_seconds()

    refusal = refused(handed_in(data))

    assert isinstance(refusal, TooManyColumns)
    assert children_seconds() - before < 2


def letters(number):
    """Return the name of a column: 0 is A."""
    name = b""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = bytes([65 + rest]) + name
    return name


def test_a_million_blank_rows_with_a_format_are_nothing(handed_in):
    blank = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (n, n) for n in range(3, 1_000_003))

    found = table(handed_in(with_cells(HEADER + blank)))

    assert found.rows.tolist() == [2]


def test_a_cell_at_the_very_bottom_costs_little(handed_in):
    far = b'<row r="1048576">' + text_cell("B1048576", "5") + b"</row>"

    assert table(handed_in(with_cells(HEADER + far))).rows.tolist() == [2, 1048576]


def test_entities_are_not_unfolded(handed_in):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">%s]>' % b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    parts = workbook()
    for name in (SHEET, "xl/workbook.xml"):
        attacked = parts | {name: bomb + parts[name].replace(b"Sheet", b"&j;")}
        before = children_seconds()
        try:
            table(handed_in(zipped(attacked)))
        except FileUnreadable as refusal:
            assert refusal.facts["why"] == "damaged"  # noqa: PT017 - to be read or refused so
        assert children_seconds() - before < 2


@pytest.mark.parametrize("name", ["xl/workbook.xml", SHEET, "xl/_rels/workbook.xml.rels"])
@pytest.mark.parametrize("data", [b"", b"<", b"<a/>", b"\0\xff"])
def test_a_damaged_part_is_one_clear_refusal(handed_in, name, data):
    refusal = refused(handed_in(zipped(workbook() | {name: data})))

    assert type(refusal).__module__ == "creditdesk.intake.refusals"


def test_a_child_that_overstays_is_ended(handed_in):
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(3, 400_000)
    )
    limits = Limits(20, 1_000_000, 40, 512, 0)

    assert isinstance(refused(handed_in(with_cells(HEADER + rows)), limits), ReadingTookTooLong)


def test_a_child_that_needs_more_memory_than_it_may_is_ended(handed_in):
    rows = b"".join(
        b'<row r="%d">%s</row>' % (n, text_cell(f"A{n}", "x" * 30)) for n in range(3, 400_000)
    )
    limits = Limits(20, 1_000_000, 40, 64, 10)

    assert isinstance(refused(handed_in(with_cells(HEADER + rows)), limits), ReadingTookTooMuch)


def test_one_text_repeated_without_end_is_cut_off(handed_in):
    long = b"<sst><si><t>" + b"x" * 30_000 + b"</t></si></sst>"
    parts = workbook()
    rows = b"".join(
        b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(3, 20_000)
    )
    parts |= {SHEET: SHEET_BEGINS + HEADER + rows + SHEET_ENDS, "xl/sharedStrings.xml": long}
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="rId99" Target="sharedStrings.xml" Type="http://schemas.openxmlformats.org'
        b'/officeDocument/2006/relationships/sharedStrings"/></Relationships>',
    )
    limits = Limits(20, 1_000_000, 40, 256, 10)

    assert isinstance(refused(handed_in(zipped(parts)), limits), ReadingTookTooMuch)


# Hostile text


def test_a_quoted_field_without_end(handed_in):
    data = b'loan_no;amount\n1;2\n3;"' + b"4;5\n" * 500_000

    refusal = refused(handed_in(data))

    assert isinstance(refusal, FieldTooLong)
    assert refusal.facts["row"] == 3


def test_a_header_of_ten_thousand_columns(handed_in):
    assert isinstance(refused(handed_in(b"loan_no;amount" + b";x" * 10_000)), TooManyColumns)


def test_a_row_of_a_million_fields_is_named(handed_in):
    found = table(handed_in(b"loan_no;amount\n1;2\n" + b"x;" * 1_000_000 + b"\n"))

    assert found.overlong == ((3, "x"),)
    assert found.rows.tolist() == [2, 3]
