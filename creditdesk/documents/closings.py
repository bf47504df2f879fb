"""Days and months that were closed, and the proof of the books."""

from collections.abc import Sequence
from typing import Any

from creditdesk.audit import Proof
from creditdesk.closing import Closed, Closing


def closed(found: Closed) -> dict[str, Any]:
    """Return a closed day or month."""
    return {
        "closed": found.name,
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "new": found.new,
        "figures": found.figures,
        "figures_before": found.before or None,
        "differences": found.differences,
    }


def month(found: Closing) -> dict[str, Any]:
    """Return one closing of a month, with what opened it again."""
    opened = found.opened
    return {
        "month": found.month,
        "number": found.number,
        "closed_at": found.closed_at,
        "figures": found.figures,
        "opened": None
        if opened is None
        else {
            "by": opened.by,
            "checked_by": opened.checked_by,
            "ground": opened.ground,
            "at": opened.recorded_at,
        },
    }


def months(found: Sequence[Closing], left: Sequence[Closing]) -> dict[str, Any]:
    """Return every closing of every month, and the months that stand open."""
    return {
        "months": [month(one) for one in found],
        "open": [one.month for one in left],
    }


def proof(found: Proof) -> dict[str, Any]:
    """Return what was recomputed and what contradicts."""
    return {
        "holds": not found.faults,
        "loans": found.loans,
        "entries": found.entries,
        "postings": found.postings,
        "images": found.images,
        "faults": found.faults,
    }
