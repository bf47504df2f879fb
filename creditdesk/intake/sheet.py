"""The fenced child: opens one workbook and writes the cells of its sheets, a line of JSON at a time.

Run as a script of its own, with its limits as JSON in the first argument; it imports nothing of this
project, so that it stands in a tenth of a second. It shuts itself in before it looks at the file: whatever
the file does to it, it does to this process alone. For each visible sheet it writes the first rows as
{"head": [[row, cells], ...]} and reads a line from standard input: `rows` asks for what follows, as portions
[rows, column, column, ...], anything else for the next sheet. {"end": true} or {"refused": ...} comes last.
"""

import io
import json
import os
import resource
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any

AT_ONCE = 16_384
"""Rows of a portion."""

# Beyond this a double no longer tells one whole number from the next.
WHOLE = 2.0**53


class Refusal(Exception):
    """The name of a refusal and its facts."""


def main(task: dict[str, Any]) -> None:
    """Write the sheets of the workbook at a descriptor, or why it cannot be read."""
    fence(task["memory_megabytes"], task["seconds"])
    with open(task["file"], "rb") as file:
        data = file.read()
    try:
        for sheet in visible(data, task["max_columns"]):
            rows = enumerate(sheet, 1)
            head = [(number, texts(cells)) for number, cells in islice(rows, task["head"])]
            say({"head": head})
            if sys.stdin.readline() == "rows\n":
                tell(rows, task["max_rows"])
                break
        say({"end": True})
    except Refusal as refusal:
        name, facts = refusal.args
        say({"refused": name, "facts": facts})


def fence(megabytes: int, seconds: int) -> None:
    """Give this process so much memory and time, and neither files to write nor a core to dump."""
    size = megabytes << 20
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def say(message: Any) -> None:
    """Write one message as a line."""
    sys.stdout.buffer.write(json.dumps(message, ensure_ascii=False).encode() + b"\n")
    sys.stdout.buffer.flush()


def tell(rows: Iterator[tuple[int, Sequence[Any]]], max_rows: int) -> None:
    """Write the rows that hold something, column by column."""
    filled = ((number, cells) for number, cells in rows if cells.count("") < len(cells))
    count = 0
    while portion := list(islice(filled, AT_ONCE)):
        count += len(portion)
        # Rows that are no data, such as totals, are nobody's burden: the desk counts again.
        if count > 2 * max_rows:
            raise Refusal("TooManyRows", {"limit": max_rows})
        columns = zip(*(cells for _, cells in portion), strict=True)
        say([[number for number, _ in portion], *map(texts, columns)])


def visible(data: bytes, max_columns: int) -> Iterator[Iterable[Sequence[Any]]]:
    """Yield the rows of each visible sheet that holds anything."""
    # Not before the fence stands.
    import python_calamine as calamine

    seen = calamine.SheetTypeEnum.WorkSheet, calamine.SheetVisibleEnum.Visible
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for place, about in enumerate(book.sheets_metadata):
            if (about.typ, about.visible) != seen:
                continue
            sheet = book.get_sheet_by_index(place)
            if sheet.start is None:
                continue
            if sheet.width > max_columns:
                raise Refusal("TooManyColumns", {"limit": max_columns})
            yield sheet.iter_rows()
    except calamine.PasswordError:
        raise Refusal("FileEncrypted", {}) from None
    except (calamine.CalamineError, OSError, ValueError) as trouble:
        facts = {"why": "damaged", "said": str(trouble)[:200]}
        raise Refusal("FileUnreadable", facts) from None


def texts(values: Sequence[Any]) -> list[str]:
    """Return cells as text."""
    return [value if type(value) is str else text(value) for value in values]


def text(value: Any) -> str:
    """Return one cell as text: whole numbers without a point, days as yyyy-mm-dd."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        if value.is_integer() and abs(value) <= WHOLE:
            return str(int(value))
        # A spreadsheet keeps fifteen digits; what a double holds beyond them nobody wrote.
        return format(Decimal(f"{value:.15g}"), "f")
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
    # What a workbook left in memory need not be tidied up.
    os._exit(0)
