"""What in the book contradicts the rules on borrowers and groups: data to put right."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from creditdesk import records
from creditdesk.columns import pairs
from creditdesk.engine.money import Dong
from creditdesk.figures import WorklistRow
from creditdesk.worklists.looked import Found, Looked
from creditdesk.worklists.view import View, in_force

NINE_DIGITS_UNTIL = date(2024, 12, 31)
"""Last day of the old cards: Law on Identity 26/2023/QH15, article 46."""
_OLD_CARD_DIGITS = 9


def odd(view: View) -> np.ndarray:
    """Return what is owed on loans whose borrower or household has a fault."""
    found = np.zeros(len(view.axes.ids), dtype=bool)
    for column in view.once(_faults).values():
        found |= column
    return np.where(found, view.now.outstanding, 0)


def _faults(view: View) -> Mapping[str, np.ndarray]:
    """Return which loans with a balance have which fault.

    identity-repeated         another customer of the book has the same identity number
    identity-nine-digits      the card is of the old kind, worth nothing since 2025
    customer-in-two-groups    the customer owes in more than one group
    household-two-borrowers   two customers of one household owe at the same time
    """
    customers = view.axes.columns["customer_id"]
    repeated = records.households.identity_repeated(view.tx)
    old: list[int] = []
    if view.as_of > NINE_DIGITS_UNTIL:
        old = records.households.identity_of_digits(view.tx, _OLD_CARD_DIGITS)
    return {
        "identity-repeated": view.owing & np.isin(customers, repeated),
        "identity-nine-digits": view.owing & np.isin(customers, old),
        "customer-in-two-groups": _several(view, "customer_id", _grouped),
        "household-two-borrowers": _several(view, "household_id", _borrowing),
    }


def _grouped(whole: View) -> tuple[np.ndarray, np.ndarray]:
    groups = whole.axes.by("group_no")
    return groups.codes, whole.owing & ~whole.axes.among("group_no", ("",))


def _borrowing(whole: View) -> tuple[np.ndarray, np.ndarray]:
    return whole.axes.columns["customer_id"], whole.owing


def _several(
    view: View, one: str, others: Callable[[View], tuple[np.ndarray, np.ndarray]]
) -> np.ndarray:
    """Return which loans with a balance belong to a `one` that owes under several of `others`.

    Wherever in the province: half of what is wrong may lie beyond the place.
    """
    whole, here = view.whole, view.axes.columns[one]
    other, among = others(whole)
    there = whole.axes.columns[one]
    most = int(there.max(initial=0)) + 1
    under = np.bincount(pairs(there[among], other[among]), minlength=most)
    _, ours = others(view)
    found: np.ndarray = ours & (under[here] > 1)
    return found


def odd_rows(loan: Looked) -> Iterator[Found]:
    """Yield what is owed and the faults behind it."""
    at = int(np.searchsorted(loan.view.axes.ids, loan.row.id))
    named = [code for code, column in loan.view.once(_faults).items() if column[at]]
    yield Found(loan.outstanding, loan.final_due_on, {"faults": named})


def ill_sized(view: View) -> Sequence[WorklistRow]:
    """Return groups of fewer or more members than the rule allows, counted as those who owe.

    All of a group's members count, also those whose loans are not looked at here.
    """
    return view.once(_ill_sized)


def _ill_sized(view: View) -> list[WorklistRow]:
    return list(_by_size(view))


def _members(whole: View) -> dict[str, int]:
    """Return how many members of each group of a province owe, one a household."""
    groups = whole.axes.by("group_no")
    at = np.flatnonzero(whole.owing & ~whole.axes.among("group_no", ("",)))
    there = groups.codes[at].astype(np.int64)
    households = whole.axes.columns["household_id"][at]
    found = np.bincount(pairs(there, households), minlength=len(groups.categories))
    return dict(zip(map(str, groups.categories), found.tolist(), strict=True))


def _by_size(view: View) -> Iterator[WorklistRow]:
    groups, columns = view.axes.by("group_no"), view.axes.columns
    at = np.flatnonzero(view.owing & ~view.axes.among("group_no", ("",)))
    group, size = groups.codes[at].astype(np.int64), len(groups.categories)
    counted = view.whole.once(_members)
    members = np.array([counted.get(number, 0) for number in groups.categories], dtype=np.int64)
    members[np.bincount(group, minlength=size) == 0] = 0
    owed, first = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    np.add.at(owed, group, view.now.outstanding[at])
    first[group[::-1]] = at[::-1]
    least = in_force(view.policy.limits.group_members_min, view.as_of)
    most = in_force(view.policy.limits.group_members_max, view.as_of)
    for one in np.flatnonzero((members > 0) & ((members < least) | (members > most))).tolist():
        fault = "group-too-small" if members[one] < least else "group-too-large"
        why = {"members": int(members[one]), "faults": [fault]}
        commune, number = columns["commune"][first[one]], str(groups.categories[one])
        yield WorklistRow("", "", commune, number, Dong(int(owed[one])), 0, None, why)


def small(view: View) -> Iterator[WorklistRow]:
    """Yield groups of fewer members than the rule asks for."""
    return (row for row in ill_sized(view) if "group-too-small" in row.why["faults"])
