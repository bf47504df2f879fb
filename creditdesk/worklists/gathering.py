"""What sessions should bring: by group for every session ahead, by loan for one group on a day."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from creditdesk import arrears, standings
from creditdesk.arrears import Candidate, Place
from creditdesk.columns import day_of
from creditdesk.db import Tx
from creditdesk.engine import ageing, watch
from creditdesk.engine.journal import PRINCIPAL, Account, Kind
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy
from creditdesk.engine.replay import Booked
from creditdesk.worklists.due import asked
from creditdesk.worklists.view import View, not_asked, views

_PAID = frozenset({Kind.PRINCIPAL, Kind.INTEREST})
_KEYS = ["session", "commune", "office", "group_no"]


class Gathering(NamedTuple):
    """What a group should bring to its next session [dong]: of so many who owe, for so many loans.

    late  whether any of its loans is late by contract
    """

    session: date
    commune: str
    office: str
    group_no: str
    members: int
    loans: int
    principal: Dong
    interest: Dong
    late: bool


class Claim(NamedTuple):
    """What one loan is asked for on a day [dong], beside what was paid by the end of that day.

    row    the loan's row, where it is on the day
    late   of the principal, what fell due before
    """

    row: Any
    outstanding: Dong
    principal: Dong
    late: Dong
    interest: Dong


def gatherings(tx: Tx, policy: Policy, as_of: date, place: Place) -> tuple[Gathering, ...]:
    """Return what every group should bring to its next session after a day, by session and place.

    Loans that the bank lends without a group are not gathered.
    """
    found = [one for view in views(tx, policy, place, as_of) for one in _gathered(view)]
    return tuple(sorted(found))


def _gathered(view: View) -> Iterator[Gathering]:
    claimed, columns = view.once(asked), view.axes.columns
    frame = pd.DataFrame(
        {
            "session": view.sessions,
            **{name: columns[name] for name in (*_KEYS[1:], "customer_id")},
            "principal": claimed.principal,
            "interest": claimed.interest,
            "late": view.now.late > 0,
        }
    )[view.owing & (columns["group_no"] != "")]
    summed = frame.groupby(_KEYS).agg(
        members=("customer_id", "nunique"),
        loans=("customer_id", "size"),
        principal=("principal", "sum"),
        interest=("interest", "sum"),
        late=("late", "any"),
    )
    for row in summed.reset_index().itertuples(index=False):
        yield Gathering(
            session=day_of(int(row.session)),
            commune=row.commune,
            office=row.office,
            group_no=row.group_no,
            members=int(row.members),
            loans=int(row.loans),
            principal=Dong(int(row.principal)),
            interest=Dong(int(row.interest)),
            late=bool(row.late),
        )


def brought(tx: Tx, policy: Policy, day: date, place: Place) -> dict[str, Dong]:
    """Return what the loans of each group paid on a day [dong], where they paid anything."""
    found: dict[str, Dong] = {}
    for view in views(tx, policy, place, day):
        moved, groups = view.moved(_PAID, day - timedelta(days=1)), view.axes.columns["group_no"]
        for at in np.flatnonzero(moved > 0).tolist():
            found[groups[at]] = Dong(found.get(groups[at], 0) + int(moved[at]))
    return found


def claims(tx: Tx, policy: Policy, province: str, group_no: str, day: date) -> tuple[Claim, ...]:
    """Return what every loan of a group is asked for at a session, by number.

    Loans that owe nothing and paid nothing that day are left out. The same as `gatherings` and the
    list `due-session` say of the day before, by the engine, so that no province is read.
    """
    over = standings.axes(tx, province, day)
    part = over.part(np.flatnonzero(over.among("group_no", (group_no,))))
    spared = set(part.ids[not_asked(tx, policy, part, day)].tolist())
    found = (
        _claim(loan, day, spared=loan.row.id in spared)
        for loan in arrears.candidates(tx, part.ids.tolist(), day)
    )
    return tuple(sorted(filter(None, found), key=lambda one: str(one.row.loan_no)))


def _claim(loan: Candidate, day: date, *, spared: bool) -> Claim | None:
    """Return what a loan is asked for; None where it owes nothing and paid nothing that day."""
    booked = [entry for entry in loan.booked if entry.event.value_date <= day]
    balances, plan = ageing.balances_on(booked, day), ageing.plan_on(booked, day)
    outstanding = sum(balances[account] for account in PRINCIPAL)
    repaid = ageing.total_of(booked, Kind.PRINCIPAL, day)
    due = sum(one.unpaid for one in ageing.instalments(plan, repaid) if one.due_on <= day)
    principal = min(balances[Account.IN_TERM] + balances[Account.OVERDUE], due)
    interest = watch.interest_unpaid(loan.terms, booked, day, day).due
    if not (outstanding or interest or any(_paid_on(entry, day) for entry in booked)):
        return None
    late = min(principal, ageing.look(plan, repaid, outstanding, day).principal)
    asked_for = Dong(0) if spared else interest
    return Claim(loan.row, Dong(outstanding), Dong(principal), Dong(late), asked_for)


def _paid_on(entry: Booked, day: date) -> bool:
    return entry.event.kind in _PAID and entry.event.value_date == day
