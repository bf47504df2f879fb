"""The reviewer's question by keyboard: from a figure to the loans, why it changed, and its proof."""

import pytest

from creditdesk.users.permissions import Role
from tests.web.walk import Walk

pytestmark = pytest.mark.browser


def test_a_figure_is_followed_down_to_masked_loans_and_its_changes(stage):
    walk = Walk(stage, Role.REVIEWER)
    walk.tab.goto("/statements?place=44")
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
    print(walk.tab.inner_text("main"))
    walk.leave(known=["403"])


def test_a_statement_is_fetched_and_proved_and_one_changed_byte_is_told(stage):
    walk = Walk(stage, Role.REVIEWER)
    walk.tab.goto("/statements?place=44")
    paper = walk.tab.request.get(walk.tab.get_attribute("a[href*='portfolio.pdf']", "href")).body()
    walk.tab.goto("/statements/issued")
    walk.stop("Giấy tờ đã cấp")
    walk.go("main table a", "**/verify/**")
    walk.stop()
    for at, (content, said) in enumerate(
        [(paper, "Bản thật"), (paper[:-7] + b"x" + paper[-6:], "Đã bị sửa")]
    ):
        walk.to("[name=file]")
        walk.tab.set_input_files(
            "[name=file]", {"name": "sao-kê.pdf", "mimeType": "application/pdf", "buffer": content}
        )
        walk.go("main button")
        walk.stop()
        print(walk.tab.inner_text("main"))
    walk.leave()
