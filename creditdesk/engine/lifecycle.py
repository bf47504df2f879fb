"""Where a loan is in its life, and which acts the bank's desk takes there: the table of both."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from creditdesk.engine.ageing import Standing
from creditdesk.errors import Refused


class State(StrEnum):
    """Where a loan stands at the end of a day, told by what weighs most."""

    UNDRAWN = "undrawn"
    IN_TERM = "in-term"
    LATE = "late"
    OVERDUE = "overdue"
    FROZEN = "frozen"
    CLOSED = "closed"
    WRITTEN_OFF = "written-off"


class Act(StrEnum):
    """What may be done with a loan after it was signed."""

    DRAW = "draw"
    REBOOK = "rebook"
    RECEIVE_PRINCIPAL = "receive-principal"
    RECEIVE_INTEREST = "receive-interest"
    REVERSE = "reverse"
    TRANSFER = "transfer"
    MISUSE = "misuse"
    REDATE = "redate"
    EXTEND = "extend"
    CARRY_OVER = "carry-over"
    LEAVE = "leave"
    SHORTEN = "shorten"
    FREEZE = "freeze"
    REFREEZE = "refreeze"
    UNFREEZE = "unfreeze"
    WRITE_OFF = "write-off"
    RE_PRICE = "re-price"


class NotInThisState(Refused):
    """Where the loan stands this act is not taken; `loan_states` lists where it is."""

    code = "not-in-this-state"


class Rule(NamedTuple):
    """From which states an act is taken, on which paper, and who says so, how surely."""

    states: tuple[State, ...]
    paper: str
    source: str
    confidence: str


_OWED = (State.IN_TERM, State.LATE, State.OVERDUE, State.FROZEN)
_NOT_MOVED = (State.IN_TERM, State.LATE)
_RISKS = "Quyết định 50/2010/QĐ-TTg, sửa đổi bởi Quyết định 08/2021/QĐ-TTg"
_OWN = "Quy ước của hệ thống này"

ACTS: Mapping[Act, Rule] = {
    Act.DRAW: Rule((State.UNDRAWN, State.IN_TERM), "", _OWN, "I"),
    Act.REBOOK: Rule((State.IN_TERM, State.LATE, State.OVERDUE), "", _OWN, "I"),
    Act.RECEIVE_PRINCIPAL: Rule(_OWED, "", _OWN, "I"),
    # What was earned is owed when no principal is any more.
    Act.RECEIVE_INTEREST: Rule((*_OWED, State.CLOSED, State.WRITTEN_OFF), "", _OWN, "I"),
    Act.REVERSE: Rule(tuple(State), "", _OWN, "I"),
    Act.TRANSFER: Rule(
        (State.LATE, State.OVERDUE, State.FROZEN), "14/TD", "Công văn 597/NHCS-TDNN", "R"
    ),
    # What is left in term of a loan of which a part is overdue may be misused too.
    Act.MISUSE: Rule((*_NOT_MOVED, State.OVERDUE), "14/TD", "Quy trình cho vay ủy thác", "S"),
    Act.REDATE: Rule(_NOT_MOVED, "08/TD", "Công văn 597/NHCS-TDNN ngày 30/01/2026", "S"),
    # Before the debt is moved; of frozen debt before the freeze ends.
    Act.EXTEND: Rule(
        (*_NOT_MOVED, State.FROZEN), "09/TD", "Quyết định 54/QĐ-HĐQT ngày 15/09/2023", "K-m"
    ),
    Act.CARRY_OVER: Rule((State.IN_TERM,), "", _OWN, "K-m"),
    Act.LEAVE: Rule((State.IN_TERM,), "", "Quyết định 157/2007/QĐ-TTg", "K-m"),
    Act.SHORTEN: Rule(_NOT_MOVED, "", _OWN, "K-l"),
    Act.FREEZE: Rule((*_NOT_MOVED, State.OVERDUE), "01/XLN", _RISKS, "S"),
    Act.REFREEZE: Rule((State.OVERDUE, State.FROZEN), "01/XLN", _RISKS, "S"),
    Act.UNFREEZE: Rule((State.FROZEN,), "", _RISKS, "K-m"),
    Act.WRITE_OFF: Rule((State.OVERDUE, State.FROZEN), "01/XLN", _RISKS, "S"),
    # What is drawn later earns at the new rate too.
    Act.RE_PRICE: Rule(
        (State.UNDRAWN, *_OWED), "", "Quyết định của Thủ tướng Chính phủ về lãi suất", "K-m"
    ),
}
"""Every act and the states from which it is taken; from every other it is refused."""


def state_of(standing: Standing) -> State:
    """Return the state of a loan from where it stands at the end of a day.

    Frozen weighs more than overdue, overdue more than late: a loan of which a part is frozen is
    frozen. Late is what the contract makes late and the books have not moved.
    """
    if standing.outstanding == 0:
        if standing.status == "open":
            return State.UNDRAWN
        return State.WRITTEN_OFF if standing.status == "written-off" else State.CLOSED
    if standing.frozen:
        return State.FROZEN
    if standing.overdue:
        return State.OVERDUE
    return State.LATE if standing.late_principal else State.IN_TERM


def require(act: Act, state: State, *, loan_no: str, day: date) -> None:
    """Let an act be taken on a loan from a state.

    Raises NotInThisState.
    """
    allowed = ACTS[act].states
    if state not in allowed:
        raise NotInThisState(
            act=act.value,
            loan_no=loan_no,
            day=day,
            loan_state=state.value,
            loan_states=[one.value for one in allowed],
        )
