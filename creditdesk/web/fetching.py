"""What was printed in the background: who may ask for it, who may fetch it, and by which link."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from creditdesk import closing, errands, links, packs, papers, parcels, users
from creditdesk.accesses import LIST, View
from creditdesk.communes import PlaceNotFound
from creditdesk.db import Tx
from creditdesk.errors import Denied, NotFound
from creditdesk.links import Link
from creditdesk.papers import Asked
from creditdesk.settings import public_address
from creditdesk.shelf import FileGone, Held, Shelf
from creditdesk.users import Place
from creditdesk.users.permissions import NotYours
from creditdesk.web import edge, orders

PRINTED = ("paper", "pack")
"""The kinds of errands that print."""


class Parcel(NamedTuple):
    """A file that a job made: the job, what its result tells of it, and what it takes to have it.

    acts, place  whose acts, and where
    """

    job: Mapping[str, Any]
    told: Mapping[str, Any]
    acts: tuple[str, ...]
    place: Place

    @property
    def file(self) -> int:
        """Return the number of the file."""
        return int(self.told["file"])


def ask_paper(tx: Tx, said: dict[str, Any]) -> int:
    """Ask for a document in the background and return the number of the job.

    said  as `parcels.asked_of` reads it, with the kind and the ending

    Raises PaperUnknown, PlaceNotFound, NotYours, NotAllowed.
    """
    wanted, act = near(tx, said)
    said |= {"place": wanted.place, "within": wanted.within, "need": edge.need()}
    return orders.ask(tx, "paper", act, said, [wanted.lies(tx)])


def near(tx: Tx, said: dict[str, Any]) -> tuple[Asked, str]:
    """Return what is asked of a document where the person may have it, and by which act.

    Raises what `ask_paper` does.
    """
    kind, wanted = papers.kind_of(said["paper"]), parcels.asked_of(said, edge.moment())
    act = kind.act_of(said["as"])
    return wanted.near(tx, edge.asker(), act), act


def ask_pack(tx: Tx, *, of: str, code: str, month: str) -> int:
    """Ask for a pack, or for all of a province, and return the number of the job.

    Raises MonthNotOver, PlaceNotFound, NotYours, NotAllowed.
    """
    last = packs.month_end(month, edge.today())
    [first, *_] = packs.wanted(tx, of, code, last)
    lies = packs.lies(tx, first, last)
    _require(lies, packs.acts(first.of), code)
    return orders.ask(tx, "pack", packs.ACT, {"of": of, "code": code, "month": month}, [lies])


def _require(place: Place, acts: Iterable[str], code: str) -> None:
    """Refuse what lies elsewhere as if it were not there."""
    try:
        for act in acts:
            edge.require(act, place)
    except NotYours:
        raise PlaceNotFound(place=code) from None


def made(tx: Tx, number: int, name: str = "") -> Parcel:
    """Return a file that a job made, where the person may have it still.

    A document is for whoever asked; a pack for everybody who may have it where it lies.

    name  which file, where there are several

    Raises ErrandNotFound, FileGone.
    """
    job = errands.find(tx, number)
    found = [one for one in parcels_of(tx, job) if _may_have(one)]
    if not found:
        raise errands.ErrandNotFound(number=number)
    for parcel in found:
        if "file" in parcel.told and name in ("", parcel.told["name"]):
            return parcel
    raise FileGone(file=number)


def files_of(tx: Tx, job: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the files of a job that the person may have."""
    return [one.told for one in parcels_of(tx, job) if "file" in one.told and _may_have(one)]


class Printed(NamedTuple):
    """What a job printed, as its page tells it.

    files    each as the result tells it, with how it is held; None where it is no longer
    fetched  who fetched them, and `links` to them: all to whoever asked, of others their own
    at       the moment of this
    """

    files: Sequence[tuple[Mapping[str, Any], Held | None]]
    fetched: Sequence[links.Fetched]
    links: Sequence[Link]
    at: str


def printed(tx: Tx, job: Mapping[str, Any]) -> Printed:
    """Return what a job printed of what the person may have, and what became of it."""
    files = [(told, held(tx, told)) for told in files_of(tx, job)]
    made, name = links.of_job(tx, job["number"]), edge.who().sign_in_name
    fetched, at = links.fetched(tx, job["number"]), edge.moment().isoformat()
    if not _is_own(job):
        fetched, made = (), [one for one in made if one.by == name]
    return Printed(files, fetched, made, at)


