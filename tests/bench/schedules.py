"""Schedules: the engine beside two libraries, exact to the dong, and stored."""

import csv
from datetime import date
from itertools import count

import numpy as np
from amortization.schedule import amortization_schedule  # type: ignore[import-untyped]
from repaykit import Loan

from creditdesk import chain, communes, intake, ledger, records, settings
from creditdesk.demo.files import LOAN_TITLES
from creditdesk.engine.days import months_after
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.replay import revise
from tests.bench import naive, province
from tests.bench.measure import Finding, demand, interleaved
from tests.bench.stage import MOMENT

_BLOCK = 2_000


def a2(stage):
    """Engine / `amortization` 3.0.1, engine / `repaykit` 1.0.0: loans per second."""
    requests = province.loans().part(0, 3_000).requests()
    few = requests[:300]
    as_floats = [(float(amount), float(rate), term) for amount, rate, _, term in requests]
    _check_libraries(few)
    timed = interleaved(
        {
            "ours": lambda _: province.quoted(requests),
            "amortization": lambda _: [list(amortization_schedule(*one)) for one in as_floats],
            "repaykit": lambda _: [_by_repaykit(*one) for one in few],
        },
        rounds=5,
        scales={"repaykit": len(requests) / len(few)},
    )
    first = timed["amortization"].over(timed["ours"])
    second = timed["repaykit"].over(timed["ours"])
    speed = f"{len(requests) / timed['ours'].seconds:,.0f} loans/s"
    return [
        Finding(
            "a2",
            "engine (dates, act/365, whole dong) / amortization 3.0.1 (annuity, floats, no dates)",
            str(first),
            ">= 0.7x",
            first.times >= 0.7,
            f"engine {speed}, amortization {len(requests) / timed['amortization'].seconds:,.0f}",
        ),
        Finding(
            "a2",
            "engine / repaykit 1.0.0 (equal principal, dates, Decimal)",
            str(second),
            ">= 5x",
            second.times >= 5,
            f"repaykit on {len(few)} loans, the others on {len(requests)}",
        ),
    ]


def _by_repaykit(amount, rate, draw, term):
    return list(
        Loan.create(
            amount=amount,
            annual_rate=rate,
            term=f"{term} months",
            payment_frequency="monthly",
            method="constant_principal",
            start_date=draw,
        ).iter_schedule()
    )


def _check_libraries(requests):
    """Demand that all three answer the same question: as many rows, all principal repaid."""
    for (amount, rate, draw, term), ours in zip(requests, province.quoted(requests), strict=True):
        floats = list(amortization_schedule(float(amount), float(rate), term))
        decimals = _by_repaykit(amount, rate, draw, term)
        demand(len(ours.rows) == len(floats) == len(decimals) == term, "a row for each month")
        demand(sum(row.principal for row in ours.rows) == amount, "all principal is repaid")
        demand(abs(sum(row.principal for row in floats) - amount) < 1, "amortization repays all")


def a3(stage):
    """Exactness: every row of the reference province, engine and whole columns."""
    book = province.loans(stage.of(province.LOANS))
    seen, interest = 0, 0
    for begin in range(0, len(book.term), _BLOCK):
        part = book.part(begin, begin + _BLOCK)
        columns = province.rows(part)
        ours = province.flat(province.quoted(part.requests()))
        demand(all(map(np.array_equal, columns, ours)), f"rows of the loans from {begin} differ")
        seen += len(ours[0])
        interest += int(ours[2].sum())
    if not stage.small:
        demand((seen, interest) == (province.ROWS, province.INTEREST), "the golden figures hold")
    return [
        Finding(
            "a3",
            "reference province: rows that differ between engine and whole columns",
            f"0 of {seen:,}",
            "0",
            True,
            f"total interest {interest:,} dong"
            + ("" if stage.small else f", as known: {province.INTEREST:,}"),
        )
    ]


