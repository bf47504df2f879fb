"""The download desk: documents and packs asked for, fetched while they are held, linked to."""

from typing import Any

from creditdesk import errands, links, packs, papers
from creditdesk.db import Tx
from creditdesk.figures import AXES
from creditdesk.papers import ENDINGS, MEDIA
from creditdesk.web import edge, fetching
from creditdesk.web.api import jobs, told
from creditdesk.web.api.book import PLACE
from creditdesk.web.api.decisions import Nothing
from creditdesk.web.api.frame import Service, Told
from creditdesk.web.shapes import Asking, ChoiceField, DayField, Shape, TextField, WholeField

_KEY = "[0-9A-Za-z_-]{1,20}"
_PRINT = (
    "portfolio-print portfolio-export groups standing worklist application-show persons-export"
)
_ACTS = f"{_PRINT} packs-print"
_NAME = r"[^/\\\x00-\x1f\x7f]{1,200}"

service = Service("downloads")


class PrintIn(Shape):
    """The days, the place and the form of a document, and what it is narrowed to."""

    as_of = DayField(required=True)
    from_ = DayField(data_key="from", load_default=None)
    map = DayField(load_default=None)
    known_on = DayField(load_default=None)
    known_before = DayField(load_default=None)
    place = TextField(5, pattern=PLACE, load_default=None)
    by = ChoiceField(AXES, load_default="commune")
    unit = ChoiceField(("million", "dong"), load_default=None)
    ending = ChoiceField(ENDINGS, load_default="pdf", data_key="as")
    office = TextField(20, pattern=_KEY, load_default=None)
    group = TextField(20, pattern=_KEY, load_default=None)
    loan = TextField(20, pattern=_KEY, load_default=None)
    trustee = TextField(20, pattern=_KEY, load_default=None)
    programme = TextField(20, pattern=_KEY, load_default=None)
    source = TextField(20, pattern=_KEY, load_default=None)
    investor = TextField(20, pattern=_KEY, load_default=None)


class PackIn(Shape):
    """Whose pack, or every pack of a province, and of which month."""

    of = ChoiceField((*packs.OF, packs.PROVINCE), required=True)
    code = TextField(20, pattern=_KEY, required=True)
    month = TextField(7, pattern="20[0-9]{2}-(0[1-9]|1[0-2])", required=True)


class LinkIn(Shape):
    """For how many hours a link opens, and to which file where a job made several."""

    hours = WholeField(1, links.LONGEST, load_default=None)
    name = TextField(200, pattern=_NAME, load_default=None)


class ResultAsked(Asking):
    """Which file, where a job made several."""

    name = TextField(200, pattern=_NAME, load_default=None)


LinkMade = told.shape("LinkMade", told.count("number"), told.text("address until"))
LinkTold = told.shape("Link", told.count("number file"), told.text("by made_at until revoked_at"))
FetchedTold = told.shape("Fetched", told.text("name by at"), told.count("link"))
Downloads = told.shape(
    "Downloads", told.rows(FetchedTold, "fetched"), told.rows(LinkTold, "links")
)


def said_of(kind: str, said: dict[str, Any]) -> dict[str, Any]:
    """Return what is asked of a document as jobs keep it."""
    days = {"since": "from_", "as_of": "as_of", "map_of": "map"}
    days |= {name: name for name in ("known_on", "known_before")}
    asks = papers.kind_of(kind).asks
    return {
        "paper": kind,
        "as": said["ending"],
        "place": said["place"],
        "by": said["by"],
        "unit": said["unit"],
        "within": [[axis, said[axis]] for axis in asks if axis in papers.KEYS and said[axis]],
    } | {name: said[of] and said[of].isoformat() for name, of in days.items()}


@service.post(
    "/papers/<code:kind>",
    "askPaper",
    act=_PRINT,
    takes=PrintIn,
    answers=jobs.Job,
    status=202,
    example={"from": "2026-01-01", "as_of": "2026-06-30", "place": "44"},
)
def ask_paper(tx: Tx, said: dict[str, Any], kind: str) -> Told:
    """Ask for a document as it is printed; the job tells when it can be fetched."""
    return jobs.of_job(errands.find(tx, fetching.ask_paper(tx, said_of(kind, said))))


@service.post(
    "/packs",
    "askPack",
    act="packs-print",
    takes=PackIn,
    answers=jobs.Job,
    status=202,
    example={"of": "commune", "code": "19333", "month": "2026-06"},
)
def ask_pack(tx: Tx, said: dict[str, Any]) -> Told:
    """Ask for the monthly pack of a commune, an office or a department, or for a province's all.

    One file for each pack: its name tells which is to be fetched.
    """
    return jobs.of_job(errands.find(tx, fetching.ask_pack(tx, **said)))


@service.get(
    "/jobs/<number:number>/result",
    "fetchResult",
    act=_ACTS,
    answers=None,
    asks=ResultAsked,
    media=MEDIA["pdf"],
    also=(MEDIA["xlsx"], MEDIA["csv"], packs.MEDIA),
)
def result(tx: Tx, asked: dict[str, Any], number: str) -> Told:
    """Fetch what a job has printed, while it is held.

    A document is for whoever asked for it, a pack for everybody who may have it where it lies.
    """
    parcel = fetching.made(tx, int(number), asked["name"] or "")
    held, content = fetching.fetch(tx, parcel)
    fetching.note(held, parcel)
    return Told(content, media=held.media)


@service.get("/jobs/<number:number>/downloads", "listDownloads", act=_ACTS, answers=Downloads)
def downloads(tx: Tx, asked: dict[str, Any], number: str) -> Any:
    """Tell who fetched what a job made, and the links to it, to whoever asked for it."""
    fetching.own(tx, int(number))
    return {
        "fetched": [one._asdict() for one in links.fetched(tx, int(number))],
        "links": [
            {name: value for name, value in one._asdict().items() if name != "job"}
            for one in links.of_job(tx, int(number))
        ],
    }


@service.post(
    "/jobs/<number:number>/links",
    "makeLink",
    act=_ACTS,
    takes=LinkIn,
    answers=LinkMade,
    example={"hours": 24},
)
def make_link(tx: Tx, said: dict[str, Any], number: str) -> Any:
    """Make a link that opens one file for whoever has it, without signing in, until it is over."""
    parcel = fetching.made(tx, int(number), said["name"] or "")
    found, address = fetching.link(tx, parcel, said["hours"])
    return {"number": found.number, "address": address, "until": found.until}


@service.post(
    "/jobs/<number:number>/links/<number:link>/revocation",
    "revokeLink",
    act=_ACTS,
    takes=Nothing,
    answers=Downloads,
)
def revoke_link(tx: Tx, said: dict[str, Any], number: str, link: str) -> Any:
    """Let a link open nothing any more, as whoever asked for the job or made the link."""
    fetching.own_link(tx, int(number), int(link))
    links.revoke(tx, int(link), job=int(number), at=edge.moment())
    return downloads(tx, {}, number)
