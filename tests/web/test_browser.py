"""The pages in a real browser, at the widths of a phone, a tablet and a desk."""

from datetime import date

import pytest

from tests.apps import an_app
from tests.people import PASSWORD
from tests.web.conftest import COMMUNE, DAY, MANY, OTHER, SINCE, configured, number, shown
from tests.web.rig import served
from tests.web.test_signing import app as peopled
from tests.web.test_signing import with_people

__all__ = ["peopled"]

WIDTHS = (390, 820, 1440)
PERIOD = f"from={SINCE}&as_of={date.isoformat(DAY)}"
PAGES = (
    f"/?{PERIOD}",
    f"/?{PERIOD}&unit=dong",
    f"/communes/{COMMUNE}?{PERIOD}&unit=dong",
    f"/communes/{OTHER}?{PERIOD}",
    f"/loans/{number(3)}?as_of={DAY}",
    f"/loans/{number(MANY + 1)}?as_of={DAY}",
)

pytestmark = pytest.mark.browser


@pytest.fixture
def filling(request):
    return with_people if "peopled" in request.fixturenames else shown


@pytest.fixture
def address(sqlite_url):
    """Return where a filled book is served."""
    app = an_app(configured(sqlite_url))
    with served(app) as found:
        yield found
    app.extensions["creditdesk"].database.close()


def test_pages_fit_every_width_and_run_nothing_foreign(address, browser):
    troubles, asked = [], []
    for width in WIDTHS:
        tab = browser.new_page(viewport={"width": width, "height": 900})
        tab.on("console", lambda said: troubles.append(said.text))
        tab.on("pageerror", lambda error: troubles.append(str(error)))
        tab.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
        tab.on("request", lambda request: asked.append(request.url))
        for page in PAGES:
            tab.goto(address + page)
            tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            wide = tab.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (width, page)
        tab.close()

    assert troubles == []
    assert all(url.startswith(address) for url in asked)
    assert len(asked) > len(WIDTHS) * len(PAGES)


def test_a_table_sorts_where_it_stands_as_the_server_would(address, browser):
    tab = browser.new_page()
    tab.goto(f"{address}/?{PERIOD}")
    codes = "() => [...document.querySelectorAll('.rows .code')].map(cell => cell.innerText)"
    before = tab.evaluate(codes)

    tab.click("th a[href*='sort=drawn_to_date']")
    sorted_here = tab.evaluate(codes)
    tab.reload()

    assert before == [OTHER, COMMUNE]
    assert sorted_here == [COMMUNE, OTHER] == tab.evaluate(codes)
    assert tab.locator("th[aria-sort='descending']").count() == 1
    tab.close()


def test_a_figure_opens_without_a_script(address, browser):
    tab = browser.new_page(java_script_enabled=False)
    tab.goto(f"{address}/loans/{number(3)}?as_of={DAY}")
    reason = tab.locator("#why-interest_earned-in_term li").first

    assert not reason.is_visible()
    tab.click("#why-interest_earned-in_term summary")

    assert reason.is_visible()
    assert "10.000.003 đ × 543 ngày × 6,6 % / 365" in reason.inner_text()
    tab.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_officer_signs_in_and_out_in_a_real_browser(peopled, browser, scripts):
    with served(peopled) as address:
        tab = browser.new_page(java_script_enabled=scripts)
        tab.set_default_timeout(10_000)
        tab.goto(address)
        tab.fill("input[name=name]", "lan")
        tab.fill("input[type=password]", PASSWORD)
        tab.keyboard.press("Enter")
        tab.wait_for_url(f"{address}/today")
        tab.goto(f"{address}/loans/{number(3)}?as_of={DAY}")
        assert number(3) in tab.inner_text("main")

        tab.click(".account summary")
        tab.click("form[action='/sign-out'] button")
        tab.wait_for_url(f"{address}/sign-in**")
        tab.goto(f"{address}/loans/{number(3)}?as_of={DAY}")

        assert "/sign-in" in tab.url
        tab.close()
