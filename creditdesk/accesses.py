"""The journal of accesses: who saw which persons, when and why; chained, so that none is lost."""

import hashlib
import json
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from creditdesk import records, sealing
from creditdesk.db import Tx
from creditdesk.engine.days import ZONE, months_after
from creditdesk.errors import Malformed

FIRST = date(1975, 1, 1)
LIST, LOAN, HOUSEHOLD = "list", "loan", "household"
CUSTOMER, APPLICATION = "customer", "application"
_SAID = (
    *("number", "at", "who", "role", "channel", "act", "subject_kind", "subject_no"),
    *("why", "persons", "customer_no", "request_id"),
)


class PurposeMissing(Malformed):
    """Whoever asks for an identity number in clear says what for."""

    code = "purpose-missing"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks: a person with a role, through which door, in which request.

    channel  `web`, `api`, `cli`, `paper` or `job`
    """

    who: str
    channel: str
    role: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """What is shown of whom.

    act        what is done, as the face calls it
    kind       `loan`, `household`, `customer`, `application` or `list`
    number     of that; of a list its scope
    why        the purpose, or the need that was stated
    customers  the numbers of those who are seen; None: those behind a loan or a household; the
               head of a group is seen under the number of the group
    loans      the numbers of loans behind which more are seen
    """

    act: str
    kind: str
    number: str
    why: str = ""
    customers: Collection[str] | None = None
    loans: Collection[str] = ()

    @property
    def shows_nobody(self) -> bool:
        """Return whether nobody is seen, so that there is nothing to note."""
        return self.customers is not None and not self.customers and not self.loans


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the journal; `persons` is how many were seen."""

    number: int
    at: str
    who: str
    role: str
    channel: str
    act: str
    subject_kind: str
    subject_no: str
    why: str
    persons: int
    request_id: str


def note(tx: Tx, *, visitor: Visitor, view: View, at: str) -> int:
    """Write down an access and return the number of its line.

    It goes into a transaction of its own, kept before anything is shown: no note, no view. Those
    who write at once take turns.

    at  the moment, ISO with its zone
    """
    seen = view.customers
    if seen is None:
        seen = records.accesses.customers_behind(tx, view.kind, view.number)
    people = sorted({*seen, *records.accesses.customers_of_loans(tx, view.loans)})
    lines, last = records.accesses.take_head(tx)
    row: dict[str, Any] = {
        "number": lines + 1,
        "at": at,
        "who": visitor.who,
        "role": visitor.role,
        "channel": visitor.channel,
        "act": view.act,
        "subject_kind": view.kind,
        "subject_no": view.number,
        "why": view.why,
        "persons": len(people),
        "customer_no": people[0] if len(people) == 1 else "",
        "people": _packed(people) if len(people) > 1 else None,
        "request_id": visitor.request_id,
    }
    records.accesses.add(tx, row | {"digest": _digest(last, row)})
    return lines + 1


def identity_of(tx: Tx, *, customer_no: str, why: str, visitor: Visitor, at: str) -> str:
    """Return an identity number in clear, having noted who asked and what for.

    Raises PurposeMissing, CustomerNotFound, KeyMissing.
    """
    if not why.strip():
        raise PurposeMissing(customer_no=customer_no)
    found = sealing.identity_of(tx, customer_no)
    view = View("identity-number", CUSTOMER, customer_no, why.strip(), (customer_no,))
    note(tx, visitor=visitor, view=view, at=at)
    return found


def of_person(tx: Tx, customer_no: str, since: date = FIRST) -> list[Line]:
    """Return every access to a person from a day on, alone or in a list."""
    return [
        _line(row)
        for row in records.accesses.lines_on_persons(tx, customer_no, _begins(since))
        if row.customer_no == customer_no or (row.people and customer_no in _people(row.people))
    ]


def of_user(tx: Tx, who: str, since: date = FIRST) -> list[Line]:
    """Return every access by a user from a day on."""
    return list(read(tx, since, who))


def journal(tx: Tx, since: date) -> list[Line]:
    """Return every access from a day on."""
    return list(read(tx, since))


def read(
    tx: Tx,
    since: date,
    who: str | None = None,
    *,
    after: int | None = None,
    newest_first: bool = False,
) -> Iterator[Line]:
    """Yield the accesses from a day on, of all or by a user, as far as somebody reads.

    after  the number of the line after which they begin
    """
    found = records.accesses.lines_since(
        tx, _begins(since), who, after=after, newest_first=newest_first
    )
    return map(_line, found)


def head(tx: Tx) -> tuple[int, str]:
    """Return how many accesses were ever noted, and the digest that covers them all."""
    lines, digest = records.accesses.head(tx)
    return lines, digest.hex()


def cut(tx: Tx, *, years: int, today: date, visitor: Visitor, at: str) -> int:
    """Take away the lines older than so many years, and return how many.

    What they come to stays: their last digest, from which the chain goes on; the cut is a line
    itself.
    """
    before = months_after(today, -12 * years)
    last = records.accesses.last_before(tx, _begins(before))
    if last is None:
        return 0
    view = View("cut", "journal", str(last.number), f"{years}", ())
    note(tx, visitor=visitor, view=view, at=at)
    return records.accesses.cut(
        tx,
        {"until": last.number, "digest": bytes(last.digest), "at": at, "who": visitor.who},
    )


def first_fault(tx: Tx) -> dict[str, Any] | None:
    """Return the first line that was altered, removed or inserted, None where there is none."""
    number, digest = records.accesses.last_cut(tx)
    for row in records.accesses.lines(tx):
        if row.number != number + 1:
            return {"why": "access-line-missing", "line": number + 1}
        number, digest = row.number, _digest(digest, row._mapping)
        if digest != bytes(row.digest):
            return {"why": "access-line-altered", "line": number}
    lines, last = records.accesses.head(tx)
    if (number, digest) != (lines, last):
        return {"why": "access-lines-missing", "line": number + 1}
    return None


def _digest(before: bytes, row: Any) -> bytes:
    """Return the digest of a line: of what it says, and of the line before."""
    said = json.dumps([row[name] for name in _SAID], ensure_ascii=False).encode()
    people = bytes(row["people"]) if row["people"] is not None else b""
    return hashlib.sha256(before + len(said).to_bytes(4, "big") + said + people).digest()


def _packed(people: list[str]) -> bytes:
    return zlib.compress("\n".join(people).encode(), 6)


def _people(packed: bytes) -> list[str]:
    return zlib.decompress(packed).decode().split("\n")


def _begins(day: date) -> str:
    """Return the moment at which a day begins at the bank, as lines have it."""
    return datetime.combine(day, time(), ZONE).astimezone(UTC).isoformat()


def _line(row: Any) -> Line:
    return Line(**{name: getattr(row, name) for name in Line.__dataclass_fields__})
