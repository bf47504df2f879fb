"""Answers kept under the caller's key: a request sent again is answered, not done, again."""

from typing import NamedTuple

from creditdesk import records
from creditdesk.db import Tx
from creditdesk.errors import Refused


class KeyReused(Refused):
    """The key was used by another caller, at another address, or with another body."""

    code = "idempotency-key-reused"


class Asked(NamedTuple):
    """A request that writes: its key, who asks, for what, and the digest of what is said."""

    key: str
    by: str
    route: str
    digest: str


class Answer(NamedTuple):
    """What a request was answered: status, body, and where the thing is that it made."""

    status: int
    body: str
    location: str


def recall(tx: Tx, asked: Asked) -> Answer | None:
    """Return the answer that a request had before; None where it comes for the first time.

    Of several requests with one key at once, the others wait here until the first is done.

    Raises KeyReused where the key belongs to another request: its answer is nobody else's.
    """
    records.answers.hold_key(tx, asked.key)
    row = records.answers.find_answer(tx, asked.key)
    if row is None:
        return None
    if Asked(row.key, row.by, row.route, row.digest) != asked:
        raise KeyReused(key=asked.key)
    return Answer(row.status, row.body, row.location)


def keep(tx: Tx, asked: Asked, answer: Answer, *, moment: str) -> None:
    """Keep an answer, in the transaction of what it tells."""
    values = asked._asdict() | answer._asdict() | {"at": moment}
    records.answers.add_answer(tx, values)


def forget(tx: Tx, *, before: str) -> int:
    """Forget the answers given before a moment and return how many these were."""
    return records.answers.remove_before(tx, before)
