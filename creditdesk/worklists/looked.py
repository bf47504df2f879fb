"""One loan looked at on a day: what the engine says of it, reckoned once and when asked for."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from creditdesk.arrears import Candidate
from creditdesk.engine import ageing
from creditdesk.engine.journal import PRINCIPAL, Account, Kind
from creditdesk.engine.money import Dong
from creditdesk.worklists.view import View


class Found(NamedTuple):
    """Why a loan is on a list: [dong], the day that matters, and further facts.

    days_late  since what the list is of was to be done; None: since principal fell due unpaid
    """

    amount: int
    due_on: date
    why: Mapping[str, Any] = {}
    days_late: int | None = None


class Looked:
    """A loan as the book knew it at the end of a day: what came later is left out."""

    def __init__(self, loan: Candidate, view: View) -> None:
        """Look at a loan of a view."""
        self.row, self.terms, self.view = loan.row, loan.terms, view
        self.policy, self.as_of = view.policy, view.as_of
        self.booked = [entry for entry in loan.booked if entry.event.value_date <= view.as_of]

    @cached_property
    def balances(self) -> dict[Account, int]:
        """Return the balance of every account [dong]."""
        return ageing.balances_on(self.booked, self.as_of)

    @cached_property
    def outstanding(self) -> int:
        """Return the principal still owed [dong]."""
        return sum(self.balances[account] for account in PRINCIPAL)

    @property
    def frozen(self) -> int:
        """Return the frozen principal [dong]."""
        return self.balances[Account.FROZEN]

    @cached_property
    def instalments(self) -> list[ageing.Unpaid]:
        """Return the plan and what of it is unpaid, oldest first."""
        repaid = ageing.total_of(self.booked, Kind.PRINCIPAL, self.as_of)
        return list(ageing.instalments(ageing.plan_on(self.booked, self.as_of), repaid))

    @cached_property
    def late(self) -> ageing.Lateness:
        """Return what is late by contract."""
        plan = {row.due_on: row.principal for row in self.instalments}
        repaid = ageing.total_of(self.booked, Kind.PRINCIPAL, self.as_of)
        return ageing.look(plan, repaid, self.outstanding, self.as_of)

    @cached_property
    def final_due_on(self) -> date:
        """Return the final due date in force."""
        return ageing.final_due_on(self.terms, self.booked, self.as_of)

    def coming(self, since: date, until: date) -> tuple[Dong, list[ageing.Unpaid]]:
        """Return the principal that falls due after a day up to another, and its instalments."""
        rows = [row for row in self.instalments if since < row.due_on <= until and row.unpaid]
        amount = ageing.falling_due(self.instalments, self.outstanding, since, until)
        return Dong(amount), rows
