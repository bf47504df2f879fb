"""Loans on the move, for tests: the days, the places, and where a loan is found."""

from dataclasses import replace
from datetime import date

from creditdesk import (
    audit,
    moves,
    records,
    statements,
)
from creditdesk.moves import Change, Order
from creditdesk.statements import Question
from tests.builders import POLICY, a_deed

DAY = date(2026, 3, 1)
BEFORE, AFTER = date(2026, 2, 28), date(2026, 3, 31)
OLD, NEW, OTHER = "19333", "19351", "19363"
THERE = Change(commune=NEW, session_day=20)


def decided(by="nguoi-lap", checked_by="kiem-soat"):
    return a_deed(by, checked_by, ground="Nghị quyết 12/NQ-HĐND")


ORDER = Order(DAY, decided())


def dry(order=ORDER):
    return replace(order, dry=True)


def place_of(tx, loan_no, day):
    row = records.moves.find_loan_on(tx, loan_no, day)
    return tuple(getattr(row, name) for name in records.moves.PLACE)


def communes(tx, day, as_of=AFTER, **asked):
    question = Question(date(2026, 1, 1), as_of, map_of=day, **asked)
    book = statements.portfolio(tx, POLICY, question)
    return {row.keys[0]: row.figures.loans for row in book.rows}


def verified(tx):
    return audit.verify(tx, POLICY).faults


def move_household(tx, number=1, to=THERE, order=ORDER):
    return moves.move_household(tx, household_no=f"{number:010d}", to=to, order=order)
