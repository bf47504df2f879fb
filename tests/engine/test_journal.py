"""Postings and their mirrors, and the order in which events of one day count."""

from datetime import date

from creditdesk.engine.journal import (
    KIND_CODE,
    PRINCIPAL,
    SAME_DAY_ORDER,
    Account,
    Kind,
    Posting,
    in_order,
    mirror,
)
from tests.engine.builders import an_event

DAY = date(2026, 5, 4)


def test_a_mirror_exchanges_the_sides_from_the_last_to_the_first() -> None:
    postings = (
        Posting(Account.CASH, Account.OVERDUE, 5),
        Posting(Account.CASH, Account.IN_TERM, 7),
    )

    assert mirror(postings) == (
        Posting(Account.IN_TERM, Account.CASH, 7),
        Posting(Account.OVERDUE, Account.CASH, 5),
    )


def test_a_mirror_of_a_mirror_is_what_it_was() -> None:
    postings = (
        Posting(Account.LOSS, Account.FROZEN, 5),
        Posting(Account.LOSS, Account.OVERDUE, 7),
    )

    assert mirror(mirror(postings)) == postings
    assert mirror(()) == ()


def test_on_one_day_money_is_lent_then_received_then_decided_upon() -> None:
    events = [an_event(kind, DAY) for kind in sorted(Kind)]

    assert [event.kind for event in sorted(events, key=in_order)] == [
        Kind.DRAW,
        Kind.UNFREEZE,
        Kind.PRINCIPAL,
        Kind.INTEREST,
        Kind.REBOOK,
        Kind.RATE,
        Kind.LEAVE,
        Kind.REDATE,
        Kind.EXTEND,
        Kind.CARRY_OVER,
        Kind.SHORTEN,
        Kind.OVERDUE,
        Kind.FREEZE,
        Kind.WRITE_OFF,
    ]


def test_days_come_before_kinds_and_kinds_before_receipts() -> None:
    tomorrow = an_event("draw", date(2026, 5, 5), receipt_no="A")
    written_off = an_event("write-off", DAY, receipt_no="A")
    second = an_event("principal", DAY, receipt_no="C")
    first = an_event("principal", DAY, receipt_no="B")

    ordered = sorted([tomorrow, written_off, second, first], key=in_order)

    assert ordered == [first, second, written_off, tomorrow]


def test_every_kind_has_its_place_and_its_number() -> None:
    assert set(SAME_DAY_ORDER) == set(Kind)
    assert KIND_CODE == {
        "draw": 1,
        "rebook": 2,
        "principal": 3,
        "interest": 4,
        "overdue": 5,
        "extend": 6,
        "freeze": 7,
        "unfreeze": 8,
        "write-off": 9,
        "rate": 10,
        "redate": 11,
        "carry-over": 12,
        "leave": 13,
        "shorten": 14,
    }


def test_accounts_keep_the_numbers_that_books_hold() -> None:
    assert [(account.name, account.value) for account in Account] == [
        ("CASH", 1),
        ("IN_TERM", 2),
        ("OVERDUE", 3),
        ("FROZEN", 4),
        ("INTEREST", 5),
        ("LOSS", 6),
    ]
    assert PRINCIPAL == (Account.IN_TERM, Account.OVERDUE, Account.FROZEN)
