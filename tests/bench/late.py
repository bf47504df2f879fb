"""A receipt that comes years late, beside one of today, on a loan with a long life."""

from datetime import date
from decimal import Decimal

from creditdesk import audit, closing, communes, differences, ledger, loans, records, repayments
from creditdesk.engine import days
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from tests.bench.measure import Finding, demand, interleaved
from tests.bench.measure import seconds as written
from tests.bench.stage import MOMENT

YEARS = 15
SIGNED = date(2011, 1, 15)
TODAY = days.months_after(SIGNED, YEARS * 12)
MISSED = days.months_after(SIGNED, 6)
LOAN = "6600004400000015"
DEED = ledger.Deed("bench", MOMENT, "bench-2", "bench")
LIMIT = 0.2


def late(stage):
    """A receipt of the first year beside one of today; every month in between is closed."""
    ground = _lived(stage)
    with ground.read() as tx:
        loan = records.loans.find_loan(tx, LOAN)
        lived = len(ledger.facts_of(tx, loan.id))
    rounds = 7
    copies = {day: [_connected(stage, ground) for _ in range(rounds)] for day in (MISSED, TODAY)}
    timed = interleaved(
        {
            "late": lambda number: _receive(stage, copies[MISSED][number], MISSED),
            "plain": lambda number: _receive(stage, copies[TODAY][number], TODAY),
        },
        rounds=rounds,
    )
    with copies[MISSED][0].read() as tx:
        demand(not audit.verify(tx, stage.policy).faults, "the book holds")
    for one in (ground, *copies[MISSED], *copies[TODAY]):
        stage.drop(one)
    return [
        Finding(
            "late",
            f"backdated receipt on a {YEARS}-year loan, with all that it changes",
            str(timed["late"]),
            f"<= {written(LIMIT)}",
            timed["late"].seconds <= LIMIT,
            f"{lived} events; compared at {YEARS * 12 - 6} ends of closed months; "
            f"a receipt of today {timed['plain']}",
        )
    ]


def _connected(stage, ground):
    """Return a copy that is connected already, as a desk at work is."""
    found = stage.copy(ground)
    with found.read() as tx:
        demand(records.loans.find_loan(tx, LOAN), "the loan is there")
    return found


def _receive(stage, database, day):
    with database.begin() as tx:
        taken = repayments.receive(
            tx,
            stage.policy,
            loan_no=LOAN,
            value_date=day,
            receipt_no="LATE",
            principal=Dong(300_000),
            deed=DEED,
        )
        found = differences.of_act(tx, act_id=taken.act_id, loan_no=LOAN, today=TODAY)
    demand(found.today.after.principal_repaid - found.today.before.principal_repaid == 300_000, "")


def _lived(stage):
    """Return a database with a loan of monthly events and closed months, the missed one open."""
    database = stage.blank()
    with database.begin() as tx:
        loans.sign(tx, stage.policy, communes.map_on(TODAY), contract=_contract(), deed=DEED)
        loan = records.loans.lock_loan(tx, LOAN)
        act_id = ledger.begin_act(tx, "bench", DEED)
        ledger.book(tx, stage.policy, loan, act_id, add=list(_events()))
    with database.begin() as tx:
        for number in range(YEARS * 12):
            month = days.months_after(SIGNED, number).isoformat()[:7]
            closing.close_month(tx, month=month, today=TODAY, moment=MOMENT)
        closing.open_month(tx, month=MISSED.isoformat()[:7], deed=DEED)
    return database


def _contract():
    return loans.Contract(
        loan_no=LOAN,
        customer_no="0000000015",
        customer_name="Nguyễn Thị Mẫu",
        id_no="",
        household_no="",
        standing="HN",
        programme="01",
        source="1",
        investor="",
        trustee="12",
        group_no="9333001",
        group_head="Trần Văn Mẫu",
        village_code="19333001",
        commune="19333",
        office="004403",
        session_day=7,
        signed_on=SIGNED,
        rate=Decimal("0.066"),
        approved=Dong(360_000_000),
        first_principal_on=days.months_after(SIGNED, 1),
        every_months=1,
        due_on=days.months_after(SIGNED, YEARS * 12 + 60),
        purpose="",
        course_end_on=None,
    )


def _events():
    """Yield a draw, and each month interest, principal and, now and then, a transfer."""
    yield Event(SIGNED, Kind.DRAW, 360_000_000, None, "GN")
    for number in range(1, YEARS * 12):
        day = days.months_after(SIGNED, number)
        if number != 6:
            yield Event(day, Kind.PRINCIPAL, 1_000_000, None, f"G{number}")
        yield Event(day, Kind.INTEREST, 1_500_000, None, f"L{number}")
        if number % 12 == 5:
            yield Event(day, Kind.OVERDUE, 1_200_000, None, f"C{number}")
