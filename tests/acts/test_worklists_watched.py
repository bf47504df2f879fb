"""Worklists of what is still or runs out: a loan on each, and just off it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from creditdesk import applications, cards, ledger, measures, repayments, standings, worklists
from creditdesk.arrears import Place
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from creditdesk.measures import Measure
from tests.builders import POLICY, a_deed, a_loan, enter
from tests.listed import BOOK, interest, listed, on_list

ONE_DAY = timedelta(days=1)


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


def test_what_was_written_off_falls_due_no_more(database):
    # Due 16.6 million in 2025, 16.6 million in 2026, 16.8 million in 2027; 20 million are owed.
    with database.begin() as tx:
        loan_no = a_loan(tx)
        enter(tx, loan_no, Event(date(2024, 6, 7), Kind.WRITE_OFF, 30_000_000, None, "XN1"))

        found = [
            [amount for _, amount, *_ in on_list(tx, name, day)]
            for day in (date(2024, 12, 20), date(2025, 12, 20), date(2026, 12, 20))
            for name in ("due", "due-next-month")
        ]

        offered = [
            cards.letters_due(cards.loan_card(tx, POLICY, loan_no, day), day)
            for day in (date(2024, 12, 20), date(2025, 12, 20), date(2026, 12, 20))
        ]

    assert found == [[16_600_000], [16_600_000], [3_400_000], [3_400_000], [], []]
    assert offered == [("due-notice",), ("due-notice",), ()]


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


def test_a_draw_is_listed_until_its_use_was_checked(database):
    drawn_on, checked_on = date(2026, 9, 15), date(2026, 10, 20)
    terms = {"signed_on": drawn_on, "first_principal_on": date(2027, 9, 15)}
    terms |= {"due_on": date(2029, 9, 15)}
    with database.begin() as tx:
        loan_no = a_loan(tx, **terms)
        found = {"found": "Chăn nuôi bò", "as_agreed": True, "deed": a_deed()}
        applications.check_use(tx, loan_no=loan_no, checked_on=checked_on, **found)

        days = (drawn_on - ONE_DAY, drawn_on, checked_on - ONE_DAY, checked_on)
        rows = [listed(tx, "use-check-due", day) for day in days]
        counted = worklists.counts(tx, POLICY, drawn_on, BOOK)["use-check-due"]

    told = [[(row.amount, row.due_on, row.days_late) for row in found] for found in rows]
    by = date(2026, 10, 15)
    assert told == [[], [(50_000_000, by, 0)], [(50_000_000, by, 4)], []]
    assert counted == (1, 50_000_000)


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


def test_all_members_of_a_group_count_also_where_a_list_is_narrowed(database):
    """Rules of savings-and-credit groups (limits.toml): five members, whatever they owe under."""
    with database.begin() as tx:
        for number in range(1, 6):
            a_loan(tx, number, programme="04" if number == 5 else "01")
        narrowed = Place(only=(("programme", ("01",)),))

        assert listed(tx, "groups-small", date(2024, 6, 30), narrowed) == ()


def test_a_direct_loan_is_of_no_group(database):
    with database.begin() as tx:
        a_loan(tx, trustee="99", group_no="", group_head="")

        assert listed(tx, "groups-small", date(2024, 6, 30)) == ()
        assert worklists.group_scores(tx, POLICY, date(2024, 6, 30), BOOK) == ()


HOLIDAY = Measure("holiday", date(2026, 9, 1), date(2026, 12, 31), ("19333",), ("01",))


def test_in_a_holiday_nobody_is_asked_for_interest_that_is_earned_all_the_same(database):
    during, after = date(2026, 9, 30), date(2027, 1, 31)
    with database.begin() as tx:
        a_loan(tx, due_on=date(2028, 1, 15), first_principal_on=None)
        asked = [on_list(tx, name, during) for name in ("interest-unpaid", "due-session")]
        deed = ledger.Deed("A", "2026-09-01T00:00:00+00:00", "B", "bão số 3", "3/QĐ", during)
        measures.take(tx, POLICY, HOLIDAY, today=during, deed=deed)
        spared = [on_list(tx, name, during) for name in ("interest-unpaid", "due-session")]
        later = on_list(tx, "interest-unpaid", after)
        earned = standings.standing(tx, "6600000000000001", after).interest_unpaid

    assert [len(rows) for rows in asked] == [1, 1]
    assert spared == [[], []]
    assert len(later) == 1
    assert earned > 0


def test_a_poor_households_house_is_not_asked_for_interest_in_its_first_five_years(database):
    terms = {"programme": "07", "rate": Decimal("0.03"), "first_principal_on": None}
    with database.begin() as tx:
        a_loan(tx, signed_on=date(2021, 3, 1), due_on=date(2036, 3, 1), **terms)

        found = [
            on_list(tx, "interest-unpaid", day) for day in (date(2026, 2, 28), date(2026, 3, 1))
        ]

    assert [len(rows) for rows in found] == [0, 1]
