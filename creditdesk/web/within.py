"""Whether what is asked for lies where who asks may act: `reach`, asked for this request."""

from datetime import date

from flask import request

from creditdesk import arrears, reach, users
from creditdesk import search as finding
from creditdesk.applications import Form
from creditdesk.db import Tx
from creditdesk.search import Found
from creditdesk.web import edge
from creditdesk.web.asked import one_of


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


def area(tx: Tx, act: str, code: str | None, *, as_of: date, **only: str) -> arrears.Place:
    """Return where the person lists loans; without a place in all of the scope; see `reach`.

    Of several provinces it is the one that the address names; raises PlaceUnsaid without one.
    """
    person = edge.who() if edge.by_program() else edge.reader()
    if person is None:
        return arrears.place_of(code, as_of, **only)
    if not code and not edge.by_program() and person.scope.kind == "province":
        code = request.args.get("place", "")
        if code not in person.scope.codes:
            one_of(person.scope.codes)
            code = None
    return reach.area(tx, edge.asker(), act, code, as_of=as_of, **only)


def measure(tx: Tx, act: str, number: int) -> None:
    """Refuse an act on a measure that reached a loan elsewhere; raises as `reach.measure` does."""
    reach.measure(tx, edge.asker(), act, number)


def move(tx: Tx, act: str, act_id: int) -> None:
    """Refuse an act on a move of a loan that lies elsewhere; raises as `reach.move` does."""
    reach.move(tx, edge.asker(), act, act_id)


def search(tx: Tx, text: str, code: str | None, *, as_of: date) -> Found:
    """Return who is found where the person may look; raises as `area` and `search.search` do.

    An identity number in full finds somebody for those alone to whom it is shown.
    """
    near = area(tx, "search", code, as_of=as_of)
    person = edge.who() if edge.by_program() else edge.reader()
    full = person is None or users.is_open(person, "customer-show")
    return finding.search(tx, edge.desk().policy, text, as_of=as_of, place=near, identity=full)
