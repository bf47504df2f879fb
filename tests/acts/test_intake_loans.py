"""The loan file: each fault at its line and column, whole or not at all, known again."""

from datetime import date
from decimal import Decimal

import openpyxl
import pytest
import sqlalchemy as sa

from creditdesk import audit, intake, records
from creditdesk.db import Database
from creditdesk.intake import cells, layout
from tests.builders import (
    POLICY,
    a_contract,
    a_file,
    an_invented_book,
    loan_rows,
    take_loans,
)
from tests.keys import KEYS

TITLES = layout.titles(layout.LOANS)
FAULTS = {
    "a day that does not exist": ({"signed_on": "31/02/2024"}, "signed_on", "not-a-day"),
    "a day in words": ({"due_on": "mai"}, "due_on", "not-a-day"),
    "an unknown commune": ({"commune": "99999"}, "commune", "commune-unknown"),
    "a rate that is no number": ({"rate": "abc"}, "rate", "not-a-rate"),
    "a rate of five decimals": ({"rate": "6,60001"}, "rate", "not-a-rate"),
    "a rate of 660 %": ({"rate": "660"}, "rate", "rate-outside"),
    "a negative amount": ({"approved": "-5.000.000"}, "approved", "amount-not-positive"),
    "a fraction of a dong": ({"approved": "50.000.000,50"}, "approved", "fraction-of-a-dong"),
    "an amount in words": ({"approved": "năm triệu"}, "approved", "not-an-amount"),
    "uneven thousands": ({"approved": "5.00.000"}, "approved", "not-an-amount"),
    "nothing approved": ({"approved": "0"}, "approved", "amount-not-positive"),
    "local money without investor": ({"source": "2"}, "investor", "investor-missing"),
    "a third source": ({"source": "3"}, "source", "not-in-list"),
    "due before signed": (
        {"due_on": "15/01/2023", "first_principal_on": "", "every_months": ""},
        "due_on",
        "due-before-signed",
    ),
    "a number too short": ({"loan_no": "66009999"}, "loan_no", "wrong-code"),
    "a number with letters": ({"loan_no": "66000000000000AB"}, "loan_no", "wrong-code"),
    "a programme nobody has": ({"programme": "77"}, "programme", "programme-unknown"),
    "a trustee nobody has": ({"trustee": "55"}, "trustee", "trustee-unknown"),
    "no name": ({"customer_name": ""}, "customer_name", "missing"),
    "no commune": ({"commune": ""}, "commune", "missing"),
    "session day 31": ({"session_day": "31"}, "session_day", "session-day-outside"),
    "session day 0": ({"session_day": "0"}, "session_day", "session-day-outside"),
    "an interval of nought": ({"every_months": "0"}, "every_months", "not-above-zero"),
    "a first date without interval": ({"every_months": ""}, "every_months", "interval-missing"),
    "a first date after the last": (
        {"first_principal_on": "15/01/2028"},
        "first_principal_on",
        "first-principal-outside",
    ),
    "an identity number of eleven": ({"id_no": "44123456789"}, "id_no", "wrong-identity-number"),
    "an unknown standing": ({"standing": "XX"}, "standing", "not-in-list"),
}
WRITTEN = {
    "session_day": (["7", "07", "7.0", "7,0"], 7),
    "rate": (["6,6", "6.6", "6.60", "6,6000", "6.6%", "6,6 %"], Decimal("0.066")),
    "approved": (
        [
            *("50.000.000", "50,000,000", "50 000 000", "50\u00a0000\u00a0000", "50000000"),
            *("50.000.000,00", "50,000,000.00", "50000000.0", "50000000,00", "50.000.000,0"),
        ],
        50_000_000,
    ),
    "signed_on": (
        [
            *("15/01/2024", "15/1/2024", "2024-01-15", "15-01-2024", "15.01.2024"),
            *("2024-01-15T00:00:00", "2024-01-15 08:30:00", "15/01/2024 00:00", "15/01/2024 8:30"),
        ],
        date(2024, 1, 15),
    ),
    "standing": (["HN", "hn", " HN "], "HN"),
    "purpose": (
        ["Chăn nuôi bò", "  Chăn nuôi bò\u00a0", "Cha\u0306n nuo\u0302i bo\u0300"],
        "Chăn nuôi bò",
    ),
}


