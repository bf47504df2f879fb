"""Everybody's own account: what opens it is changed there, and what is open is shut."""

import re

from creditdesk.users import codes
from creditdesk.web.edge import moment
from tests.people import PASSWORD
from tests.web.hands import Hand, office, words_of

__all__ = ["office"]

NEW = "mưa rơi trên mái ngói cũ"


def signed_in_anew(app, name, password):
    """Sign in by name and password and return the hand."""
    hand = Hand(app, "")
    page = hand.open("/sign-in").text
    token = re.search(r'name="form_token" value="(\w*)"', page)[1]
    said = {"name": name, "password": password, "form_token": token}
    return hand, hand.client.post("/sign-in", data=said)


def test_a_password_is_changed_by_whoever_knows_it_and_other_sessions_end(office):
    hand = office.hands["an"]
    other, _ = signed_in_anew(office, "an", PASSWORD)
    said = {"password": PASSWORD, "wanted": NEW, "again": NEW}
    wrong = {
        "Mật khẩu hiện tại không đúng.": said | {"password": "không phải"},
        "Hai lần nhập mật khẩu không giống nhau.": said | {"again": "khác hẳn thế này"},
        "ít nhất 12 ký tự": said | {"wanted": "ngắn", "again": "ngắn"},
        "quá phổ biến": said | {"wanted": "123456789012", "again": "123456789012"},
    }

    for sentence, typed in wrong.items():
        refused = hand.send("/account/password", typed)
        assert (refused.status_code, sentence in words_of(refused)) == (422, True), sentence
        assert PASSWORD not in refused.text
    told = hand.send_on("/account/password", said)

    assert "Đã đổi mật khẩu" in words_of(told)
    assert other.open("/account").status_code == 303
    assert signed_in_anew(office, "an", NEW)[1].headers["Location"] == "/today"


def code_at(key, ahead=0):
    return codes.code_of(key, codes.step_at(moment()) + ahead)


def test_a_second_factor_is_changed_by_a_code_of_the_one_in_use(office):
    hand, address = office.hands["chi"], "/account/second-factor"
    offer = hand.send(address)
    key = re.search(r'class="key">(\w+)<', offer.text)[1]
    wrong = hand.send(address, {"code": "000000"}, form=offer.text)
    enrolled = hand.send(address, {"code": code_at(key)}, form=wrong.text)
    recovery = re.findall(r"<code>([\w-]+)</code>", enrolled.text)

    second = hand.send(address)
    fresh = re.search(r'class="key">(\w+)<', second.text)[1]
    without = hand.send(address, {"code": code_at(fresh)}, form=second.text)
    forged = hand.send(address, {"code": code_at(fresh), "sealed": "AAAA"}, form=second.text)
    proven = {"code": code_at(fresh), "former": recovery[0]}
    renewed = hand.send(address, proven, form=without.text)

    assert (wrong.status_code, key in wrong.text) == (422, True)
    assert len(recovery) == 10
    assert "không phải của ứng dụng đang dùng" in words_of(without)
    assert "hãy tạo khóa mới" in words_of(forged)
    assert len(re.findall(r"<code>([\w-]+)</code>", renewed.text)) == 10
    assert hand.open("/account").status_code == 200


def test_sessions_of_ones_own_are_ended_here_and_those_of_others_are_not(office):
    hand = office.hands["an"]
    other, _ = signed_in_anew(office, "an", PASSWORD)
    third, _ = signed_in_anew(office, "an", PASSWORD)
    ends = set(
        re.findall(r'action="(/account/sessions/[0-9a-f]+/end)"', hand.open("/account").text)
    )
    one = min(ends)

    told = hand.send_on(one, page="/account")
    foreign = office.hands["chi"].send(one, page="/account/password")
    rest = hand.send_on("/account/sessions/end-others", page="/account")

    assert len(ends) == 2
    assert "Đã kết thúc phiên." in words_of(told)
    assert foreign.status_code == 404
    assert "Đã kết thúc 1 phiên khác." in words_of(rest)
    assert {other.open("/account").status_code, third.open("/account").status_code} == {303}


def test_a_token_is_shown_once_and_opens_what_it_is_for_until_it_is_revoked(office):
    hand, address = office.hands["soat"], "/account/tokens/new"
    said = {"label": "máy tính bảng", "days": "30", "acts": ["months"]}
    nothing = hand.send(address, said | {"acts": []})
    long = hand.send(address, said | {"days": "366"})
    form = hand.open(address).text
    shown, again = (hand.send(address, said, form=form) for _ in range(2))
    secret = re.search(r"cdt_[\w-]+", shown.text)[0]
    bearer = {"Authorization": f"Bearer {secret}"}
    asked = [("/api/v1/months", 200), ("/api/v1/worklists", 403)]
    opened = [office.test_client().get(path, headers=bearer).status_code for path, _ in asked]

    own = hand.open("/account").text
    revoked = hand.send_on(re.search(r'"(/account/tokens/\d+/revoke)"', own)[1], page="/account")

    assert (nothing.status_code, long.status_code) == (422, 422)
    assert 'id="acts-fault"' in nothing.text
    assert (again.status_code, "cdt_" in again.text) == (303, False)
    assert "cdt_" not in own
    assert opened == [status for _, status in asked]
    assert "Đã thu hồi" in words_of(revoked)
    assert office.test_client().get("/api/v1/months", headers=bearer).status_code == 401


def test_whoever_chose_no_language_reads_the_one_of_the_appointment(office):
    chi = office.hands["chi"]
    changed = {"language": "id", "ground": "theo đề nghị"}
    former = {"display_name": "An (minh họa)", "role": "officer", "scope": "office"}
    former |= {"codes": "004403", "since": "01/01/2026"}
    chi.send_on("/administration/users/an/change", former | changed)
    hand, _ = signed_in_anew(office, "an", PASSWORD)

    assert '<html lang="id">' in hand.open("/account").text
    assert '<html lang="en">' in hand.open("/account?lang=en").text
