"""The download desk: documents and monthly packs asked for, fetched while held, linked to."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import islice
from typing import Any, NamedTuple

from flask import Blueprint, Response, render_template, request, url_for

from creditdesk import cards, communes, errands, links, packs, papers, users
from creditdesk.db import Tx
from creditdesk.errors import NotFound
from creditdesk.figures import AXES
from creditdesk.packs import Whose
from creditdesk.papers import ENDINGS, KEYS, KINDS, Ending, Kind
from creditdesk.papers.asked import LoanUnsaid
from creditdesk.shelf import Held
from creditdesk.users.permissions import NeedMissing, NotAllowed
from creditdesk.web import asked as address
from creditdesk.web import edge, fetching, filled, orders
from creditdesk.web.api.downloads import LinkIn, PrintIn, said_of
from creditdesk.web.filled import Done, Filled, Revealed
from creditdesk.web.pages.errands import NothingSaid, page_of
from creditdesk.web.shapes import ChoiceField, Shape, TextField, WholeField

PAGE = 25
MONTHS = 12
PARTS = {
    "figures": ("portfolio-print", "groups", "commune-month"),
    "people": ("worklist",),
    "one": ("standing", "application-show"),
}
"""The catalogue by whose act a document is to print."""
_NUMBER = "<int(max=2147483647):number>"
_CHOSEN = ("programme", "source", "trustee", "investor")

pages = Blueprint("downloads", __name__, url_prefix="/downloads")


class PaperIn(PrintIn):
    """What is asked of a document, and whether it is wanted at once."""

    now = ChoiceField(("yes",), load_default="")


class PackIn(Shape):
    """Whose pack, as `commune-19333`, and of which month."""

    whose = TextField(40, pattern="[a-z]+-[0-9A-Za-z_-]{1,20}", required=True)
    month = TextField(7, pattern="20[0-9]{2}-(0[1-9]|1[0-2])", required=True)


class AfterQuery(address.Query):
    """After which job a page of jobs begins."""

    after = WholeField(1, 2**31 - 1, load_default=None)


# --- what one asked for ---


@pages.get("")
def index() -> str:
    """Show the documents that the reader asked for, the newest first, and their open links."""
    name, after = edge.who().sign_in_name, address.of_address(AfterQuery())["after"]
    with edge.read() as tx:
        found = errands.listed(tx, after, newest_first=True, kind="paper", by=name)
        rows = [errands.find(tx, one["number"]) for one in islice(found, PAGE + 1)]
        shown = [(one, fetching.held(tx, one["result"])) for one in rows[:PAGE]]
        opened = links.opened_by(tx, name, edge.moment())
        under_way = orders.under_way(tx, rows)
    return render_template(
        "downloads/index.html",
        rows=shown,
        after=after,
        further=rows[PAGE - 1]["number"] if len(rows) > PAGE else None,
        opened=opened,
        form=filled.blank(),
        under_way=under_way,
    )


# --- a document ---


@pages.get("/papers")
def catalogue() -> str:
    """Show every document that the reader may have, each leading to what it is asked for."""
    parts = {
        part: [name for name, kind in KINDS.items() if kind.act in acts and _endings(kind)]
        for part, acts in PARTS.items()
    }
    carried = {name: said for name, said in request.args.items() if name in (*KEYS, *_CARRIED)}
    return render_template("downloads/catalogue.html", parts=parts, carried=carried)


_CARRIED = ("place", "as_of", "from", "known_on", "unit", "need")


def _endings(kind: Kind) -> tuple[Ending, ...]:
    return tuple(one for one in ENDINGS if users.is_open(edge.who(), kind.act_of(one)))


@pages.get("/papers/<name>")
def ask(name: str) -> str:
    """Show what a document is asked for, beginning with what the address says."""
    _require(papers.kind_of(name))
    with edge.read() as tx:
        chosen = address.asked(edge.cover(tx), unit=edge.desk().settings.unit_of_statement)
    known = (*KEYS, "by")
    said: dict[str, Any] = {key: request.args[key] for key in known if key in request.args}
    said |= {"as_of": chosen.as_of, "place": chosen.place, "unit": chosen.unit}
    said |= {"known_on": address.known_on()}
    said |= {"from": chosen.since} if "from" in request.args else {}
    return _asking(name)(filled.blank(**said))


def _require(kind: Kind) -> None:
    """Refuse whoever may have a document in no form; ask for a need where one has to be said."""
    person, endings = edge.who(), _endings(kind)
    if not endings:
        raise NotAllowed(act=kind.act, role=person.role.value)
    act = kind.act_of(endings[0])
    if users.needs(person, act) and not edge.need():
        raise NeedMissing(act=act)


def _asking(name: str) -> filled.Show:
    """Return what writes the page that asks for a document."""
    kind = papers.kind_of(name)

    def page(form: Filled) -> str:
        with edge.read() as tx:
            cover = edge.cover(tx)
            day = address.newest(cover)
            chosen = address.Asked(day, day, _known(form.text("place"), day), "")
            places = address.places(tx, cover, chosen)
            choices = _choices(tx, kind, cover.provinces)
        return render_template(
            "downloads/paper.html",
            form=form,
            name=name,
            kind=kind,
            places=[one for one in places if one.within or name != "commune-month"],
            choices=choices,
            keys=[one for one in KEYS if one in kind.asks and one not in _CHOSEN],
            endings=_endings(kind),
            axes=AXES,
            kept=edge.desk().settings.file_days,
        )

    return page


def _known(place: str, day: date) -> str:
    """Return the code of a place on the map of a day; empty where there is none."""
    known = communes.map_on(day)
    return place if place in known.communes or place in known.provinces else ""


def _choices(tx: Tx, kind: Kind, provinces: tuple[str, ...]) -> dict[str, Mapping[str, Any]]:
    """Return what a document can be narrowed to, by axis and code."""
    policy = edge.desk().policy
    known: dict[str, Mapping[str, Any]] = {
        "programme": policy.programmes,
        "source": policy.sources,
        "trustee": policy.trustees,
    }
    if "investor" in kind.asks:
        known["investor"] = dict.fromkeys(cards.investors_of(tx, provinces))
    return {axis: known[axis] for axis in _CHOSEN if axis in kind.asks and known[axis]}


@pages.post("/papers/<name>")
def ask_paper(name: str) -> Response:
    """Have a document printed in the background, or go on to it at once."""
    kind = papers.kind_of(name)

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        _require(kind)
        if kind.asks == ("loan",) and not said["loan"]:
            with filled.in_field("loan"):
                raise LoanUnsaid
        at_once, told = said.pop("now"), said_of(name, said)
        with _misplaced(said):
            if at_once:
                fetching.near(tx, told)
                return Done(url_for("papers.paper", **_address(name, said)))
            number = fetching.ask_paper(tx, told)
        return Done(url_for("jobs.show", number=number), "paper-asked")

    return filled.submit(PaperIn, act, _asking(name))


@contextmanager
def _misplaced(said: Mapping[str, Any]) -> Iterator[None]:
    """Let what is not there be told at the field that names it."""
    named = next((one for one in ("loan", "group", "office") if said[one]), "place")
    try:
        yield
    except NotFound as trouble:
        raise filled.Misfit(named, trouble) from None


def _address(name: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the address of a document with what it is asked for."""
    asked = {
        "kind": name,
        "ending": said["ending"],
        "as_of": said["as_of"],
        "from": said["from_"],
        "need": edge.need(),
    } | {one: said[one] for one in ("known_on", "known_before", "place", "by", "unit", *KEYS)}
    return {one: str(value) for one, value in asked.items() if value}


