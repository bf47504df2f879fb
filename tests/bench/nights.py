"""Closing a day: beside a loop over entities, and after nights that were missed."""

import json
from datetime import timedelta
from itertools import groupby

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from creditdesk import closing, columns, opening, standings
from creditdesk.db import read_columns
from creditdesk.records import kept
from creditdesk.records.ledger import plan_change
from tests.bench import naive
from tests.bench.measure import Finding, Timing, demand, interleaved
from tests.bench.questions import province_of
from tests.bench.stage import MOMENT


def b1(stage):
    """Whole close of the province / the same one loan at a time."""
    book = stage.copy(stage.book)
    last = _last_day(book)
    sample, active, late = _sample(stage, book, last)
    engine = stage.plain()
    ids = _plain_book(engine, sample)
    days = [last + timedelta(days=number) for number in range(1, 5)]
    naive.close(engine, ids, last)
    with Session(engine) as session:
        told = sum(loan.late for loan in session.query(naive.Loan))
    demand(told == late, f"late principal of the sample: {told}, by columns {late}")
    _close(stage, book, days[0])
    timed = interleaved(
        {
            "plain": lambda number: naive.close(engine, ids, days[number + 1]),
            "ours": lambda number: _close(stage, book, days[number + 1]),
        },
        scales={"plain": active / len(ids)},
    )
    stage.drop(book)
    ratio = timed["plain"].over(timed["ours"])
    return [
        Finding(
            "b1",
            "close of a day, ORM one loan at a time (commit per 100) / ours",
            str(ratio),
            ">= 300x",
            ratio.times >= 300,
            f"ORM {timed['plain'].seconds:.0f} s, extrapolated from {len(ids):,} of the "
            f"{active:,} loans that owe; ours {timed['ours']} where the process has "
            "read the book before: no row of accrual, interest is a function",
        )
    ]


def b2(stage):
    """Whole close of the province in seconds."""
    book = stage.copy(stage.book)
    last = _last_day(book)
    days = [last + timedelta(days=number) for number in range(1, 5)]
    _close(stage, book, days[0])
    timed = interleaved({"ours": lambda number: _close(stage, book, days[number + 1])})["ours"]
    stage.drop(book)
    return [
        Finding(
            "b2",
            "whole close of a day of the province, by a process that only closes",
            str(timed),
            "<= 2 s",
            timed.seconds <= 2,
            "as the clock does it; 1.8 and 7 million loans were not run",
        )
    ]


def b3(stage):
    """Catch-up of missed nights / one night."""
    book = stage.copy(stage.book)
    last = _last_day(book)
    missed = {"one": 1, "30": 30, "700": 700}
    figures, taken = {}, {name: [] for name in missed}
    # The first round makes the process warm and is left out.
    for number in range(4):
        for name, nights in missed.items():
            _prepare(stage, book, last - timedelta(days=nights))
            timed = interleaved({name: lambda _: _close(stage, book, last)}, rounds=1)[name]
            figures[name] = _forget(book)
            if number:
                taken[name].append(timed.rounds[0])
    stage.drop(book)
    one = {name: told["outstanding"] for name, told in figures.items()}
    demand(len(set(one.values())) == 1, f"the same book however many nights: {one}")
    timings = {name: Timing(tuple(found)) for name, found in taken.items()}
    return [
        Finding(
            "b3",
            f"catch-up of {name} missed nights / one night",
            str(ratio),
            "<= 2x",
            ratio.times <= 2,
            f"{timings[name]} beside {timings['one']}",
        )
        for name in ("30", "700")
        for ratio in (timings[name].over(timings["one"]),)
    ]


def _last_day(book):
    with book.read() as tx:
        return opening.newest_day(tx)


def _close(stage, book, day):
    with book.begin() as tx:
        done = closing.close_day(tx, day=day, today=day, moment=MOMENT)
    demand(done.new, f"{day} was not closed before")
    return done


def _prepare(stage, book, day):
    with book.begin() as tx:
        closing.close_day(tx, day=day, today=day, moment=MOMENT)


def _forget(book):
    """Take the closed days back, and return the figures of the newest."""
    with book.begin() as tx:
        done = json.loads(kept.last_closed_day(tx).figures)
        tx.exec_driver_sql("DELETE FROM closed_day")
    return done


def _sample(stage, book, day):
    """Return some loans that owe as (row, plan), how many owe, and what is late of the sample."""
    with book.read() as tx:
        province = province_of(tx)
        over, now = standings.axes(tx, province), standings.image(tx, province, day)
        plans = read_columns(tx, sa.select(*(plan_change.c[name] for name in _PLAN)))
    owing = np.flatnonzero(now.outstanding > 0)
    chosen = owing[:: max(1, len(owing) // stage.of(2_000))]
    inside = np.isin(plans["loan_id"], over.ids[chosen])
    rows = zip(*(plans[name][inside].tolist() for name in _PLAN), strict=True)
    of_loan = {
        key: _net((day, amount) for _, day, amount in found)
        for key, found in groupby(sorted(rows), key=lambda row: row[0])
    }
    columns = (over.ids, now.outstanding, over.columns["rate_e8"], now["repaid"])
    told = zip(*(column[chosen].tolist() for column in columns), strict=True)
    sample = [(*one, of_loan.get(one[0], [])) for one in told]
    return sample, len(owing), int(now.late[chosen].sum())


_PLAN = ("loan_id", "due_on", "amount")


def _net(changes):
    """Return (due day as a number, principal) of a plan from its changes."""
    found = {}
    for day, amount in changes:
        found[day] = found.get(day, 0) + amount
    return sorted(item for item in found.items() if item[1])


def _plain_book(engine, sample):
    """Write loans and instalments as entities, what was repaid on the oldest first."""
    naive.Base.metadata.create_all(engine)
    with Session(engine) as session:
        for key, owed, rate, repaid, plan in sample:
            session.add(
                naive.Loan(
                    id=key, loan_no=str(key), balance=owed, rate_e8=rate, days_late=0, late=0
                )
            )
            for seq, (due_on, principal) in enumerate(plan, start=1):
                paid = max(0, min(repaid, principal))
                repaid -= paid
                due = columns.EPOCH + timedelta(days=due_on)
                session.add(
                    naive.Instalment(
                        loan_id=key,
                        seq=seq,
                        due_on=due,
                        principal=principal,
                        interest=0,
                        paid=paid,
                    )
                )
        session.commit()
    return [key for key, *_ in sample]
