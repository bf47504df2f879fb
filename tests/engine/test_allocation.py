"""Which accounts give an amount, and in which order."""

import tomllib
from dataclasses import fields
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from creditdesk.engine.allocation import Orders, take
from creditdesk.engine.journal import PRINCIPAL, Account

POLICY = Path(__file__).parents[2] / "config" / "policy" / "repayment_order.toml"
BALANCES = {Account.IN_TERM: 50, Account.OVERDUE: 20, Account.FROZEN: 30}


def test_money_reduces_overdue_first_then_in_term_then_frozen() -> None:
    order = Orders().principal

    assert take(15, BALANCES, order) == ((Account.OVERDUE, 15),)
    assert take(20, BALANCES, order) == ((Account.OVERDUE, 20),)
    assert take(21, BALANCES, order) == ((Account.OVERDUE, 20), (Account.IN_TERM, 1))
    assert take(100, BALANCES, order) == (
        (Account.OVERDUE, 20),
        (Account.IN_TERM, 50),
        (Account.FROZEN, 30),
    )


def test_a_write_off_begins_with_what_is_frozen() -> None:
    assert take(45, BALANCES, Orders().write_off) == (
        (Account.FROZEN, 30),
        (Account.OVERDUE, 15),
    )


def test_a_freeze_begins_with_what_is_overdue_and_a_re_booking_with_what_is_in_term() -> None:
    assert take(25, BALANCES, Orders().freeze) == ((Account.OVERDUE, 20), (Account.IN_TERM, 5))
    assert take(55, BALANCES, Orders().rebook) == ((Account.IN_TERM, 50), (Account.OVERDUE, 5))


def test_an_empty_account_gives_nothing() -> None:
    balances = {**BALANCES, Account.OVERDUE: 0}

    assert take(10, balances, Orders().principal) == ((Account.IN_TERM, 10),)


def test_no_more_is_given_than_there_is() -> None:
    assert take(71, BALANCES, Orders().freeze) == ((Account.OVERDUE, 20), (Account.IN_TERM, 50))


@given(
    st.integers(1, 1000),
    st.fixed_dictionaries({account: st.integers(0, 400) for account in PRINCIPAL}),
    st.permutations(PRINCIPAL),
)
def test_parts_make_the_amount_and_empty_the_earlier_accounts(
    amount: int, balances: dict[Account, int], order: list[Account]
) -> None:
    parts = take(amount, balances, order)

    assert sum(part for _, part in parts) == min(amount, sum(balances.values()))
    assert all(0 < part <= balances[account] for account, part in parts)
    taken = [account for account, _ in parts]
    assert taken == [account for account in order if balances[account]][: len(taken)]
    assert all(part == balances[account] for account, part in parts[:-1])


def test_the_orders_are_those_of_the_policy() -> None:
    policy = tomllib.loads(POLICY.read_text(encoding="utf-8"))

    for field in fields(Orders):
        for entry in policy[field.name]:
            order = getattr(Orders(), field.name)
            said = order if field.name == "prepaid" else ", ".join(a.name.lower() for a in order)
            assert said == entry["value"]
