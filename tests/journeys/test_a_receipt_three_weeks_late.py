"""A receipt three weeks late across a month's end: refused, let in by two people, all replayed."""

import json

import pytest
from click.testing import CliRunner

from creditdesk.cli import cli

LOANS = """DANH SÁCH KHẾ ƯỚC (minh họa)
Số khế ước;Mã khách hàng;Họ và tên;Đối tượng;Mã chương trình;Nguồn vốn;ĐVUT;Mã tổ;Mã xã;Mã PGD;\
Ngày giao dịch xã;Ngày ký;Lãi suất;Mức phê duyệt;Ngày trả gốc đầu tiên;Kỳ hạn trả gốc;Ngày đến hạn
6600000000000001;0000000001;Hộ một (minh họa);HN;01;1;12;9333001;19333;004403;7;05/05/2024;6,6;\
50.000.000;;;05/05/2027
6600000000000002;0000000002;Hộ hai (minh họa);HCN;19;1;12;9333001;19333;004403;7;10/03/2025;7,92;\
60.000.000;10/03/2026;12;10/03/2028
"""
MOVEMENTS = """Số khế ước,Ngày,Loại,Số tiền,Đến ngày,Số chứng từ
6600000000000001,05/05/2024,GN,50.000.000,,CT1
6600000000000002,10/03/2025,GN,60.000.000,,CT2
6600000000000001,04/05/2025,TG,2.000.000,,CT3
6600000000000001,07/06/2025,CQH,8.000.000,,CT6
"""
JULY = """Số khế ước,Ngày,Loại,Số tiền,Đến ngày,Số chứng từ
6600000000000001,20/06/2025,TG,2.000.000,,CT4
6600000000000002,10/07/2025,TL,500.000,,CT5
"""
LOAN = "6600000000000001"
LATE = f"receive {LOAN} --principal 2000000 --day 2025-06-20 --receipt CT4 --by an --json"
OPEN = "open-month --month 2025-06 --by an --checked-by binh --ground 12/GDX"


