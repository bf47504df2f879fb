"""A commune split in two: its villages to two communes, statements then and now, their bridge."""

import csv
import json
from io import BytesIO, StringIO

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from creditdesk.cli import cli

TITLES = (
    "Số khế ước;Mã khách hàng;Họ và tên;Đối tượng;Mã chương trình;Nguồn vốn;ĐVUT;Mã tổ;Mã thôn;"
    "Mã xã;Mã PGD;Ngày giao dịch xã;Ngày ký;Lãi suất;Mức phê duyệt;Ngày trả gốc đầu tiên;"
    "Kỳ hạn trả gốc;Ngày đến hạn\n"
)
LOANS = TITLES + "".join(
    f"{6600000000000000 + number};{number:010d};Hộ {number} (minh họa);HN;01;1;12;933300{group};"
    f"1933300{group};19333;004403;7;15/01/2024;6,6;{number}0.000.000;;;{due}\n"
    for number, group, due in (
        (1, 1, "15/01/2027"),
        (2, 1, "15/01/2027"),
        (3, 2, "02/03/2026"),
        (4, 2, "15/01/2027"),
    )
)
MOVEMENTS = "Số khế ước,Ngày,Loại,Số tiền,Đến ngày,Số chứng từ\n" + "".join(
    f"{6600000000000000 + number},15/01/2024,GN,{number}0000000,,GN{number}\n"
    for number in (1, 2, 3, 4)
)
RECEIPTS = """Số khế ước,Ngày,Loại,Số tiền,Đến ngày,Số chứng từ
6600000000000004,27/02/2026,TG,1000000,,TG1
6600000000000004,05/03/2026,TG,2000000,,TG2
"""
RESOLUTION = """Mã thôn;Mã xã mới;Mã PGD
19333001;19351;
19333002;19363;004404
"""
DECIDED = "--ground Nghị-quyết --document 12/NQ-HĐND --document-on 2026-02-20"
PEOPLE = "--by an --checked-by binh"
PERIOD = "--from 2026-01-01 --as-of 2026-03-31"
THEN, NOW = "--map 2026-02-28", "--map 2026-03-01"


