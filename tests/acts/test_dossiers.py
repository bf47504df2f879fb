"""Dossiers: the timeline of an application, and what waits."""

from datetime import date

from creditdesk import applications, arrears, worklists
from creditdesk.engine.procedure import (
    State,
    Step,
)
from tests.applicants import (
    APPLIED,
    ROAD,
    a_paper,
    applied,
    brought_to,
    drawn,
    take,
)
from tests.builders import POLICY, a_loan


def test_draws_are_part_of_the_timeline(database):
    with database.begin() as tx:
        number = applied(tx)
        brought_to(tx, Step.SIGN, number)
        drawn(tx, amount=20_000_000)
        drawn(tx, amount=30_000_000, receipt_no="GN2", day=date(2026, 5, 7))

        before = applications.dossier(tx, POLICY, number, date(2026, 4, 6))
        after = applications.dossier(tx, POLICY, number, date(2026, 5, 7))
    assert (before.state, before.loan_no) == (State.NOTIFIED, None)
    assert after.state is State.DRAWN
    assert [line.step for line in after.lines] == [*ROAD, Step.DRAW, Step.DRAW]
    assert [line.amount for line in after.lines[-2:]] == [20_000_000, 30_000_000]


def test_what_nobody_moves_for_thirty_days_waits(database):
    with database.begin() as tx:
        numbers = [applied(tx, number) for number in (1, 2, 3)]
        take(tx, Step.REVIEW, "D1")
        take(tx, Step.WITHDRAW, "D2", paper=a_paper(Step.REVIEW))

        def rows(as_of, **place):
            return [
                (row.application_no, row.state, row.days)
                for row in applications.waiting(tx, POLICY, as_of, **place)
            ]

        assert rows(date(2026, 3, 31)) == []
        assert rows(date(2026, 4, 1)) == [("D3", State.APPLIED, 30)]
        assert rows(date(2026, 4, 4), province="44", commune="19333") == [
            ("D3", State.APPLIED, 33),
            ("D1", State.REVIEWED, 30),
        ]
        assert rows(date(2026, 4, 4), province="46") == []
        found = applications.waiting(tx, POLICY, date(2026, 4, 4))
    assert applications.by_state(found) == {State.APPLIED: 1, State.REVIEWED: 1}
    assert len(numbers) == 3
    assert found[0].since == APPLIED


def test_what_nobody_moves_is_a_worklist(database):
    as_of = date(2026, 4, 4)
    with database.begin() as tx:
        applied(tx, 1)
        a_loan(tx, 7)
        place = arrears.place_of("19333", as_of)
        elsewhere = arrears.place_of("19363", as_of)

        (row,) = worklists.worklist(tx, POLICY, "applications-waiting", as_of, place)

        assert worklists.worklist(tx, POLICY, "applications-waiting", as_of, elsewhere) == ()
    assert (row.loan_no, row.commune, row.amount) == ("", "19333", 50_000_000)
    assert row.why == {"application_no": "D1", "state": "applied", "unmoved_since": APPLIED}
