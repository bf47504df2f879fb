"""The committee's pages: its commune at a glance, and the applicants whom it confirms."""

from collections.abc import Mapping, Sequence
from itertools import groupby, islice
from operator import attrgetter
from typing import Any

from flask import Blueprint, Response, g, render_template, url_for

from creditdesk import applications, communes, users
from creditdesk.accesses import LIST, View
from creditdesk.applications import REASONS, Line, Paper, ReasonMissing
from creditdesk.communes import PlaceNotFound
from creditdesk.db import Tx
from creditdesk.engine.money import round_ratio
from creditdesk.papers import Asked
from creditdesk.papers.communes import Compared, look
from creditdesk.web import asked as address
from creditdesk.web import edge, filled, within
from creditdesk.web.asked import Choice
from creditdesk.web.filled import Done, Filled
from creditdesk.web.pages.worklists import ListQuery, day_of_work
from creditdesk.web.shapes import ChoiceField, DayField, ListField, PartField, Shape, TextField
from creditdesk.web.writing import hand

FIGURES = ("drawn_to_date", "outstanding", "overdue", "late_principal")
_MOST_LINES = 60
_SHOWN = 20

pages = Blueprint("commune", __name__)


@pages.get("/my-commune")
def index() -> Any:
    """Show a commune's loans against the month and the year before, its groups and who is late."""
    policy = edge.desk().policy
    with edge.read() as tx:
        chosen = _chosen(tx)
        day, code = chosen["as_of"], chosen["place"]
        if not code or code in communes.map_on(day).provinces:
            return _choose(tx, chosen)
        within.area(tx, "commune-month", code, as_of=day)
        found = look(tx, policy, Asked(day, edge.moment(), place=code))
        waiting = _applicants(tx, chosen)
        choices = _choices(tx, chosen)
    edge.note(View("commune-month", LIST, code, customers=found.seen))
    return render_template(
        "commune/index.html",
        asked=chosen,
        commune=communes.map_on(day).commune(code),
        places=choices,
        found=found,
        pictures=[(name, _bars(found.total, name)) for name in FIGURES],
        waiting=len(waiting),
        shown=_SHOWN,
        programmes=policy.programmes,
        bands=policy.group_score.band_names,
    )


def _bars(total: Compared, name: str) -> list[tuple[int, int]]:
    """Return a figure [dong] a year end, a month end before and now, each with its length."""
    values = [getattr(book, name) for book in (total.year, total.month, total.now)]
    longest = max(*values, 1)
    return [(value, round_ratio(value * 1_000, longest)) for value in values]


class AnswerIn(Shape):
    """What the committee says of one applicant; nothing said is left for another day."""

    application_no = TextField(40, required=True)
    answer = ChoiceField(("yes", "no"), load_default="")
    reason = ChoiceField(REASONS, load_default="")
    remark = TextField(500, load_default="")


class ListIn(Shape):
    """The committee's paper on a list 03/TD, line by line or for all of it."""

    list_no = TextField(100, load_default="")
    number = TextField(100, required=True)
    dated = DayField(required=True)
    whole = ChoiceField(("yes",), load_default="")
    lines = ListField(PartField(AnswerIn), most=_MOST_LINES, required=True)


@pages.get("/my-commune/applicants")
def applicants() -> Any:
    """Show who waits for the committee, list by list, to be confirmed or refused."""
    return _show(None)


@pages.post("/my-commune/applicants")
@edge.roomy(kilobytes=64)
def confirm() -> Response:
    """Enter what the committee says of the lines of one list, all of them or none."""
    return filled.submit(ListIn, _confirm, _show)


def _confirm(tx: Tx, said: dict[str, Any]) -> Done:
    lines = _whole(tx, said) if said["whole"] else _answered(said)
    for line in lines:
        within.application(tx, "application-confirm", line.application_no)
    if lines:
        applications.confirm(
            tx,
            edge.desk().policy,
            lines=lines,
            paper=Paper(edge.today(), said["number"], said["dated"]),
            deed=edge.deed("", said["number"], said["dated"]),
            list_no=said["list_no"],
        )
    yes = sum(line.accepted for line in lines)
    facts = {"yes": yes, "no": len(lines) - yes}
    return Done(url_for("commune.applicants"), "applicants-answered", facts)


def _whole(tx: Tx, said: Mapping[str, Any]) -> list[Line]:
    """Return every line of a list that still waits; a list said before has none left."""
    if not said["list_no"]:
        return [Line(line["application_no"]) for line in said["lines"]]
    return [Line(number) for number in applications.unconfirmed(tx, said["list_no"])]


def _answered(said: Mapping[str, Any]) -> list[Line]:
    found = []
    for at, line in enumerate(said["lines"]):
        refused = line["answer"] == "no"
        if refused and not line["reason"]:
            with filled.in_field(f"lines-{at}-reason"):
                raise ReasonMissing(application_no=line["application_no"], reasons=list(REASONS))
        if line["answer"]:
            reason = line["reason"] if refused else ""
            found.append(Line(line["application_no"], not refused, reason, line["remark"]))
    return found


def _show(form: Filled | None) -> str:
    with edge.read() as tx:
        chosen = _chosen(tx)
        found = _applicants(tx, chosen)
    edge.note(View("applicants", LIST, "", customers={one.customer_no for one in found}))
    today = edge.today()
    by_list = groupby(found, attrgetter("list_no"))
    # Of more than a form takes the others come when these are answered.
    lists = [(list_no, list(islice(lines, _MOST_LINES))) for list_no, lines in by_list]
    forms = {list_no: filled.blank(dated=today) for list_no, _ in lists}
    if form is not None:
        forms[form.text("list_no")] = form
    return render_template(
        "commune/applicants.html",
        lists=lists,
        forms=forms,
        failed=form,
        typed=_typed(form) if form else {},
        reasons=REASONS,
        programmes=edge.desk().policy.programmes,
    )


def _typed(form: Filled) -> dict[str, str]:
    """Return what the names of a form's fields begin with, by application: lines may be gone."""
    end = "application_no"
    return {
        typed: name.removesuffix(end)
        for name, (typed, *_) in form.typed.items()
        if name.endswith(end)
    }


def _chosen(tx: Tx) -> dict[str, Any]:
    """Return the day and the commune asked for; of one's own the first where none is said."""
    told = address.of_address(ListQuery())
    found = told | {"as_of": told.get("as_of", day_of_work(tx))}
    if not found["place"]:
        own = users.places.communes_of(tx, edge.who())
        found["place"] = own[0] if own else ""
    return found


def _choose(tx: Tx, chosen: Mapping[str, Any]) -> str:
    """Offer the communes of a province, or first the provinces where there are several."""
    asked = address.Asked(chosen["as_of"], chosen["as_of"], chosen["place"], "dong")
    offered = address.places(tx, edge.cover(tx), asked)
    if not offered:
        raise PlaceNotFound(place=chosen["place"])
    g.choices = [one for one in offered if one.within] or offered
    return render_template("choose.html", sentence=hand().say("commune-unsaid"))


def _applicants(tx: Tx, chosen: Mapping[str, Any]) -> Sequence[applications.Applicant]:
    own = users.places.communes_of(tx, edge.who())
    return applications.to_confirm(tx, edge.desk().policy, edge.today(), own)


def _choices(tx: Tx, chosen: Mapping[str, Any]) -> list[Choice]:
    asked = address.Asked(chosen["as_of"], chosen["as_of"], chosen["place"], "dong")
    return [one for one in address.places(tx, edge.cover(tx), asked) if one.within]
