"""Steps of applications entered wrongly: taken back by their mirror, never deleted."""

from datetime import date

import pytest

from creditdesk import applications, ledger
from creditdesk.applications import Line
from creditdesk.engine.procedure import State, Step
from tests.applicants import DAYS, ROAD, a_paper, applied, brought_to, state_of, take
from tests.builders import POLICY, a_deed


def take_back(tx, step, number="D1", ground="Ghi nhầm đơn"):
    deed = a_deed(checked_by="", ground=ground)
    return applications.take_back(tx, application_no=number, step=step, deed=deed)


@pytest.mark.parametrize("step", ROAD[:-1])
def test_the_last_step_is_taken_back_and_taken_again(database, step):
    with database.begin() as tx:
        brought_to(tx, step, applied(tx))
        stood = state_of(tx)
        before = ROAD.index(step)

        moved = take_back(tx, step)

        assert moved.state == state_of(tx)
        assert moved.state is not stood
        take(tx, step, "D1")
        assert state_of(tx) is stood
        rest = ROAD[before + 1 : -1]
        for one in rest:
            take(tx, one, "D1")
        assert state_of(tx) is State.NOTIFIED


def test_the_timeline_keeps_both_with_who_and_why(database):
    with database.begin() as tx:
        brought_to(tx, Step.LIST, applied(tx))
        take(tx, Step.CONFIRM, lines=[Line("D1", accepted=False, reason="not-resident")])

        take_back(tx, Step.CONFIRM, ground="Nhầm với hộ cùng tên")

        found = applications.dossier(tx, POLICY, "D1", date(2026, 12, 31))
    assert [(line.step, line.state, line.takes_back) for line in found.lines] == [
        (Step.REVIEW, State.REVIEWED, False),
        (Step.LIST, State.LISTED, False),
        (Step.CONFIRM, State.REFUSED, False),
        (Step.CONFIRM, State.LISTED, True),
    ]
    assert (found.state, found.since) == (State.LISTED, DAYS[Step.LIST])
    last = found.lines[-1]
    assert (last.by, last.remark) == ("nguoi-lap", "Nhầm với hộ cùng tên")


def test_a_refusal_that_was_taken_back_waits_again(database):
    with database.begin() as tx:
        brought_to(tx, Step.REVIEW, applied(tx))
        take(tx, Step.REFUSE, "D1")
        assert applications.waiting(tx, POLICY, date(2026, 12, 31)) == ()

        take_back(tx, Step.REFUSE)

        (row,) = applications.waiting(tx, POLICY, date(2026, 12, 31))
    assert (row.state, row.since) == (State.REVIEWED, DAYS[Step.REVIEW])


def test_the_number_of_a_list_that_was_taken_back_is_free(database):
    with database.begin() as tx:
        brought_to(tx, Step.LIST, applied(tx))
        with pytest.raises(applications.ListKnown), tx.begin_nested():
            take(tx, Step.LIST, "D1")

        take_back(tx, Step.LIST)
        assert applications.unconfirmed(tx, "list/1") == ()

        take(tx, Step.LIST, "D1", paper=a_paper(Step.LIST, date(2026, 3, 7)))
        assert applications.unconfirmed(tx, "list/1") == ("D1",)


@pytest.mark.parametrize(
    ("reached", "step"),
    [(None, Step.REVIEW), (Step.LIST, Step.REVIEW), (Step.SIGN, Step.SIGN)],
)
def test_what_something_follows_on_stands(database, reached, step):
    with database.begin() as tx:
        brought_to(tx, reached, applied(tx))
        stood = state_of(tx)

        with pytest.raises(applications.StepStands), tx.begin_nested():
            take_back(tx, step)

        assert state_of(tx) is stood


def test_nothing_is_taken_back_without_a_ground(database):
    with database.begin() as tx:
        brought_to(tx, Step.REVIEW, applied(tx))

        with pytest.raises(ledger.GroundMissing), tx.begin_nested():
            take_back(tx, Step.REVIEW, ground=" ")

        assert state_of(tx) is State.REVIEWED
