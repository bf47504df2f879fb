"""Worklists: against plain arithmetic, a loan on each and just off it, columns against engine."""

from datetime import date, timedelta
from operator import itemgetter

import pytest

from creditdesk import arrears, words, worklists
from creditdesk.arrears import Place
from creditdesk.communes import PlaceNotFound
from creditdesk.engine.days import next_session
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.watch import interest_unpaid
from creditdesk.worklists.looked import Found, Looked
from creditdesk.worklists.view import views
from tests import reference
from tests.builders import POLICY, a_book, a_contract, a_deed, a_loan, an_invented_book, enter
from tests.listed import BOOK, interest, listed, on_list

DAYS = (date(2024, 2, 29), date(2025, 12, 31), date(2026, 9, 30), date(2027, 4, 7))
ONE_DAY = timedelta(days=1)
INSTALMENTS_MOVE = {
    "signed_on": date(2026, 3, 2),
    "first_principal_on": date(2026, 5, 2),
    "every_months": 1,
    "due_on": date(2028, 3, 2),
}


def expected(book, day, amount_of):
    rows = []
    for contract, events in book:
        found = amount_of(contract, events, day)
        if found:
            rows.append((contract.commune, contract.group_no, contract.loan_no, *found))
    return sorted(rows, key=itemgetter(0, 1, 2))


def late(contract, events, day):
    now = reference.stand(contract, events, day)
    due_on = now["oldest_late_due_on"]
    return due_on and (now["late_principal"], now["days_late"], due_on)


def movable(contract, events, day):
    amount = reference.to_transfer(contract, events, day)
    return amount and (amount, *late(contract, events, day)[1:])


def due(contract, events, day):
    now = reference.stand(contract, events, day)
    paid, left, rows = now["principal_repaid"], now["outstanding"], []
    for due_on in sorted(now["planned"]):
        part = now["planned"][due_on]
        unpaid, paid = max(0, part - max(0, paid)), paid - part
        # What was written off falls due no more: what is owed pays the earliest instalments.
        owed = min(left, unpaid)
        left -= owed
        if owed and day < due_on <= day + timedelta(30):
            rows.append((owed, due_on))
    return rows and (sum(amount for amount, _ in rows), now["days_late"], rows[0][1])


@pytest.mark.parametrize(
    ("name", "amount_of"), [("late", late), ("to-transfer", movable), ("due", due)]
)
def test_a_worklist_lists_what_plain_arithmetic_says(database, name, amount_of):
    book = an_invented_book(11, count=24)
    with database.begin() as tx:
        a_book(tx, book)

    with database.read() as tx:
        found = {
            day: [
                (r.commune, r.group_no, r.loan_no, r.amount, r.days_late, r.due_on)
                for r in listed(tx, name, day)
            ]
            for day in DAYS
        }

    assert found == {day: expected(book, day, amount_of) for day in DAYS}
    assert any(found.values())


def test_a_worklist_tells_the_customer_of_each_loan(database):
    with database.begin() as tx:
        a_loan(tx, 1, customer_no="0000000042")

        (row,) = listed(tx, "late", date(2025, 1, 16))

    assert (row.customer_no, row.amount, row.days_late) == ("0000000042", 16_600_000, 1)


@pytest.mark.parametrize(
    ("code", "expected"),
    [(None, {"1", "2", "3"}), ("44", {"1", "2"}), ("19333", {"1"}), ("79", {"3"}), ("04", set())],
)
def test_a_worklist_is_of_a_place(database, code, expected):
    day = date(2025, 6, 30)
    with database.begin() as tx:
        for number, commune in ((1, "19333"), (2, "19363"), (3, "26506")):
            a_loan(tx, number, commune=commune, group_no=f"000000{number}")

        rows = listed(tx, "late", day, arrears.place_of(code, day))

    assert {row.loan_no[-1] for row in rows} == expected


def test_an_unknown_place_or_worklist_is_not_found(database):
    day = date(2025, 6, 30)
    with pytest.raises(PlaceNotFound):
        arrears.place_of("99999", day)
    with database.read() as tx, pytest.raises(worklists.WorklistUnknown) as refusal:
        listed(tx, "lost", day)
    assert refusal.value.facts["names"] == list(worklists.WORKLISTS)


