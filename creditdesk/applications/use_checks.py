"""Checks of use (form 06/TD): whether a loan went where its contract says, and which are due."""

from datetime import date, timedelta

from creditdesk import communes, ledger, records
from creditdesk.db import Tx
from creditdesk.engine.journal import Kind
from creditdesk.engine.money import Dong
from creditdesk.engine.policy import Policy
from creditdesk.errors import Refused
from creditdesk.figures import WorklistRow


class NothingDrawn(Refused):
    """Nothing had been drawn by that day whose use could be checked."""

    code = "nothing-drawn"


class FindingMissing(Refused):
    """A check says what the money was found to be used for."""

    code = "finding-missing"


def check_use(
    tx: Tx,
    *,
    loan_no: str,
    checked_on: date,
    found: str,
    as_agreed: bool,
    deed: ledger.Deed,
    remark: str = "",
    document_no: str = "",
) -> None:
    """Enter what was found where a loan's money went.

    found      the purpose found; `as_agreed`, whether it is that of the contract
    remark     arrears and whatever else the checker writes down

    Raises LoanNotFound, NothingDrawn, FindingMissing.
    """
    loan = ledger.find_loan(tx, loan_no, hold=True)
    if not found.strip():
        raise FindingMissing(loan_no=loan_no)
    events = [fact.booked.event for fact in ledger.facts_of(tx, loan.id)]
    if not any(one.kind is Kind.DRAW and one.value_date <= checked_on for one in events):
        raise NothingDrawn(loan_no=loan_no, day=checked_on)
    records.applications.add_check(
        tx,
        {
            "province": loan.province,
            "loan_id": loan.id,
            "checked_on": checked_on,
            "as_agreed": as_agreed,
            "found": found.strip(),
            "remark": remark,
            "document_no": document_no,
            "act_id": ledger.begin_act(tx, "check-use", deed, days=[checked_on]),
        },
    )


def use_checks_due(
    tx: Tx, policy: Policy, as_of: date, *, province: str | None, commune: str | None
) -> tuple[WorklistRow, ...]:
    """Return loans of which a draw was not followed by a check, by commune, group and loan.

    The amount is what was drawn since the last check, the due date that of the first such draw;
    draws before policy first asked for checks are left alone.
    Source: `use_check_days` of config/policy/limits.toml.
    """
    asked = policy.limits.use_check_days
    first = asked.first
    assert first is not None
    provinces = [province] if province else records.loans.provinces(tx)
    draws: dict[int, tuple[date, int]] = {}
    for code in provinces:
        for row in records.applications.unchecked_draws(tx, code, first.since, as_of):
            since, amount = draws.get(row.loan_id, (row.drawn_on, 0))
            draws[row.loan_id] = since, amount + int(row.amount)
    loans = [
        loan
        for loan in communes.loans_on(tx, draws, as_of)
        if commune is None or loan.commune == commune
    ]
    loans.sort(key=lambda loan: (loan.commune, loan.group_no, loan.loan_no))
    customers = records.households.customer_numbers(tx, {loan.customer_id for loan in loans})
    rows = []
    for loan in loans:
        drawn_on, amount = draws[loan.id]
        due_on = drawn_on + timedelta(days=asked.at(drawn_on))
        rows.append(
            WorklistRow(
                loan_no=loan.loan_no,
                customer_no=customers[loan.customer_id],
                commune=loan.commune,
                group_no=loan.group_no,
                programme=loan.programme,
                office=loan.office,
                amount=Dong(amount),
                days_late=max(0, (as_of - due_on).days),
                due_on=due_on,
            )
        )
    return tuple(rows)
