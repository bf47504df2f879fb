"""Money at the desk: receipts, one or a whole sheet; what undoes one; draws."""

from typing import Any

from creditdesk import applications, collecting, documents
from creditdesk.collecting import Paid
from creditdesk.db import Tx
from creditdesk.engine.money import Dong
from creditdesk.web import conditions, counter, edge, within
from creditdesk.web.api import told
from creditdesk.web.api.frame import Service
from creditdesk.web.shapes import (
    LOAN_NO,
    RECEIPT_NO,
    DayField,
    DongField,
    FlagField,
    ListField,
    PartField,
    Shape,
    TextField,
)

MOST_LINES = 500

service = Service("money")


class ReceiptIn(Shape):
    """A repayment as the household was told."""

    loan_no = TextField(16, pattern=LOAN_NO, required=True)
    day = DayField(required=True)
    receipt_no = TextField(40, pattern=RECEIPT_NO, required=True)
    principal = DongField(load_default=Dong(0))
    interest = DongField(load_default=Dong(0))


class SheetLine(Shape):
    """One household's line of a group's sheet."""

    loan_no = TextField(16, pattern=LOAN_NO, required=True)
    receipt_no = TextField(40, pattern=RECEIPT_NO, required=True)
    principal = DongField(load_default=Dong(0))
    interest = DongField(load_default=Dong(0))


class SheetIn(Shape):
    """The sheet of a group's collection on a day."""

    day = DayField(required=True)
    lines = ListField(PartField(SheetLine), most=MOST_LINES, required=True)


class GroundIn(Shape):
    """Why something is undone."""

    ground = TextField(500, required=True)


class DrawIn(Shape):
    """Money paid out."""

    loan_no = TextField(16, pattern=LOAN_NO, required=True)
    day = DayField(required=True)
    receipt_no = TextField(40, pattern=RECEIPT_NO, required=True)
    amount = DongField(least=1, required=True)


Receipt = told.shape(
    "Receipt",
    told.text("receipt_no loan_no"),
    told.day("day"),
    told.dong("principal interest"),
    told.flag("new"),
)
Sheet = told.shape(
    "Sheet",
    told.day("day"),
    told.rows(Receipt),
    told.dong("principal interest"),
)
Reversal = told.shape("Reversal", told.text("receipt_no loan_no"), told.count("act"))
Draw = told.shape(
    "Draw", told.text("receipt_no loan_no"), told.day("day"), told.dong("amount"), told.flag("new")
)
_EXAMPLE = {
    "loan_no": "6600202600000001",
    "day": "2026-06-12",
    "receipt_no": "PT-2026-000123",
    "principal": 2_000_000,
    "interest": 300_000,
}
_LINE = {name: value for name, value in _EXAMPLE.items() if name != "day"}


@service.post(
    "/receipts",
    "takeReceipt",
    act="receive-interest receive-principal",
    takes=ReceiptIn,
    answers=Receipt,
    guarded=True,
    example=_EXAMPLE,
)
def receive(tx: Tx, said: dict[str, Any]) -> Any:
    """Take a repayment.

    One that comes late replays what came after its day. Principal pays overdue principal first.
    The number of a receipt is taken once: the same number with the same facts is the same receipt.
    """
    return documents.receipt(counter.receive(tx, said, said["day"], guard=conditions.demand))


@service.post(
    "/receipts/batch",
    "takeSheet",
    act="receive-interest receive-principal",
    takes=SheetIn,
    answers=Sheet,
    example={"day": "2026-06-12", "lines": [_LINE]},
)
def sheet(tx: Tx, said: dict[str, Any]) -> Any:
    """Take the sheet of a group's collection, whole or not at all.

    The first line that is refused is told with the reason, and nothing of the sheet is booked.
    """
    paid = [Paid(**line) for line in said["lines"]]
    found = collecting.take(
        tx, edge.desk().policy, edge.asker(), day=said["day"], paid=paid, deed=edge.deed()
    )
    till = collecting.tally(found, None)
    return {
        "day": said["day"].isoformat(),
        "rows": [documents.receipt(one) for one in found],
        "principal": till.principal,
        "interest": till.interest,
    }


@service.post(
    "/receipts/<receipt:receipt_no>/reversal",
    "reverseReceipt",
    act="reverse",
    guarded=True,
    takes=GroundIn,
    answers=Reversal,
    example={"ground": "Ghi nhầm khế ước"},
)
def reverse(tx: Tx, said: dict[str, Any], receipt_no: str) -> Any:
    """Undo a receipt by its mirror, and replay what came after it."""
    undone = counter.reverse(tx, receipt_no, said["ground"], guard=conditions.demand)
    return {"receipt_no": receipt_no, "loan_no": undone.loan_no, "act": undone.act_id}


@service.post(
    "/draws",
    "draw",
    act="draw",
    takes=DrawIn,
    answers=Draw,
    guarded=True,
    example={
        "loan_no": "6600202600000001",
        "day": "2026-06-12",
        "receipt_no": "PC-2026-000045",
        "amount": 10_000_000,
    },
)
def draw(tx: Tx, said: dict[str, Any]) -> Any:
    """Pay a loan out, in full or in part."""
    new = counter.draw(tx, said, guard=conditions.demand)
    return {
        "receipt_no": said["receipt_no"],
        "loan_no": said["loan_no"],
        "day": said["day"].isoformat(),
        "amount": said["amount"],
        "new": new,
    }


@service.post(
    "/rebookings",
    "rebook",
    act="rebook",
    takes=DrawIn,
    answers=Draw,
    guarded=True,
    example={
        "loan_no": "6600202600000001",
        "day": "2026-06-12",
        "receipt_no": "HT-2026-000001",
        "amount": 1_000_000,
    },
)
def rebook(tx: Tx, said: dict[str, Any]) -> Any:
    """Take back part of a draw that was booked wrongly: it is subtracted from lending."""
    new = counter.rebook(tx, said, guard=conditions.demand)
    booked = {name: said[name] for name in ("loan_no", "receipt_no", "amount")}
    return booked | {"day": said["day"].isoformat(), "new": new}


class CheckIn(Shape):
    """What was found where a loan's money went (06/TD)."""

    day = DayField(required=True)
    found = TextField(500, required=True)
    as_agreed = FlagField(load_default=True)
    remark = TextField(500, empty=True, load_default="")
    document_no = TextField(100, empty=True, load_default="")


Checked = told.shape(
    "UseChecked",
    told.text("loan_no found remark document_no"),
    told.day("day"),
    told.flag("as_agreed"),
)


@service.post(
    "/loans/<loan:loan_no>/use-checks",
    "checkUse",
    act="check-use",
    takes=CheckIn,
    answers=Checked,
    guarded=True,
    example={"day": "2026-06-12", "found": "Chăn nuôi bò"},
)
def check_use(tx: Tx, said: dict[str, Any], loan_no: str) -> Any:
    """Enter what was found where a loan's money went (06/TD)."""
    within.loan(tx, "check-use", loan_no)
    conditions.demand(tx, loan_no)
    more = {name: said[name] for name in ("found", "as_agreed", "remark", "document_no")}
    deed, day = edge.deed(), said["day"]
    applications.check_use(tx, loan_no=loan_no, checked_on=day, deed=deed, **more)
    return {"loan_no": loan_no, "day": day.isoformat(), **more}
