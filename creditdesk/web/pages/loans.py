"""One loan: its card, its schedules one after the other, what pays it off, its number in clear."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from flask import Blueprint, Response, make_response, render_template, request

from creditdesk import (
    accesses,
    applications,
    cards,
    communes,
    decisions,
    explanations,
    letters,
    narration,
    papers,
    repayments,
    standings,
    users,
)
from creditdesk.accesses import LOAN, View
from creditdesk.db import Tx
from creditdesk.engine.lifecycle import state_of
from creditdesk.errors import DeskError
from creditdesk.explanations import Act, Explanation
from creditdesk.figures import LoanCard
from creditdesk.ledger import DECISIONS, LoanNotFound
from creditdesk.users import Place
from creditdesk.web import edge, filled
from creditdesk.web.asked import Asked, asked
from creditdesk.web.filled import Filled
from creditdesk.web.pages.steps import may, steps
from creditdesk.web.shapes import Shape, TextField
from creditdesk.web.writing import hand

MOVES = 60
_DIGITS = 16
_DECIDED = {kind.value for kind in DECISIONS}

pages = Blueprint("loans", __name__)


class IdentityForm(Shape):
    """Why an identity number is to be seen in clear."""

    need = TextField(200, required=True)


class Papers(NamedTuple):
    """What is known of a loan beside its figures.

    dossier    the application that it came from, None where the book has none
    proposals  what was proposed of it, answered or not
    letters    those to its borrower, each under its number
    may_notify whether whoever asks prints what its group was told of approved applications
    """

    dossier: applications.Dossier | None
    proposals: tuple[decisions.Proposal, ...]
    letters: tuple[letters.Sent, ...]
    may_notify: bool


@pages.get("/loans/<loan_no>")
def card(loan_no: str) -> Any:
    """Show where a loan stands and why, its schedule, its movements and its terms."""
    return _card(loan_no, filled.blank())


@pages.post("/loans/<loan_no>/identity")
def identity(loan_no: str) -> Response:
    """Show the card with the identity number in clear, on a need that is stated and noted."""
    form = filled.read(IdentityForm)
    if form.faults:
        return make_response(_card(loan_no, form), 422)
    try:
        number = _in_clear(loan_no, form.said["need"])
    except DeskError as trouble:
        return make_response(_card(loan_no, filled.refused(form, trouble)), 422)
    return make_response(_card(loan_no, form, number))


def _printable(found: LoanCard, as_of: date, near: Place) -> list[str]:
    """Return the documents of a loan: its statement, and letters where there is a reason."""
    names = ("loan", *cards.letters_due(found, as_of))
    return [name for name in names if may(papers.kind_of(name).act, near)]


def _in_clear(loan_no: str, need: str) -> str:
    """Return an identity number; the access is noted in the transaction that reads it."""
    with edge.begin() as tx:
        near = users.places.of_loan(tx, loan_no, edge.today()) or Place()
        users.may(edge.who(), "persons-unmask", near, need=need)
        found = cards.loan_card(tx, edge.desk().policy, loan_no, edge.today())
        return accesses.identity_of(
            tx,
            customer_no=found.customer_no,
            why=need,
            visitor=edge.visitor(),
            at=edge.moment().isoformat(),
        )


def _card(loan_no: str, form: Filled, number: str = "") -> str:
    desk = edge.desk()
    with edge.read() as tx:
        chosen = _of(tx, loan_no)
        found = cards.loan_card(tx, desk.policy, loan_no, chosen.as_of)
        opened = explanations.explain(tx, desk.policy, loan_no, chosen.as_of)
        now = standings.standing(tx, loan_no, edge.today())
        near = users.places.of_loan(tx, loan_no, edge.today()) or Place()
        beside = _papers(tx, loan_no, chosen.as_of, near)
        linked = _leads_to(tx, found.commune, chosen.as_of)
    edge.note(View("loan-card", LOAN, loan_no, customers=(found.customer_no,)))
    w = hand()
    state, skipped = state_of(now), _skipped()
    moves = found.movements[::-1][skipped:]
    return render_template(
        "loans/card.html",
        **_named(found, chosen),
        linked=linked,
        form=form,
        number=number,
        state=state.value,
        moves=moves[:MOVES],
        skipped=skipped,
        older=len(moves) > MOVES,
        today=edge.today(),
        acts=_acts(opened),
        undone=_undone(opened),
        timeline=[line for line in opened.entries if line.event.kind in DECISIONS],
        contract=opened.contract,
        beside=beside,
        decided=_DECIDED,
        next_steps=steps(loan_no, state, near),
        printable=_printable(found, chosen.as_of, near),
        may_apply=may("apply", near),
        may_undo=may("reverse", near),
        may_unmask=edge.reader() is not None and users.is_open(edge.who(), "persons-unmask"),
        why=narration.tell(opened, desk.policy.chart, w.language, w.told),
    )


def _skipped() -> int:
    """Return how many movements, the newest first, the address passes over."""
    said = request.args.get("moves", "")
    return int(said) if len(said) <= len("9999") and said.isascii() and said.isdigit() else 0


def _of(tx: Tx, loan_no: str) -> Asked:
    """Return what is asked of a loan that whoever asks may see; another is not there."""
    if not (len(loan_no) == _DIGITS and loan_no.isascii() and loan_no.isdigit()):
        raise LoanNotFound(loan_no=loan_no[: 2 * _DIGITS])
    chosen = asked(edge.cover(tx), unit="dong")
    if edge.reader():
        place = users.places.of_loan(tx, loan_no, chosen.as_of) or Place()
        edge.show("standing", place, LoanNotFound(loan_no=loan_no))
    return chosen


def _named(found: LoanCard, chosen: Asked) -> dict[str, Any]:
    """Return a card with the names of what it tells by codes."""
    policy, known = edge.desk().policy, communes.map_on(chosen.as_of)
    return {
        "asked": chosen,
        "card": found,
        "standing": found.standing,
        "province": known.provinces.get(found.province),
        "programme": policy.programmes.get(found.programme),
        "trustee": policy.trustees.get(found.trustee),
        "source": policy.sources.get(found.source),
    }


def _leads_to(tx: Tx, commune: str, as_of: date) -> bool:
    known = communes.map_on(as_of)
    if commune not in known.communes:
        return False
    return may("commune-loans", users.places.of_place(tx, known, commune))


def _papers(tx: Tx, loan_no: str, as_of: date, near: Place) -> Papers:
    number = applications.number_of(tx, loan_no) if may("application-show", near) else None
    policy = edge.desk().policy
    return Papers(
        applications.dossier(tx, policy, number, as_of) if number else None,
        decisions.of_loan(tx, loan_no) if may("proposal-list", near) else (),
        letters.register(tx, {}, text=loan_no)[0] if may("letters", near) else (),
        may(papers.kind_of("04-td").act, near),
    )


def _acts(opened: Explanation) -> Mapping[str, Act]:
    """Return who first stated each receipt that counts."""
    return {line.event.receipt_no: line.act for line in opened.entries}


def _undone(opened: Explanation) -> Mapping[str, explanations.Past]:
    """Return what counts no more by its receipt: who stated it, and who undid it."""
    return {line.event.receipt_no: line for line in opened.past if line.replaced_by is None}


@pages.get("/loans/<loan_no>/schedules")
def schedules(loan_no: str) -> Any:
    """Show every schedule that a loan has had, each with the act that made it, newest first."""
    with edge.read() as tx:
        chosen = _of(tx, loan_no)
        found = cards.loan_card(tx, edge.desk().policy, loan_no, chosen.as_of)
        versions = decisions.versions(tx, loan_no)
    edge.note(View("schedule", LOAN, loan_no, customers=(found.customer_no,)))
    before = (None, *versions[:-1])
    changes = [
        (version, decisions.side_by_side(old.plan if old else (), version.plan))
        for version, old in zip(versions, before, strict=True)
    ]
    return render_template("loans/schedules.html", **_named(found, chosen), changes=changes[::-1])


@pages.get("/loans/<loan_no>/payoff")
def payoff(loan_no: str) -> Any:
    """Show what repays a loan in full on a day: a sheet to print."""
    with edge.read() as tx:
        chosen = _of(tx, loan_no)
        found = cards.loan_card(tx, edge.desk().policy, loan_no, chosen.as_of)
        quote = repayments.quote_full(tx, edge.desk().policy, loan_no=loan_no, day=chosen.as_of)
    edge.note(View("payoff", LOAN, loan_no, customers=(found.customer_no,)))
    told = {"quote": quote, "today": edge.today()}
    return render_template("loans/payoff.html", **_named(found, chosen), **told)
