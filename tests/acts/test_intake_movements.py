"""The movements file: each rule at its line, any order, late rows, and the road of single acts."""

from datetime import date, datetime
from random import Random

import openpyxl
import pytest
import sqlalchemy as sa

from creditdesk import audit, intake, records, repayments, standings, statements
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from creditdesk.intake import layout
from tests.builders import (
    LIMITS,
    POLICY,
    a_book,
    a_contract,
    a_deed,
    a_file,
    a_loan,
    an_invented_book,
    live,
    loan_rows,
    movement_rows,
    take_loans,
    take_movements,
)
from tests.engine.histories import KINDS

LATEST = date(2100, 12, 31)
DAYS = (date(2023, 6, 30), date(2025, 12, 31), date(2027, 9, 1))
KEYS = ("loan_no", "value_date", "kind", "amount", "until", "receipt_no")
LOAN = a_contract().loan_no
DRAW = (LOAN, "20/01/2024", "GN", "50.000.000", "", "CT1")
FAULTS = {
    "before the first draw": (
        (LOAN, "10/01/2024", "TG", "1.000.000", "", "CT2"),
        ("value_date", "before-first-draw"),
    ),
    "more than is outstanding": (
        (LOAN, "20/02/2025", "TG", "60.000.000", "", "CT3"),
        ("amount", "more-than-outstanding"),
    ),
    "an unknown loan": (
        ("6600000000000404", "20/02/2025", "TG", "1.000.000", "", "CT4"),
        ("loan_no", "loan-unknown"),
    ),
    "an unknown kind": ((LOAN, "20/02/2025", "ZZ", "1.000", "", "CT5"), ("kind", "not-in-list")),
    "nought": ((LOAN, "20/02/2025", "TG", "0", "", "CT6"), ("amount", "amount-not-positive")),
    "no amount": ((LOAN, "20/02/2025", "TL", "", "", "CT6b"), ("amount", "missing")),
    "a number used with other facts": (
        (LOAN, "20/03/2025", "TL", "100.000", "", "CT1"),
        ("receipt_no", "receipt-repeated"),
    ),
    "the far future": (
        (LOAN, "20/02/2099", "TL", "100.000", "", "CT8"),
        ("value_date", "after-the-data"),
    ),
    "a month 13": ((LOAN, "2025-13-01", "TL", "100.000", "", "CT9"), ("value_date", "not-a-day")),
    "an extension without a day": (
        (LOAN, "20/04/2025", "GH", "", "", "CT10"),
        ("until", "missing"),
    ),
    "an extension with an amount": (
        (LOAN, "20/04/2025", "GH", "5", "15/01/2028", "CT11"),
        ("amount", "extension-has-no-amount"),
    ),
    "an extension that is not later": (
        (LOAN, "20/04/2025", "GH", "", "15/01/2027", "CT12"),
        ("until", "extension-not-later"),
    ),
    "a freeze without an end": (
        (LOAN, "20/04/2025", "KN", "1.000", "", "CT13"),
        ("until", "missing"),
    ),
    "a freeze that ends before": (
        (LOAN, "20/04/2025", "KN", "1.000", "20/04/2025", "CT14"),
        ("until", "freeze-ends-before"),
    ),
    "no receipt number": ((LOAN, "20/04/2025", "TL", "1.000", "", ""), ("receipt_no", "missing")),
    "an end of a freeze that never was": (
        (LOAN, "20/04/2025", "HK", "1.000", "", "CT16"),
        ("amount", "more-than-outstanding"),
    ),
}


def file_of(tmp_path, rows, name="movements.csv", readers=layout.MOVEMENTS):
    rows = [row if isinstance(row, dict) else dict(zip(KEYS, row, strict=True)) for row in rows]
    return a_file(tmp_path / name, readers, rows)


def counts(tx):
    return {
        table.name: tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in records.loans.loan.metadata.sorted_tables
    }


def remarks(report):
    return sorted((fault.row, fault.column, fault.code) for fault in report.faults)


def figures(tx, book):
    """Return everything that a book says: live entries, standings, portfolio."""
    question = statements.Question(date(2025, 1, 1), DAYS[1], ("commune", "status"))
    return {
        "live": {contract.loan_no: live(tx, contract.loan_no) for contract, _ in book},
        "standings": {
            (contract.loan_no, day): standings.standing(tx, contract.loan_no, day)
            for contract, _ in book
            for day in DAYS
        },
        "portfolio": statements.portfolio(tx, POLICY, question),
    }


def take_contracts(tx, tmp_path, book):
    path = a_file(tmp_path / "loans.csv", layout.LOANS, loan_rows(c for c, _ in book))
    assert take_loans(tx, path).faults == []


