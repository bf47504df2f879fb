"""What a file was found to be, and the statement that it is or claims to be."""

from dataclasses import asdict
from typing import Any

from creditdesk.issued import Issued, Verdict
from creditdesk.tables import day

_DAYS = ("since", "as_of", "map_of", "known_on", "known_before")


def verdict(found: Verdict) -> dict[str, Any]:
    """Return a verdict: the answer, its reasons, the statement."""
    return {
        "answer": found.answer,
        "reasons": list(found.reasons),
        "signer": found.signer,
        "statement": None if found.statement is None else issued(found.statement),
    }


def issued(found: Issued) -> dict[str, Any]:
    """Return a statement of the register; who asked for it is not told to whoever holds it."""
    told = asdict(found)
    del told["by"]
    return told | {name: day(told[name]) for name in _DAYS}
