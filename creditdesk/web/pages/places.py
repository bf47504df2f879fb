"""Provinces and communes on pages, with their former codes and session days; and the holidays."""

from collections import defaultdict
from datetime import date
from functools import cache
from typing import NamedTuple

from flask import Blueprint, render_template, request

from creditdesk import communes, opening, standings
from creditdesk.engine import days
from creditdesk.geography import Commune
from creditdesk.spelling import plain
from creditdesk.web import edge

PAGE = 100

pages = Blueprint("places", __name__, url_prefix="/administration/places")


class Line(NamedTuple):
    """A commune, its province's name, and the former ones that went into it, as (code, name)."""

    commune: Commune
    province: str
    former: tuple[tuple[str, str], ...]


@pages.get("")
def index() -> str:
    """Show the communes of a province on a day, or those found by name or code."""
    asked = {name: request.args.get(name, "").strip()[:60] for name in ("q", "province")}
    day = _day()
    known = communes.map_on(day)
    with edge.read() as tx:
        own = opening.provinces(tx)
        asked["province"] = asked["province"] or ("" if asked["q"] else next(iter(own), ""))
        held = {
            code: sessions
            for province in own
            if asked["province"] in ("", province)
            for code, sessions in standings.sessions_held(tx, province, day).items()
        }
    rows = [line for line in _lines(day) if _is_wanted(line, asked)]
    return render_template(
        "places/index.html",
        asked=asked,
        day=day,
        rows=rows[:PAGE],
        count=len(rows),
        held=held,
        provinces=sorted(known.provinces.values(), key=lambda one: one.code),
        holidays=sorted(one for one in edge.desk().policy.days_off if one.year == day.year),
    )


def _day() -> date:
    """Return the day that is asked for; of what is none, today."""
    try:
        return days.read(request.args.get("as_of", ""))
    except ValueError:
        return edge.today()


@cache
def _former() -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the former communes of every commune, by its code."""
    geography = communes.map_on(edge.today()).geography
    names = {row.code: row.name for row in geography.former_communes}
    found = defaultdict(list)
    for move in geography.mergers:
        found[move.new_code].append((move.old_code, names[move.old_code]))
    return {code: tuple(sorted(rows)) for code, rows in found.items()}


def _lines(day: date) -> list[Line]:
    known = communes.map_on(day)
    names = {code: one.name for code, one in known.provinces.items()}
    return [
        Line(one, names.get(one.province, one.province), _former().get(code, ()))
        for code, one in sorted(known.communes.items())
        if code == one.code
    ]


def _is_wanted(line: Line, asked: dict[str, str]) -> bool:
    words = [line.commune.name, line.commune.code, *(part for one in line.former for part in one)]
    return asked["province"] in ("", line.commune.province) and plain(asked["q"]) in plain(
        " · ".join(words)
    )