def held(tx: Tx, told: Mapping[str, Any] | None) -> Held | None:
    """Return the file that a result tells of, while it is held."""
    if not told or "file" not in told:
        return None
    with suppress(FileGone):
        return Shelf(edge.desk().settings).find(tx, told["file"], edge.moment())
    return None


def own(tx: Tx, number: int) -> Mapping[str, Any]:
    """Return a printing job that the person asked for, or audits; raises ErrandNotFound."""
    job = errands.find(tx, number)
    if job["kind"] not in PRINTED or not _is_own(job):
        raise errands.ErrandNotFound(number=number)
    return job


def _is_own(job: Mapping[str, Any]) -> bool:
    person = edge.who()
    return job["by"] == person.sign_in_name or users.is_open(person, "audit-read")


def own_link(tx: Tx, number: int, link: int) -> None:
    """Refuse a link that the person has not made, of a job that is not theirs; as if not there."""
    made = {one.number: one.by for one in links.of_job(tx, number)}
    if made.get(link) != edge.who().sign_in_name:
        own(tx, number)


def parcels_of(tx: Tx, job: Mapping[str, Any]) -> Iterator[Parcel]:
    """Yield the files of a job, whoever may have them; of a document only to whoever asked."""
    said = job["said"]
    if job["kind"] not in PRINTED:
        return
    if job["kind"] == "paper":
        if job["by"] == edge.who().sign_in_name:
            place = parcels.asked_of(said, edge.moment()).lies(tx)
            yield Parcel(job, job["result"] or {}, (said["act"],), place)
        return
    _, last = closing.span_of(said["month"])
    for told in (job["result"] or {}).get("packs", ()):
        whose = packs.Whose(told["of"], told["code"])
        yield Parcel(job, told, packs.acts(whose.of), packs.lies(tx, whose, last))


def _may_have(parcel: Parcel) -> bool:
    asker = replace(edge.asker(), need=_need(parcel))
    try:
        for act in parcel.acts:
            asker.require(act, parcel.place)
    except (Denied, NotFound):
        return False
    return True


def _need(parcel: Parcel) -> str:
    """Return why persons are to be seen: as is said now, or was when the file was asked for."""
    return edge.need() or str(parcel.job["said"].get("need", ""))


def fetch(tx: Tx, parcel: Parcel) -> tuple[Held, bytes]:
    """Return a file and its content; raises FileGone, KeyMissing, BooksBroken."""
    shelf, at = Shelf(edge.desk().settings), edge.moment()
    return shelf.find(tx, parcel.file, at), shelf.content(tx, parcel.file, at)


def note(held: Held, parcel: Parcel, *, link: int = 0) -> None:
    """Write down, before it leaves, that a file was fetched, and whom it shows.

    link  by which it was fetched; 0: by whoever is signed in
    """
    by = f"link:{link}" if link else edge.who().sign_in_name
    with edge.begin() as tx:
        number = parcel.job["number"]
        links.note(tx, held, job=number, by=by, link=link, at=edge.moment())
    kind, why = f"fetch-{parcel.job['kind']}", _need(parcel)
    edge.note(View(kind, LIST, held.name, why, customers=held.seen))


def link(tx: Tx, parcel: Parcel, hours: int | None) -> tuple[Link, str]:
    """Return a new link to a file, and its address; raises FileGone, LinkTooLong, KeyMissing."""
    desk, at = edge.desk(), edge.moment()
    held = Shelf(desk.settings).find(tx, parcel.file, at)
    made, token = links.make(
        tx,
        held,
        job=parcel.job["number"],
        by=edge.who().sign_in_name,
        at=at,
        hours=hours or desk.settings.file_link_hours,
    )
    return made, f"{public_address(desk.settings)}/files/{token}"


def opened(tx: Tx, token: str, at: datetime) -> tuple[Link, Parcel]:
    """Return what a link opens; raises LinkUnknown, ErrandNotFound, FileGone."""
    found = links.opened(tx, token, at)
    job = errands.find(tx, found.job)
    told = job["result"] or {}
    for one in told.get("packs", [told]):
        if one.get("file") == found.file:
            return found, Parcel(job, one, (), Place())
    raise FileGone(file=found.job)
