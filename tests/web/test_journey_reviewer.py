"""The reviewer's question by keyboard: from a figure to loans, why it changed, its proof."""

import pytest

from creditdesk.users.permissions import Role
from tests.web.walk import Walk

pytestmark = pytest.mark.browser


def test_a_figure_is_followed_down_to_masked_loans_and_its_changes(stage):
    walk = Walk(stage, None)
    walk.tab.goto("/sign-in")
    walk.sign_in("tai-chinh")
    walk.stop("Danh mục cho vay theo xã")
    walk.go(".entries a[href='/statements']", "**/statements")
    walk.stop("Báo cáo")
    walk.go("#table-rows tbody.rows a", "**/statements/communes/*")
    walk.stop("Các tổ tại")
    walk.go("#groups tbody.rows a")
    walk.stop("Cần để làm gì")
    walk.fill(need="đối chiếu hồ sơ").enter()
    walk.stop()
    walk.go("#loans tbody a", "**/loans/66*")
    walk.stop("•••")
    walk.tab.goto("/statements?place=44")
    walk.go("a[href^='/statements/changes']", "**/statements/changes?**")
    walk.stop("Biến động giữa hai ngày")
    walk.fill(**{"from": "30/06/2026", "as_of": "31/10/2026"}).enter()
    walk.stop("30/06/2026")
    walk.leave(known=["403", "Autofocus"])


def test_a_statement_is_fetched_and_proved_and_one_changed_byte_is_told(stage):
    walk = Walk(stage, Role.REVIEWER)
    walk.tab.goto("/statements?place=44&from=2026-01-01&as_of=2026-10-31")
    paper = walk.tab.request.get(walk.tab.get_attribute("a[href*='portfolio.pdf']", "href")).body()
    walk.tab.goto("/statements/issued")
    walk.stop("Giấy tờ đã cấp")
    walk.go("main table a", "**/verify/**")
    walk.stop("31/10/2026")
    altered = paper[:-7] + bytes([paper[-7] ^ 1]) + paper[-6:]
    for content, said in ((paper, "Bản thật"), (altered, "Đã bị sửa")):
        file = {"name": "sao-kê.pdf", "mimeType": "application/pdf", "buffer": content}
        walk.to("[name=file]").tab.set_input_files("[name=file]", file)
        walk.go(".verifying button")
        walk.stop(said)
    walk.leave()
