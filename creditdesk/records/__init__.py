"""What the bank remembers; reached only as `records.X`."""

from creditdesk.records import households, kept, ledger, loans, places

__all__ = ["households", "kept", "ledger", "loans", "places"]
