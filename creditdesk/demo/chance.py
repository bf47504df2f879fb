"""Chance that falls the same way everywhere: whole numbers only, from a key one can write down."""

from collections.abc import Sequence

import numpy as np

MYRIAD = 10_000


class Chance:
    """A stream of random whole numbers; the same key gives the same stream on every machine.

    No float takes part, since sums and logarithms of floats differ between processors.
    """

    def __init__(self, *key: int) -> None:
        """Begin the stream of a key of whole numbers."""
        whole = [part % 2**64 for part in key]
        self._stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence(whole)))

    def below(self, bound: int | np.ndarray, size: int) -> np.ndarray:
        """Return numbers from 0 to below a bound, which may differ for each."""
        return self._stream.integers(0, bound, size=size, dtype=np.int64)

    def between(self, low: int, high: int, size: int) -> np.ndarray:
        """Return numbers from low to high, both included."""
        return low + self.below(high - low + 1, size)

    def happens(self, per_myriad: int | np.ndarray, size: int) -> np.ndarray:
        """Return for each whether something of that likelihood (in ten thousand) happens."""
        return self.below(MYRIAD, size) < per_myriad

    def pick(self, weights: Sequence[int] | np.ndarray, size: int) -> np.ndarray:
        """Return places in a row of weights, each as often as its weight says."""
        upto = np.cumsum(np.asarray(weights, dtype=np.int64))
        return np.searchsorted(upto, self.below(int(upto[-1]), size), side="right")

    def pick_by_row(self, weights: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return for each of `rows` a column of that row of weights."""
        found = np.zeros(len(rows), dtype=np.int64)
        for row in range(len(weights)):
            here = np.flatnonzero(rows == row)
            if len(here):
                found[here] = self.pick(weights[row], len(here))
        return found

    def shuffled(self, size: int) -> np.ndarray:
        """Return the numbers from 0 to below `size` in random order."""
        return np.argsort(self.below(2**62, size), kind="stable")
