"""Moves of loans: each act, each refusal, and what is taken back."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from creditdesk import (
    closing,
    households,
    ledger,
    months,
    moves,
    records,
)
from creditdesk.communes import PlaceNotFound
from creditdesk.engine.journal import Event, Kind
from creditdesk.moves import Change, Line, Order
from creditdesk.whereabouts import MoveNotFound
from tests.builders import a_contract, a_deed, a_loan, enter
from tests.moving import (
    AFTER,
    BEFORE,
    DAY,
    NEW,
    OLD,
    ORDER,
    OTHER,
    THERE,
    communes,
    decided,
    dry,
    move_household,
    place_of,
    verified,
)


def test_a_household_is_elsewhere_from_the_day_on_and_before_it_where_it_was(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        a_loan(tx, 2)

        found = move_household(tx, order=Order(DAY, decided(checked_by="")))

        assert place_of(tx, loan_no, BEFORE) == (OLD, "19333001", "9333001", "004403", 7)
        assert place_of(tx, loan_no, DAY) == (NEW, "19333001", "9333001", "004403", 20)
        assert communes(tx, BEFORE) == {OLD: 2}
        assert communes(tx, DAY) == {OLD: 1, NEW: 1}
        assert verified(tx) == []
    assert [row._asdict() for row in found.communes] == [
        {
            "commune_from": OLD,
            "commune_to": NEW,
            "loans": 1,
            "households": 1,
            "outstanding": 50_000_000,
        }
    ]


def test_the_contract_says_what_it_said(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        before = records.loans.find_loan(tx, loan_no)

        move_household(tx)

        assert records.loans.find_loan(tx, loan_no) == before


def test_the_newest_move_on_or_before_a_day_holds(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        move_household(tx)
        move_household(tx, to=Change(commune=OTHER), order=Order(date(2026, 5, 1), decided()))
        again = Order(date(2026, 5, 1), decided())
        move_household(tx, to=Change(session_day=9), order=again)

        held = [place_of(tx, loan_no, date(2026, month, 1))[::4] for month in (2, 3, 4, 5)]

    assert held == [(OLD, 7), (NEW, 20), (NEW, 20), (OTHER, 9)]


def test_the_same_move_again_moves_nothing(database):
    with database.begin() as tx:
        a_loan(tx)
        first = move_household(tx)

        again = move_household(tx)

        assert first.act_id is not None
        assert (again.act_id, again.loans) == (None, ())


def test_a_trial_shows_the_move_and_writes_nothing(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
    with database.read() as tx:
        trial = move_household(tx, order=dry())
        assert place_of(tx, loan_no, AFTER)[0] == OLD
    with database.begin() as tx:
        assert replace(move_household(tx), act_id=None) == trial


def test_a_group_moves_with_its_open_loans_and_its_trustee_stays(database):
    with database.begin() as tx:
        two = [a_loan(tx, 1), a_loan(tx, 2)]
        elsewhere = a_loan(tx, 3, group_no="9333002")
        later = a_loan(tx, 4, signed_on=date(2026, 4, 1), first_principal_on=None)

        moves.move_group(tx, group_no="9333001", to=THERE, order=ORDER)

        at = {no: place_of(tx, no, AFTER)[0] for no in (*two, elsewhere, later)}
        assert at == {two[0]: NEW, two[1]: NEW, elsewhere: OLD, later: OLD}
        assert {row.trustee for row in records.loans.loans_by_id(tx, [1, 2])} == {"12"}


def test_what_was_repaid_stays_in_the_books_of_where_it_was(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        repay(tx, loan_no, 50_000_000, date(2026, 1, 10))

        with pytest.raises(moves.NothingToMove):
            move_household(tx)


def repay(tx, loan_no, amount, day):
    enter(tx, loan_no, Event(day, Kind.PRINCIPAL, amount, None, f"TG/{loan_no}"))


def test_a_village_moves_with_all_that_was_ever_lent_there(database):
    with database.begin() as tx:
        closed, running = a_loan(tx, 1), a_loan(tx, 2)
        repay(tx, closed, 50_000_000, date(2026, 1, 10))
        later = a_loan(tx, 3, signed_on=date(2026, 4, 1), first_principal_on=None)

        found = moves.move_village(
            tx, village_code="19333001", to=Change(commune=NEW), order=ORDER
        )

        assert [loan.since for loan in found.loans] == [DAY, DAY, date(2026, 4, 1)]
        assert place_of(tx, running, DAY)[0] == place_of(tx, closed, DAY)[0] == NEW
        assert (place_of(tx, later, DAY)[0], place_of(tx, later, AFTER)[0]) == (OLD, OLD)
        assert place_of(tx, later, date(2026, 4, 1))[0] == NEW
        assert verified(tx) == []


def test_a_commune_is_drawn_anew_by_villages_and_the_rest(database):
    with database.begin() as tx:
        for number in (1, 2, 3):
            a_loan(tx, number, village_code=f"1933300{number}")
        lines = [
            Line(NEW, village_code="19333001"),
            Line(OTHER, village_code="19333002", office="004404"),
            Line("19360", from_commune=OLD),
        ]

        moves.move_communes(tx, lines=lines, order=ORDER)

        assert communes(tx, BEFORE) == {OLD: 3}
        assert communes(tx, DAY) == {NEW: 1, OTHER: 1, "19360": 1}
        assert place_of(tx, a_contract(2).loan_no, DAY)[3] == "004404"


LINES = [
    [Line(NEW)],
    [Line(NEW, "19333001", OLD)],
    [Line(NEW, "19333001"), Line(OTHER, "19333001")],
    [Line("", "19333001")],
]


@pytest.mark.parametrize("lines", LINES)
def test_a_line_of_a_new_map_is_clear(database, lines):
    with database.begin() as tx, pytest.raises(moves.LineUnclear):
        moves.move_communes(tx, lines=lines, order=ORDER)


@pytest.mark.parametrize(
    ("to", "refusal"),
    [
        (Change(), moves.MoveWithoutPlace),
        (Change(commune="1933"), moves.PlaceCodeInvalid),
        (Change(village_code="thôn"), moves.PlaceCodeInvalid),
        (Change(office="0044031"), moves.PlaceCodeInvalid),
        (Change(session_day=29), moves.PlaceCodeInvalid),
        (Change(commune="99999"), PlaceNotFound),
        (Change(commune="26506"), moves.OtherProvince),
        (Change(group_no="9999999"), moves.GroupNotFound),
        (Change(group_no="9333011"), households.GroupElsewhere),
    ],
)
def test_a_place_is_one_that_there_is(database, to, refusal):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        a_loan(tx, 2, trustee="11", group_no="9333011")

        for order in (ORDER, dry()):
            with pytest.raises(refusal):
                move_household(tx, to=to, order=order)

        assert place_of(tx, loan_no, AFTER)[0] == OLD
        assert records.moves.newest(tx, "44")[1] == 0


def test_a_household_comes_into_another_group_of_its_trustee(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        a_loan(tx, 2, group_no="9333002")

        move_household(tx, to=Change(group_no="9333002"))

        assert place_of(tx, loan_no, DAY)[2] == "9333002"


@pytest.mark.parametrize(
    "act",
    [
        lambda tx: move_household(tx, 9),
        lambda tx: moves.move_group(tx, group_no="9999999", to=THERE, order=ORDER),
        lambda tx: moves.move_village(tx, village_code="99999999", to=THERE, order=ORDER),
        lambda tx: move_household(tx, order=Order(date(2024, 1, 14), decided())),
    ],
)
def test_there_is_something_to_move(database, act):
    with database.begin() as tx:
        a_loan(tx)

        with pytest.raises(moves.NothingToMove):
            act(tx)


def test_more_than_one_household_needs_two_people(database):
    alone = Order(DAY, decided(checked_by=""))
    with database.begin() as tx:
        a_loan(tx, 1)
        a_loan(tx, 2)

        with pytest.raises(ledger.CheckerMissing):
            moves.move_group(tx, group_no="9333001", to=THERE, order=alone)
        same = Order(DAY, decided("an", "an"))
        with pytest.raises(ledger.SamePerson):
            moves.move_group(tx, group_no="9333001", to=THERE, order=same)


def test_a_move_states_its_ground(database):
    with database.begin() as tx:
        a_loan(tx)

        with pytest.raises(ledger.GroundMissing):
            move_household(tx, order=Order(DAY, a_deed()))


def test_what_a_closed_month_told_is_not_moved(database):
    with database.begin() as tx:
        a_loan(tx)
        march = {"month": "2026-03", "today": date(2026, 11, 22), "moment": "2026-11-22"}
        act_id = move_household(tx).act_id
        closing.close_month(tx, **march)

        for day in (DAY, AFTER):
            order = Order(day, decided())
            with pytest.raises(months.MonthsClosed):
                move_household(tx, to=Change(commune=OTHER), order=dry(order))
        with pytest.raises(months.MonthsClosed):
            moves.undo(tx, act_id=act_id, deed=decided())
        order = Order(date(2026, 4, 1), decided())
        assert move_household(tx, to=Change(commune=OTHER), order=order).loans


def test_a_loan_is_not_moved_behind_a_later_move(database):
    with database.begin() as tx:
        a_loan(tx)
        move_household(tx, to=Change(commune=NEW, village_code="19351001"))

        with pytest.raises(moves.MovedLater):
            move_household(tx, order=Order(BEFORE, decided()))
        order = Order(BEFORE, decided())
        with pytest.raises(moves.MovedLater):  # it came into the village later
            moves.move_village(tx, village_code="19351001", to=Change(commune=OTHER), order=order)


def test_a_move_taken_back_is_as_if_it_had_never_been(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        a_loan(tx, 2)
        act_id = moves.move_group(tx, group_no="9333001", to=THERE, order=ORDER).act_id

        with pytest.raises(ledger.CheckerMissing):
            moves.undo(tx, act_id=act_id, deed=decided(checked_by=""))
        found = moves.undo(tx, act_id=act_id, deed=decided())

        assert place_of(tx, loan_no, AFTER) == place_of(tx, loan_no, BEFORE)
        assert communes(tx, AFTER) == {OLD: 2}
        assert [(row.commune_from, row.commune_to) for row in found.communes] == [(NEW, OLD)]
        # It is entered anew with its true, earlier day.
        moves.move_group(tx, group_no="9333001", to=THERE, order=Order(BEFORE, decided()))
        assert communes(tx, BEFORE) == {NEW: 2}
        assert verified(tx) == []


def test_only_a_move_that_holds_can_be_taken_back(database):
    with database.begin() as tx:
        a_loan(tx)
        first, second = move_household(tx), move_household(tx, to=Change(commune=OTHER))

        with pytest.raises(moves.MovedLater):
            moves.undo(tx, act_id=first.act_id, deed=decided())
        undone = moves.undo(tx, act_id=second.act_id, deed=decided())
        with pytest.raises(moves.MoveTakenBack):
            moves.undo(tx, act_id=second.act_id, deed=decided())
        for no_move in (undone.act_id, 1):
            with pytest.raises(MoveNotFound):
                moves.undo(tx, act_id=no_move, deed=decided())
        moves.undo(tx, act_id=first.act_id, deed=decided())

        assert communes(tx, AFTER) == {OLD: 1}
        assert verified(tx) == []


def test_two_who_move_the_same_loans_take_turns(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
    with ThreadPoolExecutor() as pool:
        with database.begin() as tx:
            move_household(tx)
            second = pool.submit(_move_on, database)
        found = second.result()

    # Whoever comes second sees what the first has done, and moves on from there.
    assert found.communes[0].commune_from == NEW
    with database.read() as tx:
        assert place_of(tx, loan_no, DAY)[0] == OTHER
        assert verified(tx) == []


def _move_on(database):
    with database.begin() as tx:
        return move_household(tx, to=Change(commune=OTHER))
