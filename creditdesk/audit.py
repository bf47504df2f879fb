"""Proof of the books: every loan recomputed from its entries, every kept figure from the loans."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from creditdesk import ledger, records, standings
from creditdesk.db import Tx
from creditdesk.engine.ageing import stand
from creditdesk.engine.journal import KIND_CODE, mirror
from creditdesk.engine.policy import Policy
from creditdesk.engine.replay import Booked, replay
from creditdesk.errors import BooksBroken

_BLOCK = 400


@dataclass(slots=True)
class Proof:
    """What was recomputed, and the first contradictions found, each as its facts."""

    loans: int = 0
    entries: int = 0
    postings: int = 0
    images: int = 0
    faults: list[dict[str, Any]] = field(default_factory=list)

    def require(self) -> None:
        """Raise BooksBroken with the first contradiction."""
        if self.faults:
            raise BooksBroken(**self.faults[0])


def verify(
    tx: Tx,
    policy: Policy,
    progress: Callable[[int, int], None] = lambda done, of: None,
    most: int = 20,
) -> Proof:
    """Recompute every loan from its entries and every kept figure from the loans.

    Checked per loan: the chain of digests to its head; that postings and plan are what the facts
    make of them; that mirrors reflect; that no balance is below zero. Checked over all: the
    columns of standings agree with the engine, and kept images with the entries.

    most  stop after so many contradictions

    Returns the Proof; its `faults` are empty when the books hold.
    """
    proof = Proof()
    last = records.ledger.last_value_date(tx)
    for province in records.loans.provinces(tx):
        over = standings.axes(tx, province)
        book = standings.image(tx, province, last) if last else None
        ids = over.ids.tolist()
        for at in range(0, len(ids), _BLOCK):
            block = ids[at : at + _BLOCK]
            _verify_block(tx, policy, block, proof, _Columns(over, book, at))
            progress(at + len(block), len(ids))
            if len(proof.faults) >= most:
                return proof
        _verify_images(tx, province, proof)
    _verify_orphans(tx, proof)
    return proof


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of a province on the newest day, and where a block of loans begins in them."""

    over: standings.Axes
    book: standings.Image | None
    start: int


def _verify_block(tx: Tx, policy: Policy, ids: list[int], proof: Proof, columns: _Columns) -> None:
    entries, postings, plans = records.ledger.chains_of(tx, ids)
    lines = ledger.postings_by_entry(postings)
    changes = ledger.plans_by_entry(plans)
    heads = records.loans.heads_of(tx, ids)
    of_loan: dict[int, list[Any]] = {}
    for row in entries:
        of_loan.setdefault(row.loan_id, []).append(row)
    _verify_copies(entries, postings, plans, proof)
    for at, loan in enumerate(records.loans.loans_by_id(tx, ids), start=columns.start):
        rows = of_loan.get(loan.id, [])
        booked = {
            row.id: Booked(ledger.event_of(row), lines.get(row.id, ()), changes.get(row.id, ()))
            for row in rows
        }
        _verify_chain(loan, rows, booked, heads.get(loan.id, (-1, b"")), proof)
        facts = _verify_replay(policy, loan, rows, booked, proof)
        if columns.book is not None:
            _verify_standing(loan, facts, columns.over, columns.book, at, proof)
        proof.loans += 1
        proof.entries += len(rows)
    proof.postings += len(postings)


def _verify_copies(
    entries: Iterable[Any], postings: Iterable[Any], plans: Iterable[Any], proof: Proof
) -> None:
    """Check what postings and plan changes repeat of their entry."""
    own = {
        row.id: (row.loan_id, row.province, row.value_date, row.mirrors, row.kind)
        for row in entries
    }
    for row in postings:
        loan_id, province, day, mirrors, kind = own[row.entry_id]
        said = (row.loan_id, row.province, row.value_date, row.sign, row.kind)
        if said != (loan_id, province, day, -1 if mirrors else 1, KIND_CODE[kind]):
            proof.faults.append({"why": "posting-differs-from-entry", "entry": row.entry_id})
    for row in plans:
        loan_id, province, day, _, _ = own[row.entry_id]
        if (row.loan_id, row.province, row.value_date) != (loan_id, province, day):
            proof.faults.append({"why": "plan-differs-from-entry", "entry": row.entry_id})
        if row.counts_from != ledger.counts_from(row.due_on, day):
            proof.faults.append({"why": "plan-counts-from-another-day", "entry": row.entry_id})


