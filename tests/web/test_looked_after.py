"""Months, law, places, health and the journal of accesses on pages: told, and by whom changed."""

import json
import re

from creditdesk import records
from tests.web.hands import office, words_of
from tests.web.test_intake_pages import ended

__all__ = ["office"]

ROOMS = "/administration"
FAULTS = (
    {"why": "entries-missing", "loan_no": "6600202600000001"},
    {"why": "image-differs", "province": "66", "day": "2026-10-31"},
)
MONTHS, POLICY = f"{ROOMS}/months", f"{ROOMS}/policy"


def test_a_month_is_closed_as_a_job_and_opened_only_with_a_ground_and_a_second_person(office):
    hand = office.hands["tong"]
    closed = hand.send(MONTHS, {"month": "1/2026", "deed": "close"}).headers["Location"]
    done = ended(hand, closed)
    silent = hand.send(MONTHS, {"month": "2026-01", "deed": "open"})
    said = {"month": "2026-01", "deed": "open", "ground": "chứng từ về muộn"}
    waits = hand.send_on(MONTHS, said)
    wrong = hand.send(MONTHS, {"month": "2026-13", "deed": "close"})

    assert "Đã làm xong" in words_of(done)
    assert "01/2026 1 " in words_of(hand.open(MONTHS))
    assert 'id="ground-fault"' in silent.text
    assert "chờ người thứ hai" in words_of(waits)
    assert 'id="month-fault"' in wrong.text
    assert "<form class=" not in office.hands["toan"].open(MONTHS).text.partition("<main")[2]


def test_who_has_no_portfolio_begins_where_there_is_something_to_do(office):
    begun = office.hands["chi"].open("/")

    assert (begun.status_code, begun.headers.get("Location")) == (303, ROOMS)


def test_the_law_is_found_without_marks_and_what_is_doubtful_is_marked(office):
    hand = office.hands["an"]
    found = hand.open(f"{POLICY}?q=gia+han&of=limits")
    doubtful = hand.open(f"{POLICY}?doubtful=1")
    before = hand.open(f"{POLICY}?as_of=2023-01-01&q=gia+han+toi+da&of=limits")

    assert "Quyết định 54/QĐ-HĐQT" in words_of(found)
    assert len(re.findall('<th scope="row"', doubtful.text)) == len(
        re.findall('class="tag late"', doubtful.text)
    )
    assert "Quyết định 54/QĐ-HĐQT" not in words_of(before)
    assert "page." not in hand.open(POLICY).text


def test_a_commune_is_found_by_its_former_code(office):
    told = words_of(office.hands["an"].open(f"{ROOMS}/places?q=18883&as_of=2026-06-01"))

    assert "Đồng Thuận 18859" in told
    assert "Quang Phú 18883" in told
    assert "01/01/2026" in told


def test_health_says_what_to_do(office):
    told = words_of(office.hands["chi"].open(f"{ROOMS}/health"))

    assert "Bộ hẹn giờ chưa chạy lần nào: chạy “creditdesk clock”" in told
    assert "GB nơi giữ tệp" in told
    assert office.hands["an"].open(f"{ROOMS}/health").status_code == 403


def test_health_tells_when_the_books_were_proved_and_what_contradicts(office):
    hand, health = office.hands["chi"], f"{ROOMS}/health"
    before = words_of(hand.open(health))
    job = hand.send(health).headers["Location"]
    done, sound = ended(hand, job), words_of(hand.open(health))
    told = {"holds": False, "loans": 1, "entries": 1, "faults": FAULTS}
    with office.extensions["creditdesk"].database.begin() as tx:
        records.errands.change_errand(tx, 1, result=json.dumps(told))
        for day in ("2026-11-20", "2026-11-21"):
            tx.exec_driver_sql(f"INSERT INTO job_run VALUES ('close-day', '{day}', 1, '{day}')")
    broken = words_of(hand.open(health))

    assert "Chưa có lần kiểm chứng nào" in before
    assert "tính lại từ đầu đều khớp" in words_of(done)
    assert "tính lại từ đầu đều khớp" in sound
    assert "2 chỗ không khớp" in broken
    assert "Khế ước 6600202600000001: thiếu bút toán ở cuối chuỗi. Không thu" in broken
    assert "số dư đã lưu của ngày 31/10/2026 khác" in broken
    assert "phục hồi từ bản sao lưu" in broken
    assert not any(fault["why"] in broken for fault in FAULTS)
    assert "Khóa sổ ngày 21/11/2026" in broken
    assert office.hands["an"].send(health, page=ROOMS).status_code == 403


def test_an_auditor_reads_the_journal_and_an_administrator_only_whether_it_is_whole(office):
    hand = office.hands["toan"]
    hand.open(f"{ROOMS}/accesses?customer=0000000001")
    own = words_of(hand.open(f"{ROOMS}/accesses?who=toan&since=01/01/2026&proof=1"))
    other = words_of(office.hands["chi"].open(f"{ROOMS}/accesses?proof=1"))
    unasked = words_of(hand.open(f"{ROOMS}/accesses?who=soat"))

    assert "Chuỗi nhật ký còn nguyên vẹn: 1 dòng" in own
    assert "trang web báo cáo truy cập theo người 0000000001 1" in own
    assert "Chuỗi nhật ký còn nguyên vẹn" in other
    assert "Nhật ký có 1 dòng" in unasked
    assert "còn nguyên vẹn" not in unasked
    assert "0000000001" not in unasked + other
