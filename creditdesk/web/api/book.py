"""The book in figures: portfolios, worklists, groups; and the statement on paper."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from creditdesk import arrears, documents, statements, worklists
from creditdesk.accesses import LIST, View
from creditdesk.db import Tx
from creditdesk.figures import AXES
from creditdesk.statements import PeriodBackwards, Question
from creditdesk.web import edge, within
from creditdesk.web.api import told
from creditdesk.web.api.frame import Service, Told
from creditdesk.web.api.loans import MOST, USUAL, AsOf
from creditdesk.web.shapes import DayField, NotAChoice, TextField, WholeField
from reports import portfolio as portfolio_paper

PLACE = "[0-9]{2}|[0-9]{5}"
_CURSOR = "[0-9A-Za-z~._-]{1,60}"

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
    after = TextField(60, pattern=_CURSOR, load_default="")
    limit = WholeField(1, MOST, load_default=USUAL)


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
    within.place(tx, "portfolio", asked.get("place"))
    since, as_of = _period(asked)
    axes = tuple(asked["by"].split(","))
    for axis in axes:
        if axis not in AXES or axes.count(axis) > 1:
            raise NotAChoice(name="by", value=axis[:40], choices=list(AXES))
    question = Question(since, as_of, axes, asked.get("place"), map_of=asked.get("map"))
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
    within.place(tx, "portfolio-print", asked.get("place"))
    desk = edge.desk()
    since, as_of = _period(asked)
    found = statements.portfolio_statement(
        tx,
        desk.policy,
        Question(since, as_of, place=asked.get("place")),
        made_at=edge.moment(),
    )
    folder = desk.settings.font_folder
    return portfolio_paper.render(
        found,
        unit="dong" if desk.settings.unit_of_statement == "dong" else "million",
        fonts=Path(folder) if folder else None,
    )


@service.get("/worklists", "listWorklists", act="worklist", answers=told.Names)
def names(tx: Tx, asked: dict[str, Any]) -> Any:
    """Tell which worklists there are."""
    return {"names": sorted(worklists.WORKLISTS)}


@service.get(
    "/worklists/<code:name>", "readWorklist", act="worklist", answers=told.Worklist, asks=Paged
)
def worklist(tx: Tx, asked: dict[str, Any], name: str) -> Any:
    """Tell a worklist by pages: by commune, group and loan; total and count are of the whole."""
    as_of = asked.get("as_of", edge.today())
    within.place(tx, "worklist", asked.get("place"))
    place = arrears.place_of(asked.get("place"), as_of)
    found = worklists.worklist(tx, edge.desk().policy, name, as_of, place)

    def key(row: Any) -> str:
        return "~".join((row.commune, row.group_no, row.loan_no))

    page, after = _page(found, key, asked)
    document = documents.worklist(name, as_of, page) | {
        "total": sum(row.amount for row in found),
        "count": len(found),
        "next": after,
    }
    seen = {row.customer_no for row in page if row.customer_no}
    where = asked.get("place", "")
    return Told(document, view=View(f"worklist-{name}", LIST, where, edge.need(), seen))


@service.get("/groups", "listGroups", act="groups", answers=told.Groups, asks=Paged)
def groups(tx: Tx, asked: dict[str, Any]) -> Any:
    """Tell the savings-and-credit groups with their scores by pages, in the order of numbers."""
    as_of = asked.get("as_of", edge.today())
    within.place(tx, "groups", asked.get("place"))
    place = arrears.place_of(asked.get("place"), as_of)
    found = worklists.group_scores(tx, edge.desk().policy, as_of, place)

    def key(row: Any) -> str:
        return str(row.group_no)

    page, after = _page(sorted(found, key=key), key, asked)
    return documents.groups(as_of, page) | {"next": after}


def _page(
    rows: Sequence[Any], key: Callable[[Any], str], asked: dict[str, Any]
) -> tuple[Sequence[Any], str | None]:
    """Return a page of rows that rise by their key, and after which one the next page begins."""
    left = [row for row in rows if key(row) > asked["after"]]
    page = left[: asked["limit"]]
    return page, key(page[-1]) if len(left) > len(page) else None
