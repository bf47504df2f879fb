"""Money on one loan: a receipt taken, a draw paid out or taken back, a receipt undone."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import Blueprint, Response, render_template, request, url_for

from creditdesk import cards, repayments, users
from creditdesk.accesses import LOAN, View
from creditdesk.db import Tx
from creditdesk.engine.lifecycle import state_of
from creditdesk.figures import LoanCard
from creditdesk.ledger import ReceiptNotFound
from creditdesk.repayments import Payoff
from creditdesk.web import counter, edge, filled, within
from creditdesk.web.filled import Done, Filled
from creditdesk.web.shapes import RECEIPT_NO, DayField, DongField, Shape, TextField

pages = Blueprint("money", __name__)


class ReceiptForm(Shape):
    """A repayment as the household was told."""

    day = DayField(required=True)
    receipt_no = TextField(40, pattern=RECEIPT_NO, required=True)
    principal = DongField(load_default=0)
    interest = DongField(load_default=0)


class DrawForm(Shape):
    """Money paid out, or taken back."""

    day = DayField(required=True)
    receipt_no = TextField(40, pattern=RECEIPT_NO, required=True)
    amount = DongField(least=1, required=True)


class GroundForm(Shape):
    """Why something is undone, refused or taken back."""

    ground = TextField(500, required=True)


class Seen(NamedTuple):
    """A loan as its forms show it today: its card, its state, and what would pay it off."""

    card: LoanCard
    state: str
    quote: Payoff


def seen(act: str, loan_no: str) -> Seen:
    """Return a loan that whoever asks may do something with; that they saw it is noted."""
    policy, today = edge.desk().policy, edge.today()
    with edge.read() as tx:
        edge.cover(tx)
        within.loan(tx, act, loan_no)
        card = cards.loan_card(tx, policy, loan_no, today)
        quote = repayments.quote_full(tx, policy, loan_no=loan_no, day=today)
    edge.note(View("loan-card", LOAN, loan_no, customers=(card.customer_no,)))
    return Seen(card, state_of(card.standing).value, quote)


def card_of(loan_no: str) -> str:
    """Return the address of a loan's card as it stands today."""
    return url_for("loans.card", loan_no=loan_no, as_of=edge.today())


@pages.get("/loans/<loan_no>/receipt")
def ask_receipt(loan_no: str) -> str:
    """Ask for a receipt; what is late and the interest are proposed, or all that is owed."""
    found = seen("receive-interest", loan_no)
    standing, quote = found.card.standing, found.quote
    paid = (standing.late_principal, quote.interest.sum)
    if request.args.get("all"):
        paid = (quote.principal, quote.interest.sum)
    values = dict(zip(("principal", "interest"), paid, strict=True))
    return _receipt(found, filled.blank(day=edge.today(), **values))


@pages.post("/loans/<loan_no>/receipt")
def receive(loan_no: str) -> Response:
    """Take a receipt."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        taken = counter.receive(tx, said | {"loan_no": loan_no}, said["day"])
        told: dict[str, str | int] = {"principal": taken.principal, "interest": taken.interest}
        return Done(card_of(loan_no), "receipt-taken" if taken.new else "receipt-known", told)

    found = seen("receive-interest", loan_no)
    return filled.submit(ReceiptForm, act, lambda form: _receipt(found, form))


def _receipt(found: Seen, form: Filled) -> str:
    whole = users.is_open(edge.who(), "receive-principal")
    return render_template("money/receipt.html", form=form, whole=whole, **found._asdict())


@pages.get("/loans/<loan_no>/draw")
def ask_draw(loan_no: str) -> str:
    """Ask for a draw; what is approved and not drawn yet is proposed."""
    found = seen("draw", loan_no)
    left = found.card.approved - found.card.standing.drawn
    return _moved("draw", found, filled.blank(day=edge.today(), amount=max(left, 0) or None))


@pages.post("/loans/<loan_no>/draw")
def draw(loan_no: str) -> Response:
    """Pay a loan out, in full or in part."""
    return _move("draw", loan_no, counter.draw)


@pages.get("/loans/<loan_no>/rebooking")
def ask_rebooking(loan_no: str) -> str:
    """Ask what of a draw is taken back."""
    return _moved("rebook", seen("rebook", loan_no), filled.blank(day=edge.today()))


@pages.post("/loans/<loan_no>/rebooking")
def rebook(loan_no: str) -> Response:
    """Take back part of a draw."""
    return _move("rebook", loan_no, counter.rebook)


def _move(kind: str, loan_no: str, move: Callable[[Tx, dict[str, Any]], bool]) -> Response:
    def act(tx: Tx, said: dict[str, Any]) -> Done:
        new = move(tx, said | {"loan_no": loan_no})
        return Done(card_of(loan_no), f"{kind}-done" if new else "receipt-known", {})

    found = seen(kind, loan_no)
    return filled.submit(DrawForm, act, lambda form: _moved(kind, found, form))


def _moved(kind: str, found: Seen, form: Filled) -> str:
    return render_template("money/draw.html", kind=kind, form=form, **found._asdict())


@pages.get("/loans/<loan_no>/reversal")
def ask_reversal(loan_no: str) -> str:
    """Ask why a receipt of a loan is undone."""
    return _reversal(loan_no, seen("reverse", loan_no), filled.blank())


@pages.post("/loans/<loan_no>/reversal")
def reverse(loan_no: str) -> Response:
    """Undo a receipt by its mirror, whole as the household was told it."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        undone = counter.reverse(tx, _told(tx, loan_no).receipt_no, said["ground"])
        return Done(card_of(undone.loan_no), "reversal-done", {})

    found = seen("reverse", loan_no)
    return filled.submit(GroundForm, act, lambda form: _reversal(loan_no, found, form))


def _told(tx: Tx, loan_no: str) -> repayments.Told:
    """Return the receipt that the address names, where it is one of the loan."""
    number = request.args.get("receipt_no", "")
    found = repayments.told(tx, number)
    if found.loan_no != loan_no:
        raise ReceiptNotFound(receipt_no=number)
    return found


def _reversal(loan_no: str, found: Seen, form: Filled) -> str:
    with edge.read() as tx:
        receipt = _told(tx, loan_no)
    return render_template("money/reversal.html", form=form, receipt=receipt, **found._asdict())