def rows_of(*contracts):
    return loan_rows(contracts)


def file_of(tmp_path, rows, name="loans.csv"):
    return a_file(tmp_path / name, layout.LOANS, rows)


def counts(tx):
    return {
        table.name: tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in records.loans.loan.metadata.sorted_tables
    }


def remarks(report):
    return [(fault.row, fault.column, fault.code) for fault in report.faults]


def test_a_sound_file_is_taken_whole(database, tmp_path):
    contracts = [contract for contract, _ in an_invented_book(41)]
    path = file_of(tmp_path, rows_of(*contracts))

    with database.begin() as tx:
        report = take_loans(tx, path)
        known = records.loans.loan_ids(tx)
        kept = tx.execute(sa.select(records.ledger.intake_file)).one()
        assert audit.verify(tx, POLICY).faults == []

    assert (report.rows, report.accepted, report.faults) == (12, 12, [])
    assert set(known) == {contract.loan_no for contract in contracts}
    assert (kept.name, kept.rows) == ("loans.csv", 12)


def test_every_fault_of_a_file_is_told_at_its_line_and_column(database, tmp_path):
    rows = rows_of(*(a_contract(number) for number in range(1, len(FAULTS) + 2)))
    for row, (changes, _, _) in zip(rows[1:], FAULTS.values(), strict=True):
        row.update(changes)
    path = file_of(tmp_path, rows)

    with database.begin() as tx:
        before = counts(tx)
        report = take_loans(tx, path)
        after = counts(tx)

    assert remarks(report) == sorted(
        ((at, column, code) for at, (_, column, code) in enumerate(FAULTS.values(), start=3)),
        key=lambda remark: [row for row, _, _ in remarks(report)].index(remark[0]),
    )
    assert (report.accepted, after) == (0, before)


def test_a_cell_that_cannot_be_read_hides_no_fault_of_its_row(database, tmp_path):
    rows = rows_of(*(a_contract(number) for number in range(1, 4)))
    rows[0] |= {"rate": "abc", "commune": "99999", "programme": "77", "trustee": "15"}
    rows[0] |= {"session_day": "31", "source": "2", "investor": "", "due_on": "15/01/2023"}
    # Nothing is said of what depends on a cell that cannot be read.
    rows[1] |= {"signed_on": "31/02/2024", "source": "3", "due_on": "", "trustee": "x"}
    rows[2] |= {"commune": "1933", "programme": "", "session_day": "x", "every_months": "0"}

    with database.begin() as tx:
        report = take_loans(tx, file_of(tmp_path, rows))

    assert {(row, column) for row, column, _ in remarks(report)} == {
        *((2, column) for column in ("rate", "commune", "programme", "trustee", "session_day")),
        *((2, column) for column in ("investor", "due_on")),
        *((3, column) for column in ("signed_on", "source", "due_on", "trustee")),
        *((4, column) for column in ("commune", "programme", "session_day", "every_months")),
    }


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_quotes_the_cell_as_it_stands_there(sqlite_url, tmp_path, what):
    changes, column, code = FAULTS[what]
    (row,) = rows_of(a_contract())
    path = file_of(tmp_path, [row | changes])
    door = Database(sqlite_url, KEYS)

    with door.begin() as tx:
        (fault,) = take_loans(tx, path).faults

    door.close()
    assert (fault.row, fault.column, fault.code) == (2, column, code)
    assert fault.value == (row | changes)[column]


