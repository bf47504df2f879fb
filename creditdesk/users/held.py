"""What people hold to show who they are: secrets made by chance, shown once, kept as digests."""

import secrets
from datetime import UTC, date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def new_secret() -> str:
    """Return a fresh secret of 256 bits, fit for an address and a cookie."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """Return what is kept of a secret: it has too many bits to be guessed from its digest."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def kept(moment: datetime) -> str:
    """Return a moment as it is kept: UTC, to the second, so that texts sort as moments do."""
    assert moment.tzinfo is not None, "a moment has its zone"
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def day_of(moment: datetime) -> date:
    """Return the day that a moment lies in where the bank is."""
    return moment.astimezone(ZONE).date()
