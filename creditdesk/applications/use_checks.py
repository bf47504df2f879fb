"""Checks of use (form 06/TD): whether a loan went where its contract says, and which are due."""

from datetime import date

from creditdesk import ledger, records
from creditdesk.db import Tx
from creditdesk.engine.journal import Kind
from creditdesk.errors import Refused


class NothingDrawn(Refused):
    """Nothing had been drawn by that day whose use could be checked."""

    code = "nothing-drawn"


class FindingMissing(Refused):
    """A check says what the money was found to be used for."""

    code = "finding-missing"


def check_use(
    tx: Tx,
    *,
    loan_no: str,
    checked_on: date,
    found: str,
    as_agreed: bool,
    deed: ledger.Deed,
    remark: str = "",
    document_no: str = "",
) -> None:
    """Enter what was found where a loan's money went.

    found      the purpose found; `as_agreed`, whether it is that of the contract
    remark     arrears and whatever else the checker writes down

    Raises LoanNotFound, NothingDrawn, FindingMissing.
    """
    loan = ledger.find_loan(tx, loan_no, hold=True)
    if not found.strip():
        raise FindingMissing(loan_no=loan_no)
    events = [fact.booked.event for fact in ledger.facts_of(tx, loan.id)]
    if not any(one.kind is Kind.DRAW and one.value_date <= checked_on for one in events):
        raise NothingDrawn(loan_no=loan_no, day=checked_on)
    records.applications.add_check(
        tx,
        {
            "province": loan.province,
            "loan_id": loan.id,
            "checked_on": checked_on,
            "as_agreed": as_agreed,
            "found": found.strip(),
            "remark": remark,
            "document_no": document_no,
            "act_id": ledger.begin_act(tx, "check-use", deed, days=[checked_on]),
        },
    )
