"""What a loan would cost, before anybody signs."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import click

from creditdesk import documents, words
from creditdesk.cli.frame import DAY, Desk, as_json, command, tell
from creditdesk.engine import quotation
from creditdesk.engine.day_count import DAY_COUNTS
from creditdesk.engine.eligibility import Asked, Check, doubts, months_between
from creditdesk.engine.money import Dong
from creditdesk.engine.offer import Ask, Offer, RateMissing, offer
from creditdesk.engine.policy import Policy
from creditdesk.errors import Malformed

_OWN_ROWS = ("first_principal", "instalments", "grace_principal")


class RateUnreadable(Malformed):
    """A rate is percent per year with up to four decimals."""

    code = "rate-unreadable"


@command("quote")
@click.option("--amount", type=int, required=True, help="Dong.")
@click.option("--annual-rate", help="Percent per year.")
@click.option("--signed", type=DAY, help="The day of the contract: which policy is in force.")
@click.option("--draw", type=DAY, required=True)
@click.option("--first-principal", type=DAY)
@click.option("--every", type=int, help="Months between instalments.")
@click.option("--due", type=DAY)
@click.option("--months", type=int, help="Term counted from the draw.")
@click.option("--course-end", type=DAY, help="End of a learner's course.")
@click.option("--programme", help="A programme's code: its rate, term, rhythm and grace.")
@click.option("--works", type=int, default=1, help="Types of works built.")
@click.option("--method", type=click.Choice(quotation.METHODS), default="equal-principal")
@click.option("--day-count", type=click.Choice(DAY_COUNTS), default="act/365")
@click.option("--instalments", type=int)
@click.option("--grace-principal", type=int)
@click.option("--round-to", type=int)
@click.option("--rounding", type=click.Choice(["half-up", "half-even"]), default="half-up")
@as_json
def quote(desk: Desk, **asked: Any) -> None:
    """Show the schedule that given terms make, from the engine alone."""
    rate = read_rate(asked["annual_rate"]) if asked["annual_rate"] else None
    if asked["programme"]:
        terms = _of_programme(desk.policy, rate, asked)
    elif rate is None:
        raise RateMissing(programme=None)
    else:
        terms = Offer(rate, _dates(asked), asked["grace_principal"] or 0, quotation.LADDER)
    warnings = _doubts(desk.policy, terms, asked) if asked["programme"] else ()
    for one in warnings:
        click.echo(words.say(desk.language, f"reason.{one.code}", **one.facts), err=True)
    found = documents.quotation(quotation.quote(_request(terms, asked)))
    if asked["json_"]:
        tell(found | {"warnings": documents.rules(warnings)})
        return
    head = ["no", "due_on", "days", "principal", "interest", "total", "balance"]
    rows = [[row[name] for name in head] for row in found["instalments"]]
    click.echo(documents.table(head, rows), nl=False)


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
