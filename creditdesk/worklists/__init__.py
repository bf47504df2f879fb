"""The loans and groups that somebody has to look at: a registry of lists, by name."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np

from creditdesk import applications, records
from creditdesk.arrears import Place
from creditdesk.db import Tx
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy
from creditdesk.errors import NotFound
from creditdesk.figures import WorklistRow
from creditdesk.worklists import checks, due, paging, quality, remembered, watched
from creditdesk.worklists.gathering import Claim, Gathering, brought, claims, gatherings
from creditdesk.worklists.looked import Found
from creditdesk.worklists.near import DIVIDED, Part, Session, divided, names, sessions
from creditdesk.worklists.paging import Page, Unnamed
from creditdesk.worklists.remembered import Rows
from creditdesk.worklists.scores import group_scores
from creditdesk.worklists.view import Amounts, View, views

__all__ = [
    "DIVIDED",
    "ORDERS",
    "WORKLISTS",
    "Claim",
    "Count",
    "Gathering",
    "Page",
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
    "page",
    "sessions",
    "worklist",
]


_Told = tuple[int, int, Found]
"""A loan on a list: its inner number, its days late, and why it is there."""


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
    due_on   the day that matters of each loan, in days since 1970, where the columns know it
    alone    whether `rows` asks about the loan alone, and not about others beside it
    """

    amounts: Amounts | None = None
    rows: Rows | None = None
    told: Callable[[View, np.ndarray], Iterator[Found]] | None = None
    exact: bool = True
    others: Callable[[View], Iterable[WorklistRow]] | None = None
    due_on: Amounts | None = None
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


def _sessions(view: View) -> np.ndarray:
    return view.sessions


