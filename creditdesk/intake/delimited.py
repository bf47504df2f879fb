"""Read CSV: UTF-8, comma, semicolon or tab, quoted as RFC 4180 says."""

import codecs
import csv
import io
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

import numpy as np
import pandas as pd

from creditdesk.intake.grid import LONGEST_FIELD, Grid, Limits, texts
from creditdesk.intake.heading import HEAD_ROWS, Column, Heading, search
from creditdesk.intake.refusals import FieldTooLong, FileUnreadable

_SEPARATORS = ";,\t"
_AT_ONCE = 65_536
_MEGABYTE = 1 << 20


def read(
    data: bytes, columns: Sequence[Column], required: Collection[str], limits: Limits
) -> Grid:
    """Return the cells of a CSV file.

    Raises FileUnreadable, FieldTooLong, HeaderMissing, HeaderRepeated or TooManyColumns.
    """
    _demand_text(data)
    separator, heading, start, line = _heading(data, columns, required)
    heading.demand(limits.max_columns)
    return _fast(data, start, line, separator, heading) or _carefully(
        data, start, line, separator, heading
    )


def _demand_text(data: bytes) -> None:
    """Raise FileUnreadable unless data is UTF-8 without NUL."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise FileUnreadable(why="utf-16")
    if b"\0" in data:
        raise FileUnreadable(why="nul", row=_line_of(data, data.index(b"\0")))
    decoder = codecs.getincrementaldecoder("utf-8")()
    for begin in range(0, len(data), _MEGABYTE):
        end = begin + _MEGABYTE
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(data[begin:end], final=end >= len(data))
        except UnicodeDecodeError as trouble:
            row = _line_of(data, begin - pending + trouble.start)
            raise FileUnreadable(why="not-utf-8", row=row) from None


def _line_of(data: bytes, place: int) -> int:
    """Return the number of the line a byte stands in."""
    return data.count(b"\n", 0, place) + 1


def _stream(data: bytes, start: int = 0) -> io.TextIOWrapper:
    """Return the text of data from a byte on, its line ends untouched."""
    raw = io.BytesIO(data)
    raw.seek(start)
    return io.TextIOWrapper(raw, encoding="utf-8" if start else "utf-8-sig", newline="")


def _records(
    stream: io.TextIOWrapper, separator: str, line: int
) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the number of the line it begins in; `line` is the number before the first.

    Raises FieldTooLong or FileUnreadable for quotes that do not close.
    """
    reader = csv.reader(stream, delimiter=separator, strict=True)
    begun = line + 1
    try:
        for cells in reader:
            yield begun, cells
            begun = line + reader.line_num + 1
    except csv.Error as trouble:
        if "limit" in str(trouble):
            raise FieldTooLong(row=begun, limit=LONGEST_FIELD) from None
        raise FileUnreadable(why="quotes", row=begun) from None


def _heading(
    data: bytes, columns: Sequence[Column], required: Collection[str]
) -> tuple[str, Heading, int, int]:
    """Return the separator, the heading it gives, the byte after the heading and the line it ends in."""
    tried = []
    trouble = None
    for separator in _SEPARATORS:
        head = []
        try:
            head.extend(islice(_records(_stream(data), separator, 0), HEAD_ROWS + 1))
        except (FieldTooLong, FileUnreadable) as refusal:
            trouble = refusal
        tried.append((separator, search(head[:HEAD_ROWS], columns, required), head))
    separator, heading, head = max(tried, key=lambda it: (not it[1].missing, len(it[1].places)))
    if heading.missing and trouble:
        raise trouble
    following = [number for number, _ in head if number > heading.row]
    lines = _stream(data)
    if following:
        skipped = list(islice(lines, following[0] - 1))
    else:
        skipped = list(lines)
    bom = len(codecs.BOM_UTF8) * data.startswith(codecs.BOM_UTF8)
    return separator, heading, bom + len("".join(skipped).encode()), len(skipped)


def _fast(data: bytes, start: int, line: int, separator: str, heading: Heading) -> Grid | None:
    """Return the cells of a file in which every line is a record; nothing for any other.

    Without quotes a line is a record. Lone carriage returns, very long lines and lines with more fields
    than the header are left to whoever reads carefully.
    """
    returns = data.count(b"\r", start)
    if data.find(b'"', start) >= 0:
        return None
    if returns and returns != data.count(b"\r\n", start):
        return None
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8, offset=start) == ord("\n"))
    if np.diff(ends, prepend=-1, append=len(data) - start).max() > LONGEST_FIELD:
        return None
    try:
        frame = pd.read_csv(
            _stream(data, start),
            sep=separator,
            header=None,
            names=range(len(heading.titles)),
            index_col=None,
            dtype=object,
            na_filter=False,
            skip_blank_lines=False,
            quoting=csv.QUOTE_NONE,
            low_memory=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError):
        return None
    count = len(ends) + (not data.endswith(b"\n"))
    if len(frame) != count:
        return None
    numbers = np.arange(line + 1, line + 1 + count, dtype=np.int64)
    return Grid(heading, tuple(frame[name].to_numpy() for name in frame), numbers)


def _carefully(data: bytes, start: int, line: int, separator: str, heading: Heading) -> Grid:
    """Return the cells of a file record by record."""
    width = len(heading.titles)
    numbers: list[int] = []
    columns: list[list[str]] = [[] for _ in range(width)]
    overlong: list[tuple[int, str]] = []
    records = _records(_stream(data, start), separator, line)
    while portion := list(islice(records, _AT_ONCE)):
        numbers += [number for number, _ in portion]
        for number, cells in portion:
            surplus = [cell for cell in cells[width:] if cell.strip()]
            if surplus:
                overlong.append((number, surplus[0]))
            if len(cells) != width:
                cells[:] = (cells + [""] * width)[:width]
        for column, values in zip(
            columns, zip(*(cells for _, cells in portion), strict=True), strict=True
        ):
            _demand_short(values, portion)
            # Codes and days repeat: one text for all of a portion saves most of the memory.
            seen: dict[str, str] = {}
            column += [seen.setdefault(value, value) for value in values]
    return Grid(
        heading, tuple(map(texts, columns)), np.array(numbers, dtype=np.int64), tuple(overlong)
    )


def _demand_short(values: Sequence[str], portion: list[tuple[int, list[str]]]) -> None:
    """Raise FieldTooLong for a value longer than a field may be."""
    if max(map(len, values)) > LONGEST_FIELD:
        place = next(i for i, value in enumerate(values) if len(value) > LONGEST_FIELD)
        raise FieldTooLong(row=portion[place][0], limit=LONGEST_FIELD)
