"""Transfer to overdue at a session: what the rule moves and why, asked for, and checked."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from creditdesk import arrears, errands, users
from creditdesk.accesses import LIST, View
from creditdesk.communes import map_on
from creditdesk.db import Tx
from creditdesk.web import asked, edge, filled, orders, within
from creditdesk.web.filled import Done, Filled
from creditdesk.web.pages.money import GroundForm
from creditdesk.web.shapes import CodeField, DayField, Shape

PAGE = 100
KIND = ACT = "transfer"

pages = Blueprint("transfers", __name__)


class TransferForm(Shape):
    """The session of a commune at which debt is moved."""

    session = DayField(required=True)
    place = CodeField(required=True)


@pages.get("/transfers")
def index() -> str:
    """Show what the rule moves at the sessions of a commune, and why; nothing is written."""
    return _page(filled.blank())


@pages.post("/transfers")
def ask() -> Response:
    """Lay the transfer at a session before another person."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        number = orders.ask_transfer(tx, said["session"], said["place"])
        return Done(url_for("transfers.order", number=number), "transfer-asked")

    return filled.submit(TransferForm, act, _page)


def _page(form: Filled) -> str:
    today, policy = edge.today(), edge.desk().policy
    with edge.read() as tx:
        cover = edge.cover(tx)
        chosen = asked.within(tx, asked.asked(cover, unit="dong"), ACT)
        own = users.places.communes_of(tx, edge.who())
        code = form.text("place") or chosen.place or next(iter(own), "")
        found: tuple[arrears.Due, ...] = ()
        days: tuple[date, ...] = ()
        if len(code) == len("00000"):
            within.place(tx, ACT, code)
            place = arrears.place_of(code, today)
            days = arrears.sessions(tx, place, today)
            found = _due(tx, place, days)
        choices = asked.places(tx, cover, chosen)
    session = _session(days)
    after = request.args.get("after", "")
    page = [one for one in found if one.loan_no > after]
    loans = [one.loan_no for one in page[:PAGE]]
    edge.note(View("transfer", LIST, code, customers=(), loans=loans))
    return render_template(
        "transfers/index.html",
        form=form,
        asked=chosen,
        code=code,
        place=map_on(today).communes.get(code),
        places=[one for one in choices if one.within or len(one.code) == len("00000")],
        sessions=days,
        session=session,
        rows=page[:PAGE],
        further=page[PAGE - 1].loan_no if len(page) > PAGE else None,
        count=len(found),
        total=sum(one.amount for one in found),
        rule=policy.overdue_rule,
    )


def _session(days: tuple[date, ...]) -> date | None:
    """Return the session that the address asks for, else the newest."""
    wanted = request.args.get("session", "")
    return next((day for day in days if day.isoformat() == wanted), days[0] if days else None)


def _due(tx: Tx, place: arrears.Place, days: tuple[date, ...]) -> tuple[arrears.Due, ...]:
    session = _session(days)
    if session is None:
        return ()
    found = arrears.due(tx, edge.desk().policy, session=session, place=place)
    return tuple(sorted(found, key=lambda one: one.loan_no))


@pages.get("/transfers/<int:number>")
def order(number: int) -> str:
    """Show a transfer that was asked for: what it moves, who answered, what came of it."""
    return _order(number, filled.blank())


@pages.post("/transfers/<int:number>/approval")
def approve(number: int) -> Response:
    """Approve a transfer as another person than its maker: it is done at once."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        orders.answer(tx, number, yes=True)
        return Done(url_for("transfers.order", number=number), "transfer-approved")

    return filled.submit(Shape, act, lambda form: _order(number, form))


@pages.post("/transfers/<int:number>/refusal")
def refuse(number: int) -> Response:
    """Refuse a transfer as another person than its maker, and say why."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        orders.answer(tx, number, yes=False, ground=said["ground"])
        return Done(url_for("transfers.order", number=number), "transfer-refused")

    return filled.submit(GroundForm, act, lambda form: _order(number, form))


@pages.post("/transfers/<int:number>/cancellation")
def cancel(number: int) -> Response:
    """Take a transfer back that nobody has begun, as whoever asked for it."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        errands.cancel(tx, number, deed=edge.deed(said["ground"]))
        return Done(url_for("transfers.order", number=number), "transfer-cancelled")

    return filled.submit(GroundForm, act, lambda form: _order(number, form))


def _order(number: int, form: Filled) -> str:
    person, today = edge.who(), edge.today()
    with edge.read() as tx:
        edge.cover(tx)
        found = orders.mine(tx, number)
        if found["kind"] != KIND:
            raise errands.ErrandNotFound(number=number)
        session, code = date.fromisoformat(found["said"]["session"]), found["place"]
        place = arrears.place_of(code, session)
        waits = found["state"] == "to-check"
        policy = edge.desk().policy
        due = arrears.due(tx, policy, session=session, place=place) if waits else ()
    loans = [one.loan_no for one in due] + [row["loan_no"] for row in _moved(found)]
    edge.note(View("transfer", LIST, code, customers=(), loans=loans))
    own = found["by"].casefold() == person.sign_in_name
    return render_template(
        "transfers/order.html",
        form=form,
        order=found,
        session=session,
        place=map_on(today).communes.get(code),
        rows=due,
        done=_moved(found),
        waits=waits,
        own=own,
        may_check=waits and not own and users.is_open(person, "check"),
    )


def _moved(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a transfer that was done has moved."""
    result = found["result"] or {}
    return list(result.get("rows", ())) if found["state"] == "done" else []
