"""Households and groups: admitting who borrows, what communes' lists say, who vouches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from creditdesk import ledger, records
from creditdesk.communes import Map, PlaceNotFound
from creditdesk.db import Tx, insert_rows, row_text
from creditdesk.engine.days import months_after
from creditdesk.engine.eligibility import (
    ESCAPED,
    OTHER,
    Spell,
    history_on,
    left_lists_on,
    spell_on,
)
from creditdesk.engine.policy import Policy
from creditdesk.engine.programmes import STANDINGS
from creditdesk.errors import Conflict, DeskError, NotFound, Refused
from creditdesk.sealing import Sealer
from creditdesk.spelling import to_find


class CustomerElsewhere(Conflict):
    """The customer is known in another household."""

    code = "customer-elsewhere"


class GroupElsewhere(Conflict):
    """The group is known under another trustee."""

    code = "group-elsewhere"


class HouseholdNotFound(NotFound):
    """No household has this number."""

    code = "household-not-found"


class StandingUnknown(Refused):
    """A household is poor, near-poor, newly escaped or other: no list says anything else."""

    code = "standing-unknown"


class ListMissing(Refused):
    """A standing rests on the commune's list: its number is missing."""

    code = "list-missing"


class StandingEndsBefore(Refused):
    """A standing ends before it begins."""

    code = "standing-ends-before"


class EscapedTooLong(Refused):
    """Too long after leaving the lists a household is no longer newly escaped."""

    code = "escaped-too-long"


@dataclass(frozen=True, slots=True)
class Listing:
    """What a commune's list says of one household.

    standing         `HN` poor, `HCN` near-poor, `MTN` newly escaped, `KHAC` other
    since, until     [date] first and last day; None: until the next list
    list_no, list_on number and date of the list
    """

    household_no: str
    commune: str
    standing: str
    since: date
    until: date | None
    list_no: str
    list_on: date


MARK = "(minh họa)"
"""What every name of the demonstration ends with: its people are invented."""


def are_invented(tx: Tx) -> bool:
    """Return whether the book is the demonstration: it is built into an empty book only."""
    first = records.households.customers_of(tx, [1]).get(1)
    return first is not None and first.name.endswith(MARK)


def register(
    tx: Tx, *, province: str, customer_no: str, name: str, id_no: str = "", household_no: str = ""
) -> int:
    """Admit a customer of a household, both once, and return the customer's inner number.

    household_no  empty: the customer stands for the household

    Raises CustomerElsewhere when the customer is known in another household; KeyMissing.
    """
    household_no = household_no or customer_no
    household = records.households.find_household(tx, household_no)
    known = records.households.find_customer(tx, customer_no)
    if known is not None:
        if household is None or known.household_id != household.id:
            raise CustomerElsewhere(customer_no=customer_no, household_no=household_no)
        return int(known.id)
    sealed, digest, shown = Sealer(tx).identity(customer_no, id_no)
    household_id = (
        household.id if household else records.households.add_household(tx, province, household_no)
    )
    return records.households.add_customer(
        tx,
        {
            "province": province,
            "customer_no": customer_no,
            "household_id": household_id,
            "name": name,
            "name_plain": to_find(name),
            "id_no_sealed": sealed,
            "id_no_digest": digest,
            "id_no_masked": shown,
        },
    )


def with_identity(tx: Tx, id_no: str) -> list[str]:
    """Return the numbers of the customers who bear an identity number; raises KeyMissing."""
    return records.households.with_digest(tx, Sealer(tx).digests(id_no))


def form_group(tx: Tx, *, province: str, group_no: str, trustee: str, head: str = "") -> None:
    """Admit a savings-and-credit group once; raises GroupElsewhere for another trustee."""
    known = records.households.find_group(tx, group_no)
    if known is None:
        records.households.add_group(tx, group_no, province, trustee, head)
    elif known.trustee != trustee:
        raise GroupElsewhere(group_no=group_no, trustee=trustee, known=known.trustee)


class Weighed(NamedTuple):
    """A listing with what forbids it, and whether it says anything new."""

    listing: Listing
    refusal: DeskError | None
    new: bool


def classify(
    tx: Tx, policy: Policy, places: Map, *, listings: Sequence[Listing], deed: ledger.Deed
) -> int:
    """Enter what communes' lists say of households, and return how much of it was new.

    A household that nobody knew is admitted. A later listing of the same first day takes the place
    of the former, which stays written. Said again, the same changes nothing.

    Raises StandingUnknown, ListMissing, StandingEndsBefore, EscapedTooLong, PlaceNotFound.
    """
    records.loans.hold_contracts(tx)
    weighed = weigh(tx, policy, places, listings)
    for one in weighed:
        if one.refusal:
            raise one.refusal
    new = [one.listing for one in weighed if one.new]
    if new:
        write_listings(tx, places, new, ledger.begin_act(tx, "classify", deed))
    return len(new)