@pytest.mark.parametrize(
    ("column", "text"),
    [(column, text) for column, (texts, _) in WRITTEN.items() for text in texts],
)
def test_a_value_is_read_however_it_is_written(column, text):
    reader = next(reader for reader in layout.LOANS if reader.key == column)
    cleaned = intake.reading.clean(intake.reading.texts([text]))[0]

    assert reader.read(cleaned) == WRITTEN[column][1]


def test_the_same_number_with_other_facts_is_a_fault_of_the_second(database, tmp_path):
    path = file_of(tmp_path, rows_of(a_contract(), a_contract(approved=60_000_000)))

    with database.begin() as tx:
        report = take_loans(tx, path)

    assert remarks(report) == [(3, "loan_no", "loan-repeated")]
    assert dict(report.faults[0].facts) == {"first": 2}


def test_the_same_row_twice_counts_once(database, tmp_path):
    path = file_of(tmp_path, rows_of(a_contract(), a_contract()))

    with database.begin() as tx:
        report = take_loans(tx, path)

    assert (report.rows, report.accepted, report.already_known) == (2, 1, 1)


def test_a_dry_run_reports_and_writes_nothing(database, tmp_path):
    path = file_of(tmp_path, rows_of(a_contract()))

    with database.begin() as tx:
        before = counts(tx)
        report = take_loans(tx, path, dry_run=True)

        assert (report.accepted, counts(tx)) == (1, before)


def test_a_file_known_by_content_changes_nothing(database, tmp_path):
    first = file_of(tmp_path, rows_of(a_contract(1), a_contract(2)))
    second = file_of(tmp_path, rows_of(a_contract(1), a_contract(2)), "again.csv")

    with database.begin() as tx:
        take_loans(tx, first)
        before = counts(tx)
        again = take_loans(tx, second)

        assert (again.known_file, again.already_known, again.accepted) == (True, 2, 0)
        assert counts(tx) == before


def test_known_contracts_inside_a_larger_file_are_known(database, tmp_path):
    with database.begin() as tx:
        take_loans(tx, file_of(tmp_path, rows_of(a_contract(1))))

        larger = rows_of(a_contract(2), a_contract(1))
        report = take_loans(tx, file_of(tmp_path, larger, "larger.csv"))

        assert (report.accepted, report.already_known, report.warnings) == (1, 1, [])
        assert audit.verify(tx, POLICY).faults == []


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"approved": 60_000_000}, "approved"),
        ({"rate": Decimal("0.07")}, "rate"),
        ({"customer_no": "0000000099", "household_no": "0000000001"}, "customer_no"),
        ({"household_no": "H9"}, "household_no"),
        ({"purpose": "Trồng keo"}, "purpose"),
        ({"course_end_on": date(2026, 6, 30)}, "course_end_on"),
    ],
)
def test_a_known_number_with_other_facts_is_a_fault(database, tmp_path, changes, column):
    with database.begin() as tx:
        take_loans(tx, file_of(tmp_path, rows_of(a_contract())))

        corrected = file_of(tmp_path, rows_of(a_contract(**changes)), "corrected.csv")
        report = take_loans(tx, corrected)

    assert remarks(report) == [(2, "loan_no", "loan-known")]
    assert dict(report.faults[0].facts) == {"differ": [TITLES[column]]}


def doubts(report):
    return [(doubt.row, doubt.column, doubt.code) for doubt in report.warnings]


def test_what_is_said_otherwise_of_known_people_is_a_doubt(database, tmp_path):
    known = a_contract(1, id_no="044123456789")
    other = a_contract(
        2,
        customer_no=known.customer_no,
        customer_name="Nguyễn Thị Lan",
        id_no="044123456780",
        household_no="H9",
        trustee="11",
    )
    with database.begin() as tx:
        report = take_loans(tx, file_of(tmp_path, rows_of(known, other)))
        renamed = rows_of(a_contract(1, customer_name="Lan", id_no="044123456789"))
        again = take_loans(tx, file_of(tmp_path, renamed, "renamed.csv"))

    assert report.accepted == 2
    assert doubts(report) == [
        (3, "trustee", "group-differs"),
        (3, "household_no", "household-differs"),
        (3, "customer_name", "customer-differs"),
        (3, "id_no", "customer-differs"),
    ]
    assert (again.already_known, doubts(again)) == (1, [(2, "customer_name", "customer-differs")])


