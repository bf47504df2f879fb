"""QR codes as squares on paper. Source: ISO/IEC 18004."""

from functools import lru_cache

from reportlab.graphics.barcode import qrencoder

QUIET = 4  # modules that stay white on every side


@lru_cache(maxsize=256)
def code(text: str, x: float, y: float, side: float) -> str:
    """Return the operators that draw a text as a QR code whose lower left corner is x, y [pt].

    side  [pt] with the white edge around it
    """
    drawn = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.M)
    drawn.addData(text)
    drawn.make()
    many = drawn.getModuleCount()
    size = side / (many + 2 * QUIET)
    top = y + side - QUIET * size
    boxes = []
    for row, dark in enumerate(drawn.modules):
        at = 0
        while at < many:
            run = 0
            while at + run < many and dark[at + run]:
                run += 1
            if run:
                left = x + (QUIET + at) * size
                boxes.append(
                    f"{left:.3f} {top - (row + 1) * size:.3f} {run * size:.3f} {size:.3f} re"
                )
            at += run or 1
    return "\n".join([*boxes, "f"])
