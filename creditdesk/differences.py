"""Differences: what an act changed of a loan, entry by entry, and where the loan stands for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from creditdesk import ledger, records
from creditdesk.db import Tx
from creditdesk.engine import days
from creditdesk.engine.ageing import Standing, stand_each
from creditdesk.engine.comparison import Difference, compare
from creditdesk.engine.replay import Booked


class Stood(NamedTuple):
    """Where a loan stood at the end of a day before an act, and where it stands after it."""

    before: Standing
    after: Standing


@dataclass(frozen=True, slots=True)
class Differences:
    """What an act changed of one loan.

    entries    what was added, withdrawn or booked anew, in the order in which it counts
    month_ends where the loan stands otherwise at ends of months that were told in a closing
    today      where it stands at the end of the day of asking
    """

    loan_no: str
    entries: tuple[Difference, ...]
    month_ends: tuple[Stood, ...]
    today: Stood


def of_act(tx: Tx, *, act_id: int, loan_no: str, today: date) -> Differences:
    """Return what an act changed of a loan; nothing where it did not touch it.

    today  [date] the day at whose end the loan is compared, beside ends of closed months

    Entries are never edited, so that both tellings can be read of the book at any later time. Of
    an act that is only tried it is asked before the act is taken back. Raises LoanNotFound.
    """
    loan = ledger.find_loan(tx, loan_no)
    before, after = _tellings(tx, loan, act_id)
    entries = compare(before, after)
    terms = ledger.terms_of(loan)

    since = min((one.event.value_date for one in entries), default=today)
    asked = [*(day for day in _told_month_ends(tx) if since <= day < today), today]
    told = (stand_each(terms, one, asked) for one in (before, after))
    *ends, now = map(Stood, *told)
    differ = tuple(stood for stood in ends if stood.before != stood.after)
    return Differences(loan_no, entries, differ, now)


def _tellings(tx: Tx, loan: Any, act_id: int) -> tuple[list[Booked], list[Booked]]:
    """Return what the book told of a loan just before an act, and just after it."""
    entries, postings, plans = records.ledger.chains_of(tx, [loan.id])
    ours = [at for at, row in enumerate(entries) if row.act_id == act_id]

    def told(rows: Sequence[Any]) -> list[Booked]:
        return ledger.in_order(ledger.facts_in(rows, postings, plans).get(loan.id, ()))

    if not ours:
        return (same := told(entries)), same
    return told(entries[: ours[0]]), told(entries[: ours[-1] + 1])


def _told_month_ends(tx: Tx) -> list[date]:
    """Return the last days of months that were closed, opened again since or not, rising."""
    months = sorted(records.kept.months_told(tx))
    return [days.month_end(date.fromisoformat(f"{month}-01")) for month in months]
