"""What a printed document says, read back from the text of its pages."""

import csv
import io
import re
from collections import defaultdict

from pypdf import PdfReader

from creditdesk.papers import KINDS
from reports import forms, leaves, letters, sheet

_NUMBER = re.compile(r"-?\d[\d.,]*")


def pages(content):
    """Return the text of every page of a PDF."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def money(kind, value, content):
    """Return, by table and column of money, what the pages and the value say it adds up to.

    Amounts are looked for in the order in which the tables have them; in million dong they are
    compared as they are written, in dong to the dong. Raises AssertionError where one is missing.
    """
    form = forms.FORMS[kind]
    numbers = iter(_NUMBER.findall("\n".join(pages(content))))
    read, held = defaultdict(int), defaultdict(int)
    for part, column, cell in _amounts(_printed(kind, value)):
        written = sheet.told(cell, column.kind, form)
        found = next((number for number in numbers if number == written), None)
        assert found is not None, (kind, part, column.code, written)
        read[part, column] += _units(found)
        held[part, column] += _units(written) if form.unit == "million" else cell
    return dict(read), dict(held)


def _amounts(parts):
    """Yield every amount of tables line by line, with its table's code and its column."""
    for part in parts:
        for line in part.lines:
            cells = () if line.kind == "heading" else zip(part.columns, line.cells, strict=True)
            money = [one for one in cells if one[0].kind == "dong" and isinstance(one[1], int)]
            yield from ((part.code, *one) for one in money)


def enclosed(content):
    """Return the lines of the table that a PDF carries, its heads among them."""
    [[data]] = PdfReader(io.BytesIO(content)).attachments.values()
    return table(data)


def table(data):
    """Return the lines of a table as it is given out."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def _printed(kind, value):
    """Return the tables that stand on the pages, in their order."""
    if kind == "portfolio" or not value.leaves:
        return KINDS[kind].tables(value).parts
    if kind in letters.LETTERS:
        return [leaves.leads(part) for part in value.parts]
    return [part for leaf in value.leaves for part in leaf.parts]


def _units(written):
    return int(written.replace(".", "").replace(",", ""))
