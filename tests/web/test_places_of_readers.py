"""Whoever names no place sees all of their scope; of several provinces they choose one."""

from creditdesk import statements
from creditdesk.engine.money import millions
from creditdesk.statements import Question
from creditdesk.users import Role, Scope
from tests.builders import POLICY
from tests.web.conftest import COMMUNE, DAY, SINCE
from tests.web.hands import admitted, words_of

PERIOD = f"from={SINCE}&as_of={DAY}"
PAGES = ("/", "/statements", "/statements/changes", "/pictures")
TWO = Scope("province", ("44", "79"))


def test_pages_of_an_office_and_of_a_group_begin_with_all_of_it(book):
    question = Question(SINCE, DAY, within=(("office", "004401"),))
    with book.database.read() as tx:
        total = statements.portfolio(tx, POLICY, question).total
    officer = admitted(book.app, "an", Role.OFFICER, scope=Scope("office", ("004401",)))
    head = admitted(book.app, "to", Role.GROUP_HEAD, scope=Scope("group", ("1933301",)))

    for page in PAGES:
        found = officer.open(f"{page}?{PERIOD}")
        assert found.status_code == 200, page
        assert "Phòng giao dịch 004401" in words_of(found), page
        assert page == "/pictures" or millions(total.outstanding) in words_of(found), page
    assert f"/communes/{COMMUNE}" in officer.open(f"/?{PERIOD}").text
    told = head.open(f"/?{PERIOD}")
    assert "Tổ tiết kiệm và vay vốn 1933301" in words_of(told)
    assert f"/communes/{COMMUNE}" not in told.text


def test_of_several_provinces_one_is_chosen_and_then_shown(book):
    hand = admitted(book.app, "hai", Role.REVIEWER, scope=TWO)
    pages = (*PAGES, "/papers/13-bc.pdf", "/worklists")
    for page in pages:
        asked = hand.open(f"{page}?{PERIOD}&need=kiểm+tra")
        assert asked.status_code == 400, page
        assert "Chọn địa bàn" in words_of(asked), page
        assert all(f"place={code}" in asked.text for code in TWO.codes), page
        chosen = hand.open(f"{page}?{PERIOD}&need=kiểm+tra&place=44")
        assert chosen.status_code == 200, page
    checker = admitted(book.app, "ba", Role.SUPERVISOR, scope=TWO)
    for page in ("/today", "/applications", "/search?q=nguyen"):
        sign = "&" if "?" in page else "?"
        assert "Chọn địa bàn" in words_of(checker.open(page)), page
        assert checker.open(f"{page}{sign}place=44").status_code == 200, page
        assert checker.open(f"{page}{sign}place=66").status_code in (400, 404), page
