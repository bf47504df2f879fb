"""What the bank remembers; reached only as `records.X`."""

from creditdesk.records import (
    applications,
    households,
    kept,
    ledger,
    loans,
    measures,
    moves,
    places,
    proposals,
    sealing,
    users,
)

__all__ = [
    "applications",
    "households",
    "kept",
    "ledger",
    "loans",
    "measures",
    "moves",
    "places",
    "proposals",
    "sealing",
    "users",
]
