"""Read a file that was handed in, whatever its shape, as columns of text with their row numbers.

Title lines, once or on each page, rows of column numbers, total lines and what is signed below
them are left out; values are stripped and in NFC, and otherwise as they were written. What they
mean is for others to say.
"""

import hashlib
import os
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd

from creditdesk.errors import Malformed
from creditdesk.intake import delimited, workbook
from creditdesk.intake.grid import Grid, Limits, Numbers, Texts, texts
from creditdesk.intake.heading import Column, fold
from creditdesk.intake.refusals import (
    FileEmpty,
    FileEncrypted,
    FileMissing,
    FileTooLarge,
    FileUnreadable,
    OldWorkbook,
    TooManyRows,
)

__all__ = ["Column", "Limits", "Table", "read"]

_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Table:
    """What a file says: each known column it has, by key; the row each line of data stands in.

    `unknown` are the titles of other columns, `skipped` the rows left out with the reason
    (column-numbers, total, title, foot), `sha256` the sum of the file's bytes. `overlong` are rows
    with more fields than the header, with the first field too many: a separator inside a value, so
    that what follows it stands in the wrong column. They are among the rows; whoever takes these
    must refuse them.
    """

    columns: dict[str, Texts]
    rows: Numbers
    unknown: tuple[str, ...]
    skipped: tuple[tuple[int, str], ...]
    sha256: str
    overlong: tuple[tuple[int, str], ...] = ()


def read(
    path: Path, columns: Sequence[Column], required: Collection[str], limits: Limits
) -> Table:
    """Return the table of a CSV file or XLSX workbook, told apart by content.

    Raises one of creditdesk.intake.refusals; each tells the `path`.
    """
    try:
        if not path.is_file():
            raise FileMissing
        with path.open("rb") as file:
            grid, digest = _grid(file, columns, required, limits)
        return _table(grid, list(required), limits, digest)
    except PermissionError:
        raise FileUnreadable(path=path.name, why="no-permission") from None
    except Malformed as refusal:
        refusal.facts["path"] = path.name
        raise


