"""The rules of a table, page by page: below its rows, between its columns, at its edges."""

from collections.abc import Iterator, Sequence

_MOST = 1_000  # pages whose rules are remembered


class Grid:
    """Rules that are gathered while a page fills, and drawn when it ends."""

    def __init__(self, edges: Sequence[float]) -> None:
        """Hold where columns begin and the last ends [pt]."""
        self._edges = edges
        self._rows: list[tuple[float, float, int]] = []
        self._between: list[tuple[float, float]] = []
        self._known: dict[tuple[object, ...], str] = {}

    def below(self, top: float, height: float, count: int = 1) -> None:
        """Rule below each of some rows of a height, from the top of the first [pt]."""
        self._rows.append((top, height, count))

    def between(self, top: float, low: float) -> None:
        """Rule between columns from a height down to another [pt]; what runs across has none."""
        if low < top:
            self._between.append((top, low))

    def drawn(self, top: float, low: float) -> str:
        """Return the operators of what was gathered, with both edges from top to low [pt].

        Pages that are filled alike have the same, which is told but once.
        """
        gathered = (top, low, *self._rows, *self._between)
        if gathered not in self._known:
            if len(self._known) > _MOST:
                self._known.clear()
            self._known[gathered] = "\n".join(["0.5 w", *self._lines(top, low), "S"])
        self._rows.clear()
        self._between.clear()
        return self._known[gathered]

    def _lines(self, top: float, low: float) -> Iterator[str]:
        left, right = self._edges[0], self._edges[-1]
        for first, height, count in self._rows:
            for number in range(1, count + 1):
                y = first - height * number
                yield f"{left:.2f} {y:.2f} m {right:.2f} {y:.2f} l"
        for begin, end in self._between:
            for x in self._edges[1:-1]:
                yield f"{x:.2f} {begin:.2f} m {x:.2f} {end:.2f} l"
        for x in (left, right):
            yield f"{x:.2f} {top:.2f} m {x:.2f} {low:.2f} l"
