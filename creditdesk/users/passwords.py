"""Passwords: which are good enough, and how one is known without being kept."""

import unicodedata
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from creditdesk.errors import Refused
from creditdesk.settings import Settings

LONGEST = 256
_FEWEST_LETTERS = 5
_COMMON = Path(__file__).with_name("common_passwords.txt")


class PasswordTooShort(Refused):
    """A password has at least so many characters."""

    code = "password-too-short"


class PasswordTooLong(Refused):
    """A password has at most so many characters."""

    code = "password-too-long"


class PasswordTooCommon(Refused):
    """This password is among the first that are tried."""

    code = "password-too-common"


class PasswordIsName(Refused):
    """A password does not hold the name of its person."""

    code = "password-is-name"


def demand(configured: Settings, password: str, *names: str) -> None:
    """Refuse a password that is too short, too common, or holds the name of its person.

    Nothing is demanded of its characters, and it does not grow old: both make passwords worse.

    Raises PasswordTooShort, PasswordTooLong, PasswordTooCommon, PasswordIsName.
    Source: NIST SP 800-63B 5.1.1.2; OWASP ASVS 5.0 V6.2.
    """
    if len(password) < configured.password_shortest:
        raise PasswordTooShort(shortest=configured.password_shortest)
    if len(password) > LONGEST:
        raise PasswordTooLong(longest=LONGEST)
    said = _bare(password)
    if len(set(said)) < _FEWEST_LETTERS or _is_common(said):
        raise PasswordTooCommon
    if any(len(name) > 2 and _bare(name) in said for name in names):
        raise PasswordIsName


def hash_of(configured: Settings, password: str) -> str:
    """Return the Argon2id hash of a password, with its salt and its measure."""
    return _hasher(configured).hash(_typed(password))


def proves(configured: Settings, hashed: str | None, password: str) -> bool:
    """Return whether a password is the one of a hash; where there is none, after the same work."""
    known = hashed is not None
    try:
        _hasher(configured).verify(hashed or _nobodys(_hasher(configured)), _typed(password))
    except (VerificationError, InvalidHashError):
        return False
    return known


def is_outdated(configured: Settings, hashed: str) -> bool:
    """Return whether a hash was made with another measure than is asked for now."""
    return _hasher(configured).check_needs_rehash(hashed)


@lru_cache
def _hasher_of(passes: int, memory: int, lanes: int) -> PasswordHasher:
    return PasswordHasher(time_cost=passes, memory_cost=memory, parallelism=lanes)


def _hasher(configured: Settings) -> PasswordHasher:
    return _hasher_of(
        configured.password_passes, configured.password_memory_kib, configured.password_lanes
    )


@lru_cache
def _nobodys(hasher: PasswordHasher) -> str:
    return hasher.hash("of nobody")


def _typed(password: str) -> bytes:
    """Return a password as bytes: the same, whichever keyboard composed its letters."""
    composed = unicodedata.normalize("NFKC", password)
    return composed[: 4 * LONGEST].encode("utf-8", "surrogatepass")


def _bare(text: str) -> str:
    """Return a text without case, marks, and what stands between its letters and digits."""
    parts = unicodedata.normalize("NFKD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in parts if letter.isalnum())


def _is_common(said: str) -> bool:
    """Return whether a password is of the list, repeated or with digits about it, or a run."""
    words = said.strip("0123456789") or said
    tried = {_unit(said), _unit(words)}
    return bool(tried & _common()) or any(one in run for one in tried for run in _RUNS)


def _unit(text: str) -> str:
    """Return the shortest text of which a text consists, over and over."""
    at = (text + text).find(text, 1)
    return text[:at]


@lru_cache
def _common() -> frozenset[str]:
    return frozenset(map(_bare, _COMMON.read_text("utf-8").split()))


_FORWARD = (
    "01234567890123456789012345",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
)
_RUNS = (*_FORWARD, *(run[::-1] for run in _FORWARD))
