"""The second factor: a key in an authenticator, and codes for the day it is lost."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import NamedTuple

from creditdesk import records, sealing
from creditdesk.db import Tx
from creditdesk.errors import BooksBroken, Refused
from creditdesk.secrecy import KeyUnknown
from creditdesk.users import codes, held, people
from creditdesk.users.permissions import Person


class CodeWrong(Refused):
    """This is not the code that the authenticator shows now."""

    code = "code-wrong"


class FactorThere(Refused):
    """A second factor is enrolled: only an administrator forgets it."""

    code = "factor-there"


class OfferGone(Refused):
    """This key was not offered to this person by this desk."""

    code = "offer-gone"


class Key(NamedTuple):
    """A fresh key for an authenticator, and the same as a link that it reads."""

    key: str
    address: str


class Offer(NamedTuple):
    """A key that is offered, and the same as only the desk can read it."""

    key: Key
    sealed: str


def begin(tx: Tx, *, person: Person) -> Key:
    """Give a person a fresh key, which counts once a code of it was shown; raises FactorThere."""
    if people.has_second_factor(tx, person.id):
        raise FactorThere
    key = codes.new_key()
    records.users.begin_factor(tx, person.id, sealing.seal_factor_key(tx, person.id, key))
    return Key(key, codes.address(key, person.sign_in_name))


def begun(tx: Tx, *, person: Person) -> Key | None:
    """Return the key that a person was given and has not shown a code of yet."""
    factor = records.users.find_factor(tx, person.id)
    if factor is None or factor.enrolled_at is not None:
        return None
    key = sealing.factor_key(tx, person.id, factor.secret)
    return Key(key, codes.address(key, person.sign_in_name))


def enrol(tx: Tx, *, person: Person, code: str, at: datetime) -> tuple[str, ...]:
    """Enrol the key begun, by a code of it, and return codes for recovery, shown this once.

    Sessions begun without it end. Raises CodeWrong, FactorThere.
    """
    if people.has_second_factor(tx, person.id):
        raise FactorThere
    if not _takes_step(tx, person.id, codes.plain(code), at):
        raise CodeWrong
    recovery = codes.recovery_codes()
    digests = [held.digest(one) for one in recovery]
    records.users.enrol_factor(tx, person.id, held.kept(at), digests)
    records.users.revoke_sessions(tx, person.id, held.kept(at))
    return recovery


def offer(tx: Tx, *, person: Person) -> Offer:
    """Return a fresh key that is kept nowhere but in the form that shows it; raises KeyMissing."""
    key = codes.new_key()
    sealed = sealing.seal_factor_key(tx, person.id, key)
    return Offer(
        Key(key, codes.address(key, person.sign_in_name)), urlsafe_b64encode(sealed).decode()
    )


def offered(tx: Tx, *, person: Person, sealed: str) -> Offer:
    """Return an offer that comes back with its form; raises OfferGone."""
    try:
        key = sealing.factor_key(tx, person.id, urlsafe_b64decode(sealed))
    except (ValueError, KeyUnknown, BooksBroken):
        raise OfferGone from None
    return Offer(Key(key, codes.address(key, person.sign_in_name)), sealed)


def replace(tx: Tx, *, person: Person, sealed: str, code: str, at: datetime) -> tuple[str, ...]:
    """Enrol a key that was offered in place of any other, by a code of it.

    Returns fresh codes for recovery, shown this once; sessions end. Raises OfferGone, CodeWrong.
    """
    key = offered(tx, person=person, sealed=sealed).key.key
    records.users.begin_factor(tx, person.id, sealing.seal_factor_key(tx, person.id, key))
    return enrol(tx, person=person, code=code, at=at)


def takes(tx: Tx, *, person_id: int, code: str, at: datetime) -> bool:
    """Return whether a code is right, and take it: none is right twice."""
    said = codes.plain(code)
    if len(said) != codes.DIGITS:
        return records.users.take_recovery_code(tx, person_id, held.digest(said))
    return _takes_step(tx, person_id, said, at)


def _takes_step(tx: Tx, person_id: int, said: str, at: datetime) -> bool:
    factor = records.users.find_factor(tx, person_id)
    if factor is None:
        return False
    step = codes.step_of(sealing.factor_key(tx, person_id, factor.secret), said, at)
    return step is not None and records.users.take_step(tx, person_id, step)
