"""Statements: any document of the catalogue on screen, what changed, and what was given out."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import Blueprint, make_response, render_template, request

from creditdesk import cards, communes, issued, papers, statements, users
from creditdesk.db import Tx
from creditdesk.errors import DeskError
from creditdesk.figures import AXES, FIGURE_NAMES, Figures
from creditdesk.issued import Issued
from creditdesk.papers import ENDINGS, KINDS, NARROWED, Kind, PaperUnknown
from creditdesk.statements import NothingInScope, NotYetKnown, Question
from creditdesk.users.permissions import NotAllowed, NotYours
from creditdesk.web import asked as address
from creditdesk.web import edge
from creditdesk.web import papers as shown
from creditdesk.web.asked import Asked, periods, place_name, places, require
from creditdesk.web.protocol import status_of
from creditdesk.web.shapes import WholeField
from creditdesk.web.tabled import tabled

CHOSEN = ("programme", "source", "investor", "trustee")
_PAGE = 50
_OF_FIGURES = tuple(
    name for name, kind in KINDS.items() if kind.act in ("portfolio-print", "groups")
)
"""Documents of figures; those of persons stand where the persons do."""

pages = Blueprint("statements", __name__)


@pages.get("/statements")
def index() -> Any:
    """Show a document of the catalogue as tables, and where its files are."""
    name = request.args.get("kind", "").strip() or "portfolio"
    kind = papers.kind_of(name)
    if name not in _OF_FIGURES:
        raise PaperUnknown(name=name, names=list(_OF_FIGURES))
    trouble, value = None, None
    with edge.read() as tx:
        chosen = address.within(tx, shown.asked(tx), kind.act)
        wanted = shown.wanted(kind, chosen)
        try:
            value = shown.made(tx, kind, wanted, kind.act)
        except (NothingInScope, NotYetKnown) as refused:
            trouble = refused
        form, linked = asking(tx, chosen), _linked(tx, name, wanted.by, chosen)
    if value is not None:
        shown.note(name, kind, value, chosen)
        form["asked"] = as_shown(kind, value, chosen)
    page = render_template(
        "statements/index.html",
        **form,
        name=name,
        kind=kind,
        kinds=[one for one in _OF_FIGURES if _may(KINDS[one].act)],
        endings=[ending for ending in ENDINGS if _may(kind.act_of(ending))],
        axes=AXES if "by" in kind.asks else (),
        evidence=None if value is None else kind.evidence(value),
        tables=[] if value is None else [tabled(part) for part in kind.tables(value).parts],
        linked=linked,
        trouble=trouble,
    )
    return make_response(page, status(trouble))


def status(trouble: DeskError | None) -> int:
    """Return the status of a page of figures: where there are none, it says so and is fine."""
    if trouble is None or isinstance(trouble, NothingInScope):
        return 200
    return status_of(trouble)


def as_shown(kind: Kind, value: Any, chosen: Asked) -> Asked:
    """Return what was asked for with the period that a document shows, where it leaves it open."""
    return replace(chosen, since=kind.evidence(value).since) if "since" in kind.asks else chosen


def _may(act: str) -> bool:
    person = edge.reader()
    return person is None or users.is_open(person, act)


def _linked(tx: Tx, name: str, by: str, chosen: Asked) -> Collection[str]:
    """Return the codes of rows that lead on to a commune."""
    leads = name == "portfolio" and by == "commune"
    return address.reachable(tx, chosen) if leads else ()


def asking(tx: Tx, chosen: Asked) -> dict[str, Any]:
    """Return what the form of a page of figures shows: what is asked, and what can be."""
    cover, policy = edge.cover(tx), edge.desk().policy
    choices: dict[str, Any] = {
        "programme": policy.programmes,
        "source": policy.sources,
        "trustee": policy.trustees,
        "investor": dict.fromkeys(cards.investors_of(tx, cover.provinces)),
    }
    known = communes.map_on(chosen.as_of)
    return {
        "asked": chosen,
        "narrowed": narrowed(),
        "choices": choices,
        "places": places(tx, cover, chosen),
        "place_name": place_name(known, chosen.place),
        "periods": periods(cover, chosen),
        "empty": not cover.provinces,
    }


def narrowed(axes: tuple[str, ...] = NARROWED) -> dict[str, str]:
    """Return what carries a question narrowed by axes to another page; raises NotAChoice."""
    by, within = address.narrowed(axes)
    day = address.known_on()
    told = dict(within) | ({"by": by} if by != AXES[0] else {})
    days = {"known_on": day, "known_before": address.known_before()}
    return told | {one: day.isoformat() for one, day in days.items() if day}


# --- what changed ---


@dataclass(frozen=True, slots=True)
class Known:
    """The same statement as it was known on a day and as it is now."""

    day: date
    before: Figures
    now: Figures

    @property
    def differences(self) -> list[tuple[str, int, int]]:
        """Return the figures that differ, each as it was known and as it is."""
        both = ((name, getattr(self.before, name), getattr(self.now, name)) for name in _COMPARED)
        return [(name, old, new) for name, old, new in both if old != new]


_COMPARED = tuple(name for name in FIGURE_NAMES if name not in ("drawn_year", "loans_drawn"))


@pages.get("/statements/changes")
def changes() -> Any:
    """Show the way from one day's balance to another's, by commune, and why figures changed."""
    with edge.read() as tx:
        chosen = address.within(tx, shown.asked(tx), "portfolio")
        require("portfolio", tx, chosen)
        axes, within = address.narrowed(CHOSEN)
        period, keys = (chosen.since, chosen.as_of), (*within, *chosen.within)
        question = Question(*period, place=chosen.where, within=keys)
        policy = edge.desk().policy
        book = statements.portfolio(tx, policy, question)
        then = chosen.since
        moved = statements.bridge(tx, question, then=then)
        known = _known(tx, question, book.total)
        form, linked = asking(tx, chosen), address.reachable(tx, chosen)
    return render_template(
        "statements/changes.html",
        **form,
        axes=axes,
        book=book,
        moved=[row for row in moved.rows if row.keys[0] != row.keys[1]],
        known=known,
        linked=linked,
    )


def _known(tx: Tx, question: Question, now: Figures) -> Known | None:
    day = address.known_on()
    if day is None:
        return None
    if day >= edge.today():
        raise NotYetKnown(day=day)
    before = statements.portfolio(tx, edge.desk().policy, replace(question, known_on=day))
    return Known(day, before.total, now)


# --- what was given out ---


class GivenQuery(address.Query):
    """Which page of what was given out."""

    below = WholeField(1, issued.LARGEST, load_default=issued.LARGEST)


@pages.get("/statements/issued")
def given() -> Any:
    """Show which documents were given out, by whom, and where each can be verified."""
    below = address.of_address(GivenQuery())["below"]
    with edge.read() as tx:
        edge.cover(tx)
        seen: dict[str, bool] = {}

        def holds(one: Issued) -> bool:
            place = one.scope.partition(".")[0]
            if place not in seen:
                seen[place] = _reaches(tx, place, one.as_of)
            return seen[place] and one.kind in _OF_FIGURES

        found, more = issued.history(tx, holds, below=below, limit=_PAGE)
        names = {one.scope: _named(one) for one in found}
    return render_template(
        "statements/issued.html", found=found, names=names, below=below, more=more
    )


def _reaches(tx: Tx, place: str, day: date) -> bool:
    person = edge.reader()
    if person is None:
        return True
    try:
        lies = users.places.of_place(tx, communes.map_on(day), place)
        users.may(person, "portfolio-print", lies)
    except (NotAllowed, NotYours, communes.PlaceNotFound):
        return False
    return True


def _named(one: Issued) -> str:
    place, _, rest = one.scope.partition(".")
    name = place_name(communes.map_on(one.as_of), place)
    return f"{name} ({place}{', ' if rest else ''}{rest})"
