"""Questions to the book: kept figures beside sums of rows, and beside recomputed ones."""

from datetime import date, timedelta

import sqlalchemy as sa

from creditdesk import audit, demo, opening, statements
from creditdesk.engine.journal import KIND_CODE
from creditdesk.records.kept import book_image
from tests.bench.measure import Finding, demand, interleaved, note
from tests.bench.measure import seconds as written

FLOWS = ("drawn", "drawn_to_date", "principal_collected", "interest_collected", "written_off")
BALANCES = ("outstanding", "in_term", "overdue", "frozen")

_BY_COMMUNE = """
SELECT l.commune,
  sum(CASE WHEN p.value_date >= '{since}' THEN {lent} ELSE 0 END),
  sum({lent}),
  sum(CASE WHEN p.value_date >= '{since}' THEN {repaid} ELSE 0 END),
  sum(CASE WHEN p.value_date >= '{since}' THEN {collected} ELSE 0 END),
  sum(CASE WHEN p.value_date >= '{since}' THEN {lost} ELSE 0 END),
  sum({all_}), sum({in_term}), sum({overdue}), sum({frozen})
FROM posting p JOIN loan l ON l.id = p.loan_id
WHERE p.province = '{province}' AND p.value_date <= '{day}'
GROUP BY l.commune ORDER BY l.commune
"""


def province_of(tx):
    """Return the book's only province."""
    (only,) = opening.provinces(tx)
    return only


def book(stage):
    """The book itself: generated and taken in by the command."""
    built = stage.built
    limit = "" if stage.small else "<= 5 min"
    return [
        Finding(
            "-",
            f"{'a tenth of ' if stage.small else ''}the province generated and taken in",
            written(built["seconds"]),
            limit or "-",
            None if stage.small else built["seconds"] <= 300,
            f"{built['processor']:.0f} s of processor; "
            + ("built in this run" if built["now"] else f"built on {built['on']}, reused"),
        ),
        Finding(
            "-",
            "most memory of that process",
            f"{built['megabytes']:.0f} MB",
            "<= 2 GB",
            built["megabytes"] <= 2048,
            "without the server's" if stage.server else "",
        ),
    ]


def month_ends(tx):
    """Return the days of kept images of a book, oldest first."""
    return list(tx.execute(sa.select(book_image.c.day).order_by(book_image.c.day)).scalars())


def portfolio(stage):
    """The portfolio warm at month end and for any other day."""
    with stage.book.read() as tx:
        kept = month_ends(tx)[-1]
        last = min(opening.newest_day(tx), demo.DATA_DATE)
    days = [date(2022, 2, 14), date(2023, 5, 17), date(2025, 8, 20), last - timedelta(days=2)]
    spans = {"month end": (kept.replace(month=1, day=1), kept)}
    spans |= {f"{day:%d/%m/%Y}": (day - timedelta(days=47), day) for day in days}

    def ask(name, axes):
        since, day = spans[name]
        with stage.book.read() as tx:
            question = statements.Question(since, day, axes)
            return statements.portfolio(tx, stage.policy, question)

    two = ("commune", "programme")
    for name in spans:
        found = ask(name, two)
        demand(sum(row.figures.drawn for row in found.rows) == found.total.drawn, "rows add up")
    others = [name for name in spans if name != "month end"]
    slow = interleaved({name: lambda _, name=name: ask(name, two) for name in others})
    ask("month end", two)
    timed = interleaved(
        {
            "two": lambda _: ask("month end", two),
            "one": lambda _: ask("month end", ("commune",)),
        },
        rounds=7,
    )
    other = max(others, key=lambda name: slow[name].seconds)
    return [
        _within("portfolio commune x programme, warm, month end", timed["two"], 0.1, kept),
        _within("portfolio by commune, warm, month end", timed["one"], 0.1, kept),
        _within(
            f"portfolio commune x programme, any other day: the slowest of {len(others)}",
            slow[other],
            2.0,
            f"{other}, over 48 days",
        ),
    ]


