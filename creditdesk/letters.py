"""Letters under their numbers: of an office and a year, without gaps, and each for good.

Source: Decree 30/2020/NĐ-CP on clerical work, article 15: numbers of a year rise from 01 on 1
January in the order of issue; appendix I: below ten with a zero before it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple

from creditdesk import records, sheets
from creditdesk.db import Tx
from creditdesk.engine.days import ZONE
from creditdesk.sheets import Leaf, Sheet
from creditdesk.spelling import words_of

NEWEST = 2**53


class Sent(NamedTuple):
    """A letter as it stands in the register; to whom is empty where it is of before that was kept.

    name  the borrower's, or that of the head of the group to which it went
    """

    office: str
    year: int
    number: int
    kind: str
    dated: date
    commune: str
    group_no: str
    customer_no: str
    loan_no: str
    name: str
    by: str
    at: str

    @property
    def seen(self) -> str:
        """Return the number of who is seen; a head under the number of the group; may be empty."""
        return self.customer_no or self.group_no


def entered(tx: Tx, found: Sheet, *, by: str, at: datetime) -> Sheet:
    """Return letters that bear their numbers: one that went out keeps its own, with its day.

    A new one has the next number of its office in the year. What says the same is the same letter.
    """
    records.letters.hold_register(tx)
    digests = [_digest(found.form, leaf) for leaf in found.leaves]
    known = records.letters.of_digests(tx, digests)
    said = {"kind": found.form, "by": by, "at": at.isoformat()}
    leaves = tuple(_numbered(tx, zip(found.leaves, digests, strict=True), known, said))
    return replace(found, leaves=leaves)


def _numbered(tx: Tx, leaves: Any, known: dict[str, Any], said: dict[str, str]) -> Iterator[Leaf]:
    day = datetime.fromisoformat(said["at"]).astimezone(ZONE).date()
    for leaf, digest in leaves:
        if digest not in known:
            office = str(leaf.facts["office"])
            number = records.letters.newest_number(tx, office, day.year) + 1
            place = {"office": office, "year": day.year, "number": number}
            to = leaf.to._asdict() if leaf.to else {}
            row = {**place, **said, **to, "digest": digest, "dated": day}
            known[digest] = records.letters.add_letter(tx, row)
        one = known[digest]
        facts = {"number": f"{one.number:02d}", "dated": one.dated}
        yield replace(leaf, facts={**leaf.facts, **facts})


def _digest(kind: str, leaf: Leaf) -> str:
    """Return what a letter says as SHA-256: its sentences' facts, its amount and its tables."""
    facts = sorted((code, str(cell)) for code, cell in leaf.facts.items())
    told = f"{kind}|{facts}|{leaf.in_words}|".encode() + sheets.data(leaf.parts)
    return hashlib.sha256(told).hexdigest()


def register(
    tx: Tx,
    near: Mapping[str, Iterable[str]],
    *,
    year: int | None = None,
    text: str = "",
    below: int = NEWEST,
    limit: int = 100,
) -> tuple[tuple[Sent, ...], int | None]:
    """Return which letters went out, the newest first, and where a next page begins if any.

    near   columns such as `office` or `commune`, each with the codes that are let through
    text   the number of a letter, a loan, a customer or a group, or words of a name
    below  where this page begins: what the page before it said
    """
    number = "".join(text.split())
    by_number = number.isascii() and number.isdigit()
    rows = records.letters.listed(
        tx,
        near,
        year=year,
        words=() if by_number else words_of(text),
        number=number if by_number else "",
        below=below,
        limit=limit + 1,
    )
    shown = rows[:limit]
    return tuple(map(_sent, shown)), int(shown[-1].id) if len(rows) > limit else None


def _sent(row: Any) -> Sent:
    name = (row.name if row.customer_no else row.head) or ""
    told = {field: getattr(row, field) for field in Sent._fields if field != "name"}
    return Sent(name=name, **told)