def weigh(tx: Tx, policy: Policy, places: Map, listings: Sequence[Listing]) -> tuple[Weighed, ...]:
    """Return listings with what forbids each, after all that was said before it."""
    ids = records.households.households_of(tx, (one.household_no for one in listings))
    known = records.households.standings_of(tx, ids.values())
    spells = {number: [_spell(row) for row in known.get(key, ())] for number, key in ids.items()}
    found = []
    for one in listings:
        before = spells.setdefault(one.household_no, [])
        spell = Spell(one.standing, one.since, one.until, one.list_no, one.list_on)
        refusal = _refusal(policy, places, one, before)
        new = refusal is None and not _repeats(before, spell)
        if new:
            before.append(spell)
        found.append(Weighed(one, refusal, new))
    return tuple(found)


def write_listings(tx: Tx, places: Map, listings: Sequence[Listing], act_id: int) -> None:
    """Write sound listings under an act, admitting the households that nobody knew."""
    _write(tx, places, listings, _admitted(tx, places, listings), act_id)


def _admitted(tx: Tx, places: Map, listings: Iterable[Listing]) -> dict[str, int]:
    """Return the id of every household listed, admitting those not known."""
    provinces = {one.household_no: places.commune(one.commune).province for one in listings}
    ids = records.households.households_of(tx, provinces)
    for number, province in provinces.items():
        if number not in ids:
            ids[number] = records.households.add_household(tx, province, number)
    return ids


def _repeats(before: Sequence[Spell], spell: Spell) -> bool:
    """Return whether the newest listing of the same first day says the same."""
    same_day = [one for one in before if one.since == spell.since]
    return same_day[-1:] == [spell]


def _refusal(
    policy: Policy, places: Map, one: Listing, before: Sequence[Spell]
) -> DeskError | None:
    """Return what forbids a listing, after what was said of the household before."""
    if one.commune not in places.communes:
        return PlaceNotFound(place=one.commune)
    if one.standing not in STANDINGS:
        return StandingUnknown(household_no=one.household_no, standing=one.standing)
    if not one.list_no.strip():
        return ListMissing(household_no=one.household_no)
    if one.until is not None and one.until < one.since:
        return StandingEndsBefore(household_no=one.household_no, since=one.since, until=one.until)
    return _escaped(policy, one, before) if one.standing == ESCAPED else None


def _escaped(policy: Policy, one: Listing, before: Sequence[Spell]) -> DeskError | None:
    most = policy.limits.newly_escaped_months.find(one.since)
    spell = Spell(one.standing, one.since, one.until, one.list_no, one.list_on)
    left = left_lists_on(history_on([*before, spell], (), one.since), one.since)
    if most is None or left is None or one.since <= months_after(left, most):
        return None
    return EscapedTooLong(
        household_no=one.household_no, left_on=left, last_day=months_after(left, most)
    )


def _write(
    tx: Tx, places: Map, listings: Iterable[Listing], ids: dict[str, int], act_id: int
) -> None:
    rows = (
        row_text(
            (
                places.commune(one.commune).province,
                ids[one.household_no],
                one.commune,
                one.standing,
                one.since,
                one.until,
                one.list_no,
                one.list_on,
                act_id,
            )
        )
        for one in listings
    )
    table = records.households.household_standing
    insert_rows(tx, table, records.households.STANDING_COLUMNS, rows)


def _spell(row: Any) -> Spell:
    return Spell(row.standing, row.since, row.until, row.list_no, row.list_on)


class Told(NamedTuple):
    """What tells the standing of a household: communes' lists, and its contracts."""

    listed: Sequence[Spell]
    signed: Sequence[Spell]

    def on(self, day: date) -> Spell | None:
        """Return the spell in force on a day, None where nothing tells one."""
        return spell_on(history_on(self.listed, self.signed, day), day)


def told_of(tx: Tx, household_ids: Iterable[int], before: str | None = None) -> dict[int, Told]:
    """Return what tells the standings of households, by inner number.

    before  a moment: what was recorded then or later does not count
    """
    wanted = set(household_ids)
    later = None if before is None else records.ledger.entered_later(before)
    listed = records.households.standings_of(tx, wanted, later)
    signed: dict[int, list[Spell]] = {}
    for row in records.loans.standings_signed(tx, wanted, later):
        spell = Spell(row.standing or OTHER, row.signed_on, None, "", None)
        signed.setdefault(row.household_id, []).append(spell)
    return {
        one: Told([_spell(row) for row in listed.get(one, ())], signed.get(one, ()))
        for one in wanted
    }


def history(tx: Tx, household_id: int, day: date) -> tuple[Spell, ...]:
    """Return the standings that a household has had by a day, rising.

    One of whom no list tells has the standing that its contracts state.
    """
    return history_on(*told_of(tx, [household_id])[household_id], day)


def standing_on(tx: Tx, household_no: str, day: date) -> Spell | None:
    """Return the standing of a household on a day, None where nothing tells one.

    Raises HouseholdNotFound.
    """
    household = records.households.find_household(tx, household_no)
    if household is None:
        raise HouseholdNotFound(household_no=household_no)
    return spell_on(history(tx, household.id, day), day)
