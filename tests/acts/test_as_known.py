"""As known on: a past statement again as the books were known at the end of a day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from creditdesk import (
    applications,
    entering,
    images,
    ledger,
    loans,
    measures,
    moves,
    papers,
    statements,
)
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from creditdesk.engine.procedure import Step
from creditdesk.measures import Measure
from creditdesk.moves import Change, Order
from creditdesk.papers import Asked, Look
from creditdesk.statements import Question
from tests.applicants import applied, brought_to, take
from tests.builders import PLACES, POLICY, a_contract, a_deed, a_loan, an_invented_book, enter
from tests.conftest import LONG

AS_OF = date(2026, 6, 30)
MADE = datetime(2026, 11, 22, 3, tzinfo=UTC)
FIRST = date(2026, 7, 1)


def on(day, hour=9):
    """Return a deed that is recorded on a day, by the clock of Hà Nội."""
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC) - timedelta(hours=7)
    return replace(a_deed(ground="Nghị quyết 12"), recorded_at=at.isoformat())


def figures(tx, known_on=None, map_of=None):
    """Return every loan-bearing row of the book by commune and group, and its total."""
    question = Question(
        date(2026, 1, 1), AS_OF, ("commune", "group"), map_of=map_of, known_on=known_on
    )
    book = statements.portfolio(tx, POLICY, question)
    return book.rows, book.total


def receive(tx, deed, loan_no, value_date, amount):
    event = Event(value_date, Kind.PRINCIPAL, Dong(amount), None, f"PT{amount}")
    return entering.enter(tx, POLICY, "receive", deed, loan_no=loan_no, events=[event])


BEFORE_ALL = date(2026, 11, 21)
SILENT = ("05-xln", "04-td")
"""Nothing was written off, and nothing is applied for."""


def a_life(tx):
    """Enter a loan of 50 million that every kind of document tells of, and what came late to it.

    The builder's deeds are of 22 November; the receipts came before and after 30 November.
    """
    months = {"every_months": 1, "first_principal_on": date(2026, 1, 15)}
    loan_no = a_loan(tx, source="2", investor="TINH", drawn=49_000_000, **months)
    for event in (
        Event(date(2026, 6, 2), Kind.DRAW, Dong(1_000_000), None, "GN-2"),
        Event(date(2026, 6, 8), Kind.OVERDUE, Dong(6_000_000), None, "CQH-1"),
        Event(date(2026, 6, 9), Kind.FREEZE, Dong(4_000_000), date(2028, 6, 9), "KN-1"),
    ):
        enter(tx, loan_no, event)
    receive(tx, on(date(2026, 11, 30), 23), loan_no, date(2026, 5, 4), 10_000_000)
    receive(tx, on(date(2026, 12, 1), 0), loan_no, date(2026, 6, 4), 5_000_000)
    return loan_no


def test_a_receipt_entered_late_is_in_no_document_as_known_before(database):
    with database.begin() as tx:
        loan_no = a_life(tx)
    with database.read() as tx:
        for name, kind in papers.KINDS.items():
            of_loan = (("loan", loan_no),) if kind.asks == ("loan",) else ()
            since = date(2026, 5, 1) if "known_before" in kind.asks else None
            asked = Asked(AS_OF, MADE, since, "44", within=of_loan, known_on=BEFORE_ALL)
            later = replace(asked, made_at=MADE + timedelta(days=30), known_on=date(2026, 11, 30))

            with pytest.raises((statements.NothingKnown, ledger.LoanNotFound)):
                kind.value(tx, POLICY, asked)
            known, again = (kind.value(tx, POLICY, later) for _ in range(2))
            now = kind.value(tx, POLICY, replace(later, known_on=None))

            before, after = kind.evidence(known), kind.evidence(now)
            assert before.failed == after.failed == (), name
            assert (b"40000000" in before.data) is (name not in SILENT), name
            assert (b"35000000" in after.data) is (name not in SILENT), name
            assert b"35000000" not in before.data, name
            assert kind.written(known, "csv", Look()) == kind.written(again, "csv", Look())
            assert before.number != after.number
            assert "known_2026-11-30" in before.file_name


def test_a_notice_and_a_check_of_use_as_known_lack_the_steps_entered_later(database):
    with database.begin() as tx:
        a_life(tx)
        numbers = applied(tx, 7), applied(tx, 8)
        brought_to(tx, Step.APPRAISE, *numbers)
        take(tx, Step.APPROVE, numbers[0])
        take(tx, Step.APPROVE, numbers[1], deed=on(date(2026, 12, 1), 0))
        checked = {"checked_on": date(2026, 6, 10), "found": "Mua bò", "as_agreed": True}
        late = on(date(2026, 12, 2))
        applications.check_use(tx, loan_no="6600000000000001", deed=late, **checked)
    asked = Asked(AS_OF, MADE + timedelta(days=30), place="44", known_on=date(2026, 11, 30))
    now = replace(asked, known_on=None)
    with database.read() as tx:
        told = [
            [papers.kind_of(kind).value(tx, POLICY, one).evidence.data for one in (asked, now)]
            for kind in ("04-td", "06-td")
        ]

    assert [[number.encode() in one for number in numbers] for one in told[0]] == [
        [True, False],
        [True, True],
    ]
    assert [b"6600" in one or b"66**" in one for one in told[1]] == [True, False]


def test_a_day_that_is_not_over_is_refused(database):
    with database.begin() as tx:
        a_loan(tx)
    asked = Asked(AS_OF, MADE, place="44", known_on=date(2026, 11, 22))

    with database.read() as tx:
        for kind in ("portfolio", "bc0437", "14-td"):
            with pytest.raises(statements.NotYetKnown):
                papers.kind_of(kind).value(tx, POLICY, asked)


@pytest.mark.parametrize("seed", range(40 if LONG else 2))
def test_what_was_known_on_each_day_is_found_again_whatever_came_later(database, seed):
    rng, told = Random(seed), {}
    book = an_invented_book(seed, count=10)
    waiting = [(contract, event) for contract, events in book for event in events]
    rng.shuffle(waiting)
    with database.begin() as tx:
        for contract, _ in book:
            loans.sign(tx, POLICY, PLACES, contract=contract, deed=on(FIRST))
        a_house(tx)
    for days in range(4):
        day = FIRST + timedelta(days=days)
        with database.begin() as tx:
            waiting = [one for one in waiting if rng.random() < 0.4 or not entered(tx, day, *one)]
            if days == 1:
                measure(tx, day)
            if days == 2:
                move(tx, day, next(c for c, _ in book if c.commune != "26506"))
                images.keep(tx, AS_OF)
            told[day] = figures(tx), figures(tx, map_of=AS_OF)

    with database.read() as tx:
        for day, found in told.items():
            assert (figures(tx, day), figures(tx, day, map_of=AS_OF)) == found
        assert figures(tx, FIRST - timedelta(days=1))[1].drawn_to_date == 0
    assert told[FIRST] != told[day]


def a_house(tx):
    """Sign a social-housing loan and draw on it: a decree cut its rate in October 2025."""
    said = {"programme": "12", "trustee": "99", "group_no": "", "signed_on": date(2024, 9, 2)}
    contract = a_contract(99, **said, first_principal_on=date(2026, 9, 2))
    loans.sign(tx, POLICY, PLACES, contract=contract, deed=on(FIRST))
    drawn = Event(contract.signed_on, Kind.DRAW, Dong(50_000_000), None, "GN99")
    assert entered(tx, FIRST, contract, drawn)


def entered(tx, day, contract, event):
    try:
        with tx.begin_nested():
            said = on(day, hour=23)
            entering.enter(tx, POLICY, "enter", said, loan_no=contract.loan_no, events=[event])
    except ledger.Refused:
        return False
    return True


def measure(tx, day):
    """Cut the rate of housing loans from October 2025 on: interest of before is told otherwise."""
    said = replace(on(day), document_no="12/QĐ-NHCS", document_on=date(2025, 10, 15))
    wanted = Measure("rate", date(2025, 10, 10), programmes=("12",))
    _, found = measures.take(tx, POLICY, wanted, today=day, deed=said)
    assert len(found.lines) == 1


def move(tx, day, contract):
    order = Order(date(2026, 3, 1), on(day), dry=False)
    moves.move_household(
        tx,
        household_no=contract.household_no or contract.customer_no,
        to=Change(commune="19351", session_day=20),
        order=order,
    )
