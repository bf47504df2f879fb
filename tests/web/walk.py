"""Somebody on their way through the desk by keyboard, whose every page is looked at."""

import os
import re
from pathlib import Path

from creditdesk.users.demonstration import PASSWORD
from tests.web.rig import WIDTHS, look

# Where whoever runs the tests wants to see the pages: a picture of each stop, at each width.
PICTURES = os.environ.get("PICTURES", "")
MOST_TABS = 150
AT = "wanted => document.activeElement.matches(wanted)"


class Walk:
    """A tab of somebody who comes from page to page as people do, and never by an address."""

    def __init__(self, stage, who, *, width=1440):
        """Begin where whoever is signed in begins."""
        self.stage, self.who, self.width = stage, str(who), width
        self.tab = stage.tab(who, fresh=True, viewport={"width": width, "height": 900})
        self.stops = 0

    def stop(self, *said):
        """Look at the page at every width; what is said must be told there."""
        wrong = look(self.tab)
        assert wrong == [], (self.tab.url, wrong)
        told = self.tab.inner_text("main")
        assert [text for text in said if text not in told] == [], told
        self.stops += 1
        if PICTURES:
            self._draw()
        self.tab.set_viewport_size({"width": self.width, "height": 900})

    def _draw(self):
        page = re.sub(r"\W+", "-", self.tab.url.split("/", 3)[3])[:40]
        for width in WIDTHS:
            self.tab.set_viewport_size({"width": width, "height": 900})
            name = f"{self.who}-{self.stops:02d}-{page}-{width}.png"
            self.tab.screenshot(path=Path(PICTURES, name), full_page=True)

    def to(self, wanted):
        """Press Tab until what is wanted has the focus."""
        for _ in range(MOST_TABS):
            self.tab.keyboard.press("Tab")
            if self.tab.evaluate(AT, wanted):
                return self
        raise AssertionError(f"no key leads to {wanted} on {self.tab.url}")

    def press(self, *keys):
        """Press keys, one after another."""
        for key in keys:
            self.tab.keyboard.press(key)
        return self

    def type(self, text):
        """Type a text where the focus is."""
        self.tab.keyboard.insert_text(text)
        return self

    def fill(self, **said):
        """Come to fields by Tab, in their order, and say something in each."""
        for name, text in said.items():
            self.to(f"[name={name}]")
            if self.tab.evaluate("document.activeElement.tagName") == "SELECT":
                self.choose(text)
            else:
                self.press("Control+a").type(text)
        return self

    def choose(self, value):
        """Press the arrow down until the choice that has the focus is a value."""
        for _ in range(MOST_TABS):
            if self.tab.evaluate("document.activeElement.value") == value:
                return self
            self.press("ArrowDown")
        raise AssertionError(f"{value} is no choice on {self.tab.url}")

    def go(self, wanted, address="**"):
        """Come to a link or a button by Tab and press Enter; wait for the page it leads to."""
        return self.to(wanted).enter(address)

    def enter(self, address="**"):
        """Press Enter and wait for the page it leads to."""
        with self.tab.expect_navigation(url=address):
            self.tab.keyboard.press("Enter")
        return self

    def sign_in(self, name):
        """Sign in as somebody of the demonstration, from the page that asks who is there."""
        self.fill(name=name, password=PASSWORD)
        return self.enter(lambda url: "/sign-in" not in url)

    def leave(self, *, known=()):
        """Close the tab; what the browser complained of besides what is known is a fault."""
        self.tab.context.close()
        told = [one for one in self.stage.troubles if not any(part in one for part in known)]
        self.stage.troubles.clear()
        assert told == [], told
