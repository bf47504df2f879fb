"""Tables: CSV in which no text can be taken for a formula, and days as text."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
_HIDDEN_STARTS = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060 "
_WIDE = str.maketrans("＝＋－＠", "=+-@")


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table as CSV (UTF-8, comma) in which no text can be taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    # Of whole numbers, and where nothing is, nothing has to be asked: so most cells are.
    plain = (int, type(None))
    writer.writerows(
        [[cell if type(cell) in plain else _written(cell) for cell in row] for row in rows]
    )
    return out.getvalue()


def _written(cell: Any) -> Any:
    """Return a cell whose lines all end alike: a lone CR would not be quoted, and end the row."""
    if isinstance(cell, str) and cell.isalnum():
        return cell
    told = harmless(cell)
    return re.sub("\r\n?", "\n", told) if isinstance(told, str) and "\r" in told else told


def harmless(cell: Any) -> Any:
    """Return a cell that a spreadsheet shows and never runs: the one door of every export."""
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\0", "\N{REPLACEMENT CHARACTER}")
    if text[:1].isalnum():  # as nearly every cell begins: neither hidden nor dangerous
        return text
    start = text.lstrip(_HIDDEN_STARTS).translate(_WIDE)
    return f"'{text}" if text[:1] in _DANGEROUS or start[:1] in _DANGEROUS else text


def day(found: date | None) -> str | None:
    """Return a day as ISO text."""
    return found.isoformat() if found else None