def _grid(
    file: BinaryIO, columns: Sequence[Column], required: Collection[str], limits: Limits
) -> tuple[Grid, str]:
    """Return the cells of a file and its SHA-256."""
    size = os.fstat(file.fileno()).st_size
    if not size:
        raise FileEmpty
    if size > limits.max_megabytes * _MEGABYTE:
        raise FileTooLarge(megabytes=-(-size // _MEGABYTE), most=limits.max_megabytes)
    start = file.read(_TELLING)
    _refuse_other_kinds(start, file)
    file.seek(0)
    if start.startswith(b"PK"):
        digest = hashlib.sha256(file.read()).hexdigest()
        return workbook.read(file, columns, required, limits), digest
    data = file.read(size)
    if size <= _TELLING and not data.strip(b"\xef\xbb\xbf \t\r\n"):
        raise FileEmpty
    return delimited.read(data, columns, required, limits), hashlib.sha256(data).hexdigest()


_TELLING = 512
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
_KINDS = {
    "pdf": b"%PDF",
    "html": b"<",
    "rtf": b"{\\rtf",
    "gzip": b"\x1f\x8b",
    "rar": b"Rar!",
    "7z": b"7z\xbc\xaf",
    "image": b"\x89PNG",
    "photo": b"\xff\xd8\xff",
}


def _refuse_other_kinds(start: bytes, file: BinaryIO) -> None:
    """Raise FileEncrypted, OldWorkbook or FileUnreadable for another kind of file by its start."""
    if start.startswith(_OLE2):
        file.seek(0)
        # A locked workbook is wrapped in the container of the old ones.
        names = file.read()
        if "EncryptedPackage".encode("utf-16-le") in names:
            raise FileEncrypted
        if any(name.encode("utf-16-le") in names for name in ("Workbook", "Book")):
            raise OldWorkbook
        raise FileUnreadable(why="not-a-workbook")
    if start.startswith(_BIFF):
        raise OldWorkbook
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    for kind, magic in _KINDS.items():
        if text.startswith(magic):
            raise FileUnreadable(why=kind)


def _table(grid: Grid, required: list[str], limits: Limits, digest: str) -> Table:
    """Return the rows of data among a file's cells."""
    places = grid.heading.places
    known = {place: clean(grid.columns[place]) for place in places.values()}
    needed = [places[name] for name in required] or list(places.values())
    keep, skipped = _sift(grid, known, needed)
    if len(keep) - np.count_nonzero(~keep) > limits.max_rows:
        raise TooManyRows(most=limits.max_rows)
    whole = bool(keep.all())
    overlong = grid.overlong
    return Table(
        {name: known[place] if whole else known[place][keep] for name, place in places.items()},
        grid.rows if whole else grid.rows[keep],
        grid.heading.unknown,
        skipped,
        digest,
        overlong,
    )


def _sift(
    grid: Grid, known: dict[int, Texts], needed: list[int]
) -> tuple[np.ndarray[tuple[int], np.dtype[np.bool_]], tuple[tuple[int, str], ...]]:
    """Return which rows hold data, and why others that hold something are left out.

    needed  places of the columns that must be there; the first holds the code of each row
    """
    keep, key = np.ones(len(grid.rows), dtype=bool), needed[0]
    why: dict[int, str] = {}
    odd = {value for value in set(known[key].tolist()) if not _CODE.match(value)}
    if odd:
        strange = pd.Series(known[key], dtype=object).isin(odd).to_numpy(dtype=bool)
        scant = []
        for place in np.flatnonzero(strange).tolist():
            cells = [
                known[at][place] if at in known else column[place].strip()
                for at, column in enumerate(grid.columns)
            ]
            title = fold(cells[key]) == fold(grid.heading.titles[key])
            why[place] = _TITLE if title else _reason(cells, cells[key])
            if not why[place] and 2 * sum(bool(cells[at]) for at in needed) <= len(needed):
                scant.append(place)
        # Below the last total and all data people sign; a row of data has more than a few cells.
        totals = [place for place, reason in why.items() if reason == _TOTAL]
        below = max(*totals, *np.flatnonzero(~strange)[-1:].tolist(), 0) if totals else len(keep)
        why |= {place: _FOOT for place in scant if place > below}
    keep[[place for place, reason in why.items() if reason]] = False
    skipped = [(int(grid.rows[at]), said) for at, said in why.items() if said not in ("", _BLANK)]
    return keep, tuple(skipped)


_BLANK, _TITLE, _TOTAL, _FOOT = "blank", "title", "total", "foot"
_CODE = re.compile(r"[0-9]{4}")
_NUMBERED = re.compile(r"\(\s*([0-9]{1,3})\s*\)|([0-9]{1,3})")
_TOTALS = tuple(map(fold, ("tổng cộng", "tổng số", "tổng", "cộng", "total")))
_FEWEST_NUMBERS = 3
_LONGEST_TOTAL = 100


def _reason(cells: list[str], code: str) -> str:
    """Return why a row holds no data: it is blank, numbers the columns or adds them up."""
    filled = [cell for cell in cells if cell]
    if not filled:
        return _BLANK
    if _numbers_columns(filled):
        return "column-numbers"
    numbered = code is not filled[0] and any(sign.isdigit() for sign in code)
    return _TOTAL if not numbered and _adds_up(filled[0]) else ""


def _adds_up(cell: str) -> bool:
    """Return whether a cell says `total`, alone or of something: `Cộng xã Gio Linh`."""
    said = fold(cell[:_LONGEST_TOTAL])
    return any(said == word or said.startswith((f"{word} ", f"{word}:")) for word in _TOTALS)


def _numbers_columns(filled: list[str]) -> bool:
    """Return whether cells count up by one, in brackets, or bare when there are enough of them.

    As on the bank's forms the first may have letters: A, B, 1, 2.
    """
    lettered = zip("ABCDE", filled, strict=False)
    letters = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1].strip("( )"), lettered))
    found = [_NUMBERED.fullmatch(cell) for cell in filled[letters:]]
    numbers = [int(match[1] or match[2]) for match in found if match]
    first = numbers[0] if numbers else 0
    if len(numbers) < len(found) or numbers != list(range(first, first + len(numbers))):
        return False
    return filled[0].startswith("(") or len(filled) >= _FEWEST_NUMBERS


_SPACES = "".join(filter(str.isspace, map(chr, range(0x3001)))) + "\u200b\ufeff"


def clean(column: Texts) -> Texts:
    """Return values without white space around them, in NFC.

    Looked at as one long text first: most columns of a book need nothing and come back unchanged.
    """
    # No field holds a NUL, so none of them can be mistaken for the seam.
    long = "\0".join(["", *column.tolist(), ""])
    spaced = any(f"\0{sign}" in long or f"{sign}\0" in long for sign in _SPACES if sign in long)
    if not spaced and unicodedata.is_normalized("NFC", long):
        return column
    codes, distinct = pd.factorize(column)
    return np.asarray(texts([_plain(value) for value in distinct])[codes])


def _plain(value: str) -> str:
    """Return one value without white space around it, in NFC."""
    return unicodedata.normalize("NFC", value.strip(_SPACES))
