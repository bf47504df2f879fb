"""Books for tests: contracts, deeds and histories, entered through the acts or told as files."""

import csv
from datetime import date
from decimal import Decimal
from random import Random

from creditdesk import entering, intake, ledger, loans, records, settings
from creditdesk.communes import Map
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from creditdesk.errors import Refused
from creditdesk.intake import layout
from creditdesk.loans import Contract
from tests.engine.histories import ALL_KINDS, random_history

POLICY = settings.policy()
DATA_DATE = date(2026, 10, 31)
PLACES = Map(settings.geography(), DATA_DATE)
LIMITS = intake.Limits(50, 200_000, 200, 2048, 100)
COMMUNES = ("19333", "19363", "19255", "26506")
CODES = {kind: code for code, kind in layout.KINDS.items()}


def a_contract(number=1, **changes):
    """Return an invented contract: 50 million at 6.6 %, three yearly instalments from 2025."""
    said = {
        "loan_no": f"6600000{number:09d}",
        "customer_no": f"{number:010d}",
        "customer_name": "Nguyễn Thị Mẫu",
        "id_no": "",
        "household_no": "",
        "standing": "HN",
        "programme": "01",
        "source": "1",
        "investor": "",
        "trustee": "12",
        "group_no": "9333001",
        "group_head": "Trần Văn Mẫu",
        "village_code": "19333001",
        "commune": "19333",
        "office": "004403",
        "session_day": 7,
        "signed_on": date(2024, 1, 15),
        "rate": Decimal("0.066"),
        "approved": Dong(50_000_000),
        "first_principal_on": date(2025, 1, 15),
        "every_months": 12,
        "due_on": date(2027, 1, 15),
        "purpose": "Chăn nuôi bò",
        "course_end_on": None,
    }
    return Contract(**said | changes)


def a_deed(by="nguoi-lap", checked_by="kiem-soat", ground=""):
    """Return a deed of two people."""
    return ledger.Deed(by, "2026-11-22T00:00:00+00:00", checked_by, ground)


def a_loan(tx, number=1, *, drawn=50_000_000, drawn_on=None, **changes):
    """Sign a contract, draw on it, and return its number."""
    contract = a_contract(number, **changes)
    loan_no = loans.sign(tx, POLICY, PLACES, contract=contract, deed=a_deed())
    if drawn:
        loans.draw(
            tx,
            POLICY,
            loan_no=loan_no,
            amount=Dong(drawn),
            value_date=drawn_on or contract.signed_on,
            receipt_no=f"GN{number}",
            deed=a_deed(),
        )
    return loan_no


def enter(tx, loan_no, event):
    """Enter an event by the road that every act takes."""
    return entering.enter(tx, POLICY, event.kind.value, a_deed(), loan_no=loan_no, events=[event])


def as_told(kind):
    """Return an act that enters a fact of history of one kind: no law of decisions is asked."""

    def tell(tx, policy, *, loan_no, value_date, receipt_no, deed, amount=0, until=None):
        event = Event(value_date, kind, amount, until, receipt_no)
        return entering.enter(tx, policy, kind.value, deed, loan_no=loan_no, events=[event])

    return tell


def an_invented_contract(rng, number):
    """Return one of many contracts: places, people, programmes and dates drawn by chance."""
    commune = rng.choice(COMMUNES)
    direct, local = rng.random() < 0.2, rng.random() < 0.3
    signed = date(rng.randint(2021, 2026), rng.randint(1, 6), rng.randint(1, 28))
    first = None if rng.random() < 0.25 else loans.days.months_after(signed, rng.randint(1, 12))
    programme = rng.choice(("01", "09", "19", "02"))
    group, customer = rng.randint(1, 3), number // 2
    return a_contract(
        number,
        customer_no=f"{customer:010d}",
        household_no=f"H{customer // 2}" if customer % 3 else "",
        standing=rng.choice(("HN", "HCN", "MTN", "KHAC")),
        programme=programme,
        source="2" if local else "1",
        investor=rng.choice(("TINH", "XA")) if local else "",
        trustee="99" if direct else f"1{group}",
        group_no="" if direct else f"{commune[1:]}{group:03d}",
        village_code=f"{commune}{rng.randint(1, 3):03d}",
        commune=commune,
        office=f"0044{rng.randint(1, 3):02d}",
        session_day=rng.randint(1, 28),
        signed_on=signed,
        rate=Decimal(rng.choice(("0.066", "0.0792", "0.0825", "0.033", "0.07125"))),
        approved=Dong(rng.randint(1, 200) * 500_000 + rng.choice((0, 1, 777))),
        first_principal_on=first,
        every_months=rng.choice((1, 3, 6, 12)) if first else 0,
        due_on=loans.days.months_after(signed, rng.randint(13, 60)),
        course_end_on=date(signed.year + 1, 6, 30) if programme == "02" else None,
    )


