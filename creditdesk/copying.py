"""Rows as the text that PostgreSQL's COPY reads."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

_BLOCK = 2_000


def lines(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield rows as the text that COPY reads, a block at a time."""
    block: list[str] = []
    for row in rows:
        block.append("\t".join(map(_text, row)))
        if len(block) == _BLOCK:
            yield ("\n".join(block) + "\n").encode()
            block.clear()
    if block:
        yield ("\n".join(block) + "\n").encode()


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _text(value: Any) -> str:
    if type(value) is int:
        return str(value)
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    return str(value).translate(_ESCAPES)
