"""Pictures on paper stand above the foot of their page, whole, whatever they show."""

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from creditdesk.papers.checks import sheet
from creditdesk.sheets import Column, Line, Part
from reports import sheet as paper
from reports.paper import MM
from tests.sealed import statement

COLUMNS = (
    *(Column("code", "code"), Column("name", "text")),
    *(Column(code) for code in ("drawn", "principal", "outstanding", "overdue")),
    Column("late_principal"),
)
FOOT = 17 * MM


@pytest.mark.parametrize("communes", [1, 66, 78, 168])  # 168: the province with the most
def test_every_commune_of_a_province_has_its_whole_tile(communes):
    lines = [Line((str(at), f"Xã {at}", 1, 1, at, 0, 0)) for at in range(communes)]
    evidence = replace(statement().evidence, kind="pictures")
    part = Part("by-commune", COLUMNS, tuple(lines))
    value = sheet(evidence, part, checked=[], notes=())
    told = []

    def note(text, _, place, *more):
        told.extend((name, place[5]) for name in text.split("\n") if name.startswith("Xã "))

    for page in PdfReader(io.BytesIO(paper.render(value))).pages:
        page.extract_text(visitor_text=note)

    heights = [height for _, height in told]
    assert len({name for name, _ in told}) == communes
    assert len(told) == communes + min(15, communes)
    assert min(heights) > FOOT
