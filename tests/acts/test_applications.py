"""Applications: from form 01/TD to the contract, step by step, each with its people."""

from datetime import date

import pytest

from creditdesk import (
    applications,
    approvals,
    cases,
    dossiers,
    households,
    ledger,
    loans,
    records,
    signings,
    standings,
)
from creditdesk.cases import Line
from creditdesk.engine.money import Dong
from creditdesk.engine.procedure import (
    DIRECT,
    ENTRUSTED,
    State,
    Step,
    StepNotAllowed,
    allowed,
)
from tests.applicants import (
    APPLIED,
    DAYS,
    DRAW_ON,
    ROAD,
    a_form,
    a_paper,
    applied,
    brought_to,
    drawn,
    listed,
    signed,
    take,
)
from tests.builders import PLACES, POLICY, a_deed, a_loan

REACHED = {
    State.APPLIED: None,
    State.REVIEWED: Step.REVIEW,
    State.LISTED: Step.LIST,
    State.CONFIRMED: Step.CONFIRM,
    State.APPRAISED: Step.APPRAISE,
    State.APPROVED: Step.APPROVE,
    State.NOTIFIED: Step.NOTIFY,
    State.SIGNED: Step.SIGN,
}
BY_APPLICATION = [step for step in Step if step not in (Step.DRAW, Step.CHECK)]
STATES = [*REACHED, State.REFUSED, State.WITHDRAWN]


def state_of(tx, number="D1", as_of=date(2026, 12, 31)):
    return dossiers.dossier(tx, POLICY, number, as_of).state


def put(tx, state):
    """Bring an application to a state."""
    number = applied(tx)
    if state in REACHED:
        brought_to(tx, REACHED[state], number)
    else:
        take(tx, Step.REFUSE if state is State.REFUSED else Step.WITHDRAW, number)
    return number


def do(tx, step, number):
    if step is Step.SIGN:
        return signed(tx, number, 2)
    paper = a_paper(step, day=DAYS[Step.SIGN], number="list/1" if step is Step.LIST else "1")
    if step is Step.LIST:
        paper = a_paper(step, day=DAYS[Step.SIGN], number="list/2")
    list_no = "list/1"
    if step is Step.CONFIRM and not cases.find(tx, number).last(Step.LIST):
        list_no = ""
    return take(tx, step, number, paper=paper, list_no=list_no)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.value)
def test_steps_are_taken_where_the_table_allows_them_and_nowhere_else(database, state):
    with database.begin() as tx:
        number = put(tx, state)

        for step in BY_APPLICATION:
            kept = tx.begin_nested()
            if (state, step) in ENTRUSTED:
                do(tx, step, number)
                assert state_of(tx) is ENTRUSTED[state, step]
                kept.rollback()
                continue
            with pytest.raises(StepNotAllowed) as refusal:
                do(tx, step, number)
            kept.rollback()
            assert state_of(tx) is state
            assert refusal.value.facts == {
                "application_no": "D1",
                "state": state.value,
                "step": step.value,
                "steps": [one.value for one in allowed(ENTRUSTED, state)],
            }


def test_a_direct_application_goes_to_the_commune_without_a_group(database):
    with database.begin() as tx:
        number = applied(tx, trustee="99", group_no="", group_head="")
        with pytest.raises(StepNotAllowed):
            take(tx, Step.REVIEW, number)

        take(tx, Step.CONFIRM, number, list_no="")

        assert state_of(tx) is DIRECT[State.APPLIED, Step.CONFIRM]


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


def test_three_on_a_list_go_their_own_ways(database):
    with database.begin() as tx:
        numbers = [applied(tx, number) for number in (1, 2, 3)]
        brought_to(tx, Step.LIST, *numbers)

        moved = take(
            tx,
            Step.CONFIRM,
            lines=[
                Line("D3"),
                Line("D1"),
                Line("D2", accepted=False, reason="not-resident", remark="Đã chuyển đi"),
            ],
        )

        assert [(one.application_no, one.state) for one in moved] == [
            ("D1", State.CONFIRMED),
            ("D2", State.REFUSED),
            ("D3", State.CONFIRMED),
        ]
        refused = dossiers.dossier(tx, POLICY, "D2", date(2026, 12, 31))
    assert refused.lines[-1].reason == "not-resident"
    assert refused.lines[-1].remark == "Đã chuyển đi"
    assert refused.allowed == ()


