"""A loan's card says what the book says, each movement once."""

import re
from dataclasses import replace
from datetime import date

import pytest

from creditdesk import (
    cards,
    entering,
    explanations,
    repayments,
    secrecy,
    settings,
    standings,
    words,
)
from creditdesk.engine.journal import Event, Kind
from tests.web.conftest import COMMUNE, DAY, DEED, HOSTILE, MANY, OTHER, number

LOAN = number(1)
CHECKED = replace(DEED, checked_by="checker", ground="paper")


def enter(tx, kind, day, amount, receipt_no):
    event = Event(day, kind, amount, None, receipt_no)
    return entering.enter(tx, settings.policy(), "test", CHECKED, loan_no=LOAN, events=[event])


def card(tx, loan_no=LOAN, as_of=DAY):
    return cards.loan_card(tx, settings.policy(), loan_no, as_of)


def test_the_card_stands_where_the_loan_stands(book):
    with book.database.read() as tx:
        for loan_no in (number(1), number(3), number(MANY + 1)):
            found = card(tx, loan_no)
            assert found.standing == standings.standing(tx, loan_no, DAY)
            assert sum(line.late for line in found.instalments) == found.standing.late_principal
            assert sum(line.principal for line in found.instalments) == found.standing.drawn
            assert sum(line.paid for line in found.instalments) == found.standing.principal_repaid
            assert found.movements[-1].outstanding == found.standing.outstanding


def test_a_receipt_that_was_undone_stands_once_and_counts_for_nothing(book):
    with book.database.begin() as tx:
        enter(tx, Kind.PRINCIPAL, date(2025, 8, 1), 1_000_000, "R1")
        repayments.reverse(tx, settings.policy(), receipt_no="R1", deed=CHECKED)
    with book.database.read() as tx:
        found = card(tx)

    assert [(line.receipt_no, line.reversed) for line in found.movements] == [
        ("G1", False),
        ("R1", True),
    ]
    assert [line.outstanding for line in found.movements] == [10_000_001, 10_000_001]
    assert found.standing.principal_repaid == 0


def test_a_receipt_that_was_booked_anew_stands_once_and_counts(book):
    with book.database.begin() as tx:
        enter(tx, Kind.OVERDUE, date(2025, 8, 12), 2_000_000, "Q1")
        enter(tx, Kind.PRINCIPAL, date(2025, 9, 12), 1_000_000, "R2")
        enter(tx, Kind.PRINCIPAL, date(2025, 8, 20), 2_000_000, "R1")
    with book.database.read() as tx:
        found = card(tx)
        entries = tx.exec_driver_sql("SELECT count(*) FROM entry WHERE replaces IS NOT NULL")
        assert entries.scalar_one() == 1

    assert [(line.receipt_no, line.reversed) for line in found.movements] == [
        ("G1", False),
        ("Q1", False),
        ("R1", False),
        ("R2", False),
    ]
    assert [line.outstanding for line in found.movements] == [
        10_000_001,
        10_000_001,
        8_000_001,
        7_000_001,
    ]


def test_a_day_before_shows_nothing_of_what_came_after(book):
    with book.database.read() as tx:
        before = card(tx, number(3), date(2024, 1, 14))
        between = card(tx, number(3), date(2025, 7, 10))

    assert before.movements == before.instalments == ()
    assert [line.kind for line in between.movements] == ["draw"]


@pytest.mark.parametrize(
    ("id_no", "shown"), [("044090000123", "•••••••••123"), ("12", "••"), ("", "")]
)
def test_an_identity_number_is_masked(id_no, shown):
    assert secrecy.masked(id_no) == shown


def test_a_communes_lines_add_up_to_its_loans(book):
    with book.database.read() as tx:
        policy = settings.policy()
        lines = cards.commune_loans(tx, policy, COMMUNE, DAY, limit=1_000)
        for line in lines[:5]:
            there = standings.standing(tx, line.loan_no, DAY)
            assert (line.drawn, line.outstanding) == (there.drawn, there.outstanding)
            assert (line.status, line.late_principal) == (there.status, there.late_principal)
            assert line.due_on == there.due_on
        assert len(lines) == MANY
        assert len(cards.commune_loans(tx, policy, OTHER, DAY)) == 1


def test_an_extension_moves_the_day_in_the_list(book):
    until = date(2028, 1, 10)
    with book.database.begin() as tx:
        event = Event(date(2025, 12, 12), Kind.EXTEND, 0, until, "GH1")
        entering.enter(tx, settings.policy(), "extend", CHECKED, loan_no=LOAN, events=[event])
    with book.database.read() as tx:
        line = cards.commune_loans(tx, settings.policy(), COMMUNE, DAY, limit=1)[0]
        earlier = cards.commune_loans(tx, settings.policy(), COMMUNE, date(2025, 12, 11), limit=1)[
            0
        ]

    assert (line.loan_no, line.due_on) == (LOAN, until)
    assert earlier.due_on == date(2027, 1, 10)


def test_the_card_says_why_of_every_figure_in_every_language(book):
    with book.database.read() as tx:
        opened = explanations.explain(tx, settings.policy(), number(3), DAY)

    for language in words.LANGUAGES:
        html = book.client.get(f"/loans/{number(3)}?as_of={DAY}&lang={language}").text
        shown = re.findall(r'<details id="why-([a-z_-]+)">', html)
        assert shown[: len(opened.figures)] == [
            figure.name.replace(".", "-") for figure in opened.figures
        ]
        assert "explain." not in html
        assert "figure." not in html


def test_a_hostile_ground_is_read_and_not_run(book):
    with book.database.begin() as tx:
        deed = replace(CHECKED, ground=HOSTILE)
        event = Event(date(2025, 8, 1), Kind.FREEZE, 1_000_000, date(2027, 8, 1), "K1")
        entering.enter(tx, settings.policy(), "freeze", deed, loan_no=LOAN, events=[event])

    html = book.client.get(f"/loans/{LOAN}?as_of={DAY}").text

    assert HOSTILE not in html
    assert "&lt;script&gt;" in html


def test_a_term_cut_short_moves_the_day_in_the_list(book):
    until, loan_no = date(2026, 10, 10), number(2)
    with book.database.begin() as tx:
        event = Event(date(2025, 12, 12), Kind.SHORTEN, 0, until, "RN1")
        entering.enter(tx, settings.policy(), "shorten", CHECKED, loan_no=loan_no, events=[event])
    with book.database.read() as tx:
        line = cards.commune_loans(tx, settings.policy(), COMMUNE, DAY, after=LOAN, limit=1)[0]

    assert (line.loan_no, line.due_on) == (loan_no, until)
