"""Applications: what a form must say, and what the rules of the day make of it."""

from datetime import date

import pytest

from creditdesk import applications, households, records, standings
from creditdesk.applications import Line
from creditdesk.engine.money import Dong
from creditdesk.engine.procedure import (
    State,
    Step,
)
from tests.applicants import (
    DAYS,
    DRAW_ON,
    ROAD,
    a_form,
    a_paper,
    applied,
    brought_to,
    listed,
    state_of,
    take,
)
from tests.builders import PLACES, POLICY, a_deed, a_loan


def test_an_application_becomes_the_contract_that_policy_makes(database):
    with database.begin() as tx:
        number = applied(tx)
        brought_to(tx, Step.SIGN, number)

        loan = records.loans.find_loan(tx, "6600000000000001")
        found = standings.standing(tx, "6600000000000001", DRAW_ON)
    assert (loan.approved, loan.rate_e8, loan.standing) == (50_000_000, 6_600_000, "HN")
    assert (loan.signed_on, loan.first_principal_on) == (date(2026, 4, 7), date(2027, 4, 7))
    assert (loan.every_months, loan.due_on) == (12, date(2029, 4, 7))
    assert (loan.purpose, loan.group_no, loan.session_day) == ("Chăn nuôi bò", "9333001", 7)
    assert found.outstanding == 0


def test_a_loan_of_one_instalment_is_due_at_the_end(database):
    with database.begin() as tx:
        number = applied(tx, months=12, every_months=0)
        brought_to(tx, Step.SIGN, number)

        loan = records.loans.find_loan(tx, "6600000000000001")
    assert (loan.first_principal_on, loan.every_months) == (None, 0)
    assert loan.due_on == date(2027, 4, 7)


def test_a_learner_pays_first_a_year_after_the_course(database):
    with database.begin() as tx:
        number = applied(
            tx,
            programme="02",
            amount=Dong(120_000_000),
            months=100,
            every_months=6,
            learner_no="SV1",
            course_end_on=date(2030, 6, 30),
            study_months=40,
        )
        brought_to(tx, Step.SIGN, number)

        loan = records.loans.find_loan(tx, "6600000000000001")
    assert loan.first_principal_on == date(2031, 6, 30)
    assert loan.course_end_on == date(2030, 6, 30)


WRONG_FORMS = {
    "application_no": ({"application_no": " "}, "value-missing"),
    "programme": ({"programme": "77"}, "programme-unknown"),
    "trustee": ({"trustee": "55"}, "trustee-unknown"),
    "group_no": ({"group_no": ""}, "group-missing"),
    "commune": ({"commune": "99999"}, "commune-unknown"),
    "session_day": ({"session_day": 29}, "session-day-outside"),
    "amount": ({"amount": Dong(0)}, "amount-not-positive"),
    "months": ({"months": 0, "every_months": 0}, "months-not-positive"),
    "every_months": ({"every_months": 37}, "interval-outside"),
    "purpose": ({"purpose": ""}, "value-missing"),
}


@pytest.mark.parametrize("field", WRONG_FORMS)
def test_a_form_that_contradicts_itself_is_refused(database, field):
    changes, code = WRONG_FORMS[field]

    with database.begin() as tx, pytest.raises(applications.FormInvalid) as refusal:
        applied(tx, standing="", **changes)

    assert refusal.value.facts["problems"] == [(field, code)]


def test_an_application_number_is_given_once(database):
    with database.begin() as tx:
        applied(tx)

        with pytest.raises(applications.ApplicationExists):
            applied(tx)


def test_what_is_not_eligible_is_not_entered(database):
    with database.begin() as tx:
        with pytest.raises(applications.NotEligible) as refusal, tx.begin_nested():
            applied(tx, standing="HCN")

        with pytest.raises(applications.ApplicationNotFound):
            state_of(tx)
    assert [reason["code"] for reason in refusal.value.facts["reasons"]] == ["standing-not-served"]


def test_the_rules_that_were_asked_are_told(database):
    with database.begin() as tx:
        listed(tx)

        moved = applications.apply(tx, POLICY, PLACES, form=a_form(), deed=a_deed())

    assert [check.code for check in moved.checks] == [
        "programme-closed",
        "standing-not-served",
        "above-ceiling",
        "term-too-long",
    ]


@pytest.mark.parametrize("step", [Step.CONFIRM, Step.APPROVE])
def test_the_standing_of_the_day_of_the_step_counts(database, step):
    with database.begin() as tx:
        number = applied(tx)
        brought_to(tx, ROAD[ROAD.index(step) - 1], number)
        listed(tx, "KHAC", DAYS[step])

        with pytest.raises(applications.NotEligible):
            take(tx, step, number)