def test_a_paper_with_one_bad_line_changes_nothing(database):
    with database.begin() as tx:
        numbers = [applied(tx, number) for number in (1, 2)]
        take(tx, Step.REVIEW, "D1")

        with pytest.raises(StepNotAllowed), tx.begin_nested():
            take(tx, Step.LIST, *numbers)

        assert [state_of(tx, number) for number in numbers] == [State.REVIEWED, State.APPLIED]


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
        with pytest.raises(cases.NotEligible) as refusal, tx.begin_nested():
            applied(tx, standing="HCN")

        with pytest.raises(cases.ApplicationNotFound):
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

        with pytest.raises(cases.NotEligible):
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

        with pytest.raises(cases.NotEligible) as refusal:
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

        with pytest.raises(cases.NotEligible):
            applied(tx, amount=Dong(50_000_000))


def test_what_was_approved_before_counts_as_promised(database):
    with database.begin() as tx:
        first = applied(tx, amount=Dong(60_000_000))
        second = applied(tx, standing="", application_no="D2", amount=Dong(50_000_000))
        brought_to(tx, Step.APPROVE, first)
        for step in (Step.REVIEW, Step.LIST):
            take(tx, step, second, paper=a_paper(step, number="list/2"))

        with pytest.raises(cases.NotEligible) as refusal:
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

        with pytest.raises(cases.NotEligible) as refusal:
            study(tx, 3, "SV1", 1_000_000, applied_on=date(2026, 5, 4))
    assert refusal.value.facts["reasons"][0]["counted"] == 80_000_000


def big(tx):
    number = applied(
        tx,
        programme="03",
        amount=Dong(150_000_000),
    )
    brought_to(tx, Step.APPRAISE, number)
    return number


def test_above_the_makers_limit_two_people_approve(database):
    with database.begin() as tx:
        number = big(tx)

        with pytest.raises(ledger.CheckerMissing), tx.begin_nested():
            take(tx, Step.APPROVE, number, deed=a_deed(checked_by=""))
        with pytest.raises(ledger.SamePerson), tx.begin_nested():
            take(tx, Step.APPROVE, number, deed=a_deed("an", "An"))
        take(tx, Step.APPROVE, number, deed=a_deed("an", "binh"))

        found = dossiers.dossier(tx, POLICY, number, DAYS[Step.APPROVE])
    assert (found.lines[-1].by, found.lines[-1].checked_by) == ("an", "binh")


def test_within_the_makers_limit_one_person_approves(database):
    with database.begin() as tx:
        number = big(tx)

        take(
            tx,
            Step.APPROVE,
            lines=[Line(number, amount=Dong(100_000_000))],
            deed=a_deed(checked_by=""),
        )

        found = dossiers.dossier(tx, POLICY, number, DAYS[Step.APPROVE])
    assert (found.asked, found.amount) == (150_000_000, 100_000_000)


def test_a_refusal_needs_no_second_person(database):
    with database.begin() as tx:
        number = big(tx)

        take(
            tx,
            Step.APPROVE,
            lines=[Line(number, accepted=False, reason="no-capital")],
            deed=a_deed(checked_by=""),
        )

        assert state_of(tx) is State.REFUSED


@pytest.mark.parametrize("amount", [0, 50_000_001])
@pytest.mark.parametrize("step", [Step.APPRAISE, Step.APPROVE])
def test_no_more_than_was_asked_is_approved(database, step, amount):
    with database.begin() as tx:
        number = applied(tx)
        brought_to(tx, ROAD[ROAD.index(step) - 1], number)

        with pytest.raises(approvals.AmountAboveAsked):
            take(tx, step, lines=[Line(number, amount=Dong(amount))])


def test_what_was_appraised_is_approved_where_nothing_else_is_said(database):
    with database.begin() as tx:
        number = applied(tx)
        brought_to(tx, Step.CONFIRM, number)
        take(tx, Step.APPRAISE, lines=[Line(number, amount=Dong(45_000_000))])
        take(tx, Step.APPROVE, number)
        take(tx, Step.NOTIFY, number)
        signed(tx, number)

        loan = records.loans.find_loan(tx, "6600000000000001")
    assert loan.approved == 45_000_000


def test_a_refusal_gives_a_known_reason(database):
    with database.begin() as tx:
        number = applied(tx)

        with pytest.raises(approvals.ReasonMissing):
            take(tx, Step.REVIEW, lines=[Line(number, accepted=False, reason="vì thế")])


def test_a_step_does_not_lie_before_the_last(database):
    with database.begin() as tx:
        number = applied(tx)

        with pytest.raises(cases.StepTooEarly):
            take(tx, Step.REVIEW, number, paper=a_paper(Step.REVIEW, date(2026, 3, 1)))


@pytest.mark.parametrize("numbers", [[], ["D1", "D1"]])
def test_a_paper_names_each_application_once(database, numbers):
    with database.begin() as tx:
        applied(tx)

        with pytest.raises(approvals.LineRepeated):
            take(tx, Step.REVIEW, lines=[Line(number) for number in numbers] or None)


