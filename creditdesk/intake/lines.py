"""The lines of a new map: villages and communes, and the communes in which they lie from now."""

from creditdesk.errors import Malformed
from creditdesk.intake.layout import LINES, titles
from creditdesk.intake.reading import Table
from creditdesk.intake.report import Lines
from creditdesk.moves import Line


class LinesUnreadable(Malformed):
    """Cells that cannot be read, each as (row, title of the column, value, code of the reason)."""

    code = "lines-unreadable"


def read_lines(table: Table) -> tuple[Line, ...]:
    """Return the lines of a new map; raises LinesUnreadable with every fault of the file."""
    lines = Lines(table)
    rows = list(lines.rows(LINES))
    if lines.report.faults:
        titled = {"": "", **titles(LINES)}
        raise LinesUnreadable(
            faults=sorted(
                (fault.row, titled[fault.column], fault.value, fault.code)
                for fault in lines.report.faults
            )
        )
    return tuple(
        Line(commune, village, former, office, lines.row(at))
        for at, (commune, village, former, office) in rows
    )
