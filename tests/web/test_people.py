"""The people of the desk on pages: admitted, appointed, shut out, each with a ground."""

import re
from dataclasses import replace

import pytest

from creditdesk.users.sessions import Stage
from tests.people import PASSWORD
from tests.web.hands import Hand, office, words_of
from tests.web.test_account import signed_in_anew

__all__ = ["office"]

USERS = "/administration/users"
BINH = {
    "sign_in_name": "binh",
    "display_name": "Trần Thị Bình (minh họa)",
    "role": "officer",
    "scope": "office",
    "codes": "004403, 004404",
    "since": "01/01/2026",
    "language": "vi",
    "ground": "QĐ 12/NHCS",
}
WRONG = {
    "sign_in_name-fault": {"sign_in_name": "Bình Trần"},
    "role-fault": {"role": "king"},
    "scope-fault": {"scope": "commune"},
    "codes-fault": {"codes": "<b>"},
    "until-fault": {"until": "31/12/2025"},
    "ground-fault": {"ground": ""},
}


def test_whoever_is_admitted_sets_a_password_by_a_link_that_is_shown_once(office):
    hand = office.hands["chi"]
    form = hand.open(f"{USERS}/new").text
    shown, again = (hand.send(f"{USERS}/new", BINH, form=form) for _ in range(2))
    taken = hand.send(f"{USERS}/new", BINH)
    path = re.search(r"http://[^/]+(/links/[\w-]+)", shown.text)[1]

    guest = Hand(office, "")
    guest.send(path, {"password": PASSWORD, "again": PASSWORD})
    told = words_of(hand.open(f"{USERS}/binh"))

    assert (again.status_code, taken.status_code) == (303, 422)
    assert 'id="sign_in_name-fault"' in taken.text
    assert signed_in_anew(office, "binh", PASSWORD)[1].headers["Location"] == "/today"
    assert "phòng giao dịch 004403, 004404" in told
    assert "QĐ 12/NHCS" in told
    assert "chờ đặt mật khẩu" not in told


@pytest.mark.parametrize("fault", WRONG)
def test_what_is_wrong_with_an_appointment_stands_at_its_field(office, fault):
    answer = office.hands["chi"].send(f"{USERS}/new", BINH | WRONG[fault])

    assert answer.status_code == 422
    assert re.findall(r'id="(\w+-fault)"', answer.text) == [fault]
    assert BINH["display_name"] in answer.text


def test_whoever_is_suspended_is_out_at_once_and_let_in_again(office):
    hand, why = office.hands["chi"], {"ground": "nghỉ thai sản"}
    suspended = hand.send_on(f"{USERS}/an/suspend", why)
    out = office.hands["an"].open("/account").status_code
    refused = signed_in_anew(office, "an", PASSWORD)[1].status_code
    hand.send_on(f"{USERS}/an/restore", why)
    back = signed_in_anew(office, "an", PASSWORD)[1].headers["Location"]
    ended = hand.send_on(f"{USERS}/an/revoke", why)

    assert "bị tạm khóa" in words_of(suspended)
    assert "nghỉ thai sản" in words_of(suspended)
    assert (out, refused, back) == (303, 403, "/today")
    assert "Đã kết thúc 1 phiên" in words_of(ended)


def test_a_reset_ends_the_password_and_shows_a_link(office):
    shown = office.hands["chi"].send(f"{USERS}/an/reset", {"ground": "quên mật khẩu"})

    assert "/links/" in shown.text
    assert signed_in_anew(office, "an", PASSWORD)[1].status_code == 403


def test_nobody_changes_their_own_appointment_and_nothing_is_done_without_a_ground(office):
    hand = office.hands["chi"]
    own = hand.send(f"{USERS}/chi/suspend", {"ground": "thử"})
    silent = hand.send(f"{USERS}/an/suspend", {"ground": " "})

    assert "Không ai được tự thay đổi vai trò" in words_of(own)
    assert 'id="ground-fault"' in silent.text
    assert office.hands["an"].open("/account").status_code == 200


