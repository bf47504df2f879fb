"""Worklists: which there are with what they hold, and each by pages, on paper and as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template

from creditdesk import communes, documents, worklists
from creditdesk.accesses import LIST, View
from creditdesk.db import Tx
from creditdesk.figures import WorklistRow
from creditdesk.web import asked as address
from creditdesk.web import edge, within
from creditdesk.web.asked import Choice, Query, newest
from creditdesk.web.shapes import ChoiceField, CodeField, DayField, WholeField
from creditdesk.web.writing import Writing, alphabetical, hand

PAGE = 50
SORTS = (*worklists.ORDERS, "name")
_MOST_PAGES = 10_000

pages = Blueprint("worklists", __name__)


class ListQuery(Query):
    """Where and when, narrowed to what, in which order, and which page."""

    as_of = DayField()
    place = CodeField(load_default="")
    group = CodeField(load_default="")
    programme = CodeField(load_default="")
    sort = ChoiceField(SORTS, load_default=SORTS[0])
    page = WholeField(1, _MOST_PAGES, load_default=1)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as a page shows it: how many rows and their sum [dong], some with their names."""

    count: int
    total: int
    shown: Sequence[WorklistRow]
    customers: Mapping[str, str]
    heads: Mapping[str, str]

    @property
    def seen(self) -> set[str]:
        """Return who is seen on this page; heads of groups under the numbers of these."""
        people = {row.customer_no for row in self.shown if row.customer_no}
        return people | {row.group_no for row in self.shown if self.heads.get(row.group_no)}


@pages.get("/worklists")
def index() -> Any:
    """Show every list with how much it holds."""
    with edge.read() as tx:
        chosen = _asked(tx)
        near = within.area(tx, "worklist", chosen["place"] or None, as_of=chosen["as_of"])
        counts = worklists.counts(tx, edge.desk().policy, chosen["as_of"], near)
        choices = _places(tx, chosen)
    return render_template(
        "worklists/index.html", asked=chosen, counts=counts, places=choices, today=edge.today()
    )


@pages.get("/worklists/<name>")
def listed(name: str) -> Any:
    """Show a list by pages: why each row is there, and what leads on from it."""
    with edge.read() as tx:
        chosen = _asked(tx)
        found = _listed(tx, name, chosen)
        choices = _places(tx, chosen)
    edge.note(View(f"worklist-{name}", LIST, chosen["place"], customers=found.seen))
    last = -(-found.count // PAGE)
    return render_template(
        "worklists/list.html",
        name=name,
        asked=chosen,
        listed=found,
        places=choices,
        sorts=SORTS,
        page=chosen["page"],
        last=last,
        first_row=(chosen["page"] - 1) * PAGE,
        known=communes.map_on(chosen["as_of"]).communes,
        programmes=edge.desk().policy.programmes,
        why=lambda row: why(hand(), row.why),
    )


@pages.get("/worklists/<name>.csv")
def table(name: str) -> Response:
    """Send all of a list as CSV; the mark at its head tells Excel that it is UTF-8."""
    with edge.read() as tx:
        chosen = _asked(tx)
        within.area(tx, "persons-export", chosen["place"] or None, as_of=chosen["as_of"])
        rows = _page(tx, name, chosen).rows
    seen = {row.customer_no for row in rows if row.customer_no}
    edge.note(View(f"worklist-{name}", LIST, chosen["place"], customers=seen))
    content = f"\ufeff{documents.worklist_table(rows, hand().language)}".encode()
    called = f"{name}_{chosen['as_of'].isoformat()}.csv"
    return Response(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{called}"'},
    )


def day_of_work(tx: Tx) -> date:
    """Return the day on which work is looked at: today, in an invented book its last one."""
    cover = edge.cover(tx)
    return newest(cover) if cover.demonstration else edge.today()


def why(w: Writing, facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return why a row is there: what each fact is called and says, nothings left out."""
    told = ((name, fact) for name, fact in facts.items() if fact not in (0, None, ""))
    return [(w.told(f"why.{name}"), _fact(w, name, fact)) for name, fact in told]


def _fact(w: Writing, name: str, fact: Any) -> str:
    if isinstance(fact, date):
        return w.day(fact)
    if isinstance(fact, list):
        return ", ".join(w.told(f"why.{code}") for code in fact)
    if name == "state":
        return w.told(f"state.{fact}")
    return w.count(fact) if isinstance(fact, int) else str(fact)


def _asked(tx: Tx) -> dict[str, Any]:
    told = address.of_address(ListQuery())
    return told | {"as_of": told.get("as_of", day_of_work(tx))}


def _page(tx: Tx, name: str, chosen: Mapping[str, Any], **cut: Any) -> worklists.Page:
    near = within.area(
        tx,
        "worklist",
        chosen["place"] or None,
        as_of=chosen["as_of"],
        group_no=chosen["group"],
        programme=chosen["programme"],
    )
    return worklists.page(tx, edge.desk().policy, name, chosen["as_of"], near, **cut)


def _listed(tx: Tx, name: str, chosen: Mapping[str, Any]) -> Listed:
    begins, order = (chosen["page"] - 1) * PAGE, chosen["sort"]
    how = order if order in worklists.ORDERS else alphabetical
    found = _page(tx, name, chosen, order=how, begins=begins, most=PAGE)
    return Listed(found.count, found.amount, found.rows, *worklists.names(tx, found.rows))


def _places(tx: Tx, chosen: Mapping[str, Any]) -> list[Choice]:
    asked = address.Asked(chosen["as_of"], chosen["as_of"], chosen["place"], "dong")
    return address.places(tx, edge.cover(tx), asked)
