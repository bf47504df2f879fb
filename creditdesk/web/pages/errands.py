"""Work that takes long, on pages: how far it is, what came of it, back or anew."""

from datetime import date
from itertools import islice
from typing import Any

from flask import Blueprint, Response, after_this_request, render_template, request, url_for

from creditdesk import errands, links
from creditdesk.accesses import LIST, View
from creditdesk.communes import map_on
from creditdesk.db import Tx
from creditdesk.users.permissions import is_open
from creditdesk.web import edge, fetching, filled, orders
from creditdesk.web.api import files as service
from creditdesk.web.api.jobs import STATES
from creditdesk.web.filled import Done, Filled
from creditdesk.web.pages import files
from creditdesk.web.shapes import Shape, TextField

PAGE = 50
FAULTS = 100
WAITING = ("to-check", "queued")
DEEDS = ("cancel", "approve", "refuse", "again")
_NUMBER = "<int(max=2147483647):number>"

pages = Blueprint("jobs", __name__, url_prefix="/administration/jobs")


class Ground(Shape):
    """Why a job is taken back or refused."""

    ground = TextField(300, required=True)


class NothingSaid(Shape):
    """A form that only has a button."""


@pages.get("")
def index() -> str:
    """Show the jobs that the reader may ask for, the newest first, of all states or of one."""
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    said = request.args.get("after", "")
    after = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None
    with edge.read() as tx:
        chosen = {"state": state} if state else {}
        found = errands.listed(tx, after, newest_first=True, **chosen)
        rows = list(islice((one for one in found if orders.may_see(tx, one)), PAGE + 1))
        under_way = orders.under_way(tx, rows)
    return render_template(
        "jobs/index.html",
        rows=rows[:PAGE],
        further=rows[PAGE - 1]["number"] if len(rows) > PAGE else None,
        after=after,
        state=state,
        states=STATES,
        under_way=under_way,
        names=map_on(edge.today()).called,
    )


@pages.get(f"/{_NUMBER}")
def show(number: int) -> str:
    """Show one job: how far it is, and what came of it."""
    return page_of(number)(filled.blank(hours=edge.desk().settings.file_link_hours))


def page_of(number: int) -> filled.Show:
    """Return what writes the page of a job, with a form that was sent from it."""

    def page(form: Filled) -> str:
        with edge.read() as tx:
            found = orders.mine(tx, number)
            deeds = [deed for deed in DEEDS if _fits(found, deed)]
            under_way = orders.under_way(tx, [found])
            printed = fetching.printed(tx, found) if found["kind"] in fetching.PRINTED else None
            faults, warnings = (
                files.remarks(tx, found, of) if found["kind"] == "file" and _is_own(found) else []
                for of in ("faults", "warnings")
            )
        _note(found)
        more = {"deeds": deeds, "printed": printed, "under_way": under_way}
        return _written(form, found, more, faults, warnings)

    return page


def _written(
    form: Filled,
    found: dict[str, Any],
    more: dict[str, Any],
    faults: list[dict[str, Any]],
    warnings: list[dict[str, Any]],
) -> str:
    sort, down = request.args.get("sort", "row"), request.args.get("order") == "desc"
    said = request.args.get("page", "1")
    page = int(said) if said.isascii() and said.isdigit() and len(said) < 6 else 1
    rows = files.in_order(faults or warnings, sort, down=down)
    begin = (max(page, 1) - 1) * FAULTS
    remarks = rows[begin : begin + FAULTS]
    if remarks:
        edge.note(service.quoting(str(found["number"]), remarks))
    return render_template(
        "jobs/job.html",
        form=form,
        job=found,
        result=found["result"] or {},
        **more,
        own=_is_own(found),
        remarks=remarks,
        counted={"faults": len(faults), "warnings": len(warnings)},
        page=max(page, 1),
        further=len(rows) > begin + FAULTS,
        sort=sort,
        down=down,
        columns=files.COLUMNS,
        most_hours=links.LONGEST,
        names=map_on(edge.today()).called,
    )


