"""Proof of the books: every loan recomputed from its entries, every kept figure from the loans."""

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from creditdesk import accesses, images, ledger, records, standings
from creditdesk import chain as links
from creditdesk.columns import Axes
from creditdesk.communes import map_on
from creditdesk.db import Tx
from creditdesk.engine.ageing import stand
from creditdesk.engine.journal import KIND_CODE, in_order, mirror
from creditdesk.engine.policy import Policy
from creditdesk.engine.replay import Booked, replay
from creditdesk.errors import BooksBroken

_BLOCK = 400
_UNREADABLE = (ValueError, IndexError, zlib.error)


@dataclass(slots=True)
class Proof:
    """What was recomputed, and the first contradictions found, each as its facts."""

    loans: int = 0
    entries: int = 0
    postings: int = 0
    images: int = 0
    faults: list[dict[str, Any]] = field(default_factory=list)

    def fault(self, why: str, **facts: Any) -> None:
        """Note a contradiction."""
        self.faults.append({"why": why, **facts})

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
        columns = _Columns(_book_on(tx, over, last, proof), last, proof)
        ids = over.ids.tolist()
        for at in range(0, len(ids), _BLOCK):
            block = ids[at : at + _BLOCK]
            columns.start = at
            _verify_block(tx, policy, block, columns)
            progress(at + len(block), len(ids))
            if len(proof.faults) >= most:
                return proof
        _verify_images(tx, province, proof)
    _verify_moves(tx, proof)
    _verify_orphans(tx, proof)
    if broken := accesses.first_fault(tx):
        proof.fault(**broken)
    return proof


def _book_on(tx: Tx, over: Axes, last: date | None, proof: Proof) -> list[tuple[int, ...]] | None:
    """Return what the columns say of every loan on the newest day, or note why they cannot."""
    if last is None:
        return None
    try:
        book = standings.image(tx, over.province, last)
        earned = standings.earned(tx, over, book)
    except _UNREADABLE as trouble:
        proof.fault("columns-unreadable", province=over.province, said=str(trouble))
        return None
    said = [book[name] for name in ("drawn", "in_term", "overdue", "frozen")]
    said += [book.late, book["interest_collected"], *earned]
    return list(zip(*(column.tolist() for column in said), strict=True))


@dataclass(slots=True)
class _Columns:
    """What the columns of a province say on the newest day, and of which loan comes next."""

    said: list[tuple[int, ...]] | None
    last: date | None
    proof: Proof
    start: int = 0


@dataclass(frozen=True, slots=True)
class _Chain:
    """Everything written of one loan: its row, its entries, and where its chain ends."""

    loan: Any
    rows: list[Any]
    booked: dict[int, Booked]
    head: tuple[int, bytes]


def _verify_block(tx: Tx, policy: Policy, ids: list[int], columns: _Columns) -> None:
    """Check some loans; those whose rows cannot even be read are found one by one."""
    seen = len(columns.proof.faults)
    try:
        chains = list(_chains(tx, ids, columns.proof))
    except (ValueError, TypeError, KeyError) as trouble:
        del columns.proof.faults[seen:]
        if len(ids) == 1:
            columns.proof.fault("loan-unreadable", loan=ids[0], said=str(trouble))
            columns.start += 1
            return
        for key in ids:
            _verify_block(tx, policy, [key], columns)
        return
    for chain in chains:
        _verify_chain(chain, columns.proof)
        facts = _verify_replay(policy, chain, columns.proof)
        _verify_standing(chain.loan, facts, columns)
        columns.start += 1
        columns.proof.loans += 1
        columns.proof.entries += len(chain.rows)


def _chains(tx: Tx, ids: list[int], proof: Proof) -> Iterator[_Chain]:
    """Yield what is written of some loans, having checked what rows repeat of each other."""
    entries, postings, plans = records.ledger.chains_of(tx, ids)
    lines = ledger.postings_by_entry(postings)
    changes = ledger.plans_by_entry(plans)
    heads = records.loans.heads_of(tx, ids)
    of_loan: dict[int, list[Any]] = {}
    for row in entries:
        of_loan.setdefault(row.loan_id, []).append(row)
    _verify_copies(entries, postings, plans, proof)
    for loan in records.loans.loans_by_id(tx, ids):
        rows = of_loan.get(loan.id, [])
        booked = {
            row.id: Booked(ledger.event_of(row), lines.get(row.id, ()), changes.get(row.id, ()))
            for row in rows
        }
        if any(row.province != loan.province for row in rows):
            proof.fault("entry-of-another-province", loan_no=loan.loan_no)
        yield _Chain(loan, rows, booked, heads.get(loan.id, (-1, b"")))
    proof.postings += len(postings)


