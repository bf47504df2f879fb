"""Form 01/TD on screen: what is asked, what the rules and the schedule say of it, entered."""

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from creditdesk import applications, cards, communes, quotes, users
from creditdesk.accesses import LOAN, View
from creditdesk.applications import Form, FormNotTaken
from creditdesk.db import Tx
from creditdesk.engine.eligibility import reasons
from creditdesk.web import edge, filled, within
from creditdesk.web.api.forms import FormIn
from creditdesk.web.filled import Done, Filled
from creditdesk.web.writing import hand

_KNOWN = (
    *("customer_no", "customer_name", "trustee", "commune", "office"),
    *("session_day", "group_no", "group_head", "village_code"),
)

pages = Blueprint("applying", __name__, url_prefix="/new-application")


@pages.get("")
def ask() -> str:
    """Show a form 01/TD: an empty one, or one that begins with whose loan the address names."""
    scope, loan_no = edge.who().scope, request.args.get("loan", "").strip()[:20]
    own = {"group": "group_no", "office": "office", "commune": "commune"}
    begun = {own[scope.kind]: scope.codes[0]} if scope.kind in own else {}
    if loan_no:
        begun = _of_borrower(loan_no)
    return _show(filled.blank(applied_on=edge.today(), every_months=0, **begun))


def _of_borrower(loan_no: str) -> dict[str, Any]:
    """Return what a form says of who has a loan, and where; raises LoanNotFound."""
    with edge.read() as tx:
        within.loan(tx, "apply", loan_no)
        card = cards.loan_card(tx, edge.desk().policy, loan_no, edge.today())
        household = cards.household_of(tx, card.customer_no)
    edge.note(View("apply", LOAN, loan_no, customers=(card.customer_no,)))
    alone = household == card.customer_no
    known: dict[str, Any] = {name: getattr(card, name) for name in _KNOWN}
    return known | {"household_no": "" if alone else household}


@pages.post("/change")
def change() -> str:
    """Show the form again with what was typed, from the preview."""
    return _show(filled.read(FormIn))


@pages.post("/preview")
def look() -> Response:
    """Show what the rules and the schedule say of the form; nothing is entered."""

    def page(tx: Tx, form: Filled) -> str:
        said = Form(**form.said)
        policy = edge.desk().policy
        within.form(tx, "apply", said)
        places = communes.map_on(said.applied_on)
        hidden = within.unseen(tx, "apply", said)
        if hidden:
            raise FormNotTaken(application_no=said.application_no)
        checks = applications.weigh(tx, policy, places, form=said)
        asked = {
            "amount": said.amount,
            "draw": said.applied_on,
            "programme": said.programme,
            "months": said.months,
            "every": said.every_months or None,
            "course_end": said.course_end_on,
        }
        failing = reasons(checks)
        schedule = None if failing else quotes.quote(policy, asked)[0]
        return render_template(
            "applications/preview.html",
            form=form,
            said=said,
            checks=checks,
            failing=failing,
            schedule=schedule,
            programme=policy.programmes[said.programme],
        )

    return filled.preview(FormIn, page, _show)


@pages.post("")
def enter() -> Response:
    """Enter the form, where the programme lends so on that day."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        form = Form(**said)
        within.form(tx, "apply", form)
        hidden = within.unseen(tx, "apply", form)
        places = communes.map_on(form.applied_on)
        policy = edge.desk().policy
        applications.apply(tx, policy, places, form=form, deed=edge.deed(), hidden=hidden)
        to = url_for("applications.show", application_no=form.application_no)
        return Done(to, "apply-entered", {"number": form.application_no})

    return filled.submit(FormIn, act, _show)


def _show(form: Filled) -> str:
    w, policy, known = hand(), edge.desk().policy, communes.map_on(edge.today())
    with edge.read() as tx:
        own = _communes(tx)
    return render_template(
        "applications/new.html",
        form=form,
        programmes=[
            (code, f"{one.names.said(w.language)} ({code})")
            for code, one in policy.programmes.items()
        ],
        trustees=[(code, one.names.said(w.language)) for code, one in policy.trustees.items()],
        places=[
            (code, known.communes[code].name if code in known.communes else code) for code in own
        ],
    )


def _communes(tx: Tx) -> list[str]:
    """Return the codes of the communes of whoever asks; of a group's head those of the group."""
    scope = edge.who().scope
    if scope.kind != "group":
        return list(users.places.communes_of(tx, edge.who()))
    found = (users.places.of_key(tx, "group_no", code) for code in scope.codes)
    return sorted({near.commune for places in found for near in places})
