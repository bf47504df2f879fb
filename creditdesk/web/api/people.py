"""Households and their standings; applications with what was said of them."""

from datetime import date
from operator import attrgetter
from typing import Any

from creditdesk import applications, communes, documents, households
from creditdesk.accesses import APPLICATION, HOUSEHOLD, LIST, View
from creditdesk.db import Tx
from creditdesk.engine.procedure import State
from creditdesk.engine.programmes import STANDINGS
from creditdesk.web import conditions, edge, problems, within
from creditdesk.web.api import paging, told
from creditdesk.web.api.frame import Service, Told
from creditdesk.web.api.loans import AsOf
from creditdesk.web.api.paging import SortField
from creditdesk.web.shapes import ChoiceField, DayField, ListField, Shape, TextField

MOST_HOUSEHOLDS = 1_000
_HOUSEHOLD_NO = "[0-9A-Za-z/_.-]{1,40}"

service = Service("people")


class ListIn(Shape):
    """What a commune's list says of households."""

    household_nos = ListField(
        TextField(40, pattern=_HOUSEHOLD_NO), most=MOST_HOUSEHOLDS, required=True
    )
    commune = TextField(5, pattern="[0-9]{5}", required=True)
    standing = ChoiceField(STANDINGS, required=True)
    since = DayField(required=True)
    until = DayField(load_default=None)
    list_no = TextField(100, required=True)
    list_on = DayField(required=True)


class WaitingAsked(AsOf):
    """Where, for what, at which state, and in which order."""

    place = TextField(5, pattern="[0-9]{2}|[0-9]{5}")
    programme = TextField(20, pattern="[0-9A-Za-z_-]+")
    state = ChoiceField(tuple(State))
    sort = SortField("application_no", "days", "amount", "commune", "programme")
    after = paging.after()
    limit = paging.limit()


Standing = told.shape(
    "HouseholdStanding",
    told.text("household_no"),
    told.day("as_of"),
    told.text_or_none("standing list_no"),
    told.day_or_none("since until list_on"),
)
Listed = told.shape("ListEntered", told.text("list_no"), told.count("rows new"))
Application = told.shape(
    "Application",
    told.text("application_no state customer_no customer_name programme commune group_no"),
    told.day("as_of since applied_on"),
    told.rows(TextField(40), "steps"),
    told.dong("asked amount"),
    told.count("months"),
    told.text("purpose plan"),
    told.text_or_none("loan_no"),
    told.rows(told.OpenField(), "timeline"),
    told.rows(told.Rule, "checked"),
)
Waiting = told.shape(
    "ApplicationsWaiting",
    told.day("as_of"),
    told.rows(
        told.shape(
            "ApplicationWaiting",
            told.text("application_no customer_no commune office group_no programme state"),
            told.dong("amount"),
            told.day("since"),
            told.count("days"),
        )
    ),
    {"states": told.AmountsField(required=True)},
    told.count("total"),
    told.text_or_none("next"),
)


@service.get(
    "/households/<text:household_no>/standing",
    "readHouseholdStanding",
    act="household-show",
    answers=Standing,
    asks=AsOf,
    tagged=True,
)
def household(tx: Tx, asked: dict[str, Any], household_no: str) -> Told:
    """Tell the standing of a household on a day, and the list that gives it."""
    day: date = asked.get("as_of", edge.today())
    within.household(tx, "household-show", household_no)
    found = households.standing_on(tx, household_no, day)
    view = View("household-show", HOUSEHOLD, household_no, edge.need())
    return Told(documents.household(household_no, day, found), view=view)


@service.post(
    "/households/standings",
    "enterStandings",
    act="classify",
    takes=ListIn,
    answers=Listed,
    example={
        "household_nos": ["H-0001"],
        "commune": "19333",
        "standing": "HN",
        "since": "2026-01-01",
        "list_no": "45/QĐ-UBND",
        "list_on": "2025-12-20",
    },
)
def classify(tx: Tx, said: dict[str, Any]) -> Any:
    """Enter what a commune's list says of households; again says nothing new."""
    within.place(tx, "classify", said["commune"])
    numbers = said.pop("household_nos")
    count = households.classify(
        tx,
        edge.desk().policy,
        communes.map_on(said["list_on"]),
        listings=[households.Listing(household_no=one, **said) for one in numbers],
        deed=edge.deed(),
    )
    return {"list_no": said["list_no"], "rows": len(numbers), "new": count}


@service.get(
    "/applications/<text:application_no>",
    "readApplication",
    act="application-show",
    answers=Application,
    asks=AsOf,
    tagged=True,
)
def application(tx: Tx, asked: dict[str, Any], application_no: str) -> Told:
    """Tell an application with its timeline, and what the rules say of it on a day."""
    day: date = asked.get("as_of", edge.today())
    within.application(tx, "application-show", application_no)
    found = applications.dossier(tx, edge.desk().policy, application_no, day)
    view = View("application", APPLICATION, application_no, edge.need(), (found.customer_no,))
    state = conditions.of_applications(tx, [application_no])[application_no]
    return Told(problems.plain(documents.dossier(found, day)), state, view=view)


@service.get(
    "/applications",
    "listWaitingApplications",
    act="application-show",
    answers=Waiting,
    asks=WaitingAsked,
)
def waiting(tx: Tx, asked: dict[str, Any]) -> Told:
    """Tell the applications that nobody moved for as long as policy allows, by pages.

    States and total are of all that are asked for.
    """
    day: date = asked.get("as_of", edge.today())
    near = within.area(tx, "application-show", asked.get("place"), as_of=day)
    found = applications.waiting(
        tx, edge.desk().policy, day, province=near.province, commune=near.commune
    )
    rows = [
        row
        for row in filter(near.holds, found)
        if all(asked.get(name) in (None, getattr(row, name)) for name in ("programme", "state"))
    ]
    page, after = paging.page(rows, asked, _SORTED, attrgetter("application_no"))
    seen = {row.customer_no for row in page}
    view = View("applications-waiting", LIST, asked.get("place", ""), edge.need(), seen)
    told_rows = documents.waiting(page, day)["rows"]
    return Told(documents.waiting(rows, day) | {"rows": told_rows, "next": after}, view=view)


_SORTED = {
    name: attrgetter(name) for name in ("application_no", "days", "amount", "commune", "programme")
}