def test_an_empty_book_has_nothing_on_any_list(database):
    with database.read() as tx:
        assert all(listed(tx, name, DAYS[0]) == () for name in worklists.WORKLISTS)
        assert set(worklists.counts(tx, POLICY, DAYS[0], BOOK).values()) == {(0, 0)}
        assert worklists.group_scores(tx, POLICY, DAYS[0], BOOK) == ()


def test_columns_and_engine_put_the_same_loans_on_a_list(database):
    book = an_invented_book(23, count=30, length=16)
    with database.begin() as tx:
        a_book(tx, book)

    with database.read() as tx:
        for day in DAYS:
            counted = worklists.counts(tx, POLICY, day, BOOK)
            for name in worklists.WORKLISTS:
                rows = listed(tx, name, day)
                found = (len(rows), sum(row.amount for row in rows))
                said = {code for row in rows for code in [*row.why, *row.why.get("faults", ())]}
                assert {f"why.{code}" for code in said} <= set(words.catalogue("vi"))
                assert counted[name] == found, (name, day)


# Of these the engine alone says who is on them, whatever the columns let through.
ENGINE = (
    *("late", "to-transfer", "due", "transfer-boxes", "overdue", "due-session"),
    *("due-next-month", "due-to-announce", "freeze-ending", "extension-possible"),
)


def at_the_session(loan):
    """Yield what the engine says that the next session should bring: columns alone tell it."""
    coming = next_session(loan.terms.session_day, loan.as_of)
    due = sum(row.unpaid for row in loan.instalments if row.due_on <= coming)
    principal = min(loan.outstanding - loan.frozen, due)
    late = min(principal, loan.late.principal)
    interest = interest_unpaid(loan.terms, loan.booked, coming, loan.as_of)
    if loan.outstanding and principal + interest.due:
        why = {
            "principal_late": late,
            "principal_due": principal - late,
            "interest": interest.due,
            "interest_grace": interest.grace,
        }
        yield Found(principal + interest.due, coming, why)


def test_a_session_is_told_by_columns_as_the_engine_tells_it(database):
    with database.begin() as tx:
        a_book(tx, an_invented_book(37, count=40, length=16))

        graced = late = 0
        for day in DAYS:
            (view,) = views(tx, POLICY, Place("44"), day)
            loans = arrears.candidates(tx, view.axes.ids.tolist(), day)
            expected = {
                loan.row.loan_no: (*one[:3], loan.late.days)
                for loan in (Looked(each, view) for each in loans)
                for one in at_the_session(loan)
            }
            rows = listed(tx, "due-session", day, Place("44"))
            graced += sum(row.why["interest_grace"] > 0 for row in rows)
            late += sum(row.days_late > 0 for row in rows)
            assert {
                row.loan_no: (row.amount, row.due_on, dict(row.why), row.days_late) for row in rows
            } == expected
    assert graced
    assert late


def test_the_columns_let_every_loan_through_that_the_engine_would_list(database):
    with database.begin() as tx:
        a_book(tx, an_invented_book(29, count=40, length=16))

        seen = set()
        for day in DAYS:
            (view,) = views(tx, POLICY, Place("44"), day)
            ids = view.axes.ids.tolist()
            loans = [Looked(each, view) for each in arrears.candidates(tx, ids, day)]
            for name in ENGINE:
                rows_of = worklists.WORKLISTS[name].rows or at_the_session
                asked = [(loan.row.loan_no, one.amount) for loan in loans for one in rows_of(loan)]
                rows = [(row.loan_no, row.amount) for row in listed(tx, name, day, Place("44"))]
                assert sorted(rows) == sorted(asked), (name, day)
                seen |= {name} if rows else set()
    assert seen == set(ENGINE)


