"""What a loan will cost: its due dates, and row by row principal, interest and balance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count, pairwise
from math import gcd
from typing import Literal, NamedTuple, get_args

from creditdesk.engine import schedule
from creditdesk.engine.day_count import DayCount, Periods, periods
from creditdesk.engine.days import EARLIEST, LATEST, months_after
from creditdesk.engine.money import Dong, Rounding, round_ratio
from creditdesk.engine.schedule import OutsideCalendar
from creditdesk.errors import Malformed, Refused

Method = Literal["equal-principal", "equal-instalment", "flat", "bullet"]
METHODS: tuple[Method, ...] = get_args(Method)

LADDER = (Dong(100_000), Dong(1_000), Dong(1))
"""Units an instalment of principal is rounded down to: the first that leaves more than zero."""

MOST_INSTALMENTS = 1_200
"""A hundred years of months: beyond any contract, and a bound on the work of one quotation."""

MOST_MONTHS = 12 * (LATEST.year - EARLIEST.year + 1)
"""The months of the bank's calendar."""


class AmountNotPositive(Refused):
    """Nothing is lent."""

    code = "amount-not-positive"


class RateNegative(Refused):
    """The bank would pay the borrower."""

    code = "rate-negative"


class CountNotPositive(Refused):
    """A number of months, rows or dong is too small to mean anything."""

    code = "count-not-positive"


class DatesNotRising(Refused):
    """A due date does not lie after the day before it in the schedule."""

    code = "dates-not-rising"


class TooManyInstalments(Refused):
    """More rows than any contract has."""

    code = "too-many-instalments"


class GraceTooLong(Refused):
    """No row is left to pay principal."""

    code = "grace-too-long"


class RoundingTooCoarse(Refused):
    """Rounded so, an instalment is nothing, or repays the loan before its last row."""

    code = "rounding-too-coarse"


class InstalmentBelowInterest(Refused):
    """An equal instalment would not pay a row's interest, and interest is never capitalised."""

    code = "instalment-below-interest"


class TermUnclear(Malformed):
    """What is said about the due dates is too little, or contradicts itself."""

    code = "term-unclear"


@dataclass(frozen=True, slots=True)
class Request:
    """The terms to be quoted.

    amount           [dong] > 0, drawn at once
    rate_per_year    fraction per year, 0 or more
    draw_on          [date] the first day that earns interest
    due_on           (n,) [date], strictly rising, all after the draw
    grace_principal  first rows that pay interest only
    round_to         [dong] unit of the instalment; None: the ladder for principal, 1 for an
                     equal instalment
    ladder           (m,) [dong], falling: units tried in turn where `round_to` is None
    """

    amount: Dong
    rate_per_year: Decimal
    draw_on: date
    due_on: tuple[date, ...]
    method: Method = "equal-principal"
    day_count: DayCount = "act/365"
    grace_principal: int = 0
    round_to: Dong | None = None
    rounding: Rounding = "half-up"
    ladder: tuple[Dong, ...] = LADDER


class Row(NamedTuple):
    """One instalment: days of its period, amounts [dong], and the balance [dong] that remains."""

    no: int
    due_on: date
    days: int
    principal: Dong
    interest: Dong
    total: Dong
    balance: Dong


@dataclass(frozen=True, slots=True)
class Quotation:
    """The principal [dong], its rows, and all the interest they carry [dong]."""

    principal: Dong
    rows: tuple[Row, ...]
    total_interest: Dong


def due_dates(
    draw_on: date,
    *,
    due_on: date | None = None,
    months: int | None = None,
    first_principal_on: date | None = None,
    every_months: int | None = None,
    instalments: int | None = None,
) -> tuple[date, ...]:
    """Return the due dates that the terms of a contract describe.

    due_on, months      the end: its date, or months after the draw
    first_principal_on  [date] then every so many months, the same day clamped to the month's end;
                        without it the dates are counted from the draw
    instalments         how many dates, where no end is given

    With an end the dates run as long as they lie before it, and the end is the last. An end alone
    is one instalment.
    Raises TermUnclear, CountNotPositive, TooManyInstalments, OutsideCalendar.
    """
    if every_months is not None:
        _check_months("every_months", every_months)
    if instalments is not None:
        _check_instalments(instalments)
    anchor, skipped = (first_principal_on, 0) if first_principal_on else (draw_on, 1)
    end = _end(draw_on, due_on, months)
    if end is None:
        if every_months is None or instalments is None:
            raise TermUnclear(missing="due_on")
        return schedule.rhythm(anchor, every_months, skipped, instalments)
    if every_months is None and first_principal_on and first_principal_on < end:
        raise TermUnclear(missing="every_months")
    dates = _until(end, anchor, skipped, every_months)
    if instalments not in (None, len(dates)):
        raise TermUnclear(instalments=instalments, dates=len(dates))
    return dates


def quote(request: Request) -> Quotation:
    """Return the rows of a loan drawn at once and paid as agreed.

    Interest of a row is the balance before it (flat: the amount drawn) x rate x its share of a
    year, rounded once. Everything is exact until then: whole numbers only.
    Raises AmountNotPositive, RateNegative, CountNotPositive, TooManyInstalments, DatesNotRising,
    GraceTooLong, RoundingTooCoarse, InstalmentBelowInterest.
    """
    _check(request)
    spans = periods(request.day_count, request.draw_on, request.due_on)
    if min(spans.parts) <= 0:
        _check_rising((request.draw_on, *request.due_on))
    rate = _ratio(request.rate_per_year, spans.basis)
    principals = _principals(request, rate, spans.parts)
    assert sum(principals) == request.amount, "the rows repay what was drawn"
    return _priced(request, spans, rate, principals)


