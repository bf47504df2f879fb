"""Jobs: acts over many loans, asked for by one person, checked by another, done in their turn."""

from collections.abc import Iterable
from datetime import date
from operator import itemgetter
from typing import Any

from creditdesk import errands
from creditdesk.accesses import LIST, View
from creditdesk.db import Tx
from creditdesk.users import Place, permissions
from creditdesk.web import conditions, edge, orders
from creditdesk.web.api import paging, told
from creditdesk.web.api.decisions import Nothing
from creditdesk.web.api.frame import Service, Told
from creditdesk.web.api.paging import SortField
from creditdesk.web.api.receipts import GroundIn
from creditdesk.web.shapes import Asking, ChoiceField, DayField, DayUnreadable, Shape, TextField

PLACE = "[0-9]{2}|[0-9]{5}"
STATES = ("to-check", "queued", "running", "done", "refused", "declined")

service = Service("jobs")


class TransferIn(Shape):
    """The sessions of a day, and where."""

    session = DayField(required=True)
    place = TextField(5, pattern=PLACE, load_default=None)


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
MEASURES = "measure-rate measure-freeze measure-holiday"
MOVES = "move-household move-group move-village"
_ACTS = " ".join(permissions.rules_of("api-jobs.readJob"))


def asked(
    tx: Tx, kind: str, act: str, said: dict[str, Any], lies: Iterable[Place] | str | None
) -> Told:
    """Write an errand down where the person may ask for it, and return it; see `orders.ask`."""
    number = orders.ask(tx, kind, act, said, lies)
    return of_job(errands.find(tx, number))


def of_job(found: dict[str, Any]) -> Told:
    """Return what is told of a job, and where it is."""
    return Told(found, _state(found), location=f"{edge.API}/jobs/{found['number']}")


def _state(found: dict[str, Any]) -> str:
    return conditions.state("job", found["number"], found["state"], found["checked_by"])


def read_day(text: str) -> date:
    """Return the day that an address names; raises DayUnreadable."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise DayUnreadable(value=text) from None


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
    number = orders.ask_transfer(tx, said["session"], said["place"])
    return of_job(errands.find(tx, number))


@service.post(
    "/days/<day:day>/closing",
    "closeDay",
    act="close-day",
    takes=Nothing,
    answers=Job,
    status=202,
)
def close_day(tx: Tx, said: dict[str, Any], day: str) -> Any:
    """Close a day that is over and every day missed before it; again does no harm."""
    return asked(tx, "close-day", "close-day", {"day": read_day(day)}, None)


@service.post(
    "/proofs",
    "verify",
    act="verify",
    takes=Nothing,
    answers=Job,
    status=202,
)
def verify(tx: Tx, said: dict[str, Any]) -> Any:
    """Recompute every loan from its entries and every kept figure from the loans."""
    return asked(tx, "verify", "verify", {}, None)


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
    return asked(tx, "close-month", "close-month", {"month": month}, None)


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
    return asked(tx, "open-month", "open-month", {**said, "month": month}, None)


@service.get("/jobs", "listJobs", act=_ACTS, answers=Jobs, asks=JobsAsked)
def jobs(tx: Tx, said: dict[str, Any]) -> Any:
    """Tell the jobs that the person may ask for, by pages, without results."""
    begun = paging.begins(said)
    chosen = {name: said[name] for name in ("state", "kind") if name in said}
    rows = errands.listed(tx, begun, newest_first=said["sort"] == "-number", **chosen)
    seen = (row for row in rows if orders.may_see(tx, row))
    page, after = paging.cut(seen, said, itemgetter("number"))
    return {"rows": page, "next": after}


@service.get("/jobs/<number:number>", "readJob", act=_ACTS, answers=Job, tagged=True)
def job(tx: Tx, said: dict[str, Any], number: str) -> Any:
    """Tell a job: its state, how far it is, and what it did or why it was refused."""
    found = orders.mine(tx, int(number))
    orders.under_way(tx, [found])
    result = found["result"] or {}
    # A proof counts loans, other results list them.
    lists = [result[name] for name in ("loans", "rows") if isinstance(result.get(name), list)]
    rows = [row for told_of in lists for row in told_of]
    seen = [row["loan_no"] for row in rows if "loan_no" in row]
    view = View(f"job-{found['kind']}", LIST, found["place"], edge.need(), (), seen)
    return Told(found, _state(found), view=view)


@service.post(
    "/jobs/<number:number>/cancellation",
    "cancelJob",
    act=_ACTS,
    guarded=True,
    takes=GroundIn,
    answers=Job,
    example={"ground": "Nhầm tệp"},
)
def cancel(tx: Tx, said: dict[str, Any], number: str) -> Any:
    """Take a job back that nobody has begun, as whoever asked for it, and say why."""
    if errands.find(tx, int(number))["by"] != edge.who().sign_in_name:
        raise errands.ErrandNotFound(number=int(number))
    _demand(tx, int(number))
    errands.cancel(tx, int(number), deed=edge.deed(said["ground"]))
    return errands.find(tx, int(number))


@service.post(
    "/jobs/<number:number>/approval",
    "approveJob",
    act="check",
    guarded=True,
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
    guarded=True,
    takes=GroundIn,
    answers=Job,
    status=202,
    example={"ground": "Thiếu giấy tờ"},
)
def refuse(tx: Tx, said: dict[str, Any], number: str) -> Any:
    """Refuse a job, as another person than its maker, and say why."""
    return _answered(tx, int(number), yes=False, ground=said["ground"])


def _answered(tx: Tx, number: int, *, yes: bool, ground: str) -> Any:
    orders.answer(tx, number, yes=yes, ground=ground, guard=_demand)
    return of_job(errands.find(tx, number))


def _demand(tx: Tx, number: int) -> None:
    def now() -> dict[str, str]:
        return {str(number): _state(errands.find(tx, number, hold=True))}

    conditions.demand_all(now, str(number))
