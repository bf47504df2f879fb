"""Files that come in: movements checked and stored, a workbook in its fence, planted faults."""

import csv
from itertools import cycle, islice

import openpyxl
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from creditdesk import communes, demo, intake, ledger
from tests.bench import naive
from tests.bench.measure import Finding, demand, interleaved
from tests.bench.schedules import limits
from tests.bench.stage import MOMENT

_DEED = ledger.Deed("bench", MOMENT)


def f1(stage):
    """Movements checked and stored, row by row / ours."""
    loans, movements = stage.office
    contracts = _with_contracts(stage, loans)
    targets = [stage.copy(contracts) for _ in range(3)]
    few = stage.of(10_000)
    plain = [_plain_with_contracts(stage, contracts) for _ in range(3)]
    rows = len(intake.open_movements(movements, limits()).rows)
    timed = interleaved(
        {
            "plain": lambda number: naive.take_movements(plain[number], movements, few),
            "ours": lambda number: _take(stage, targets[number], movements, rows),
        },
        scales={"plain": rows / few},
    )
    with plain[0].connect() as connection:
        stored = connection.scalar(sa.select(sa.func.count()).select_from(naive.Movement))
    demand(stored == few, "the plain way stored its rows")
    ratio = timed["plain"].over(timed["ours"])
    for one in (contracts, *targets):
        stage.drop(one)
    return [
        Finding(
            "f1",
            f"{rows:,} movements checked and stored, iterrows + marshmallow + ORM / ours",
            str(ratio),
            ">= 40x",
            ratio.times >= 40,
            f"ours {rows / timed['ours'].seconds:,.0f} rows/s: read, every loan replayed, entries "
            f"chained, postings and plans written; plain {rows / timed['plain'].seconds:,.0f} "
            f"rows/s on {few:,} rows: cells checked, one row stored, no replay",
        )
    ]


def _with_contracts(stage, loans):
    """Return a fresh database with the contracts of one office."""
    database = stage.blank()
    table = intake.open_loans(loans, limits())
    places = communes.map_on(demo.DATA_DATE)
    with database.begin() as tx:
        report = intake.take_loans(tx, stage.policy, places, table, path=loans, deed=_DEED)
    demand(not report.faults, "the contracts are taken")
    return database


def _plain_with_contracts(stage, contracts):
    engine = stage.plain()
    naive.Base.metadata.create_all(engine)
    with contracts.read() as tx, Session(engine) as session:
        for key, loan_no in tx.exec_driver_sql("SELECT id, loan_no FROM loan"):
            session.add(naive.Loan(id=key, loan_no=loan_no, balance=0, rate_e8=0))
        session.commit()
    return engine


def _take(stage, database, movements, rows):
    report = _told(stage, database, movements)
    demand(report.accepted == rows, f"all {rows} rows are taken: {report.faults[:1]}")


def _told(stage, database, movements, *, dry_run=False):
    table = intake.open_movements(movements, limits())
    with database.begin() as tx:
        return intake.take_movements(
            tx,
            stage.policy,
            table,
            path=movements,
            deed=_DEED,
            today=demo.DATA_DATE,
            data_date=demo.DATA_DATE,
            dry_run=dry_run,
        )


def f2(stage):
    """A workbook read inside the fence / by pandas and openpyxl."""
    rows, few = stage.of(180_000), stage.of(36_000)
    whole, part = stage.folder / "whole.xlsx", stage.folder / "part.xlsx"
    lines = _lines(stage.office[1])
    head, body = lines[0], list(islice(cycle(lines[1:]), rows))
    _write_workbook(whole, head, body)
    _write_workbook(part, head, body[:few])
    told = intake.open_movements(part, limits()).columns["receipt_no"].tolist()
    frame = _by_pandas(part)
    demand(told == frame["Số chứng từ"].tolist() == [row[5] for row in body[:few]], "same cells")
    demand(len(intake.open_movements(whole, limits()).rows) == rows, "all rows are read")
    timed = interleaved(
        {
            "plain": lambda _: _by_pandas(part),
            "ours": lambda _: intake.open_movements(whole, limits()),
        },
        scales={"plain": rows / few},
    )
    ratio = timed["plain"].over(timed["ours"])
    return [
        Finding(
            "f2",
            f"XLSX {rows:,} x 8, pandas + openpyxl / ours in its fence",
            str(ratio),
            ">= 10x",
            ratio.times >= 10,
            f"openpyxl {timed['plain'].seconds:.1f} s, extrapolated from {few:,} rows; "
            f"ours {timed['ours']} with the child's start",
        )
    ]


def _by_pandas(path):
    return pd.read_excel(path, engine="openpyxl", dtype=str)


def _write_workbook(path, head, body):
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Giao dịch")
    sheet.append([*head, "Ghi chú", "Người lập"])
    for number, (loan_no, day, kind, amount, until, receipt) in enumerate(body):
        money = int(amount) if amount else None
        sheet.append([loan_no, day, kind, money, until or None, receipt, number, "Trần Văn Mẫu"])
    book.save(path)


def _lines(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def f3(stage):
    """Planted faults found, each in its row; good rows refused."""
    loans, movements = stage.office
    lines = _lines(movements)
    planted = _plant(lines, stage.of(1_000))
    path = stage.folder / "planted.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    contracts = _with_contracts(stage, loans)
    report = _told(stage, contracts, path, dry_run=True)
    stage.drop(contracts)
    found = {fault.row for fault in report.faults}
    missed, refused = planted - found, found - planted
    demand(not missed, f"faults that were not found: {sorted(missed)[:3]}")
    demand(not refused, f"good rows that were refused: {sorted(refused)[:3]}")
    return [
        Finding(
            "f3",
            f"faults planted in {len(lines) - 1:,} rows: found with row and reason; good refused",
            f"{len(found & planted):,} of {len(planted):,}; {len(refused)}",
            "all; 0",
            True,
            "eight kinds: loan, day, future, kind, amount, no amount, receipt, too much repaid",
        )
    ]


def _plant(lines, count):
    """Spoil rows of a file that collect money, and return their numbers in the file."""
    money = [at for at, row in enumerate(lines[1:], start=1) if row[2] == "TG"]
    step = max(1, len(money) // count)
    chosen = money[::step][:count]
    kinds = cycle(
        (
            (0, "9" * 16),
            (1, "31/02/2024"),
            (1, "01/01/2030"),
            (2, "XX"),
            (3, "mười"),
            (3, ""),
            (5, lines[1][5]),
            (3, str(10**15)),
        )
    )
    for at in chosen:
        column, spoiled = next(kinds)
        lines[at][column] = spoiled
    return {at + 1 for at in chosen}
