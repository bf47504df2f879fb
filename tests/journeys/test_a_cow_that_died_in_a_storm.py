"""A cow that died in a storm: frozen for three years, extended in time, repaid by instalments."""

import pytest

COW, CROP = "6600000000000001", "6600000000000002"
LOANS = f"""Số khế ước;Mã khách hàng;Họ và tên;Đối tượng;Mã chương trình;Nguồn vốn;ĐVUT;Mã tổ;\
Mã xã;Mã PGD;Ngày giao dịch xã;Ngày ký;Lãi suất;Mức phê duyệt;Ngày trả gốc đầu tiên;\
Kỳ hạn trả gốc;Ngày đến hạn;Mục đích
{COW};0000000001;Hộ có bò (minh họa);HN;01;1;12;9333001;19333;004403;7;07/05/2022;6,6;\
50.000.000;07/05/2024;12;07/05/2026;Nuôi bò sinh sản
{CROP};0000000002;Hộ trồng lúa (minh họa);HN;01;1;12;9333001;19333;004403;7;07/03/2025;6,6;\
30.000.000;;;07/03/2026;Trồng lúa
"""
MOVEMENTS = f"""Số khế ước,Ngày,Loại,Số tiền,Đến ngày,Số chứng từ
{COW},07/05/2022,GN,50.000.000,,CT1
{CROP},07/03/2025,GN,30.000.000,,CT2
"""
PAPER = "--by an --checked-by binh --ground bão --document-on 2023-11-30 --document"


@pytest.fixture
def desk(desk, tmp_path):
    """Return a function that runs a command on a book of two loans and returns its document."""

    def run(line, expect=0):
        return desk(f"{line} --json", expect)

    for name, text in (("loans", LOANS), ("movements", MOVEMENTS)):
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
        assert run(f"intake {name} {name}.csv")["faults"] == []
    return run


def holds(desk):
    return desk("verify")["holds"]


def amounts(desk, loan_no, day):
    found = desk(f"standing {loan_no} --as-of {day}")
    return found["in_term"], found["overdue"], found["frozen"]


def test_a_cow_that_died_in_a_storm(desk):
    freeze(desk)
    extend(desk)
    recover(desk)

    # Every schedule is still there, each with the paper that made it.
    found = desk(f"schedule {COW} --versions")["versions"]
    assert [(one["act"], one["document_no"]) for one in found] == [
        ("intake-movements", ""),
        ("extend", "7/QĐ"),
    ]
    assert holds(desk)


def freeze(desk):
    # The storm of October 2023 killed the cow: a loss of 60 % of what the household had.
    seen = desk(f"decide freeze {COW} --day 2023-12-07 --reason K1 --loss 60 --preview {PAPER} 1")
    assert (seen["before"]["state"], seen["after"]["state"]) == ("in-term", "frozen")
    assert (seen["before"]["interest_a_day"], seen["after"]["interest_a_day"]) == (9_041, 0)
    five_years = "--reason K1 --loss 60 --until 2028-12-07"
    refused = desk(f"decide freeze {COW} --day 2023-12-07 {five_years} {PAPER} 45/QĐ", expect=1)
    assert (refused["code"], refused["facts"]["latest"]) == ("freeze-beyond-limit", "2026-12-07")

    # An officer prepares it for three years, the director approves.
    three_years = "--reason K1 --loss 60"
    asked = desk(f"propose freeze {COW} --day 2023-12-07 {three_years} {PAPER} 45/QĐ")["number"]
    assert desk(f"approve {asked} --by an", expect=1)["code"] == "same-person"
    assert desk(f"approve {asked} --by binh")["new"]
    assert amounts(desk, COW, "2023-12-07") == (0, 0, 50_000_000)
    assert holds(desk)