def test_a_list_is_of_one_group_and_has_its_own_number(database):
    with database.begin() as tx:
        numbers = [applied(tx, 1), applied(tx, 2, group_no="9333002"), applied(tx, 3)]
        take(tx, Step.REVIEW, *numbers)

        with pytest.raises(approvals.GroupsMixed):
            take(tx, Step.LIST, *numbers)
        take(tx, Step.LIST, "D1")
        with pytest.raises(approvals.ListKnown):
            take(tx, Step.LIST, "D3")


def test_the_commune_confirms_what_stands_on_the_list(database):
    with database.begin() as tx:
        number = applied(tx)
        brought_to(tx, Step.LIST, number)

        with pytest.raises(approvals.NotOnList):
            take(tx, Step.CONFIRM, number, list_no="list/2")


@pytest.mark.parametrize(
    ("step", "changes"),
    [
        (Step.LIST, {"number": ""}),
        (Step.CONFIRM, {"number": ""}),
        (Step.CONFIRM, {"dated": None}),
        (Step.NOTIFY, {"draw_on": None}),
        (Step.NOTIFY, {"draw_on": date(2026, 3, 1)}),
        (Step.NOTIFY, {"place": " "}),
    ],
)
def test_a_paper_says_what_it_must(database, step, changes):
    with database.begin() as tx:
        number = applied(tx)
        brought_to(tx, ROAD[ROAD.index(step) - 1], number)

        with pytest.raises(approvals.PaperIncomplete):
            take(tx, step, number, paper=a_paper(step, **changes))


def test_a_contract_ends_within_the_term_approved(database):
    with database.begin() as tx:
        number = applied(tx)
        brought_to(tx, Step.NOTIFY, number)

        with pytest.raises(signings.TermAboveAsked):
            signed(tx, number, due_on=date(2029, 4, 8))
        signed(tx, number, due_on=date(2028, 4, 7))

        assert records.loans.find_loan(tx, "6600000000000001").due_on == date(2028, 4, 7)


def test_a_rate_that_policy_states_is_not_bargained(database):
    with database.begin() as tx:
        number = applied(tx)
        brought_to(tx, Step.NOTIFY, number)

        with pytest.raises(signings.RateOfPolicy):
            signed(tx, number, rate=signings.Decimal("0.05"))


def test_a_contract_has_a_number_of_sixteen_digits(database):
    with database.begin() as tx:
        number = applied(tx)
        brought_to(tx, Step.NOTIFY, number)

        with pytest.raises(loans.ContractInvalid):
            signed(tx, number, loan_no="66000000000000012")


def test_draws_are_part_of_the_timeline(database):
    with database.begin() as tx:
        number = applied(tx)
        brought_to(tx, Step.SIGN, number)
        drawn(tx, amount=20_000_000)
        drawn(tx, amount=30_000_000, receipt_no="GN2", day=date(2026, 5, 7))

        before = dossiers.dossier(tx, POLICY, number, date(2026, 4, 6))
        after = dossiers.dossier(tx, POLICY, number, date(2026, 5, 7))
    assert (before.state, before.loan_no) == (State.NOTIFIED, None)
    assert after.state is State.DRAWN
    assert [line.step for line in after.lines] == [*ROAD, Step.DRAW, Step.DRAW]
    assert [line.amount for line in after.lines[-2:]] == [20_000_000, 30_000_000]


def test_a_household_of_another_name_is_refused(database):
    with database.begin() as tx:
        applied(tx)

        with pytest.raises(households.CustomerElsewhere):
            applied(tx, standing="", application_no="D2", household_no="H7")


def test_what_nobody_moves_for_thirty_days_waits(database):
    with database.begin() as tx:
        numbers = [applied(tx, number) for number in (1, 2, 3)]
        take(tx, Step.REVIEW, "D1")
        take(tx, Step.WITHDRAW, "D2", paper=a_paper(Step.REVIEW))

        def rows(as_of, **place):
            return [
                (row.application_no, row.state, row.days)
                for row in dossiers.waiting(tx, POLICY, as_of, **place)
            ]

        assert rows(date(2026, 3, 31)) == []
        assert rows(date(2026, 4, 1)) == [("D3", State.APPLIED, 30)]
        assert rows(date(2026, 4, 4), province="44", commune="19333") == [
            ("D3", State.APPLIED, 33),
            ("D1", State.REVIEWED, 30),
        ]
        assert rows(date(2026, 4, 4), province="46") == []
        found = dossiers.waiting(tx, POLICY, date(2026, 4, 4))
    assert dossiers.by_state(found) == {State.APPLIED: 1, State.REVIEWED: 1}
    assert len(numbers) == 3
    assert found[0].since == APPLIED
