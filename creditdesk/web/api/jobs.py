"""Acts over many loans: asked for by one person, checked by another, done in their turn."""

from datetime import date
from operator import itemgetter
from threading import Thread
from typing import Any

from flask import Response, after_this_request

from creditdesk import documents, errands, measures, users
from creditdesk.accesses import LIST, View
from creditdesk.db import Tx
from creditdesk.errors import Malformed
from creditdesk.measures import Measure
from creditdesk.web import edge, within
from creditdesk.web.api import paging, told
from creditdesk.web.api.decisions import Nothing
from creditdesk.web.api.frame import Service, Told
from creditdesk.web.api.paging import SortField
from creditdesk.web.api.receipts import GroundIn
from creditdesk.web.shapes import (
    Asking,
    ChoiceField,
    DayField,
    ListField,
    Shape,
    TextField,
    WholeField,
)

_PLACE = "[0-9]{2}|[0-9]{5}"
STATES = ("to-check", "queued", "running", "done", "refused", "declined")

service = Service("jobs")


class OnePlace(Malformed):
    """By the service a measure or a transfer names one place, or none for the whole book."""

    code = "one-place"


class MeasureShape(Shape):
    """A measure over many loans."""

    kind = ChoiceField(("rate", "freeze", "holiday"), required=True)
    since = DayField(required=True)
    until = DayField(load_default=None)
    places = ListField(TextField(5, pattern=_PLACE), most=100, load_default=list)
    programmes = ListField(TextField(20, pattern="[0-9A-Za-z_-]+"), most=50, load_default=list)
    reason = TextField(20, empty=True, load_default="")


class MeasureIn(MeasureShape):
    """A measure with its ground and paper."""

    ground = TextField(500, required=True)
    document_no = TextField(100, required=True)
    document_on = DayField(required=True)


class PaperIn(Shape):
    """The ground and the paper of a decision."""

    ground = TextField(500, required=True)
    document_no = TextField(100, empty=True, load_default="")
    document_on = DayField(load_default=None)


class MoveIn(PaperIn):
    """Who moves, and to where; what is not said stays as it is."""

    of = ChoiceField(("household", "group", "village"), required=True)
    number = TextField(40, required=True)
    day = DayField(required=True)
    commune = TextField(5, pattern="[0-9]{5}", load_default=None)
    village_code = TextField(8, pattern="[0-9]{8}", load_default=None)
    group_no = TextField(7, pattern="[0-9]{7}", load_default=None)
    office = TextField(6, pattern="[0-9]{6}", load_default=None)
    session_day = WholeField(1, 28, load_default=None)


class TransferIn(Shape):
    """The sessions of a day, and where."""

    session = DayField(required=True)
    place = TextField(5, pattern=_PLACE, load_default=None)


class JobsAsked(Asking):
    """Which jobs, whether the newest come first, and which page."""

    state = ChoiceField(STATES)
    kind = ChoiceField(tuple(errands.KINDS))
    sort = SortField("number")
    after = paging.after()
    limit = paging.limit()


_PROGRESS = told.shape("Progress", told.count("done of"))
Job = told.shape(
    "Job",
    told.count("number"),
    told.text("kind place by checked_by ground document_no asked_at answered_at"),
    {"state": ChoiceField(STATES, required=True)},
    told.day_or_none("document_on"),
    told.opened("said"),
    told.part("progress", _PROGRESS),
    {"result": told.OpenField(required=True, allow_none=True)},
)
Jobs = told.shape("Jobs", told.rows(Job), told.text_or_none("next"))
Effect = told.shape(
    "MeasureEffect",
    told.told_number("number"),
    told.text("kind reason"),
    told.day("since up_to"),
    told.day_or_none("until"),
    told.rows(TextField(20), "places"),
    told.rows(TextField(20), "programmes"),
    {"total": told.AmountsField(required=True)},
    told.opened("communes programmes_reached"),
    told.rows(
        told.shape(
            "LoanReached",
            told.text("loan_no commune programme"),
            told.dong("principal interest"),
        ),
        "loans",
    ),
)
_MEASURE = {"kind": "holiday", "since": "2026-09-01", "until": "2026-09-30", "places": ["19333"]}
_PAPER = {"ground": "Bão số 5", "document_no": "88/QĐ-UBND", "document_on": "2026-09-01"}
_MEASURES = "measure-rate measure-freeze measure-holiday"
_MOVES = "move-household move-group move-village"
_ACTS = f"transfer {_MEASURES} measure-undo {_MOVES} move-undo close-month open-month audit-read"
_ACTS += " intake-loans intake-movements intake-households portfolio-print"


