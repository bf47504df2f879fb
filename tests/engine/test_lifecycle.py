"""The state of a loan, and the table of acts that asks for it."""

from dataclasses import replace
from datetime import date

import pytest

from creditdesk.engine.ageing import stand
from creditdesk.engine.dated import CONFIDENCES
from creditdesk.engine.lifecycle import ACTS, Act, NotInThisState, State, require, state_of
from tests.engine.builders import a_contract

DAY = date(2026, 6, 1)
NOTHING = stand(a_contract(), [], DAY)

STATES = {
    State.UNDRAWN: {},
    State.IN_TERM: {"in_term": 5},
    State.LATE: {"in_term": 5, "late_principal": 5},
    State.OVERDUE: {"in_term": 5, "overdue": 1, "late_principal": 5},
    State.FROZEN: {"in_term": 5, "overdue": 1, "frozen": 1, "late_principal": 5},
    State.CLOSED: {"status": "closed"},
    State.WRITTEN_OFF: {"status": "written-off"},
}


@pytest.mark.parametrize("state", State)
def test_what_weighs_most_is_the_state(state):
    assert state_of(replace(NOTHING, **STATES[state])) is state


def test_every_act_says_its_states_and_how_surely():
    assert set(ACTS) == set(Act)
    assert all(rule.states and rule.source for rule in ACTS.values())
    assert {rule.confidence for rule in ACTS.values()} <= set(CONFIDENCES)


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("state", State)
def test_an_act_is_taken_from_its_states_only(act, state):
    if state in ACTS[act].states:
        require(act, state, loan_no="1", day=DAY)
        return
    with pytest.raises(NotInThisState) as refusal:
        require(act, state, loan_no="1", day=DAY)

    assert refusal.value.facts["loan_states"] == [one.value for one in ACTS[act].states]
