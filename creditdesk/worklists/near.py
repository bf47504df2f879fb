"""What lies near a day: the sessions that come, and lists divided by commune or group."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd

from creditdesk import records
from creditdesk.arrears import Place
from creditdesk.columns import day_of, number_of
from creditdesk.db import Tx
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy
from creditdesk.figures import WorklistRow
from creditdesk.worklists import due
from creditdesk.worklists.view import Amounts, View, views

DIVIDED: Mapping[str, Amounts] = {"due": due.due, "late": due.late, "overdue": due.overdue}
"""Lists whose columns tell who is on them, by name."""


class Session(NamedTuple):
    """A commune's session: its day, who is expected, and what should be brought [dong]."""

    on: date
    commune: str
    groups: int
    loans: int
    principal: Dong
    interest: Dong


class Part(NamedTuple):
    """What a commune or a group has on the lists of `DIVIDED`: loans and sums [dong] by name."""

    code: str
    loans: Mapping[str, int]
    amounts: Mapping[str, Dong]


def sessions(
    tx: Tx, policy: Policy, as_of: date, place: Place, *, within: timedelta
) -> tuple[Session, ...]:
    """Return the sessions that follow the end of a day, by day and commune.

    Expected are principal due by the session and interest asked for there, as `due-session` has.
    """
    until = number_of(as_of + within)
    found = [one for view in views(tx, policy, place, as_of) for one in _sessions(view, until)]
    return tuple(sorted(found))


def _sessions(view: View, until: int) -> Iterator[Session]:
    asked = view.once(due.asked)
    chosen = view.owing & (view.sessions <= until)
    columns = {name: view.axes.columns[name] for name in ("commune", "group_no")}
    columns |= {"on": view.sessions, "principal": asked.principal, "interest": asked.interest}
    frame = pd.DataFrame({name: column[chosen] for name, column in columns.items()})
    for (on, commune), loans in frame.groupby(["on", "commune"], sort=True):
        groups = set(loans["group_no"]) - {""}
        sums = (Dong(int(loans[name].sum())) for name in ("principal", "interest"))
        yield Session(day_of(int(on)), commune, len(groups), len(loans), *sums)


def divided(tx: Tx, policy: Policy, as_of: date, place: Place, column: str) -> tuple[Part, ...]:
    """Return every commune or group of a place with what it has on the lists of `DIVIDED`.

    column  `commune` or `group_no`; those that have nothing on any list are left out
    """
    return tuple(
        part for view in views(tx, policy, place, as_of) for part in _divided(view, column)
    )


def _divided(view: View, column: str) -> Iterator[Part]:
    coded = view.axes.by(column)
    amounts, loans = {}, {}
    for name, amount in DIVIDED.items():
        column_of = amount(view)
        sums = np.zeros(len(coded.categories), dtype=np.int64)
        np.add.at(sums, coded.codes, column_of)
        amounts[name] = sums
        counts = np.bincount(coded.codes[column_of > 0], minlength=len(sums))
        loans[name] = counts
    for at, code in enumerate(coded.categories):
        if code and any(amounts[name][at] for name in DIVIDED):
            yield Part(
                code,
                {name: int(loans[name][at]) for name in DIVIDED},
                {name: Dong(int(amounts[name][at])) for name in DIVIDED},
            )


def names(
    tx: Tx, rows: Sequence[WorklistRow], groups: Iterable[str] = ()
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what the customers of rows are called, and the heads of their and other groups."""
    numbers = {row.customer_no for row in rows if row.customer_no}
    wanted = {row.group_no for row in rows} | set(groups)
    return (
        records.households.names_of(tx, numbers),
        records.households.heads_of(tx, wanted - {""}),
    )
