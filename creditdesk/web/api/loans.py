"""Single loans: the card, where it stands and why, its plan, its movements; loans by pages."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from operator import attrgetter
from typing import Any

from creditdesk import cards, documents, explanations, standings
from creditdesk.accesses import LIST, LOAN, View
from creditdesk.db import Tx
from creditdesk.figures import LoanCard
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


def _tells(
    path: str, name: str, *, answers: Any, view: str
) -> Callable[[Callable[[Tx, str, date], Any]], Any]:
    """Return a decorator that makes a question of what is told of one loan at the end of a day.

    view  as the journal of accesses calls it
    """

    def decorate(tell: Callable[[Tx, str, date], Any]) -> Any:
        @wraps(tell)
        def told_of(tx: Tx, asked: dict[str, Any], loan_no: str) -> Told:
            within.loan(tx, "standing", loan_no)
            seen = View(view, LOAN, loan_no, why=edge.need())
            document = tell(tx, loan_no, asked.get("as_of", edge.today()))
            return Told(document, conditions.version(tx, loan_no), view=seen)

        path_of_loan = f"/loans/<loan:loan_no>{path}"
        more = {"act": "standing", "answers": answers, "asks": AsOf, "tagged": True}
        return service.get(path_of_loan, name, **more)(told_of)

    return decorate


def _card(tx: Tx, loan_no: str, day: date) -> LoanCard:
    return cards.loan_card(tx, edge.desk().policy, loan_no, day)


@_tells("", "readLoan", answers=told.LoanCard, view="loan-card")
def card(tx: Tx, loan_no: str, day: date) -> Any:
    """Tell a loan as a desk shows it."""
    return documents.card(_card(tx, loan_no, day))


@_tells("/standing", "readStanding", answers=told.Standing, view="standing")
def standing(tx: Tx, loan_no: str, day: date) -> Any:
    """Tell where a loan stands at the end of a day."""
    return documents.standing(standings.standing(tx, loan_no, day))


@_tells("/schedule", "readSchedule", answers=told.Schedule, view="schedule")
def schedule(tx: Tx, loan_no: str, day: date) -> Any:
    """Tell what is due when, and what of it was paid."""
    return documents.instalments(_card(tx, loan_no, day))


@_tells("/movements", "listMovements", answers=told.Movements, view="movements")
def movements(tx: Tx, loan_no: str, day: date) -> Any:
    """Tell what happened on a loan up to a day."""
    return documents.movements(_card(tx, loan_no, day))


@_tells("/explanation", "explainLoan", answers=Explanation, view="explanation")
def explanation(tx: Tx, loan_no: str, day: date) -> Any:
    """Tell why a loan stands where it stands: stretches, entries, decisions, law."""
    return documents.explanation(explanations.explain(tx, edge.desk().policy, loan_no, day))


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
