"""Measures: one decision over many loans - its dry run, its taking, its undoing."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from creditdesk import audit, closing, ledger, measures, moves, standings
from creditdesk.columns import Axes
from creditdesk.communes import PlaceNotFound
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from creditdesk.measures import (
    Measure,
    MeasureHolds,
    MeasureInForce,
    MeasureUndone,
    NothingReached,
)
from creditdesk.measures.effects import (
    FreezeTooLong,
    MeasureUnclear,
    MeasureUnknown,
    RateNotOfPolicy,
)
from creditdesk.months import MonthClosed
from tests.builders import POLICY, a_loan, enter

DECREE = date(2025, 10, 10)
TODAY = date(2026, 10, 9)
REPRICE = Measure("rate", DECREE, programmes=("12",))
STORM = Measure("freeze", date(2026, 6, 15), date(2029, 6, 15), ("19333",), reason="K1")
HOLIDAY = Measure("holiday", date(2026, 7, 1), date(2026, 12, 31), ("19333",))


def decided(**changes):
    """Return a deed of two people with a ground and a paper."""
    said = {
        "by": "nguoi-lap",
        "recorded_at": "2026-11-22T00:00:00+00:00",
        "checked_by": "kiem-soat",
        "ground": "Nghị định 261/2025/NĐ-CP",
        "document_no": "12/QĐ-NHCS",
        "document_on": date(2025, 10, 15),
    }
    return ledger.Deed(**(said | changes))


def a_house(tx, number, **changes):
    """Return the number of a social-housing loan of 365 million at 6.6 %, drawn on signing."""
    terms = {
        "programme": "12",
        "trustee": "99",
        "group_no": "",
        "rate": Decimal("0.066"),
        "signed_on": date(2024, 9, 2),
        "approved": Dong(365_000_000),
        "first_principal_on": date(2028, 9, 2),
        "every_months": 6,
        "due_on": date(2044, 9, 2),
    }
    drawn = changes.pop("drawn", 365_000_000)
    return a_loan(tx, number, drawn=drawn, **(terms | changes))


def take(tx, measure, **changes):
    return measures.take(tx, POLICY, measure, today=TODAY, deed=decided(**changes))


def undo(tx, number, **changes):
    return measures.undo(tx, POLICY, number=number, deed=decided(**changes))


def counted(database):
    """Return what the book holds: entries, measures taken and the columns of today."""
    with database.read() as tx:
        proof = audit.verify(tx, POLICY)
        return proof.faults, proof.entries, len(measures.taken(tx)), standings.totals(tx, TODAY)


# A rate


def test_a_rate_decision_reaches_running_loans_from_its_day_on(database):
    with database.begin() as tx:
        running = a_house(tx, 1)
        newer = a_house(tx, 2, signed_on=date(2025, 11, 1), rate=Decimal("0.054"))
        other = a_loan(tx, 3)

        number, effect = take(tx, REPRICE)

        assert [line.loan_no for line in effect.lines] == [running]
        before = standings.standing(tx, running, DECREE).interest_earned.in_term
        after = standings.standing(tx, running, TODAY).interest_earned.in_term
    # 365 million earn a million a day at 100 %: 66,000 dong at 6.6 %, 54,000 at 5.4 %.
    assert before == 66_000 * (DECREE - date(2024, 9, 2)).days
    assert after - before == 54_000 * (TODAY - DECREE).days
    assert effect.sums == {
        "loans": 1,
        "principal": 365_000_000,
        "interest": -12_000 * (TODAY - DECREE).days,
    }
    assert number == 1
    assert (newer, other) != (running, running)
    assert counted(database)[0] == []


def test_overdue_principal_follows_a_rate_decision_at_its_multiple(database):
    with database.begin() as tx:
        loan_no = a_house(
            tx, 1, drawn=36_500_000, due_on=date(2025, 9, 1), first_principal_on=None
        )
        enter(tx, loan_no, Event(DECREE, Kind.OVERDUE, 36_500_000, None, "CQH1"))

        take(tx, REPRICE)

        earned = standings.standing(tx, loan_no, TODAY).interest_earned
    # 5.4 % x 130 % = 7.02 %: 7,020 dong a day of 36.5 million.
    assert earned.overdue == 7_020 * (TODAY - DECREE).days


def test_a_loan_not_drawn_yet_takes_the_new_rate_with_it(database):
    with database.begin() as tx:
        loan_no = a_house(tx, 1, drawn=0)
        take(tx, REPRICE)
        draw = Event(date(2026, 1, 1), Kind.DRAW, 36_500_000, None, "GN1")
        enter(tx, loan_no, draw)

        earned = standings.standing(tx, loan_no, date(2026, 1, 11)).interest_earned

    assert earned.in_term == 54_000
    assert counted(database)[0] == []


def test_closed_loans_keep_the_rate_of_their_time(database):
    with database.begin() as tx:
        loan_no = a_house(tx, 1)
        enter(tx, loan_no, Event(date(2025, 9, 1), Kind.PRINCIPAL, 365_000_000, None, "TG1"))

        with pytest.raises(NothingReached):
            take(tx, REPRICE)


def test_a_rate_that_binds_new_contracts_only_is_no_measure(database):
    with database.begin() as tx:
        a_house(tx, 1)

        with pytest.raises(RateNotOfPolicy):
            take(tx, Measure("rate", date(2024, 8, 1), programmes=("12",)))
        with pytest.raises(RateNotOfPolicy):
            take(tx, Measure("rate", DECREE, programmes=("01",)))


# A freeze


def test_a_storm_freezes_all_that_the_loans_of_a_commune_owe(database):
    with database.begin() as tx:
        hit = a_loan(tx, 1, drawn=36_500_000)
        spared = a_loan(tx, 2, commune="19363", group_no="9363001")
        enter(tx, hit, Event(date(2026, 5, 7), Kind.OVERDUE, 10_000_000, None, "CQH1"))

        _, effect = take(tx, STORM)

        one, other = (standings.standing(tx, loan_no, TODAY) for loan_no in (hit, spared))
        frozen_on = standings.standing(tx, hit, STORM.since).interest_earned.sum
    assert (one.in_term, one.overdue, one.frozen) == (0, 0, 36_500_000)
    assert one.interest_earned.sum == frozen_on
    assert other.frozen == 0
    assert effect.by("commune").keys() == {"19333"}
    assert effect.sums["principal"] == 36_500_000
    assert effect.sums["interest"] < 0
    assert counted(database)[0] == []


def test_a_storm_reaches_the_loans_that_were_in_the_commune_that_day(database):
    with database.begin() as tx:
        left = a_loan(tx, 1)
        came = a_loan(tx, 2, commune="19363", group_no="9363001")
        order = moves.Order(STORM.since, decided())
        for number, commune in ((1, "19363"), (2, "19333")):
            there = moves.Change(commune=commune)
            moves.move_household(tx, household_no=f"{number:010d}", to=there, order=order)

        _, effect = take(tx, STORM)

        frozen = [standings.standing(tx, loan_no, TODAY).frozen for loan_no in (left, came)]
    assert frozen == [0, 50_000_000]
    assert effect.by("commune").keys() == {"19333"}


def test_a_storm_passes_by_what_is_frozen_already(database):
    with database.begin() as tx:
        held, hit = a_loan(tx, 1), a_loan(tx, 2)
        enter(tx, held, Event(date(2026, 5, 7), Kind.FREEZE, 1_000, date(2027, 5, 7), "KN1"))

        _, effect = take(tx, STORM)

        assert standings.standing(tx, held, TODAY).frozen == 1_000
    assert [line.loan_no for line in effect.lines] == [hit]


def test_a_freeze_costs_what_it_does_not_earn(database):
    with database.begin() as tx:
        a_loan(tx, 1, drawn=36_500_000)

        effect = measures.dry_run(tx, POLICY, STORM, today=TODAY)

    days = (STORM.until - STORM.since).days
    assert effect.sums["interest"] == pytest.approx(-6_600 * days, abs=1)
    assert effect.by("programme") == {"01": effect.sums}


@pytest.mark.parametrize(
    ("reason", "latest"), [("K1", date(2029, 6, 15)), ("K4a", date(2031, 6, 15))]
)
def test_a_freeze_is_no_longer_than_the_law_allows_where_no_loss_is_told(database, reason, latest):
    """Decision 50/2010/QĐ-TTg as amended: 3 years for a loss of 40 to 80 %, else 5."""
    within = Measure("freeze", STORM.since, latest, ("19333",), reason=reason)
    beyond = replace(within, until=latest + timedelta(days=1))
    with database.begin() as tx:
        loan_no = a_loan(tx, 1)

        with pytest.raises(FreezeTooLong):
            measures.dry_run(tx, POLICY, beyond, today=TODAY)

        effect = measures.dry_run(tx, POLICY, within, today=TODAY)
    assert [line.loan_no for line in effect.lines] == [loan_no]


# A holiday


def test_a_holiday_writes_nothing_on_loans_and_is_known_while_it_holds(database):
    with database.begin() as tx:
        loan_no = a_loan(tx, 1, drawn=36_500_000)
        before = standings.standing(tx, loan_no, TODAY)

        _, effect = take(tx, HOLIDAY)

        assert standings.standing(tx, loan_no, TODAY) == before
        assert effect.sums["interest"] == 6_600 * 184
        taken = measures.holidays(tx)
        assert list(measures.holding(taken, date(2026, 7, 1))) == [HOLIDAY]
        assert list(measures.holding(taken, date(2026, 12, 31))) == [HOLIDAY]
        assert list(measures.holding(taken, date(2027, 1, 1))) == []
        assert list(measures.holding(taken, date(2026, 6, 30))) == []
        undo(tx, 1)
        assert measures.holidays(tx) == ()


@pytest.mark.parametrize(
    ("places", "programmes", "expected"),
    [
        ((), (), True),
        (("44",), (), True),
        (("19333",), ("01",), True),
        (("19363",), (), False),
        (("46", "19333"), ("02", "06"), False),
        (("79",), ("01",), False),
    ],
)
def test_a_measure_is_about_places_and_programmes(places, programmes, expected):
    measure = Measure("holiday", TODAY, None, places, programmes)

    columns = {"id": 1, "commune": "19333", "programme": "01"}
    loans = Axes("44", {name: np.array([value]) for name, value in columns.items()})

    assert measures.reaches(measure, loans).tolist() == [expected]


# As one decision


def test_a_dry_run_tells_what_taking_does_and_writes_nothing(database):
    with database.begin() as tx:
        for number in range(1, 4):
            a_house(tx, number)
    before = counted(database)

    with database.begin() as tx:
        tried = measures.dry_run(tx, POLICY, REPRICE, today=TODAY)
    assert counted(database) == before
    with database.begin() as tx:
        _, done = take(tx, REPRICE)

    assert tried == done
    assert counted(database)[2] == 1


def test_a_measure_is_undone_as_one_and_may_be_taken_again(database):
    with database.begin() as tx:
        numbers = [a_house(tx, number) for number in range(1, 4)]
        before = [standings.standing(tx, loan_no, TODAY) for loan_no in numbers]
        take(tx, REPRICE)
        after = [standings.standing(tx, loan_no, TODAY) for loan_no in numbers]

        assert undo(tx, 1) == 2

        assert [standings.standing(tx, loan_no, TODAY) for loan_no in numbers] == before
        assert take(tx, REPRICE)[0] == 3
        assert [standings.standing(tx, loan_no, TODAY) for loan_no in numbers] == after
        told = [(one.number, one.undoes, one.undone_by) for one in measures.taken(tx)]
    assert told == [(1, None, 2), (2, 1, None), (3, None, None)]
    assert counted(database)[0] == []


def test_the_same_measure_is_in_force_once(database):
    with database.begin() as tx:
        a_house(tx, 1)
        take(tx, REPRICE)

        with pytest.raises(MeasureInForce):
            take(tx, REPRICE)


@pytest.mark.parametrize("number", [1, 2])
def test_an_undone_measure_and_an_undoing_are_not_undone(database, number):
    with database.begin() as tx:
        a_house(tx, 1)
        take(tx, REPRICE)
        undo(tx, 1)

        with pytest.raises(MeasureUndone):
            undo(tx, number)


def test_what_came_later_may_stand_on_a_measure(database):
    with database.begin() as tx:
        loan_no = a_loan(tx, 1)
        take(tx, STORM)
        thaw = Event(date(2026, 9, 1), Kind.UNFREEZE, 1_000_000, None, "HK1")
        enter(tx, loan_no, thaw)

    with pytest.raises(MeasureHolds) as refused, database.begin() as tx:
        undo(tx, 1)

    assert refused.value.facts["receipt_no"] == "HK1"
    assert counted(database)[2] == 1


def test_a_measure_in_a_closed_month_changes_nothing(database):
    with database.begin() as tx:
        a_house(tx, 1)
        closing.close_month(tx, month="2025-10", today=TODAY, moment="2026-11-22T00:00:00+00:00")
    before = counted(database)

    with pytest.raises(MonthClosed), database.begin() as tx:
        take(tx, REPRICE)

    assert counted(database) == before


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"checked_by": ""}, ledger.CheckerMissing),
        ({"checked_by": "nguoi-lap"}, ledger.SamePerson),
        ({"ground": " "}, ledger.GroundMissing),
        ({"document_no": ""}, ledger.DocumentMissing),
        ({"document_on": None}, ledger.DocumentMissing),
        ({"today": date(2025, 10, 14)}, ledger.DayAhead),
    ],
)
def test_a_measure_is_decided_by_two_people_on_a_ground_and_a_paper(database, changes, refusal):
    with database.begin() as tx:
        a_house(tx, 1)

        with pytest.raises(refusal):
            take(tx, REPRICE, **changes)


@pytest.mark.parametrize(
    ("measure", "refusal"),
    [
        (Measure("gift", TODAY), MeasureUnknown),
        (Measure("rate", DECREE), MeasureUnclear),
        (Measure("rate", DECREE, programmes=("12", "01")), MeasureUnclear),
        (Measure("freeze", TODAY, None, ("19333",), reason="K1"), MeasureUnclear),
        (Measure("freeze", TODAY, TODAY, ("19333",), reason="K1"), MeasureUnclear),
        (Measure("freeze", TODAY, date(2027, 1, 1), reason="K1"), MeasureUnclear),
        (Measure("freeze", TODAY, date(2027, 1, 1), ("19333",), reason="K9"), MeasureUnclear),
        (Measure("freeze", TODAY, date(2027, 1, 1), ("19333",), reason="K_bs"), MeasureUnclear),
        (Measure("holiday", TODAY, date(2027, 1, 1), ("00000",)), PlaceNotFound),
    ],
)
def test_a_measure_says_what_its_kind_asks(database, measure, refusal):
    with database.begin() as tx, pytest.raises(refusal):
        measures.dry_run(tx, POLICY, measure, today=TODAY)


def test_an_unknown_measure_is_not_undone(database):
    with database.begin() as tx, pytest.raises(MeasureUnknown):
        undo(tx, 7)