def test_every_fault_of_a_file_is_told_at_its_line(database, tmp_path):
    # Whether an end of a freeze fits is not known before the faulty freezes are mended.
    faults = [fault for what, fault in FAULTS.items() if "never was" not in what]
    path = file_of(tmp_path, [DRAW, *(row for row, _ in faults)])

    with database.begin() as tx:
        a_loan(tx, drawn=0)
        before = counts(tx)
        report = take_movements(tx, path)

        assert counts(tx) == before
    assert remarks(report) == [
        (line, column, code) for line, (_, (column, code)) in enumerate(faults, start=3)
    ]
    assert (report.rows, report.accepted) == (len(faults) + 1, 0)


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_quotes_the_cell_as_it_stands_there(database, tmp_path, what):
    row, (column, code) = FAULTS[what]

    with database.begin() as tx:
        a_loan(tx, drawn=0)
        (fault,) = take_movements(tx, file_of(tmp_path, [DRAW, row])).faults

    assert (fault.column, fault.code) == (column, code)
    assert fault.value == row[KEYS.index(column)]


def test_what_follows_from_a_faulty_draw_is_not_told_as_a_fault(database, tmp_path):
    """Only the draw's own fault can be mended; whether the payment fits is seen after that."""
    draw = (LOAN, "31/02/2024", "GN", "50.000.000", "", "CT1")
    paid = (LOAN, "20/02/2025", "TG", "1.000.000", "", "CT2")

    with database.begin() as tx:
        a_loan(tx, drawn=0)
        unreadable = take_movements(tx, file_of(tmp_path, [draw, paid]))
        other = (LOAN, "20/01/2024", "GN", "1.000", "", "CT2")
        repeated = take_movements(tx, file_of(tmp_path, [paid, other], "b.csv"))

    assert remarks(unreadable) == [(2, "value_date", "not-a-day")]
    assert (3, "receipt_no", "receipt-repeated") in remarks(repeated)


@pytest.mark.parametrize(
    ("data_date", "lines"), [(None, []), (date(2025, 2, 20), []), (date(2025, 2, 19), [3])]
)
def test_nothing_lies_after_the_day_of_the_data(database, tmp_path, data_date, lines):
    path = file_of(tmp_path, [DRAW, (LOAN, "20/02/2025", "TG", "5", "", "CT2")])

    with database.begin() as tx:
        a_loan(tx, drawn=0)
        report = take_movements(tx, path, data_date=data_date)

    assert [fault.row for fault in report.faults] == lines


@pytest.mark.parametrize("seed", [51, 52])
def test_a_file_is_booked_as_single_acts_would_book_it(database, tmp_path, seed):
    """The same history one event after the other, and through one file in any order."""
    book = an_invented_book(seed, count=10, kinds=KINDS)
    with database.begin() as tx:
        nested = tx.begin_nested()
        a_book(tx, book, shuffle=Random(seed))
        by_acts = figures(tx, book)
        nested.rollback()
    rows = movement_rows(book)
    Random(seed).shuffle(rows)

    with database.begin() as tx:
        take_contracts(tx, tmp_path, book)
        report = take_movements(tx, file_of(tmp_path, rows), data_date=LATEST)
        by_file = figures(tx, book)
        proof = audit.verify(tx, POLICY)

    assert (report.faults, report.accepted) == ([], len(rows))
    assert by_file == by_acts
    assert proof.faults == []


def test_what_arrives_in_a_second_file_ends_as_if_it_had_come_in_the_first(database, tmp_path):
    book = an_invented_book(53, count=10, kinds=KINDS)
    rows = movement_rows(book)
    draws = [row for row in rows if row["kind"] == "GN"]
    interest = [row for row in rows if row["kind"] == "TL"]
    others = [row for row in rows if row["kind"] not in ("GN", "TL")]
    with database.begin() as tx:
        nested = tx.begin_nested()
        take_contracts(tx, tmp_path, book)
        take_movements(tx, file_of(tmp_path, rows), data_date=LATEST)
        at_once = figures(tx, book)
        nested.rollback()

    with database.begin() as tx:
        take_contracts(tx, tmp_path, book)
        first = take_movements(tx, file_of(tmp_path, draws, "first.csv"), data_date=LATEST)
        second = take_movements(
            tx, file_of(tmp_path, [*others, *draws], "second.csv"), data_date=LATEST
        )
        third = take_movements(tx, file_of(tmp_path, rows, "third.csv"), data_date=LATEST)
        fourth = take_movements(tx, file_of(tmp_path, interest, "fourth.csv"), data_date=LATEST)

        assert figures(tx, book) == at_once
        assert audit.verify(tx, POLICY).faults == []
    assert (first.accepted, second.accepted) == (len(draws), len(others))
    assert (second.already_known, third.accepted) == (len(draws), len(interest))
    assert (fourth.accepted, fourth.already_known) == (0, len(interest))


def test_a_file_known_by_content_changes_nothing(database, tmp_path):
    with database.begin() as tx:
        a_loan(tx, drawn=0)
        take_movements(tx, file_of(tmp_path, [DRAW]))
        before = counts(tx)

        again = take_movements(tx, file_of(tmp_path, [DRAW], "again.csv"))

        assert (again.known_file, again.rows, again.already_known) == (True, 1, 1)
        assert counts(tx) == before


