"""How far a contract may still be stretched."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from creditdesk.engine.dated import History
from creditdesk.engine.days import months_after, whole_months
from creditdesk.engine.journal import FINAL_DATE_MOVES, Event, Kind
from creditdesk.engine.policy import Limits
from creditdesk.engine.replay import Booked
from creditdesk.engine.terms import LoanTerms

SUPPLEMENTARY = "K_bs"
"""The reason of a freeze that follows on another, and of no other."""
_MONTH = 30
"""Days of a month of which a part is taken."""


def extension_until(
    terms: LoanTerms, booked: Sequence[Booked], limits: Limits, day: date
) -> date | None:
    """Return the latest final due date that extensions decided on a day may give a contract.

    All extensions together last at most a share of the original term, those of a short loan a
    number of months. The original term runs from the first draw, or from the signing where nothing
    was drawn, to the final due date without any extension. None where policy states no limit for
    that day.

    Source: Decision 54/QĐ-HĐQT of 2023-09-15, Decision 08/2021/QĐ-TTg, in policy/limits.toml.
    """
    known = [entry.event for entry in booked if entry.event.value_date <= day]
    draws = (event.value_date for event in known if event.kind is Kind.DRAW)
    start, due_on = min(draws, default=terms.signed_on), original_due_on(terms, known)
    if due_on <= months_after(start, limits.short_term_months.at(day)):
        short = limits.extension_short_months.find(day)
        return None if short is None else months_after(due_on, short)
    share = limits.extension_share.find(day)
    if share is None:
        return None
    months, days = _span(start, due_on)
    part = months * share
    odd = (part - int(part)) * _MONTH + days * share
    return months_after(due_on, int(part)) + timedelta(days=int(odd))


def original_due_on(terms: LoanTerms, events: Iterable[Event]) -> date:
    """Return the final due date without extensions: other decisions move it for good."""
    original = final = terms.due_on
    for event in events:
        if event.kind in FINAL_DATE_MOVES and event.until is not None:
            if event.kind is not Kind.EXTEND:
                original += event.until - final
            final = event.until
    return original


def freeze_months(limits: Limits, reason: str, loss: Decimal | None, day: date) -> History[int]:
    """Return how many months at most a freeze decided on a day lasts.

    loss  share of the assets; None where it is not told, as of each loan of a stricken commune:
          then no longer than any loss allows

    Source: Decision 50/2010/QĐ-TTg, amended by Decision 08/2021/QĐ-TTg, in policy/limits.toml.
    """
    heavy_from = limits.freeze_loss_heavy_from.nearest(day)
    if reason not in (limits.freeze_by_loss.nearest(day) or ()):
        return limits.freeze_months_heavy
    heavy = loss is not None and heavy_from is not None and loss >= heavy_from
    return limits.freeze_months_heavy if heavy else limits.freeze_months


def _span(start: date, until: date) -> tuple[int, int]:
    """Return the whole months between two days, and the days that are left over."""
    months = whole_months(start, until)
    return months, (until - months_after(start, months)).days
