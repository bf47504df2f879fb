"""A small book for fault tests: contracts, acts, and what stands when the dust has settled."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from threading import Barrier

import sqlalchemy as sa

from creditdesk import audit, demo, intake, ledger, loans, records, repayments, settings
from creditdesk.communes import Map
from creditdesk.engine.money import Dong
from creditdesk.loans import Contract

POLICY = settings.policy()
PLACES = Map(settings.geography(), date(2026, 1, 1))
SIGNED = date(2026, 3, 2)
SESSION_DAY = 10
DRAWN = 50_000_000
DEED = ledger.Deed(
    by="nguoi-lap",
    recorded_at="2026-11-22T00:00:00+00:00",
    checked_by="kiem-soat",
    ground="Biên bản (mẫu)",
)
LIMITS = intake.Limits(
    max_megabytes=50, max_rows=200_000, max_columns=200, memory_megabytes=2048, seconds=100
)


def contract(number, **changes):
    """Return an invented contract: monthly instalments from April 2026 to March 2028."""
    said = {
        "loan_no": f"66000007{number:08d}",
        "customer_no": f"90{number:08d}",
        "customer_name": "Người vay (mẫu)",
        "id_no": "",
        "household_no": "",
        "standing": "HN",
        "programme": "01",
        "source": "1",
        "investor": "",
        "trustee": "11",
        "group_no": "0000001",
        "group_head": "Tổ trưởng (mẫu)",
        "village_code": "19333001",
        "commune": "19333",
        "office": "004401",
        "session_day": SESSION_DAY,
        "signed_on": SIGNED,
        "rate": Decimal("0.066"),
        "approved": Dong(100_000_000),
        "first_principal_on": date(2026, 4, 2),
        "every_months": 1,
        "due_on": date(2028, 3, 2),
        "purpose": "",
        "course_end_on": None,
    }
    return Contract(**{**said, **changes})


def lend(database, number, amount=DRAWN, **changes):
    """Sign a contract, draw on it, and return its number."""
    said = contract(number, **changes)
    with database.begin() as tx:
        loans.sign(tx, POLICY, PLACES, contract=said, deed=DEED)
        loans.draw(
            tx,
            POLICY,
            loan_no=said.loan_no,
            amount=Dong(amount),
            value_date=said.signed_on,
            receipt_no=f"GN{number}",
            deed=DEED,
        )
    return said.loan_no


def pay(database, loan_no, receipt_no, day, *, principal=0, interest=0):
    """Take a repayment in a transaction of its own and return its receipt."""
    with database.begin() as tx:
        return take(tx, loan_no, receipt_no, day, principal=principal, interest=interest)


def take(tx, loan_no, receipt_no, day, *, principal=0, interest=0):
    """Take a repayment and return its receipt."""
    return repayments.receive(
        tx,
        POLICY,
        loan_no=loan_no,
        value_date=day,
        receipt_no=receipt_no,
        principal=Dong(principal),
        interest=Dong(interest),
        deed=DEED,
    )


def prove(database):
    """Recompute the whole book; fail with the first contradiction."""
    with database.read() as tx:
        proof = audit.verify(tx, POLICY)
    assert proof.faults == []
    return proof


def live_receipts(database, loan_no):
    """Return the receipt numbers of a loan that stand, by kind of event and amount."""
    with database.read() as tx:
        loan = records.loans.find_loan(tx, loan_no)
        events = [fact.booked.event for fact in ledger.facts_of(tx, loan.id)]
    return {event.receipt_no: (event.kind, event.amount) for event in events}


KEPT = (records.kept.closed_day, records.kept.closed_month, records.kept.book_image)


def kept_rows(database, tables=KEPT):
    """Return every row of the tables of what is kept, in the order of their keys."""
    with database.read() as tx:
        return {
            table.name: [
                tuple(row) for row in tx.execute(sa.select(table).order_by(*table.primary_key))
            ]
            for table in tables
        }


def fill(database, folder: Path, count):
    """Take a demonstration book of about so many loans into the database."""
    for office in demo.generate(folder, loans=count):
        with database.begin() as tx:
            table = intake.open_loans(office.loans_path, LIMITS)
            said = intake.take_loans(tx, POLICY, PLACES, table, path=office.loans_path, deed=DEED)
        assert not said.faults
        with database.begin() as tx:
            table = intake.open_movements(office.movements_path, LIMITS)
            said = intake.take_movements(
                tx, POLICY, table, path=office.movements_path, deed=DEED, today=demo.DATA_DATE
            )
        assert not said.faults


def at_once(*calls):
    """Return what calls return, or the exceptions they raise, all begun at the same moment."""
    barrier = Barrier(len(calls), timeout=60)

    def run(call):
        barrier.wait()
        try:
            return call()
        except Exception as trouble:  # noqa: BLE001
            return trouble

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
