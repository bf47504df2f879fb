"""QR codes as squares, on paper and on pages. Source: ISO/IEC 18004."""

from collections.abc import Iterator
from functools import lru_cache

from reportlab.graphics.barcode import qrencoder

QUIET = 4  # modules that stay white on every side


@lru_cache(maxsize=256)
def code(text: str, x: float, y: float, side: float) -> str:
    """Return the operators that draw a text as a QR code whose lower left corner is x, y [pt].

    side  [pt] with the white edge around it
    """
    many, dark = runs(text)
    size = side / (many + 2 * QUIET)
    top = y + side - QUIET * size
    boxes = [
        f"{x + (QUIET + at) * size:.3f} {top - (row + 1) * size:.3f} "
        f"{run * size:.3f} {size:.3f} re"
        for row, at, run in dark
    ]
    return "\n".join([*boxes, "f"])


def runs(text: str) -> tuple[int, list[tuple[int, int, int]]]:
    """Return how many modules a side of a text's code has, and its dark runs: row, from, many."""
    drawn = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    drawn.addData(text)
    drawn.make()
    found = [
        (row, at, run) for row, dark in enumerate(drawn.modules) for at, run in _dark_runs(dark)
    ]
    return drawn.getModuleCount(), found


def _dark_runs(dark: list[bool]) -> Iterator[tuple[int, int]]:
    at = 0
    while at < len(dark):
        run = 0
        while at + run < len(dark) and dark[at + run]:
            run += 1
        if run:
            yield at, run
        at += run or 1
