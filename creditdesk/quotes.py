"""Schedules quoted from what somebody says: terms of their own, or a programme's."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from creditdesk.engine import quotation
from creditdesk.engine.eligibility import Asked, Check, doubts, months_between
from creditdesk.engine.money import Dong
from creditdesk.engine.offer import Ask, Offer, RateMissing, offer
from creditdesk.engine.policy import Policy
from creditdesk.errors import Malformed

_OWN_ROWS = ("first_principal", "instalments", "grace_principal")
_UNSAID: Mapping[str, Any] = dict.fromkeys(
    ("annual_rate", "signed", "due", "months", "every", "course_end", "programme", "round_to")
    + _OWN_ROWS
) | {"method": "equal-principal", "day_count": "act/365", "rounding": "half-up", "works": 1}


class RateUnreadable(Malformed):
    """A rate is percent per year with up to four decimals."""

    code = "rate-unreadable"


def quote(
    policy: Policy, said: Mapping[str, Any]
) -> tuple[quotation.Quotation, tuple[Check, ...]]:
    """Return the schedule that given terms make, and what the programme would refuse of it.

    said  amount [dong] and draw [date]; annual_rate in percent, signed, first_principal, every,
          due, months, course_end, programme, method, day_count, instalments, grace_principal,
          round_to, rounding, works

    Raises RateUnreadable, RateMissing, and what `offer` and `quotation` refuse.
    """
    asked = {**_UNSAID, **said}
    rate = read_rate(asked["annual_rate"]) if asked["annual_rate"] else None
    if asked["programme"]:
        terms = _of_programme(policy, rate, asked)
    elif rate is None:
        raise RateMissing(programme=None)
    else:
        terms = Offer(rate, _dates(asked), asked["grace_principal"] or 0, quotation.LADDER)
    warnings = _doubts(policy, terms, asked) if asked["programme"] else ()
    return quotation.quote(_request(terms, asked)), warnings


def _doubts(policy: Policy, terms: Offer, asked: dict[str, Any]) -> tuple[Check, ...]:
    """Return what the programme would refuse of the quoted loan."""
    draw, course_end = asked["draw"], asked["course_end"]
    told = Asked(
        day=draw,
        amount=Dong(asked["amount"]),
        months=months_between(draw, terms.due_on[-1]),
        course_end_on=course_end,
        study_months=months_between(draw, course_end) if course_end else 0,
        works=asked["works"],
    )
    law = policy.programme(asked["programme"]).at(asked["signed"] or draw)
    return doubts(law, told)


def _of_programme(policy: Policy, rate: Decimal | None, asked: dict[str, Any]) -> Offer:
    signed = asked["signed"] or asked["draw"]
    if any(asked[name] is not None for name in _OWN_ROWS):
        return _own_rows(policy, rate, asked | {"signed": signed})
    ask = Ask(
        programme=asked["programme"],
        signed_on=signed,
        draw_on=asked["draw"],
        rate_per_year=rate,
        months=asked["months"],
        due_on=asked["due"],
        every_months=asked["every"],
        course_end_on=asked["course_end"],
    )
    return offer(policy, ask)


def _own_rows(policy: Policy, rate: Decimal | None, asked: dict[str, Any]) -> Offer:
    """Return terms whose rows the call counts out itself; the programme gives what is left."""
    code = asked["programme"]
    law = policy.programme(code).at(asked["signed"])
    rate = law.rate_per_year if rate is None else rate
    if rate is None:
        raise RateMissing(programme=code)
    every = asked["every"] or law.principal_interval_months
    months = asked["months"]
    if not months and not asked["due"] and not asked["instalments"]:
        months = law.term_months
    grace = asked["grace_principal"]
    held = law.grace_principal
    unsaid = grace is None and not asked["first_principal"]
    if unsaid and every and held and held.after == "first-draw":
        grace = held.months // every
    dates = _dates(asked | {"every": every, "months": months})
    ladder = tuple(map(Dong, policy.ladder(code, asked["signed"])))
    return Offer(rate, dates, grace or 0, ladder)


def _dates(asked: dict[str, Any]) -> tuple[date, ...]:
    return quotation.due_dates(
        asked["draw"],
        due_on=asked["due"],
        months=asked["months"],
        first_principal_on=asked["first_principal"],
        every_months=asked["every"],
        instalments=asked["instalments"],
    )


def _request(terms: Offer, asked: dict[str, Any]) -> quotation.Request:
    return quotation.Request(
        amount=Dong(asked["amount"]),
        rate_per_year=terms.rate_per_year,
        draw_on=asked["draw"],
        due_on=terms.due_on,
        method=asked["method"],
        day_count=asked["day_count"],
        grace_principal=terms.grace_principal,
        round_to=asked["round_to"],
        rounding=asked["rounding"],
        ladder=terms.ladder,
    )


def read_rate(text: str) -> Decimal:
    """Return the fraction per year that a rate in percent says."""
    try:
        rate = Decimal(text.strip().removesuffix("%").replace(",", "."))
    except InvalidOperation:
        raise RateUnreadable(value=text) from None
    if not rate.is_finite() or rate < 0 or rate > 100:
        raise RateUnreadable(value=text)
    return rate.scaleb(-2)
