"""What a contract says, frozen on the day it was signed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from creditdesk.engine.money import Dong


@dataclass(frozen=True, slots=True)
class RateStep:
    """A lending rate of one loan from a day on: fractions per year, in term and overdue."""

    since: date
    rate: Decimal
    overdue_rate: Decimal


@dataclass(frozen=True, slots=True)
class LoanTerms:
    """The terms of one loan.

    rates                 RateStep, `since` strictly rising, the first on the signing day
    first_principal_on    [date] or None: one instalment at the end
    every_months          months between instalments; 0 when there is one instalment
    grace_until           [date] before which interest is grace interest; None: no grace
    trustee               who lends for the bank: a mass organisation, or `99` the bank itself
    ladder                [dong] units an instalment is rounded down to, the first that is not zero
    """

    loan_no: str
    signed_on: date
    rates: tuple[RateStep, ...]
    approved: Dong
    first_principal_on: date | None
    every_months: int
    due_on: date
    session_day: int
    trustee: str
    grace_until: date | None
    ladder: tuple[int, ...]
