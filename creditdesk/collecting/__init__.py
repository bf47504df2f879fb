"""Collecting at sessions: who comes, the sheet of a group on a day, booked whole or not at all."""

from creditdesk.collected import Sheet, SheetLine, Slip, Till, tally
from creditdesk.collecting.booking import (
    NOTES,
    Brought,
    CashCountedTwice,
    CashDiffers,
    CashMissing,
    Counted,
    LineRefused,
    Paid,
    SheetMoved,
    act_of,
    collect,
    take,
)
from creditdesk.collecting.sessions import Session, sessions
from creditdesk.collecting.sheets import GroupUnknown, sheet

__all__ = [
    "NOTES",
    "Brought",
    "CashCountedTwice",
    "CashDiffers",
    "CashMissing",
    "Counted",
    "GroupUnknown",
    "LineRefused",
    "Paid",
    "Session",
    "Sheet",
    "SheetLine",
    "SheetMoved",
    "Slip",
    "Till",
    "act_of",
    "collect",
    "sessions",
    "sheet",
    "take",
    "tally",
]
