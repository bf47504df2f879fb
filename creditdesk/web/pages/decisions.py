"""Decisions on one loan: a form of each kind, what it would do, proposed, and answered."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from flask import Blueprint, Response, render_template, request, url_for
from marshmallow import fields

from creditdesk import cards, decisions, errands, standings, users
from creditdesk.accesses import LIST, LOAN, View
from creditdesk.arrears import Place
from creditdesk.communes import map_on
from creditdesk.db import Tx
from creditdesk.decisions import KINDS, PARAMETERS, Decision, Proposal, decision_of
from creditdesk.engine import limits
from creditdesk.engine.lifecycle import ACTS, Act, NotInThisState, require, state_of
from creditdesk.engine.money import Dong
from creditdesk.errors import DeskError, NotFound
from creditdesk.figures import LoanCard
from creditdesk.ledger import DECISIONS
from creditdesk.web import edge, filled, orders, within
from creditdesk.web.filled import Done, Filled
from creditdesk.web.pages.money import GroundForm, card_of, seen
from creditdesk.web.shapes import (
    DayField,
    DongField,
    Shape,
    TextField,
)
from creditdesk.web.writing import hand

PAGE = 50
_DAYS = {"instalment", "until", "asked_on", "handed_in_on", "course_end_on"}
_KINDS = {act.value: act for act in KINDS}

pages = Blueprint("decisions", __name__)


class PaperForm(Shape):
    """The day of a decision, its ground and its paper."""

    day = DayField(required=True)
    ground = TextField(500, required=True)
    document_no = TextField(100, required=True)
    document_on = DayField(required=True)


def _shape(act: Act) -> type[Shape]:
    """Return the form of a kind of decision: what it says, and its paper."""
    kind = KINDS[act]
    asked = {name: _field(name, required=name in kind.needs) for name in asked_of(act)}
    return PaperForm.from_dict(asked, name=f"{act.name}Form")  # type: ignore[return-value]


def _field(name: str, *, required: bool) -> fields.Field[Any]:
    if name in _DAYS:
        return DayField(required=required)
    if name == "amount":
        return DongField(least=1, required=required)
    return TextField(64, required=required)


def asked_of(act: Act) -> tuple[str, ...]:
    """Return what a kind of decision asks for, in its order."""
    return (*KINDS[act].needs, *KINDS[act].may)


SHAPES: Mapping[Act, type[Shape]] = {act: _shape(act) for act in KINDS}


def _kind(name: str) -> Act:
    if name not in _KINDS:
        raise decisions.DecisionUnknown(kind=name, kinds=list(_KINDS))
    return _KINDS[name]


@pages.get("/loans/<loan_no>/decisions/<act>")
def ask(loan_no: str, act: str) -> str:
    """Ask for what a decision on a loan says."""
    kind, today = _kind(act), edge.today()
    undone = {"receipt_no": request.args.get("receipt_no")} if kind is Act.REVERSE else {}
    card, form = _card(kind, loan_no), filled.blank(day=today, document_on=today, **undone)
    try:
        require(kind, state_of(card.standing), loan_no=loan_no, day=today)
    except NotInThisState as trouble:
        form = filled.refused(form, trouble)
    return _asked(kind, card, form)


@pages.post("/loans/<loan_no>/decisions/<act>")
def preview(loan_no: str, act: str) -> Response:
    """Show what a decision would do, and write nothing."""
    kind = _kind(act)
    card = _card(kind, loan_no)

    def look(tx: Tx, form: Filled) -> str:
        within.loan(tx, kind.value, loan_no)
        found = decisions.preview(tx, edge.desk().policy, _decided(kind, loan_no, form.said))
        if found.refusal is not None:
            raise found.refusal
        told = {"decision": found.decision, "said": _said(found.decision), **_effect(found)}
        return render_template("decisions/preview.html", card=card, form=form, **told)

    return filled.preview(SHAPES[kind], look, lambda form: _asked(kind, card, form))


@pages.post("/loans/<loan_no>/decisions/<act>/change")
def change(loan_no: str, act: str) -> str:
    """Show the form again with what was typed, from the preview."""
    kind = _kind(act)
    return _asked(kind, _card(kind, loan_no), filled.read(SHAPES[kind]))


@pages.post("/loans/<loan_no>/decisions/<act>/proposal")
def propose(loan_no: str, act: str) -> Response:
    """Lay a decision before another person."""
    kind = _kind(act)
    card = _card(kind, loan_no)

    def lay(tx: Tx, said: dict[str, Any]) -> Done:
        within.loan(tx, kind.value, loan_no)
        deed = edge.deed(said["ground"], said["document_no"], said["document_on"])
        decision = _decided(kind, loan_no, said)
        number = decisions.propose(tx, edge.desk().policy, decision=decision, deed=deed)
        return Done(url_for("decisions.proposal", number=number), "proposed")

    return filled.submit(SHAPES[kind], lay, lambda form: _asked(kind, card, form))


def _card(act: Act, loan_no: str) -> LoanCard:
    return seen(act.value, loan_no).card


def _decided(act: Act, loan_no: str, said: Mapping[str, Any]) -> Decision:
    """Return the decision that a form says; what cannot be read is told at its field."""
    texts = {name: _text(said[name]) for name in asked_of(act) if name in said}
    try:
        return decision_of(act.value, loan_no, said["day"], texts)
    except decisions.ParameterUnreadable as trouble:
        raise filled.Misfit(trouble.facts["name"], trouble) from None


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _asked(act: Act, card: LoanCard, form: Filled) -> str:
    return render_template(
        "decisions/form.html",
        act=act.value,
        rule=ACTS[act],
        needs=KINDS[act].needs,
        parameters=asked_of(act),
        examples={name: PARAMETERS[name].example for name in asked_of(act)},
        days=_DAYS,
        choices=_choices(act, card),
        card=card,
        state=state_of(card.standing).value,
        form=form,
    )


Choices = list[tuple[str, str]]


def _choices(act: Act, card: LoanCard) -> dict[str, Choices]:
    """Return what can be chosen: reasons of policy, due dates to come, decisions that stand."""
    w, reasons = hand(), edge.desk().policy.freeze_reasons
    again = act is Act.REFREEZE
    decided = {kind.value for kind in DECISIONS}
    return {
        "reason": [
            (code, f"{code}: {reason.names.said(w.language)}")
            for code, reason in reasons.items()
            if (code == limits.SUPPLEMENTARY) == again
        ],
        "instalment": [
            (w.day(line.due_on), f"{w.day(line.due_on)}: {w.exact(line.principal)}")
            for line in card.instalments
            if line.paid < line.principal
        ],
        "receipt_no": [
            (line.receipt_no, f"{w.day(line.value_date)}: {w.say(f'kind-{line.kind}')}")
            for line in card.movements
            if line.kind in decided and not line.reversed
        ],
    }


def _effect(found: decisions.Preview) -> dict[str, Any]:
    """Return what a preview shows: the decision, the loan before and after, both schedules."""
    after = found.after.schedule if found.after else ()
    return {
        "effect": found,
        "rows": [
            (due_on, before, then, before != then)
            for due_on, before, then in decisions.side_by_side(found.before.schedule, after)
        ],
    }


def _said(decision: Decision) -> list[tuple[str, str]]:
    """Return what a decision says, by name, as the reader writes it."""
    w, reasons = hand(), edge.desk().policy.freeze_reasons
    told = []
    for name, value in decision.said.items():
        if name == "reason" and value in reasons:
            text = f"{value}: {reasons[str(value)].names.said(w.language)}"
        elif name in ("rate", "loss"):
            text = w.rate(str(value))
        else:
            text = w.exact(value) if isinstance(value, int) else w.typed(value)
        told.append((name, text))
    return told


class Waiting(NamedTuple):
    """A proposal in the inbox: where its loan is, what it owes [dong], for how many days it waits.

    own  whether whoever looks made it
    """

    proposal: Proposal
    place: str
    outstanding: Dong
    days: int
    own: bool


@pages.get("/decisions")
def index() -> str:
    """Show what waits for a checker, oldest first, by pages."""
    kind, after = request.args.get("kind", ""), request.args.get("after", "0")
    person, today = edge.who(), edge.today()
    with edge.read() as tx:
        edge.cover(tx)
        scope = users.scope_of(person, "proposal-list")
        found = decisions.inbox(tx, Place(), today, scope)
        kinds = sorted({one.decision.act.value for one in found})
        chosen = [one for one in found if kind in ("", one.decision.act.value)]
        begun = int(after) if after.isascii() and after.isdigit() else 0
        page = [one for one in chosen if one.number > begun][: PAGE + 1]
        rows = [_waiting(tx, one, today) for one in page[:PAGE]]
        jobs = _orders(tx)
    edge.note(View("proposals", LIST, kind, loans=[one.decision.loan_no for one in page[:PAGE]]))
    return render_template(
        "decisions/index.html",
        rows=rows,
        count=len(found),
        jobs=jobs,
        kinds=kinds,
        kind=kind,
        after=begun,
        further=page[PAGE - 1].number if len(page) > PAGE else None,
        may_check=users.is_open(person, "check"),
        known=map_on(today).communes,
    )


def _orders(tx: Tx) -> list[dict[str, Any]]:
    """Return the transfers at sessions that wait for a checker, of whoever asks."""
    if not users.is_open(edge.who(), "transfer"):
        return []
    waiting = errands.listed(tx, state="to-check", kind="transfer")
    return [
        one | {"session": date.fromisoformat(one["said"]["session"])}
        for one in waiting
        if orders.may_see(tx, one)
    ]


def _waiting(tx: Tx, found: Proposal, today: date) -> Waiting:
    known = map_on(today).communes.get(found.commune)
    owed = standings.standing(tx, found.decision.loan_no, today).outstanding
    made = date.fromisoformat(found.made_at[:10])
    own = found.by.casefold() == edge.who().sign_in_name
    days = max(today - made, timedelta()).days
    return Waiting(found, known.name if known else found.commune, owed, days, own)


@pages.get("/decisions/<int:number>")
def proposal(number: int) -> str:
    """Show a proposal: what it would do now, or how it was answered."""
    return _proposal(number, filled.blank())


@pages.post("/decisions/<int:number>/approval")
def approve(number: int) -> Response:
    """Take a proposed decision, as another person than its maker."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        within.proposal(tx, "check", number)
        deed, policy = edge.deed(), edge.desk().policy
        done = decisions.approve(
            tx, policy, number=number, by=deed.by, recorded_at=deed.recorded_at
        )
        return Done(card_of(done.decision.loan_no), "proposal-approved", {"number": number})

    return filled.submit(Shape, act, lambda form: _proposal(number, form))


