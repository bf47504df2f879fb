"""Debt at risk that was handled in a period: freezes (04/XLN) and write-offs (05/XLN)."""

from collections.abc import Iterator

from creditdesk import explanations, held
from creditdesk.db import Tx
from creditdesk.engine.journal import Kind
from creditdesk.engine.policy import Policy
from creditdesk.evidence import Identity
from creditdesk.papers import leaves
from creditdesk.papers.asked import Asked
from creditdesk.papers.checks import sheet
from creditdesk.papers.leaves import Opened, Row
from creditdesk.sheets import Cell, Column, Sheet

_HEAD = (
    Column("no", "no"),
    Column("borrower", "text"),
    Column("loan_no", "code"),
    Column("programme_code", "code"),
    Column("day", "day"),
    Column("handled"),
)
_FROZEN = (
    *_HEAD,
    Column("frozen_until", "day"),
    Column("owed", group="owed"),
    Column("frozen", group="owed"),
    Column("decision", "code"),
    Column("ground", "code"),
)
_WRITTEN_OFF = (*_HEAD, Column("owed"), Column("decision", "code"), Column("ground", "code"))


def frozen(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return 04/XLN: what was frozen in a period; raises what `leaves.opened` does."""
    return _handled(tx, policy, asked, Kind.FREEZE)


def written_off(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return 05/XLN: what was written off in a period; raises what `leaves.opened` does."""
    return _handled(tx, policy, asked, Kind.WRITE_OFF)


_FORMS = {Kind.FREEZE: ("04-xln", _FROZEN), Kind.WRITE_OFF: ("05-xln", _WRITTEN_OFF)}


def _handled(tx: Tx, policy: Policy, asked: Asked, kind: Kind) -> Sheet:
    form, columns = _FORMS[kind]
    list_ = leaves.opened(tx, policy, asked, form, asked.since or asked.month)
    since = list_.evidence.since
    moved = held.moved_in(tx, list_.place, kind, since, asked.as_of)
    loans = held.loans_in(tx, policy, list_.place, asked.as_of, moved)
    rows = [row for loan_no in loans for row in _rows(list_, loans[loan_no], kind)]
    whole = leaves.bound(list_, "handled", columns, rows)
    total = leaves.total(whole.part, "handled")
    return sheet(
        list_.evidence,
        whole.part,
        checked=[*whole.sums, Identity("loans-make-columns:handled", total, sum(moved.values()))],
        notes=(f"handled-{form}", "handled-ground"),
        seen=leaves.seen(rows),
    )


def _rows(list_: Opened, loan: held.Held, kind: Kind) -> Iterator[Row]:
    """Yield every freeze or write-off of a loan within the period, with the paper that decided.

    What the loan owes stands, and is added up, in the first of them alone.
    """
    asked = list_.asked
    owed: tuple[Cell, ...] = (loan.outstanding, loan.frozen)[: 2 if kind is Kind.FREEZE else 1]
    said = (loan.loan_no, asked.as_of, asked.known_at)
    told = explanations.explain(list_.tx, list_.policy, *said)
    for line in told.entries:
        event, act = line.event, line.act
        if event.kind is not kind or event.value_date < list_.evidence.since:
            continue
        cells: tuple[Cell, ...] = (loan.customer_name, loan.loan_no, loan.programme)
        until = (event.until,) if kind is Kind.FREEZE else ()
        decided = (act.document_no or event.receipt_no, act.ground)
        yield Row(loan, (*cells, event.value_date, event.amount, *until, *owed, *decided))
        owed = (None,) * len(owed)
