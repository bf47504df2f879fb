"""The card of one loan."""

from typing import Any

from flask import Blueprint, render_template

from creditdesk import cards, communes, explanations, narration, users
from creditdesk.accesses import LOAN, View
from creditdesk.ledger import LoanNotFound
from creditdesk.web import edge
from creditdesk.web.asked import asked
from creditdesk.web.writing import hand

_DIGITS = 16

pages = Blueprint("loans", __name__)


@pages.get("/loans/<loan_no>")
def card(loan_no: str) -> Any:
    """Show where a loan stands and why, its schedule, its movements and its terms."""
    if not (len(loan_no) == _DIGITS and loan_no.isascii() and loan_no.isdigit()):
        raise LoanNotFound(loan_no=loan_no[: 2 * _DIGITS])
    desk = edge.desk()
    with edge.read() as tx:
        cover = edge.cover(tx)
        chosen = asked(cover, unit="dong")
        if edge.reader():
            place = users.places.of_loan(tx, loan_no, chosen.as_of) or users.Place()
            edge.show("standing", place, LoanNotFound(loan_no=loan_no))
        found = cards.loan_card(tx, desk.policy, loan_no, chosen.as_of)
        opened = explanations.explain(tx, desk.policy, loan_no, chosen.as_of)
    edge.note(View("loan-card", LOAN, loan_no, customers=(found.customer_no,)))
    known = communes.map_on(chosen.as_of)
    w = hand()
    return render_template(
        "loans/card.html",
        asked=chosen,
        card=found,
        standing=found.standing,
        why=narration.tell(opened, desk.policy.chart, w.language, w.told),
        linked=found.commune in known.communes,
        province=known.provinces.get(found.province),
        programme=desk.policy.programmes.get(found.programme),
        trustee=desk.policy.trustees.get(found.trustee),
        source=desk.policy.sources.get(found.source),
    )
