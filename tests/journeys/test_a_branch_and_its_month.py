"""A branch's month: its files in, debt moved, books closed, the statement out."""

import json
from io import BytesIO

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from creditdesk.cli import cli

LOANS = """DANH SÁCH KHẾ ƯỚC (minh họa)
Số khế ước;Mã khách hàng;Họ và tên;Đối tượng;Mã chương trình;Nguồn vốn;ĐVUT;Mã tổ;Mã xã;Mã PGD;\
Ngày giao dịch xã;Ngày ký;Lãi suất;Mức phê duyệt;Ngày trả gốc đầu tiên;Kỳ hạn trả gốc;Ngày đến hạn
(1);(2);(3);(4);(5);(6);(7);(8);(9);(10);(11);(12);(13);(14);(15);(16);(17)
6600000000000001;0000000001;Hộ một (minh họa);HN;01;1;12;9333001;19333;004403;7;22/10/2024;6,6;\
50.000.000;;;22/10/2025
6600000000000002;0000000002;Hộ hai (minh họa);HCN;19;1;12;9333001;19333;004403;7;10/03/2025;7,92;\
60.000.000;10/03/2026;12;10/03/2028
6600000000000003;0000000003;Hộ ba (minh họa);MTN;09;1;11;9363001;19363;004404;15;05/01/2025;8,25;\
30.000.000;05/01/2026;12;05/01/2027
TỔNG CỘNG;;;;;;;;;;;;;140.000.000;;;
"""
MOVEMENTS = """Số khế ước,Ngày,Loại,Số tiền,Đến ngày,Số chứng từ
6600000000000001,22/10/2024,GN,50.000.000,,CT1
6600000000000002,10/03/2025,GN,60.000.000,,CT2
6600000000000003,05/01/2025,GN,30.000.000,,CT3
6600000000000001,07/05/2025,TL,1.781.096,,CT4
6600000000000001,07/10/2025,TG,20.000.000,,CT5
6600000000000003,07/12/2025,TG,15.000.000,,CT6
"""
LATER = """Số khế ước,Ngày,Loại,Số tiền,Đến ngày,Số chứng từ
6600000000000001,28/10/2025,TG,5.000.000,,CT7
6600000000000001,28/10/2025,TG,5.000.000,,CT7
"""


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


def test_a_branch_and_its_month(desk, tmp_path):
    for name, text in (("vay.csv", LOANS), ("gd.csv", MOVEMENTS), ("bu.csv", LATER)):
        (tmp_path / name).write_text(text, "utf-8")
    desk("setup")

    # The branch hands in its contracts and what happened to them.
    assert desk("intake loans vay.csv --json")["accepted"] == 3
    assert desk("intake movements gd.csv --json")["accepted"] == 6

    # Due on 22 October, the session is on the 7th: late at once, moved on 7 November.
    assert _amounts(desk("worklist late --as-of 2025-10-23 --json")) == [30_000_000]
    assert _amounts(desk("worklist to-transfer --as-of 2025-11-06 --json")) == []
    assert _amounts(desk("worklist to-transfer --as-of 2025-11-07 --json")) == [30_000_000]

    # A receipt of 28 October arrives late, twice in one file: it counts once, on its own day.
    late = desk("intake movements bu.csv --json")
    assert (late["accepted"], late["already_known"]) == (1, 1)
    assert _amounts(desk("worklist to-transfer --as-of 2025-11-07 --json")) == [25_000_000]

    # One person cannot do it; two can, once.
    desk("transfer --session 2025-11-07 --by an --checked-by an", expect=1)
    assert (
        desk("transfer --session 2025-11-07 --by an --checked-by binh --json")["total"]
        == 25_000_000
    )
    assert desk("transfer --session 2025-11-07 --by an --checked-by binh --json")["total"] == 0
    standing = desk("standing 6600000000000001 --as-of 2025-11-30 --json")
    assert (standing["in_term"], standing["overdue"]) == (0, 25_000_000)

    # Overdue since the session, 25 million for 23 days at 8.58 %.
    assert standing["interest_earned"]["overdue"] == 135_164
    assert standing["interest_collected"] == 1_781_096

    # The month ends; closing it again changes nothing.
    assert desk("close-month --month 2025-11 --json")["new"]
    assert not desk("close-month --month 2025-11 --json")["new"]
    assert desk("verify --json")["holds"]

    # The statement says what the portfolio says, and both add up.
    book = desk("portfolio --from 2025-01-01 --as-of 2025-11-30 --by commune --json")
    assert {row["commune"]: row["outstanding"] for row in book["rows"]} == {
        "19333": 85_000_000,
        "19363": 30_000_000,
    }
    assert book["total"]["drawn_to_date"] == 140_000_000
    desk("print portfolio --from 2025-01-01 --as-of 2025-11-30 --unit dong --out sao-ke.pdf")
    text = "\n".join(page.extract_text() for page in PdfReader(_bytes(tmp_path)).pages)
    assert "140.000.000" in text
    assert "Một trăm bốn mươi triệu đồng" in text
    assert "Đông Hà" in text


def _amounts(worklist):
    return [row["amount"] for row in worklist["rows"]]


def _bytes(folder):
    return BytesIO((folder / "sao-ke.pdf").read_bytes())
