"""What is known of a province: how interest on its capital is shared, what was published of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from creditdesk.engine import dated
from creditdesk.engine.dated import History, Table

QUOTED = ("poverty", "borrowed", "escaped", "owed", "jobs", "students", "water", "houses")
"""What a quoted figure may be about."""


@dataclass(frozen=True, slots=True)
class InterestShares:
    """How interest gathered on a province's entrusted capital is shared; the rest is the budget's.

    fee_share      the bank's, for managing it
    capital_share  what is added to the capital
    """

    fee_share: History[Decimal] = History()
    capital_share: History[Decimal] = History()


@dataclass(frozen=True, slots=True)
class Published:
    """What somebody published of a province: quoted word for word, never reckoned with.

    code       what it is about
    period     of when it speaks, `published` when it was said: as they are printed
    """

    province: str
    code: str
    period: str
    said: str
    published: str
    source: str
    confidence: str
    checked_on: date


_SHARES = {"fee_share": dated.SHARE, "capital_share": dated.SHARE}


def shares(table: Table) -> dict[str, InterestShares]:
    """Return by province how interest is shared, where its rule is known; never more than all."""
    found: dict[str, InterestShares] = {}
    for row in table.tables("province"):
        code, split = row.text("code"), InterestShares(**row.histories(_SHARES))
        row.finish()
        if code in found:
            raise row.fault("code", "repeated")
        both = (split.fee_share, split.capital_share)
        days = [one.since for history in both for one in history.values]
        if any(sum(history.find(day) or 0 for history in both) > 1 for day in days):
            raise row.fault("capital_share", "above-the-whole")
        found[code] = split
    return found


def published(table: Table) -> Iterator[Published]:
    """Yield what is quoted of provinces."""
    for row in table.tables("figure"):
        yield Published(
            province=row.text("province"),
            code=row.one_of("code", QUOTED),
            period=row.text("period"),
            said=row.text("said"),
            published=row.text("published"),
            **row.sourced(),
        )
        row.finish()