def terms_of(contract):
    """Return the terms that the engine sees of a contract."""
    row = loans.row_of(contract, POLICY, PLACES.commune(contract.commune).province)
    return ledger.terms_of(type("Row", (), row))


def an_invented_book(seed, *, count=12, length=12, kinds=ALL_KINDS):
    """Return [(contract, events)] of an invented book; a few contracts were never drawn on."""
    rng = Random(seed)
    book = []
    for number in range(1, count + 1):
        contract = an_invented_contract(rng, number)
        tried = rng.choice((0, length, length, length))
        events = random_history(rng, terms_of(contract), tried, kinds)
        # A file tells the end of every freeze.
        book.append((contract, [_whole(event) for event in events]))
    return book


def _whole(event):
    if event.kind is Kind.FREEZE and event.until is None:
        return event._replace(until=loans.days.months_after(event.value_date, 36))
    return event


def a_book(tx, book, *, shuffle=None):
    """Enter a book through the acts: events in their order, or as a Random shuffles them."""
    for contract, events in book:
        loans.sign(tx, POLICY, PLACES, contract=contract, deed=a_deed())
        if shuffle is None:
            for event in events:
                enter(tx, contract.loan_no, event)
        else:
            enter_late(tx, contract.loan_no, events, shuffle)


def enter_late(tx, loan_no, events, rng):
    """Enter events in any order; one that cannot have happened yet comes again later.

    Those of which none can stand without the others come together.
    """
    waiting = list(events)
    rng.shuffle(waiting)
    while waiting:
        refused = [event for event in waiting if not _entered(tx, loan_no, event)]
        if len(refused) == len(waiting):
            entering.enter(tx, POLICY, "enter", a_deed(), loan_no=loan_no, events=waiting)
            return
        waiting = refused


def _entered(tx, loan_no, event):
    try:
        with tx.begin_nested():
            return enter(tx, loan_no, event)
    except Refused:
        return False


def written(value):
    """Return a value as a branch's export writes it."""
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value.day:02d}/{value.month:02d}/{value.year}"
    if isinstance(value, int):
        return f"{value:,}".replace(",", ".")
    return str(value)


def loan_rows(contracts):
    """Return the cells of contracts by key, as text."""
    return [
        {
            reader.key: _cell(contract, reader.key, getattr(contract, reader.key))
            for reader in layout.LOANS
        }
        for contract in contracts
    ]


def _cell(contract, key, value):
    if key == "rate":
        return f"{value * 100:f}".rstrip("0").rstrip(".").replace(".", ",")
    if key == "every_months" and not value:
        return ""
    return written(value)


def movement_rows(book):
    """Return the cells of all events of a book by key, as text."""
    return [
        {
            "loan_no": contract.loan_no,
            "value_date": written(event.value_date),
            "kind": CODES[event.kind],
            "amount": "" if event.kind is Kind.EXTEND else written(event.amount),
            "until": written(event.until),
            "receipt_no": event.receipt_no,
        }
        for contract, events in book
        for event in events
    ]


def a_file(path, readers, rows, *, delimiter=";"):
    """Write rows, each {key: text}, as a CSV file under a layout's titles; return its path."""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=delimiter)
        writer.writerow([reader.title for reader in readers])
        writer.writerows([[row[reader.key] for reader in readers] for row in rows])
    return path


def take_loans(tx, path, *, dry_run=False):
    """Take a loan file in and return the report."""
    table = intake.open_loans(path, LIMITS)
    return intake.take_loans(tx, POLICY, PLACES, table, path=path, deed=a_deed(), dry_run=dry_run)


def take_movements(tx, path, *, dry_run=False, data_date=None):
    """Take a movements file in and return the report."""
    table = intake.open_movements(path, LIMITS)
    return intake.take_movements(
        tx,
        POLICY,
        table,
        path=path,
        deed=a_deed(),
        today=date(2026, 11, 22),
        data_date=data_date,
        dry_run=dry_run,
    )


def live(tx, loan_no):
    """Return what is booked of a loan, in the order in which it counts."""
    loan = records.loans.find_loan(tx, loan_no)
    return ledger.in_order(ledger.facts_of(tx, loan.id))
