"""Single loans: the card, where it stands and why, its plan, its movements; loans by pages."""

from typing import Any

from creditdesk import cards, documents, explanations, standings
from creditdesk.accesses import LIST, LOAN, View
from creditdesk.db import Tx
from creditdesk.web import conditions, edge, within
from creditdesk.web.api import told
from creditdesk.web.api.frame import Service, Told
from creditdesk.web.shapes import Asking, ChoiceField, DayField, TextField, WholeField

MOST = 200
USUAL = 100

service = Service("loans")


class AsOf(Asking):
    """The end of which day: today where nothing is said."""

    as_of = DayField()


class LoansAsked(AsOf):
    """Which loans, and which page of them."""

    commune = TextField(5, pattern="[0-9]{5}", required=True)
    filter_ = ChoiceField(cards.FILTERS, data_key="only", load_default="all")
    after = TextField(16, pattern="[0-9]{16}", load_default="")
    limit = WholeField(1, MOST, load_default=USUAL)


Explanation = told.shape(
    "Explanation",
    told.text("loan_no"),
    told.day("as_of"),
    told.text_or_none("known_on"),
    told.part("standing", told.Standing),
    told.text("state"),
    told.opened("contract interest"),
    told.rows(told.OpenField(), "figures"),
    told.rows(told.OpenField(), "collections"),
    told.rows(told.OpenField(), "plan"),
    told.rows(TextField(100), "decisions"),
    {"transfer": told.OpenField(allow_none=True, required=True)},
    told.rows(told.OpenField(), "entries"),
    told.rows(told.OpenField(), "past"),
    told.rows(told.OpenField(), "laws"),
)


def _of(tx: Tx, loan_no: str, document: Any, act: str) -> Told:
    within.loan(tx, "standing", loan_no)
    view = View(act, LOAN, loan_no, why=edge.need())
    return Told(document, conditions.version(tx, loan_no), view=view)


def _card(tx: Tx, asked: dict[str, Any], loan_no: str) -> Any:
    day = asked.get("as_of", edge.today())
    return cards.loan_card(tx, edge.desk().policy, loan_no, day)


@service.get(
    "/loans/<loan:loan_no>",
    "readLoan",
    act="standing",
    answers=told.LoanCard,
    asks=AsOf,
    tagged=True,
)
def card(tx: Tx, asked: dict[str, Any], loan_no: str) -> Told:
    """Tell a loan as a desk shows it."""
    return _of(tx, loan_no, documents.card(_card(tx, asked, loan_no)), "loan-card")


@service.get(
    "/loans/<loan:loan_no>/standing",
    "readStanding",
    act="standing",
    answers=told.Standing,
    asks=AsOf,
    tagged=True,
)
def standing(tx: Tx, asked: dict[str, Any], loan_no: str) -> Told:
    """Tell where a loan stands at the end of a day."""
    day = asked.get("as_of", edge.today())
    return _of(tx, loan_no, documents.standing(standings.standing(tx, loan_no, day)), "standing")


@service.get(
    "/loans/<loan:loan_no>/schedule",
    "readSchedule",
    act="standing",
    answers=told.Schedule,
    asks=AsOf,
    tagged=True,
)
def schedule(tx: Tx, asked: dict[str, Any], loan_no: str) -> Told:
    """Tell what is due when, and what of it was paid."""
    return _of(tx, loan_no, documents.instalments(_card(tx, asked, loan_no)), "schedule")


@service.get(
    "/loans/<loan:loan_no>/movements",
    "listMovements",
    act="standing",
    answers=told.Movements,
    asks=AsOf,
    tagged=True,
)
def movements(tx: Tx, asked: dict[str, Any], loan_no: str) -> Told:
    """Tell what happened on a loan up to a day."""
    return _of(tx, loan_no, documents.movements(_card(tx, asked, loan_no)), "movements")


@service.get(
    "/loans/<loan:loan_no>/explanation",
    "explainLoan",
    act="standing",
    answers=Explanation,
    asks=AsOf,
    tagged=True,
)
def explanation(tx: Tx, asked: dict[str, Any], loan_no: str) -> Told:
    """Tell why a loan stands where it stands: stretches, entries, decisions, law."""
    day = asked.get("as_of", edge.today())
    found = explanations.explain(tx, edge.desk().policy, loan_no, day)
    return _of(tx, loan_no, documents.explanation(found), "explanation")


@service.get("/loans", "listLoans", act="commune-loans", answers=told.LoanPage, asks=LoansAsked)
def loans(tx: Tx, asked: dict[str, Any]) -> Any:
    """Tell the loans of a commune by pages, in the order of their numbers.

    The next page begins after the number that `next` tells; it stays the same page while loans
    are added.
    """
    day = asked.get("as_of", edge.today())
    within.place(tx, "commune-loans", asked["commune"])
    found = cards.commune_loans(
        tx,
        edge.desk().policy,
        asked["commune"],
        day,
        after=asked["after"],
        limit=asked["limit"] + 1,
        only=asked["filter_"],
    )
    seen = [line.customer_no for line in found[: asked["limit"]]]
    return Told(
        documents.loans(found, day, limit=asked["limit"]),
        view=View("commune-loans", LIST, asked["commune"], edge.need(), seen),
    )