def test_a_household_out_of_poverty_is_refused_by_the_commune(database):
    with database.begin() as tx:
        number = applied(tx)
        brought_to(tx, Step.LIST, number)
        listed(tx, "KHAC", DAYS[Step.CONFIRM])

        take(tx, Step.CONFIRM, lines=[Line(number, accepted=False, reason="not-eligible")])

        assert state_of(tx) is State.REFUSED


def test_what_the_household_owes_counts_against_the_ceiling(database):
    with database.begin() as tx:
        a_loan(tx, 9, household_no="H1", approved=Dong(60_000_000), drawn=60_000_000)
        applied(tx, amount=Dong(40_000_000))

        with pytest.raises(applications.NotEligible) as refusal:
            applied(tx, standing="", application_no="D2", amount=Dong(40_000_001))

    assert refusal.value.facts["reasons"] == [
        {
            "code": "above-ceiling",
            "amount": 40_000_001,
            "counted": 60_000_000,
            "ceiling": 100_000_000,
        }
    ]


def test_a_contract_never_drawn_on_counts_in_full(database):
    with database.begin() as tx:
        a_loan(tx, 9, household_no="H1", approved=Dong(60_000_000), drawn=0)

        with pytest.raises(applications.NotEligible):
            applied(tx, amount=Dong(50_000_000))


def test_what_was_approved_before_counts_as_promised(database):
    with database.begin() as tx:
        first = applied(tx, amount=Dong(60_000_000))
        second = applied(tx, standing="", application_no="D2", amount=Dong(50_000_000))
        brought_to(tx, Step.APPROVE, first)
        for step in (Step.REVIEW, Step.LIST):
            take(tx, step, second, paper=a_paper(step, number="list/2"))

        with pytest.raises(applications.NotEligible) as refusal:
            take(
                tx,
                Step.CONFIRM,
                second,
                list_no="list/2",
                paper=a_paper(Step.CONFIRM, DAYS[Step.APPROVE]),
            )

    assert refusal.value.facts["reasons"][0]["counted"] == 60_000_000


def study(tx, number, learner, amount=80_000_000, **changes):
    return applied(
        tx,
        standing="",
        application_no=f"D{number}",
        programme="02",
        amount=Dong(amount),
        months=60,
        every_months=6,
        learner_no=learner,
        course_end_on=date(2028, 3, 31),
        study_months=20,
        **changes,
    )


def test_a_ceiling_for_each_learner_leaves_brothers_and_sisters_alone(database):
    with database.begin() as tx:
        brought_to(tx, Step.SIGN, study(tx, 1, "SV1"))

        study(tx, 2, "SV2")

        with pytest.raises(applications.NotEligible) as refusal:
            study(tx, 3, "SV1", 1_000_000, applied_on=date(2026, 5, 4))
    assert refusal.value.facts["reasons"][0]["counted"] == 80_000_000


def test_a_household_of_another_name_is_refused(database):
    with database.begin() as tx:
        applied(tx)

        with pytest.raises(households.CustomerElsewhere):
            applied(tx, standing="", application_no="D2", household_no="H7")


def jobs(tx, number, code, amount, **changes):
    return applied(
        tx,
        standing="",
        application_no=f"D{number}",
        programme=code,
        amount=Dong(amount),
        **changes,
    )


def test_variants_of_a_programme_share_its_ceiling_for_each_borrower(database):
    with database.begin() as tx:
        brought_to(tx, Step.SIGN, jobs(tx, 1, "03", 150_000_000))
        later = {"applied_on": date(2026, 5, 4)}
        jobs(tx, 2, "03P", 50_000_000, **later)
        # Another worker of the same household has a ceiling of its own.
        jobs(tx, 4, "03P", 200_000_000, customer_no="0000000009", **later)

        with pytest.raises(applications.NotEligible) as refusal:
            jobs(tx, 3, "03P", 50_000_001, **later)

    assert refusal.value.facts["reasons"][0]["counted"] == 150_000_000


def test_land_and_house_have_each_their_own_ceiling(database):
    with database.begin() as tx:
        brought_to(
            tx, Step.SIGN, applied(tx, programme="25D", amount=Dong(50_000_000), months=120)
        )

        assert jobs(tx, 2, "25N", 40_000_000, applied_on=date(2026, 5, 4))
