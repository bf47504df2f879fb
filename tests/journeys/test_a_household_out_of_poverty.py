"""A household out of poverty: poor, near-poor, newly escaped, and what it may borrow as each."""

FORM = (
    "apply {no} --customer 000000000{household} --name 'Hộ {household} (minh họa)' "
    "--household H{household} --programme {programme} --trustee 12 --group 9333001 "
    "--group-head 'Tổ trưởng (minh họa)' --commune 19333 --office 004403 --session-day 7 "
    "--day {day} --amount {amount} --months {months} --every 12 --purpose 'Chăn nuôi bò' "
    "--by to-truong --json"
)


def classify(desk, standing, since, list_no, list_on, *, households="H1"):
    desk(
        f"household classify {households} --commune 19333 --standing {standing} --since {since} "
        f"--list {list_no} --list-on {list_on} --by can-bo --json"
    )


def apply(desk, no, programme, day, amount, *, months=36, household=1):
    facts = {"no": no, "programme": programme, "day": day, "amount": amount, "months": months}
    return desk(FORM.format(**facts, household=household))


def refused(desk, programme, day, amount):
    facts = {"no": "X", "programme": programme, "day": day, "amount": amount, "months": 36}
    found = desk(FORM.format(**facts, household=1), expect=1)
    (reason,) = found["facts"]["reasons"]
    return reason


def lend(desk, loan_no, *numbers, month, amount):
    """Take applications through group, commune and bank to a draw on the 7th of the next month."""
    nos, (year, number) = " ".join(numbers), month.split("-")
    session = f"{year}-{int(number) + 1:02d}-07"
    on = f"--day {month}-20 --json"
    desk(f"application review {nos} --by to-truong {on}")
    desk(f"application list {nos} --document 03TD-{month} --by to-truong {on}")
    desk(
        f"application confirm --list 03TD-{month} --document 5/UBND --document-on {month}-20 "
        f"--by ubnd {on}"
    )
    desk(f"application appraise {nos} --by can-bo {on}")
    desk(f"application approve {nos} --by giam-doc {on}")
    desk(f"application notify {nos} --draw-on {session} --at 'Đông Hà' --by can-bo {on}")
    for at, no in enumerate(numbers):
        desk(f"application sign {no} {loan_no + at} --day {session} --by can-bo --json")
        desk(
            f"draw {loan_no + at} --amount {amount} --day {session} --receipt GN{loan_no + at} "
            "--by thu-ngan --json"
        )


def repay(desk, loan_no, day, principal):
    desk(
        f"receive {loan_no} --principal {principal} --day {day} --receipt PT-{loan_no}-{day} "
        "--by thu-ngan --json"
    )


def portfolio(desk, day):
    found = desk(f"portfolio --from 2024-01-01 --as-of {day} --by programme --json")
    rows = {row["programme"]: (row["households"], row["outstanding"]) for row in found["rows"]}
    return rows, found["total"]


POOR, NEAR_POOR, ESCAPED = 6600000000000001, 6600000000000011, 6600000000000021


def borrow_as_poor(desk):
    # Two poor households of the commune's list of 2024 borrow sixty million each.
    classify(desk, "HN", "2024-01-01", "30/QĐ-UBND", "2023-12-25", households="H1 H2")
    apply(desk, "D1", "01", "2024-03-04", 60_000_000, months=60)
    apply(desk, "D2", "01", "2024-03-04", 60_000_000, months=60, household=2)
    lend(desk, POOR, "D1", "D2", month="2024-03", amount=60_000_000)
    repay(desk, POOR, "2025-04-07", 12_000_000)


def borrow_as_near_poor(desk):
    # The list of 2026 says near-poor: no more loans for the poor, and the list is named.
    classify(desk, "HCN", "2026-01-01", "41/QĐ-UBND", "2025-12-22")
    reason = refused(desk, "01", "2026-02-02", 20_000_000)
    assert (reason["code"], reason["standing"]) == ("standing-not-served", "HCN")
    assert (reason["list_no"], reason["list_on"]) == ("41/QĐ-UBND", "2025-12-22")

    # Near-poor it may borrow, up to a hundred million with the forty-eight it owes as poor.
    reason = refused(desk, "19", "2026-02-02", 52_000_001)
    assert (reason["code"], reason["counted"]) == ("above-ceiling", 48_000_000)
    apply(desk, "D3", "19", "2026-02-02", 50_000_000)
    lend(desk, NEAR_POOR, "D3", month="2026-02", amount=50_000_000)
    repay(desk, POOR, "2026-04-07", 12_000_000)


def borrow_as_newly_escaped(desk):
    # By the standard of Decree 351/2025 it is on no list from 2027 on: newly escaped.
    classify(desk, "MTN", "2027-01-01", "90/QĐ-UBND", "2026-12-20")
    assert desk("household show H1 --as-of 2026-12-31 --json")["standing"] == "HCN"
    assert desk("household show H1 --as-of 2027-01-01 --json")["standing"] == "MTN"
    assert refused(desk, "19", "2027-02-01", 1_000_000)["code"] == "standing-not-served"

    # It owes 36 million as poor and 50 as near-poor: fourteen are left.
    reason = refused(desk, "09", "2027-02-01", 14_000_001)
    assert (reason["code"], reason["counted"]) == ("above-ceiling", 86_000_000)
    apply(desk, "D4", "09", "2027-02-01", 14_000_000)
    lend(desk, ESCAPED, "D4", month="2027-02", amount=14_000_000)


def test_a_household_out_of_poverty(desk):
    borrow_as_poor(desk)
    borrow_as_near_poor(desk)
    borrow_as_newly_escaped(desk)

    # Three loans of one household and one of its neighbour: two households, however counted.
    rows, total = portfolio(desk, "2027-03-31")
    assert rows == {"01": (2, 96_000_000), "19": (1, 50_000_000), "09": (1, 14_000_000)}
    assert (total["loans"], total["households"], total["outstanding"]) == (4, 2, 160_000_000)
    rows, total = portfolio(desk, "2025-12-31")
    assert rows == {"01": (2, 108_000_000)}

    # It repays what it borrowed as near-poor. The last of thirty-six months is 1 January 2030.
    repay(desk, NEAR_POOR, "2029-04-07", 50_000_000)
    apply(desk, "D5", "09", "2030-01-01", 14_000_000)
    reason = refused(desk, "09", "2030-01-02", 14_000_000)
    assert (reason["code"], reason["left_on"]) == ("escaped-too-long", "2027-01-01")

    # What was borrowed as poor keeps its rate; the book is whole.
    assert desk(f"standing {POOR} --as-of 2027-04-07 --json")["outstanding"] == 36_000_000
    assert desk("verify --json")["holds"]
