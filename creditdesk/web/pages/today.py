"""Today: sessions that come, what is due and late where, worklists, what waits for an answer."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import chain, islice
from typing import Any

from flask import Blueprint, render_template

from creditdesk import communes, decisions, errands, users, worklists
from creditdesk.accesses import LIST, View
from creditdesk.db import Tx
from creditdesk.standings import day_before
from creditdesk.users.permissions import Role
from creditdesk.web import asked as address
from creditdesk.web import edge, orders, within
from creditdesk.web.asked import Query
from creditdesk.web.pages.worklists import day_of_work
from creditdesk.web.shapes import CodeField

WEEK = timedelta(days=7)
_UNDER_WAY = ("to-check", "queued", "running")
_MOST_JOBS = 10

pages = Blueprint("today", __name__)


class TodayQuery(Query):
    """Which commune; all that are one's own where none is said."""

    place = CodeField(load_default="")


@pages.get("/today")
def index() -> Any:
    """Show what there is to do today, every number leading to its list."""
    policy, place = edge.desk().policy, address.of_address(TodayQuery())["place"] or None
    with edge.read() as tx:
        day = day_of_work(tx)
        near = within.area(tx, "today", place, as_of=day)
        by_group = place is not None or edge.who().role is Role.GROUP_HEAD
        # Whoever comes today has not paid yet: what is expected is as of the evening before.
        eve = day_before(day)
        coming = worklists.sessions(tx, policy, eve, near, within=WEEK)
        parts = worklists.divided(tx, policy, day, near, "group_no" if by_group else "commune")
        counts = worklists.counts(tx, policy, day, near)
        _, heads = worklists.names(tx, (), [part.code for part in parts] if by_group else ())
        inbox, waiting = _inbox(tx, day), _under_way(tx)
        asked = address.Asked(day, day, place or "", "dong")
        choices = address.places(tx, edge.cover(tx), asked)
    edge.note(
        View("today", LIST, place or "", customers=[no for no, head in heads.items() if head])
    )
    return render_template(
        "today/index.html",
        asked=asked,
        places=choices,
        sessions=coming,
        parts=parts,
        by_group=by_group,
        heads=heads,
        counts=counts,
        inbox=inbox,
        under_way=waiting,
        known=communes.map_on(day).communes,
        divided=worklists.DIVIDED,
    )


def _inbox(tx: Tx, day: date) -> int | None:
    """Return how many proposals of others wait for the person; None for whoever checks nothing."""
    person = edge.who()
    if not users.is_open(person, "check"):
        return None
    found = decisions.inbox(tx, within.area(tx, "check", None, as_of=day), day)
    return sum(one.by.casefold() != person.sign_in_name for one in found)


def _under_way(tx: Tx) -> Sequence[dict[str, Any]]:
    """Return the newest errands that are not done yet, of those that the person may see."""
    found: Iterable[dict[str, Any]] = chain.from_iterable(
        errands.listed(tx, newest_first=True, state=state) for state in _UNDER_WAY
    )
    return list(islice((one for one in found if orders.may_see(tx, one)), _MOST_JOBS))
