"""Measures over many loans: looked at before, asked for as jobs, read, undone."""

from operator import itemgetter
from typing import Any

from creditdesk import documents, measures
from creditdesk.accesses import LIST, View
from creditdesk.db import Tx
from creditdesk.errors import Malformed
from creditdesk.measures import Measure
from creditdesk.users import Place
from creditdesk.web import conditions, edge, within
from creditdesk.web.api import jobs, paging, told
from creditdesk.web.api.frame import Service, Told
from creditdesk.web.api.jobs import PLACE, Job
from creditdesk.web.api.paging import SortField
from creditdesk.web.shapes import Asking, ChoiceField, DayField, ListField, Shape, TextField

service = Service("measures")


class OnePlace(Malformed):
    """By the service a measure or a transfer names one place, or none for the whole book."""

    code = "one-place"


class MeasureShape(Shape):
    """A measure over many loans."""

    kind = ChoiceField(("rate", "freeze", "holiday"), required=True)
    since = DayField(required=True)
    until = DayField(load_default=None)
    places = ListField(TextField(5, pattern=PLACE), most=100, load_default=list)
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
PAPER = {"ground": "Bão số 5", "document_no": "88/QĐ-UBND", "document_on": "2026-09-01"}


class MeasuresAsked(Asking):
    """Of which kind, whether the newest come first, and which page."""

    kind = ChoiceField(("rate", "freeze", "holiday"))
    sort = SortField("number", "since")
    after = paging.after()
    limit = paging.limit()


MeasureTaken = told.shape(
    "Measure",
    told.count("number"),
    told.text("kind reason by checked_by ground document_no recorded_at"),
    told.day("since"),
    told.day_or_none("until document_on"),
    told.rows(TextField(20), "places"),
    told.rows(TextField(20), "programmes"),
    {"effect": told.AmountsField(required=True)},
    told.told_number("undoes"),
    told.told_number("undone_by"),
)
Measures = told.shape("Measures", told.rows(MeasureTaken), told.text_or_none("next"))


def _one(places: list[str]) -> str | None:
    if len(places) > 1:
        raise OnePlace(count=len(places))
    return places[0] if places else None


@service.post(
    "/measures/preview",
    "previewMeasure",
    act=jobs.MEASURES,
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
    act=jobs.MEASURES,
    takes=MeasureIn,
    answers=Job,
    status=202,
    example={**_MEASURE, **PAPER},
)
def take(tx: Tx, said: dict[str, Any]) -> Any:
    """Ask for a measure: done when another person has approved the job."""
    return jobs.asked(tx, "measure", f"measure-{said['kind']}", said, _one(said["places"]))


@service.post(
    "/measures/<number:number>/undoing",
    "undoMeasure",
    act="measure-undo",
    guarded=True,
    takes=PaperIn,
    answers=Job,
    status=202,
    example=PAPER,
)
def undo(tx: Tx, said: dict[str, Any], number: str) -> Any:
    """Ask for a measure to be undone: done when another person has approved the job."""
    own = int(number)
    within.measure(tx, "measure-undo", own)
    conditions.demand_all(lambda: {number: _state(measures.find(tx, own))}, number)
    lies = [Place(*one) for one in measures.lies(tx, own, edge.today())]
    said |= {"number": own}
    return jobs.asked(tx, "measure-undo", "measure-undo", said, lies)


@service.get("/measures", "listMeasures", act="measure-list", answers=Measures, asks=MeasuresAsked)
def taken(tx: Tx, asked: dict[str, Any]) -> Any:
    """Tell the measures that were taken by pages, undoings too."""
    rows = [documents.measure(one) for one in measures.taken(tx)]
    chosen = [row for row in rows if asked.get("kind") in (None, row["kind"])]
    sorts = {name: itemgetter(name) for name in ("number", "since")}
    page, after = paging.page(chosen, asked, sorts, itemgetter("number"))
    return {"rows": page, "next": after}


@service.get(
    "/measures/<number:number>",
    "readMeasure",
    act="measure-list",
    answers=MeasureTaken,
    tagged=True,
)
def read(tx: Tx, asked: dict[str, Any], number: str) -> Told:
    """Tell a measure: what was decided, what it came to, and what has undone it."""
    found = measures.find(tx, int(number))
    return Told(documents.measure(found), _state(found))


def _state(found: measures.Taken) -> str:
    return conditions.state("measure", found.number, found.undone_by)
