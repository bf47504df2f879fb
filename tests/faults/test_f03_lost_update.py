"""Many hands on few loans at once: nothing lost, nothing booked twice, nothing below zero."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from random import Random
from threading import Barrier

import pytest

from creditdesk import arrears, closing, ledger, loans, records, repayments, standings
from creditdesk.db import Database
from creditdesk.engine.journal import Kind
from creditdesk.engine.money import Dong
from creditdesk.errors import Conflict, Refused
from tests.builders import as_told
from tests.conftest import LONG
from tests.faults.book import (
    DEED,
    PLACES,
    POLICY,
    at_once,
    contract,
    lend,
    live_receipts,
    pay,
    prove,
    take,
)

THREADS = 8
LOANS = 3
EACH = 38
ROUNDS = 33 if LONG else 1
FIRST = date(2026, 4, 2)
SESSIONS = (date(2026, 4, 10), date(2026, 5, 10), date(2026, 6, 10))


class Teller:
    """One thread at the desk: does random acts and remembers what was acknowledged."""

    def __init__(self, database, loan_nos, name, seed):
        self.database = database
        self.loan_nos = loan_nos
        self.name = name
        self.chance = Random(seed)
        self.acknowledged = {}
        self.reversed = set()
        self.refused = 0

    def work(self, barrier):
        barrier.wait()
        acts = (self.receive,) * 6 + (self.write_off, self.reverse, self.reverse)
        acts += (self.freeze, self.transfer, self.close, self.unfreeze)
        for number in range(EACH):
            act = self.chance.choice(acts)
            try:
                act(f"{self.name}-{number}")
            except (Refused, ledger.AlreadyReversed):
                self.refused += 1

    def some(self):
        loan_no = self.chance.choice(self.loan_nos)
        return loan_no, FIRST + timedelta(self.chance.randrange(60))

    def receive(self, number):
        loan_no, day = self.some()
        amount = self.chance.randrange(1, 900_000)
        kind = self.chance.choice(("principal", "principal", "interest"))
        pay(self.database, loan_no, number, day, **{kind: amount})
        self.acknowledged[number] = (loan_no, Kind(kind), amount)

    def write_off(self, number):
        self.decide(as_told(Kind.WRITE_OFF), Kind.WRITE_OFF, number, 200_000)

    def unfreeze(self, number):
        self.decide(as_told(Kind.UNFREEZE), Kind.UNFREEZE, number, 900_000)

    def freeze(self, number):
        until = {"until": FIRST + timedelta(365)}
        self.decide(as_told(Kind.FREEZE), Kind.FREEZE, number, 900_000, **until)

    def decide(self, act, kind, number, most, **more):
        loan_no, day = self.some()
        amount = self.chance.randrange(1, most)
        facts = {"loan_no": loan_no, "value_date": day, "receipt_no": number, **more}
        with self.database.begin() as tx:
            act(tx, POLICY, amount=Dong(amount), deed=DEED, **facts)
        self.acknowledged[number] = (loan_no, kind, amount)

    def reverse(self, _number):
        if not self.acknowledged:
            return
        receipt_no = self.chance.choice(sorted(self.acknowledged))
        with self.database.begin() as tx:
            repayments.reverse(tx, POLICY, receipt_no=receipt_no, deed=DEED)
        self.reversed.add(receipt_no)

    def transfer(self, _number):
        session = self.chance.choice(SESSIONS)
        with self.database.begin() as tx:
            place = arrears.Place()
            arrears.transfer(tx, POLICY, session=session, place=place, deed=DEED)

    def close(self, _number):
        day = FIRST + timedelta(self.chance.randrange(60, 90))
        with self.database.begin() as tx:
            closing.close_day(tx, day=day, today=day, moment="2026-07-01T00:00:00+00:00")


def test_nothing_is_lost_when_eight_tellers_work_on_three_loans(database):
    with database.begin() as tx:
        closing.close_day(tx, day=FIRST, today=FIRST, moment="2026-04-02T15:00:00+00:00")
    done = refused = 0
    for turn in range(ROUNDS):
        numbers = range(turn * LOANS + 1, (turn + 1) * LOANS + 1)
        loan_nos = [lend(database, number) for number in numbers]
        seeds = range(turn * THREADS, (turn + 1) * THREADS)
        tellers = [Teller(database, loan_nos, f"T{seed}", seed) for seed in seeds]
        barrier = Barrier(THREADS)

        with ThreadPoolExecutor(THREADS) as pool:
            for working in [pool.submit(teller.work, barrier) for teller in tellers]:
                working.result()

        assert_kept(database, loan_nos, tellers)
        done += sum(len(teller.acknowledged) for teller in tellers)
        refused += sum(teller.refused for teller in tellers)

    assert done > ROUNDS * THREADS * EACH // 3
    assert refused
    prove(database)


def assert_kept(database, loan_nos, tellers):
    """Check that every acknowledged receipt stands once, and no other; and that money adds up."""
    told = {}
    for teller in tellers:
        told.update(teller.acknowledged)
    undone = set().union(*(teller.reversed for teller in tellers))
    for loan_no in loan_nos:
        stands = live_receipts(database, loan_no)
        ours = {key: row for key, row in stands.items() if not key.startswith(("GN", "CQH"))}
        assert ours == {
            key: (kind, amount)
            for key, (owner, kind, amount) in told.items()
            if owner == loan_no and key not in undone
        }
        with database.read() as tx:
            one = standings.standing(tx, loan_no, date(2027, 1, 1))
        assert min(one.in_term, one.overdue, one.frozen) >= 0
        assert one.drawn - one.principal_repaid - one.written_off == one.outstanding


def test_one_receipt_from_eight_hands_is_booked_once(database):
    loan_no = lend(database, 1)

    receipts = at_once(*[lambda: pay(database, loan_no, "PT1", FIRST, principal=70_000)] * THREADS)

    assert sorted(receipt.new for receipt in receipts) == [False] * 7 + [True]
    assert live_receipts(database, loan_no)["PT1"] == (Kind.PRINCIPAL, 70_000)
    prove(database)


def test_one_number_on_eight_loans_is_booked_on_one_and_refused_on_the_others(database):
    loan_nos = [lend(database, number) for number in range(1, THREADS + 1)]

    outcomes = at_once(
        *(
            lambda loan_no=loan_no: pay(database, loan_no, "PT1", FIRST, principal=70_000)
            for loan_no in loan_nos
        )
    )

    assert sum(isinstance(outcome, repayments.Receipt) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Conflict) for outcome in outcomes) == THREADS - 1
    assert sum("PT1" in live_receipts(database, loan_no) for loan_no in loan_nos) == 1
    prove(database)


def test_a_session_held_by_eight_hands_moves_each_loan_once(database):
    loan_nos = [lend(database, number) for number in range(1, LOANS + 1)]

    def transfer():
        with database.begin() as tx:
            place = arrears.Place()
            return arrears.transfer(tx, POLICY, session=SESSIONS[1], place=place, deed=DEED)

    moved = at_once(*[transfer] * THREADS)

    assert sorted(len(found) for found in moved) == [0] * (THREADS - 1) + [LOANS]
    for loan_no in loan_nos:
        with database.read() as tx:
            assert standings.standing(tx, loan_no, SESSIONS[1]).overdue == 2 * 2_000_000
    prove(database)


def test_a_contract_signed_by_eight_hands_stands_once(database):
    said = contract(1)

    def sign():
        with database.begin() as tx:
            return loans.sign(tx, POLICY, PLACES, contract=said, deed=DEED)

    outcomes = at_once(*[sign] * THREADS)

    assert outcomes.count(said.loan_no) == 1
    assert sum(isinstance(outcome, loans.LoanExists) for outcome in outcomes) == THREADS - 1


def test_eight_contracts_of_one_household_and_group_are_signed_at_once(database):
    def sign(number):
        said = contract(number, household_no="H1", customer_no="9000000001")
        with database.begin() as tx:
            return loans.sign(tx, POLICY, PLACES, contract=said, deed=DEED)

    outcomes = at_once(*(lambda number=number: sign(number) for number in range(1, THREADS + 1)))

    assert sorted(outcomes) == [contract(number).loan_no for number in range(1, THREADS + 1)]


@pytest.mark.parametrize("days", [(20, 20), (20, 25), (25, 20)])
def test_no_day_is_closed_twice_by_closings_at_once(database, days):
    lend(database, 1)
    close(database, FIRST)

    outcomes = at_once(
        *(lambda day=day: close(database, FIRST + timedelta(day)) for day in days * 4)
    )

    spans = sorted({(found.since, found.until) for found in outcomes if found.new})
    assert spans[0][0] == FIRST + timedelta(1)
    assert spans[-1][1] == FIRST + timedelta(max(days))
    assert all(a[1] + timedelta(1) == b[0] for a, b in zip(spans, spans[1:], strict=False))


def waiting(database):
    """Return how many locks somebody waits for."""
    with database.read() as tx:
        return tx.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar_one()


def test_writers_and_a_closing_do_not_wait_in_a_circle(postgresql_url):
    database = Database(postgresql_url)
    one, other = lend(database, 1), lend(database, 2)

    with ThreadPoolExecutor(1) as pool:
        with database.begin() as session, database.begin() as teller:
            take(session, one, "PT1", FIRST, principal=1_000)
            records.loans.lock_loan(teller, other)
            closed = pool.submit(close, database, FIRST)
            while not waiting(database):
                assert not closed.done()
            # The closing waits for both; neither may have to wait for the closing.
            take(teller, other, "PT2", FIRST, principal=1_000)

        assert closed.result().new
    prove(database)
    database.close()


def test_writers_and_a_file_do_not_wait_in_a_circle(postgresql_url):
    database = Database(postgresql_url)
    loan_no = lend(database, 1)

    def take_in():
        with database.begin() as tx:
            records.ledger.hold_for_writing(tx)
            records.loans.move_heads(tx, [(1, *records.loans.head_of(tx, 1))])

    with ThreadPoolExecutor(1) as pool:
        with database.begin() as teller:
            records.loans.lock_loan(teller, loan_no)
            taken = pool.submit(take_in)
            while not waiting(database):
                assert not taken.done()
            take(teller, loan_no, "PT1", FIRST, principal=1_000)

        taken.result()
    prove(database)
    database.close()


def close(database, day):
    with database.begin() as tx:
        return closing.close_day(tx, day=day, today=day, moment="2026-07-01T00:00:00")
