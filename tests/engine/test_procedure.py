"""The way of an application: the table of states and steps, cell by cell."""

import pytest

from creditdesk.engine.procedure import (
    BEFORE_SIGNING,
    DIRECT,
    ENTRUSTED,
    RULES,
    State,
    Step,
    StepNotAllowed,
    allowed,
    next_state,
    way,
)

# The steps of guidance on entrusted lending: 01/TD, review, 03/TD, confirmation, 04/TD, 06/TD.
TABLE = {
    "applied": "review refuse withdraw",
    "reviewed": "list refuse withdraw",
    "listed": "confirm refuse withdraw",
    "confirmed": "appraise refuse withdraw",
    "appraised": "approve refuse withdraw",
    "approved": "notify refuse withdraw",
    "notified": "sign refuse withdraw",
    "signed": "draw",
    "drawn": "draw check",
    "checked": "draw check",
    "refused": "",
    "withdrawn": "",
}
CELLS = [(state, step) for state in State for step in Step]


@pytest.mark.parametrize(("state", "step"), CELLS, ids=lambda one: one.value)
def test_the_table_says_which_step_follows(state, step):
    if step.value in TABLE[state.value].split():
        assert next_state(ENTRUSTED, state, step) is ENTRUSTED[state, step]
    else:
        with pytest.raises(StepNotAllowed) as refusal:
            next_state(ENTRUSTED, state, step, application_no="D1")
        assert refusal.value.facts["steps"] == TABLE[state.value].split()


@pytest.mark.parametrize("step", Step, ids=lambda step: step.value)
def test_an_answer_of_no_refuses(step):
    state = next(state for state in State if (state, step) in ENTRUSTED)

    assert next_state(ENTRUSTED, state, step, accepted=False) is State.REFUSED


def test_every_step_has_its_rule_and_every_state_before_signing_its_way_out():
    assert set(RULES) == set(Step)
    for state in BEFORE_SIGNING:
        assert {Step.REFUSE, Step.WITHDRAW} < set(allowed(ENTRUSTED, state))


def test_nothing_follows_on_an_end():
    assert [allowed(ENTRUSTED, state) for state in (State.REFUSED, State.WITHDRAWN)] == [(), ()]


def test_a_direct_application_skips_the_group():
    assert allowed(DIRECT, State.APPLIED) == (Step.CONFIRM, Step.REFUSE, Step.WITHDRAW)
    assert allowed(DIRECT, State.REVIEWED) == ()
    assert allowed(DIRECT, State.CONFIRMED) == allowed(ENTRUSTED, State.CONFIRMED)


def test_every_state_is_reached():
    for ways in (ENTRUSTED, DIRECT):
        reached = {State.APPLIED, *ways.values()}
        assert {state for state, _ in ways} <= reached
    assert {State.APPLIED, *ENTRUSTED.values()} == set(State)


def test_a_way_leads_from_the_group_to_the_check_of_use_without_its_ends():
    entrusted = "review list confirm appraise approve notify sign draw check"

    assert " ".join(step.value for step in way(ENTRUSTED)) == entrusted
    assert set(way(ENTRUSTED)) - set(way(DIRECT)) == {Step.REVIEW, Step.LIST}
