"""Moves of loans: each act and each refusal; where loans are found; bridges between two maps."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from creditdesk import (
    arrears,
    audit,
    cards,
    closing,
    households,
    ledger,
    loans,
    months,
    moves,
    records,
    standings,
    statements,
)
from creditdesk.communes import Map, PlaceNotFound
from creditdesk.db import Database
from creditdesk.engine.journal import Event, Kind
from creditdesk.geography import Commune
from creditdesk.moves import Change, Line, Order
from creditdesk.statements import Question
from tests.builders import PLACES, POLICY, a_contract, a_deed, a_loan, enter

DAY = date(2026, 3, 1)
BEFORE, AFTER = date(2026, 2, 28), date(2026, 3, 31)
OLD, NEW, OTHER = "19333", "19351", "19363"
THERE = Change(commune=NEW, session_day=20)


def decided(by="nguoi-lap", checked_by="kiem-soat"):
    return a_deed(by, checked_by, ground="Nghị quyết 12/NQ-HĐND")


ORDER = Order(DAY, decided())


def dry(order=ORDER):
    return replace(order, dry=True)


def place_of(tx, loan_no, day):
    row = records.moves.find_loan_on(tx, loan_no, day)
    return tuple(getattr(row, name) for name in records.moves.PLACE)


def communes(tx, day, as_of=AFTER, **asked):
    question = Question(date(2026, 1, 1), as_of, map_of=day, **asked)
    book = statements.portfolio(tx, POLICY, question)
    return {row.keys[0]: row.figures.loans for row in book.rows}


def verified(tx):
    return audit.verify(tx, POLICY).faults


def move_household(tx, number=1, to=THERE, order=ORDER):
    return moves.move_household(tx, household_no=f"{number:010d}", to=to, order=order)


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
            with pytest.raises(moves.MoveNotFound):
                moves.undo(tx, act_id=no_move, deed=decided())
        moves.undo(tx, act_id=first.act_id, deed=decided())

        assert communes(tx, AFTER) == {OLD: 1}
        assert verified(tx) == []


def test_a_loan_is_found_where_it_is_on_the_day(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        move_household(tx)

        for day, commune, elsewhere, session in ((BEFORE, OLD, NEW, 7), (DAY, NEW, OLD, 20)):
            listed = [
                [line.loan_no for line in cards.commune_loans(tx, POLICY, code, day)]
                for code in (commune, elsewhere)
            ]
            assert listed == [[loan_no], []]
            card = cards.loan_card(tx, POLICY, loan_no, day)
            assert (card.commune, card.session_day) == (commune, session)
            place = arrears.place_of(commune, day)
            late = arrears.worklist(tx, POLICY, "late", day, place)
            assert [(row.loan_no, row.commune) for row in late] == [(loan_no, commune)]
            assert cards.communes_of(tx, "44", day) == (commune,)


def test_debt_moves_to_overdue_at_the_session_of_where_the_loan_is(database):
    with database.begin() as tx:
        loan_no = a_loan(tx, first_principal_on=None, due_on=date(2026, 2, 10))
        move_household(tx)

        def moved(day):
            place = arrears.Place()
            return arrears.transfer(tx, POLICY, session=day, place=place, deed=decided())

        assert moved(date(2026, 3, 7)) == ()
        (one,) = moved(date(2026, 3, 20))
    assert (one.loan_no, one.commune) == (loan_no, NEW)


def test_a_portfolio_by_the_map_then_knows_no_later_move(database):
    with database.begin() as tx:
        a_loan(tx)
        question = Question(date(2026, 1, 1), BEFORE)
        before = statements.portfolio(tx, POLICY, question)

        move_household(tx)

        assert statements.portfolio(tx, POLICY, question) == before
        now = statements.portfolio(tx, POLICY, replace(question, map_of=DAY))
        assert [row.keys for row in now.rows] == [(NEW,)]
        assert now.total == before.total


def told(rows):
    return {row.keys[0]: row.figures for row in rows}


def test_a_bridge_leads_from_one_statement_to_the_other(database):
    with database.begin() as tx:
        a_loan(tx, 1, household_no="H1")
        a_loan(tx, 2, household_no="H1", village_code="19333002")
        a_loan(tx, 3, commune=OTHER, village_code="19363001", group_no="9363001")
        moves.move_village(tx, village_code="19333002", to=Change(commune=OTHER), order=ORDER)
        question = Question(date(2026, 1, 1), AFTER, map_of=AFTER)

        for place in (None, "44", OLD, OTHER):
            asked = replace(question, place=place)
            found = statements.bridge(tx, asked, then=BEFORE)
            now = statements.portfolio(tx, POLICY, asked)
            then = statements.portfolio(tx, POLICY, replace(asked, map_of=BEFORE))

            assert (told(found.then), told(found.now)) == (told(then.rows), told(now.rows))
            for end, side in ((0, found.then), (1, found.now)):
                for row in side:
                    parts = [r.figures for r in found.rows if r.keys[end] == row.keys[0]]
                    whole = replace(statements.add(parts), households=row.figures.households)
                    assert whole == row.figures
        assert [row.keys for row in statements.bridge(tx, question, then=BEFORE).rows] == [
            (OLD, OLD),
            (OLD, OTHER),
            (OTHER, OTHER),
        ]


def test_an_empty_book_has_a_bridge_of_nothing(database):
    with database.read() as tx:
        found = statements.bridge(tx, Question(DAY, AFTER), then=BEFORE)

    assert (found.rows, found.then, found.now, found.total.loans) == ((), (), (), 0)


def former(people):
    """Return where people of a former commune went whose code is no longer in use."""
    return next(
        move
        for move in PLACES.geography.mergers
        if move.old_code not in PLACES.communes and move.people == people
    )


def of_old_map(move):
    """Return today's map with a former commune added to it, as if files could still name it."""
    province = PLACES.commune(move.new_code).province
    unit = Commune(move.old_code, "Phường cũ", "phuong", province, date(2025, 7, 1), None)
    geography = replace(PLACES.geography, communes=(*PLACES.geography.communes, unit))
    return Map(geography, PLACES.day)


