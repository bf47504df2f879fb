"""Approvals and signings: each step by the table, with its people, its paper and its limits."""

from datetime import date
from decimal import Decimal

import pytest

from creditdesk import applications, ledger, loans, records
from creditdesk.applications import Line, cases
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
    DAYS,
    ROAD,
    a_paper,
    applied,
    brought_to,
    signed,
    state_of,
    take,
)
from tests.builders import POLICY, a_deed

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
        refused = applications.dossier(tx, POLICY, "D2", date(2026, 12, 31))
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

        found = applications.dossier(tx, POLICY, number, DAYS[Step.APPROVE])
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

        found = applications.dossier(tx, POLICY, number, DAYS[Step.APPROVE])
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

        with pytest.raises(applications.AmountAboveAsked):
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

        with pytest.raises(applications.ReasonMissing):
            take(tx, Step.REVIEW, lines=[Line(number, accepted=False, reason="vì thế")])


def test_a_step_does_not_lie_before_the_last(database):
    with database.begin() as tx:
        number = applied(tx)

        with pytest.raises(applications.StepTooEarly):
            take(tx, Step.REVIEW, number, paper=a_paper(Step.REVIEW, date(2026, 3, 1)))


@pytest.mark.parametrize("numbers", [[], ["D1", "D1"]])
def test_a_paper_names_each_application_once(database, numbers):
    with database.begin() as tx:
        applied(tx)

        with pytest.raises(applications.LineRepeated):
            take(tx, Step.REVIEW, lines=[Line(number) for number in numbers] or None)


def test_a_list_is_of_one_group_and_has_its_own_number(database):
    with database.begin() as tx:
        numbers = [applied(tx, 1), applied(tx, 2, group_no="9333002"), applied(tx, 3)]
        take(tx, Step.REVIEW, *numbers)

        with pytest.raises(applications.GroupsMixed):
            take(tx, Step.LIST, *numbers)
        take(tx, Step.LIST, "D1")
        with pytest.raises(applications.ListKnown):
            take(tx, Step.LIST, "D3")


def test_the_commune_confirms_what_stands_on_the_list(database):
    with database.begin() as tx:
        number = applied(tx)
        brought_to(tx, Step.LIST, number)

        with pytest.raises(applications.NotOnList):
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

        with pytest.raises(applications.PaperIncomplete):
            take(tx, step, number, paper=a_paper(step, **changes))


def test_a_contract_ends_within_the_term_approved(database):
    with database.begin() as tx:
        number = applied(tx)
        brought_to(tx, Step.NOTIFY, number)

        with pytest.raises(applications.TermAboveAsked):
            signed(tx, number, due_on=date(2029, 4, 8))
        signed(tx, number, due_on=date(2028, 4, 7))

        assert records.loans.find_loan(tx, "6600000000000001").due_on == date(2028, 4, 7)


def test_a_rate_that_policy_states_is_not_bargained(database):
    with database.begin() as tx:
        number = applied(tx)
        brought_to(tx, Step.NOTIFY, number)

        with pytest.raises(applications.RateOfPolicy):
            signed(tx, number, rate=Decimal("0.05"))


def test_a_contract_has_a_number_of_sixteen_digits(database):
    with database.begin() as tx:
        number = applied(tx)
        brought_to(tx, Step.NOTIFY, number)

        with pytest.raises(loans.ContractInvalid):
            signed(tx, number, loan_no="66000000000000012")
