"""Which account a sum of money or a decision takes its amount from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from creditdesk.engine.journal import Account


@dataclass(frozen=True, slots=True)
class Orders:
    """In which order accounts give, as `config/policy/repayment_order.toml` has it.

    prepaid  which instalments a repayment beyond what is due pays: the `next` ones, the `last`
             ones, or all that are left in `even` parts
    """

    principal: tuple[Account, ...] = (Account.OVERDUE, Account.IN_TERM, Account.FROZEN)
    write_off: tuple[Account, ...] = (Account.FROZEN, Account.OVERDUE, Account.IN_TERM)
    freeze: tuple[Account, ...] = (Account.OVERDUE, Account.IN_TERM)
    rebook: tuple[Account, ...] = (Account.IN_TERM, Account.OVERDUE)
    prepaid: str = "next"


def take(
    amount: int, balances: Mapping[Account, int], order: Sequence[Account]
) -> tuple[tuple[Account, int], ...]:
    """Return (account, [dong] > 0) that make up an amount, emptying accounts in the given order.

    The parts add up to less than the amount where the accounts hold less.
    """
    parts = []
    for account in order:
        part = min(amount, balances[account])
        if part > 0:
            parts.append((account, part))
            amount -= part
    return tuple(parts)