def extend(desk):
    # Nothing is earned meanwhile, and the rule moves nothing, past the final due date either.
    then, now = (desk(f"standing {COW} --as-of {day}") for day in ("2023-12-07", "2026-11-30"))
    assert then["interest_earned"] == now["interest_earned"]
    assert desk("transfer --session 2026-06-07 --by an --checked-by binh")["total"] == 30_000_000
    assert amounts(desk, COW, "2026-06-07") == (0, 0, 50_000_000)

    # Before the freeze ends the extension is decided: half of four years at most.
    late = desk(f"decide extend {COW} --day 2026-12-08 --until 2028-05-07 {PAPER} 7/QĐ", expect=1)
    assert late["code"] == "freeze-over"
    far = desk(f"decide extend {COW} --day 2026-11-07 --until 2028-05-08 {PAPER} 7/QĐ", expect=1)
    assert (far["code"], far["facts"]["latest"]) == ("extension-too-long", "2028-05-07")
    assert desk(f"decide extend {COW} --day 2026-11-07 --until 2028-05-07 {PAPER} 7/QĐ")["new"]

    # So the debt returns in term on the last day, and earns again.
    assert desk(f"decide unfreeze {COW} --day 2026-12-07 {PAPER} 9/QĐ")["new"]
    assert amounts(desk, COW, "2026-12-07") == (50_000_000, 0, 0)
    assert holds(desk)


def recover(desk):
    # The household recovers: three instalments, the last with all the interest.
    for number, day in enumerate(("2027-05-07", "2027-11-07"), 1):
        desk(f"receive {COW} --principal 16000000 --day {day} --receipt T{number} --by an")
        assert holds(desk)
    owed = desk(f"payoff {COW} --day 2028-05-07")
    assert owed["principal"]["total"] == 18_000_000
    principal, interest = owed["principal"]["total"], owed["interest"]["total"]
    paid = f"--principal {principal} --interest {interest} --day 2028-05-07"
    desk(f"receive {COW} {paid} --receipt T3 --by an")
    end = desk(f"standing {COW} --as-of 2028-05-07")
    assert (end["status"], end["interest_unpaid"]) == ("closed", 0)
    again = desk(f"decide freeze {COW} --day 2028-05-08 --reason K4a {PAPER} 10/QĐ", expect=1)
    assert again["code"] == "not-in-this-state"


def test_a_crop_loan_carried_over(desk):
    # The harvest is poor. The interest is paid first, then the principal goes over a season.
    carried = f"decide carry-over {CROP} --day 2026-03-07 --until 2027-03-07 {PAPER} 12/QĐ"
    refused = desk(carried, expect=1)
    assert (refused["code"], refused["facts"]["amount"]) == ("interest-unpaid", 1_980_000)
    desk(f"receive {CROP} --interest 1980000 --day 2026-03-07 --receipt L1 --by an")
    assert desk(f"{carried} --preview")["after"]["due_on"] == "2027-03-07"
    assert desk(carried)["new"]
    assert not desk(carried)["new"]
    assert holds(desk)

    # It stays in term: no session moves it, and the year earns what a year earns.
    assert desk("transfer --session 2026-04-07 --by an --checked-by binh")["total"] == 0
    assert amounts(desk, CROP, "2026-12-31") == (30_000_000, 0, 0)

    # A second season in a row is more than policy allows; the next harvest pays it all.
    desk(f"receive {CROP} --interest 1980000 --day 2027-03-07 --receipt L2 --by an")
    again = f"decide carry-over {CROP} --day 2027-03-07 --until 2028-03-07 {PAPER} 13/QĐ"
    assert desk(again, expect=1)["code"] == "carried-over-before"
    owed = desk(f"payoff {CROP} --day 2027-03-07")
    assert (owed["principal"]["total"], owed["interest"]["total"]) == (30_000_000, 0)
    desk(f"receive {CROP} --principal 30000000 --day 2027-03-07 --receipt T1 --by an")
    assert desk(f"standing {CROP} --as-of 2027-03-07")["status"] == "closed"
    assert holds(desk)
