"""What the book holds under seal: identity numbers and files handed in, and the keys they need."""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from creditdesk import records
from creditdesk.db import Tx, keys_of
from creditdesk.errors import BooksBroken, NotFound
from creditdesk.secrecy import (
    Key,
    KeyMissing,
    KeyUnknown,
    factor_place,
    file_place,
    identity_place,
    key_id_of,
    masked,
    sealed_identity,
)

BLOCK = 5_000


class CustomerNotFound(NotFound):
    """No customer has this number."""

    code = "customer-not-found"


def key_of_book(tx: Tx) -> Key | None:
    """Return the key that seals in this book, None where nothing was sealed yet.

    Raises KeyMissing when the book has a key that this process was not given.
    """
    known = records.sealing.current_key(tx)
    return keys_of(tx).of(known) if known else None


def has_key(tx: Tx) -> bool:
    """Return whether a book, of any version, has something that needs a key."""
    return records.sealing.knows_keys(tx) and records.sealing.current_key(tx) is not None


def adopt(tx: Tx) -> Key:
    """Return the key that seals; a book without one takes the first of those given.

    Raises KeyMissing.
    """
    key = key_of_book(tx)
    if key is None:
        if not keys_of(tx):
            raise KeyMissing
        key = keys_of(tx)[0]
        records.sealing.add_key(tx, key.id)
    return key


class Sealer:
    """Seals for the length of one transaction; it needs a key only when there is a secret."""

    def __init__(self, tx: Tx) -> None:
        """Work on a book with the keys of its door."""
        self.tx = tx
        self._key: Key | None = None

    @property
    def key(self) -> Key:
        """Return the key that seals; raises KeyMissing."""
        if self._key is None:
            self._key = adopt(self.tx)
        return self._key

    def identity(self, customer_no: str, id_no: str) -> tuple[bytes | None, bytes | None, str]:
        """Return (sealed, digest, masked) of an identity number; raises KeyMissing."""
        return sealed_identity(self.key, customer_no, id_no) if id_no else (None, None, "")

    def file(self, sha256: str, kind: str, content: bytes) -> bytes:
        """Return a file deflated and sealed; raises KeyMissing."""
        return self.key.seal(zlib.compress(content, 1), file_place(sha256, kind))

    def digests(self, id_no: str) -> list[bytes]:
        """Return the digests under which an identity number may stand; raises KeyMissing."""
        key_of_book(self.tx)
        return keys_of(self.tx).digests(id_no)

    def says(self, digest: bytes | None, id_no: str) -> bool:
        """Return whether a digest of the book is that of an identity number."""
        return digest is not None and bytes(digest) in keys_of(self.tx).digests(id_no)


def identity_of(tx: Tx, customer_no: str) -> str:
    """Return a customer's identity number in clear, "" for none: whoever shows it notes so first.

    Raises CustomerNotFound, KeyMissing; BooksBroken where the seal is broken.
    """
    row = records.households.find_customer(tx, customer_no)
    if row is None:
        raise CustomerNotFound(customer_no=customer_no)
    return _opened(tx, row)


def _opened(tx: Tx, row: Any) -> str:
    if row.id_no_sealed is None:
        return ""
    place = identity_place(row.customer_no)
    return keys_of(tx).open(bytes(row.id_no_sealed), place).decode()


def file_of(tx: Tx, sha256: str, kind: str) -> bytes:
    """Return a file as it was handed in; raises KeyMissing, BooksBroken."""
    sealed = records.sealing.file_content(tx, sha256, kind)
    return zlib.decompress(keys_of(tx).open(sealed, file_place(sha256, kind)))


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key of the book or of this process: what it seals, and whether it is the one that does."""

    id: str
    given: bool
    seals: bool
    customers: int
    files: int
    second_factors: int

    @property
    def rows(self) -> int:
        """Return how much it seals."""
        return self.customers + self.files + self.second_factors


def factor_key(tx: Tx, person_id: int, sealed: bytes) -> str:
    """Return the key of a person's second factor in clear; raises KeyMissing, BooksBroken."""
    return keys_of(tx).open(bytes(sealed), factor_place(person_id)).decode()


def seal_factor_key(tx: Tx, person_id: int, key: str) -> bytes:
    """Return the key of a person's second factor sealed; raises KeyMissing."""
    return adopt(tx).seal(key.encode(), factor_place(person_id))


