"""Measures over many loans: what they do, and those that were taken."""

from typing import Any

from creditdesk.measures import Effect, Measure, Taken
from creditdesk.tables import day


def effect(found: Effect, number: int | None) -> dict[str, Any]:
    """Return what a measure does, or did under its number, by commune, programme and loan."""
    return {
        "number": number,
        **_measure(found.measure),
        "up_to": found.up_to.isoformat(),
        "total": found.sums,
        "communes": found.by("commune"),
        "programmes_reached": found.by("programme"),
        "loans": [
            {
                "loan_no": line.loan_no,
                "commune": line.commune,
                "programme": line.programme,
                "principal": line.principal,
                "interest": line.interest,
            }
            for line in found.lines
        ],
    }


def measure(found: Taken) -> dict[str, Any]:
    """Return a measure as it was taken."""
    return {
        "number": found.number,
        **_measure(found.measure),
        "by": found.by,
        "checked_by": found.checked_by,
        "ground": found.ground,
        "document_no": found.document_no,
        "document_on": day(found.document_on),
        "recorded_at": found.recorded_at,
        "effect": found.effect,
        "undoes": found.undoes,
        "undone_by": found.undone_by,
    }


def _measure(found: Measure) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "since": found.since.isoformat(),
        "until": day(found.until),
        "places": list(found.places),
        "programmes": list(found.programmes),
        "reason": found.reason,
    }
