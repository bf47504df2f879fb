"""Standings: engine, columns and plain arithmetic say the same of every loan on every day."""

from datetime import date, timedelta
from itertools import permutations
from random import Random

import numpy as np
import pytest

from creditdesk import columns, images, ledger, records, standings
from creditdesk.db import read_columns
from creditdesk.engine.ageing import stand
from creditdesk.engine.journal import Event, Kind
from tests import reference
from tests.builders import (
    a_book,
    a_loan,
    an_invented_book,
    an_invented_contract,
    enter,
    live,
    terms_of,
)
from tests.conftest import LONG
from tests.engine.histories import random_history

DAYS = (
    date(2021, 3, 1),
    date(2023, 6, 30),
    date(2025, 12, 31),
    date(2026, 3, 2),
    date(2027, 9, 1),
)
PROVINCES = ("44", "79")


def assert_columns_are_the_engine(tx, day):
    """Compare every loan's columns on a day with the engine's standing of it."""
    for province in records.loans.provinces(tx):
        over, book = standings.axes(tx, province), standings.image(tx, province, day)
        for at, loan in enumerate(records.loans.loans_by_id(tx, over.ids.tolist())):
            one = stand(ledger.terms_of(loan), live(tx, loan.loan_no), day)
            columns = {
                name: int(book[name][at])
                for name in ("drawn", "in_term", "overdue", "frozen", "repaid", "written_off")
            }
            assert columns == {
                "drawn": one.drawn,
                "in_term": one.in_term,
                "overdue": one.overdue,
                "frozen": one.frozen,
                "repaid": one.principal_repaid,
                "written_off": one.written_off,
            }
            assert int(book["interest_collected"][at]) == one.interest_collected
            assert (int(book.outstanding[at]), int(book.late[at])) == (
                one.outstanding,
                one.late_principal,
            )
            earned = [int(kind[at]) for kind in standings.earned(tx, over, book)]
            by_kind = one.interest_earned
            assert earned == [by_kind.in_term, by_kind.overdue, by_kind.grace]


def assert_as_reckoned(tx, contract, events, day):
    """Compare the standing of a loan with plain arithmetic."""
    found = standings.standing(tx, contract.loan_no, day)
    said = reference.stand(contract, events, day)
    for name in ("in_term", "overdue", "frozen", "drawn", "principal_repaid", "written_off"):
        assert (name, getattr(found, name)) == (name, said[name])
    for name in ("late_principal", "days_late", "oldest_late_due_on", "interest_collected"):
        assert (name, getattr(found, name)) == (name, said[name])
    earned = found.interest_earned
    assert {name: getattr(earned, name) for name in said["interest_earned"]} == said[
        "interest_earned"
    ]


@pytest.mark.parametrize("seed", range(1, 41) if LONG else (1, 2, 8))
def test_columns_engine_and_plain_arithmetic_agree(database, seed):
    book = an_invented_book(seed)
    with database.begin() as tx:
        a_book(tx, book)

    with database.read() as tx:
        for day in DAYS:
            assert_columns_are_the_engine(tx, day)
            for contract, events in book:
                assert_as_reckoned(tx, contract, events, day)


