"""Moves of households, groups and villages: asked for as jobs, read, taken back."""

from functools import partial
from typing import Any

from creditdesk import errands, reach, whereabouts
from creditdesk.db import Tx
from creditdesk.reach import Moving
from creditdesk.users import Place
from creditdesk.web import conditions, edge, orders, within
from creditdesk.web.api import jobs, told
from creditdesk.web.api.frame import Service, Told
from creditdesk.web.api.jobs import Job
from creditdesk.web.api.measures import PAPER, PaperIn
from creditdesk.web.api.receipts import GroundIn
from creditdesk.web.shapes import (
    ChoiceField,
    DayField,
    ListField,
    PartField,
    Shape,
    TextField,
    WholeField,
)

MOST_LINES = 1_000

service = Service("moves")


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


class MapLineIn(Shape):
    """A village, or the rest of a commune, and where it belongs from now."""

    commune = TextField(5, pattern="[0-9]{5}", required=True)
    village_code = TextField(8, pattern="[0-9]{8}", load_default=str)
    from_commune = TextField(5, pattern="[0-9]{5}", load_default=str)
    office = TextField(6, pattern="[0-9]{6}", load_default=str)


class CommunesIn(PaperIn):
    """A new map: what becomes of villages and communes from a day on."""

    day = DayField(required=True)
    lines = ListField(PartField(MapLineIn), most=MOST_LINES, required=True)


MoveMade = told.shape(
    "MoveMade", told.count("number loans"), told.day("day"), told.flag("taken_back")
)


@service.post(
    "/moves",
    "move",
    act=jobs.MOVES,
    takes=MoveIn,
    answers=Job,
    status=202,
    example={**PAPER, "of": "group", "number": "9333001", "day": "2026-09-01", "session_day": 9},
)
def move(tx: Tx, said: dict[str, Any]) -> Any:
    """Ask for a household, a group or a village to be moved: another person approves the job."""
    act = f"move-{said['of']}"
    plain = {name: orders.iso(value) for name, value in said.items()}
    deed = edge.deed(said["ground"], said["document_no"], said["document_on"])
    look = partial(errands.move, tx, plain, deed, dry=True)
    into = (said["commune"],) if said["commune"] else ()
    wanted = Moving(said["of"], said["number"], said["day"], look, into)
    return jobs.asked(tx, "move", act, said, reach.moving(tx, edge.asker(), act, wanted))


@service.post(
    "/moves/communes",
    "moveCommunes",
    act="move-communes",
    takes=CommunesIn,
    answers=Job,
    status=202,
    example={
        **PAPER,
        "day": "2026-09-01",
        "lines": [{"village_code": "19333001", "commune": "19363"}],
    },
)
def move_communes(tx: Tx, said: dict[str, Any]) -> Any:
    """Ask for communes to be drawn anew as a resolution says: another person approves the job."""
    plain = {name: orders.iso(value) for name, value in said.items()}
    deed = edge.deed(said["ground"], said["document_no"], said["document_on"])
    look = partial(errands.draw_communes, tx, plain, deed, dry=True)
    into = tuple(sorted({line["commune"] for line in said["lines"]}))
    wanted = Moving("communes", into[0], said["day"], look, into)
    lies = reach.moving(tx, edge.asker(), "move-communes", wanted)
    return jobs.asked(tx, "move-communes", "move-communes", said, lies)


@service.post(
    "/moves/<number:number>/undoing",
    "undoMove",
    act="move-undo",
    guarded=True,
    takes=GroundIn,
    answers=Job,
    status=202,
    example={"ground": "Nhầm thôn"},
)
def undo_move(tx: Tx, said: dict[str, Any], number: str) -> Any:
    """Ask for a move to be taken back, by the number of its act."""
    own = int(number)
    within.move(tx, "move-undo", own)
    conditions.demand_all(lambda: {number: _state(whereabouts.move(tx, own))}, number)
    lies = [Place(*one) for one in whereabouts.of_move(tx, own, edge.today())]
    return jobs.asked(tx, "move-undo", "move-undo", {**said, "number": own}, lies)


@service.get("/moves/<number:number>", "readMove", act="move-undo", answers=MoveMade, tagged=True)
def read(tx: Tx, asked: dict[str, Any], number: str) -> Any:
    """Tell of a move, by the number of its act, to whoever may take it back."""
    within.move(tx, "move-undo", int(number))
    found = whereabouts.move(tx, int(number))
    told_of = {"number": int(number), "day": found.day.isoformat(), "loans": found.loans}
    return Told(told_of | {"taken_back": found.taken_back}, _state(found))


def _state(found: whereabouts.Made) -> str:
    return conditions.state("move", *found)
