"""Single loans: the card, where it stands and why, its plan, its movements; loans by pages."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from creditdesk import cards, documents, explanations, standings
from creditdesk.accesses import LIST, LOAN, View
from creditdesk.db import Tx
from creditdesk.web import conditions, edge, within
from creditdesk.web.api import paging, told
from creditdesk.web.api.frame import Service, Told
from creditdesk.web.api.paging import SortField
from creditdesk.web.shapes import Asking, ChoiceField, DayField, TextField

SORTED = {"outstanding": "outstanding", "overdue": "overdue", "late_principal": "late"}
"""Figures by which loans are sorted, and what the columns call them."""

service = Service("loans")


class AsOf(Asking):
    """The end of which day: today where nothing is said."""

    as_of = DayField()


class LoansAsked(AsOf):
    """Which loans, in which order, and which page of them."""

    commune = TextField(5, pattern="[0-9]{5}", required=True)
    filter_ = ChoiceField(cards.FILTERS, data_key="only", load_default="all")
    programme = TextField(20, pattern="[0-9A-Za-z_-]+", load_default="")
    group = TextField(7, pattern="[0-9]{7}", load_default="")
    sort = SortField("loan_no", *SORTED)
    after = paging.after()
    limit = paging.limit()


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
    """Tell the loans of a commune by pages, in the order that is asked for.

    The next page begins after the cursor that `next` tells; it stays the same page while loans
    are added.
    """
    day = asked.get("as_of", edge.today())
    within.place(tx, "commune-loans", asked["commune"])
    chosen = cards.commune_figures(
        tx,
        asked["commune"],
        day,
        only=asked["filter_"],
        programme=asked["programme"],
        group=asked["group"],
    )
    page, after = paging.page(chosen, asked, _VALUES, attrgetter("loan_no"))
    found = cards.loan_lines(tx, edge.desk().policy, page, day)
    seen = [line.customer_no for line in found]
    return Told(
        documents.loans(found, day) | {"next": after},
        view=View("commune-loans", LIST, asked["commune"], edge.need(), seen),
    )


def _figure(name: str) -> Callable[[cards.LoanFigures], Any]:
    owed = ("in_term", "overdue", "frozen")
    names = owed if name == "outstanding" else (name,)
    return lambda one: sum(one.figures[each] for each in names)


_VALUES = {name: _figure(column) for name, column in SORTED.items()}
_VALUES["loan_no"] = attrgetter("loan_no")
