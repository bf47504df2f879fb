"""The way of an application, as a table: what may follow on each state, and who is needed."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from creditdesk.errors import Refused


class State(StrEnum):
    """Where an application stands; from `SIGNED` on it is a loan."""

    APPLIED = "applied"
    REVIEWED = "reviewed"
    LISTED = "listed"
    CONFIRMED = "confirmed"
    APPRAISED = "appraised"
    APPROVED = "approved"
    NOTIFIED = "notified"
    SIGNED = "signed"
    DRAWN = "drawn"
    CHECKED = "checked"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What is done with an application, in the order of the forms 01/TD, 03/TD, 04/TD, 06/TD."""

    REVIEW = "review"
    LIST = "list"
    CONFIRM = "confirm"
    APPRAISE = "appraise"
    APPROVE = "approve"
    NOTIFY = "notify"
    SIGN = "sign"
    DRAW = "draw"
    CHECK = "check"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


class StepNotAllowed(Refused):
    """This step does not follow on that state; `steps` lists those that do."""

    code = "step-not-allowed"


class Rule(NamedTuple):
    """What a step needs.

    by        who does it
    answered  whether the answer may be no, with a reason; the application is refused then
    judged    whether the programme's rules are asked of the household's standing of that day
    second    whether a second person is needed above the maker's limit
    """

    by: str
    answered: bool = False
    judged: bool = False
    second: bool = False


RULES: Mapping[Step, Rule] = {
    Step.REVIEW: Rule("group", answered=True),
    Step.LIST: Rule("group"),
    Step.CONFIRM: Rule("commune", answered=True, judged=True),
    Step.APPRAISE: Rule("officer", answered=True),
    Step.APPROVE: Rule("approver", answered=True, judged=True, second=True),
    Step.NOTIFY: Rule("officer"),
    Step.SIGN: Rule("officer"),
    Step.DRAW: Rule("officer"),
    Step.CHECK: Rule("trustee"),
    Step.REFUSE: Rule("officer"),
    Step.WITHDRAW: Rule("borrower"),
}

BEFORE_SIGNING = (
    State.APPLIED,
    State.REVIEWED,
    State.LISTED,
    State.CONFIRMED,
    State.APPRAISED,
    State.APPROVED,
    State.NOTIFIED,
)

Ways = Mapping[tuple[State, Step], State]
_Ways = dict[tuple[State, Step], State]

_TO_THE_COMMUNE: _Ways = {
    (State.APPLIED, Step.REVIEW): State.REVIEWED,
    (State.REVIEWED, Step.LIST): State.LISTED,
    (State.LISTED, Step.CONFIRM): State.CONFIRMED,
}
_DIRECTLY: _Ways = {(State.APPLIED, Step.CONFIRM): State.CONFIRMED}
_FROM_THE_COMMUNE: _Ways = {
    (State.CONFIRMED, Step.APPRAISE): State.APPRAISED,
    (State.APPRAISED, Step.APPROVE): State.APPROVED,
    (State.APPROVED, Step.NOTIFY): State.NOTIFIED,
    (State.NOTIFIED, Step.SIGN): State.SIGNED,
    (State.SIGNED, Step.DRAW): State.DRAWN,
    (State.DRAWN, Step.DRAW): State.DRAWN,
    (State.DRAWN, Step.CHECK): State.CHECKED,
    (State.CHECKED, Step.DRAW): State.DRAWN,
    (State.CHECKED, Step.CHECK): State.CHECKED,
}
_OUT: _Ways = {
    (state, step): end
    for state in BEFORE_SIGNING
    for step, end in ((Step.REFUSE, State.REFUSED), (Step.WITHDRAW, State.WITHDRAWN))
}

ENTRUSTED: Ways = _TO_THE_COMMUNE | _FROM_THE_COMMUNE | _OUT
"""The way through a savings-and-credit group."""

_BY_GROUP = {State.REVIEWED, State.LISTED}
DIRECT: Ways = (
    _DIRECTLY
    | _FROM_THE_COMMUNE
    | {key: end for key, end in _OUT.items() if key[0] not in _BY_GROUP}
)
"""The way of one to whom the bank lends without a mass organisation."""


def allowed(ways: Ways, state: State) -> tuple[Step, ...]:
    """Return the steps that may follow on a state, in their order."""
    return tuple(step for step in Step if (state, step) in ways)


def way(ways: Ways) -> tuple[Step, ...]:
    """Return the steps of a way from the form to the check of its use, those that end it apart."""
    taken = {step for _, step in ways} - {Step.REFUSE, Step.WITHDRAW}
    return tuple(step for step in Step if step in taken)


def next_state(
    ways: Ways, state: State, step: Step, *, accepted: bool = True, application_no: str = ""
) -> State:
    """Return the state after a step; an answer of no refuses the application.

    Raises StepNotAllowed.
    """
    following = ways.get((state, step))
    if following is None:
        raise StepNotAllowed(
            application_no=application_no,
            state=state.value,
            step=step.value,
            steps=[one.value for one in allowed(ways, state)],
        )
    return following if accepted else State.REFUSED
