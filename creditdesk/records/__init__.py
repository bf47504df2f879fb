"""What the bank remembers; reached only as `records.X`."""

from creditdesk.records import (
    accesses,
    answers,
    applications,
    errands,
    households,
    identities,
    kept,
    ledger,
    loans,
    measures,
    moves,
    places,
    proposals,
    sealing,
    shelf,
    users,
)

__all__ = [
    "accesses",
    "answers",
    "applications",
    "errands",
    "households",
    "identities",
    "kept",
    "ledger",
    "loans",
    "measures",
    "moves",
    "places",
    "proposals",
    "sealing",
    "shelf",
    "users",
]