def test_every_list_is_of_a_place_and_ordered(database):
    day = DAYS[2]
    with database.begin() as tx:
        a_book(tx, an_invented_book(31, count=30))

        places = {code: arrears.place_of(code, day) for code in PLACES}
        whole = {name: listed(tx, name, day) for name in worklists.WORKLISTS}
        parts = {
            (name, code): listed(tx, name, day, place)
            for name in worklists.WORKLISTS
            for code, place in places.items()
        }
        counted = {code: worklists.counts(tx, POLICY, day, at) for code, at in places.items()}

    for rows in whole.values():
        key = [(row.commune, row.group_no, row.loan_no) for row in rows]
        assert key == sorted(key)
    for (name, code), found in parts.items():
        assert found == tuple(row for row in whole[name] if row.commune == code)
        assert counted[code][name] == (len(found), sum(row.amount for row in found))


PLACES = ("19333", "19363", "19255", "26506")


def test_principal_of_next_month_is_listed_throughout_the_month_before(database):
    first, last = date(2025, 12, 1), date(2025, 12, 31)
    with database.begin() as tx:
        loan_no = a_loan(tx)
        enter(tx, loan_no, Event(date(2025, 6, 7), Kind.PRINCIPAL, 20_000_000, None, "TN1"))

        on = [on_list(tx, "due-next-month", day) for day in (first, last)]
        off = [on_list(tx, "due-next-month", day) for day in (first - ONE_DAY, last + ONE_DAY)]

    # Of the 16.6 million of 15 January 3.4 are paid ahead; heads of groups know 30 days before.
    why = {"paid_ahead": 3_400_000, "announce_by": date(2025, 12, 16)}
    assert on == [[("1", 13_200_000, date(2026, 1, 15), why)]] * 2
    assert off == [[], []]


