"""A student from the first term to the last repayment: eight draws, a year of leave, a debt."""

from fractions import Fraction

LOAN = "6600000000000001"

DECIDED = "--by can-bo --checked-by giam-doc --document 3/QĐ-NHCS --json"


def interest(rate, *stretches):
    """Return the interest [dong] of (millions, days) at a rate in hundred-thousandths a year."""
    exact = Fraction(sum(millions * days for millions, days in stretches) * 10 * rate, 365)
    return int(exact + Fraction(1, 2))


def draw(desk, day, amount, expect=0):
    return desk(
        f"draw {LOAN} --amount {amount} --day {day} --receipt GN-{day} --by thu-ngan --json",
        expect,
    )


def receive(desk, day, principal=0, interest=0):
    return desk(
        f"receive {LOAN} --principal {principal} --interest {interest} --day {day} "
        f"--receipt PT-{day} --by thu-ngan --json"
    )


def standing(desk, day):
    return desk(f"standing {LOAN} --as-of {day} --json")


def total(desk, since, day):
    return desk(f"portfolio --from {since} --as-of {day} --by programme --json")["total"]


def unpaid(desk, day):
    interest = desk(f"payoff {LOAN} --day {day} --json")["interest"]
    return {kind: interest[kind] for kind in ("in_term", "overdue", "grace")}


def sign_for_the_student(desk):
    # A poor household of the commune's list asks for forty months of its child's study.
    desk(
        "household classify H1 --commune 19333 --standing HN --since 2020-01-01 "
        "--list 7/DS-UBND --list-on 2019-12-20 --by can-bo --json"
    )
    form = (
        "apply SV1 --customer 0000000001 --name 'Nguyễn Thị Mẹ (minh họa)' --household H1 "
        "--programme 02 --trustee 12 --group 9333001 --group-head 'Tổ trưởng (minh họa)' "
        "--commune 19333 --office 004403 --session-day 7 --day 2020-09-03 --months 81 --every 6 "
        "--purpose 'Chi phí học tập của con' --learner 20T1 --course-end 2024-06-30 "
        "--study-months 40 --by to-truong --json --amount "
    )
    refused = desk(form + "100000001", expect=1)["facts"]["reasons"]
    assert [(one["code"], one["ceiling"]) for one in refused] == [("above-ceiling", 100_000_000)]
    desk(form + "100000000")

    # The group and the commune speak; the bank approves and tells the day of the first draw.
    desk("application review SV1 --day 2020-09-07 --document BB-1 --by to-truong --json")
    desk("application list SV1 --day 2020-09-08 --document 03TD-1 --by to-truong --json")
    desk(
        "application confirm --list 03TD-1 --day 2020-09-15 --document 5/UBND "
        "--document-on 2020-09-15 --by ubnd --json"
    )
    desk("application appraise SV1 --day 2020-09-17 --by can-bo --json")
    desk("application approve SV1 --day 2020-09-18 --by giam-doc --json")
    desk(
        "application notify SV1 --day 2020-09-21 --document 04TD-1 --draw-on 2020-10-07 "
        "--at 'Điểm giao dịch Đông Hà' --by can-bo --json"
    )
    desk(f"application sign SV1 {LOAN} --day 2020-10-07 --due 2027-06-30 --by can-bo --json")
    assert standing(desk, "2020-10-07")["due_on"] == "2027-06-30"


def study_two_years(desk):
    # Once a term, six months at most of 2.5 million a month.
    draw(desk, "2020-10-07", 9_000_000)
    assert draw(desk, "2020-12-07", 1_000_000, expect=1)["code"] == "term-drawn"
    assert draw(desk, "2021-03-07", 15_000_001, expect=1)["facts"]["most"] == 15_000_000
    for day in ("2021-03-07", "2021-10-07", "2022-03-07"):
        draw(desk, day, 9_000_000)


def go_on_leave(desk):
    # A year of leave: looked at first, decided by two people, never by one.
    leave = f"decide leave {LOAN} --day 2022-08-15 --course-end-on 2025-06-30 --ground 'Bảo lưu'"
    seen = desk(f"{leave} --document-on 2022-08-15 {DECIDED} --preview")
    assert (seen["before"]["due_on"], seen["after"]["due_on"]) == ("2027-06-30", "2028-06-30")
    desk(f"{leave} --document-on 2022-08-15 --document 3 --by can-bo --json", expect=1)
    desk(f"{leave} --document-on 2022-08-15 {DECIDED}")

    # Every due date moved with the course: the first one to twelve months after its new end.
    held = standing(desk, "2022-12-31")
    assert (held["extended_to"], held["next_due_on"]) == ("2028-06-30", "2026-06-30")

    # 9 million for 151 days, 18 for 214, 27 for 151, 36 since 7 March 2022: 299 days.
    grace = interest(6_600, (9, 151), (18, 214), (27, 151), (36, 299))
    assert held["interest_earned"] == {"in_term": 0, "overdue": 0, "grace": grace}
    assert (held["outstanding"], held["late_principal"]) == (36_000_000, 0)
    year = total(desk, "2022-01-01", "2022-12-31")
    assert (year["drawn"], year["outstanding"]) == (9_000_000, 36_000_000)
    assert year["interest_unpaid"] == grace


