"""Sessions, and the sheet of a group at one: filled by keyboard, checked, booked in one go."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from itertools import count, takewhile
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from creditdesk import collecting, communes, reach, repayments, users
from creditdesk.accesses import LIST, View
from creditdesk.arrears import Place
from creditdesk.collecting import (
    NOTES,
    Brought,
    CashCountedTwice,
    CashDiffers,
    CashMissing,
    Counted,
    GroupUnknown,
    LineRefused,
    Paid,
    Sheet,
    SheetMoved,
    Till,
)
from creditdesk.db import Tx
from creditdesk.engine import days
from creditdesk.engine.money import Dong
from creditdesk.repayments import Receipt
from creditdesk.users import permissions
from creditdesk.web import edge, filled, resuming, within
from creditdesk.web.asked import period_asked
from creditdesk.web.filled import Done, Filled, Misfit
from creditdesk.web.shapes import (
    DayUnreadable,
    DongField,
    ListField,
    PartField,
    Shape,
    TextField,
    WholeField,
)
from creditdesk.web.writing import alphabetical, hand

ACT = "receive-interest"
PERIODS = ("week", "month")
_MOST = 500
_NOTE_FIELDS = {f"note_{note}": note for note in NOTES}

pages = Blueprint("sheets", __name__)


class LineIn(Shape):
    """What one loan pays."""

    loan_no = TextField(16, pattern="[0-9]{16}", required=True)
    principal = DongField(load_default=Dong(0))
    interest = DongField(load_default=Dong(0))


class _SheetIn(Shape):
    """A filled sheet: what every loan pays, the cash, and why they differ."""

    given = WholeField(required=True)
    lines = ListField(PartField(LineIn), most=_MOST, required=True)
    cash = DongField(load_default=None)
    why = TextField(200, load_default="")


SheetIn = type(
    "SheetIn",
    (_SheetIn,),
    {name: WholeField(most=99_999, load_default=0) for name in _NOTE_FIELDS},
)


class ReversalIn(Shape):
    """Why a receipt is undone."""

    receipt_no = TextField(40, required=True)
    ground = TextField(200, required=True)


@pages.get("/sheets")
def index() -> Any:
    """Show the sessions of this week or month, with the groups that come."""
    period, since, until = _period(period_asked(PERIODS), edge.today())
    with edge.read() as tx:
        place = reach.area(tx, edge.asker(), ACT, None, as_of=since) if edge.reader() else Place()
        found = collecting.sessions(tx, edge.desk().policy, place, since, until)
    heads = [visit.asked.group_no for session in found for visit in session.visits]
    edge.note(View("sessions", LIST, f"{since}..{until}", customers=heads))
    return render_template(
        "sheets/index.html",
        period=period,
        periods=PERIODS,
        since=since,
        until=until,
        today=edge.today(),
        sessions=found,
    )


def _period(name: str, today: date) -> tuple[str, date, date]:
    if name == "week":
        monday = today - timedelta(days=today.weekday())
        return name, monday, monday + timedelta(days=6)
    return name, today.replace(day=1), days.month_end(today)


@pages.get("/sheets/<group_no>/<day>")
def sheet(group_no: str, day: str) -> Any:
    """Show the sheet of a group on a day, filled with what is asked for."""
    found = found_on(group_no, day_of(day))
    held = resuming.held()
    return page_of(found, held or proposed(found), typed=held is not None)


@pages.post("/sheets/<group_no>/<day>")
@edge.roomy(kilobytes=256)
@edge.resumed
def book(group_no: str, day: str) -> Response:
    """Check a filled sheet, or book it whole."""
    on = day_of(day)

    def show(form: Filled) -> str:
        return page_of(found_on(group_no, on), form)

    def collect(tx: Tx, said: dict[str, Any], counted: Counted) -> tuple[Receipt, ...]:
        brought = Brought(group_no, on, said["given"], _paid(said), counted)
        deed = edge.deed(said["why"])
        return collecting.collect(tx, edge.desk().policy, edge.asker(), brought, deed=deed)

    def look(_: Tx, form: Filled) -> str:
        found, said = found_on(group_no, on), dict(form.said)
        with _at_fields(said):
            till = _till(said)
            # The very act says what would be refused; the cash may be counted later.
            if till.total and on <= edge.today():
                with edge.begin(trial=True) as tx:
                    collect(tx, said, Counted({}, till.total))
        return page_of(found, written(form), till)

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        with _at_fields(said):
            taken = collect(tx, said, _counted(said))
        till = collecting.tally(taken, None)
        told = {"count": len(taken), "total": till.total}
        to = url_for("sheets.receipts", group_no=group_no, day=day)
        return Done(to, "sheet-booked", told)

    _near(group_no)
    if "book" in request.form:
        return filled.submit(SheetIn, act, show)
    return filled.preview(SheetIn, look, show)


@pages.get("/sheets/<group_no>/<day>/receipts")
def receipts(group_no: str, day: str) -> Any:
    """Show the receipts of a group's day, as they are printed and undone."""
    return _receipts_page(found_on(group_no, day_of(day)), filled.blank())


