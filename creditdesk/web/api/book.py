"""The book in figures: portfolios, worklists, groups; and the statement on paper."""

import json
from datetime import date
from hashlib import sha256
from operator import attrgetter
from typing import Any

from creditdesk import documents, papers, statements, worklists
from creditdesk.accesses import LIST, View
from creditdesk.db import Tx
from creditdesk.figures import AXES
from creditdesk.papers import Asked
from creditdesk.statements import PeriodBackwards, Question
from creditdesk.web import edge, within
from creditdesk.web.api import paging, told
from creditdesk.web.api.frame import Service, Told
from creditdesk.web.api.loans import AsOf
from creditdesk.web.api.paging import SortField
from creditdesk.web.papers import given
from creditdesk.web.shapes import DayField, NotAChoice, TextField

PLACE = "[0-9]{2}|[0-9]{5}"

service = Service("book")


class Period(AsOf):
    """A period, and where: the whole book where no place is said."""

    from_ = DayField(data_key="from", required=True)
    as_of = DayField(required=True)
    place = TextField(5, pattern=PLACE)


class PortfolioAsked(Period):
    """By which axes, divided by commas; on the map of which day."""

    by = TextField(80, pattern="[a-z]+(,[a-z]+)*", load_default="commune")
    map = DayField()


class Paged(AsOf):
    """Where, and which page."""

    place = TextField(5, pattern=PLACE)
    after = paging.after()
    limit = paging.limit()


class WorklistAsked(Paged):
    """Whose loans, and in which order."""

    group = TextField(7, pattern="[0-9]{7}", load_default="")
    sort = SortField("place", "amount", "days_late", "due_on", "loan_no")


class GroupsAsked(Paged):
    """Which groups, and in which order."""

    band = TextField(20, pattern="[a-z-]+")
    sort = SortField("group_no", "commune", "score", "outstanding", "overdue")


@service.get(
    "/portfolio",
    "readPortfolio",
    act="portfolio",
    answers=told.Portfolio,
    asks=PortfolioAsked,
    tagged=True,
)
def portfolio(tx: Tx, asked: dict[str, Any]) -> Any:
    """Tell the book in figures, by any axes."""
    since, as_of = _period(asked)
    place = within.area(tx, "portfolio", asked.get("place"), as_of=as_of)
    axes = tuple(asked["by"].split(","))
    for axis in axes:
        if axis not in AXES or axes.count(axis) > 1:
            raise NotAChoice(name="by", value=axis[:40], choices=list(AXES))
    question = Question(
        since,
        as_of,
        axes,
        place.commune or place.province,
        map_of=asked.get("map"),
        within=place.keys,
    )
    return documents.portfolio(statements.portfolio(tx, edge.desk().policy, question))


def _period(asked: dict[str, Any]) -> tuple[date, date]:
    since, as_of = asked["from_"], asked["as_of"]
    if since > as_of:
        raise PeriodBackwards(since=since, as_of=as_of)
    return since, as_of


@service.get(
    "/statements/portfolio",
    "printPortfolio",
    act="portfolio-print",
    answers=None,
    asks=Period,
    media="application/pdf",
)
def statement(tx: Tx, asked: dict[str, Any]) -> bytes:
    """Tell the portfolio statement as it is printed."""
    since, as_of = _period(asked)
    wanted = Asked(as_of, edge.moment(), since=since, place=asked.get("place"))
    wanted = wanted.near(tx, edge.asker(), "portfolio-print")
    kind, desk = papers.KINDS["portfolio"], edge.desk()
    found = kind.value(tx, desk.policy, wanted)
    return given(kind, found, "pdf", desk.settings.unit_of_statement)


@service.get("/worklists", "listWorklists", act="worklist", answers=told.Names)
def names(tx: Tx, asked: dict[str, Any]) -> Any:
    """Tell which worklists there are."""
    return {"names": sorted(worklists.WORKLISTS)}


@service.get(
    "/worklists/<code:name>",
    "readWorklist",
    act="worklist",
    answers=told.Worklist,
    asks=WorklistAsked,
)
def worklist(tx: Tx, asked: dict[str, Any], name: str) -> Any:
    """Tell a worklist by pages: by commune, group and loan where no order is asked for.

    Total and count are of the whole.
    """
    as_of = asked.get("as_of", edge.today())
    place = within.area(tx, "worklist", asked.get("place"), as_of=as_of, group_no=asked["group"])
    found = worklists.worklist(tx, edge.desk().policy, name, as_of, place)
    page, after = paging.page(found, asked, _OF_WORKLISTS, _own)
    document = documents.worklist(name, as_of, page) | {
        "total": sum(row.amount for row in found),
        "count": len(found),
        "next": after,
    }
    seen = {row.customer_no for row in page if row.customer_no}
    where = asked.get("place", "")
    return Told(document, view=View(f"worklist-{name}", LIST, where, edge.need(), seen))


@service.get("/groups", "listGroups", act="groups", answers=told.Groups, asks=GroupsAsked)
def groups(tx: Tx, asked: dict[str, Any]) -> Any:
    """Tell the savings-and-credit groups with their scores by pages."""
    as_of = asked.get("as_of", edge.today())
    place = within.area(tx, "groups", asked.get("place"), as_of=as_of)
    found = [
        row
        for row in worklists.group_scores(tx, edge.desk().policy, as_of, place)
        if asked.get("band") in (None, row.band)
    ]
    page, after = paging.page(found, asked, _OF_GROUPS, attrgetter("group_no"))
    heads = [row.group_no for row in page if row.head]
    view = View("groups", LIST, asked.get("place", ""), edge.need(), heads)
    return Told(documents.groups(as_of, page) | {"next": after}, view=view)


def _own(row: Any) -> str:
    """Return what tells a row of a worklist from any other, by commune, group and loan."""
    marks = json.dumps(row.why, default=str, sort_keys=True)
    told = (row.commune, row.group_no, row.loan_no, row.customer_no, str(row.due_on), marks)
    return "~".join((*told[:3], sha256("~".join(told).encode()).hexdigest()[:12]))


_OF_WORKLISTS = {
    name: attrgetter(name) for name in ("amount", "days_late", "due_on", "loan_no")
} | {"place": lambda row: "~".join((row.commune, row.group_no, row.loan_no))}
_OF_GROUPS = {
    name: attrgetter(name) for name in ("group_no", "commune", "score", "outstanding", "overdue")
}