def test_of_two_rates_on_one_day_the_later_number_counts_however_they_are_read(database):
    day = date(2025, 10, 10)
    said = [("a", 5_400_000), ("B", 3_000_000), ("Ă", 4_800_000)]
    with database.begin() as tx:
        loan_no = a_loan(tx)
        for number, rate in said:
            event = Event(day, Kind.RATE, 0, None, number, None, rate, rate * 13 // 10)
            enter(tx, loan_no, event)
        assert_columns_are_the_engine(tx, date(2026, 12, 31))
        over = standings.axes(tx, "44")
        rows = read_columns(tx, records.kept.repricings_query("44", date.max))
        days = np.full(len(over.ids), columns.number_of(day))

    for order in permutations(range(len(said))):
        found = columns.repricings(over, days, {name: rows[name][list(order)] for name in rows})
        assert found.rate_e8[:, 0].tolist() == [6_600_000, 3_000_000, 5_400_000, 4_800_000]


def test_events_that_arrive_late_end_where_punctual_ones_do(database):
    book = an_invented_book(3, count=8)
    with database.begin() as tx:
        a_book(tx, book, shuffle=Random(3))

    with database.read() as tx:
        for day in DAYS:
            assert_columns_are_the_engine(tx, day)
            for contract, events in book:
                assert_as_reckoned(tx, contract, events, day)


def test_before_the_first_entry_everything_is_nought(database):
    with database.begin() as tx:
        a_book(tx, an_invented_book(4, count=3))

        book = standings.image(tx, "44", date(1999, 1, 1))

    assert not book.values.any()


def test_an_unknown_loan_stands_nowhere(database):
    with database.read() as tx, pytest.raises(ledger.LoanNotFound):
        standings.standing(tx, "6600000000000404", date(2026, 1, 1))


def seen_on(tx, days):
    return {
        (province, day): standings.image(tx, province, day).values.copy()
        for province in records.loans.provinces(tx)
        for day in days
    }


def same(found, expected):
    return found.keys() == expected.keys() and all(
        np.array_equal(found[key], expected[key]) for key in expected
    )


@pytest.mark.parametrize("seed", [5, 6])
def test_kept_images_change_no_figure_whatever_arrives_late(database, seed):
    book, rng = an_invented_book(seed, count=8), Random(seed)
    early = [(contract, events[: len(events) // 2]) for contract, events in book]
    with database.begin() as tx:
        a_book(tx, early)
    with database.begin() as tx:
        for day in DAYS[1:4]:
            images.keep(tx, day)
    with database.begin() as tx:
        for contract, events in book:
            for event in events[len(events) // 2 :]:
                enter(tx, contract.loan_no, event)
        late = an_invented_contract(rng, 90)
        a_book(tx, [(late, random_history(rng, terms_of(late), 8))])

    with database.read() as tx:
        assert_columns_are_the_engine(tx, DAYS[2])
        with_old = seen_on(tx, DAYS)
    with database.begin() as tx:
        made_anew = images.bring_up(tx)
        again = images.bring_up(tx)
    with database.read() as tx:
        with_new = seen_on(tx, DAYS)
        assert all(kept.values.tolist() == made.values.tolist() for kept, made in proofs(tx))
    with database.begin() as tx:
        tx.execute(records.kept.book_image.delete())
    with database.read() as tx:
        from_entries = seen_on(tx, DAYS)

    assert made_anew
    assert again == 0
    assert same(with_old, from_entries)
    assert same(with_new, from_entries)


def proofs(tx):
    for province in records.loans.provinces(tx):
        yield from images.recomputed(tx, province)


def test_an_image_is_made_anew_only_where_something_arrived_late(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        for day in (date(2024, 6, 30), date(2024, 12, 31), date(2025, 6, 30)):
            images.keep(tx, day)
        enter(tx, loan_no, Event(date(2024, 12, 1), Kind.PRINCIPAL, 5, None, "TG1"))

        assert images.bring_up(tx) == 2
        assert images.bring_up(tx) == 0


def test_images_are_kept_at_month_ends_of_busy_months(database):
    with database.begin() as tx:
        a_book(tx, an_invented_book(7, count=6))

        kept = images.keep_month_ends(tx, date(2026, 10, 31), at_least=10)

        days = [row.day for row in records.kept.image_days(tx, "44")]
        assert 0 < len(days) <= kept
        assert all((day + timedelta(1)).day == 1 and day <= date(2026, 10, 31) for day in days)
        assert images.keep_month_ends(tx, date(2026, 10, 31)) == 0
        assert_columns_are_the_engine(tx, DAYS[3])


def test_loans_signed_after_an_image_find_their_place(database):
    with database.begin() as tx:
        a_loan(tx, 1)
        images.keep(tx, date(2025, 6, 30))
        a_loan(tx, 2, drawn=7_000_000)

        book = standings.image(tx, "44", date(2025, 12, 31))

        assert book.outstanding.tolist() == [50_000_000, 7_000_000]
        assert_columns_are_the_engine(tx, date(2025, 12, 31))


def test_interest_is_exact_for_the_largest_loan(database):
    with database.begin() as tx:
        loan_no = a_loan(tx, drawn=10**13 - 1, approved=10**13)

        assert_columns_are_the_engine(tx, date(2099, 12, 31))

        found = standings.standing(tx, loan_no, date(2099, 12, 31))
    days = (date(2099, 12, 31) - date(2024, 1, 15)).days
    assert found.interest_earned.in_term == round((10**13 - 1) * days * 66 / 365_000)
