"""Whether what is asked for lies where who asks may act: `reach`, asked for this request."""

from datetime import date

from creditdesk import reach
from creditdesk.applications import Form
from creditdesk.arrears import Place as Area
from creditdesk.db import Tx
from creditdesk.errors import Denied, NotFound
from creditdesk.web import edge


def loan(tx: Tx, act: str, loan_no: str) -> None:
    """Refuse an act on a loan elsewhere as if there were none; raises as `reach.loan` does."""
    reach.loan(tx, edge.asker(), act, loan_no)


def receipt(tx: Tx, act: str, receipt_no: str) -> None:
    """Refuse an act on a receipt of a loan elsewhere; raises as `reach.receipt` does."""
    reach.receipt(tx, edge.asker(), act, receipt_no)


def proposal(tx: Tx, act: str, number: int) -> None:
    """Refuse a proposal about a loan elsewhere, or of one's own; see `reach.proposal`."""
    reach.proposal(tx, edge.asker(), act, number)


def household(tx: Tx, act: str, household_no: str) -> None:
    """Refuse an act on a household elsewhere; raises as `reach.household` does."""
    reach.household(tx, edge.asker(), act, household_no)


def application(tx: Tx, act: str, application_no: str) -> None:
    """Refuse an act on an application elsewhere; raises as `reach.application` does."""
    reach.application(tx, edge.asker(), act, application_no)


def form(tx: Tx, act: str, said: Form) -> None:
    """Refuse a form that is said to lie elsewhere; raises as `reach.form` does."""
    reach.form(tx, edge.asker(), act, said)


def unseen(tx: Tx, act: str, said: Form) -> tuple[str, ...]:
    """Return the fields of a form that name what the person may not know of; see `reach`."""
    return reach.unseen(tx, edge.asker(), act, said)


def place(tx: Tx, act: str, code: str | None, *, maker: str | None = None) -> None:
    """Refuse an act at a place elsewhere; raises as `reach.place` does."""
    reach.place(tx, edge.asker(), act, code, maker=maker)


def area(tx: Tx, act: str, code: str | None, *, as_of: date, **only: str) -> Area:
    """Return where the person lists loans; without a place in all of the scope; see `reach`."""
    return reach.area(tx, edge.asker(), act, code, as_of=as_of, **only)


def measure(tx: Tx, act: str, number: int) -> None:
    """Refuse an act on a measure that reached a loan elsewhere; raises as `reach.measure` does."""
    reach.measure(tx, edge.asker(), act, number)


def move(tx: Tx, act: str, act_id: int) -> None:
    """Refuse an act on a move of a loan that lies elsewhere; raises as `reach.move` does."""
    reach.move(tx, edge.asker(), act, act_id)


def may_see(tx: Tx, act: str, code: str | None) -> bool:
    """Return whether the person may do an act at a place."""
    try:
        place(tx, act, code)
    except (Denied, NotFound):
        return False
    return True
