"""Read XLSX: weigh it by what its directory declares, then have a fenced child open it."""

import json
import os
import selectors
import signal
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Any, BinaryIO

import numpy as np

from creditdesk.intake import refusals, sheet
from creditdesk.intake.grid import Grid, Limits, texts
from creditdesk.intake.heading import HEAD_ROWS, Column, Heading, search
from creditdesk.intake.refusals import (
    FileBomb,
    FileEncrypted,
    FileUnreadable,
    ReadingTookTooLong,
    ReadingTookTooMuch,
)

_MEGABYTE = 1 << 20
_MAX_UNPACKED = 1536 * _MEGABYTE
_MODEST = 50 * _MEGABYTE
_MAX_RATIO = 200
_MAX_PARTS = 4096
_MAX_DIRECTORY = _MEGABYTE

_END = b"PK\x05\x06"
_END_SIZE = 22
_END_COMMENT = 65_535


def read(
    file: BinaryIO, columns: Sequence[Column], required: Collection[str], limits: Limits
) -> Grid:
    """Return the cells of the first visible sheet of a workbook that has the header.

    Raises FileBomb, FileEncrypted, FileUnreadable, ReadingTookTooLong, ReadingTookTooMuch and what
    the header or the size of the sheet refuses.
    """
    _weigh(file)
    with _child(file, limits) as child:
        messages = _messages(child, limits)
        nearest = search((), columns, required)
        for message in messages:
            heading = search(message["head"], columns, required)
            if not heading.missing:
                heading.demand(limits.max_columns)
                _answer(child, "rows")
                return _gather(heading, message["head"], messages)
            if len(heading.places) > len(nearest.places):
                nearest = heading
            _answer(child, "next")
    nearest.demand(limits.max_columns)
    raise FileUnreadable(why="not-a-workbook")


def _weigh(file: BinaryIO) -> None:
    """Raise FileBomb, FileEncrypted or FileUnreadable by what a workbook's directory declares."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END_SIZE - _END_COMMENT))
    tail = file.read()
    place = tail.rfind(_END)
    if place < 0 or len(tail) - place < _END_SIZE:
        raise FileUnreadable(why="truncated")
    count, directory = struct.unpack_from("<HI", tail, place + 10)
    if count > _MAX_PARTS or directory > _MAX_DIRECTORY:
        raise FileBomb(parts=count)
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise FileUnreadable(why="truncated") from None
    if any(part.flag_bits & 1 for part in parts):
        raise FileEncrypted
    if not any(part.filename.startswith("xl/") for part in parts):
        raise FileUnreadable(why="not-a-workbook")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > _MAX_UNPACKED or unpacked > max(_MODEST, _MAX_RATIO * size):
        raise FileBomb(unpacked=unpacked // _MEGABYTE, most=_MAX_UNPACKED // _MEGABYTE)


def _gather(heading: Heading, head: list[Any], messages: Iterator[Any]) -> Grid:
    """Return the cells below a heading, of which the first came with it."""
    numbers: list[int] = []
    columns: list[list[str]] = [[] for _ in heading.titles]
    for number, cells in head:
        if number > heading.row:
            numbers.append(number)
            for column, cell in zip(columns, cells, strict=True):
                column.append(cell)
    for rows, *portion in messages:
        numbers += rows
        for column, values in zip(columns, portion, strict=True):
            column += values.split(sheet.SEAM)
    return Grid(heading, tuple(map(texts, columns)), np.array(numbers, dtype=np.int64))


@contextmanager
def _child(file: BinaryIO, limits: Limits) -> Iterator[subprocess.Popen[bytes]]:
    """Yield the child that reads a workbook, and see to its end."""
    file.seek(0)
    task = asdict(limits) | {"file": file.fileno(), "head": HEAD_ROWS}
    with subprocess.Popen(
        [sys.executable, "-I", sheet.__file__, json.dumps(task)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=(file.fileno(),),
        env={},
        bufsize=0,
    ) as child:
        try:
            yield child
        finally:
            child.kill()


def _answer(child: subprocess.Popen[bytes], word: str) -> None:
    """Tell a child what to do with the sheet it has shown."""
    assert child.stdin
    with suppress(BrokenPipeError):
        child.stdin.write(f"{word}\n".encode())


def _messages(child: subprocess.Popen[bytes], limits: Limits) -> Iterator[Any]:
    """Yield what a child says of a workbook, up to its end.

    Raises what the child refused, and one clear cause for a child that dies or overstays.
    """
    for line in _lines(child, limits):
        message = json.loads(line)
        if "refused" in message:
            raise getattr(refusals, message["refused"])(**message["facts"])
        if "end" in message:
            return
        yield message
    raise _cause(child.wait(), limits)


def _lines(child: subprocess.Popen[bytes], limits: Limits) -> Iterator[bytes]:
    """Yield the lines a child writes, as they come.

    Raises ReadingTookTooLong or ReadingTookTooMuch for a child that never ends or stops writing.
    """
    assert child.stdout
    deadline = time.monotonic() + limits.seconds
    written = 0
    rest = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise ReadingTookTooLong(seconds=limits.seconds)
            piece = os.read(child.stdout.fileno(), _MEGABYTE)
            written += len(piece)
            if written > limits.memory_megabytes * _MEGABYTE:
                raise ReadingTookTooMuch(megabytes=limits.memory_megabytes)
            if not piece:
                return
            *lines, last = piece.split(b"\n")
            for line in lines:
                yield bytes(rest) + line
                rest.clear()
            rest += last


def _cause(status: int, limits: Limits) -> Exception:
    """Return why a child ended before its time."""
    if status in (-signal.SIGXCPU, -signal.SIGKILL):
        return ReadingTookTooLong(seconds=limits.seconds)
    if status == -signal.SIGABRT:
        return ReadingTookTooMuch(megabytes=limits.memory_megabytes)
    return FileUnreadable(why="damaged")
