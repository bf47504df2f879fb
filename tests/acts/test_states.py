"""Every act on a loan in every state: booked where the table allows it, refused elsewhere."""

from contextlib import suppress
from datetime import date

import pytest
import sqlalchemy as sa

from creditdesk import arrears, audit, loans, records, repayments, standings
from creditdesk.engine import lifecycle
from creditdesk.engine.journal import Kind
from creditdesk.engine.lifecycle import ACTS, Act, NotInThisState, State, state_of
from creditdesk.engine.money import Dong
from tests.builders import POLICY, live
from tests.decided import DAY, a_loan_in, a_paper, decide, fact

SAYS = {
    Act.MISUSE: {"amount": "1.000.000"},
    Act.EXTEND: {"until": "2030-06-02"},
    Act.CARRY_OVER: {"until": "2030-09-02"},
    Act.LEAVE: {"course_end_on": "2028-06-30"},
    Act.SHORTEN: {"until": "2027-03-02"},
    Act.FREEZE: {"reason": "K1", "loss": "60"},
    Act.REFREEZE: {"until": "2027-06-07"},
    Act.UNFREEZE: {},
    Act.WRITE_OFF: {"reason": "K4a"},
    Act.RE_PRICE: {"rate": "5,4"},
}
# What an act needs besides the state: a programme, a freeze that still runs.
NEEDS = {
    Act.LEAVE: {"programme": "02", "course_end_on": date(2027, 6, 30)},
    Act.SHORTEN: {"programme": "04"},
    Act.EXTEND: {"frozen_until": date(2026, 12, 31)},
}


def money(act, **facts):
    def take(tx, loan_no, _state):
        said = {"loan_no": loan_no, "value_date": DAY, "receipt_no": f"R/{loan_no}"}
        return act(tx, POLICY, deed=a_paper(), **said, **facts)

    return take


def reverse(tx, loan_no, _state):
    number = f"interest/{loan_no}/2026-04-01"
    repayments.reverse(tx, POLICY, receipt_no=number, deed=a_paper())


def transfer(tx, loan_no, state):
    """Book what the rule moves; a loan in another state is passed by."""
    arrears.transfer(tx, POLICY, session=DAY, place=arrears.Place(), deed=a_paper())
    events = [booked.event for booked in live(tx, loan_no)]
    if not any(one.kind is Kind.OVERDUE and one.value_date == DAY for one in events):
        lifecycle.require(Act.TRANSFER, state, loan_no=loan_no, day=DAY)


def redate(tx, loan_no, state):
    month = 8 if state is State.IN_TERM else 7
    days = {"instalment": f"2026-0{month}-02", "until": f"2026-0{month}-20"}
    asked = {"asked_on": "2026-06-01", "handed_in_on": "2026-06-02"}
    decide(tx, "redate", loan_no, **days, **asked)


def carry_over(tx, loan_no, _state):
    unpaid = standings.standing(tx, loan_no, DAY).interest_unpaid
    if unpaid > 0:
        fact(tx, loan_no, Kind.INTEREST, date(2026, 6, 6), unpaid)
    decide(tx, "carry-over", loan_no, **SAYS[Act.CARRY_OVER])


ROADS = {
    Act.DRAW: money(loans.draw, amount=Dong(1_000_000)),
    Act.REBOOK: money(loans.rebook, amount=Dong(1_000_000)),
    Act.RECEIVE_PRINCIPAL: money(repayments.receive, principal=Dong(1_000_000)),
    Act.RECEIVE_INTEREST: money(repayments.receive, interest=Dong(1_000)),
    Act.REVERSE: reverse,
    Act.TRANSFER: transfer,
    Act.REDATE: redate,
    Act.CARRY_OVER: carry_over,
}


def take(tx, act, loan_no, state):
    if act in ROADS:
        ROADS[act](tx, loan_no, state)
    else:
        decide(tx, act.value, loan_no, **SAYS[act])


def written(tx):
    tables = (records.ledger.act, records.ledger.entry, records.ledger.posting)
    return [tx.execute(sa.select(sa.func.count()).select_from(one)).scalar_one() for one in tables]


@pytest.mark.parametrize("act", Act)
def test_an_act_is_booked_from_its_states_and_refused_from_every_other(database, act):
    with database.begin() as tx:
        loan_nos = {
            state: a_loan_in(tx, state, number, **NEEDS.get(act, {}))
            for number, state in enumerate(State, 1)
        }
        stood = {state: state_of(standings.standing(tx, loan_nos[state], DAY)) for state in State}
    assert stood == {state: state for state in State}

    refused = {
        state for state, loan_no in loan_nos.items() if is_refused(database, act, loan_no, state)
    }

    with database.read() as tx:
        assert audit.verify(tx, POLICY).faults == []
    assert refused == set(State) - set(ACTS[act].states)


def is_refused(database, act, loan_no, state):
    """Return whether an act is refused; it changes nothing then, and else is booked."""
    before = written_in(database)
    with suppress(NotInThisState), database.begin() as tx:
        take(tx, act, loan_no, state)
        assert act is Act.TRANSFER or written(tx)[1] > before[1], state
        return False
    assert written_in(database) == before, state
    return True


def written_in(database):
    with database.read() as tx:
        return written(tx)
