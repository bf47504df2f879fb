"""The sessions of a week or a month: which groups come, what they should bring, what they paid."""

from datetime import date, timedelta
from typing import NamedTuple

from creditdesk import communes, records, worklists
from creditdesk.arrears import Place
from creditdesk.collected import Till, tally
from creditdesk.db import Tx
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy


class Visit(NamedTuple):
    """A group at a session: who leads it, what it should bring, and what its loans paid that day.

    The amounts asked for are those of the eve of the period; [dong].
    """

    asked: worklists.Gathering
    head: str
    paid: Dong


class Session(NamedTuple):
    """A session of a commune: where and when, with the groups that come."""

    day: date
    commune: str
    commune_name: str
    visits: tuple[Visit, ...]

    @property
    def asked(self) -> Till:
        """Return what all groups should bring."""
        return tally((visit.asked for visit in self.visits), None)

    @property
    def paid(self) -> Dong:
        """Return what all groups paid."""
        return Dong(sum(visit.paid for visit in self.visits))

    @property
    def done(self) -> int:
        """Return how many groups paid something."""
        return sum(visit.paid > 0 for visit in self.visits)


def sessions(
    tx: Tx, policy: Policy, place: Place, since: date, until: date
) -> tuple[Session, ...]:
    """Return the sessions of the days from one to another, at a place, by day and commune."""
    eve, known = since - timedelta(days=1), communes.map_on(until)
    coming = worklists.gatherings(tx, policy, eve, place)
    asked = [one for one in coming if one.session <= until]
    days = {one.session for one in asked}
    paid = {day: worklists.brought(tx, policy, day, place) for day in days}
    heads = records.households.all_groups(tx) if asked else {}
    found: dict[tuple[date, str], list[Visit]] = {}
    for one in asked:
        head = heads.get(one.group_no, ("", ""))[1]
        visit = Visit(one, head, paid[one.session].get(one.group_no, Dong(0)))
        found.setdefault((one.session, one.commune), []).append(visit)
    return tuple(
        Session(day, commune, known.names.get(commune, commune), tuple(visits))
        for (day, commune), visits in sorted(found.items())
    )
