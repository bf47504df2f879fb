"""Passwords: which are good enough, and how one is known without being kept."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from creditdesk.errors import Refused
from creditdesk.settings import Settings
from creditdesk.spelling import plain

LONGEST = 256
_WEIGHED = 40
"""Characters of a password that are weighed: enough for any, and weighed in half a second."""
_WORDS = tuple(Path(__file__).with_name("guessed_words.txt").read_text("ascii").split())
"""Words and names that Vietnamese passwords are made of, and those of the bank."""


_IN_A_ROW = re.compile(rf"({'|'.join(sorted(_WORDS, key=len, reverse=True))}){{2,4}}")
"""Up to four of the words: fewer than a thousand million ways, so no better than one word."""
_PARTED = re.compile(r"[\W_]+")


class PasswordTooShort(Refused):
    """A password has at least so many characters."""

    code = "password-too-short"


class PasswordTooLong(Refused):
    """A password has at most so many characters."""

    code = "password-too-long"


class PasswordTooCommon(Refused):
    """This password is among those that a guesser comes to."""

    code = "password-too-common"


class PasswordIsName(Refused):
    """A password does not hold the name of its person."""

    code = "password-is-name"


def demand(configured: Settings, password: str, *names: str) -> None:
    """Refuse a password that is too short, soon guessed, or holds the name of its person.

    Nothing is demanded of its characters, and it does not grow old: both make passwords worse.

    Raises PasswordTooShort, PasswordTooLong, PasswordTooCommon, PasswordIsName.
    Source: NIST SP 800-63B 5.1.1.2; OWASP ASVS 5.0 V6.2; zxcvbn (Wheeler, USENIX Security 2016).
    """
    if len(password) < configured.password_shortest:
        raise PasswordTooShort(shortest=configured.password_shortest)
    if len(password) > LONGEST:
        raise PasswordTooLong(longest=LONGEST)
    said = _bare(password)
    if any(len(name) > 2 and _bare(name) in said for name in names):
        raise PasswordIsName
    if _guesses(password, names) < configured.password_guesses:
        raise PasswordTooCommon


def _guesses(password: str, names: Sequence[str]) -> int:
    """Return after how many guesses a password is found, with or without what parts its words."""
    parts = [part for name in names for part in (_bare(name), *map(_bare, _PARTED.split(name)))]
    known = [*filter(None, parts), *_WORDS]
    bare = _bare(password)[:_WEIGHED]
    ways = {bare, _IN_A_ROW.sub(r"\1", bare), plain(password)[:_WEIGHED]}
    return min(int(zxcvbn(way, known)["guesses"]) if way else 0 for way in ways)


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
    return "".join(filter(str.isalnum, plain(text)))
