"""What every document of the fixed little book says: its pages, its totals, its text.

`python -m tests.reports.golden` renews the files in tests/reports/golden: look at what changed.
"""

import shutil
import tempfile
from pathlib import Path

from creditdesk import schema
from creditdesk.db import Database
from creditdesk.papers import KINDS, Look
from reports import forms, sheet
from tests import printed, readback
from tests.builders import POLICY
from tests.keys import KEYS

FOLDER = Path(__file__).parent / "golden"


def told(tx, name):
    """Return a document as its golden file has it; what follows the law's version is left out."""
    value = printed.value(tx, name)
    evidence = KINDS[name].evidence(value)
    pages = readback.pages(KINDS[name].written(value, "pdf", Look()))
    lines = [f"{len(pages)} trang"]
    lines += [
        f"{identity.code}: {identity.left} = {identity.right}" for identity in evidence.identities
    ]
    lines += list(_totals(name, value))
    for number, page in enumerate(pages, 1):
        # The space at the end of a line that goes on is heard, not seen.
        lines += [f"--- trang {number}", *(line.rstrip(" ") for line in page.split("\n"))]
    text = "\n".join(lines) + "\n"
    return text.replace(POLICY.version, "(phiên bản)").replace(evidence.number, "(số)")


def _totals(name, value):
    form = forms.FORMS[name]
    for part in KINDS[name].tables(value).parts:
        for line in part.lines:
            if line.kind == "total":
                cells = zip(part.columns, line.cells, strict=True)
                said = [
                    f"{column.code} {sheet.told(cell, column.kind, form)}"
                    for column, cell in cells
                    if cell not in (None, "")
                ]
                yield f"{part.code}: {', '.join(said)}"


def renew():
    """Write all golden files anew."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    with tempfile.TemporaryDirectory() as folder:
        door = Database(f"sqlite:///{folder}/book.sqlite", KEYS)
        schema.upgrade(door)
        printed.fill(door)
        with door.read() as tx:
            for name in KINDS:
                (FOLDER / f"{name}.txt").write_text(told(tx, name), "utf-8")
        door.close()


if __name__ == "__main__":
    renew()
