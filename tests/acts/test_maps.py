"""Maps of then and now: loans found where they are on a day, statements, and their bridge."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from creditdesk import (
    arrears,
    cards,
    loans,
    moves,
    records,
    standings,
    statements,
    users,
    worklists,
)
from creditdesk.arrears import Place
from creditdesk.communes import Map, PlaceNotFound
from creditdesk.db import Database
from creditdesk.engine.journal import Event, Kind
from creditdesk.geography import Commune
from creditdesk.moves import Change, Line
from creditdesk.statements import Question
from tests.builders import PLACES, POLICY, a_contract, a_loan, enter
from tests.keys import KEYS
from tests.moving import (
    AFTER,
    BEFORE,
    DAY,
    NEW,
    OLD,
    ORDER,
    OTHER,
    communes,
    decided,
    move_household,
    verified,
)


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
            late = worklists.worklist(tx, POLICY, "late", day, place)
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


def added(found, end):
    """Return the rows of a bridge added up by one end; households are distinct on either side."""
    sides = told((found.then, found.now)[end])
    return {
        code: statements.add(row.figures for row in found.rows if row.keys[end] == code)._replace(
            households=whole.households
        )
        for code, whole in sides.items()
    }


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
            assert (added(found, 0), added(found, 1)) == (told(found.then), told(found.now))
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


def test_every_act_finds_a_loan_in_the_heir_of_its_commune(database):
    move = former("all")
    with database.begin() as tx:
        a_loan_of_the_old_map(tx, move)
        loan_no, session = a_contract().loan_no, date(2027, 2, 7)
        enter(tx, loan_no, Event(date(2026, 6, 1), Kind.DRAW, 2_000_000, None, "GN2"))
        heir = Place(*PLACES.scope(move.new_code))

        due = worklists.worklist(tx, POLICY, "use-check-due", session, heir)
        found = arrears.due(tx, POLICY, session=session, place=heir)
        booked = arrears.transfer(tx, POLICY, session=session, place=heir, deed=decided())

        assert [(row.loan_no, row.commune) for row in due] == [(loan_no, move.new_code)]
        assert [one.loan_no for one in found] == [loan_no]
        assert [(one.loan_no, one.commune) for one in booked] == [(loan_no, move.new_code)]
        assert users.places.of_loan(tx, loan_no, session).commune == move.new_code
        assert users.places.of_loan(tx, loan_no, date(2025, 6, 30)).commune == move.old_code


def test_a_commune_that_was_split_stays_under_its_code_until_somebody_decides(database):
    move = former("part")
    with database.begin() as tx:
        a_loan_of_the_old_map(tx, move)
        made_at = datetime(2026, 11, 22, tzinfo=UTC)
        since, as_of = date(2026, 1, 1), AFTER

        def statement():
            question = Question(since, as_of)
            return statements.portfolio_statement(tx, POLICY, question, made_at=made_at)

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
        asked = Question(date(2026, 1, 1), BEFORE, place="44")
        made_at = datetime(2026, 11, 22, tzinfo=UTC)

        then = statements.portfolio_statement(tx, POLICY, asked, made_at=made_at)
        moved = replace(asked, map_of=DAY)
        now = statements.portfolio_statement(tx, POLICY, moved, made_at=made_at)

    assert (then.evidence.map_of, now.evidence.map_of) == (BEFORE, DAY)
    assert then.total == now.total
    assert then.evidence.digest != now.evidence.digest
    assert all(
        identity.holds for identity in (*then.evidence.identities, *now.evidence.identities)
    )


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
    database = Database(sqlite_url, KEYS)
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
