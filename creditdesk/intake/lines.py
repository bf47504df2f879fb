"""The lines of a new map: villages and communes, and the communes in which they lie from now."""

from typing import Any

from creditdesk.errors import Malformed
from creditdesk.intake import cells
from creditdesk.intake.layout import LINES
from creditdesk.intake.reading import Table
from creditdesk.moves import Line


class LinesUnreadable(Malformed):
    """Cells that cannot be read, each as (row, title of the column, value, code of the reason)."""

    code = "lines-unreadable"


def read_lines(table: Table) -> tuple[Line, ...]:
    """Return the lines of a new map; raises LinesUnreadable with every fault of the file."""
    columns: dict[str, list[Any]] = {}
    faults = []
    for reader in LINES:
        texts = table.columns.get(reader.key)
        if texts is None:
            columns[reader.key] = [""] * len(table.rows)
            continue
        values, wrong = cells.each(texts, reader.read)
        columns[reader.key] = list(values)
        faults += [(int(table.rows[at]), reader.title, str(texts[at]), code) for at, code in wrong]
    faults += [(row, "", text, "too-many-fields") for row, text in table.overlong]
    if faults:
        raise LinesUnreadable(faults=sorted(faults))
    rows = zip(*(columns[reader.key] for reader in LINES), strict=True)
    return tuple(
        Line(commune, village, former, office, int(row))
        for (commune, village, former, office), row in zip(rows, table.rows, strict=True)
    )
