"""Where the desk itself is looked after: its people, files, jobs, months, law and health."""

from typing import NamedTuple

from flask import Blueprint, render_template

from creditdesk.web import navigation

pages = Blueprint("administration", __name__, url_prefix="/administration")


class Room(NamedTuple):
    """A part of the administration: its words' code under `page.room-`, and its first page."""

    name: str
    endpoint: str


ROOMS = (
    Room("files", "files.index"),
    Room("jobs", "jobs.index"),
    Room("months", "months.index"),
    Room("people", "users.index"),
    Room("accesses", "accesses.index"),
    Room("policy", "policy.index"),
    Room("places", "places.index"),
    Room("health", "standing.index"),
)


@pages.get("")
def index() -> str:
    """Show the parts that are open to whoever asks."""
    rooms = [room for room in ROOMS if navigation.is_open(room.endpoint)]
    return render_template("administration/index.html", rooms=rooms)
