"""The yearly list of a commune as a file: taken whole or not at all, and known again."""

from datetime import date

import pytest

from creditdesk import households, intake
from creditdesk.intake import layout
from tests.applicants import listed
from tests.builders import LIMITS, PLACES, POLICY, a_deed, a_file


def a_row(household_no="H1", **changes):
    said = {
        "household_no": household_no,
        "commune": "19333",
        "standing": "HN",
        "since": "01/01/2027",
        "until": "",
        "list_no": "90/QĐ-UBND",
        "list_on": "20/12/2026",
    }
    return said | changes


def take(tx, path, rows, *, dry_run=False):
    a_file(path, layout.HOUSEHOLDS, rows)
    return intake.take_households(
        tx,
        POLICY,
        PLACES,
        intake.open_households(path, LIMITS),
        path=path,
        deed=a_deed(),
        dry_run=dry_run,
    )


def test_a_yearly_list_classifies_households_anew(database, tmp_path):
    with database.begin() as tx:
        listed(tx, "HN", household_no="H1")
        listed(tx, "HCN", household_no="H2")

        report = take(
            tx, tmp_path / "ds.csv", [a_row("H1", standing="MTN"), a_row("H2"), a_row("H3")]
        )

        found = [
            households.standing_on(tx, number, date(2027, 1, 1)).standing
            for number in ("H1", "H2", "H3")
        ]
        before = households.standing_on(tx, "H1", date(2026, 12, 31))
    assert (report.rows, report.accepted, report.faults) == (3, 3, [])
    assert found == ["MTN", "HN", "HN"]
    assert before.standing == "HN"


def test_a_known_list_says_nothing_new(database, tmp_path):
    with database.begin() as tx:
        take(tx, tmp_path / "ds.csv", [a_row()])

        again = take(tx, tmp_path / "ds.csv", [a_row()])
        other = take(tx, tmp_path / "ds2.csv", [a_row(), a_row("H2")])
    assert (again.known_file, again.already_known) == (True, 1)
    assert (other.accepted, other.already_known) == (1, 1)


FAULTS = [
    ({"standing": "GIAU"}, "standing"),
    ({"since": "31/02/2027"}, "since"),
    ({"list_no": ""}, "list_no"),
    ({"commune": "99999"}, "commune"),
    ({"until": "31/12/2026"}, "until"),
    ({"standing": "MTN", "since": "02/01/2029"}, "standing"),
]


def test_every_fault_of_a_list_is_told_at_once_and_nothing_is_written(database, tmp_path):
    with database.begin() as tx:
        listed(tx, "HN", household_no="H1", since=date(2025, 1, 1), until=date(2025, 12, 31))

        report = take(tx, tmp_path / "ds.csv", [a_row(**changes) for changes, _ in FAULTS])

        found = households.standing_on(tx, "H1", date(2027, 6, 1))
    assert [(one.row, one.column) for one in sorted(report.faults)] == [
        (row, column) for row, (_, column) in enumerate(FAULTS, start=2)
    ]
    assert (report.accepted, found) == (0, None)


def test_a_list_without_last_days_is_read(database, tmp_path):
    readers = [reader for reader in layout.HOUSEHOLDS if reader.key != "until"]
    path = a_file(tmp_path / "ds.csv", readers, [a_row()])
    with database.begin() as tx:
        report = intake.take_households(
            tx,
            POLICY,
            PLACES,
            intake.open_households(path, LIMITS),
            path=path,
            deed=a_deed(),
        )

    assert report.accepted == 1


def test_a_dry_run_writes_nothing(database, tmp_path):
    with database.begin() as tx:
        report = take(tx, tmp_path / "ds.csv", [a_row()], dry_run=True)

        with pytest.raises(households.HouseholdNotFound):
            households.standing_on(tx, "H1", date(2027, 1, 1))
    assert report.accepted == 1
