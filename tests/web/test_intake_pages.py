"""Files handed in on a page: looked at, faults by row, taken whole; jobs back or anew."""

import io
import re
import time
from dataclasses import replace
from datetime import date, timedelta

from creditdesk import accesses, errands, records, settings
from creditdesk.ledger import Deed
from creditdesk.web.edge import moment
from tests.web.conftest import LOAN_HEAD, loan_line, number
from tests.web.hands import office, words_of

__all__ = ["office"]

FILES = "/administration/files"
OWN, ELSEWHERE = ";004403;", ";004401;"


def loans(*numbers, **wrong):
    lines = [loan_line(of).replace(ELSEWHERE, OWN) for of in numbers]
    return "\n".join([LOAN_HEAD, *lines]).replace(*wrong.get("instead", ("", "")))


def hand_in(hand, text, name="so-vay.csv", **said):
    """Hand a file in and return the address of its job, or the page that refuses it."""
    form = hand.fill(FILES, said)
    if name:
        form["file"] = (io.BytesIO(text.encode()), name)
    answer = hand.client.post(FILES, data=form, content_type="multipart/form-data")
    return answer.headers["Location"] if answer.status_code == 303 else answer


def ended(hand, address):
    """Return the page of a job that is over."""
    for _ in range(150):
        page = hand.open(address)
        if "data-under-way" not in page.text:
            return page
        time.sleep(0.1)
    raise AssertionError(words_of(page))


def test_a_sound_file_is_known_by_its_header_looked_at_and_then_taken(office):
    hand = office.hands["an"]
    job = hand_in(hand, loans(1, 2))
    looked = ended(hand, job)
    before = hand.open(f"/loans/{number(1)}").status_code
    taken = hand.send(f"{FILES}/{job.rpartition('/')[2]}/taking", form=looked.text)
    done = ended(hand, taken.headers["Location"])
    again = ended(hand, hand_in(hand, loans(1, 2)))
    listed = words_of(hand.open(FILES))

    assert "2 dòng sẽ được nạp" in words_of(looked)
    assert before == 404
    assert "Đã nạp 2 dòng vào sổ" in words_of(done)
    assert hand.open(f"/loans/{number(1)}").status_code == 200
    assert "đã được nạp trước đây" in words_of(again)
    assert "so-vay.csv Khế ước 2 an" in listed
    assert "so-vay.csv" not in words_of(office.hands["soat"].open(FILES))


def test_an_administrator_has_a_file_checked_and_no_more(
    office,
):
    """Law 91/2025/QH15, article 3: data of persons for their purpose only; no money (issue 4)."""
    hand, officer = office.hands["chi"], office.hands["an"]
    looked = ended(officer, hand_in(officer, loans(3)))
    number_of = f"{FILES}/{{}}/taking".format
    job = re.search(r"/administration/files/(\d+)/taking", looked.text)[1]
    ended(officer, officer.send(number_of(job), form=looked.text).headers["Location"])

    faulty = hand_in(hand, loans(3, 4, instead=(";6,6;", ";x;")))
    renamed = loans(3, 4, instead=("Người vay", "Người khác"))
    sound = hand_in(hand, renamed)
    told = ended(hand, sound)
    taking = hand.send(number_of(sound.rpartition("/")[2]), form=told.text)

    assert "2 lỗi" in words_of(ended(hand, faulty))
    assert "1 dòng sẽ được nạp" in words_of(told)
    assert "chuyển tệp cho cán bộ" in words_of(told)
    assert "Nạp vào sổ" not in words_of(told)
    assert taking.status_code == 403
    assert officer.open(f"/loans/{number(4)}").status_code == 404
    assert "Khác với thông tin" not in words_of(told)
    assert "Khác với thông tin" in words_of(ended(officer, hand_in(officer, renamed)))


def test_faults_stand_by_row_and_column_sorted_and_as_a_table_to_take_along(office):
    hand = office.hands["an"]
    job = hand_in(hand, loans(1, 2, instead=(";6,6;", ";x;")), kind="loans")
    page = ended(hand, job)
    sheet = hand.open(f"{FILES}/{job.rpartition('/')[2]}/faults.csv")
    down = hand.open(f"{job}?sort=row&order=desc").text
    taking = hand.send(f"{FILES}/{job.rpartition('/')[2]}/taking", page=FILES)

    assert "2 lỗi" in words_of(page)
    assert "Nạp vào sổ" not in words_of(page)
    told = '2,Lãi suất,x,"Không phải lãi suất: '
    assert sheet.text.startswith(f"\ufeffDòng,Cột,Giá trị,Lý do\n{told}")
    rows = re.findall(r'<th scope="row" class="number"[^>]*>(\d+)</th>', down)
    assert rows == ["3", "2"]
    assert taking.status_code == 422
    assert office.hands["soat"].open(f"{FILES}/1/faults.csv").status_code == 404
    with office.extensions["creditdesk"].database.read() as tx:
        noted = [line.subject_no for line in accesses.of_user(tx, "an", accesses.FIRST)]
    assert noted.count(job.rpartition("/")[2]) == 3


