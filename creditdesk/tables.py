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
    written = _Written()
    writer.writerows(
        [[written[cell] if isinstance(cell, str) else cell for cell in row] for row in rows]
    )
    return out.getvalue()


class _Written(dict[str, str]):
    """Texts as a table has them, each looked at once: columns hold few of them many times."""

    def __missing__(self, text: str) -> str:
        """Return a text whose lines end alike: a lone CR would not be quoted, and end the row."""
        told = harmless(text)
        self[text] = told = re.sub("\r\n?", "\n", told) if "\r" in told else told
        return told


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
