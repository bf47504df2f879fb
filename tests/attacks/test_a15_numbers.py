"""A15: numbers that are nearly one, by every door: refused with field and reason, none coerced."""

import json

import openpyxl
import pytest
from click.testing import CliRunner

from creditdesk import audit
from creditdesk.cli import cli
from creditdesk.intake import layout
from tests.attacks.stage import NOBODYS, asked_by, leaves, put, routes, rows, shared, somebody_for
from tests.builders import POLICY, a_contract, a_file, a_loan, loan_rows, take_loans

JSON = (
    *("1.9", "1.0", "-1", "-0", "-0.0", "1e3", "1E400", "-1e400", str(10**30), str(2**63)),
    *('"1_000"', '"１００"', '"1e3"', '"0x10"', '"NaN"', '"Infinity"', '"-0"', '"1 000"', '""'),
    *("true", "false", "null", "[1]", '{"dong": 1}', "9" * 5_000),
)
NO_JSON = ("NaN", "Infinity", "-Infinity", "01", "+1", "1_000", "１００", "0x10", ".5")
TEXT = (
    *("1.9", "1_000", "１００", "١٠٠", "true", "NaN", "1e400", "1e3", str(10**30), "-0", "-1"),
    *(str(2**63), "+5", "0x10", "1.00.000", "½", "①", "1\u00a0", "Infinity", "𝟏𝟎𝟎"),
)
AMOUNTS = {"principal", "interest", "amount", "instalment"}


def amounts(app):
    """Yield (route, where) of every amount in the example of an operation."""
    for route in routes(app, "POST"):
        example = dict(route.operation.example) if route.operation else {}
        for at in leaves(example):
            value = example
            for key in at:
                value = value[key]
            if type(value) is int and at[-1] in AMOUNTS:
                yield route, at


def test_no_operation_takes_what_is_no_whole_number(desk):
    before, tried = rows(desk.database), 0
    officer = desk.people["officer"]
    for route, at in shared(desk, amounts(desk.app)):
        marked = json.dumps(put(dict(route.operation.example), at, "#here#"))
        for written in JSON:
            body = marked.replace('"#here#"', written).encode()
            answer = officer.ask("POST", route.path(), body)
            pointer = "".join(f"/{key}" for key in at)
            found = {one["pointer"]: one["code"] for one in answer.json.get("errors", ())}
            tried += 1
            assert answer.status_code == 400, (route.rule, written)
            assert found.get(pointer), (route.rule, written, answer.text)
        for written in NO_JSON:
            body = marked.replace('"#here#"', written).encode()
            answer = officer.ask("POST", route.path(), body)
            assert (answer.status_code, answer.json["code"]) == (400, "json-unreadable")
        key = json.dumps(at[-1])
        twice = marked.replace(f'{key}: "#here#"', f"{key}: 1, {key}: 2").encode()
        assert officer.ask("POST", route.path(), twice).json["code"] == "json-key-twice"

    assert tried >= 2 * len(JSON)
    assert rows(desk.database) == before


def test_no_address_of_the_service_takes_what_is_no_whole_number(desk):
    asked = ("amount", "limit", "months", "every", "grace_principal", "round_to")
    refused = 0
    for route in routes(desk.app, "GET"):
        for name in sorted(set(asked) & set(asked_by(route.operation))):
            for said in ("1.9", "1_000", "１００", "true", "NaN", "1e400", str(10**30), "-0", ""):
                asker = desk.people[somebody_for(route)]
                answer = asker.ask("GET", route.path(), None, {name: said})
                found = {one["parameter"] for one in answer.json.get("errors", ())}
                refused += name in found
                assert answer.status_code == 400, (route.rule, name, said)
                assert name in found, (route.rule, name, said)

    assert refused >= 9


@pytest.mark.parametrize("option", ["--principal", "--interest"])
def test_no_command_takes_what_is_no_whole_number(database_url, monkeypatch, database, option):
    monkeypatch.setenv("CREDITDESK_DATABASE_URL", database_url)
    with database.begin() as tx:
        loan_no = a_loan(tx, 1)
    before = rows(database)
    for said in TEXT:
        asked = ["receive", loan_no, "--day", "2026-06-12", "--receipt", "T1", f"{option}={said}"]
        done = CliRunner().invoke(cli, [*asked, "--by", "an"])
        assert done.exit_code == 2, (said, done.output)

    assert rows(database) == before


def a_workbook(path, readers, row, key, value):
    book = openpyxl.Workbook()
    book.active.append([reader.title for reader in readers])
    book.active.append([value if reader.key == key else row[reader.key] for reader in readers])
    book.save(path)
    return path


CELLS = (1.9, -1, True, 1e300, float(2**63), 0.1 + 0.2, "1_000", "１００", "NaN", "1e400", "-0")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_cell_of_a_file_is_coerced(database, tmp_path, kind):
    (row,) = loan_rows([a_contract(5)])
    coerced = []
    for number, said in enumerate(TEXT if kind == "csv" else CELLS):
        path = tmp_path / f"{number}.{kind}"
        if kind == "csv":
            a_file(path, layout.LOANS, [row | {"approved": said}])
        else:
            a_workbook(path, layout.LOANS, row, "approved", said)
        with database.begin() as tx:
            report = take_loans(tx, path, dry_run=True)
        named = [fault for fault in report.faults if "approved" in str(fault)]
        if not named and report.accepted:
            coerced.append(said)

    assert coerced in ([], ["1\u00a0"])
    with database.read() as tx:
        assert audit.verify(tx, POLICY).faults == []


def test_a_number_of_a_loan_is_sixteen_digits_and_nothing_like_them(desk):
    for said in (
        "660000000000000１",
        "6600000000000001.0",
        "6.6e15",
        "-0",
        NOBODYS["loan_no"] + "0",
    ):
        answer = desk.people["auditor"].ask("GET", f"/api/v1/loans/{said}")
        assert answer.status_code == 404