# --- packs ---


class Row(NamedTuple):
    """A pack of a month: the job that makes it, whose it is, what came of it while held."""

    job: Mapping[str, Any]
    whose: tuple[str, str]
    told: Mapping[str, Any]
    held: Held | None


@pages.get("/packs")
def listed() -> str:
    """Show the packs of a month that the reader may have, and ask for one."""
    return _packs(filled.blank(month=request.args.get("month", "")))


def _packs(form: Filled) -> str:
    months = _months(edge.today())
    month = form.text("month") if form.text("month") in months else months[0]
    last = packs.month_end(month, edge.today())
    with edge.read() as tx:
        rows = list(_rows(tx, month))
        wanted = list(_own(tx, edge.cover(tx).provinces, last))
        under_way = orders.under_way(tx, [one.job for one in rows])
    return render_template(
        "downloads/packs.html",
        form=form,
        month=month,
        months=months,
        rows=rows,
        wanted=wanted,
        known=communes.map_on(last),
        contents=packs.contents(),
        kept=edge.desk().settings.pack_days,
        under_way=under_way,
    )


def _months(today: date) -> list[str]:
    """Return the newest months that are over, as YYYY-MM."""
    found = [today.replace(day=1) - timedelta(days=1)]
    while len(found) < MONTHS:
        found.append(found[-1].replace(day=1) - timedelta(days=1))
    return [day.isoformat()[:7] for day in found]


