"""Worklists: against plain arithmetic, a loan on each and just off it, columns against engine."""

from datetime import date, timedelta
from operator import itemgetter

import pytest

from creditdesk import arrears, repayments, words, worklists
from creditdesk.arrears import Place
from creditdesk.communes import PlaceNotFound
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from creditdesk.worklists.looked import Looked
from creditdesk.worklists.view import views
from tests import reference
from tests.builders import POLICY, a_book, a_contract, a_deed, a_loan, an_invented_book, enter

DAYS = (date(2024, 2, 29), date(2025, 12, 31), date(2026, 9, 30), date(2027, 4, 7))
BOOK = Place()
ONE_DAY = timedelta(days=1)
INSTALMENTS_MOVE = {
    "signed_on": date(2026, 3, 2),
    "first_principal_on": date(2026, 5, 2),
    "every_months": 1,
    "due_on": date(2028, 3, 2),
}


def listed(tx, name, day, place=BOOK):
    return worklists.worklist(tx, POLICY, name, day, place)


def on_list(tx, name, day):
    """Return (last digits of the loan, amount, due date, why) of the rows of a list."""
    return [
        (row.loan_no[-1:], row.amount, row.due_on, dict(row.why)) for row in listed(tx, name, day)
    ]


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
    paid, rows = now["principal_repaid"], []
    for due_on in sorted(now["planned"]):
        part = now["planned"][due_on]
        owed, paid = max(0, part - max(0, paid)), paid - part
        if owed > 0 and day < due_on <= day + timedelta(30):
            rows.append((min(owed, part), due_on))
    amount = min(now["outstanding"], sum(amount for amount, _ in rows))
    return amount and (amount, now["days_late"], rows[0][1])


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


def test_the_columns_let_every_loan_through_that_the_engine_would_list(database):
    with database.begin() as tx:
        a_book(tx, an_invented_book(29, count=40, length=16))

        seen = set()
        for day in DAYS:
            (view,) = views(tx, POLICY, Place("44"), day)
            ids = view.axes.ids.tolist()
            loans = [Looked(each, view) for each in arrears.candidates(tx, ids, day)]
            for name in ENGINE:
                asked = [
                    (loan.row.loan_no, one.amount)
                    for loan in loans
                    for one in worklists.WORKLISTS[name].rows(loan)
                ]
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


def interest(principal, days):
    return round(principal * 66 * days / 365_000)


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


def test_a_freeze_is_listed_60_days_before_its_end_and_until_it_is_ended(database):
    end = date(2027, 3, 1)
    with database.begin() as tx:
        loan_no = a_loan(tx)
        enter(tx, loan_no, Event(date(2024, 3, 1), Kind.FREEZE, 9_000_000, end, "KN1"))
        enter(tx, loan_no, Event(date(2027, 4, 1), Kind.UNFREEZE, 9_000_000, None, "HK1"))

        days = (date(2026, 12, 30), date(2026, 12, 31), date(2027, 3, 31), date(2027, 4, 1))
        found = [on_list(tx, "freeze-ending", day) for day in days]

    assert found == [
        [],
        [("1", 9_000_000, end, {"days_left": 60})],
        [("1", 9_000_000, end, {"days_left": -30})],
        [],
    ]


def test_an_extension_is_possible_from_30_days_before_the_end_to_half_the_term_after(database):
    # Three years to 15 January 2027: at most 18 months more.
    latest = {"extension_until": date(2028, 7, 15)}
    row = ("1", 50_000_000, date(2027, 1, 15), latest)
    with database.begin() as tx:
        loan_no = a_loan(tx)

        days = (date(2026, 12, 15), date(2026, 12, 16), date(2028, 7, 14), date(2028, 7, 15))
        found = [on_list(tx, "extension-possible", day) for day in days]
        extended = Event(date(2027, 1, 10), Kind.EXTEND, 0, date(2028, 1, 15), "GH1")
        enter(tx, loan_no, extended)
        again = [on_list(tx, "extension-possible", day) for day in (days[1], date(2027, 12, 16))]
        enter(tx, loan_no, Event(date(2028, 1, 10), Kind.EXTEND, 0, date(2028, 7, 15), "GH2"))
        used_up = on_list(tx, "extension-possible", date(2028, 7, 1))

    assert found == [[], [row], [row], []]
    assert again == [[row], [("1", 50_000_000, date(2028, 1, 15), latest)]]
    assert used_up == []


# Guidance 727/HD-NHCS: for 30 September the last transaction lies strictly before 30 June.
@pytest.mark.parametrize(
    ("paid_on", "day", "is_listed"),
    [
        (date(2026, 6, 30), date(2026, 9, 30), False),
        (date(2026, 6, 29), date(2026, 9, 30), True),
        (date(2026, 6, 29), date(2026, 9, 29), False),
    ],
)
def test_a_loan_is_inactive_when_no_money_passed_for_three_months(
    database, paid_on, day, is_listed
):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        enter(tx, loan_no, Event(paid_on, Kind.INTEREST, 100_000, None, "TL1"))

        found = on_list(tx, "inactive", day)

    row = ("1", 50_000_000, date(2027, 1, 15), {"last_transaction_on": paid_on})
    assert found == ([row] if is_listed else [])


def test_a_receipt_that_was_undone_is_no_transaction(database):
    day = date(2026, 9, 30)
    with database.begin() as tx:
        loan_no = a_loan(tx)
        enter(tx, loan_no, Event(date(2026, 9, 7), Kind.INTEREST, 100_000, None, "TL1"))
        before = on_list(tx, "inactive", day)
        repayments.reverse(tx, POLICY, receipt_no="TL1", deed=a_deed(ground="sửa"))

        (row,) = on_list(tx, "inactive", day)

    assert before == []
    assert row[3] == {"last_transaction_on": date(2024, 1, 15)}