def a_loan_of_the_old_map(tx, move):
    contract = replace(a_contract(), commune=move.old_code)
    loans.sign(tx, POLICY, of_old_map(move), contract=contract, deed=decided())
    enter(tx, contract.loan_no, Event(date(2024, 1, 15), Kind.DRAW, 1_000_000, None, "GN1"))


def test_a_commune_whose_people_all_went_to_one_is_found_there_from_that_day_on(database):
    move = former("all")
    with database.begin() as tx:
        a_loan_of_the_old_map(tx, move)

        assert communes(tx, date(2025, 6, 30)) == {move.old_code: 1}
        assert communes(tx, date(2025, 7, 1)) == {move.new_code: 1}
        assert communes(tx, None, place=move.new_code) == {move.new_code: 1}


def test_a_commune_that_was_split_stays_under_its_code_until_somebody_decides(database):
    move = former("part")
    with database.begin() as tx:
        a_loan_of_the_old_map(tx, move)
        made_at = datetime(2026, 11, 22, tzinfo=UTC)
        since, as_of = date(2026, 1, 1), AFTER

        def statement():
            return statements.portfolio_statement(
                tx, POLICY, since=since, as_of=as_of, place=None, made_at=made_at
            )

        (section,) = statement().sections
        assert (section.kind, section.subtotal.loans) == ("cu", 1)
        assert section.rows[0].keys == (move.old_code,)
        assert section.rows[0].names != section.rows[0].keys
        lines = [Line(move.new_code, village_code="19333001")]
        moves.move_communes(tx, lines=lines, order=ORDER)
        assert [row.keys for part in statement().sections for row in part.rows] == [
            (move.new_code,)
        ]


def test_a_loan_in_a_commune_that_is_no_more_moves_with_its_commune_told(database):
    move = former("part")
    with database.begin() as tx:
        a_loan_of_the_old_map(tx, move)

        with pytest.raises(PlaceNotFound):
            move_household(tx, to=Change(session_day=9))


def test_a_statement_tells_its_map(database):
    with database.begin() as tx:
        a_loan(tx)
        move_household(tx)
        asked = {"since": date(2026, 1, 1), "as_of": BEFORE, "place": "44"}
        made_at = datetime(2026, 11, 22, tzinfo=UTC)

        then = statements.portfolio_statement(tx, POLICY, **asked, made_at=made_at)
        now = statements.portfolio_statement(tx, POLICY, **asked, made_at=made_at, map_of=DAY)

    assert (then.map_of, now.map_of) == (BEFORE, DAY)
    assert then.total == now.total
    assert then.digest != now.digest
    assert all(identity.holds for identity in (*then.identities, *now.identities))


def test_a_province_without_moves_reads_its_loans_once(database):
    with database.begin() as tx:
        a_loan(tx)
    asked = []
    with database.read() as tx:
        signed = standings.axes(tx, "44")
        sa.event.listen(tx, "before_cursor_execute", lambda *said: asked.append(said[2]))

        assert standings.axes(tx, "44", AFTER) is signed
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"province": "79"}, "place-of-another-province"),
        ({"commune": "99999"}, "place-not-on-the-map"),
        ({"commune": "26506"}, "place-not-on-the-map"),
        ({"since": date(2023, 1, 1)}, "place-before-signing"),
        ({"mirrors": 1}, "mirror-does-not-reflect"),
        ({"loan_id": 987_654}, "place-without-loan"),
    ],
)
def test_verify_finds_a_place_that_cannot_be(sqlite_url, changed, why):
    database = Database(sqlite_url)
    with database.begin() as tx:
        a_loan(tx)
        move_household(tx)
        move_household(tx, to=Change(commune=OTHER))
        assert verified(tx) == []
    with database.engine.connect() as tx:
        tx.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")
        with tx.begin():
            tx.exec_driver_sql("DROP TRIGGER append_only_loan_place_update")
            table = records.moves.loan_place
            tx.execute(sa.update(table).where(table.c.id == 2).values(**changed))
            assert [fault["why"] for fault in verified(tx)] == [why]
    database.close()
