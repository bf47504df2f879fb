"""Applications: those that wait, each with its next step; the short path of one to its draw."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from flask import Blueprint, Response, render_template, request, url_for

from creditdesk import applications, arrears, communes
from creditdesk.accesses import APPLICATION, LIST, View
from creditdesk.applications import REASONS, Dossier, Line, Paper, Pending, Signing
from creditdesk.db import Tx
from creditdesk.engine.procedure import RULES, Step
from creditdesk.errors import DeskError
from creditdesk.ledger import CheckerMissing, DayAhead
from creditdesk.quotes import read_rate
from creditdesk.users import Place
from creditdesk.web import edge, filled, orders, within
from creditdesk.web.api.forms import APPLICATION_NO, MOST_LINES, SigningIn
from creditdesk.web.filled import Done, Filled
from creditdesk.web.pages.money import GroundForm
from creditdesk.web.pages.steps import may
from creditdesk.web.shapes import ChoiceField, DayField, DongField, ListField, Shape, TextField
from creditdesk.web.writing import alphabetical, hand

PAGE = 50
MINE = "mine"
SIGN, TAKE_BACK = "sign", "take-back"
DEEDS = (*(step.value for step in applications.STEPS), SIGN, TAKE_BACK)
TOGETHER = tuple(
    step.value for step in (Step.REVIEW, Step.LIST, Step.APPRAISE, Step.APPROVE, Step.NOTIFY)
)
_DEED = f"<any({','.join(map(repr, DEEDS))}):step>"
_TOGETHER = f"<any({','.join(map(repr, TOGETHER))}):step>"
# What each step asks for beyond its day.
ASKED: Mapping[str, tuple[str, ...]] = {
    "review": ("document_no", "answer", "reason", "remark"),
    "list": ("document_no",),
    "confirm": ("document_no", "answer", "reason", "remark"),
    "appraise": ("document_no", "amount", "answer", "reason", "remark"),
    "approve": ("document_no", "amount", "answer", "reason", "remark"),
    "notify": ("document_no", "draw_on", "place"),
    "refuse": ("reason", "remark"),
    "withdraw": ("remark",),
}
_NUMBERED = ("list", "confirm")
_AT = {
    applications.ReasonMissing: "reason",
    applications.AmountAboveAsked: "amount",
    applications.ListKnown: "document_no",
    applications.StepTooEarly: "day",
    applications.TermAboveAsked: "due_on",
    applications.RateOfPolicy: "annual_rate",
    DayAhead: "day",
}

pages = Blueprint("applications", __name__)


class StepSaid(Shape):
    """What the paper of a step says of one application."""

    day = DayField(required=True)
    document_no = TextField(100, load_default="")
    answer = ChoiceField(("yes", "no"), load_default="yes")
    reason = ChoiceField(REASONS, load_default="")
    remark = TextField(500, load_default="")
    amount = DongField(least=1, load_default=None)
    draw_on = DayField(load_default=None)
    place = TextField(200, load_default="")


class TogetherSaid(Shape):
    """What one paper says of several applications: all of them go on."""

    application_nos = ListField(
        TextField(40, pattern=APPLICATION_NO), most=MOST_LINES, required=True
    )
    day = DayField(required=True)
    document_no = TextField(100, load_default="")
    draw_on = DayField(load_default=None)
    place = TextField(200, load_default="")


class Waiting(NamedTuple):
    """An application in the list: its next step, and whether whoever looks may take it."""

    found: Pending
    step: str
    mine: bool
    place: str


@pages.get("/applications")
def index() -> str:
    """Show the applications on their way, the longest waiting first, and what each waits for."""
    wanted = {
        name: request.args.get(name, "").strip()[:40] for name in ("step", "commune", "programme")
    }
    said = request.args.get("after", "")
    after = int(said) if said.isascii() and said.isdigit() and len(said) < 7 else 0
    with edge.read() as tx:
        everything = _waiting(tx)
    chosen = [one for one in everything if _is_wanted(one, wanted)]
    rows = chosen[after : after + PAGE]
    edge.note(
        View("applications", LIST, "", edge.need(), {r.found.waiting.customer_no for r in rows})
    )
    step = wanted["step"]
    return render_template(
        "applications/index.html",
        rows=rows,
        count=len(chosen),
        whole=len(everything),
        wanted=wanted,
        by_step=_counted(everything),
        mine=sum(one.mine for one in everything),
        **_choices(everything),
        together=step if step in TOGETHER and any(one.mine for one in chosen) else "",
        after=after,
        further=after + PAGE if len(chosen) > after + PAGE else None,
    )


def _waiting(tx: Tx) -> list[Waiting]:
    today = edge.today()
    if edge.reader() is None:
        near = arrears.place_of(None, today)
    else:
        near = within.area(tx, "application-show", None, as_of=today)
    found = applications.pending(tx, today, province=near.province, commune=near.commune)
    known = communes.map_on(today)
    return [_row(one, known) for one in found if near.holds(one.waiting)]


def _row(one: Pending, known: communes.Map) -> Waiting:
    lies, step = one.waiting, one.steps[0].value
    unit = known.communes.get(lies.commune)
    place = Place(unit.province if unit else "", lies.commune, lies.office, lies.group_no)
    return Waiting(one, step, may(act_of(step), place), unit.name if unit else lies.commune)


def act_of(step: str) -> str:
    """Return the act of the table of permissions by which a step is taken."""
    return step if step == SIGN else f"application-{step}"


def _is_wanted(one: Waiting, wanted: Mapping[str, str]) -> bool:
    step = wanted["step"]
    return (
        (step in ("", one.step) or (step == MINE and one.mine))
        and wanted["commune"] in ("", one.found.waiting.commune)
        and wanted["programme"] in ("", one.found.waiting.programme)
    )


def _counted(rows: Sequence[Waiting]) -> list[tuple[str, int]]:
    counts = Counter(one.step for one in rows)
    return [(step.value, counts[step.value]) for step in Step if counts[step.value]]


def _choices(rows: Sequence[Waiting]) -> dict[str, list[tuple[str, str]]]:
    """Return the communes and programmes that can be chosen, by name."""
    w, known = hand(), edge.desk().policy.programmes
    places = {one.found.waiting.commune: one.place for one in rows}
    programmes = {
        code: known[code].names.said(w.language) if code in known else code
        for code in {one.found.waiting.programme for one in rows}
    }
    return {"places": _by_name(places), "programmes": _by_name(programmes)}


def _by_name(names: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(names.items(), key=lambda pair: alphabetical(pair[1]))


@pages.get("/applications/<application_no>")
def show(application_no: str) -> str:
    """Show one application as a path: what is done, by whom, and the form of its next step."""
    return _page(application_no, "", None)


@pages.get(f"/applications/<application_no>/{_DEED}")
def ask(application_no: str, step: str) -> str:
    """Show the form of a step of an application beside its path."""
    edge.require(act_of(step))
    return _page(application_no, step, None)


@pages.post(f"/applications/<application_no>/{_DEED}")
def take(application_no: str, step: str) -> Response:
    """Take a step of an application, as its paper says."""
    edge.require(act_of(step))

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        within.application(tx, act_of(step), application_no)
        with _in_their_fields():
            return _ACTS.get(step, _advance)(tx, application_no, step, said)

    shape = _SHAPES.get(step, StepSaid)
    return filled.submit(shape, act, lambda form: _page(application_no, step, form))


@contextmanager
def _in_their_fields() -> Iterator[None]:
    """Let a refusal be told at the field that it is about."""
    try:
        yield
    except DeskError as trouble:
        if type(trouble) in _AT:
            raise filled.Misfit(_AT[type(trouble)], trouble) from None
        raise


def _advance(tx: Tx, application_no: str, step: str, said: dict[str, Any]) -> Done:
    yes = said["answer"] == "yes" and step != "refuse"
    line = Line(
        application_no,
        yes,
        "" if yes else said["reason"],
        said["remark"],
        said["amount"] if yes else None,
    )
    return _go_on(tx, step, [line], said)


def _go_on(tx: Tx, step: str, lines: list[Line], said: Mapping[str, Any]) -> Done:
    """Take a step with applications; above the limit of an approval a second person is asked."""
    policy, number, day = edge.desk().policy, said["document_no"], said["day"]
    paper = Paper(day, number, day if number else None, said["draw_on"], said["place"])
    list_no = _list_of(tx, lines[0].application_no) if step == "confirm" else ""
    try:
        applications.advance(
            tx,
            policy,
            step=Step(step),
            lines=lines,
            paper=paper,
            deed=edge.deed(),
            list_no=list_no,
        )
    except CheckerMissing:
        plain = [line._asdict() for line in lines]
        asked = {"day": day, "lines": plain, "paper_no": number, "paper_on": paper.dated}
        job = orders.ask_approval(tx, asked)
        return Done(url_for("jobs.show", number=job), "app-approval-asked", {})
    to = (
        url_for("applications.show", application_no=lines[0].application_no)
        if len(lines) == 1
        else url_for("applications.index")
    )
    return Done(to, "app-step-done", {"count": len(lines)})


def _list_of(tx: Tx, application_no: str) -> str:
    found = applications.dossier(tx, edge.desk().policy, application_no, edge.today())
    return next((one.document_no for one in found.standing if one.step is Step.LIST), "")


def _sign(tx: Tx, application_no: str, step: str, said: dict[str, Any]) -> Done:
    rate = read_rate(said["annual_rate"]) if said["annual_rate"] else None
    signing = Signing(said["loan_no"], said["signed_on"], said["due_on"], rate)
    applications.sign(
        tx,
        edge.desk().policy,
        communes.map_on(said["signed_on"]),
        application_no=application_no,
        signing=signing,
        deed=edge.deed(),
    )
    return Done(url_for("loans.card", loan_no=said["loan_no"]), "app-signed", {})


def _take_back(tx: Tx, application_no: str, step: str, said: dict[str, Any]) -> Done:
    found = applications.dossier(tx, edge.desk().policy, application_no, edge.today())
    last = found.standing[-1].step if found.standing else Step.REVIEW
    applications.take_back(
        tx, application_no=application_no, step=last, deed=edge.deed(said["ground"])
    )
    to = url_for("applications.show", application_no=application_no)
    return Done(to, "app-taken-back", {})


_SHAPES: Mapping[str, type[Shape]] = {SIGN: SigningIn, TAKE_BACK: GroundForm}
_ACTS = {SIGN: _sign, TAKE_BACK: _take_back}


def _page(application_no: str, step: str, form: Filled | None) -> str:
    today, policy = edge.today(), edge.desk().policy
    with edge.read() as tx:
        lies = Place(*applications.lies(tx, application_no))
        missing = applications.ApplicationNotFound(application_no=application_no)
        edge.show("application-show", lies, missing)
        found = applications.dossier(tx, policy, application_no, today)
    edge.note(View("application", APPLICATION, application_no, edge.need(), (found.customer_no,)))
    steps = _steps(found, lies)
    chosen = step or next((one for one in steps if one not in _APART), "")
    known = communes.map_on(today).communes
    unit = known.get(found.commune)
    return render_template(
        "applications/application.html",
        known=known,
        found=found,
        done={line.step: line for line in found.standing},
        next_step=next((one for one in found.way if one in found.allowed), None),
        taker=RULES[found.allowed[0]].by if found.allowed else "",
        step=chosen,
        beside=[one for one in steps if one != chosen],
        form=form or _begun(found, chosen),
        asked=ASKED.get(chosen, ()),
        numbered=_NUMBERED,
        reasons=REASONS,
        place=unit.name if unit else found.commune,
        programme=policy.programmes.get(found.programme),
        may_draw=bool(found.loan_no) and Step.DRAW in found.allowed and may("draw", lies),
        may_see_loan=bool(found.loan_no) and (edge.alone() or may("standing", lies)),
    )


_APART = ("refuse", "withdraw", TAKE_BACK)


def _steps(found: Dossier, lies: Place) -> list[str]:
    """Return the steps that whoever asks may take now, the way on first."""
    steps: list[str] = [step.value for step in found.allowed if step.value in DEEDS]
    stands = found.standing
    if stands and stands[-1].step.value in DEEDS and stands[-1].step is not Step.SIGN:
        steps.append(TAKE_BACK)
    return [step for step in steps if may(act_of(step), lies)]


def _begun(found: Dossier, step: str) -> Filled:
    """Return the form of a step with what it begins with."""
    today = edge.today()
    if step == SIGN:
        return filled.blank(signed_on=today)
    if step == TAKE_BACK:
        return filled.blank()
    return filled.blank(day=today, answer="yes", amount=found.amount)


@pages.get(f"/applications-together/{_TOGETHER}")
def ask_together(step: str) -> str:
    """Show the applications that wait for a step, to be ticked and taken on by one paper."""
    edge.require(act_of(step))
    return _together(step, None)


@pages.post(f"/applications-together/{_TOGETHER}")
@edge.roomy(kilobytes=64)
def take_together(step: str) -> Response:
    """Take one step with all the applications that are ticked, or with none."""
    edge.require(act_of(step))

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        for number in said["application_nos"]:
            within.application(tx, act_of(step), number)
        with _in_their_fields():
            lines = [Line(number) for number in said["application_nos"]]
            return _go_on(tx, step, lines, said)

    return filled.submit(TogetherSaid, act, lambda form: _together(step, form))


def _together(step: str, form: Filled | None) -> str:
    with edge.read() as tx:
        rows = [one for one in _waiting(tx) if one.step == step and one.mine][:MOST_LINES]
    seen = {one.found.waiting.customer_no for one in rows}
    edge.note(View("applications", LIST, step, edge.need(), seen))
    return render_template(
        "applications/together.html",
        rows=rows,
        step=step,
        asked=ASKED[step],
        numbered=_NUMBERED,
        form=form or filled.blank(day=edge.today()),
        **_choices(rows),
    )