def test_an_instalment_paid_ahead_is_not_listed(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        enter(tx, loan_no, Event(date(2025, 6, 7), Kind.PRINCIPAL, 33_200_000, None, "TN1"))

        assert on_list(tx, "due-next-month", date(2025, 12, 1)) == []


def test_a_month_is_announced_while_its_first_day_is_30_days_away(database):
    # January 2026: the first list that must name it is of 2 November, the last of 2 December.
    with database.begin() as tx:
        a_loan(tx)

        named = [
            bool(on_list(tx, "due-to-announce", day))
            for day in (
                date(2025, 11, 1),
                date(2025, 11, 2),
                date(2025, 12, 2),
                date(2025, 12, 3),
            )
        ]

    assert named == [False, True, True, False]


@pytest.mark.parametrize(
    ("day", "coming", "late", "due"),
    [
        (date(2025, 1, 6), date(2025, 1, 7), 0, 0),
        # The instalment of the 15th belongs to the session of 7 February.
        (date(2025, 1, 7), date(2025, 2, 7), 0, 16_600_000),
        (date(2025, 1, 15), date(2025, 2, 7), 0, 16_600_000),
        (date(2025, 1, 16), date(2025, 2, 7), 16_600_000, 0),
        (date(2026, 1, 10), date(2026, 2, 7), 16_600_000, 16_600_000),
    ],
)
def test_a_session_collects_what_is_late_and_due_and_the_interest(
    database, day, coming, late, due
):
    with database.begin() as tx:
        a_loan(tx)

        (row,) = on_list(tx, "due-session", day)

    earned = interest(50_000_000, (coming - date(2024, 1, 15)).days)
    why = {
        "principal_late": late,
        "principal_due": due,
        "interest": earned,
        "interest_grace": 0,
    }
    assert row == ("1", late + due + earned, coming, why)


def test_a_rate_decided_for_a_later_day_is_not_yet_reckoned_with(database):
    day, change = date(2026, 1, 10), date(2026, 1, 20)
    with database.begin() as tx:
        for number in (1, 2):
            a_loan(tx, number)
        rate = Event(change, Kind.RATE, 0, None, "LS1", None, 10_000_000, 13_000_000)
        enter(tx, a_contract(2).loan_no, rate)

        before, after = (
            [row.why["interest"] for row in listed(tx, "due-session", on)] for on in (day, change)
        )
        counted = [worklists.counts(tx, POLICY, on, BOOK)["due-session"] for on in (day, change)]
        rows = [listed(tx, "due-session", on) for on in (day, change)]

    assert before[0] == before[1]
    assert after[1] - after[0] == round(50_000_000 * 34 * 18 / 365_000)
    assert counted == [(2, sum(row.amount for row in found)) for found in rows]


def test_a_session_asks_no_frozen_principal(database):
    with database.begin() as tx:
        loan_no = a_loan(tx, drawn_on=date(2024, 1, 15))
        frozen = Event(date(2024, 1, 15), Kind.FREEZE, 50_000_000, date(2028, 1, 15), "KN1")
        enter(tx, loan_no, frozen)

        assert on_list(tx, "due-session", date(2026, 1, 20)) == []


def test_the_three_boxes_of_a_month(database):
    """Of 23 instalments of 2.1 million, those of 2 May and 2 June 2026; sessions on the 7th."""
    with database.begin() as tx:
        a_loan(tx, **INSTALMENTS_MOVE)

        def boxes(day):
            return [(row[3]["box"], row[1]) for row in on_list(tx, "transfer-boxes", day)]

        before = [boxes(day) for day in (date(2026, 4, 6), date(2026, 4, 7), date(2026, 5, 6))]
        missed = boxes(date(2026, 5, 7))
        arrears.transfer(tx, POLICY, session=date(2026, 5, 7), place=BOOK, deed=a_deed())
        moved = [boxes(day) for day in (date(2026, 5, 7), date(2026, 5, 31), date(2026, 6, 1))]

    assert before == [[], [(3, 2_100_000)], [(3, 2_100_000)]]
    assert missed == [(1, 2_100_000), (3, 2_100_000)]
    assert moved == [
        [(2, 2_100_000), (3, 2_100_000)],
        [(2, 2_100_000), (3, 2_100_000)],
        [(3, 2_100_000)],
    ]


def test_what_will_be_paid_later_is_not_known_to_an_earlier_day(database):
    with database.begin() as tx:
        loan_no = a_loan(tx, **INSTALMENTS_MOVE)
        enter(tx, loan_no, Event(date(2026, 5, 7), Kind.PRINCIPAL, 2_100_000, None, "TN1"))

        (row,) = on_list(tx, "transfer-boxes", date(2026, 5, 6))

    assert row == (
        *("1", 2_100_000, date(2026, 5, 2)),
        {"box": 3, "session": date(2026, 5, 7)},
    )


def test_overdue_debt_is_listed_from_its_transfer_until_it_is_paid(database):
    with database.begin() as tx:
        loan_no = a_loan(tx, **INSTALMENTS_MOVE)
        arrears.transfer(tx, POLICY, session=date(2026, 5, 7), place=BOOK, deed=a_deed())
        enter(tx, loan_no, Event(date(2026, 5, 20), Kind.PRINCIPAL, 2_100_000, None, "TN1"))

        days = (date(2026, 5, 6), date(2026, 5, 7), date(2026, 5, 19), date(2026, 5, 20))
        found = [[row[:3] for row in on_list(tx, "overdue", day)] for day in days]

    row = ("1", 2_100_000, date(2026, 5, 2))
    assert found == [[], [row], [row], []]


def test_a_group_collects_the_principal_of_next_month_and_the_interest_of_the_session(database):
    day = DAYS[1]
    with database.begin() as tx:
        a_book(tx, an_invented_book(41, count=40, length=16))

        due, asked, found = (
            {row.loan_no: row for row in listed(tx, name, day)}
            for name in ("due-next-month", "due-session", "collect-next-month")
        )
    interest = {no: row.why["interest"] for no, row in asked.items() if row.why["interest"]}
    halves = {
        no: (due[no].amount if no in due else 0, interest.get(no, 0))
        for no in due.keys() | interest.keys()
    }

    told = {
        no: (row.why["principal_next_month"], row.why["interest"]) for no, row in found.items()
    }
    assert told == halves
    assert all(row.amount == sum(halves[no]) for no, row in found.items())
    assert due.keys() & interest.keys()