def _within(what, timing, limit, remark):
    goal = f"<= {written(limit)}"
    return Finding("-", what, str(timing), goal, timing.seconds <= limit, str(remark))


def _sql(text, **facts):
    accounts = {"in_term": 2, "overdue": 3, "frozen": 4}
    sides = {
        name: f"CASE WHEN p.debit = {code} THEN p.amount WHEN p.credit = {code} "
        "THEN -p.amount ELSE 0 END"
        for name, code in accounts.items()
    }
    kinds = KIND_CODE
    lent = (
        f"CASE p.kind WHEN {kinds['draw']} THEN p.sign * p.amount "
        f"WHEN {kinds['rebook']} THEN -p.sign * p.amount ELSE 0 END"
    )
    flows = {
        name: f"CASE WHEN p.kind = {kinds[kind]} THEN p.sign * p.amount ELSE 0 END"
        for name, kind in (
            ("repaid", "principal"),
            ("collected", "interest"),
            ("lost", "write-off"),
        )
    }
    return text.format(
        **sides,
        **flows,
        **facts,
        all_=" + ".join(f"({side})" for side in sides.values()),
        lent=lent,
    )


def d1(stage):
    """Portfolio by commune: from kept images / from the rows."""
    with stage.book.read() as tx:
        day, province = month_ends(tx)[-1], province_of(tx)
    since = day.replace(month=1, day=1)
    query = _sql(_BY_COMMUNE, since=since, day=day, province=province)

    def ours():
        with stage.book.read() as tx:
            return statements.portfolio(tx, stage.policy, statements.Question(since, day))

    def plain():
        with stage.book.read() as tx:
            return [tuple(row) for row in tx.exec_driver_sql(query)]

    by_rows = {code: tuple(map(int, figures)) for code, *figures in plain()}
    for row in ours().rows:
        told = tuple(getattr(row.figures, name) for name in (*FLOWS, *BALANCES))
        demand(told == by_rows.pop(row.keys[0]), f"figures of commune {row.keys[0]}")
    demand(not by_rows, "no other communes")
    timed = interleaved({"plain": lambda _: plain(), "ours": lambda _: ours()})
    ratio = timed["plain"].over(timed["ours"])
    often = sorted(interleaved({"ours": lambda _: ours()}, rounds=20)["ours"].rounds)
    return [
        Finding(
            "d1",
            "portfolio by commune, SQL group by over the postings / ours from kept images",
            str(ratio),
            ">= 20x",
            ratio.times >= 20,
            f"SQL {timed['plain']} without what is late, interest and households; "
            f"ours {timed['ours']} with them",
        ),
        Finding(
            "d1",
            "portfolio by commune, warm: 95 of 100 within",
            written(often[18]),
            f"<= {written(0.03)}",
            often[18] <= 0.03,
            f"of {len(often)} askings",
        ),
    ]


def d2(_stage):
    """The cube commune x programme x month."""
    return [
        Finding(
            "d2",
            "cube commune x programme x month, SQL group by / ours",
            "not built",
            ">= 10x; <= 1 s",
            False,
            "the product answers for one period at a time; nothing asks for the cube yet",
        )
    ]


def d3(stage):
    """Every loan by the engine and by columns, every kept image and the entries: `verify`."""
    with stage.book.read() as tx:
        proof = audit.verify(tx, stage.policy, progress=_told)
    demand(not proof.faults, f"the books hold: {proof.faults[:1]}")
    return [
        Finding(
            "a3",
            "loans of the book whose columns differ from the engine",
            f"0 of {proof.loans:,}",
            "0",
            True,
            f"{proof.entries:,} entries replayed, chained and digested anew",
        ),
        Finding(
            "d3", "kept images that differ from the entries", f"0 of {proof.images}", "0", True
        ),
    ]


def _told(done, of):
    if done % 40_000 < 400:
        note(f"verify: {done:,} of {of:,} loans")
