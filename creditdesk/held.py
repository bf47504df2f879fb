"""What lists on paper tell of many loans: whose they are, where and for what, and what is owed."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from creditdesk import arrears, records, standings
from creditdesk.db import Tx, read_columns
from creditdesk.engine.ageing import final_due_on, terms_on
from creditdesk.engine.journal import KIND_CODE, Kind
from creditdesk.engine.policy import Policy


class Held(NamedTuple):
    """What a list on paper tells of a loan on a day: whose, where, for what; balances [dong].

    due_on        the final due date in force
    overdue_rate  what overdue principal of it earns, a fraction per year
    """

    loan_id: int
    loan_no: str
    customer_no: str
    customer_name: str
    commune: str
    group_no: str
    office: str
    trustee: str
    programme: str
    programme_name: str
    purpose: str
    signed_on: date
    due_on: date
    session_day: int
    overdue_rate: Decimal
    drawn: int
    in_term: int
    overdue: int
    frozen: int
    late: int

    @property
    def outstanding(self) -> int:
        """Return the principal still owed [dong]."""
        return self.in_term + self.overdue + self.frozen


def loans_in(
    tx: Tx, policy: Policy, place: arrears.Place, as_of: date, only: Iterable[str] | None = None
) -> dict[str, Held]:
    """Return the loans of a place at the end of a day by number.

    only  the numbers that are asked for; None: every loan with a balance
    """
    found: dict[str, Held] = {}
    wanted = None if only is None else set(only)
    for province in arrears.provinces_of(tx, place):
        over = standings.axes(tx, province, as_of, place.known_on)
        now = standings.image(tx, province, as_of, place.known_on)
        inside = place.inside(over)
        if wanted is None:
            inside &= now.outstanding > 0
        columns = {name: now[name][inside].tolist() for name in _BALANCES}
        columns |= {"late": now.late[inside].tolist()}
        rows = (
            dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
        )
        figures = dict(zip(over.ids[inside].tolist(), rows, strict=True))
        numbers = records.loans.numbers_of(tx, figures)
        ids = (key for number, key in numbers.items() if wanted is None or number in wanted)
        found |= _held(tx, policy, {key: figures[key] for key in ids}, as_of, place.before)
    return found


def _held(
    tx: Tx,
    policy: Policy,
    figures: Mapping[int, Mapping[str, int]],
    as_of: date,
    before: str | None,
) -> dict[str, Held]:
    loans = list(arrears.candidates(tx, sorted(figures), as_of, before=before))
    holders = records.households.customers_of(tx, {loan.row.customer_id for loan in loans})
    found = {}
    for loan in loans:
        row, holder = loan.row, holders[loan.row.customer_id]
        programme = policy.programmes.get(row.programme)
        found[row.loan_no] = Held(
            loan_id=row.id,
            loan_no=row.loan_no,
            customer_no=holder.customer_no,
            customer_name=holder.name,
            commune=row.commune,
            group_no=row.group_no,
            office=row.office,
            trustee=row.trustee,
            programme=row.programme,
            programme_name=programme.names.vi if programme else row.programme,
            purpose=row.purpose,
            signed_on=row.signed_on,
            due_on=final_due_on(loan.terms, loan.booked, as_of),
            session_day=row.session_day,
            overdue_rate=terms_on(loan.terms, loan.booked, as_of).rates[-1].overdue_rate,
            **figures[row.id],
        )
    return found


_BALANCES = ("drawn", "in_term", "overdue", "frozen")


def moved_in(tx: Tx, place: arrears.Place, kind: Kind, since: date, until: date) -> dict[str, int]:
    """Return what live events of a kind moved [dong] from a day to another, by number of loan."""
    found: dict[str, int] = {}
    for province in arrears.provinces_of(tx, place):
        over = standings.axes(tx, province, until, place.known_on)
        span, codes = (standings.day_before(since), until), [KIND_CODE[kind]]
        query = records.flows.moved_query(province, *span, codes, before=place.before)
        rows = read_columns(tx, query)
        near = set(over.ids[place.inside(over)].tolist())
        moved = zip(rows["loan_id"].tolist(), rows["amount"].tolist(), strict=True)
        amounts = {key: amount for key, amount in moved if key in near and amount}
        numbers = records.loans.numbers_of(tx, amounts)
        found |= {number: amounts[key] for number, key in numbers.items()}
    return found
