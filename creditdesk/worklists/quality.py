"""What in the book contradicts the rules on borrowers and groups: data to put right."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from creditdesk import records
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
    chosen = among & np.isin(there, here)
    pairs = pd.DataFrame({"one": there[chosen], "other": other[chosen]}).drop_duplicates()
    repeated = pairs["one"][pairs["one"].duplicated()].to_numpy()
    _, ours = others(view)
    found: np.ndarray = ours & np.isin(here, repeated)
    return found


def odd_rows(loan: Looked) -> Iterator[Found]:
    """Yield what is owed and the faults behind it."""
    at = int(np.searchsorted(loan.view.axes.ids, loan.row.id))
    named = [code for code, column in loan.view.once(_faults).items() if column[at]]
    yield Found(loan.outstanding, loan.final_due_on, {"faults": named})


def ill_sized(view: View) -> Sequence[WorklistRow]:
    """Return groups of fewer or more members than the rule allows, counted as those who owe."""
    return view.once(_ill_sized)


def _ill_sized(view: View) -> list[WorklistRow]:
    return list(_by_size(view))


def _by_size(view: View) -> Iterator[WorklistRow]:
    columns, chosen = view.axes.columns, view.owing.copy()
    chosen &= columns["group_no"] != ""
    frame = pd.DataFrame(
        {name: columns[name][chosen] for name in ("group_no", "commune", "household_id")}
    )
    frame["owed"] = view.now.outstanding[chosen]
    found = frame.groupby("group_no", sort=True).agg(
        commune=("commune", "first"),
        owed=("owed", "sum"),
        members=("household_id", "nunique"),
    )
    least = in_force(view.policy.limits.group_members_min, view.as_of)
    most = in_force(view.policy.limits.group_members_max, view.as_of)
    for number, commune, owed, members in found.itertuples():
        small = ["group-too-small"] if members < least else []
        large = ["group-too-large"] if members > most else []
        if small or large:
            why = {"members": int(members), "faults": small + large}
            yield WorklistRow("", "", commune, number, Dong(int(owed)), 0, None, why)


def small(view: View) -> Iterator[WorklistRow]:
    """Yield groups of fewer members than the rule asks for."""
    return (row for row in ill_sized(view) if "group-too-small" in row.why["faults"])
