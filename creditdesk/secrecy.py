"""Secrets at rest: content sealed for one place of the book, and digests by which to find it."""

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from creditdesk.errors import BooksBroken, Malformed, Refused

KEY_BYTES = 32
ID_BYTES = 4
_FEWEST_BYTES = 16  # different ones; of 32 random bytes some 30 differ
_NONCE_BYTES = 12
_DIGEST_BYTES = 16
_FORM = b"\x01"  # of what is sealed: AES-256-GCM, nonce before the ciphertext
PREFIX_BYTES = len(_FORM) + ID_BYTES
_SHOWN_OF_ID = 3
_LEFT_OUT = str.maketrans("", "", " .-\u00a0\t")


class KeyMissing(Refused):
    """What is to be sealed or opened needs a key, and none was given."""

    code = "key-missing"


class KeyUnknown(KeyMissing):
    """The key that is needed is not among those given; `key` is its id."""

    code = "key-unknown"


class KeyUnreadable(Malformed):
    """A key is 32 random bytes in base64; `number` counts from the first of those given."""

    code = "key-unreadable"


class KeyWeak(Malformed):
    """A key is random bytes: no text, and not the same few again and again."""

    code = "key-weak"


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """A key by its id, which tells keys apart and nothing else."""

    id: str
    cipher: AESGCM
    digest_key: bytes

    @property
    def prefix(self) -> bytes:
        """Return what everything sealed with this key begins with."""
        return _FORM + bytes.fromhex(self.id)

    def seal(self, content: bytes, place: str) -> bytes:
        """Return content sealed for one place: moved to another, it cannot be opened."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return self.prefix + nonce + self.cipher.encrypt(nonce, content, place.encode())

    def digest(self, number: str) -> bytes:
        """Return the digest of a number, the same however it is spaced."""
        said = number.translate(_LEFT_OUT).upper().encode()
        return hmac.digest(self.digest_key, said, "sha256")[:_DIGEST_BYTES]


class Keyring(tuple[Key, ...]):
    """The keys that a process was given; the first is the one to seal with from now on."""

    __slots__ = ()

    def of(self, key_id: str) -> Key:
        """Return a key by its id; raises KeyMissing, KeyUnknown."""
        for key in self:
            if key.id == key_id:
                return key
        raise KeyUnknown(key=key_id) if self else KeyMissing

    def open(self, sealed: bytes, place: str) -> bytes:
        """Return content that was sealed for a place.

        Raises KeyMissing; BooksBroken where it was altered or belongs to another place.
        """
        key = self.of(key_id_of(sealed))
        nonce, rest = sealed[PREFIX_BYTES:][:_NONCE_BYTES], sealed[PREFIX_BYTES + _NONCE_BYTES :]
        try:
            return key.cipher.decrypt(nonce, rest, place.encode())
        except (InvalidTag, ValueError):
            raise BooksBroken(why="seal-broken", place=place) from None

    def digests(self, number: str) -> list[bytes]:
        """Return the digests under which a number may stand while keys are being changed."""
        return [key.digest(number) for key in self]


def key_id_of(sealed: bytes) -> str:
    """Return the id of the key with which something was sealed."""
    return sealed[len(_FORM) : PREFIX_BYTES].hex()


def new_key() -> str:
    """Return a new random key as text."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def keyring(text: str) -> Keyring:
    """Return the keys of a text, parted by white space or commas.

    Raises KeyUnreadable, KeyWeak.
    """
    words = text.replace(",", " ").split()
    return Keyring(_key(number, word) for number, word in enumerate(words, start=1))


def _key(number: int, word: str) -> Key:
    try:
        secret = base64.b64decode(word.replace("-", "+").replace("_", "/"), validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise KeyUnreadable(number=number)
    if len(set(secret)) < _FEWEST_BYTES or secret.isascii():
        raise KeyWeak(number=number)
    return _derived(secret)


@cache
def _derived(secret: bytes) -> Key:
    """Return a key with what is derived from its secret: each use has bytes of its own."""
    name, seal, digest = (
        HKDF(SHA256(), length, None, f"creditdesk {use}".encode()).derive(secret)
        for use, length in (("id", ID_BYTES), ("seal", KEY_BYTES), ("digest", KEY_BYTES))
    )
    return Key(name.hex(), AESGCM(seal), digest)


def masked(number: str) -> str:
    """Return a number of which only the last three characters can be read."""
    shown = number[-_SHOWN_OF_ID:] if len(number) > _SHOWN_OF_ID else ""
    return "•" * (len(number) - len(shown)) + shown


def identity_place(customer_no: str) -> str:
    """Return the place for which a customer's identity number is sealed."""
    return f"customer.id_no|{customer_no}"


def file_place(sha256: str, kind: str) -> str:
    """Return the place for which a file that was handed in is sealed."""
    return f"intake_file.content|{sha256}|{kind}"


def factor_place(person_id: int) -> str:
    """Return the place for which the key of a person's second factor is sealed."""
    return f"second_factor.secret|{person_id}"


def sealed_identity(
    key: Key, customer_no: str, id_no: str
) -> tuple[bytes | None, bytes | None, str]:
    """Return (sealed, digest, masked) of a customer's identity number; empty: none."""
    if not id_no:
        return None, None, ""
    sealed = key.seal(id_no.encode(), identity_place(customer_no))
    return sealed, key.digest(id_no), masked(id_no)
