"""Draws on what became a loan by an application: by the rhythm of its programme."""

from datetime import date

import pytest

from creditdesk import loans
from creditdesk.engine.drawing import AboveStudyMonths, DrawnOnce, TermDrawn
from creditdesk.engine.money import Dong
from creditdesk.engine.procedure import Step
from tests.applicants import ROAD, applied, brought_to, drawn, take
from tests.applicants import signed as sign
from tests.builders import POLICY, a_deed, a_loan


def a_learner(tx, number=1, learner="SV1", amount=40_000_000, **changes):
    """Sign for a learner of twenty months, who lives in the household H1."""
    application_no = applied(
        tx,
        standing="",
        application_no=f"D{number}",
        **{
            "programme": "02",
            "amount": Dong(amount),
            "months": 60,
            "every_months": 6,
            "learner_no": learner,
            "course_end_on": date(2028, 3, 31),
            "study_months": 20,
        }
        | changes,
    )
    brought_to(tx, Step.REVIEW, application_no)
    return application_no


def signed(tx, *numbers):
    """Bring applications that their group has reviewed to their contracts, on one list."""
    for step in ROAD[1:-1]:
        take(tx, step, *numbers)
    for number in numbers:
        sign(tx, number, int(number[1:]))


def test_a_learner_draws_each_term_what_its_months_are_worth(database):
    with database.begin() as tx:
        signed(tx, a_learner(tx))

        with pytest.raises(AboveStudyMonths), tx.begin_nested():
            drawn(tx, amount=24_000_001)
        assert drawn(tx, amount=20_000_000)
        with pytest.raises(TermDrawn), tx.begin_nested():
            drawn(tx, amount=1_000_000, receipt_no="GN2", day=date(2026, 6, 30))
        assert drawn(tx, amount=20_000_000, receipt_no="GN2", day=date(2026, 7, 7))
        assert not drawn(tx, amount=20_000_000, receipt_no="GN2", day=date(2026, 7, 7))


def test_two_loans_of_one_learner_share_the_months_of_a_term(database):
    with database.begin() as tx:
        signed(tx, a_learner(tx, 1), a_learner(tx, 2), a_learner(tx, 3, "SV2"))
        drawn(tx, 1, amount=14_000_000)

        with pytest.raises(AboveStudyMonths) as refusal, tx.begin_nested():
            drawn(tx, 2, amount=10_000_001, receipt_no="GN2")
        drawn(tx, 3, amount=24_000_000, receipt_no="GN3")

    assert refusal.value.facts["most"] == 10_000_000


def test_a_study_computer_is_paid_at_once(database):
    with database.begin() as tx:
        computer = {"programme": "02MT", "months": 36, "amount": Dong(10_000_000)}
        signed(tx, a_learner(tx, **computer))
        drawn(tx, amount=6_000_000)

        with pytest.raises(DrawnOnce), tx.begin_nested():
            drawn(tx, amount=4_000_000, receipt_no="GN2", day=date(2026, 9, 7))

        # A draw that was taken back in full was none.
        loans.rebook(
            tx,
            POLICY,
            loan_no="6600000000000001",
            amount=Dong(6_000_000),
            value_date=date(2026, 4, 8),
            receipt_no="DK1",
            deed=a_deed(),
        )
        assert drawn(tx, amount=10_000_000, receipt_no="GN2", day=date(2026, 9, 7))


def test_a_contract_that_was_taken_in_is_drawn_as_it_was(database):
    with database.begin() as tx:
        a_loan(tx, programme="02", drawn=20_000_000, course_end_on=date(2026, 6, 30))

        assert drawn(tx, amount=30_000_000, receipt_no="GN9", day=date(2024, 1, 16))
