"""Letters under their numbers: of an office and a year, without gaps, and each for good.

Source: Decree 30/2020/NĐ-CP on clerical work, article 15: numbers of a year rise from 01 on 1
January in the order of issue; appendix I: below ten with a zero before it.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from creditdesk import records, sheets
from creditdesk.db import Tx
from creditdesk.engine.days import ZONE
from creditdesk.sheets import Leaf, Sheet


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
            row = {**place, **said, "digest": digest, "dated": day}
            known[digest] = records.letters.add_letter(tx, row)
        one = known[digest]
        facts = {"number": f"{one.number:02d}", "dated": one.dated}
        yield replace(leaf, facts={**leaf.facts, **facts})


def _digest(kind: str, leaf: Leaf) -> str:
    """Return what a letter says as SHA-256: its sentences' facts, its amount and its tables."""
    facts = sorted((code, str(cell)) for code, cell in leaf.facts.items())
    told = f"{kind}|{facts}|{leaf.in_words}|".encode() + sheets.data(leaf.parts)
    return hashlib.sha256(told).hexdigest()