def study_to_the_end(desk):
    # Four million a month since 19 May 2022: sixteen million were too much before.
    for day in ("2023-10-07", "2024-03-07", "2024-10-07"):
        draw(desk, day, 16_000_000)
    assert draw(desk, "2025-03-07", 16_000_001, expect=1)["code"] == "above-approved"
    assert draw(desk, "2025-07-07", 16_000_000, expect=1)["code"] == "course-over"
    draw(desk, "2025-03-07", 16_000_000)

    # Nothing is late and nothing was capitalised; all interest is that of the grace.
    held = standing(desk, "2026-06-29")
    assert (held["outstanding"], held["late_principal"]) == (100_000_000, 0)
    assert held["interest_earned"]["in_term"] == 0
    assert desk("worklist late --as-of 2026-06-30 --json")["rows"] == []


STUDIED = ((9, 151), (18, 214), (27, 151), (36, 579), (52, 152), (68, 214), (84, 151), (100, 480))


def repay(desk):
    grace = interest(6_600, *STUDIED)
    assert unpaid(desk, "2026-06-30") == {"in_term": 0, "overdue": 0, "grace": grace}

    # Twenty million each half-year; the first money for interest is that of the term.
    receive(desk, "2026-06-30", 20_000_000)
    in_term = interest(6_600, (80, 183))
    receive(desk, "2026-12-30", 20_000_000, 5_000_000)
    assert unpaid(desk, "2026-12-30") == {
        "in_term": 0,
        "overdue": 0,
        "grace": grace + in_term - 5_000_000,
    }
    half = total(desk, "2026-07-01", "2026-12-31")
    assert (half["principal_collected"], half["interest_collected"]) == (20_000_000, 5_000_000)
    assert (half["outstanding"], half["in_term"], half["overdue"]) == (
        60_000_000,
        60_000_000,
        0,
    )
    assert half["interest_unpaid"] == grace + interest(6_600, (80, 183), (60, 1)) - 5_000_000
    receive(desk, "2027-06-30", 20_000_000)
    receive(desk, "2027-12-30", 20_000_000)


def be_late_and_close(desk):
    # The last twenty million are missed; the session of 7 July moves them.
    assert desk("worklist late --as-of 2028-07-01 --json")["total"] == 20_000_000
    desk("transfer --session 2028-07-07 --by can-bo --checked-by giam-doc --json")
    july = total(desk, "2028-01-01", "2028-07-31")
    assert (july["outstanding"], july["in_term"], july["overdue"]) == (20_000_000, 0, 20_000_000)
    assert (july["principal_collected"], july["loans_late"]) == (0, 1)

    # In term 80 million for 183 days, 60 for 182, 40 for 183, 20 for 190; then overdue for 31.
    # What was collected counts for the overdue first, then for the term, then for the grace.
    grace, overdue = interest(6_600, *STUDIED), interest(8_580, (20, 31))
    in_term = interest(6_600, (80, 183), (60, 182), (40, 183), (20, 190))
    left = overdue + in_term - 5_000_000
    assert unpaid(desk, "2028-08-07") == {"in_term": left, "overdue": 0, "grace": grace}
    receive(desk, "2028-08-07", 20_000_000, left + 1_000_000)
    still = {"in_term": 0, "overdue": 0, "grace": grace - 1_000_000}
    assert unpaid(desk, "2028-08-07") == still

    # All principal is repaid; the interest of the grace is owed yet, and earns nothing.
    assert unpaid(desk, "2028-12-07") == still
    receive(desk, "2028-12-07", interest=grace - 1_000_000)
    closed = standing(desk, "2028-12-07")
    assert (closed["status"], closed["outstanding"], closed["interest_unpaid"]) == ("closed", 0, 0)
    assert closed["interest_collected"] == grace + in_term + overdue
    assert desk("verify --json")["holds"]


def test_a_student_from_the_first_term_to_the_last_repayment(desk):
    sign_for_the_student(desk)
    study_two_years(desk)
    go_on_leave(desk)
    study_to_the_end(desk)
    repay(desk)
    be_late_and_close(desk)
