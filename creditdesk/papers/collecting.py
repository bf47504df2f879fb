"""What a group is told before a session: principal due next month, and the sheet to collect on."""

from collections.abc import Iterator

from creditdesk import worklists
from creditdesk.db import Tx
from creditdesk.engine.policy import Policy
from creditdesk.evidence import Identity
from creditdesk.papers import leaves
from creditdesk.papers.asked import Asked
from creditdesk.papers.checks import sheet
from creditdesk.papers.leaves import Opened, Row
from creditdesk.sheets import Column, Sheet

_DUE = (
    Column("no", "no"),
    Column("borrower", "text"),
    Column("loan_no", "code"),
    Column("programme_code", "code"),
    Column("due_on", "day"),
    Column("owed"),
    Column("due"),
    Column("paid_ahead"),
    Column("interest_asked"),
)
_COLLECTED = (
    Column("no", "no"),
    Column("borrower", "text"),
    Column("loan_no", "code"),
    Column("programme_code", "code"),
    Column("owed"),
    Column("late"),
    Column("principal", group="proposed"),
    Column("interest", group="proposed"),
    Column("together", group="proposed"),
    Column("principal_received", "blank", "received"),
    Column("interest_received", "blank", "received"),
    Column("savings_received", "blank", "received"),
    Column("signed", "blank"),
)


def due_next_month(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return the list of principal due in the month after the day's, a page for each group.

    Source: letter 597/NHCS-TDNN (30/01/2026): each group head has it 30 days before.

    Raises what `leaves.opened` does.
    """
    list_ = leaves.opened(tx, policy, asked, "due-next-month")
    found, asks = (
        worklists.worklist(tx, policy, name, asked.as_of, list_.place)
        for name in ("due-next-month", "collect-next-month")
    )
    why = {row.loan_no: row.why for row in asks}
    loans = list_.held(found)
    rows = [
        Row(
            loan := loans[row.loan_no],
            (
                *(loan.customer_name, loan.loan_no, loan.programme),
                *(row.due_on, loan.outstanding, row.amount, row.why["paid_ahead"]),
                why[row.loan_no]["interest"],
            ),
        )
        for row in found
    ]
    whole = leaves.bound(list_, "due", _DUE, rows, words="due")
    columns = sum(facts["principal_next_month"] for facts in why.values())
    return sheet(
        list_.evidence,
        whole.part,
        checked=[
            *whole.sums,
            Identity("loans-make-columns:due", leaves.total(whole.part, "due"), columns),
        ],
        notes=("due-plan", "interest-by-session", "redate-in-time", "group-takes-no-principal"),
        leaves=whole.leaves,
        seen=leaves.seen(rows),
    )


def collection(tx: Tx, policy: Policy, asked: Asked) -> Sheet:
    """Return the sheets of the next session, a page for each group; as `leaves.opened` raises."""
    list_ = leaves.opened(tx, policy, asked, "collection")
    rows = list(_members(list_))
    whole = leaves.bound(list_, "collection", _COLLECTED, rows, words="together")
    principal, interest, both = (
        leaves.total(whole.part, code) for code in ("principal", "interest", "together")
    )
    return sheet(
        list_.evidence,
        whole.part,
        checked=[*whole.sums, Identity("proposed-makes-total", principal + interest, both)],
        notes=("proposed", "group-takes-no-principal", "received-by-hand"),
        leaves=whole.leaves,
        seen=leaves.seen(rows),
    )


def _members(list_: Opened) -> Iterator[Row]:
    """Yield every loan that owes, with what its next session should bring."""
    asked = list_.asked
    found = worklists.worklist(list_.tx, list_.policy, "due-session", asked.as_of, list_.place)
    due = {row.loan_no: row for row in found}
    for loan in list_.held().values():
        row = due.get(loan.loan_no)
        interest = row.why["interest"] if row else 0
        together = int(row.amount) if row else 0
        yield Row(
            loan,
            (
                *(loan.customer_name, loan.loan_no, loan.programme),
                *(loan.outstanding, loan.late, together - interest, interest, together),
                *(None,) * 4,
            ),
        )
