"""The chain of a loan's entries: written in blocks, each linked to the one before by a digest."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from hashlib import blake2b
from typing import Any

from creditdesk import months, records
from creditdesk.db import Tx, day_text, insert_rows
from creditdesk.engine.journal import KIND_CODE, Event, Posting, mirror
from creditdesk.engine.replay import Booked, Revision


class Head:
    """The end of one loan's chain while entries are added to it."""

    __slots__ = ("digest", "entries", "loan_id", "loan_no", "province")

    def __init__(self, loan: Any, entries: int, digest: bytes) -> None:
        """Stand at the end of a loan's chain."""
        self.loan_id: int = loan.id
        self.loan_no: str = loan.loan_no
        self.province: str = loan.province
        self.entries = entries
        self.digest = digest

    @classmethod
    def of(cls, tx: Tx, loan: Any) -> "Head":
        """Return the end of a loan's chain as the book has it."""
        return cls(loan, *records.loans.head_of(tx, loan.id))


def opening(loan: Mapping[str, Any]) -> bytes:
    """Return what a loan's chain begins with: the digest of everything its row says."""
    said = [str(loan[name]) for name in records.loans.LOAN_COLUMNS if name != "id"]
    return blake2b("\0".join(said).encode(), digest_size=16).digest()


def link(head: bytes, loan_no: str, number: int, said: str, does: str) -> bytes:
    """Return the digest of an entry: of what it says and does, and of the one before it."""
    text = f"{loan_no}|{number}|{said}|{does}"
    return blake2b(head + text.encode(), digest_size=16).digest()


class Writer:
    """Entries on their way into the book: gathered, chained, written in blocks."""

    BLOCK = 40_000

    def __init__(self, tx: Tx, act_id: int, ids: Iterator[int]) -> None:
        """Write under one act with ids taken from an iterator."""
        self.tx = tx
        self.act_id = act_id
        self.ids = ids
        self.lock = months.Lock(tx)
        self.entries: list[tuple[Any, ...]] = []
        self.postings: list[tuple[Any, ...]] = []
        self.plans: list[tuple[Any, ...]] = []
        self.heads: list[Head] = []
        self.acts: list[Mapping[str, Any]] = []

    def under(self, act: Mapping[str, Any]) -> None:
        """Go on under another act, which is not in the book yet: it is written with its entries.

        act  the columns of `records.ledger.act` by name, its id among them
        """
        self.act_id = act["id"]
        self.acts.append(act)

    def write(self, head: Head, revision: Revision, live: dict[int, Booked]) -> None:
        """Add the mirrors and entries of one loan's revision.

        Raises MonthClosed for a fact of a closed month, be it added or withdrawn. An entry that is
        booked anew because of another is no new fact: it follows on its own day.
        """
        again = {replaces for _, replaces in revision.writes}
        for key in revision.mirrors:
            old = live[key]
            if key not in again:
                self.lock.admit(old.event)
            undone = Booked(
                old.event, mirror(old.postings), tuple((day, -new) for day, new in old.plan)
            )
            self._entry(head, undone, mirrors=key)
        for booked, replaces in revision.writes:
            if replaces is None:
                self.lock.admit(booked.event)
            self._entry(head, booked, replaces=replaces)
        self.heads.append(head)
        if len(self.entries) >= self.BLOCK:
            self.flush()

    def _entry(
        self, head: Head, booked: Booked, mirrors: int | None = None, replaces: int | None = None
    ) -> None:
        key = next(self.ids)
        event, postings, plan = booked
        day, loan_id, province = day_text(event.value_date), head.loan_id, head.province
        head.entries += 1
        head.digest = link(
            head.digest,
            head.loan_no,
            head.entries,
            said(event, mirrors, replaces, self.act_id),
            lines(postings, plan),
        )
        kind = event.kind._value_
        until, of = event.until and day_text(event.until), event.of and day_text(event.of)
        self.entries.append(
            (key, province, loan_id, day, kind, event.amount, until)
            + (event.receipt_no, mirrors, replaces, self.act_id, head.digest)
            + (of, event.rate_e8, event.overdue_rate_e8)
        )
        sign, code = 1 if mirrors is None else -1, KIND_CODE[kind]
        for line, (debit, credit, amount) in enumerate(postings, start=1):
            self.postings.append(
                (
                    key,
                    line,
                    province,
                    loan_id,
                    day,
                    debit._value_,
                    credit._value_,
                    amount,
                    sign,
                    code,
                )
            )
        for due_on, amount in plan:
            since = day_text(counts_from(due_on, event.value_date))
            self.plans.append((key, day_text(due_on), province, loan_id, day, since, amount))

    def flush(self) -> None:
        """Write what has been gathered."""
        book = records.ledger
        if self.acts:
            book.add_acts(self.tx, self.acts)
        for table, columns, rows in (
            (book.entry, book.ENTRY_COLUMNS, self.entries),
            (book.posting, book.POSTING_COLUMNS, self.postings),
            (book.plan_change, book.PLAN_COLUMNS, self.plans),
        ):
            if rows:
                insert_rows(self.tx, table, columns, rows)
        records.loans.move_heads(
            self.tx, ((head.loan_id, head.entries, head.digest) for head in self.heads)
        )
        for gathered in (self.acts, self.entries, self.postings, self.plans, self.heads):
            gathered.clear()


_ONE_DAY = timedelta(days=1)


def counts_from(due_on: date, value_date: date) -> date:
    """Return the first day at whose end a plan change makes principal due and unpaid."""
    return max(due_on + _ONE_DAY, value_date)


def said(event: Event, mirrors: int | None, replaces: int | None, act_id: int) -> str:
    """Return what an entry says, as the chain digests it."""
    day, kind, amount, until, receipt_no, of, rate, overdue_rate = event
    plain = f"{kind._value_}|{day}|{amount}|{until}|{receipt_no}|{mirrors}|{replaces}|{act_id}"
    # Most events say no more: so did all of them before these three were known.
    more = (of, rate, overdue_rate) != (None, 0, 0)
    return f"{plain}|{of}|{rate}|{overdue_rate}" if more else plain


def lines(postings: Iterable[Posting], plan: Iterable[tuple[date, int]]) -> str:
    """Return what an entry does, as the chain digests it."""
    does = [f"{debit._value_},{credit._value_},{amount}" for debit, credit, amount in postings]
    does.extend(f"{due_on},{amount}" for due_on, amount in sorted(plan))
    return ";".join(does)
