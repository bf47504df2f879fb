"""Time: days pass, sessions move what is late, months are closed and opened, images are kept."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from creditdesk import arrears, closing, images
from creditdesk.engine import days
from tests.faults.book import DEED, POLICY
from tests.faults.lives.desk import LATEST, PICK, Desk

SESSIONS = st.sampled_from([7, 10, 10, 10, 20])
LATER = st.sampled_from([1, 10, 31, 90, 365]) | st.integers(0, 120)
THEN = st.sampled_from(["quiet", "transfer", "transfer", "image", "close", "open"])


class Nights(Desk):
    """What the clock does, and what people do with months."""

    @rule(later=LATER, back=st.integers(0, 3), session=SESSIONS, then=THEN)
    def time_passes(self, later, back, session, then):
        self.today = min(LATEST, self.today + timedelta(later))
        self.stirred = True
        day = days.months_after(self.today, -back)
        if then == "close":
            self.close(day.isoformat()[:7])
        if then == "open":
            self.act("open-month", closing.open_month, month=day.isoformat()[:7], deed=DEED)
        if then == "transfer":
            facts = {"session": self.today.replace(day=session), "place": arrears.Place()}
            if self.act("transfer", arrears.transfer, POLICY, deed=DEED, **facts):
                self.done["transferred"] += 1
        if then == "image":
            self.act("image", images.keep, day)

    def close(self, month):
        facts = {"month": month, "today": self.today, "moment": "m"}
        done = self.act("close-month", closing.close_month, **facts)
        if done:
            again = self.act("close-again", closing.close_month, **facts)
            assert (again.figures, again.new) == (done.figures, False)

    @rule(pick=PICK)
    def open_what_is_closed(self, pick):
        with self.database.read() as tx:
            closed = [one for one in closing.history(tx) if one.opened is None]
        if closed:
            month = closed[pick % len(closed)].month
            assert self.act("open-month", closing.open_month, month=month, deed=DEED)
