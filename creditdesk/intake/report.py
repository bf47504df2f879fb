"""What became of a file: counts, faults and doubts, each with its place in the file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from creditdesk.intake import cells
from creditdesk.intake.layout import Reader
from creditdesk.intake.reading import Table


class Remark(NamedTuple):
    """A fault or a doubt: the line of the file, the column's key, what stands there, why."""

    row: int
    column: str
    value: str
    code: str
    facts: tuple[tuple[str, Any], ...] = ()


@dataclass(slots=True)
class Report:
    """The outcome of taking a file in; with one fault nothing is accepted."""

    rows: int = 0
    accepted: int = 0
    already_known: int = 0
    known_file: bool = False
    skipped: tuple[tuple[int, str], ...] = ()
    unknown_columns: tuple[str, ...] = ()
    faults: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)


class Lines:
    """The lines of a file with the report on them: a remark quotes the cell as it stands there."""

    def __init__(self, table: Table) -> None:
        """Begin the report; rows with more fields than the header are its first faults."""
        self.table = table
        self.report = Report(
            rows=len(table.rows), skipped=table.skipped, unknown_columns=table.unknown
        )
        for row, value in table.overlong:
            self.report.faults.append(Remark(row, "", value, "too-many-fields"))

    def columns(self, readers: Sequence[Reader]) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Return the values of every column, and which rows could be read whole.

        Every other cell is a fault; a column that the file lacks has empty cells.
        """
        size = len(self.table.rows)
        found, sound = dict[str, np.ndarray](), np.ones(size, dtype=bool)
        for reader in readers:
            texts = self.table.columns.get(reader.key)
            if texts is None:
                texts = np.full(size, "", dtype=object)
            found[reader.key], faults = cells.each(texts, reader.read)
            for at, code in faults:
                sound[at] = False
                self.fault(at, reader.key, code)
        return found, sound

    def rows(self, readers: Sequence[Reader]) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Yield (place in the table, values) of the rows that could be read whole."""
        columns, sound = self.columns(readers)
        values = zip(*columns.values(), strict=True)
        return ((at, row) for at, row in enumerate(values) if sound[at])

    def row(self, at: int) -> int:
        """Return the line of the file in which a row of the table stands."""
        return int(self.table.rows[at])

    def cell(self, at: int, column: str) -> str:
        """Return a cell as it is written, empty where the file lacks the column."""
        texts = self.table.columns.get(column)
        return "" if texts is None else str(texts[at])

    def fault(self, at: int, column: str, code: str, **facts: Any) -> None:
        """Note what forbids the file."""
        self.report.faults.append(self._remark(at, column, code, facts))

    def doubt(self, at: int, column: str, code: str, **facts: Any) -> None:
        """Note what is unusual but allowed."""
        self.report.warnings.append(self._remark(at, column, code, facts))

    def _remark(self, at: int, column: str, code: str, facts: dict[str, Any]) -> Remark:
        return Remark(self.row(at), column, self.cell(at, column), code, tuple(facts.items()))
