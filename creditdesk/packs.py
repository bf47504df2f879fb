"""Monthly packs: the documents that a commune, an office or a department gets, as one ZIP."""

import hashlib
import io
import tomllib
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from creditdesk import closing, issued, papers, standings, users
from creditdesk.communes import PlaceNotFound, map_on
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.evidence import data_of
from creditdesk.papers import Asked, Ending, Kind, Look
from creditdesk.settings import CONFIG, Settings
from creditdesk.statements import NothingInScope
from creditdesk.users import Place

Of = Literal["commune", "office", "department"]
OF: tuple[Of, ...] = get_args(Of)
PROVINCE = "province"
"""Every pack of a province: of its department, its offices and its communes."""
ACT = "packs-print"
MEDIA = "application/zip"
INDEX = "muc-luc.csv"
_NEVER = (1980, 1, 1, 0, 0, 0)  # the first moment that a ZIP can tell
_HEAD = ("paper", "file", "state", "number", "sha256", "why")


class Item(NamedTuple):
    """A document of a pack: its kind and ending."""

    paper: str
    ending: Ending


class Whose(NamedTuple):
    """Whose pack it is: of a commune, an office or a department, and its code."""

    of: Of
    code: str


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack: what it is called, its ZIP, and what became of each document.

    papers  what is to be registered as given out
    failed  the documents with checks that failed, as pairs of a kind and codes: they are not in it
    absent  the documents for which there is nothing
    seen    the numbers of the customers whom its documents show
    """

    whose: Whose
    name: str
    content: bytes = b""
    papers: tuple[issued.Paper, ...] = ()
    failed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    absent: tuple[str, ...] = ()
    seen: frozenset[str] = frozenset()


@cache
def contents() -> Mapping[Of, tuple[Item, ...]]:
    """Return what each pack holds, as `config/packs.toml` lists it; raises PaperUnknown."""
    said = tomllib.loads((CONFIG / "packs.toml").read_text("utf-8"))
    return {of: tuple(map(_item, said[of]["papers"])) for of in OF}


def _item(text: str) -> Item:
    name, _, ending = text.rpartition(".")
    papers.kind_of(name)
    return Item(name, next(one for one in papers.ENDINGS if one == ending))


def acts(of: Of) -> tuple[str, ...]:
    """Return whose acts it takes to have a pack: its own, and that of each document."""
    found = (papers.kind_of(item.paper).act_of(item.ending) for item in contents()[of])
    return tuple(dict.fromkeys((ACT, *found)))


def month_end(month: str, today: date) -> date:
    """Return the last day of a month, YYYY-MM; raises NotAMonth, MonthNotOver."""
    _, last = closing.span_of(month)
    if last >= today:
        raise closing.MonthNotOver(month=month, last=last)
    return last


def wanted(tx: Tx, of: str, code: str, last: date) -> list[Whose]:
    """Return whose packs are asked for: one, or all of a province; raises PlaceNotFound."""
    if of != PROVINCE:
        [known] = (one for one in OF if one == of)
        return [Whose(known, code)]
    places = map_on(last)
    places.province(code)
    over = standings.axes(tx, code, last)
    # A commune of a former map, and an office that lends in several provinces, have no pack.
    offices = (one for one in over.by("office").categories if _province_of(tx, one) == code)
    communes = (one for one in over.by("commune").categories if one in places.communes)
    return [
        Whose("department", code),
        *(Whose("office", one) for one in offices),
        *(Whose("commune", one) for one in communes),
    ]


def _province_of(tx: Tx, office: str) -> str:
    return users.places.of_office(tx, office).province


def lies(tx: Tx, whose: Whose, last: date) -> Place:
    """Return where a pack lies, as scopes know it; raises PlaceNotFound."""
    if whose.of == "office":
        found = users.places.of_office(tx, whose.code)
        if not found.province:
            raise PlaceNotFound(place=whose.code)
        return found
    places = map_on(last)
    places.province(whose.code) if whose.of == "department" else places.commune(whose.code)
    return users.places.of_place(tx, places, whose.code)


@dataclass(frozen=True, slots=True)
class Press:
    """With what packs are printed: the law, the settings, the moment, who is told of documents."""

    policy: Policy
    settings: Settings
    moment: datetime
    told: Callable[[], None] = field(default=lambda: None)

    @property
    def look(self) -> Look:
        """Return how documents are written."""
        folder = self.settings.font_folder
        dong = self.settings.unit_of_statement == "dong"
        return Look("dong" if dong else "million", Path(folder) if folder else None)


class Documents:
    """How many documents of how many are done; whoever shows it is told."""

    def __init__(self, tell: Callable[[int, int], None], wanted: Sequence[Whose]) -> None:
        """Count the documents of some packs."""
        self._tell, self._done = tell, 0
        self._of = sum(len(contents()[whose.of]) for whose in wanted)

    def one_more(self) -> None:
        """Count a document that is done."""
        self._add(1)

    def skip(self, whose: Whose) -> None:
        """Count a pack that was done before."""
        self._add(len(contents()[whose.of]))

    def _add(self, count: int) -> None:
        self._done += count
        self._tell(self._done, self._of)


def made(tx: Tx, press: Press, whose: Whose, last: date) -> Pack:
    """Return a pack as of the last day of a month: of the same book the same bytes.

    A document whose checks fail is left out and told; the others stand.

    Raises PlaceNotFound.
    """
    place = lies(tx, whose, last)
    within = (("office", whose.code),) if whose.of == "office" else ()
    code = place.province if whose.of == "office" else whose.code
    asked = Asked(last, press.moment, place=code, within=within)
    drafts = [_draft(tx, press, item, asked) for item in contents()[whose.of]]
    name = f"{whose.of}_{whose.code}_{last:%Y-%m}.zip"
    return Pack(
        whose,
        name,
        _zipped(drafts),
        tuple(draft.paper for draft in drafts if draft.paper and draft.state == "in"),
        tuple((draft.item.paper, draft.failed) for draft in drafts if draft.failed),
        tuple(draft.item.paper for draft in drafts if draft.state == "nothing"),
        frozenset().union(*(draft.seen for draft in drafts)),
    )


class _Draft(NamedTuple):
    item: Item
    state: Literal["in", "failed", "nothing"]
    name: str = ""
    number: str = ""
    content: bytes = b""
    paper: issued.Paper | None = None
    failed: tuple[str, ...] = ()
    seen: frozenset[str] = frozenset()


def _draft(tx: Tx, press: Press, item: Item, asked: Asked) -> _Draft:
    kind = papers.kind_of(item.paper)
    try:
        value = kind.value(tx, press.policy, asked)
    except NothingInScope:
        return _Draft(item, "nothing")
    finally:
        press.told()
    evidence = kind.evidence(value)
    failed = tuple(one.code for one in evidence.failed)
    if failed:
        return _Draft(item, "failed", failed=failed)
    content, paper = _written(kind, value, item.ending, press)
    name, seen = f"{evidence.file_name}.{item.ending}", frozenset(kind.seen(value))
    return _Draft(item, "in", name, evidence.number, content, paper, seen=seen)


def _written(
    kind: Kind, value: Any, ending: Ending, press: Press
) -> tuple[bytes, issued.Paper | None]:
    if ending != "pdf":
        return kind.written(value, ending, press.look), None
    render = kind.printer(value, press.look)
    paper = issued.made(press.settings, kind.evidence(value), render)
    return paper.content, paper


def _zipped(drafts: list[_Draft]) -> bytes:
    """Return documents and their index as a ZIP that tells no time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        for name, content in ((INDEX, data_of(_HEAD, _index(drafts))), *_files(drafts)):
            entry = zipfile.ZipInfo(name, _NEVER)
            entry.external_attr = 0o644 << 16
            zipped.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()


def _files(drafts: list[_Draft]) -> Iterator[tuple[str, bytes]]:
    for draft in drafts:
        if draft.state == "in":
            yield draft.name, draft.content


def _index(drafts: list[_Draft]) -> Iterator[tuple[str, ...]]:
    for draft in drafts:
        digest = hashlib.sha256(draft.content).hexdigest() if draft.content else ""
        called = (draft.item.paper, draft.name, draft.state, draft.number, digest)
        yield (*called, " ".join(draft.failed))