def test_the_same_row_twice_counts_once(database, tmp_path):
    with database.begin() as tx:
        a_loan(tx, drawn=0)
        report = take_movements(tx, file_of(tmp_path, [DRAW, DRAW]))

        assert (report.accepted, report.already_known) == (1, 1)
        assert standings.standing(tx, LOAN, DAYS[1]).drawn == 50_000_000


def test_a_known_receipt_with_other_facts_is_a_fault(database, tmp_path):
    other = (LOAN, "20/01/2024", "GN", "40.000.000", "", "CT1")
    with database.begin() as tx:
        a_loan(tx, drawn=0)
        take_movements(tx, file_of(tmp_path, [DRAW]))

        report = take_movements(tx, file_of(tmp_path, [other], "other.csv"))

    assert remarks(report) == [(2, "receipt_no", "receipt-known")]


def test_a_late_row_that_makes_a_booked_one_impossible_is_a_fault(database, tmp_path):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        repayments.receive(
            tx,
            POLICY,
            loan_no=loan_no,
            value_date=date(2025, 5, 7),
            receipt_no="BL1",
            principal=Dong(50_000_000),
            deed=a_deed(),
        )
        late = (loan_no, "07/03/2025", "TG", "1", "", "CT1")

        report = take_movements(tx, file_of(tmp_path, [late]))

    assert remarks(report) == [(2, "amount", "more-than-outstanding")]


def test_a_dry_run_reports_and_writes_nothing(database, tmp_path):
    with database.begin() as tx:
        a_loan(tx, drawn=0)
        before = counts(tx)

        report = take_movements(tx, file_of(tmp_path, [DRAW]), dry_run=True)

        assert (report.accepted, counts(tx)) == (1, before)


def test_an_empty_file_is_taken_for_what_it_is(database, tmp_path):
    with database.begin() as tx:
        report = take_movements(tx, file_of(tmp_path, []))

    assert (report.rows, report.accepted, report.faults) == (0, 0, [])


def test_the_column_of_days_until_may_be_missing(database, tmp_path):
    readers = [reader for reader in layout.MOVEMENTS if reader.key != "until"]
    rows = [DRAW, (LOAN, "20/04/2025", "GH", "", "", "CT2")]
    with database.begin() as tx:
        a_loan(tx, drawn=0)

        report = take_movements(tx, file_of(tmp_path, rows, readers=readers))

    assert remarks(report) == [(3, "until", "missing")]


def test_what_is_unusual_is_a_doubt_and_taken(database, tmp_path):
    early = (LOAN, "10/01/2024", "GN", "30.000.000", "", "CT1")
    above = (LOAN, "20/01/2024", "GN", "30.000.000", "", "CT2")
    with database.begin() as tx:
        a_loan(tx, drawn=0)

        report = take_movements(tx, file_of(tmp_path, [early, above]))

    assert report.accepted == 2
    assert [(doubt.row, doubt.column, doubt.code) for doubt in report.warnings] == [
        (2, "value_date", "before-signing"),
        (3, "amount", "above-approved"),
    ]


def test_a_kind_may_be_written_small(database, tmp_path):
    with database.begin() as tx:
        a_loan(tx, drawn=0)

        report = take_movements(
            tx, file_of(tmp_path, [(f" {LOAN} ", " 20/01/2024", "gn ", " 5 ", " ", " CT1 ")])
        )

        assert (report.faults, report.accepted) == ([], 1)
        event = Event(date(2024, 1, 20), Kind.DRAW, 5, None, "CT1")
        assert [entry.event for entry in live(tx, LOAN)] == [event]


def test_a_workbook_says_what_the_csv_says(database, tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["SỔ GIAO DỊCH"])
    sheet.append([reader.title for reader in reversed(layout.MOVEMENTS)])
    sheet.append(
        [
            "CT1",
            None,
            50_000_000,
            "GN",
            datetime(2024, 1, 20, 9, 30),  # noqa: DTZ001 -- a cell has no zone
            int(LOAN),
        ]
    )
    sheet.append(["CT2", date(2028, 1, 15), None, "GH", date(2025, 1, 20), LOAN])
    sheet.append(["TỔNG CỘNG", None, 50_000_000])
    book.save(tmp_path / "movements.xlsx")
    rows = [DRAW, (LOAN, "20/01/2025", "GH", "", "15/01/2028", "CT2")]

    with database.begin() as tx:
        a_loan(tx, drawn=0)
        report = take_movements(tx, tmp_path / "movements.xlsx")
        csv = take_movements(tx, file_of(tmp_path, rows))

    assert (report.faults, report.accepted, [row for row, _ in report.skipped]) == ([], 2, [5])
    assert (csv.accepted, csv.already_known) == (0, 2)


def test_progress_is_told_to_the_end(database, tmp_path):
    path = file_of(tmp_path, [DRAW])
    shown = []
    with database.begin() as tx:
        a_loan(tx, drawn=0)
        intake.take_movements(
            tx,
            POLICY,
            intake.open_movements(path, LIMITS),
            path=path,
            deed=a_deed(),
            today=date(2026, 11, 22),
            progress=lambda done, of: shown.append((done, of)),
        )

    assert shown == [(1, 1)]