@pytest.fixture
def desk(database_url, monkeypatch, tmp_path):
    """Return a function that runs a command and returns its document, or its text."""
    monkeypatch.setenv("CREDITDESK_DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)
    for name, text in (
        ("vay.csv", LOANS),
        ("gd.csv", MOVEMENTS),
        ("thu.csv", RECEIPTS),
        ("chia.csv", RESOLUTION),
    ):
        (tmp_path / name).write_text(text, "utf-8")

    def run(line, expect=0):
        done = CliRunner().invoke(cli, line.split())
        assert done.exit_code == expect, done.output
        return json.loads(done.stdout) if "--json" in line else done.stdout

    run("setup")
    assert run("intake loans vay.csv --json")["accepted"] == 4
    assert run("intake movements gd.csv --json")["accepted"] == 4
    return run


def split(desk):
    return desk(f"move communes chia.csv --day 2026-03-01 {PEOPLE} {DECIDED} --json")


def by_commune(desk, line):
    found = desk(f"portfolio {PERIOD} --by commune --json {line}")
    return {row["commune"]: row["outstanding"] for row in found["rows"]}, found["total"]


def test_a_commune_split_in_two(desk):
    # The resolution is looked at first; nobody decides it alone.
    move = f"move communes chia.csv --day 2026-03-01 {DECIDED}"
    trial = desk(f"{move} --by an --dry-run --json")
    assert [(row["commune_to"], row["loans"], row["outstanding"]) for row in trial["rows"]] == [
        ("19351", 2, 30_000_000),
        ("19363", 2, 70_000_000),
    ]
    assert trial["act"] is None
    desk(f"{move} --by an", expect=1)
    assert split(desk)["loans"] == trial["loans"]

    # Receipts of before and after the day are booked like any other.
    assert desk("intake movements thu.csv --json")["accepted"] == 2

    # The same book by two maps: the same total, and a bridge that leads from one to the other.
    then, total_then = by_commune(desk, THEN)
    now, total_now = by_commune(desk, NOW)
    assert then == {"19333": 97_000_000}
    assert now == {"19351": 30_000_000, "19363": 67_000_000}
    assert total_then == total_now
    ends = "--map-then 2026-02-28 --map-now 2026-03-01"
    bridge = desk(f"bridge {PERIOD} {ends} --json")
    assert [(row["commune_then"], row["commune_now"]) for row in bridge["rows"]] == [
        ("19333", "19351"),
        ("19333", "19363"),
    ]
    assert {row["commune"]: row["outstanding"] for row in bridge["then"]} == then
    assert {row["commune"]: row["outstanding"] for row in bridge["now"]} == now
    assert bridge["total"] == total_now
    table = list(csv.DictReader(StringIO(desk(f"bridge {PERIOD} {ends} --csv"))))
    assert [row["outstanding"] for row in table] == ["30000000", "67000000", "97000000"]

    # What was asked of a day before the split is answered as before.
    february = desk("portfolio --from 2026-01-01 --as-of 2026-02-28 --by commune,office --json")
    assert [(row["commune"], row["office"]) for row in february["rows"]] == [("19333", "004403")]
    assert desk("verify --json")["holds"]


def test_the_session_of_a_village_goes_on_under_its_new_commune(desk):
    split(desk)
    move = f"move village 19333002 --session-day 20 --day 2026-03-05 {PEOPLE} {DECIDED}"
    assert len(desk(f"{move} --json")["loans"]) == 2

    # Due on 2 March: the old session of the 7th is no longer held, the new one of the 20th is.
    transfer = f"transfer --place 19363 {PEOPLE} --json --session"
    assert desk(f"{transfer} 2026-03-07")["total"] == 0
    assert desk(f"{transfer} 2026-03-20")["total"] == 30_000_000
    assert desk("worklist late --as-of 2026-03-20 --place 19363 --json")["total"] == 30_000_000
    assert desk("worklist late --as-of 2026-03-20 --place 19351 --json")["total"] == 0


def test_a_household_moves_and_moves_back(desk):
    line = f"move household 0000000001 --commune 19363 --day 2026-03-10 --by an {DECIDED} --json"
    moved = desk(line)
    assert by_commune(desk, "")[0] == {"19333": 90_000_000, "19363": 10_000_000}

    desk(f"move undo {moved['act']} --by an --ground Nhầm --json")

    assert by_commune(desk, "")[0] == {"19333": 100_000_000}
    desk(f"move undo {moved['act']} --by an --ground Nhầm", expect=1)


def test_a_group_moves_as_a_sentence_tells(desk):
    line = (
        f"move group 9333001 --commune 19360 --office 004405 --day 2026-03-10 {PEOPLE} {DECIDED}"
    )

    assert "19333 → 19360: 2" in desk(f"{line} --dry-run")
    assert "19333 → 19360: 2" in desk(line)
    assert desk(line).startswith("Không ghi gì")


def test_the_statement_on_paper_tells_its_map(desk, tmp_path):
    split(desk)
    desk(f"print portfolio {PERIOD} {THEN} --unit dong --out sao-ke.pdf")
    paper = BytesIO((tmp_path / "sao-ke.pdf").read_bytes())
    text = "\n".join(page.extract_text() for page in PdfReader(paper).pages)

    assert "28/02/2026" in text
    assert "Nam Đông Hà" not in text


def test_a_file_of_a_new_map_tells_all_its_faults(desk, tmp_path):
    wrong = "Mã thôn;Mã xã mới\n1933300;19351\n19333002;1936\n"
    (tmp_path / "sai.csv").write_text(wrong, "utf-8")

    line = f"move communes sai.csv --day 2026-03-01 {PEOPLE} {DECIDED} --json"
    found = desk(line, expect=2)

    assert found["code"] == "lines-unreadable"
    assert [fault[:3] for fault in found["facts"]["faults"]] == [
        [2, "Mã thôn", "1933300"],
        [3, "Mã xã mới", "1936"],
    ]
