"""What became of a file: counts, faults and doubts, each with its place in the file."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Remark(NamedTuple):
    """A fault or a doubt: the line of the file, the column's key, what stands there, why as a code."""

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

    def fault(self, row: int, column: str, value: str, code: str, **facts: Any) -> None:
        """Note what forbids the file."""
        self.faults.append(Remark(row, column, value, code, tuple(facts.items())))

    def doubt(self, row: int, column: str, value: str, code: str, **facts: Any) -> None:
        """Note what is unusual but allowed."""
        self.warnings.append(Remark(row, column, value, code, tuple(facts.items())))

    def overlong(self, rows: Iterable[tuple[int, str]]) -> None:
        """Note the rows with more fields than the header: what they say stands in wrong columns."""
        for row, value in rows:
            self.fault(row, "", value, "too-many-fields")