def _verify_copies(
    entries: Iterable[Any], postings: Iterable[Any], plans: Iterable[Any], proof: Proof
) -> None:
    """Check what postings and plan changes repeat of their entry."""
    own = {
        row.id: (row.loan_id, row.province, row.value_date, row.mirrors, row.kind)
        for row in entries
    }
    numbers: dict[int, int] = {}
    for row in postings:
        loan_id, province, day, mirrors, kind = own[row.entry_id]
        number = numbers[row.entry_id] = numbers.get(row.entry_id, 0) + 1
        said = (row.line, row.loan_id, row.province, row.value_date, row.sign, row.kind)
        if said != (number, loan_id, province, day, -1 if mirrors else 1, KIND_CODE[kind]):
            proof.fault("posting-differs-from-entry", entry=row.entry_id)
    for row in plans:
        loan_id, province, day, _, _ = own[row.entry_id]
        if (row.loan_id, row.province, row.value_date) != (loan_id, province, day):
            proof.fault("plan-differs-from-entry", entry=row.entry_id)
        if row.counts_from != links.counts_from(row.due_on, day):
            proof.fault("plan-counts-from-another-day", entry=row.entry_id)


def _verify_chain(chain: _Chain, proof: Proof) -> None:
    """Check that every entry is linked to the one before it, the first to the contract."""
    loan_no = chain.loan.loan_no
    digest = links.opening(chain.loan._mapping)
    if not chain.rows and chain.head != (0, digest):
        proof.fault("contract-altered-or-entries-missing", loan_no=loan_no)
        return
    for number, row in enumerate(chain.rows, start=1):
        event, postings, plan = chain.booked[row.id]
        said = links.said(event, row.mirrors, row.replaces, row.act_id)
        digest = links.link(digest, loan_no, number, said, links.lines(postings, plan))
        if digest != bytes(row.digest):
            proof.fault("entry-altered", loan_no=loan_no, receipt_no=event.receipt_no)
            return
    if (len(chain.rows), digest) != chain.head:
        proof.fault("entries-missing", loan_no=loan_no)


def _verify_replay(policy: Policy, chain: _Chain, proof: Proof) -> list[Booked]:
    """Check that live facts, replayed, give what is booked; return them in order."""
    loan, rows, booked = chain.loan, chain.rows, chain.booked
    for row in rows:
        if row.mirrors is not None and not _reflects(booked[row.id], booked.get(row.mirrors)):
            proof.fault("mirror-does-not-reflect", loan_no=loan.loan_no)
    live = [booked[row.id] for row in ledger.live_rows(rows)]
    orders = ledger.orders_of(policy, loan.signed_on)
    again, refused = replay(ledger.terms_of(loan), [fact.event for fact in live], orders)
    if refused or again != sorted(live, key=lambda fact: in_order(fact.event)):
        proof.fault("entries-do-not-follow", loan_no=loan.loan_no)
    return again


def _reflects(new: Booked, old: Booked | None) -> bool:
    return (
        old is not None
        and new.event == old.event
        and new.postings == mirror(old.postings)
        and new.plan == tuple((due_on, -amount) for due_on, amount in old.plan)
    )


def _verify_standing(loan: Any, facts: list[Booked], columns: _Columns) -> None:
    """Check that the columns say of a loan what the engine says."""
    if columns.said is None or columns.last is None:
        return
    one = stand(ledger.terms_of(loan), facts, columns.last)
    earned = one.interest_earned
    by_engine = (
        *(one.drawn, one.in_term, one.overdue, one.frozen),
        *(one.late_principal, one.interest_collected),
        *(earned.in_term, earned.overdue, earned.grace),
    )
    if columns.said[columns.start] != by_engine:
        columns.proof.fault("columns-differ-from-engine", loan_no=loan.loan_no)


def _verify_images(tx: Tx, province: str, proof: Proof) -> None:
    """Check every kept image against the entries, from the first day on in one pass."""
    try:
        for kept, again in images.recomputed(tx, province):
            proof.images += 1
            if not np.array_equal(kept.values, again.values):
                proof.fault("image-differs", province=province, day=kept.day)
    except _UNREADABLE as trouble:
        proof.fault("image-unreadable", province=province, said=str(trouble))


def _verify_moves(tx: Tx, proof: Proof) -> None:
    """Check that every place is of its loan's province, in force, and taken back by its like."""
    places = {row.id: row for row in records.moves.all_moves(tx)}
    for row in places.values():
        why = _why_misplaced(row, places.get(row.mirrors))
        if why:
            proof.fault(why, place=row.id, loan_no=row.loan_no)


def _why_misplaced(row: Any, taken_back: Any | None) -> str:
    if row.loan_no is None:
        return "place-without-loan"
    if row.province != row.province_of_loan:
        return "place-of-another-province"
    unit = map_on(row.since).communes.get(row.commune)
    if unit is None or unit.province != row.province:
        return "place-not-on-the-map"
    if row.since < row.signed_on:
        return "place-before-signing"
    if row.mirrors is not None and not _takes_back(row, taken_back):
        return "mirror-does-not-reflect"
    return ""


def _takes_back(row: Any, old: Any | None) -> bool:
    same = ("loan_id", "since", *records.moves.PLACE)
    return (
        old is not None
        and old.mirrors is None
        and all(getattr(row, name) == getattr(old, name) for name in same)
    )


def _verify_orphans(tx: Tx, proof: Proof) -> None:
    """Check that no entry stands without its loan, no posting or plan change without its entry."""
    for table, lost in records.ledger.orphans(tx).items():
        if lost:
            proof.fault("rows-without-parent", table=table, count=lost)
