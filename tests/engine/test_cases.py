"""Worked loans come out to the dong, whoever vouches for them."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from creditdesk.engine.accrual import Interest
from creditdesk.engine.ageing import plan_on, stand, to_transfer
from creditdesk.engine.allocation import Orders
from creditdesk.engine.journal import Event
from creditdesk.engine.money import Dong
from creditdesk.engine.replay import Booked
from creditdesk.engine.terms import LoanTerms
from tests.engine.builders import RULE, a_contract, a_rate, an_event, booked

CASES = Path(__file__).parents[1] / "cases" / "loans.toml"
LOANS = tomllib.loads(CASES.read_text(encoding="utf-8"))["loan"]


def contract_of(case: dict[str, Any]) -> LoanTerms:
    signed_on = case["signed_on"]
    return a_contract(
        signed_on=signed_on,
        rates=tuple(a_rate(rate, day) for day, rate in case.get("rates", [[signed_on, "0.066"]])),
        approved=Dong(1_000_000_000),
        first_principal_on=case.get("first_principal_on"),
        every_months=case.get("every_months", 0),
        due_on=case["due_on"],
        session_day=case.get("session_day", 7),
        trustee=case.get("trustee", "11"),
        grace_until=case.get("grace_until"),
        ladder=tuple(case.get("ladder", (100_000, 1_000, 1))),
    )


def events_of(case: dict[str, Any]) -> list[Event]:
    """Return what a case tells: a table at the end of an event holds its further facts."""
    events = []
    for day, kind, *rest in case["events"]:
        more = rest.pop() if rest and isinstance(rest[-1], dict) else {}
        events.append(an_event(kind, day, *rest, **more))
    return events


def figure(name: str, terms: LoanTerms, entries: list[Booked], as_of: date) -> Any:
    """Return a figure of a loan by the name that the cases give it."""
    if name == "plan":
        return [list(row) for row in plan_on(entries, as_of).items()]
    if name == "to_transfer":
        return to_transfer(terms, entries, RULE, as_of)
    standing = stand(terms, entries, as_of)
    if name == "interest":
        earned: Interest = standing.interest_earned
        return {kind: getattr(earned, kind) for kind in ("in_term", "overdue", "grace")}
    return getattr(standing, name)


@pytest.mark.parametrize("case", LOANS, ids=lambda case: case["name"])
def test_a_worked_loan_stands_as_vouched_for(case: dict[str, Any]) -> None:
    terms = contract_of(case)
    orders = Orders(prepaid=case.get("prepaid", "next"))
    entries = booked(terms, *events_of(case), orders=orders)

    for expected in case["day"]:
        as_of = expected["as_of"]
        found = {name: figure(name, terms, entries, as_of) for name in expected}
        assert found == expected


def test_every_worked_loan_says_who_vouches_for_it() -> None:
    assert all(case["vouched_by"].strip() for case in LOANS)
    assert len({case["name"] for case in LOANS}) == len(LOANS)