def test_an_auditor_reads_who_is_there_and_changes_nobody(office):
    hand = office.hands["toan"]
    page = hand.open(f"{USERS}/an").text
    form = hand.open("/account").text
    tried = [
        hand.send(f"{USERS}/an/{deed}", {"ground": "x"}, form=form)
        for deed in ("suspend", "reset")
    ]
    officer = office.hands["an"].open(USERS)

    assert "btn" not in page.partition("<main")[2]
    assert {answer.status_code for answer in tried} == {403}
    assert officer.status_code == 403
    assert hand.open(f"{USERS}/nobody").status_code == 404


def test_what_cannot_be_opened_says_what_to_do_beneath_the_menu_of_whoever_asks(office):
    hand = office.hands["an"]
    lists = "/worklists/nothing", "/loans/6600202600000001/decisions/nothing"
    signed_in = [hand.open(page) for page in ("/nothing-here", USERS, *lists)]
    answers = [*signed_in, hand.client.put("/"), office.test_client().get("/nothing-here")]
    signed_in.append(hand.open("/verify"))
    there, stranger = [answer.text.partition("</header>") for answer in signed_in], answers[-1]

    assert [answer.status_code for answer in answers] == [404, 403, 404, 404, 405, 404]
    assert all('aria-label="Trình đơn"' in head and "/sign-out" in head for head, _, _ in there)
    assert all(">Về trang đầu</a>" in page for _, _, page in there[:-1])
    assert "tìm theo tên hoặc số khế ước" in words_of(signed_in[0])
    assert "hỏi quản trị viên về quyền" in words_of(signed_in[1])
    assert "có: nợ gốc" in words_of(signed_in[2]).lower()
    assert "gia hạn nợ" in words_of(signed_in[3]).lower()
    assert not re.search("due-session|extend", "".join(page for _, _, page in there))
    assert ">Đăng nhập</a>" in stranger.text
    assert "aria-label" not in stranger.text.partition("</header>")[0]


def test_people_are_found_without_marks_by_role_and_by_state(office):
    hand = office.hands["chi"]
    hand.send(f"{USERS}/new", BINH)

    def names(query):
        return re.findall(rf'href="{USERS}/([a-z]+)"', hand.open(f"{USERS}?{query}").text)

    assert set(names("")) - {"new"} == {"an", "binh", "chi", "soat", "toan", "tong"}
    assert names("q=tran+thi+binh") == ["new", "binh"]
    assert names("role=auditor&state=in-office") == ["new", "toan"]
    assert names("state=invited") == ["new", "binh"]
    assert "Bỏ lọc" in hand.open(f"{USERS}?q=khong-co").text


def test_the_last_sign_in_is_told_also_when_its_session_is_gone(office):
    hand = office.hands["toan"]
    before = words_of(hand.open(USERS))
    office.hands["chi"].send(f"{USERS}/new", BINH)

    assert before.count("chưa lần nào") == 0
    assert words_of(hand.open(USERS)).count("chưa lần nào") == 1
    assert Stage.FULL.value not in before


def test_somebody_is_linked_to_the_banks_identity_provider_and_no_longer(office):
    desk = office.extensions["creditdesk"]
    desk.settings = replace(desk.settings, provider_issuer="https://id.example")
    hand, why = office.hands["chi"], {"ground": "theo danh sách"}
    missing = hand.send(f"{USERS}/an/link", why)
    linked = hand.send_on(f"{USERS}/an/link", why | {"subject": "an-01"})
    twice = hand.send(f"{USERS}/soat/link", why | {"subject": "an-01"})
    desk.settings = replace(desk.settings, provider_passwords="off")
    reset = [hand.send(f"{USERS}/{name}/reset", why) for name in ("an", "soat")]
    unlinked = hand.send_on(f"{USERS}/an/unlink", why)

    assert 'id="subject-fault"' in missing.text
    assert "đã liên kết" in words_of(linked)
    assert 'id="subject-fault"' in twice.text
    assert ["/links/" in answer.text for answer in reset] == [False, True]
    assert "không có mật khẩu nào để đặt" in words_of(reset[0])
    assert words_of(unlinked).count("theo danh sách") == 2
