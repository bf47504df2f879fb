"""Scores of savings-and-credit groups, and what lowers them; persons are not scored."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from creditdesk import records
from creditdesk.arrears import Place
from creditdesk.db import Tx
from creditdesk.engine import scoring
from creditdesk.engine.days import month_end, months_after
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy
from creditdesk.figures import CriterionLine, GroupRow
from creditdesk.standings import day_before
from creditdesk.worklists.view import View, views

_SIXTH = Decimal("0.000001")
_SUMS = (
    *("owed", "overdue", "interest_due", "interest_paid"),
    *("principal_due", "principal_paid"),
)


def group_scores(tx: Tx, policy: Policy, as_of: date, place: Place) -> tuple[GroupRow, ...]:
    """Return the score of every group that owes, by commune and group.

    Measured are overdue principal in what is owed on the day, and interest and principal collected
    in what fell due in the month that ends on it. Members' savings, their growth and attendance at
    the session are not in the book: they are left out and said to be not known.
    """
    found = [row for view in views(tx, policy, place, as_of) for row in _scores(view)]
    return tuple(sorted(found, key=lambda row: (row.commune, row.group_no)))


def _scores(view: View) -> Iterator[GroupRow]:
    known = records.households.groups_of(view.tx, view.province)
    for number, row in _measured(view).iterrows():
        shares = {
            "overdue": _share(row.overdue, row.owed),
            "interest": _share(row.interest_paid, row.interest_due),
            "principal": _share(row.principal_paid, row.principal_due),
        }
        score = scoring.score(view.policy.group_score, shares, view.as_of)
        trustee, head = known.get(number, ("", ""))
        yield GroupRow(
            group_no=str(number),
            commune=row.commune,
            trustee=trustee,
            head=head,
            members=int(row.members),
            paying=int(row.paying),
            outstanding=Dong(int(row.owed)),
            overdue=Dong(int(row.overdue)),
            known=score.known,
            score=score.score,
            band=score.band,
            criteria=tuple(_line(one, shares) for one in score.criteria),
            lowering=tuple(_line(one, shares) for one in score.lowering),
        )


def _line(one: scoring.Criterion, shares: dict[str, Decimal | None]) -> CriterionLine:
    unmeasured = "nothing-due" if one.code in shares else "not-known"
    why = unmeasured if one.share is None else ""
    return CriterionLine(one.code, one.weight, one.share, one.points, one.lost, why)


def _share(part: int, whole: int) -> Decimal | None:
    """Return a fraction of what was to be, None where nothing was."""
    if whole <= 0:
        return None
    return (Decimal(int(part)) / int(whole)).quantize(_SIXTH)


def _measured(view: View) -> pd.DataFrame:
    """Return sums [dong] by group: of loans that owe, and of those repaid within the month."""
    since = _month_before(view.as_of)
    due, paid = view.principal_of(since)
    interest_due = view.interest_due(view.as_of) - view.interest_due(since)
    interest_due = np.where(view.not_asked, 0, interest_due)
    (interest_paid,) = view.since(since, "interest_collected")
    columns, chosen = view.axes.columns, view.axes.columns["group_no"] != ""
    chosen &= view.owing | (due > 0) | (interest_due > 0)
    frame = pd.DataFrame(
        {
            "group_no": columns["group_no"],
            "commune": columns["commune"],
            "household": np.where(view.owing, columns["household_id"], -1),
            "household_id": columns["household_id"],
            "owed": view.now.outstanding,
            "overdue": view.now["overdue"],
            "interest_due": interest_due,
            "interest_paid": interest_paid,
            "principal_due": due,
            "principal_paid": paid,
        }
    )[chosen]
    groups = frame.groupby("group_no", sort=True)
    found = groups[list(_SUMS)].sum()
    found["commune"] = groups["commune"].first()
    owing = frame[frame["household"] >= 0].groupby("group_no")
    found["members"] = owing["household"].nunique()
    paying = frame[frame["interest_paid"] > 0].groupby("group_no")["household_id"].nunique()
    found["paying"] = paying.reindex(found.index, fill_value=0)
    return found[found["owed"] > 0]


def _month_before(as_of: date) -> date:
    """Return the last day before the month that ends on a day."""
    if as_of == month_end(as_of):
        return day_before(as_of.replace(day=1))
    return months_after(as_of, -1)
