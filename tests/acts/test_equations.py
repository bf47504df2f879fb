"""The equations of a statement: each holds of every book, and each fails of a spoiled one."""

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product

import pytest
from pypdf import PdfReader

from creditdesk import papers, statements
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from creditdesk.evidence import Counted, equations, makes_total
from creditdesk.figures import Figures
from creditdesk.papers import Asked, Look
from creditdesk.statements import Question
from tests.builders import POLICY, a_book, a_loan, an_invented_book, enter

AS_OF = date(2026, 9, 30)
MADE = datetime(2026, 11, 22, 3, tzinfo=UTC)
SAID = Figures(
    households=1,
    drawn=Dong(70),
    principal_collected=Dong(35),
    written_off=Dong(5),
    opening=Dong(30),
    outstanding=Dong(60),
    in_term=Dong(40),
    overdue=Dong(15),
    frozen=Dong(5),
)
COUNTED = Counted(
    drawn=90,
    rebooked=20,
    collected=(30, 4, 1),
    households=1,
    rows=3,
    loans=3,
    contracts=5,
    undrawn=2,
    closed_drawn=80,
    closed_left=80,
)
SPOILED = {
    "parts-make-outstanding": (SAID._replace(frozen=Dong(6)), COUNTED),
    "opening-and-flows-make-closing": (SAID._replace(written_off=Dong(6)), COUNTED),
    "draws-less-rebooked-make-lent": (SAID, replace(COUNTED, rebooked=0)),
    "accounts-make-collected": (SAID, replace(COUNTED, collected=(30, 4, 0))),
    "households-once": (SAID._replace(households=2), COUNTED),
    "loans-once": (SAID, replace(COUNTED, loans=2, rows=3)),
    "drawn-and-undrawn-make-contracts": (SAID, replace(COUNTED, undrawn=1)),
    "closed-loans-keep-history": (SAID, replace(COUNTED, closed_left=79)),
}
"""What a transaction office checks on the bank's reports, each broken alone."""


def test_all_equations_hold_of_what_agrees():
    assert [one.code for one in equations(SAID, COUNTED)] == list(SPOILED)
    assert all(one.holds for one in equations(SAID, COUNTED))
    assert makes_total("communes", "drawn", (30, 40), 70).holds


@pytest.mark.parametrize("code", SPOILED)
def test_each_equation_fails_alone_of_what_it_is_about(code):
    failed = [one.code for one in equations(*SPOILED[code]) if not one.holds]

    assert failed == [code]


def test_rows_that_lack_one_do_not_make_the_total():
    assert not makes_total("communes", "drawn", (30,), 70).holds


def test_a_failed_equation_is_printed_in_red_and_nobody_signs(database):
    with database.begin() as tx:
        a_loan(tx)
    kind = papers.kind_of("01-1-bctd")
    with database.read() as tx:
        value = kind.value(tx, POLICY, Asked(AS_OF, MADE, place="44"))
    spoiled = equations(*SPOILED["closed-loans-keep-history"])
    value = replace(value, evidence=value.evidence.proved(value.evidence.data, spoiled))

    pages = PdfReader(io.BytesIO(kind.written(value, "pdf", Look()))).pages
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
    assert "CẢNH BÁO: 1 phép kiểm tra không khớp" in text
    assert "KHÔNG KHỚP. Món hết dư nợ: gốc đã trả + xóa nợ = đã giải ngân: 79 ≠ 80" in text


def test_what_was_rebooked_closed_or_never_drawn_is_counted_by_the_books(database):
    with database.begin() as tx:
        running, closed = a_loan(tx, 1), a_loan(tx, 2)
        a_loan(tx, 3, drawn=0)
        for loan_no, day, kind, amount in (
            (running, date(2026, 9, 2), Kind.REBOOK, 1_000_000),
            (running, date(2026, 9, 4), Kind.OVERDUE, 2_000_000),
            (running, date(2026, 9, 7), Kind.PRINCIPAL, 3_000_000),
            (closed, date(2025, 3, 3), Kind.PRINCIPAL, 50_000_000),
        ):
            enter(tx, loan_no, Event(day, kind, Dong(amount), None, f"{kind}-{amount}"))
    question = Question(date(2026, 9, 1), AS_OF, place="44")

    with database.read() as tx:
        found = statements.counted(tx, question)
        total = statements.portfolio(tx, POLICY, question).total

    assert found == Counted(
        drawn=0,
        rebooked=1_000_000,
        collected=(1_000_000, 2_000_000, 0),
        households=1,
        rows=2,
        loans=2,
        contracts=3,
        undrawn=1,
        closed_drawn=50_000_000,
        closed_left=50_000_000,
    )
    assert all(one.holds for one in equations(total, found))


def test_the_equations_hold_of_any_book_in_any_scope_and_of_either_knowledge(database):
    with database.begin() as tx:
        a_book(tx, an_invented_book(5, count=16))
    scopes = ({}, {"place": "19333"}, {"within": (("source", "2"),)}, {"direct": False})
    questions = [
        Question(since, AS_OF, **{"place": "44"} | scope)
        for since, scope in product((date(2022, 1, 1), date(2026, 9, 1)), scopes)
    ]
    with database.read() as tx:
        for question in questions:
            total = statements.portfolio(tx, POLICY, question).total
            found = equations(total, statements.counted(tx, question))
            assert [one for one in found if not one.holds] == [], question
        empty = replace(questions[0], known_on=date(2020, 1, 1))
        assert statements.counted(tx, empty).contracts == 0