@pytest.fixture
def desk(database_url, monkeypatch, tmp_path):
    """Return a function that runs a command and returns its document, or its text."""
    monkeypatch.setenv("CREDITDESK_DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)

    def run(line, expect=0):
        done = CliRunner().invoke(cli, line.split())
        assert done.exit_code == expect, done.output
        return json.loads(done.stdout) if "--json" in line else done.stdout

    return run


@pytest.fixture
def branch(desk, tmp_path):
    """Return a branch's desk: 8 million overdue since June, a receipt of July, June closed."""
    for name, text in (("vay.csv", LOANS), ("gd.csv", MOVEMENTS), ("bu.csv", JULY)):
        (tmp_path / name).write_text(text, "utf-8")
    desk("setup")
    desk("intake loans vay.csv")
    desk("intake movements gd.csv")
    july = f"receive {LOAN} --principal 7000000 --interest 90000 --day 2025-07-08 --receipt CT9"
    desk(f"{july} --by an")
    assert desk("close-month --month 2025-06 --json")["figures"]["overdue"] == 8_000_000
    return desk


def test_a_receipt_three_weeks_late_across_a_months_end(branch):
    before = branch(f"standing {LOAN} --as-of 2025-07-31 --json")
    assert (before["overdue"], before["outstanding"]) == (1_000_000, 41_000_000)

    # On 11 July the receipt of 20 June turns up: its month is closed, and the refusal says so.
    refused = branch(LATE, expect=1)
    assert (refused["code"], refused["facts"]["month"]) == ("month-closed", "2025-06")
    assert "open-month" in refused["message"]

    # The same in a file: a fault at its line, and the rest of the file has to wait for it.
    report = branch("intake movements bu.csv --json", expect=2)
    assert [(fault["row"], fault["code"]) for fault in report["faults"]] == [(2, "month-closed")]

    # One person cannot open it, nor two without a ground.
    branch(OPEN.replace("binh", "an"), expect=1)
    branch(OPEN.replace("12/GDX", "").replace("--ground", "--ground="), expect=1)
    opened = branch(f"{OPEN} --json")["opened"]
    assert (opened["by"], opened["checked_by"], opened["ground"]) == ("an", "binh", "12/GDX")
    assert branch("months --json")["open"] == ["2025-06"]

    # A slip of the pen is seen by what came after: the receipt of July could not stand beside it.
    tried = branch(LATE.replace("2000000", "42000000"), expect=1)
    assert tried["code"] == "more-than-outstanding"


def test_what_it_changes_is_listed_before_and_after_it_is_entered(branch):
    branch(f"{OPEN} --json")

    # A dry run lists what would change and writes nothing.
    tried = branch(f"{LATE} --dry-run")
    assert branch(f"standing {LOAN} --as-of 2025-06-30 --json")["overdue"] == 8_000_000

    entered = branch(LATE)
    assert (tried.pop("dry_run"), entered.pop("dry_run")) == (True, False)
    assert tried == entered
    told = entered["differences"]
    new, anew = told["entries"]
    assert (new["receipt_no"], new["before"]) == ("CT4", None)
    assert new["after"]["accounts"] == {"cash": 2_000_000, "overdue": -2_000_000}
    # Of the 7 million of July only 6 find overdue principal now.
    assert anew["receipt_no"] == "CT9/G"
    assert anew["before"]["accounts"] == {"cash": 7_000_000, "overdue": -7_000_000}
    assert anew["after"]["accounts"] == {
        "cash": 7_000_000,
        "overdue": -6_000_000,
        "in_term": -1_000_000,
    }
    (june,) = told["month_ends"]
    assert (june["before"]["as_of"], june["before"]["overdue"]) == ("2025-06-30", 8_000_000)
    assert june["after"]["overdue"] == 6_000_000
    # 8 million for 23 days of June at 8.58 %; 2 million less for the last 10 of them.
    earned = [june[when]["interest_earned"]["overdue"] for when in ("before", "after")]
    assert earned == [43_253, 38_551]
    today = told["today"]["after"]
    assert (today["in_term"], today["overdue"]) == (39_000_000, 0)

    # Known now: entered again, it changes nothing.
    again = branch(LATE)
    assert (again["new"], again["differences"]) == (False, None)


def test_the_month_is_closed_again_with_its_new_figures_beside_the_old(branch):
    branch(OPEN)
    told = branch(LATE)["differences"]

    closed = branch("close-month --month 2025-06 --json")
    assert closed["figures_before"]["overdue"] - closed["figures"]["overdue"] == 2_000_000
    assert closed["differences"]["outstanding"] == -2_000_000
    history = branch("months --json")
    assert [(one["number"], bool(one["opened"])) for one in history["months"]] == [
        (1, True),
        (2, False),
    ]
    assert history["open"] == []
    assert branch("verify --json")["holds"]

    # An error in it is undone by its mirror, which the closed month refuses as well.
    undo = "reverse CT4 --by an --checked-by binh --ground nham --json"
    assert branch(undo, expect=1)["code"] == "month-closed"
    branch(OPEN)
    undone = branch(undo)["differences"]
    assert undone["today"]["after"] == told["today"]["before"]
    assert branch("verify --json")["holds"]


def test_the_desk_says_in_words_what_a_late_receipt_changes(branch, monkeypatch):
    monkeypatch.setenv("CREDITDESK_LANGUAGE", "en")
    assert "open again" in branch(OPEN)
    plain = LATE.removesuffix(" --json")

    said = branch(f"{plain} --dry-run")

    assert said.startswith("Trial")
    assert "At the end of 30 Jun 2025, Overdue: 8,000,000 → 6,000,000." in said
    assert "Booked anew: Principal collected of 08 Jul 2025, receipt CT9/G." in said
    assert branch(plain).startswith("Received by receipt CT4")
    assert "nothing changed" in branch(plain)
    assert "Overdue: 8,000,000 → 6,000,000" in branch("close-month --month 2025-06")
    assert "opened again by an and binh (12/GDX)" in branch("months")
    branch(OPEN)
    assert "is reversed" in branch("reverse CT4 --by an --ground nham")
