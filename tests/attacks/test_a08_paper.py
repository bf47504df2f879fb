"""A7 and A8: names that want to run, in the paper, in the data inside it, in the file's name."""

import csv
import io
import re
import unicodedata
from dataclasses import replace

import pytest
from pypdf import PdfReader

from creditdesk.evidence import Evidence, Scope, data_of
from creditdesk.papers.checks import sheet
from creditdesk.sheets import Column, Line, Part
from reports import sheet as sheet_paper
from reports.faces import faces
from reports.portfolio import render
from tests.reports.builders import quang_tri
from tests.sealed import AT, statement
from tests.watched import Watch

FORMULAS = (
    *("=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "a\r=1", "\n=1", "\0=1"),
    *("＝1", "\u200b=1", '"=1', ";=1"),
)
MARKUP = (
    "<img src='/etc/passwd'/>",
    "<a href='javascript:alert(1)'>x</a>",
    "<font color='[].__class__'>x</font>",
    "<i>",
    "%%EOF\n1 0 obj",
    ") Tj /JS (app.alert(1))",
    "<</Launch /URI /OpenAction /JS>>",
    "/EmbeddedFile",
    "a\u202eb\u200b",
    "x" * 10_000,
)
ACTIVE = (b"/JS", b"/JavaScript", b"/Launch", b"/URI", b"/OpenAction")


@pytest.mark.parametrize("name", FORMULAS)
def test_no_cell_of_the_attached_data_is_a_formula(name):
    written = data_of(("name", "amount"), [(name, -5)]).decode("utf-8-sig")
    _, row = csv.reader(io.StringIO(written))

    shown = row[0].lstrip("\u200b").translate(str.maketrans("＝", "="))
    assert shown[:1] not in ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
    assert row[1] == "-5"


@pytest.mark.parametrize("name", [*FORMULAS, *MARKUP], ids=range(len(FORMULAS) + len(MARKUP)))
def test_a_name_is_only_ever_text_in_the_paper_and_beside_it(name):
    found = quang_tri()
    scope = replace(found.evidence.scope, province_name=name, narrowed=(("group", name, name),))
    evidence = replace(found.evidence, scope=scope, data=data_of(("name",), [(name,)]))
    content = render(replace(found, evidence=evidence))

    objects = re.sub(rb"\nstream\n.*?endstream\n", b"", content, flags=re.DOTALL)
    assert not any(word in objects for word in ACTIVE)
    assert content.count(b"%%EOF") == 1
    [(called, data)] = PdfReader(io.BytesIO(content)).attachments.items()
    assert data == [evidence.data]
    assert re.fullmatch(r"[A-Za-z0-9._-]+\.csv", called)


FRAMES = (
    *("{}", "Nguyễn {}", "{} Thị Mẩy", "({})", "{}{}", ") Tj {} (", "\\{}", "<i>{}", "\u202e{}"),
    *(
        "{}\u200b",
        unicodedata.normalize("NFD", "Mẩy {}"),
        "%{}",
        "<<{}>>",
        "{}\n{}",
        '"{}"',
        "{}\\",
    ),
)
WORSE = (
    *('<font color="[[].__class__]">', "<unichar code=\"__import__('os')\"/>", "endstream"),
    *("<img src='http://127.0.0.1:9/x.png'/>", "<img src='file:/etc/passwd'/>", "BT ET Q Q"),
    *("endobj xref trailer", "/AA <</O 1 0 R>>", "&amp;&#x0;&lt;", "\uf8ff\u2066"),
)


def test_five_hundred_hostile_names_are_printed_as_they_are_and_open_nothing():
    hostile = [*FORMULAS, *MARKUP, *WORSE]
    names = [frame.format(name, name) for name in hostile for frame in FRAMES][:500]
    lines = [Line((str(at), name, "66", 5)) for at, name in enumerate(names, 1)]
    columns = (Column("no", "no"), Column("borrower", "text"), Column("loan_no", "code"))
    part = Part("loans", (*columns, Column("owed")), tuple(lines))
    found = sheet(statement().evidence, part, checked=[], notes=())
    sheet_paper.render(found)

    with Watch() as opened:
        content = sheet_paper.render(found)

    objects = re.sub(rb"\nstream\n.*?endstream\n", b"", content, flags=re.DOTALL)
    text = "".join(
        "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split()
    )
    clean = faces().regular.clean
    said = ["".join(clean(name).split()) for name in names if len(name) < 400]
    assert (len(names), opened) == (500, [])
    assert not any(word in objects for word in ACTIVE)
    assert [one for one in said if one not in text] == []


def test_the_name_of_a_file_is_no_path():
    scope = Scope("44", "Quảng Trị", "tinh", narrowed=(("group", "../../etc/passwd", "x"),))
    day = AT.date()
    evidence = Evidence("portfolio", scope, day, day, day, "1", AT)

    assert "/" not in evidence.file_name
