"""The register of statements issued: what was given out, and whether a file is one of them."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from creditdesk import records, seals
from creditdesk.db import Tx
from creditdesk.errors import NotFound
from creditdesk.evidence import Evidence, Proof, Render
from creditdesk.settings import Settings, public_address

LARGEST = 2**53
_READ = 200
GENUINE, ALTERED, UNKNOWN = "genuine", "altered", "unknown"


class StatementNotFound(NotFound):
    """No statement was issued under this number."""

    code = "statement-not-found"


@dataclass(frozen=True, slots=True)
class Issued:
    """A statement as it stands in the register; `scope` is a code, `failed` counts checks.

    known_before  [date] of a comparison of two knowledge days the earlier one
    """

    number: str
    kind: str
    scope: str
    since: date
    as_of: date
    map_of: date
    known_on: date | None
    known_before: date | None
    policy: str
    failed: int
    made_at: str
    data_digest: str
    file_digest: str
    sealed_by: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a file is: `genuine`, `altered` or `unknown`, why, and which statement it is or says.

    reasons  codes, each with a sentence of its own under [reason]
    """

    answer: str
    reasons: tuple[str, ...]
    statement: Issued | None
    signer: str = ""


class Paper(NamedTuple):
    """A document as it is given out; `sealed_by` is empty where it bears no seal."""

    evidence: Evidence
    content: bytes
    sealed_by: str


def made(configured: Settings, evidence: Evidence, render: Render) -> Paper:
    """Return a document printed and sealed, with the address where it can be checked.

    One whose checks failed bears no seal; a self-made certificate seals invented figures only.

    render  prints it, given how it can be checked

    Raises SealUnreadable, HsmMissing, SealFailed.
    """
    sealer = seals.sealer(configured)
    if evidence.failed or (sealer and sealer.is_invented and not evidence.demonstration):
        sealer = None
    proof = Proof(
        f"{public_address(configured)}/verify/{evidence.number}", sealer.name if sealer else ""
    )
    content = render(proof=proof)
    if sealer:
        content = sealer.seal(content, at=evidence.made_at, number=evidence.number)
    return Paper(evidence, content, proof.sealed_by)


def as_first_made(tx: Tx, evidence: Evidence) -> Evidence:
    """Return the evidence with the moment at which the same statement was first issued, if any.

    Who asks again for the same of the same book gets the same statement, to the byte.
    """
    before = records.issued.first(tx, evidence.number)
    if before is None:
        return evidence
    return evidence.as_first_made(datetime.fromisoformat(before.made_at))


def enter(tx: Tx, *, paper: Paper, by: str, at: str) -> None:
    """Write down that a document was given out; the same file is written down once."""
    evidence, content = paper.evidence, paper.content
    digest = hashlib.sha256(content).hexdigest()
    if records.issued.of_file(tx, digest) is not None:
        return
    records.issued.add(
        tx,
        {
            "number": evidence.number,
            "kind": evidence.kind,
            "scope": evidence.scope.code,
            "since": evidence.since,
            "as_of": evidence.as_of,
            "map_of": evidence.map_of,
            "known_on": evidence.known_on,
            "known_before": evidence.known_before,
            "policy": evidence.policy,
            "failed": len(evidence.failed),
            "made_at": evidence.made_at.isoformat(),
            "data_digest": evidence.digest,
            "file_digest": digest,
            "sealed_by": paper.sealed_by,
            "by": by,
            "at": at,
        },
    )


def statement(tx: Tx, number: str) -> Issued:
    """Return what was first issued under a number; raises StatementNotFound."""
    row = records.issued.first(tx, number)
    if row is None:
        raise StatementNotFound(number=number)
    return _issued(row)


def history(
    tx: Tx, holds: Callable[[Issued], bool], *, below: int = LARGEST, limit: int = 50
) -> tuple[tuple[Issued, ...], int | None]:
    """Return what was issued, the newest first, and where a next page begins if there is one.

    holds  whether somebody may know of a statement
    below  where this page begins: what the page before it said
    """
    found: list[Issued] = []
    while rows := records.issued.newest(tx, below=below, limit=_READ):
        for row in rows:
            if len(found) == limit:
                return tuple(found), below
            below = int(row.id)
            one = _issued(row)
            found += [one] if holds(one) else []
    return tuple(found), None


def judge(tx: Tx, content: bytes, roots: Sequence[Any], *, now: datetime) -> Verdict:
    """Return whether a file is a statement that was issued here, to the byte.

    roots  the certificates that are trusted
    now    of which moment trust is asked where the register knows no better

    Raises NotAPdf.
    """
    row = records.issued.of_file(tx, hashlib.sha256(content).hexdigest())
    on = now if row is None else datetime.fromisoformat(row.at)
    seen = seals.look(content, roots, on=on)
    known = row or (records.issued.first(tx, seen.number) if seen.number else None)
    issued = None if known is None else _issued(known)
    reasons = ["same-bytes" if row else "other-bytes" if issued else "not-in-register"]
    reasons.append({"none": "no-seal", "broken": "seal-broken"}.get(seen.state, "seal-intact"))
    if seen.state == "intact":
        reasons.append("signer-trusted" if seen.trusted else "signer-unknown")
    if issued is not None:
        reasons.append("same-data" if seen.data == issued.data_digest else "other-data")
        reasons += ["checks-failed"] if issued.failed else []
    answer = GENUINE if row else ALTERED if issued or seen.state == "broken" else UNKNOWN
    return Verdict(answer, tuple(reasons), issued, seen.signer)


def _issued(row: Any) -> Issued:
    return Issued(**{name: getattr(row, name) for name in Issued.__dataclass_fields__})
