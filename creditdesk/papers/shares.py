"""Parts of a whole."""

from decimal import Decimal

_SIXTH = Decimal("0.000001")


def share(part: int, whole: int) -> Decimal | None:
    """Return a part as a fraction of the whole; None where there is no whole."""
    return (Decimal(part) / whole).quantize(_SIXTH) if whole > 0 else None
