"""The fenced child: opens one workbook and writes the cells of its sheets as lines of JSON.

Run as a script of its own, with its limits as JSON in the first argument; it imports nothing of
this project, so that it stands in no time. It shuts itself in before it looks at the file: what
the file does to it, it does to this process alone. For each visible sheet it writes the first
rows as {"head": [[row, cells], ...]} and reads a line from standard input: `rows` asks for what
follows, as portions [numbers, column, column, ...], each column one text with a seam between the
cells; anything else for the next sheet. Last comes {"end": true} or {"refused": ...}.
"""

import functools
import gc
import io
import json
import os
import posixpath
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from itertools import count, islice
from typing import Any
from xml.etree import ElementTree

AT_ONCE = 4096
"""Rows of a portion."""

SEAM = "\x7f"
"""Stands between the cells of a column: the one control sign that needs no escape."""

# Beyond this a double no longer tells one whole number from the next.
WHOLE = 2.0**53


# What else a damaged workbook is found out by.
BROKEN = zipfile.BadZipFile, zlib.error, ElementTree.ParseError, LookupError, StopIteration


class Refusal(Exception):
    """The name of a refusal and its facts."""


def main(task: dict[str, Any]) -> None:
    """Write the sheets of the workbook at a descriptor, or why it cannot be read."""
    fence(task["memory_megabytes"], task["seconds"])
    # Cells hold no cycles, and looking for them would take longer than reading.
    gc.disable()
    with open(task["file"], "rb") as file:
        data = file.read()
    try:
        for sheet in visible(data, task["max_columns"]):
            rows = iter(sheet)
            head = [texts(cells) for cells in islice(rows, task["head"])]
            say({"head": list(enumerate(head, 1))})
            if sys.stdin.readline() == "rows\n":
                tell(rows, len(head) + 1, task["max_rows"])
                break
        say({"end": True})
    except Refusal as refusal:
        name, facts = refusal.args
        say({"refused": name, "facts": facts})
    except MemoryError:
        os.abort()


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


def tell(rows: Iterator[Sequence[Any]], first: int, max_rows: int) -> None:
    """Write the rows that hold something, column by column; the first of them has a number."""
    told = 0
    while portion := list(islice(rows, AT_ONCE)):
        numbers = list(range(first, first + len(portion)))
        first += len(portion)
        blank = {at for at, cells in enumerate(portion) if cells.count("") == len(cells)}
        if blank:
            numbers = [number for at, number in enumerate(numbers) if at not in blank]
            portion = [cells for at, cells in enumerate(portion) if at not in blank]
        told += len(portion)
        # Rows that are no data, such as totals, are nobody's burden: the desk counts again.
        if told > 2 * max_rows:
            raise Refusal("TooManyRows", {"most": max_rows})
        columns = zip(*portion, strict=True)
        if portion:
            say([numbers, *(SEAM.join(texts(column)) for column in columns)])


def visible(data: bytes, max_columns: int) -> Iterator[Iterable[Sequence[Any]]]:
    """Yield the rows of each visible sheet that holds anything."""
    # Not before the fence stands.
    import python_calamine as calamine

    beside = ThreadPoolExecutor(1)
    seen = calamine.SheetTypeEnum.WorkSheet, calamine.SheetVisibleEnum.Visible
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for place, about in enumerate(book.sheets_metadata):
            if (about.typ, about.visible) != seen:
                continue
            # The reader lets another thread work meanwhile.
            wrong = beside.submit(errors, data, place, max_columns)
            sheet = book.get_sheet_by_index(place)
            if sheet.start is None:
                continue
            if sheet.width > max_columns:
                raise Refusal("TooManyColumns", {"most": max_columns})
            yield mended(sheet.iter_rows(), wrong.result(), sheet.start[1])
    except calamine.PasswordError:
        raise Refusal("FileEncrypted", {}) from None
    except (
        calamine.CalamineError,
        zipfile.BadZipFile,
        zlib.error,
        ElementTree.ParseError,
    ) as trouble:
        facts = {"why": "damaged", "said": str(trouble)[:200]}
        raise Refusal("FileUnreadable", facts) from None


ERROR = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^>]* t="e"[^>]*>'
    rb"(?:<f[^>]*/>|<f[^>]*>[^<]*</f>)?<v>(#[^<]{1,20})</v>"
)
FAR_OUT = re.compile(rb'<c r="([A-Z]{2,3})[0-9]{1,7}"[^>]*[^/>]>')
PORTION = 1 << 20
# A cell that lies across two portions is found in the second; none of those looked for is longer.
OVERLAP = 1 << 12


def errors(data: bytes, place: int, max_columns: int) -> dict[int, dict[int, str]]:
    """Return the cells of a sheet that show an error, such as #N/A, by row and column.

    The reader of workbooks gives them as empty, so they are looked for in the sheet's own text.
    As it lays out a sheet whole before anyone can count, one that begins too wide ends here.
    """
    found: dict[int, dict[int, str]] = {}
    for at, text in enumerate(portions(data, place)):
        if at == 0 and any(number(name) > max_columns for name in set(FAR_OUT.findall(text))):
            say({"refused": "TooManyColumns", "facts": {"most": max_columns}})
            # The reader in the other thread would go on to the end of the file.
            os._exit(0)
        if b't="e"' in text:
            for column, row, value in ERROR.findall(text):
                found.setdefault(int(row), {})[number(column)] = value.decode()
    return found


def portions(data: bytes, place: int) -> Iterator[bytes]:
    """Yield the text of a sheet in portions, each beginning with the end of the one before."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = part(archive, place)
        if name not in archive.NameToInfo:
            return
        with archive.open(name) as xml:
            text = b""
            while portion := xml.read(PORTION):
                text = text[-OVERLAP:] + portion
                yield text


def part(archive: zipfile.ZipFile, place: int) -> str:
    """Return the name under which a workbook keeps one of its sheets."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    sheet = book.findall(".//{*}sheets/{*}sheet")[place]
    mark = next(value for name, value in sheet.items() if name.endswith("}id"))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = next(link.get("Target", "") for link in links if link.get("Id") == mark)
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


def number(name: bytes) -> int:
    """Return the number of a column by its letters: A is 1."""
    return functools.reduce(lambda value, letter: 26 * value + letter - 64, name, 0)


def mended(
    rows: Iterable[list[Any]], wrong: dict[int, dict[int, str]], first: int
) -> Iterable[list[Any]]:
    """Return rows with the errors put back that their reader left out; `first` column from 0."""

    def mend(row: int, cells: list[Any]) -> list[Any]:
        for column, value in wrong.get(row, {}).items():
            cells[column - 1 - first] = value
        return cells

    return map(mend, count(1), rows) if wrong else rows


def texts(values: Sequence[Any]) -> list[str]:
    """Return cells as text without the sign that separates them."""
    found = [value if type(value) is str else text(value) for value in values]
    if SEAM in "".join(found):
        return [value.replace(SEAM, "") for value in found]
    return found


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