def test_an_old_card_and_unusual_terms_are_doubts(database, tmp_path):
    contract = a_contract(id_no="123456789", rate=Decimal("0.0701"), group_no="")

    with database.begin() as tx:
        report = take_loans(tx, file_of(tmp_path, rows_of(contract)))

    assert report.accepted == 1
    assert {doubt.column for doubt in report.warnings} == {"id_no", "rate", "group_no"}


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x")', "+84", "-Lan", "@lan"])
def test_a_formula_as_a_name_is_a_name(database, tmp_path, name):
    with database.begin() as tx:
        report = take_loans(tx, file_of(tmp_path, rows_of(a_contract(customer_name=name))))

        (customer,) = records.households.all_customers(tx).values()
    assert report.faults == []
    assert customer.name == name


def test_optional_columns_may_be_missing_and_unknown_ones_are_listed(database, tmp_path):
    needed = [reader for reader in layout.LOANS if reader.needed]
    path = tmp_path / "narrow.csv"
    (row,) = rows_of(a_contract())
    a_file(path, [*needed, layout.Reader("mine", "Ghi chú", str)], [row | {"mine": "x"}])

    with database.begin() as tx:
        report = take_loans(tx, path)
        again = take_loans(tx, path)

        kept = tx.execute(sa.select(records.ledger.intake_file.c.unknown_columns)).scalar_one()
    assert (report.accepted, report.unknown_columns) == (1, ("Ghi chú",))
    assert (kept, again.unknown_columns) == ("Ghi chú", ("Ghi chú",))


def test_a_row_with_too_many_fields_is_a_fault(database, tmp_path):
    path = file_of(tmp_path, rows_of(a_contract(1), a_contract(2)))
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([*lines[:2], lines[2] + ";x"]) + "\n", "utf-8")

    with database.begin() as tx:
        report = take_loans(tx, path)

    assert remarks(report) == [(3, "", "too-many-fields")]


def test_a_workbook_says_what_the_csv_says(database, tmp_path):
    """Numbers as numbers, true dates, a title above, a row of column numbers, a total below."""
    contracts = [a_contract(1), a_contract(2, programme="09")]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["DANH SÁCH KHẾ ƯỚC"])
    sheet.append([reader.title for reader in layout.LOANS])
    sheet.append([f"({number})" for number in range(1, len(layout.LOANS) + 1)])
    for contract in contracts:
        cells = {reader.key: getattr(contract, reader.key) for reader in layout.LOANS}
        cells |= {"loan_no": int(contract.loan_no), "rate": 6.6, "commune": 19333}
        sheet.append([cells[reader.key] for reader in layout.LOANS])
    sheet.append(["TỔNG CỘNG"])
    book.save(tmp_path / "loans.xlsx")

    with database.begin() as tx:
        report = take_loans(tx, tmp_path / "loans.xlsx")
        csv = take_loans(tx, file_of(tmp_path, rows_of(*contracts)))

    assert (report.accepted, [row for row, _ in report.skipped]) == (2, [3, 6])
    assert (csv.accepted, csv.already_known) == (0, 2)


@pytest.mark.parametrize(
    "reader",
    [reader for reader in (*layout.LOANS, *layout.MOVEMENTS) if reader.needed],
    ids=lambda reader: reader.key,
)
def test_a_needed_cell_is_filled(reader):
    if reader.title == "Số tiền":  # an extension has none: the row's kind decides
        assert reader.read("") == 0
        return
    with pytest.raises(cells.Unreadable, match="missing"):
        reader.read("")


def test_a_small_number_is_a_number():
    with pytest.raises(cells.Unreadable, match="not-a-number"):
        cells.whole("bảy")
