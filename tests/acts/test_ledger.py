"""The ledger: receipts once, two people, entries that never change, chains that hold."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from creditdesk import audit, chain, entering, ledger, loans, records, repayments
from creditdesk.engine.dated import History
from creditdesk.engine.journal import Account, Event, Kind, Posting
from creditdesk.engine.money import Dong
from tests.builders import (
    PLACES,
    POLICY,
    a_book,
    a_contract,
    a_deed,
    a_loan,
    an_invented_book,
    enter,
    live,
)

PAID_ON = date(2025, 2, 20)
PAYMENT = Event(PAID_ON, Kind.PRINCIPAL, 1_000_000, None, "TG1")
FREEZE = Event(PAID_ON, Kind.FREEZE, 1_000_000, date(2028, 2, 20), "KN1")
CHANGES = {
    "act": "ground = 'x'",
    "loan": "purpose = 'x'",
    "entry": "amount = amount + 1",
    "posting": "amount = amount + 1",
    "plan_change": "amount = amount + 1",
    "intake_file": "name = 'x'",
    "loan_place": "session_day = 1",
}


def counts(tx):
    return {
        table.name: tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in records.ledger.entry.metadata.sorted_tables
    }


def test_the_same_receipt_is_entered_once(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        assert enter(tx, loan_no, PAYMENT)
        before = counts(tx)

        again = enter(tx, loan_no, PAYMENT)

        assert not again
        assert counts(tx) == before


@pytest.mark.parametrize(
    "change",
    [{"amount": 2_000_000}, {"value_date": date(2025, 2, 21)}, {"kind": Kind.INTEREST}],
    ids=lambda change: next(iter(change)),
)
def test_a_receipt_number_with_other_facts_is_refused(database, change):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        enter(tx, loan_no, PAYMENT)
        before = counts(tx)

        with pytest.raises(ledger.ReceiptReused):
            enter(tx, loan_no, PAYMENT._replace(**change))

        assert counts(tx) == before


def test_a_receipt_number_belongs_to_one_loan(database):
    with database.begin() as tx:
        enter(tx, a_loan(tx), PAYMENT)
        other = a_loan(tx, 2)

        with pytest.raises(ledger.ReceiptReused):
            enter(tx, other, PAYMENT)


def test_an_unknown_loan_is_not_found(database):
    with database.begin() as tx:
        with pytest.raises(ledger.LoanNotFound):
            enter(tx, "6600000000000404", PAYMENT)
        with pytest.raises(ledger.LoanNotFound):
            ledger.version(tx, "6600000000000404")


def test_an_act_that_needs_a_ground_or_a_paper_is_refused_without(database):
    bare = replace(a_deed("an", "binh"), ground=" ", document_no="", document_on=None)
    with database.begin() as tx:
        with pytest.raises(ledger.GroundMissing):
            ledger.begin_act(tx, "freeze", bare, grounded=True)
        with pytest.raises(ledger.DocumentMissing):
            ledger.require_document("freeze", replace(bare, document_no="12/QĐ"))
        with pytest.raises(ledger.DocumentMissing):
            ledger.require_document("freeze", replace(bare, document_on=PAID_ON))
        whole = replace(bare, document_no="12/QĐ", document_on=PAID_ON, ground="bão")
        ledger.require_document("freeze", whole)

        assert ledger.begin_act(tx, "freeze", whole, grounded=True, checked=True)


def test_nothing_is_entered_of_a_day_to_come(database):
    with database.begin() as tx:
        deed = replace(a_deed("an", "binh"), today=PAID_ON)
        ahead = PAID_ON + timedelta(1)

        with pytest.raises(ledger.DayAhead):
            ledger.begin_act(tx, "draw", deed, days=[ahead])
        with pytest.raises(ledger.DayAhead):
            ledger.begin_act(tx, "draw", replace(deed, document_on=ahead))


def test_papers_that_are_entered_together_are_so_as_one_after_the_other(database):
    with database.begin() as tx:
        one, other = a_loan(tx), a_loan(tx, 2)
        deed, rest = a_deed("an", ""), Event(PAID_ON, Kind.PRINCIPAL, 49_000_000, None, "TG3")
        papers = [(one, PAYMENT), (other, PAYMENT._replace(receipt_no="TG2")), (one, rest)]
        numbers = [event.receipt_no for _, event in papers]

        for _ in range(2):
            with entering.lot(tx, POLICY, loan_nos=[one, other], receipt_nos=numbers) as lot:
                known = lot.known([*numbers, "TG9"])
                new = [
                    lot.enter("receive", deed, loan_no=of, events=[event], at_desk=True)
                    for of, event in papers
                ]
                acts = [lot.act_of(number) for number in numbers]

        assert (known, new) == (set(numbers), [False] * 3)
        assert acts == sorted(set(acts))
        assert [fact.event.receipt_no for fact in live(tx, one)][1:] == ["TG1", "TG3"]
        assert [row.entries for row in records.loans.lock_loans(tx, [other, one])] == [3, 2]
        assert audit.verify(tx, POLICY).faults == []


def test_the_version_of_a_loan_changes_with_what_is_booked(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        before = ledger.version(tx, loan_no)
        enter(tx, loan_no, PAYMENT)

        assert ledger.version(tx, loan_no) != before
        assert ledger.version(tx, loan_no) == ledger.version(tx, loan_no, hold=True)


def test_a_receipt_that_was_undone_does_not_come_back_under_its_number(database):
    with database.begin() as tx:
        loan_no, deed = a_loan(tx), replace(a_deed("an", "binh"), ground="nhầm hộ")
        told = {"loan_no": loan_no, "events": [PAYMENT], "at_desk": True}
        entering.enter(tx, POLICY, "receive-principal", deed, **told)
        repayments.reverse(tx, POLICY, receipt_no=PAYMENT.receipt_no, deed=deed)

        with pytest.raises(ledger.AlreadyReversed):
            entering.enter(tx, POLICY, "receive-principal", deed, **told)


@pytest.mark.parametrize("amount", [0, -1])
def test_an_event_moves_money_above_zero(database, amount):
    with database.begin() as tx:
        loan_no = a_loan(tx)

        with pytest.raises(ledger.AmountNotPositive):
            enter(tx, loan_no, PAYMENT._replace(amount=amount))


@pytest.mark.parametrize(
    ("by", "checked_by", "refusal"),
    [
        ("an", "", ledger.CheckerMissing),
        ("an", "  ", ledger.CheckerMissing),
        ("an", "an", ledger.SamePerson),
        ("an", " An ", ledger.SamePerson),
        (" ", "binh", ledger.MakerMissing),
    ],
)
def test_a_decision_needs_two_people(database, by, checked_by, refusal):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        deed = a_deed(by, checked_by)

        with pytest.raises(refusal):
            entering.enter(tx, POLICY, "freeze", deed, loan_no=loan_no, events=[FREEZE])

        assert [entry.event.kind for entry in live(tx, loan_no)] == [Kind.DRAW]


def test_a_receipt_needs_one_person(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        deed = a_deed(" an ", "")

        entering.enter(tx, POLICY, "receive", deed, loan_no=loan_no, events=[PAYMENT])

        act = tx.execute(sa.select(records.ledger.act).order_by(sa.desc("id"))).first()
        assert (act.by, act.checked_by, act.name) == ("an", "", "receive")


@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
@pytest.mark.parametrize("table", records.ledger.APPEND_ONLY)
def test_what_is_written_cannot_be_changed(database, table, verb):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        act_id = ledger.begin_act(tx, "intake", a_deed())
        records.ledger.add_file(
            tx,
            {
                "sha256": "0",
                "kind": "loans",
                "name": "tệp",
                "rows": 0,
                "act_id": act_id,
                "unknown_columns": "",
                "content": b"",
            },
        )
        loan = records.loans.find_loan(tx, loan_no)
        place = tuple(getattr(loan, name) for name in records.moves.PLACE)
        row = (loan.id, loan.province, date(2025, 1, 1), *place, None, act_id)
        records.moves.add_places(tx, [row])
        assert live(tx, loan_no)
    statement = (
        f"UPDATE {table} SET {CHANGES[table]}" if verb == "UPDATE" else f"DELETE FROM {table}"
    )

    with pytest.raises(DBAPIError, match="append-only"), database.begin() as tx:
        tx.exec_driver_sql(statement)


def test_every_table_of_facts_is_append_only():
    assert set(CHANGES) == set(records.ledger.APPEND_ONLY)


def test_a_late_receipt_mirrors_what_it_changes_and_books_it_again(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        overdue = Event(date(2025, 3, 7), Kind.OVERDUE, 10_000_000, None, "CQH1")
        paid = Event(date(2025, 4, 7), Kind.PRINCIPAL, 2_000_000, None, "TG2")
        enter(tx, loan_no, paid)
        loan = records.loans.find_loan(tx, loan_no)

        enter(tx, loan_no, overdue)

        entries, postings, _ = records.ledger.chains_of(tx, [loan.id])
        draw, first, mirrored, moved, again = entries
        lines = ledger.postings_by_entry(postings)
        assert (mirrored.mirrors, again.replaces) == (first.id, first.id)
        assert lines[first.id] == (Posting(Account.CASH, Account.IN_TERM, 2_000_000),)
        assert lines[mirrored.id] == (Posting(Account.IN_TERM, Account.CASH, 2_000_000),)
        assert lines[again.id] == (Posting(Account.CASH, Account.OVERDUE, 2_000_000),)
        assert [entry.event for entry in live(tx, loan_no)] == [
            ledger.event_of(draw),
            overdue,
            paid,
        ]
        assert moved.mirrors is None


def test_a_mirror_undoes_the_plan_of_a_draw(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        late = Event(date(2024, 6, 1), Kind.REBOOK, 10_000_000, None, "DK1")
        enter(tx, loan_no, late)

        repayments.reverse(tx, POLICY, receipt_no="DK1", deed=a_deed(ground="sửa"))

        loan = records.loans.find_loan(tx, loan_no)
        _, _, plans = records.ledger.chains_of(tx, [loan.id])
        changes = ledger.plans_by_entry(plans)
        rebooked, undone = list(changes.values())[1:]
        assert undone == tuple((day, -amount) for day, amount in rebooked)


def test_a_refused_event_writes_nothing(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
    before = PAYMENT._replace(value_date=date(2023, 1, 1))

    with pytest.raises(ledger.Refused), database.begin() as tx:
        enter(tx, loan_no, before)

    with database.read() as tx:
        assert len(live(tx, loan_no)) == 1
        assert audit.verify(tx, POLICY).faults == []


def test_the_end_of_every_chain_is_the_digest_of_its_last_entry(database):
    book = an_invented_book(1, count=4)
    with database.begin() as tx:
        a_book(tx, book, shuffle=Random(1))

        for contract, _ in book:
            loan = records.loans.find_loan(tx, contract.loan_no)
            entries, _, _ = records.ledger.chains_of(tx, [loan.id])
            count, digest = records.loans.head_of(tx, loan.id)
            assert count == len(entries)
            last = bytes(entries[-1].digest) if entries else chain.opening(loan._mapping)
            assert digest == last


def test_a_contract_without_entries_has_a_chain_that_says_the_contract(database):
    with database.begin() as tx:
        a_loan(tx, 1, drawn=0)
        a_loan(tx, 2, drawn=0)

        first, second = (
            records.loans.find_loan(tx, a_contract(number).loan_no) for number in (1, 2)
        )

        assert records.loans.head_of(tx, first.id) == (0, chain.opening(first._mapping))
        assert chain.opening(first._mapping) != chain.opening(second._mapping)


def test_large_blocks_are_written_as_they_fill(database, monkeypatch):
    monkeypatch.setattr(chain.Writer, "BLOCK", 1)
    with database.begin() as tx:
        loan_no = a_loan(tx)

        enter(tx, loan_no, PAYMENT)

        assert len(live(tx, loan_no)) == 2


def test_the_terms_of_a_loan_come_back_as_they_were_signed(database):
    contract = a_contract(3, trustee="99", group_no="", first_principal_on=None, every_months=0)
    with database.begin() as tx:
        loans.sign(tx, POLICY, PLACES, contract=contract, deed=a_deed())

        terms = ledger.terms_of(records.loans.find_loan(tx, contract.loan_no))

    assert (terms.rates[0].rate, terms.approved) == (contract.rate, Dong(50_000_000))
    assert terms.rates[0].overdue_rate * 10 == contract.rate * 13
    assert terms.trustee == "99"
    assert (terms.first_principal_on, terms.due_on) == (None, contract.due_on)


def test_a_contract_keeps_the_orders_of_the_day_it_was_signed(database):
    """The orders change after the signing and before the receipt."""
    order = POLICY.repayment_order
    later = replace(
        order.principal.values[-1],
        since=date(2025, 1, 1),
        value=("in_term", "overdue", "frozen"),
    )
    changed = replace(order, principal=History((*order.principal.values, later)))
    policy = replace(POLICY, repayment_order=changed)
    with database.begin() as tx:
        loan_no = a_loan(tx)
        enter(tx, loan_no, Event(date(2025, 2, 7), Kind.OVERDUE, 5_000_000, None, "CQH1"))

        entering.enter(tx, policy, "receive", a_deed(), loan_no=loan_no, events=[PAYMENT])

        assert live(tx, loan_no)[-1].postings == (
            Posting(Account.CASH, Account.OVERDUE, 1_000_000),
        )
        assert audit.verify(tx, policy).faults == []
