"""An overseas worker home early: the contract of work ends, and the term with it."""

LOAN = "6600000000000001"


def leave_for_work(desk):
    # Lent without a group, no longer than the contract of work: thirty-six months.
    form = (
        "apply X1 --customer 0000000001 --name 'Lê Văn Xa (minh họa)' --programme 04 "
        "--trustee 99 --commune 19333 --office 004403 --session-day 7 --day 2026-03-02 "
        "--amount 100000000 --every 12 --purpose 'Đi lao động ở nước ngoài' --cost 120000000 "
        "--contract-months 36 --by can-bo --json --months "
    )
    (reason,) = desk(form + "37", expect=1)["facts"]["reasons"]
    assert (reason["code"], reason["most"]) == ("term-too-long", 36)
    desk(form + "36")
    desk(
        "application confirm X1 --day 2026-03-04 --document 5/UBND --document-on 2026-03-04 "
        "--by ubnd --json"
    )
    desk("application appraise X1 --day 2026-03-05 --by can-bo --json")
    desk("application approve X1 --day 2026-03-05 --by giam-doc --json")
    desk(
        "application notify X1 --day 2026-03-06 --draw-on 2026-03-09 --at 'Phòng giao dịch' "
        "--by can-bo --json"
    )
    desk(f"application sign X1 {LOAN} --day 2026-03-09 --by can-bo --json")
    desk(f"draw {LOAN} --amount 100000000 --day 2026-03-09 --receipt GN1 --by thu-ngan --json")


def test_an_overseas_worker_home_early(desk):
    leave_for_work(desk)

    # A third of a hundred million, rounded down to a hundred thousand, after a year.
    held = desk(f"standing {LOAN} --as-of 2027-03-08 --json")
    assert (held["next_due_on"], held["next_due_principal"]) == ("2027-03-09", 33_300_000)
    desk(
        f"receive {LOAN} --principal 33300000 --day 2027-03-09 --receipt PT1 --by thu-ngan --json"
    )

    # The contract of work breaks off in September; two people shorten the loan to December.
    shorten = (
        f"decide shorten {LOAN} --day 2027-09-15 --until 2027-12-07 --ground 'Về nước trước hạn' "
        "--by can-bo --checked-by giam-doc --document 9/QĐ-NHCS --document-on 2027-09-15 --json"
    )
    seen = desk(f"{shorten} --preview")
    assert (seen["before"]["due_on"], seen["after"]["due_on"]) == ("2029-03-09", "2027-12-07")
    desk(shorten)
    held = desk(f"standing {LOAN} --as-of 2027-12-06 --json")
    assert (held["next_due_on"], held["next_due_principal"]) == ("2027-12-07", 66_700_000)
    assert held["late_principal"] == 0

    # 100 million for 365 days and 66.7 for 273 at 8.382 %: 8,382,000 and 4,181,607.57 dong.
    payoff = desk(f"payoff {LOAN} --day 2027-12-07 --json")
    assert payoff["interest"] == {
        "in_term": 12_563_608,
        "overdue": 0,
        "grace": 0,
        "total": 12_563_608,
    }
    desk(
        f"receive {LOAN} --principal 66700000 --interest 12563608 --day 2027-12-07 --receipt PT2 "
        "--by thu-ngan --json"
    )
    closed = desk(f"standing {LOAN} --as-of 2027-12-07 --json")
    assert (closed["status"], closed["interest_unpaid"]) == ("closed", 0)
    assert desk("verify --json")["holds"]
