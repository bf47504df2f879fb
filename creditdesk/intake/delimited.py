"""Read CSV: UTF-8, comma, semicolon or tab, quoted as RFC 4180 says."""

import codecs
import csv
import io
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

import numpy as np

from creditdesk.intake.grid import Grid, Limits, Numbers, Texts
from creditdesk.intake.heading import HEAD_ROWS, Column, Heading, search
from creditdesk.intake.refusals import FieldTooLong, FileUnreadable

LONGEST_FIELD = 65_536
"""Characters of a field: a spreadsheet's cell holds half as many."""

# Python's reader of CSV keeps one limit for the whole process.
csv.field_size_limit(LONGEST_FIELD)

_SEPARATORS = ";,\t"
_MEGABYTE = 1 << 20

# So few records die young: with more of them at once, looking for cycles takes most of the time.
_AT_ONCE = 256
# A column with no more texts than this keeps each of them once.
_FEW = 4096


def read(
    data: bytes, columns: Sequence[Column], required: Collection[str], limits: Limits
) -> Grid:
    """Return the cells of a CSV file.

    Raises FileUnreadable, FieldTooLong, HeaderMissing, HeaderRepeated or TooManyColumns.
    """
    _demand_text(data)
    separator, heading = _heading(data, columns, required)
    heading.demand(limits.max_columns)
    return _Below(data, separator, heading).grid()


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
    return _breaks(data[:place]) + 1


def _breaks(data: bytes) -> int:
    """Return how many lines end in data, however they end."""
    returns = data.count(b"\r")
    return data.count(b"\n") + (returns and returns - data.count(b"\r\n"))


def _lines(data: bytes) -> io.TextIOWrapper:
    """Return the lines of data with their ends."""
    return io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")


def _records(data: bytes, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the number of the line it begins in.

    Raises FieldTooLong, or FileUnreadable for quotes out of place.
    """
    reader = csv.reader(_lines(data), delimiter=separator, strict=True)
    begun = 1
    try:
        for cells in reader:
            yield begun, cells
            begun = reader.line_num + 1
    except csv.Error as trouble:
        if "field larger" in str(trouble):
            raise FieldTooLong(row=begun, most=LONGEST_FIELD) from None
        raise FileUnreadable(why="quotes", row=begun) from None


def _heading(
    data: bytes, columns: Sequence[Column], required: Collection[str]
) -> tuple[str, Heading]:
    """Return the separator that makes the best heading, and that heading."""
    tried: list[tuple[str, Heading]] = []
    trouble = None
    for separator in _SEPARATORS:
        head: list[tuple[int, list[str]]] = []
        try:
            head.extend(islice(_records(data, separator), HEAD_ROWS))
        except (FieldTooLong, FileUnreadable) as refusal:
            trouble = refusal
        tried.append((separator, search(head, columns, required)))
    separator, heading = max(tried, key=lambda it: (not it[1].missing, len(it[1].places)))
    if heading.missing and trouble:
        raise trouble
    return separator, heading


class _Below:
    """The records below a heading, gathered column by column."""

    def __init__(self, data: bytes, separator: str, heading: Heading) -> None:
        self.data, self.separator, self.heading = data, separator, heading
        self.width = len(heading.titles)
        most = _breaks(data) + 1
        self.columns: list[Texts] = [np.empty(most, dtype=object) for _ in heading.titles]
        self.rows: Numbers = np.empty(most, dtype=np.int64)
        self.seen: list[dict[str, str]] = [{} for _ in heading.titles]
        self.overlong: list[tuple[int, str]] = []
        self.count = 0

    def grid(self) -> Grid:
        """Return all of them.

        Raises FieldTooLong or FileUnreadable.
        """
        reader = csv.reader(_lines(self.data), delimiter=self.separator, strict=True)
        while reader.line_num < self.heading.row:
            next(reader)
        line = reader.line_num
        try:
            while portion := list(islice(reader, _AT_ONCE)):
                self._add(portion, line, reader.line_num)
                line = reader.line_num
        except csv.Error:
            # Once more, slowly, to tell where it is.
            for _ in _records(self.data, self.separator):
                pass
            raise
        return Grid(
            self.heading,
            tuple(column[: self.count] for column in self.columns),
            self.rows[: self.count],
            tuple(self.overlong),
        )

    def _add(self, portion: list[list[str]], line: int, last: int) -> None:
        """Add records that begin after one line and end in another."""
        begin, end = self.count, self.count + len(portion)
        self.rows[begin:end] = _begun(portion, line, last)
        if set(map(len, portion)) != {self.width}:
            self._even(portion)
        for place, values in enumerate(zip(*portion, strict=True)):
            seen = self.seen[place]
            few = len(seen) < _FEW
            self.columns[place][begin:end] = (
                list(map(seen.setdefault, values, values)) if few else values
            )
        self.count = end

    def _even(self, portion: list[list[str]]) -> None:
        """Give every record as many fields as the heading has, and note those that had more."""
        for at, cells in enumerate(portion):
            surplus = next(filter(str.strip, cells[self.width :]), "")
            if surplus:
                self.overlong.append((int(self.rows[self.count + at]), surplus))
            cells[self.width :] = [""] * (self.width - len(cells))


def _begun(portion: list[list[str]], line: int, last: int) -> list[int] | range:
    """Return the number of the line in which each record begins."""
    if last - line == len(portion):
        return range(line + 1, last + 1)
    numbers = []
    for cells in portion:
        numbers.append(line + 1)
        line += 1 + sum(_breaks(cell.encode()) for cell in cells)
    return numbers
