"""Every document is read aloud in its order: headings, sentences, tables by cells, pictures."""

import re
from dataclasses import replace

import pytest

from creditdesk.db import Database
from creditdesk.papers import KINDS, Look
from creditdesk.sheets import Line, first_text
from reports import forms, leaves, letters, sheet, tags, titles
from tests import printed, spoken
from tests.keys import KEYS
from tests.reports.test_last_pages import register


@pytest.fixture
def filling():
    return printed.fill


def wide(row):
    """Return how many columns the cells of a row take."""
    return sum(cell.head.get("/ColSpan", 1) for cell in row.parts)


def said(part):
    return " ".join(part.text.split())


def rows(table):
    """Yield of each row of a table that is not of heads alone what its cells say."""
    for row in table.every("TR"):
        if any(cell.kind == "TD" for cell in row.parts):
            yield [said(cell) for cell in row.parts]


def written(part, form):
    """Yield of each line of a table what its cells say on paper."""
    for line in part.lines:
        if line.kind != "heading":
            cells = zip(part.columns, line.cells, strict=True)
            found = [sheet.told(cell, column.kind, form) for column, cell in cells]
            if line.label:
                found[first_text(part)] = forms.LABELS.get(line.label, line.label)
            yield [" ".join(one.split()) for one in found]


def tables_of(name, value):
    """Return the tables that a document prints, in their order."""
    own = [part for leaf in value.leaves for part in leaf.parts]
    if name in letters.LETTERS or len(value.leaves) > 1:
        return [*own, *map(leaves.leads, value.parts)]
    return own or list(value.parts)


def demand_sound(name, tables):
    """Demand that rows below a head are as wide as it is, and that heads say what they head."""
    for table in tables:
        every = list(table.every("TR"))
        numbered = next(at for at, row in enumerate(every) if row.parts[0].text == "(1)")
        assert {wide(row) for row in every[numbered:]} == {len(every[numbered].parts)}, name
        assert {cell.head["/Scope"] for cell in table.every("TH")} <= {"/Column", "/Row"}, name


def test_every_kind_of_document_is_read_aloud_in_its_order(sqlite_url):
    door = Database(sqlite_url, KEYS)
    with door.read() as tx:
        papers = {name: printed.value(tx, name) for name in KINDS}
    door.close()
    for name, value in papers.items():
        form, letter = forms.FORMS[name], letters.LETTERS.get(name)
        whole = spoken.document(KINDS[name].written(value, "pdf", Look()))

        tables, heads = list(whole.every("Table")), [said(one) for one in whole.every("H1")]
        assert heads[0].startswith(letter.kind if letter else form.title), name
        for picture in whole.every("Figure"):
            assert picture.told["/Alt"].strip(), name
            assert len(picture.head["/BBox"]) == 4, name
        demand_sound(name, tables)
        if name == "portfolio":
            assert [said(one) for one in whole.every("H2")][:3] == [
                "I. Theo đơn vị hành chính",
                "II. Tiền đã đi đâu, nợ trễ hạn ở đâu",
                "III. Theo chương trình và nguồn vốn",
            ]
            assert len(tables) == len(list(whole.every("Figure"))) == 2
        else:
            found = [list(rows(table)) for table in tables]
            assert found == [list(written(one, form)) for one in tables_of(name, value)], name


def test_what_a_line_breaks_or_a_page_is_read_aloud_as_it_is_written():
    name = "Nguyễn " * 300
    found = register(9)
    tall = Line(("1", name, "66", 5_000))
    long = replace(found, parts=(replace(found.parts[0], lines=(tall, *found.parts[0].lines)),))

    whole = spoken.document(sheet.render(long))

    (table,) = whole.every("Table")
    first, *_ = rows(table)
    assert first == ["1", name.strip(), "66", "0,01"]
    notes = [said(one) for one in whole.every("P")]
    assert f"1. {titles.NOTES['behind-late']}" in notes


def test_of_a_long_list_each_page_is_one_text_in_the_order_of_its_rows():
    whole = spoken.document(sheet.render(register(tags.MOST + 1)))

    assert list(whole.every("Table")) == []
    pages = [said(one) for one in whole.every("P") if "Hồ Thị Mẩy" in one.text]
    numbers = [int(one) for page in pages for one in re.findall(r"(\d+) Hồ Thị Mẩy", page)]
    assert numbers == list(range(1, tags.MOST + 2))
    assert pages[0].startswith("1 Hồ Thị Mẩy (minh họa) 66 0,01 2 Hồ Thị Mẩy (minh họa) 66 0,01 ")
    assert pages[-1].endswith("TỔNG CỘNG 0,61")
