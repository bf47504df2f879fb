"""A session hall on a slow line: the sheet by keyboard alone, cut off in mid-post, sent again."""

import pytest

from creditdesk.users.permissions import Role

pytestmark = pytest.mark.browser


@pytest.fixture
def hall(stage):
    """Return a tab of the officer on the sheet of a group, and its address."""
    address = f"/sheets/{stage.facts['group']}/{stage.facts['past']}"
    tab = stage.tab(Role.OFFICER, fresh=True)
    tab.goto(address)
    yield tab, address
    tab.context.close()


def keys(tab, *pressed):
    for key in pressed:
        tab.keyboard.press(key)


def test_a_sheet_is_filled_and_booked_by_keyboard_over_a_line_that_is_cut(hall, stage):
    tab, address = hall
    rows = tab.locator("[data-asked][name$=interest]").count()
    kept = tab.input_value("#lines-0-interest")

    keys(tab, *["ArrowDown"] * rows, "0", "Enter")
    tab.keyboard.type("150k")
    keys(tab, "Enter", "ArrowUp")
    typed = [tab.input_value(f"#lines-{at}-interest") for at in (0, 1)]
    tab.reload()
    restored = [tab.input_value(f"#lines-{at}-interest") for at in (0, 1)]
    total = tab.inner_text("#sum-total")
    tab.focus("#cash")
    tab.keyboard.type(total)
    settled = tab.inner_text("#sum-over")
    posts = []
    # The first post arrives and is booked, but its answer is lost.
    tab.route(
        f"**{address}", lambda route: (posts.append(route.fetch(max_redirects=0)), route.abort())
    )
    keys(tab, "Control+Enter")
    tab.get_by_text("tự gửi khi có mạng lại").wait_for()
    tab.unroute(f"**{address}")
    tab.wait_for_url("**/receipts")

    assert kept != "0"
    assert typed == restored == ["0", "150.000"]
    assert settled == "0"
    assert [post.status for post in posts] == [303]
    assert tab.locator("tbody tr").count() == len(receipts(stage))
    assert tab.inner_text(".tile:last-child dd") == total
    assert tab.evaluate("Object.keys(localStorage)") == []
    stage.troubles[:] = [said for said in stage.troubles if "ERR_FAILED" not in said]


def receipts(stage):
    with stage.database.read() as tx:
        return tx.exec_driver_sql(
            "SELECT DISTINCT substr(receipt_no, 1, 20) FROM entry "
            "WHERE receipt_no LIKE 'PT%' AND mirrors IS NULL AND value_date = ?",
            (stage.facts["past"],),
        ).all()
