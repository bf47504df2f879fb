"""The loans and groups that somebody has to look at: a registry of lists, by name."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from creditdesk import applications, records
from creditdesk.arrears import Place
from creditdesk.db import Tx
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy
from creditdesk.errors import NotFound
from creditdesk.figures import WorklistRow
from creditdesk.worklists import checks, due, quality, remembered, watched
from creditdesk.worklists.gathering import Claim, Gathering, brought, claims, gatherings
from creditdesk.worklists.looked import Found
from creditdesk.worklists.near import DIVIDED, Part, Session, divided, names, sessions
from creditdesk.worklists.remembered import Rows
from creditdesk.worklists.scores import group_scores
from creditdesk.worklists.view import Amounts, View, views

__all__ = [
    "DIVIDED",
    "WORKLISTS",
    "Claim",
    "Count",
    "Gathering",
    "Part",
    "Session",
    "WorklistRow",
    "WorklistUnknown",
    "brought",
    "claims",
    "counts",
    "divided",
    "gatherings",
    "group_scores",
    "names",
    "sessions",
    "worklist",
]


class WorklistUnknown(NotFound):
    """There is no worklist of this name."""

    code = "worklist-unknown"


class Count(NamedTuple):
    """How many rows a list has, and their sum [dong]."""

    rows: int
    amount: Dong


@dataclass(frozen=True, slots=True)
class _List:
    """How a list is made.

    amounts  what the columns say of each loan [dong]: 0 for one that is not on the list
    rows     what the engine says of a loan that the columns let through
    told     what the columns say themselves of loans, by their places among those of the province:
             for a list of most of the book, of which nobody can look at every loan
    exact    whether the columns let through those that are on the list, and no more
    others   rows that are told as a whole: groups, and what another noun knows
    alone    whether `rows` asks about the loan alone, and not about others beside it
    """

    amounts: Amounts | None = None
    rows: Rows | None = None
    told: Callable[[View, np.ndarray], Iterator[Found]] | None = None
    exact: bool = True
    others: Callable[[View], Iterable[WorklistRow]] | None = None
    alone: bool = True


def _silent(view: View) -> Iterator[WorklistRow]:
    """Yield the applications that nobody moved; the day is the first of the present state."""
    for one in applications.waiting(
        view.tx, view.policy, view.as_of, province=view.province, commune=view.place.commune
    ):
        if not view.place.holds(one):
            continue
        yield WorklistRow(
            loan_no="",
            customer_no=one.customer_no,
            commune=one.commune,
            group_no=one.group_no,
            programme=one.programme,
            office=one.office,
            amount=one.amount,
            days_late=0,
            due_on=None,
            why={
                "application_no": one.application_no,
                "state": one.state.value,
                "unmoved_since": one.since,
            },
        )


WORKLISTS = {
    "late": _List(due.late, due.late_rows),
    "to-transfer": _List(due.may_move, due.moving_rows, exact=False),
    "due": _List(due.due, due.due_rows),
    "transfer-boxes": _List(due.boxes, due.boxes_rows, exact=False),
    "overdue": _List(due.overdue, due.overdue_rows),
    "due-session": _List(due.session, told=due.session_told),
    "due-next-month": _List(due.next_month, due.next_month_rows),
    "collect-next-month": _List(due.collect, told=due.collect_told),
    "due-to-announce": _List(due.to_announce, due.to_announce_rows),
    "interest-unpaid": _List(watched.interest, watched.interest_rows),
    "inactive": _List(watched.inactive, watched.inactive_rows),
    "undrawn": _List(watched.undrawn, watched.undrawn_rows, exact=False),
    "freeze-ending": _List(watched.frozen, watched.freeze_rows, exact=False),
    "extension-possible": _List(watched.falling_due, watched.extension_rows, exact=False),
    "use-check-due": _List(checks.unchecked, told=checks.unchecked_told),
    "applications-waiting": _List(others=_silent),
    "data-quality": _List(quality.odd, quality.odd_rows, others=quality.ill_sized, alone=False),
    "groups-small": _List(others=quality.small),
}


def worklist(
    tx: Tx, policy: Policy, name: str, as_of: date, place: Place
) -> tuple[WorklistRow, ...]:
    """Return the rows of a list at the end of a day, by commune, group and loan.

    name  one of `WORKLISTS`

    Raises WorklistUnknown.
    """
    if name not in WORKLISTS:
        raise WorklistUnknown(name=name, names=list(WORKLISTS))
    found = [
        row for view in views(tx, policy, place, as_of) for row in _rows(WORKLISTS[name], view)
    ]
    return tuple(sorted(found, key=attrgetter("commune", "group_no", "loan_no")))


def counts(tx: Tx, policy: Policy, as_of: date, place: Place) -> dict[str, Count]:
    """Return how many rows every list has at the end of a day, and their sum [dong].

    Where the columns tell it, no loan is looked at.
    """
    found = dict.fromkeys(WORKLISTS, Count(0, Dong(0)))
    for view in views(tx, policy, place, as_of):
        for name, listed in WORKLISTS.items():
            more = _counted(listed, view)
            found[name] = Count(
                found[name].rows + len(more), Dong(found[name].amount + int(sum(more)))
            )
    return found


def _counted(listed: _List, view: View) -> list[int]:
    """Return the amounts of a list's rows."""
    if not listed.exact:
        return [row.amount for row in _rows(listed, view)]
    loans: list[int] = _chosen(listed, view)[1].tolist()
    return loans + [row.amount for row in _others(listed, view)]