def _verify_chain(
    loan: Any,
    rows: list[Any],
    booked: dict[int, Booked],
    head: tuple[int, bytes],
    proof: Proof,
) -> None:
    digest = ledger.START
    for number, row in enumerate(rows, start=1):
        event, postings, plan = booked[row.id]
        said = ledger.said(event, row.mirrors, row.replaces, row.act_id)
        digest = ledger.link(digest, loan.loan_no, number, said, ledger.lines(postings, plan))
        if digest != bytes(row.digest):
            proof.faults.append(
                {"why": "entry-altered", "loan_no": loan.loan_no, "receipt_no": event.receipt_no}
            )
            return
    if (len(rows), digest) != head:
        proof.faults.append({"why": "entries-missing", "loan_no": loan.loan_no})


def _verify_replay(
    policy: Policy, loan: Any, rows: list[Any], booked: dict[int, Booked], proof: Proof
) -> list[Booked]:
    """Check that live facts, replayed, give what is booked; return them in order."""
    undone = {row.mirrors for row in rows if row.mirrors is not None}
    for row in rows:
        if row.mirrors is not None and not _reflects(booked[row.id], booked.get(row.mirrors)):
            proof.faults.append({"why": "mirror-does-not-reflect", "loan_no": loan.loan_no})
    live = [booked[row.id] for row in rows if row.mirrors is None and row.id not in undone]
    orders = ledger.orders_of(policy, loan.signed_on)
    again, refused = replay(ledger.terms_of(loan), [fact.event for fact in live], orders)
    if refused or sorted(again) != sorted(live):
        proof.faults.append({"why": "entries-do-not-follow", "loan_no": loan.loan_no})
    return again


def _reflects(new: Booked, old: Booked | None) -> bool:
    return (
        old is not None
        and new.event == old.event
        and new.postings == mirror(old.postings)
        and new.plan == tuple((due_on, -amount) for due_on, amount in old.plan)
    )


def _verify_standing(
    loan: Any,
    facts: list[Booked],
    over: standings.Axes,
    book: standings.Image,
    at: int,
    proof: Proof,
) -> None:
    """Check that the columns say of a loan what the engine says."""
    one = stand(ledger.terms_of(loan), facts, book.day)
    earned = standings.earned_at(over, book, at)
    by_columns = {name: int(book[name][at]) for name in ("drawn", "in_term", "overdue", "frozen")}
    by_columns |= {"late": int(book.late[at]), "collected": int(book["interest_collected"][at])}
    by_engine = {
        "drawn": one.drawn,
        "in_term": one.in_term,
        "overdue": one.overdue,
        "frozen": one.frozen,
        "late": one.late_principal,
        "collected": one.interest_collected,
    }
    if by_columns != by_engine or earned != one.interest_earned:
        proof.faults.append({"why": "columns-differ-from-engine", "loan_no": loan.loan_no})


def _verify_images(tx: Tx, province: str, proof: Proof) -> None:
    """Check every kept image against the entries, from the first day on in one pass."""
    for kept, again in standings.recomputed(tx, province):
        proof.images += 1
        if not np.array_equal(kept.values, again.values):
            proof.faults.append(
                {"why": "image-differs", "province": province, "day": kept.day.isoformat()}
            )


def _verify_orphans(tx: Tx, proof: Proof) -> None:
    """Check that no posting or plan change stands without its entry."""
    for table, count in records.ledger.orphans(tx).items():
        if count:
            proof.faults.append({"why": "rows-without-entry", "table": table, "count": count})