WORKLISTS = {
    "late": _List(due.late, due.late_rows),
    "to-transfer": _List(due.may_move, due.moving_rows, exact=False),
    "due": _List(due.due, due.due_rows),
    "transfer-boxes": _List(due.boxes, due.boxes_rows, exact=False),
    "overdue": _List(due.overdue, due.overdue_rows),
    "due-session": _List(due.session, told=due.session_told, due_on=_sessions),
    "due-next-month": _List(due.next_month, due.next_month_rows),
    "collect-next-month": _List(due.collect, told=due.collect_told, due_on=_sessions),
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


ORDERS: Mapping[str, Callable[[int, int, date | None], int]] = {
    "place": lambda amount, days_late, due_on: 0,
    "amount": lambda amount, days_late, due_on: -amount,
    "days_late": lambda amount, days_late, due_on: -days_late,
    "due_on": lambda amount, days_late, due_on: (due_on or date.max).toordinal(),
}
"""What a list may be sorted by before commune, group and loan: a number that rises."""

# Orders that need the amounts alone: by how much of them rows are sorted.
_OF_COLUMNS = {"place": 0, "amount": -1}


def worklist(
    tx: Tx, policy: Policy, name: str, as_of: date, place: Place
) -> tuple[WorklistRow, ...]:
    """Return the rows of a list at the end of a day, by commune, group and loan.

    name  one of `WORKLISTS`

    Raises WorklistUnknown.
    """
    return page(tx, policy, name, as_of, place).rows


def page(
    tx: Tx,
    policy: Policy,
    name: str,
    as_of: date,
    place: Place,
    *,
    order: str | Callable[[str], Any] = "place",
    begins: int = 0,
    most: int | None = None,
) -> Page:
    """Return some rows of a list at the end of a day, beside count and sum of all.

    order   one of `ORDERS`, or by what names of customers are sorted; what is equal there is
            sorted by commune, group and loan
    begins  the first row, counted from 0
    most    how many rows at most; None: all that follow

    Raises WorklistUnknown.
    """
    if name not in WORKLISTS:
        raise WorklistUnknown(name=name, names=list(WORKLISTS))
    listed = WORKLISTS[name]
    seen = views(tx, policy, place, as_of)
    known = order if isinstance(order, str) else "place"
    parts = [part for view in seen for part in _parts(listed, view, known)]
    if not isinstance(order, str):
        parts = paging.by_name(parts, order)
    return paging.cut(parts, begins, most)


def counts(tx: Tx, policy: Policy, as_of: date, place: Place) -> dict[str, Count]:
    """Return how many rows every list has at the end of a day, and their sum [dong].

    Where the columns tell it, no loan is looked at.
    """
    found = dict.fromkeys(WORKLISTS, Count(0, Dong(0)))
    for view in views(tx, policy, place, as_of):
        for name, listed in WORKLISTS.items():
            for amounts in _counted(listed, view):
                found[name] = Count(
                    found[name].rows + len(amounts),
                    Dong(found[name].amount + int(amounts.sum())),
                )
    return found


def _counted(listed: _List, view: View) -> Iterator[np.ndarray]:
    """Yield the amounts of a list's rows."""
    ids, amounts = _chosen(listed, view)
    if listed.exact:
        yield amounts
    else:
        yield _whole(one.amount for _, _, one in _found(listed, view, ids))
    yield _whole(row.amount for row in _others(listed, view))


def _chosen(listed: _List, view: View) -> tuple[np.ndarray, np.ndarray]:
    """Return the loans that the columns let through, and their amounts [dong]."""
    if listed.amounts is None:
        return view.axes.ids[:0], view.axes.ids[:0]
    amounts = listed.amounts(view)
    at = np.flatnonzero(amounts > 0)
    return view.axes.ids[at], amounts[at]


def _others(listed: _List, view: View) -> Iterable[WorklistRow]:
    return listed.others(view) if listed.others else ()


def _parts(listed: _List, view: View, order: str) -> Iterator[Unnamed]:
    """Yield the rows of a list, loans first; where columns tell the order no loan is looked at."""
    ids, amounts = _chosen(listed, view)
    first = _first(listed, view, order, ids, amounts)
    if listed.exact and first is not None:
        yield _loans(view, ids, amounts, first, lambda at: _found(listed, view, ids[at]))
    else:
        found = list(_found(listed, view, ids))
        told = [(one.amount, days_late, one.due_on) for _, days_late, one in found]
        there = np.array([loan_id for loan_id, _, _ in found], dtype=np.int64)
        amounts, first = (
            _whole(row[0] for row in told),
            _whole(ORDERS[order](*row) for row in told),
        )
        yield _loans(view, there, amounts, first, lambda at: (found[one] for one in at))
    others = tuple(_others(listed, view))
    yield Unnamed(
        _whole(ORDERS[order](row.amount, row.days_late, row.due_on) for row in others),
        np.array([row.commune for row in others], dtype=object),
        np.array([row.group_no for row in others], dtype=object),
        _whole(row.amount for row in others),
        lambda: _called(view, others),
        lambda at: [others[one] for one in at],
    )


def _called(view: View, rows: Sequence[WorklistRow]) -> np.ndarray:
    names = records.households.names_of(view.tx, {row.customer_no for row in rows})
    return np.array([names.get(row.customer_no, "") for row in rows], dtype=object)


def _first(
    listed: _List, view: View, order: str, ids: np.ndarray, amounts: np.ndarray
) -> np.ndarray | None:
    """Return by what loans of a view with their amounts are sorted; None: no column tells it."""
    if order == "due_on" and listed.due_on:
        return listed.due_on(view)[np.searchsorted(view.axes.ids, ids)]
    return _OF_COLUMNS[order] * amounts if order in _OF_COLUMNS else None


def _whole(numbers: Iterable[int]) -> np.ndarray:
    return np.fromiter(numbers, dtype=np.int64)


def _loans(
    view: View,
    ids: np.ndarray,
    amounts: np.ndarray,
    first: np.ndarray,
    tell: Callable[[list[int]], Iterable[_Told]],
) -> Unnamed:
    """Return loans of a view as rows that are told where they are shown."""
    at, columns = np.searchsorted(view.axes.ids, ids), view.axes.columns

    def called() -> np.ndarray:
        holders, which = np.unique(columns["customer_id"][at], return_inverse=True)
        names = records.households.names_by_id(view.tx, holders.tolist())
        found: np.ndarray = np.array([names[one] for one in holders.tolist()], dtype=object)
        return found[which]

    return Unnamed(
        first=first,
        commune=columns["commune"][at],
        group_no=columns["group_no"][at],
        amount=amounts,
        called=called,
        tell=lambda some: list(_named(view, list(tell(some)))),
    )


def _named(view: View, found: Sequence[_Told]) -> Iterator[WorklistRow]:
    """Yield loans on a list as rows, with their numbers and those of their customers."""
    columns = view.axes.columns
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


def _found(listed: _List, view: View, ids: np.ndarray) -> Iterator[_Told]:
    """Yield loans that the columns let through: inner number, days late, why it is on the list."""
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