def test_what_a_stopped_process_left_goes_on_once_somebody_looks_at_it(office):
    job, database = wait_for(office, "soat", "verify"), office.extensions["creditdesk"].database
    errands.Worker(database, settings.policy(), lambda: moment() - timedelta(minutes=2))._take()

    done = ended(office.hands["soat"], job)

    assert "xong" in words_of(done)


def test_what_is_no_file_of_a_branch_is_refused_at_its_field(office):
    hand = office.hands["an"]
    refused = [
        hand_in(hand, "", name=""),
        hand_in(hand, "x", name="anh.png"),
        hand_in(hand, "một;hai\n1;2\n"),
        hand_in(hand, "Tên\n\0"),
    ]

    for answer in refused:
        assert answer.status_code == 422
        assert 'id="file-fault"' in answer.text
    assert office.hands["toan"].open(FILES).status_code == 403


def wait_for(office, by, kind="open-month"):
    """Write down a job that waits for a second person and return its address."""
    deed = Deed(by, "2026-11-22T08:00:00+00:00", ground="chứng từ về muộn")
    said = {"month": "2026-01", "act": "open-month"}
    with office.extensions["creditdesk"].database.begin() as tx:
        return f"/administration/jobs/{errands.ask(tx, kind=kind, said=said, deed=deed)}"


def test_a_job_is_taken_back_by_its_maker_with_a_ground(office):
    hand = office.hands["soat"]
    job = wait_for(office, "soat")
    silent = hand.send(f"{job}/cancel", {"ground": ""}, page=job)
    told = hand.send_on(f"{job}/cancel", {"ground": "nhầm tháng"}, page=job)

    assert 'id="ground-fault"' in silent.text
    assert "Người lập đã hủy. nhầm tháng" in words_of(told)
    assert "Mở lại tháng" in words_of(hand.open("/administration/jobs?state=declined"))


def test_a_job_is_answered_by_another_person_and_never_by_its_maker(office):
    hand = office.hands["tong"]
    own, foreign, third = (wait_for(office, by) for by in ("tong", "khac", "khac"))
    form = hand.open(foreign).text
    told = hand.send(f"{own}/approve", form=form)
    refused = hand.send_on(f"{foreign}/refuse", {"ground": "thiếu giấy tờ"}, form=form)
    hand.send_on(f"{third}/approve", form=hand.open(third).text)
    done = ended(hand, third)

    assert "Đồng ý, cho làm" not in words_of(hand.open(own))
    assert told.status_code == 403
    assert "tong không đồng ý. thiếu giấy tờ" in words_of(refused)
    assert "01/2026" in words_of(done)
    assert "không làm được" in words_of(done)
    assert office.hands["an"].open(own).status_code == 404


def test_what_was_refused_is_asked_anew_with_its_paper(office):
    hand, deed = office.hands["soat"], Deed("soat", "2026-11-22T08:00:00+00:00", ground="bão số 5")
    deed = replace(deed, document_no="88/QĐ-UBND", document_on=date(2026, 9, 1))
    said, why = {"month": "2026-01", "act": "open-month"}, '{"code": "errand-failed", "facts": {}}'
    with office.extensions["creditdesk"].database.begin() as tx:
        number = errands.ask(tx, kind="open-month", said=said, deed=deed)
        records.errands.change_errand(tx, number, state="refused", result=why)

    job = f"/administration/jobs/{number}"
    told = hand.send_on(f"{job}/again", page=job)

    with office.extensions["creditdesk"].database.read() as tx:
        fresh = errands.find(tx, number + 1)
    assert "Mở lại tháng" in words_of(told)
    assert (fresh["state"], fresh["ground"]) == ("to-check", "bão số 5")
    assert (fresh["document_no"], fresh["document_on"]) == ("88/QĐ-UBND", "2026-09-01")
