"""The cells of a file below its header, before anyone has looked at them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from creditdesk.intake.heading import Heading

Texts = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may cost; memory and time are those of the child that opens a workbook."""

    max_megabytes: int
    max_rows: int
    max_columns: int
    memory_megabytes: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Columns of cells as they were written, one per title of the heading; the number of each row.

    `overlong` holds the rows with more fields than the heading, and the first field too many.
    """

    heading: Heading
    columns: tuple[Texts, ...]
    rows: Numbers
    overlong: tuple[tuple[int, str], ...] = ()


def texts(values: list[Any]) -> Texts:
    """Return values as an array of objects, never as one of fixed-width text."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