def _is_own(found: dict[str, Any]) -> bool:
    return bool(found["by"] == edge.who().sign_in_name)


def _note(found: dict[str, Any]) -> None:
    """Note the persons behind the loans that the result of a job names."""
    result = found["result"] or {}
    listed = (result.get(name, ()) for name in ("loans", "rows"))
    rows = [row for told in listed if isinstance(told, list) for row in told]
    seen = [row["loan_no"] for row in rows if "loan_no" in row]
    edge.note(View(f"job-{found['kind']}", LIST, found["place"], edge.need(), (), seen))


def _fits(found: dict[str, Any], deed: str) -> bool:
    """Return whether the reader may do something with a job as it stands."""
    if deed == "cancel":
        begun = errands.KINDS[found["kind"]].reads and found["state"] == "running"
        return _is_own(found) and (found["state"] in WAITING or begun)
    if deed == "again":
        gone = "faults" in (found["result"] or {})
        return _is_own(found) and found["state"] == "refused" and not gone
    waits = found["state"] == "to-check" and not _is_own(found)
    return waits and is_open(edge.who(), "check")


def _cancel(tx: Tx, number: int, said: dict[str, Any]) -> Done:
    errands.cancel(tx, number, deed=edge.deed(said["ground"]))
    return Done(url_for("jobs.show", number=number), "job-cancelled")


def _again(tx: Tx, number: int, said: dict[str, Any]) -> Done:
    found = orders.mine(tx, number)
    if not _fits(found, "again"):
        raise errands.ErrandAnswered(number=number, state=found["state"])
    edge.require(found["said"]["act"])
    dated = found["document_on"] and date.fromisoformat(found["document_on"])
    paper = edge.deed(found["ground"], found["document_no"], dated)
    fresh = errands.ask(
        tx, kind=found["kind"], said=found["said"], deed=paper, place=found["place"]
    )
    after_this_request(orders.begin_work)
    return Done(url_for("jobs.show", number=fresh), "job-again")


def _answer(tx: Tx, number: int, *, yes: bool, ground: str) -> Done:
    orders.answer(tx, number, yes=yes, ground=ground)
    return Done(
        url_for("jobs.show", number=number), "job-approved" if yes else "job-declined-told"
    )


@pages.post(f"/{_NUMBER}/cancel")
def cancel(number: int) -> Response:
    """Take a job of one's own back that nobody has begun."""
    return filled.submit(Ground, lambda tx, said: _cancel(tx, number, said), page_of(number))


@pages.post(f"/{_NUMBER}/again")
def again(number: int) -> Response:
    """Ask anew for what a job of one's own was refused."""
    return filled.submit(NothingSaid, lambda tx, said: _again(tx, number, said), page_of(number))


@pages.post(f"/{_NUMBER}/approve")
def approve(number: int) -> Response:
    """Approve a job of somebody else."""
    return filled.submit(
        NothingSaid, lambda tx, said: _answer(tx, number, yes=True, ground=""), page_of(number)
    )


@pages.post(f"/{_NUMBER}/refuse")
def refuse(number: int) -> Response:
    """Refuse a job of somebody else, and say why."""
    return filled.submit(
        Ground,
        lambda tx, said: _answer(tx, number, yes=False, ground=said["ground"]),
        page_of(number),
    )


@pages.get(f"/{_NUMBER}/result")
def result(number: int) -> Response:
    """Send what a job has printed, while it is held: of several files the one that is named."""
    with edge.read() as tx:
        parcel = fetching.made(tx, number, request.args.get("name", ""))
        held, content = fetching.fetch(tx, parcel)
    fetching.note(held, parcel)
    answer = Response(content, content_type=held.media)
    answer.headers.set("Content-Disposition", "attachment", filename=held.name)
    return answer