def uses(tx: Tx) -> list[KeyUse]:
    """Return every key that is given here or needed by the book; ids only."""
    counts = records.sealing.counts_by_prefix(tx)
    customers, files, factors = (
        {key_id_of(prefix): count for prefix, count in counts[table].items()}
        for table in ("customer", "intake_file", "second_factor")
    )
    current = records.sealing.current_key(tx)
    given = [key.id for key in keys_of(tx)]
    known = dict.fromkeys([*given, *([current] if current else []), *customers, *files, *factors])
    return [
        KeyUse(
            one,
            one in given,
            one == current,
            *(counted.get(one, 0) for counted in (customers, files, factors)),
        )
        for one in known
    ]


def begin_rotation(tx: Tx) -> int:
    """Make the first of the given keys the one that seals; return how much is sealed otherwise.

    Raises KeyMissing; KeyUnknown when something is sealed with a key that was not given.
    """
    keys = keys_of(tx)
    if not keys:
        raise KeyMissing
    needed = uses(tx)
    for use in needed:
        if not use.given and use.rows:
            raise KeyUnknown(key=use.id)
    if records.sealing.current_key(tx) != keys[0].id:
        records.sealing.add_key(tx, keys[0].id)
    return sum(use.rows for use in needed if use.id != keys[0].id)


def seal_anew(tx: Tx, most: int = BLOCK) -> int:
    """Seal some of what waits with the key that seals now; return how much, 0 at the end.

    Broken off between two calls, the next goes on where the last stopped.
    """
    key, keys = adopt(tx), keys_of(tx)
    rows = records.sealing.sealed_otherwise(tx, key.prefix, 0, most)
    if not rows:
        return _seal_file_anew(tx, key)
    done = []
    for row in rows:
        id_no = _opened(tx, row)
        sealed, digest, _ = sealed_identity(key, row.customer_no, id_no)
        if keys.open(sealed or b"", identity_place(row.customer_no)).decode() != id_no:
            raise BooksBroken(why="seal-broken", place=identity_place(row.customer_no))
        done.append({"key": row.id, "sealed": sealed, "digest": digest})
    records.sealing.seal_customers(tx, done)
    return len(done)


def _seal_file_anew(tx: Tx, key: Key) -> int:
    row = records.sealing.file_sealed_otherwise(tx, key.prefix)
    if row is None:
        return _seal_factor_anew(tx, key)
    place = file_place(row.sha256, row.kind)
    content = keys_of(tx).open(bytes(row.content), place)
    records.sealing.seal_file(tx, row.sha256, row.kind, key.seal(content, place))
    return 1


def _seal_factor_anew(tx: Tx, key: Key) -> int:
    row = records.sealing.factor_sealed_otherwise(tx, key.prefix)
    if row is None:
        return 0
    content = factor_key(tx, row.person_id, row.secret).encode()
    sealed = key.seal(content, factor_place(row.person_id))
    records.sealing.seal_factor(tx, row.person_id, sealed)
    return 1


def faults(tx: Tx) -> Iterator[dict[str, str]]:
    """Yield what is under seal and cannot be opened, or is not what stands beside it says.

    Raises KeyMissing.
    """
    after = 0
    while rows := records.sealing.customers_after(tx, after, BLOCK):
        for row in rows:
            if not _holds(tx, row):
                yield {"why": "seal-broken", "customer_no": row.customer_no}
        after = rows[-1].id
    for row in records.sealing.files(tx):
        try:
            found = hashlib.sha256(file_of(tx, row.sha256, row.kind)).hexdigest()
        except (BooksBroken, zlib.error):
            found = ""
        if found != row.sha256:
            yield {"why": "seal-broken", "file": row.sha256}
    yield from _factor_faults(tx)


def _factor_faults(tx: Tx) -> Iterator[dict[str, str]]:
    for row in records.sealing.factors(tx):
        try:
            factor_key(tx, row.person_id, row.secret)
        except BooksBroken:
            yield {"why": "seal-broken", "person": str(row.person_id)}


def _holds(tx: Tx, row: Any) -> bool:
    try:
        id_no = _opened(tx, row)
    except BooksBroken:
        return False
    key = keys_of(tx).of(key_id_of(bytes(row.id_no_sealed)))
    return bytes(row.id_no_digest) == key.digest(id_no) and row.id_no_masked == masked(id_no)
