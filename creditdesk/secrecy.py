"""Secrets at rest: content sealed for one place of the book, and digests by which to find it."""

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    pkcs12,
)
from cryptography.x509.oid import NameOID

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


class SealUnreadable(Malformed):
    """The file of the bank's certificate cannot be read, or holds no key that can seal; `why`."""

    code = "seal-unreadable"


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """A key by its id, which tells keys apart and nothing else."""

    id: str
    cipher: AESGCM
    digest_key: bytes
    voucher_key: bytes

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

    def vouch(self, text: str) -> bytes:
        """Return what proves that a text is ours, by HMAC-SHA-256 (RFC 2104)."""
        return hmac.digest(self.voucher_key, text.encode(), "sha256")


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

    def vouches(self, text: str, proof: bytes) -> bool:
        """Return whether one of the keys has vouched for a text."""
        return any(hmac.compare_digest(key.vouch(text), proof) for key in self)


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


_USES = (("id", ID_BYTES), ("seal", KEY_BYTES), ("digest", KEY_BYTES), ("voucher", KEY_BYTES))


@cache
def _derived(secret: bytes) -> Key:
    """Return a key with what is derived from its secret: each use has bytes of its own."""
    name, seal, digest, voucher = (
        HKDF(SHA256(), length, None, f"creditdesk {use}".encode()).derive(secret)
        for use, length in _USES
    )
    return Key(name.hex(), AESGCM(seal), digest, voucher)


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


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """A private key that signs, its certificate and those that vouch for it, in DER."""

    certificate: bytes
    chain: tuple[bytes, ...]
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

    def sign(self, content: bytes) -> bytes:
        """Return the signature over content, of its SHA-256; the same content has the same."""
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(content, padding.PKCS1v15(), SHA256())
        if isinstance(self.private, ec.EllipticCurvePrivateKey):
            # RFC 6979: no chance in it, so that a statement made again is the same to the byte.
            return self.private.sign(content, ec.ECDSA(SHA256(), deterministic_signing=True))
        return self.private.sign(content)


def signing_key(content: bytes, passphrase: str) -> SigningKey:
    """Return the key of a PKCS#12 file; raises SealUnreadable."""
    try:
        private, certificate, others = pkcs12.load_key_and_certificates(
            content, passphrase.encode() or None
        )
    except ValueError:
        raise SealUnreadable(why="passphrase-or-file") from None
    kinds = (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey, ed25519.Ed25519PrivateKey)
    if certificate is None or not isinstance(private, kinds):
        raise SealUnreadable(why="no-key")
    chain = tuple(one.public_bytes(Encoding.DER) for one in others)
    return SigningKey(certificate.public_bytes(Encoding.DER), chain, private)


def self_made_certificate(
    name: str, *, since: datetime, years: int, passphrase: str = ""
) -> bytes:
    """Return a new key with a certificate that nobody but itself vouches for, as PKCS#12."""
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    uses = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"),
        False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=365 * years))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                encipher_only=False,
                decipher_only=False,
                **uses,
            ),
            critical=True,
        )
        .sign(private, SHA256())
    )
    kept = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return pkcs12.serialize_key_and_certificates(name.encode(), private, made, None, kept)