def _chosen(listed: _List, view: View) -> tuple[np.ndarray, np.ndarray]:
    """Return the loans that the columns let through, and their amounts [dong]."""
    if listed.amounts is None:
        return view.axes.ids[:0], view.axes.ids[:0]
    amounts = listed.amounts(view)
    return view.axes.ids[amounts > 0], amounts[amounts > 0]


def _others(listed: _List, view: View) -> Iterable[WorklistRow]:
    return listed.others(view) if listed.others else ()


def _rows(listed: _List, view: View) -> Iterator[WorklistRow]:
    """Yield the rows of a list, loans first, in no order."""
    found, columns = list(_found(listed, view)), view.axes.columns
    at = np.searchsorted(view.axes.ids, [loan_id for loan_id, _, _ in found])
    numbers = records.loans.numbers_of(view.tx, {loan_id for loan_id, _, _ in found})
    loan_nos = {loan_id: number for number, loan_id in numbers.items()}
    holders = columns["customer_id"][at].tolist()
    customers = records.households.customer_numbers(view.tx, set(holders))
    told = (columns[name][at] for name in ("commune", "group_no", "programme", "office"))
    for (loan_id, days_late, one), holder, commune, group_no, programme, office in zip(
        found, holders, *told, strict=True
    ):
        yield WorklistRow(
            loan_no=loan_nos[loan_id],
            customer_no=customers[holder],
            commune=commune,
            group_no=group_no,
            programme=programme,
            office=office,
            amount=Dong(one.amount),
            days_late=days_late,
            due_on=one.due_on,
            why=one.why,
        )
    yield from _others(listed, view)


def _found(listed: _List, view: View) -> Iterator[tuple[int, int, Found]]:
    """Yield the inner number of every loan on a list, its days late, and why it is there."""
    ids, _ = _chosen(listed, view)
    if listed.told:
        told = list(listed.told(view, np.searchsorted(view.axes.ids, ids)))
        aged = np.array([one.days_late is None for one in told], dtype=bool)
        late = view.now.late[np.searchsorted(view.axes.ids, ids)] > 0
        asked = remembered.asked(view, ids[aged & late], due.late_rows)
        days = {loan_id: days_late for loan_id, days_late, _ in asked}
        for loan_id, one in zip(ids.tolist(), told, strict=True):
            yield loan_id, one.days_late or days.get(loan_id, 0), one
    elif listed.rows and listed.alone:
        yield from remembered.asked(view, ids, listed.rows)
    elif listed.rows:
        for loan in remembered.look(view, ids.tolist()):
            for one in listed.rows(loan):
                yield loan.row.id, loan.late.days, one