def a4(stage):
    """Generate and store the plans of new loans, beside entities added one by one."""
    sample = province.loans().part(0, stage.of(5_000))
    few = sample.part(0, stage.of(1_000)).requests()
    database = stage.blank()
    draws = _signed(stage, database, sample)
    rows = int(sample.term.sum())
    few_rows = sum(term for *_, term in few)
    targets = [stage.copy(database) for _ in range(3)]
    plain = [stage.plain() for _ in range(3)]
    for engine in plain:
        naive.Base.metadata.create_all(engine)
    timed = interleaved(
        {
            "plain": lambda number: naive.store_schedules(plain[number], few),
            "ours": lambda number: _draw_all(stage, targets[number], draws),
        },
        scales={"plain": rows / few_rows},
    )
    _check_stored(targets[0], sample)
    ratio = timed["plain"].over(timed["ours"])
    for one in (database, *targets):
        stage.drop(one)
    return [
        Finding(
            "a4",
            "plan rows generated and stored, ORM add_all / ours",
            str(ratio),
            ">= 40x",
            ratio.times >= 40,
            f"{rows / timed['ours'].seconds:,.0f} rows/s with entry, posting and chained digest "
            f"of each draw; ORM {rows / timed['plain'].seconds:,.0f} from {few_rows:,} rows",
        )
    ]


def _signed(stage, database, sample):
    """Take the contracts of some reference loans in, and return their draws by loan number."""
    path = stage.folder / "contracts.csv"
    codes = sorted(
        code
        for code, unit in communes.map_on(date(2026, 10, 31)).communes.items()
        if unit.province == "44"
    )
    draws = {}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(LOAN_TITLES)
        for number, (amount, rate, draw, term) in enumerate(sample.requests(), start=1):
            loan_no, code = f"66000044{number:08d}", codes[number % len(codes)]
            writer.writerow(_contract(loan_no, code, number, amount, rate, draw, term))
            draws[loan_no] = Event(draw, Kind.DRAW, amount, None, f"GN{number}")
    table = intake.open_loans(path, limits())
    deed = ledger.Deed("bench", MOMENT)
    places = communes.map_on(date(2026, 10, 31))
    with database.begin() as tx:
        report = intake.take_loans(tx, stage.policy, places, table, path=path, deed=deed)
    demand(not report.faults, f"contracts are taken: {report.faults[:1]}")
    return draws


def _contract(loan_no, code, number, amount, rate, draw, term):  # noqa: PLR0913, PLR0917
    # No day beyond the 28th, so that every month has its date.
    day = draw.replace(day=min(28, draw.day))
    first, due = months_after(day, 1), months_after(day, term)
    return (
        *(loan_no, f"{number:010d}", "Nguyễn Thị Mẫu", "", "", "HN", "01", "1", "", "99", "", ""),
        *(f"{code}001", code, "004401", day.day, draw.isoformat()),
        *(f"{(rate * 100).normalize():f}", amount, first.isoformat(), 1, due.isoformat(), "", ""),
    )


def _draw_all(stage, database, draws):
    orders = ledger.orders_of(stage.policy, date(2026, 10, 31))
    with database.begin() as tx:
        records.ledger.hold_for_writing(tx)
        act_id = ledger.begin_act(tx, "bench", ledger.Deed("bench", MOMENT))
        writer = chain.Writer(tx, act_id, count(records.ledger.next_id(tx, records.ledger.entry)))
        known = list(records.loans.loan_ids(tx).values())
        heads = records.loans.heads_of(tx, known)
        for loan in records.loans.loans_by_id(tx, known):
            found = revise(ledger.terms_of(loan), orders, [], [draws[loan.loan_no]])
            writer.write(chain.Head(loan, *heads[loan.id]), found, {})
        writer.flush()
        records.ledger.ids_given(tx, records.ledger.entry)


def _check_stored(database, sample):
    with database.read() as tx:
        told = tx.exec_driver_sql("SELECT count(*), sum(amount) FROM plan_change").one()
    demand(
        (told[0], int(told[1])) == (int(sample.term.sum()), int(sample.principal.sum())),
        "a row for each month, all principal planned",
    )


def limits():
    """Return the limits of files that the defaults state."""
    found = settings.load({})
    return intake.Limits(
        max_megabytes=found.intake_max_megabytes,
        max_rows=found.intake_max_rows,
        max_columns=found.intake_max_columns,
        memory_megabytes=found.intake_memory_megabytes,
        seconds=found.intake_seconds,
    )
