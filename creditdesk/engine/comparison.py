"""What differs between two tellings of one loan: entries before and after, by receipt."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from creditdesk.engine.journal import Account, Event, in_order
from creditdesk.engine.replay import Booked


class Difference(NamedTuple):
    """What one receipt does in two tellings, None where it is not told."""

    before: Booked | None
    after: Booked | None

    @property
    def event(self) -> Event:
        """Return the event of the receipt, which both tell alike."""
        told = self.after or self.before
        assert told is not None
        return told.event


def compare(before: Iterable[Booked], after: Iterable[Booked]) -> tuple[Difference, ...]:
    """Return the receipts that are told otherwise, in the order in which they count."""
    old = {booked.event.receipt_no: booked for booked in before}
    new = {booked.event.receipt_no: booked for booked in after}
    found = [Difference(old.get(number), new.get(number)) for number in {**old, **new}]
    differ = [one for one in found if one.before != one.after]
    return tuple(sorted(differ, key=lambda one: in_order(one.event)))


def by_account(booked: Booked) -> Mapping[Account, int]:
    """Return what an entry adds to each account it touches, debits less credits [dong]."""
    found: dict[Account, int] = {}
    for debit, credit, amount in booked.postings:
        found[debit] = found.get(debit, 0) + amount
        found[credit] = found.get(credit, 0) - amount
    return found