def _rows(tx: Tx, month: str) -> Iterator[Row]:
    for one in errands.listed(tx, newest_first=True, kind="pack"):
        if one["said"]["month"] != month:
            continue
        job = errands.find(tx, one["number"])
        files = fetching.files_of(tx, job)
        for told in files:
            yield Row(job, (told["of"], told["code"]), told, fetching.held(tx, told))
        if not files and job["by"] == edge.who().sign_in_name:
            yield Row(job, (job["said"]["of"], job["said"]["code"]), {}, None)


def _own(tx: Tx, provinces: tuple[str, ...], last: date) -> Iterator[tuple[str, str]]:
    """Yield whose packs the reader may ask for."""
    scope = edge.who().scope
    if scope.kind in ("province", users.EVERYTHING.kind):
        for code in scope.codes or provinces:
            yield packs.PROVINCE, code
            yield from packs.wanted(tx, packs.PROVINCE, code, last)
        return
    if scope.kind == "office":
        yield from (Whose("office", code) for code in scope.codes)
    yield from (Whose("commune", code) for code in users.places.communes_of(tx, edge.who()))


@pages.post("/packs")
def ask_pack() -> Response:
    """Have a pack printed, or every pack of a province."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        of, _, code = said["whose"].partition("-")
        with filled.in_field("month"):
            packs.month_end(said["month"], edge.today())
        with filled.in_field("whose"):
            if of not in (*packs.OF, packs.PROVINCE):
                raise communes.PlaceNotFound(place=code)
            number = fetching.ask_pack(tx, of=of, code=code, month=said["month"])
        return Done(url_for("jobs.show", number=number), "pack-asked")

    return filled.submit(PackIn, act, _packs)


# --- links ---


@pages.post(f"/{_NUMBER}/links")
def link(number: int) -> Response:
    """Make a link to a file that a job made, and show it this once."""

    def act(tx: Tx, said: dict[str, Any]) -> Revealed:
        parcel = fetching.made(tx, number, said["name"] or "")
        found, opens = fetching.link(tx, parcel, said["hours"])
        told = {"number": number, "name": parcel.told["name"], "link": found, "address": opens}
        page = render_template("downloads/link.html", **told)
        return Revealed(page, Done(url_for("jobs.show", number=number), "shown-once"))

    return filled.reveal(LinkIn, act, page_of(number))


@pages.post(f"/{_NUMBER}/links/<int(max=2147483647):link>/revocation")
def revoke(number: int, link: int) -> Response:
    """Let a link open nothing any more."""

    def act(tx: Tx, said: dict[str, Any]) -> Done:
        fetching.own_link(tx, number, link)
        links.revoke(tx, link, job=number, at=edge.moment())
        return Done(url_for("jobs.show", number=number), "link-revoked", {"number": link})

    return filled.submit(NothingSaid, act, page_of(number))