def _asked(tx: Tx, kind: str, act: str, said: dict[str, Any], place: str | None) -> Told:
    """Write an errand down where the person may ask for it, and return it."""
    within.place(tx, act, place)
    paper = (said.pop(name, None) for name in ("ground", "document_no", "document_on"))
    ground, document_no, document_on = paper
    deed = edge.deed(ground or "", document_no or "", document_on)
    plain = {name: _iso(value) for name, value in said.items()}
    number = errands.ask(tx, kind=kind, said=plain | {"act": act}, deed=deed, place=place or "")
    if not errands.KINDS[kind].checked:
        after_this_request(begin_work)
    return Told(errands.find(tx, number), location=f"{edge.API}/jobs/{number}")


def _iso(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def begin_work(answer: Response) -> Response:
    """Let a thread do what waits: by now it is written. What it leaves the clock does."""
    desk = edge.desk()
    worker = errands.Worker(desk.database, desk.policy, edge.moment, desk.settings)
    Thread(target=worker.work, name="errands", daemon=True).start()
    return answer


def _one(places: list[str]) -> str | None:
    if len(places) > 1:
        raise OnePlace(count=len(places))
    return places[0] if places else None


@service.post(
    "/measures/preview",
    "previewMeasure",
    act=_MEASURES,
    takes=MeasureShape,
    answers=Effect,
    status=200,
    example=_MEASURE,
    looks=True,
)
def preview(tx: Tx, said: dict[str, Any]) -> Any:
    """Tell what a measure would do to every loan it reaches, and write nothing."""
    within.place(tx, f"measure-{said['kind']}", _one(said["places"]))
    places, programmes = tuple(said["places"]), tuple(said["programmes"])
    wanted = Measure(
        said["kind"], said["since"], said["until"], places, programmes, said["reason"]
    )
    found = measures.dry_run(tx, edge.desk().policy, wanted, today=edge.today())
    seen = [line.loan_no for line in found.lines]
    view = View("measure-preview", LIST, " ".join(places), edge.need(), (), seen)
    return Told(documents.effect(found, None), view=view)


@service.post(
    "/measures",
    "takeMeasure",
    act=_MEASURES,
    takes=MeasureIn,
    answers=Job,
    status=202,
    example={**_MEASURE, **_PAPER},
)
def take(tx: Tx, said: dict[str, Any]) -> Any:
    """Ask for a measure: done when another person has approved the job."""
    return _asked(tx, "measure", f"measure-{said['kind']}", said, _one(said["places"]))


@service.post(
    "/measures/<number:number>/undoing",
    "undoMeasure",
    act="measure-undo",
    takes=PaperIn,
    answers=Job,
    status=202,
    example=_PAPER,
)
def undo(tx: Tx, said: dict[str, Any], number: str) -> Any:
    """Ask for a measure to be undone: done when another person has approved the job."""
    return _asked(tx, "measure-undo", "measure-undo", {**said, "number": int(number)}, None)


@service.post(
    "/moves",
    "move",
    act=_MOVES,
    takes=MoveIn,
    answers=Job,
    status=202,
    example={**_PAPER, "of": "group", "number": "9333001", "day": "2026-09-01", "session_day": 9},
)
def move(tx: Tx, said: dict[str, Any]) -> Any:
    """Ask for a household, a group or a village to be moved: another person approves the job."""
    act = f"move-{said['of']}"
    plain = {name: _iso(value) for name, value in said.items()}
    deed = edge.deed(said["ground"], said["document_no"], said["document_on"])
    for one in errands.move(tx, plain, deed, dry=True).loans:
        within.loan(tx, act, one.loan_no)
    return _asked(tx, "move", act, said, said["commune"])


@service.post(
    "/moves/<number:number>/undoing",
    "undoMove",
    act="move-undo",
    takes=GroundIn,
    answers=Job,
    status=202,
    example={"ground": "Nhầm thôn"},
)
def undo_move(tx: Tx, said: dict[str, Any], number: str) -> Any:
    """Ask for a move to be taken back, by the number of its act."""
    return _asked(tx, "move-undo", "move-undo", {**said, "number": int(number)}, None)


@service.post(
    "/transfers",
    "transfer",
    act="transfer",
    takes=TransferIn,
    answers=Job,
    status=202,
    example={"session": "2026-06-07", "place": "19333"},
)
def transfer(tx: Tx, said: dict[str, Any]) -> Any:
    """Ask for what the rule moves to overdue at a day's sessions: another person approves it."""
    return _asked(tx, "transfer", "transfer", said, said["place"])


@service.post(
    "/months/<month:month>/closing",
    "closeMonth",
    act="close-month",
    takes=Nothing,
    answers=Job,
    status=202,
)
def close_month(tx: Tx, said: dict[str, Any], month: str) -> Any:
    """Close a month that is over, or one that was opened; again does no harm."""
    return _asked(tx, "close-month", "close-month", {"month": month}, None)


@service.post(
    "/months/<month:month>/opening",
    "openMonth",
    act="open-month",
    takes=GroundIn,
    answers=Job,
    status=202,
    example={"ground": "Chứng từ về muộn"},
)
def open_month(tx: Tx, said: dict[str, Any], month: str) -> Any:
    """Ask for a closed month to be opened: another person approves the job."""
    return _asked(tx, "open-month", "open-month", {**said, "month": month}, None)


@service.get("/jobs", "listJobs", act=_ACTS, answers=Jobs, asks=JobsAsked)
def jobs(tx: Tx, asked: dict[str, Any]) -> Any:
    """Tell the jobs that the person may ask for, by pages, without results."""
    begun = paging.begins(asked)
    chosen = {name: asked[name] for name in ("state", "kind") if name in asked}
    rows = errands.listed(tx, begun, newest_first=asked["sort"] == "-number", **chosen)
    seen = (row for row in rows if _may_see(tx, row))
    page, after = paging.cut(seen, asked, itemgetter("number"))
    return {"rows": page, "next": after}


@service.get("/jobs/<number:number>", "readJob", act=_ACTS, answers=Job, tagged=True)
def job(tx: Tx, asked: dict[str, Any], number: str) -> Any:
    """Tell a job: its state, how far it is, and what it did or why it was refused."""
    found = mine(tx, int(number))
    result = found["result"] or {}
    rows = [row for name in ("loans", "rows") for row in result.get(name, ())]
    seen = [row["loan_no"] for row in rows if "loan_no" in row]
    view = View(f"job-{found['kind']}", LIST, found["place"], edge.need(), (), seen)
    return Told(found, view=view)


def mine(tx: Tx, number: int) -> dict[str, Any]:
    """Return a job that the person may see; another is not there for them."""
    found = errands.find(tx, number)
    if not _may_see(tx, found):
        raise errands.ErrandNotFound(number=number)
    return found


def _may_see(tx: Tx, found: dict[str, Any]) -> bool:
    """Return whether a job is of the person's own place and act, or the person audits them all."""
    own = found["by"] == edge.who().sign_in_name
    if own or users.is_open(edge.who(), "audit-read"):
        return True
    return within.may_see(tx, found["said"]["act"], found["place"] or None)


@service.post(
    "/jobs/<number:number>/cancellation",
    "cancelJob",
    act=_ACTS,
    takes=GroundIn,
    answers=Job,
    example={"ground": "Nhầm tệp"},
)
def cancel(tx: Tx, said: dict[str, Any], number: str) -> Any:
    """Take a job back that nobody has begun, as whoever asked for it, and say why."""
    errands.cancel(tx, int(number), deed=edge.deed(said["ground"]))
    return errands.find(tx, int(number))


@service.post(
    "/jobs/<number:number>/approval",
    "approveJob",
    act="check",
    takes=Nothing,
    answers=Job,
    status=202,
)
def approve(tx: Tx, said: dict[str, Any], number: str) -> Any:
    """Approve a job as another person than its maker, so that it is done."""
    return _answered(tx, int(number), yes=True, ground="")


@service.post(
    "/jobs/<number:number>/refusal",
    "refuseJob",
    act="check",
    takes=GroundIn,
    answers=Job,
    status=202,
    example={"ground": "Thiếu giấy tờ"},
)
def refuse(tx: Tx, said: dict[str, Any], number: str) -> Any:
    """Refuse a job, as another person than its maker, and say why."""
    return _answered(tx, int(number), yes=False, ground=said["ground"])


def _answered(tx: Tx, number: int, *, yes: bool, ground: str) -> Any:
    found = mine(tx, number)
    within.place(tx, "check", found["place"] or None, maker=found["by"])
    errands.answer(tx, number, yes=yes, deed=edge.deed(ground))
    if yes:
        after_this_request(begin_work)
    return Told(errands.find(tx, number), location=f"{edge.API}/jobs/{number}")