def test_the_frozen_and_students_in_their_grace_are_not_inactive(database):
    with database.begin() as tx:
        frozen = a_loan(tx, 1)
        enter(tx, frozen, Event(date(2024, 3, 1), Kind.FREEZE, 1, date(2029, 3, 1), "KN1"))
        a_loan(tx, 2, programme="02", course_end_on=date(2025, 6, 30))
        a_loan(tx, 3, programme="09")

        found = [
            [row[0] for row in on_list(tx, "inactive", day)]
            for day in (date(2026, 6, 29), date(2026, 6, 30))
        ]

    assert found == [["3"], ["2", "3"]]


def test_a_contract_is_listed_as_undrawn_after_90_days(database):
    signed = date(2026, 1, 15)
    terms = {"signed_on": signed, "first_principal_on": date(2027, 1, 15)}
    terms |= {"due_on": date(2028, 1, 15)}
    with database.begin() as tx:
        a_loan(tx, 1, drawn=0, **terms)
        a_loan(tx, 2, drawn=1_000_000, **terms)

        found = [on_list(tx, "undrawn", day) for day in (date(2026, 4, 15), date(2026, 4, 16))]

    row = ("1", 50_000_000, date(2026, 4, 15), {"signed_on": signed})
    assert found == [[], [row]]


def test_interest_is_listed_when_any_of_it_is_three_months_old(database):
    start = date(2024, 1, 15)
    with database.begin() as tx:
        loan_no = a_loan(tx)

        found = [
            on_list(tx, "interest-unpaid", day) for day in (date(2024, 4, 15), date(2024, 4, 16))
        ]
        enter(tx, loan_no, Event(date(2024, 4, 20), Kind.INTEREST, 9_041, None, "TL1"))
        paid = [on_list(tx, "interest-unpaid", date(2024, 4, day)) for day in (19, 20, 21)]

    # 50 million at 6.6 % earn 9,041 a day; from 15 January to 16 April are 92 days.
    why = {"interest_unpaid": interest(50_000_000, 92), "unpaid_since": start}
    assert found == [[], [("1", 9_041, date(2027, 1, 15), why)]]
    assert [[row[1] for row in rows] for rows in paid] == [
        [interest(50_000_000, 4)],
        [interest(50_000_000, 5) - 9_041],
        [interest(50_000_000, 6) - 9_041],
    ]


def test_interest_of_the_grace_and_of_what_was_given_up_is_not_asked(database):
    with database.begin() as tx:
        a_loan(tx, 1, programme="02", course_end_on=date(2025, 6, 30))
        given_up = a_loan(tx, 2)
        enter(tx, given_up, Event(date(2025, 2, 1), Kind.WRITE_OFF, 50_000_000, None, "XN1"))
        repaid = a_loan(tx, 3)
        enter(tx, repaid, Event(date(2024, 1, 25), Kind.PRINCIPAL, 50_000_000, None, "TN1"))

        rows = on_list(tx, "interest-unpaid", date(2026, 6, 30))

    assert [row[:2] for row in rows] == [("3", interest(50_000_000, 10))]


def test_data_to_put_right_are_named_on_each_loan(database):
    day = date(2025, 1, 1)
    with database.begin() as tx:
        a_loan(tx, 1, id_no="044080000001")
        a_loan(tx, 2, id_no="044080000001", household_no="H2")
        a_loan(tx, 3, customer_no="0000000009", id_no="191234567", household_no="H2")
        a_loan(tx, 4, customer_no="0000000009", household_no="H2", group_no="9333002")
        a_loan(tx, 5, id_no="044080000005")
        a_loan(tx, 6, id_no="044080000001", drawn=0)

        rows = [row for row in listed(tx, "data-quality", day) if row.loan_no]
        while_valid = listed(tx, "data-quality", day - ONE_DAY)

    repeated, old = "identity-repeated", "identity-nine-digits"
    groups, household = "customer-in-two-groups", "household-two-borrowers"
    assert {row.loan_no[-1]: row.why["faults"] for row in rows} == {
        "1": [repeated],
        "2": [repeated, household],
        "3": [old, groups, household],
        "4": [old, groups, household],
    }
    assert not any(old in row.why["faults"] for row in while_valid)


@pytest.mark.parametrize(
    ("members", "fault"),
    [(4, "group-too-small"), (5, None), (60, None), (61, "group-too-large")],
)
def test_a_group_has_five_to_sixty_members(database, members, fault):
    with database.begin() as tx:
        for number in range(1, members + 1):
            a_loan(tx, number)
        a_loan(tx, 99, customer_no=f"{1:010d}")  # a second loan is no second member

        odd = listed(tx, "data-quality", date(2024, 6, 30))
        small = listed(tx, "groups-small", date(2024, 6, 30))

    why = {"members": members, "faults": [fault]}
    group = worklists.WorklistRow(
        "", "", "19333", "9333001", Dong((members + 1) * 50_000_000), 0, None, why
    )
    assert odd == ((group,) if fault else ())
    assert small == ((group,) if fault == "group-too-small" else ())


def test_a_direct_loan_is_of_no_group(database):
    with database.begin() as tx:
        a_loan(tx, trustee="99", group_no="", group_head="")

        assert listed(tx, "groups-small", date(2024, 6, 30)) == ()
        assert worklists.group_scores(tx, POLICY, date(2024, 6, 30), BOOK) == ()
