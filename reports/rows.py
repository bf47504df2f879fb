"""Rows of a table as they follow each other, and which of them stay together on a page."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeVar

SUMS = ("subtotal", "total")
_LEADS = ("heading", "lead")
Block = TypeVar("Block")


Kind = Literal["plain", "heading", "lead", "subtotal", "total"]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one kind that follow each other, as columns of texts; a heading runs across.

    A lead is the sum of the rows below it; `level` says how deep it stands, 1 is the outermost.
    """

    columns: Sequence[Sequence[str]]
    kind: Kind = "plain"
    level: int = 0

    def __len__(self) -> int:
        """Return how many they are."""
        return len(self.columns[0])


def bound(rows: Rows, codes: Sequence[str], keep: set[int], *, held: bool) -> list[int]:
    """Return which rows are not free to begin a page alone, or are not drawn like others."""
    if rows.kind != "plain":
        return list(range(len(rows)))
    found = keep | {at + 1 for at in keep} | ({0} if held else set())
    if "" in codes:
        found |= {at for at, code in enumerate(codes) if not code}
    return sorted(at for at in found if at < len(rows))


def with_keep(rows: Iterable[Rows]) -> Iterator[tuple[Rows, set[int]]]:
    """Yield rows, and which of them must stand on the same page as the next."""
    source = iter(rows)
    before, ahead = "", deque(islice(source, 3))
    while ahead:
        some = ahead.popleft()
        ahead.extend(islice(source, 1))
        last = len(some) - 1
        following = [later.kind for later in ahead for _ in later.columns[0][:2]]
        keep = set()
        for at in {0, max(0, last - 1), last}:
            after = ([some.kind] * min(2, last - at) + following)[:2]
            if _keeps(some.kind if at else before, some.kind, *after):
                keep.add(at)
        yield some, keep
        before = some.kind


def _keeps(before: str, kind: str, first: str = "", second: str = "") -> bool:
    """Return whether a row must stand on the same page as the first of the two that follow."""
    if not first:
        return False
    bound = kind in _LEADS or before == "heading" or not second
    return bound or first in SUMS or second in SUMS


def with_left(blocks: Iterable[Block]) -> Iterator[tuple[Block, int]]:
    """Yield blocks of rows, and how many follow each: none, one, or two and more."""
    source = iter(blocks)
    held = deque(islice(source, 3))
    while held:
        block = held.popleft()
        yield block, len(held)
        held.extend(islice(source, 1))
