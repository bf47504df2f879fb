"""The officer's day by keyboard: the sheet of a group, a loan that is extended, a new application.

The line is cut in mid-post, and whoever typed signs out: nothing is lost, nothing is booked twice.
"""

import unicodedata
from datetime import timedelta

import pytest

from creditdesk import records
from creditdesk.users import held
from creditdesk.users.permissions import Role
from creditdesk.web.edge import moment, today
from tests.web.walk import Walk

pytestmark = pytest.mark.browser


@pytest.fixture
def walk(stage):
    """Return the officer at a desk."""
    return Walk(stage, Role.OFFICER)


def borrower(stage):
    """Return the loan of the examples, and the name of whoever borrowed."""
    with stage.database.read() as tx:
        loan = records.loans.find_loan(tx, stage.facts["loan"])
        (customer,) = records.households.customers_of(tx, [loan.customer_id]).values()
    return loan, customer.name.partition(" (")[0]


def receipts(stage):
    with stage.database.read() as tx:
        return tx.exec_driver_sql(
            "SELECT DISTINCT substr(receipt_no, 1, 20) FROM entry "
            "WHERE receipt_no LIKE 'PT%' AND mirrors IS NULL AND value_date = ?",
            (stage.facts["past"],),
        ).all()


def written(day):
    return day.strftime("%d/%m/%Y")


def bare(text):
    """Return a text as it is typed without marks."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(one for one in plain if not unicodedata.combining(one)).lower()


def sign_out(walk):
    walk.to(".account summary").press("Enter")
    walk.go("form[action='/sign-out'] button", "**/sign-in")


def leave_alone(walk):
    """Let the session of somebody be as old as if they had asked for nothing for a day."""
    token = next(one for one in walk.tab.context.cookies() if one["name"] == "session")["value"]
    before = (moment() - timedelta(days=1)).isoformat()
    with walk.stage.database.begin() as tx:
        records.users.see_session(tx, held.digest(token), before)


def in_fields(walk):
    return [walk.tab.input_value(f"#lines-{at}-interest") for at in (0, 1)]


def differences(walk):
    """Type what two of the sheet paid otherwise, and return what stands there then."""
    rows = walk.tab.locator("[data-asked][name$=interest]").count()
    walk.press(*["ArrowDown"] * rows, "0", "Enter").type("150k").press("Enter", "ArrowUp")
    return in_fields(walk)


def cut_off(walk, address):
    """Book while the line loses the answer to what arrived, and return what was answered."""
    posts, tab = [], walk.tab
    tab.route(address, lambda route: (posts.append(route.fetch(max_redirects=0)), route.abort()))
    walk.to("#cash").press("Control+Enter")
    tab.get_by_text("tự gửi khi có mạng lại").wait_for()
    tab.unroute(address)
    return posts


def test_a_sheet_outlives_whoever_signs_out_a_session_and_a_line_that_is_cut(stage):
    address = f"/sheets/{stage.facts['group']}/{stage.facts['past']}"
    walk = Walk(stage, None)
    tab = walk.tab
    tab.goto(address)
    walk.sign_in("can-bo")
    walk.stop("Đối chiếu tiền mặt")
    tab.reload()
    asked, typed = in_fields(walk), differences(walk)

    sign_out(walk)
    walk.sign_in("to-truong")
    tab.goto(address)
    of_another = in_fields(walk), tab.is_visible("#draft")
    sign_out(walk)
    walk.sign_in("can-bo")
    tab.goto(address)
    walk.stop("Đã lấy lại những gì bạn gõ dở")
    restored = in_fields(walk)
    total = tab.inner_text("#sum-total")
    walk.fill(cash=total)
    settled = tab.inner_text("#sum-over")

    leave_alone(walk)
    with tab.expect_navigation(url="**/sign-in?**"):
        walk.press("Control+Enter")
    walk.sign_in("can-bo")
    walk.stop("chưa ghi")
    kept = in_fields(walk), tab.input_value("#cash")
    posts = cut_off(walk, f"**{address}")
    tab.goto(address)
    posts += cut_off(walk, f"**{address}")
    tab.wait_for_url("**/receipts")
    walk.stop("Đã ghi", total)
    paper = tab.request.get(tab.get_attribute("a[href$='receipts.pdf']", "href"))

    assert "0" not in asked
    assert of_another == (asked, False)
    assert typed == restored == kept[0] == ["0", "150.000"]
    assert (settled, kept[1]) == ("0", total)
    assert [post.status for post in posts] == [303, 303]
    assert tab.locator("tbody tr").count() == len(receipts(stage))
    assert tab.inner_text(".tile:last-child dd") == total
    assert tab.evaluate("Object.keys(localStorage)") == []
    assert paper.body().startswith(b"%PDF")
    walk.leave(known=["ERR_FAILED", "Autofocus"])


def test_a_day_begins_with_what_there_is_to_do(walk):
    walk.tab.goto("/today")
    walk.stop("Phiên giao dịch trong 7 ngày tới", "Danh sách việc")
    walk.go(".entries a[href='/sheets']", "**/sheets")
    walk.stop("Từ")
    walk.leave()


def test_a_loan_found_without_marks_is_looked_at_and_its_extension_proposed(stage, walk):
    loan, name = borrower(stage)
    walk.tab.goto("/")
    walk.press("/").type(bare(name)).enter("**/search?**")
    walk.stop(name)
    walk.go(f"a[href^='/loans/{loan.loan_no}']", "**/loans/**")
    walk.stop(loan.loan_no, name)
    walk.tab.reload()
    walk.to(".steps summary").press("Enter")
    walk.go("a[href$='/decisions/extend']", "**/decisions/extend")
    walk.stop("Gia hạn nợ")
    day, until = written(today()), written(loan.due_on + timedelta(days=365))
    walk.fill(day=day, until=until, document_no="7/DN", document_on=day, ground="Mất mùa do bão")
    walk.go(".buttons button")
    walk.stop("Mất mùa do bão", until)
    walk.go(".confirm button", "**/decisions/*")
    walk.stop("7/DN", until)
    walk.leave()


def test_an_application_is_drawn_up_weighed_and_entered(stage, walk):
    near, _ = borrower(stage)
    walk.tab.goto("/applications")
    walk.stop("Hồ sơ vay")
    walk.go("a[href='/new-application']", "**/new-application")
    walk.stop("01/TD")
    walk.fill(
        customer_name="Lê Thị Mẫu (minh họa)",
        customer_no="4499999998",
        application_no="MH-RIG-2",
        programme="06",
        amount="20tr",
        months="60",
        purpose="Nước sạch",
        trustee=near.trustee,
        group_no=near.group_no,
        commune=near.commune,
        village_code=near.village_code,
        session_day=str(near.session_day),
    )
    walk.enter("**/preview")
    walk.stop("Tổng tiền lãi", "20.000.000")
    walk.go(".confirm button", "**/applications/MH-RIG-2")
    walk.stop("Lê Thị Mẫu", "20.000.000")
    walk.leave()
