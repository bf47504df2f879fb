"""Months of the book on pages: which are closed with which figures, closing, opening by two."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, render_template, url_for

from creditdesk import closing
from creditdesk.db import Tx
from creditdesk.users.permissions import is_open
from creditdesk.web import edge, filled, orders
from creditdesk.web.filled import Done, Filled
from creditdesk.web.shapes import ChoiceField, Shape, TextField, ValueMissing

DEEDS = {"close": "close-month", "open": "open-month"}
SHOWN = ("drawn_to_date", "outstanding", "overdue", "frozen", "late_principal")
_MONTH = r"(0?[1-9]|1[0-2])/[0-9]{4}|[0-9]{4}-(0[1-9]|1[0-2])"

pages = Blueprint("months", __name__, url_prefix="/administration/months")


class MonthSaid(Shape):
    """A month, what is done with it, and why."""

    month = TextField(7, pattern=_MONTH, required=True)
    deed = ChoiceField(tuple(DEEDS), required=True)
    ground = TextField(300, load_default="")


@pages.get("")
def index() -> str:
    """Show every closing of every month, what opened it again, and what can be done."""
    return _index(filled.blank(month=_last()))


def _last() -> str:
    """Return the newest month that is over, as one types it."""
    last = edge.today().replace(day=1) - timedelta(days=1)
    return f"{last:%m/%Y}"


def _kept(typed: str) -> str:
    """Return a month as books keep it, typed so or with the year behind."""
    month, _, year = typed.partition("/")
    return f"{year}-{month:0>2}" if year else typed


def _index(form: Filled) -> str:
    with edge.read() as tx:
        history = tuple(reversed(closing.history(tx)))
        left = closing.open_months(tx)
    person = edge.reader()
    deeds = [name for name, act in DEEDS.items() if person and is_open(person, act)]
    return render_template(
        "months/index.html", form=form, history=history, left=left, deeds=deeds, shown=SHOWN
    )


@pages.post("")
def do() -> Response:
    """Ask for a month to be closed, or opened: what two people decide, another answers."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        name = DEEDS[said["deed"]]
        month = _kept(said["month"])
        closing.span_of(month)
        if said["deed"] == "open" and not said["ground"]:
            with filled.in_field("ground"):
                raise ValueMissing
        wanted = {"month": month, "ground": said["ground"]}
        number = orders.ask(tx, name, name, wanted, None)
        return Done(url_for("jobs.show", number=number))

    return filled.submit(MonthSaid, act, _index)
