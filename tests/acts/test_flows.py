"""Money by month, and late principal by age: by the portfolio, and by the engine for each loan."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from creditdesk import cards, entering, statements
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from creditdesk.statements import Question
from tests.builders import POLICY, a_book, a_deed, a_loan, an_invented_book

AS_OF = date(2026, 9, 30)
EVER = Question(date(2020, 1, 1), AS_OF)
KINDS = {"draw": 1, "rebook": -1}


@pytest.fixture
def book(database):
    """Return the numbers of an invented book's loans, entered."""
    invented = an_invented_book(31, count=16)
    with database.begin() as tx:
        a_book(tx, invented)
    return [contract.loan_no for contract, _ in invented]


def nonzero(found):
    return {key: amount for key, amount in found.items() if amount}


def shown(tx, loan_nos):
    """Return the cards of the loans that have lent something."""
    found = [cards.loan_card(tx, POLICY, loan_no, AS_OF) for loan_no in loan_nos]
    return [card for card in found if card.movements]


def test_months_hold_what_the_cards_of_the_loans_tell(database, book):
    out, back = Counter(), Counter()
    with database.read() as tx:
        for line in (one for card in shown(tx, book) for one in card.movements):
            month, amount = line.value_date.replace(day=1), line.amount * (not line.reversed)
            out[month] += KINDS.get(line.kind, 0) * amount
            back[month] += amount * (line.kind == "principal")
        months = statements.by_month(tx, EVER)

    assert {flow.month: flow.drawn for flow in months if flow.drawn} == nonzero(out)
    assert {
        flow.month: flow.principal_collected for flow in months if flow.principal_collected
    } == nonzero(back)
    assert nonzero(back)


def test_bands_hold_what_is_late_on_the_cards_by_the_days_since_it_was_due(database, book):
    late = Counter()
    with database.read() as tx:
        for card in shown(tx, book):
            for line in card.instalments:
                days = (AS_OF - line.due_on).days
                late[max((age for age in (0, 30, 90, 180, 360) if days > age), default=0)] += (
                    line.late
                )
        bands = statements.by_age(tx, EVER)

    assert {band.since - 1: band.late_principal for band in bands if band.loans} == nonzero(late)
    assert len(late) > 1


@pytest.mark.parametrize("within", [(), (("source", "1"),), (("trustee", "11"),)])
def test_sums_are_those_of_the_portfolio_of_the_same_question(database, book, within):
    for since in (date(2020, 1, 1), date(2026, 2, 14)):
        question = replace(EVER, since=since, within=within)
        with database.read() as tx:
            total = statements.portfolio(tx, POLICY, question).total
            months = statements.by_month(tx, question)
            bands = statements.by_age(tx, question)

        assert sum(flow.drawn for flow in months) == total.drawn
        assert sum(flow.principal_collected for flow in months) == total.principal_collected
        assert sum(band.late_principal for band in bands) == total.late_principal


def test_a_receipt_is_in_its_month_at_once_and_not_as_known_before(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
    with database.read() as tx:
        assert [flow.principal_collected for flow in statements.by_month(tx, EVER)] == [0]
    event = Event(date(2026, 5, 4), Kind.PRINCIPAL, Dong(2_000_000), None, "PT1")
    later = replace(a_deed(), recorded_at="2026-12-01T03:00:00+00:00")
    with database.begin() as tx:
        entering.enter(tx, POLICY, "receive", later, loan_no=loan_no, events=[event])
        inside = statements.by_month(tx, EVER)
    with database.read() as tx:
        now = statements.by_month(tx, EVER)
        before = statements.by_month(tx, replace(EVER, known_on=date(2026, 11, 30)))
        late = [
            sum(band.late_principal for band in statements.by_age(tx, question))
            for question in (EVER, replace(EVER, known_on=date(2026, 11, 30)))
        ]

    assert inside == now
    assert now[-1] == (date(2026, 5, 1), 0, 2_000_000)
    assert [flow.principal_collected for flow in before] == [0]
    assert late[1] - late[0] in (0, 2_000_000)


def test_a_place_without_loans_has_no_months_and_empty_bands(database):
    with database.begin() as tx:
        a_loan(tx)
    with database.read() as tx:
        question = replace(EVER, place="01")

        assert statements.by_month(tx, question) == ()
        assert {band.late_principal for band in statements.by_age(tx, question)} == {0}
