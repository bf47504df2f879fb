"""The documents that the desk prints: as PDF, or their figures as tables."""

from typing import Any

from creditdesk import papers
from creditdesk.accesses import LIST, View
from creditdesk.db import Tx
from creditdesk.figures import AXES
from creditdesk.papers import ENDINGS, MEDIA, Asked
from creditdesk.web import edge
from creditdesk.web.api.book import PLACE
from creditdesk.web.api.frame import Service, Told
from creditdesk.web.api.loans import AsOf
from creditdesk.web.papers import given
from creditdesk.web.shapes import ChoiceField, DayField, TextField

_KEY = "[0-9A-Za-z_-]{1,20}"

_ACTS = (
    "portfolio-print portfolio-export groups standing worklist application-show persons-export "
    "commune-month"
)

service = Service("papers")


class PaperAsked(AsOf):
    """The days and the place of a document, what its rows are, and what it is narrowed to."""

    from_ = DayField(data_key="from")
    map = DayField()
    known_on = DayField()
    known_before = DayField()
    place = TextField(5, pattern=PLACE)
    by = ChoiceField(AXES, load_default="commune")
    ending = ChoiceField(ENDINGS, load_default="pdf", data_key="as")
    office = TextField(20, pattern=_KEY)
    group = TextField(20, pattern=_KEY)
    trustee = TextField(20, pattern=_KEY)
    programme = TextField(20, pattern=_KEY)
    source = TextField(20, pattern=_KEY)
    investor = TextField(20, pattern=_KEY)
    loan = TextField(16, pattern="[0-9]{16}")


@service.get(
    "/papers/<code:kind>",
    "printPaper",
    act=_ACTS,
    answers=None,
    asks=PaperAsked,
    media=MEDIA["pdf"],
    also=(MEDIA["xlsx"], MEDIA["csv"]),
)
def paper(tx: Tx, asked: dict[str, Any], kind: str) -> Told:
    """Tell a document as it is printed, or its figures as a table."""
    found, desk = papers.kind_of(kind), edge.desk()
    ending, where = asked["ending"], asked.get("place") or ""
    wanted = Asked(
        asked.get("as_of", edge.today()),
        edge.moment(),
        since=asked.get("from_"),
        place=where or None,
        map_of=asked.get("map"),
        known_on=asked.get("known_on"),
        known_before=asked.get("known_before"),
        by=asked["by"],
        within=tuple(
            (axis, asked[axis]) for axis in found.asks if axis in papers.KEYS and axis in asked
        ),
    )
    wanted = wanted.near(tx, edge.asker(), found.act_of(ending))
    value = found.value(tx, desk.policy, wanted)
    content = given(found, value, ending, desk.settings.unit_of_statement)
    view = View(f"print-{kind}", LIST, where, edge.need(), found.seen(value))
    return Told(content, view=view, media=MEDIA[ending])