@pages.post("/decisions/<int:number>/refusal")
def refuse(number: int) -> Response:
    """Answer a proposal with no, as another person than its maker, and say why."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        within.proposal(tx, "check", number)
        decisions.refuse(tx, number=number, deed=edge.deed(said["ground"]))
        return Done(url_for("decisions.index"), "proposal-refused", {"number": number})

    return filled.submit(GroundForm, act, lambda form: _proposal(number, form))


@pages.post("/decisions/<int:number>/withdrawal")
def withdraw(number: int) -> Response:
    """Take a proposal back, as its maker, and say why."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        within.proposal(tx, "proposal-withdraw", number)
        decisions.withdraw(tx, number=number, deed=edge.deed(said["ground"]))
        return Done(url_for("decisions.index"), "proposal-withdrawn", {"number": number})

    return filled.submit(GroundForm, act, lambda form: _proposal(number, form))


def _proposal(number: int, form: Filled) -> str:
    person, today = edge.who(), edge.today()
    with edge.read() as tx:
        edge.cover(tx)
        within.proposal(tx, "proposal-list", number)
        found = decisions.look(tx, edge.desk().policy, number)
        decision = found.proposal.decision
        card = cards.loan_card(tx, edge.desk().policy, decision.loan_no, today)
        checks = _may_check(tx, number)
    edge.note(View("proposal", LOAN, decision.loan_no, customers=(card.customer_no,)))
    told = _effect(found.preview) if found.preview else {"effect": None, "rows": ()}
    own = found.proposal.by.casefold() == person.sign_in_name
    return render_template(
        "decisions/proposal.html",
        card=card,
        form=form,
        proposal=found.proposal,
        outdated=found.outdated,
        own=own,
        may_check=checks and not own,
        may_withdraw=own and users.is_open(person, "proposal-withdraw"),
        decision=decision,
        said=_said(decision),
        **told,
    )


def _may_check(tx: Tx, number: int) -> bool:
    try:
        within.proposal(tx, "check", number)
    except DeskError as trouble:
        if isinstance(trouble, NotFound) or trouble.code in ("not-allowed", "own-deed"):
            return False
        raise
    return True