def _priced(
    request: Request, spans: Periods, rate: tuple[int, int], principals: list[int]
) -> Quotation:
    # Nearly all the time of a quotation passes in this loop: half up is one whole division in it,
    # and a row is made without a call of its own.
    top, bottom = rate
    doubled, half, whole = 2 * top, bottom, 2 * bottom
    flat = request.amount if request.method == "flat" else 0
    half_up, balance, total, rows = request.rounding == "half-up", int(request.amount), 0, []
    new, row = tuple.__new__, Row
    terms = zip(count(1), request.due_on, spans.days, spans.parts, principals, strict=False)
    for no, due_on, days, part, principal in terms:
        if half_up:
            interest = ((flat or balance) * part * doubled + half) // whole
        else:
            interest = round_ratio((flat or balance) * part * top, bottom, request.rounding)
        balance -= principal
        total += interest
        rows.append(
            new(row, (no, due_on, days, principal, interest, principal + interest, balance))
        )
    return Quotation(request.amount, tuple(rows), Dong(total))


def _principals(request: Request, rate: tuple[int, int], parts: tuple[int, ...]) -> list[int]:
    paying = len(parts) - request.grace_principal
    if request.method == "bullet":
        return [0] * (len(parts) - 1) + [request.amount]
    if request.method == "equal-instalment":
        paid = _equal_instalment(request, rate, parts[-paying:])
    else:
        paid = schedule.divide(request.amount, paying, _ladder(request))
        if request.round_to and not paid[0]:
            raise RoundingTooCoarse(round_to=request.round_to)
    return [0] * request.grace_principal + paid


def _ladder(request: Request) -> tuple[Dong, ...]:
    return request.ladder if request.round_to is None else (request.round_to,)


def _equal_instalment(
    request: Request, rate: tuple[int, int], parts: tuple[int, ...]
) -> list[int]:
    # The rounded instalment less each row's interest; the last row takes what is left.
    unit = request.round_to or 1
    exact, over = instalment_ratio(request.amount, rate, parts)
    instalment = unit * round_ratio(exact, over * unit, request.rounding)
    left, paid = int(request.amount), list[int]()
    if not instalment:
        raise RoundingTooCoarse(round_to=unit)
    for no, part in enumerate(parts[:-1], start=request.grace_principal + 1):
        interest = round_ratio(left * part * rate[0], rate[1], request.rounding)
        if interest > instalment:
            raise InstalmentBelowInterest(no=no, instalment=instalment, interest=interest)
        paid.append(instalment - interest)
        left -= paid[-1]
        if left <= 0:
            raise RoundingTooCoarse(round_to=unit, instalment=instalment)
    return [*paid, left]


def instalment_ratio(amount: Dong, rate: tuple[int, int], parts: Sequence[int]) -> tuple[int, int]:
    """Return the one payment of every period that repays an amount, as an exact ratio.

    With period rates r it is amount x product(1 + r) / sum over i of product(1 + r_j, j > i).

    rate   numerator and denominator of the rate of one part
    parts  (n,) parts of a year in each period
    """
    numerator, denominator = rate
    growth, annuity = 1, 0
    # From the last period back, `growth` over denominator**k, `annuity` over denominator**(k - 1).
    for part in reversed(parts):
        annuity = annuity * denominator + growth
        growth *= denominator + numerator * part
    return amount * growth, annuity * denominator


def _ratio(rate_per_year: Decimal, basis: int) -> tuple[int, int]:
    numerator, denominator = rate_per_year.as_integer_ratio()
    shared = gcd(numerator, basis)
    return numerator // shared, denominator * (basis // shared)


def _check(request: Request) -> None:
    if request.amount <= 0:
        raise AmountNotPositive(amount=request.amount)
    if request.rate_per_year < 0:
        raise RateNegative(rate_per_year=request.rate_per_year)
    rows = len(request.due_on)
    _check_instalments(rows)
    if request.grace_principal < 0:
        raise CountNotPositive(name="grace_principal", value=request.grace_principal)
    if request.grace_principal >= rows:
        raise GraceTooLong(grace_principal=request.grace_principal, instalments=rows)
    if request.round_to is not None and request.round_to < 1:
        raise CountNotPositive(name="round_to", value=request.round_to)


def _check_rising(days: tuple[date, ...]) -> None:
    # Asked only where a period has no length; by 30/360 the 30th to the 31st has none either.
    for no, (before, day) in enumerate(pairwise(days), start=1):
        if before >= day:
            raise DatesNotRising(no=no, due_on=day, after=before)


def _check_instalments(instalments: int) -> None:
    if instalments < 1:
        raise CountNotPositive(name="instalments", value=instalments)
    if instalments > MOST_INSTALMENTS:
        raise TooManyInstalments(instalments=instalments, most=MOST_INSTALMENTS)


def _check_months(name: str, months: int) -> None:
    if months < 1:
        raise CountNotPositive(name=name, value=months)
    if months > MOST_MONTHS:
        raise OutsideCalendar(months=months, latest=LATEST)


def _end(draw_on: date, due_on: date | None, months: int | None) -> date | None:
    if months is None:
        return due_on
    _check_months("months", months)
    end = months_after(draw_on, months)
    if due_on not in (None, end):
        raise TermUnclear(due_on=due_on, months=months)
    return end


def _until(end: date, anchor: date, skipped: int, every_months: int | None) -> tuple[date, ...]:
    if end > LATEST:
        raise OutsideCalendar(due_on=end, latest=LATEST)
    if every_months is None:
        return (end,)
    return schedule.due_dates(anchor, every_months, end, skipped)