@pages.post("/sheets/<group_no>/<day>/receipts")
def reverse(group_no: str, day: str) -> Response:
    """Undo a receipt by its mirror."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        within.receipt(tx, "reverse", said["receipt_no"])
        repayments.reverse(
            tx,
            edge.desk().policy,
            receipt_no=said["receipt_no"],
            deed=edge.deed(said["ground"]),
        )
        return Done(url_for("sheets.receipts", group_no=group_no, day=day), "receipt-undone")

    def show(form: Filled) -> str:
        return _receipts_page(found_on(group_no, day_of(day)), form)

    return filled.submit(ReversalIn, act, show)


# --- what a sheet is ---


def day_of(text: str) -> date:
    """Return the day in an address; raises DayUnreadable."""
    try:
        return days.read(text)
    except ValueError:
        raise DayUnreadable(value=text[:20]) from None


def _near(group_no: str) -> None:
    """Refuse a group outside of the scope as one that is not there."""
    if edge.reader() is not None:
        with edge.read() as tx:
            place = users.places.of_group(tx, group_no)
        edge.show(ACT, place, GroupUnknown(group_no=group_no[:20]))


def found_on(group_no: str, day: date) -> Sheet:
    """Return a sheet by name of customer; whom it shows is noted."""
    _near(group_no)
    with edge.read() as tx:
        found = collecting.sheet(tx, edge.desk().policy, group_no, day)
    seen = [line.customer_no for line in found.lines]
    edge.note(View("group-sheet", LIST, group_no, customers=[group_no, *seen]))
    lines = sorted(found.lines, key=lambda one: (alphabetical(one.customer_name), one.loan_no))
    return replace(found, lines=tuple(lines))


def proposed(found: Sheet) -> Filled:
    """Return a sheet filled with what is asked for."""
    values: dict[str, Any] = {"given": str(found.given)}
    for at, line in enumerate(found.lines):
        values[f"lines-{at}-loan_no"] = line.loan_no
        values[f"lines-{at}-principal"] = line.principal if may_principal() else 0
        values[f"lines-{at}-interest"] = line.interest
    return filled.blank(**values)


def may_principal() -> bool:
    """Return whether whoever asks takes principal: the head of a group takes interest alone."""
    person = edge.reader()
    return person is not None and permissions.is_open(person, "receive-principal")


def _paid(said: Mapping[str, Any]) -> list[Paid]:
    return [Paid(**line) for line in said["lines"]]


def _counted(said: Mapping[str, Any]) -> Counted:
    notes = {note: said[name] for name, note in _NOTE_FIELDS.items()}
    return Counted(notes, said["cash"])


def _till(said: Mapping[str, Any]) -> Till:
    return collecting.tally(_paid(said), _counted(said).cash)


@contextmanager
def _at_fields(said: Mapping[str, Any]) -> Iterator[None]:
    """Tell what a sheet is refused for at its field."""
    try:
        yield
    except LineRefused as refused:
        raise Misfit(_field_of(said, refused.loan_no), refused.why) from None
    except (CashMissing, CashCountedTwice) as refused:
        raise Misfit("cash", refused) from None
    except CashDiffers as refused:
        raise Misfit("why", refused) from None


def _field_of(said: Mapping[str, Any], loan_no: str) -> str:
    lines = enumerate(said["lines"])
    at, line = next((at, line) for at, line in lines if line["loan_no"] == loan_no)
    return f"lines-{at}-{'principal' if line['principal'] else 'interest'}"


def written(form: Filled) -> Filled:
    """Return a form with its amounts as this desk writes them: what was read is shown back."""
    typed = dict(form.typed)
    for at, line in enumerate(form.said["lines"]):
        for name in ("principal", "interest"):
            typed[f"lines-{at}-{name}"] = [hand().typed(line[name])]
    if form.said["cash"] is not None:
        typed["cash"] = [hand().typed(form.said["cash"])]
    return replace(form, typed=typed)


def page_of(found: Sheet, form: Filled, till: Till | None = None, *, typed: bool = False) -> str:
    """Return the page of a sheet; `typed`: what stands in it came from elsewhere."""
    desk, known = edge.desk(), communes.map_on(found.day)
    if isinstance(form.refusal, SheetMoved):
        form = replace(form, typed={**form.typed, "given": [str(found.given)]})
    return render_template(
        "sheets/sheet.html",
        sheet=found,
        rows=_rows(found, form),
        form=form,
        till=till,
        asked=found.asked,
        notes=_NOTE_FIELDS,
        commune=known.names.get(found.commune, found.commune),
        trustee=desk.policy.trustees.get(found.trustee),
        programmes=desk.policy.programmes,
        may_principal=may_principal(),
        ahead=found.day > edge.today(),
        restored=typed,
        typed=bool(typed or form.faults or form.refusal or till),
    )


def _rows(found: Sheet, form: Filled) -> list[tuple[int, Any]]:
    """Return the rows of a form, each with the line of the sheet that it is about."""
    lines = {line.loan_no: line for line in found.lines}
    names = takewhile(form.typed.__contains__, (f"lines-{at}-loan_no" for at in count()))
    rows = [(at, lines.get(form.text(name))) for at, name in enumerate(names)]
    return [(at, line) for at, line in rows if line]


def _receipts_page(found: Sheet, form: Filled) -> str:
    live = [slip for slip in found.receipts if slip.counts]
    return render_template(
        "sheets/receipts.html",
        sheet=found,
        form=form,
        till=collecting.tally(live, None),
        live=len(live),
        commune=communes.map_on(found.day).names.get(found.commune, found.commune),
        programmes=edge.desk().policy.programmes,
    )
