"""Decisions over many loans: shown before, taken as shown, undone as one, taken again."""

from datetime import date, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from creditdesk import measures
from creditdesk.errors import DeskError
from creditdesk.measures import Measure
from tests.faults.book import POLICY
from tests.faults.lives.desk import BACK, PAPER, PICK, Desk

DECREE = date(2025, 10, 10)
KINDS = st.sampled_from(["rate", "freeze", "holiday"])
PLACES = st.sampled_from([("19333",), ("44",), ("19351", "19363"), ()])
LONG = st.integers(1, 1800) | st.integers(-1, 2000)


class Measuring(Desk):
    """Measures."""

    def __init__(self):
        super().__init__()
        self.measures = []

    def measure(self, kind, places, back, long):
        since = self.day_back(back)
        if kind == "rate":
            return Measure("rate", DECREE if long % 9 else since, None, places, ("12",))
        until = since + timedelta(long)
        return Measure(kind, since, until, places, reason="K1" if kind == "freeze" else "")

    @rule(kind=KINDS, places=PLACES, back=BACK, long=LONG)
    def take_a_measure(self, kind, places, back, long):
        measure = self.measure(kind, places, back, long)
        if number := self.measured(f"measure-{kind}", measure):
            self.measures.append(number)

    def measured(self, name, measure):
        """Take a measure: it does to every loan what its dry run showed."""
        asked = {"today": self.today}
        try:
            shown = self.read(measures.dry_run, POLICY, measure, **asked)
        except DeskError:
            shown = None
        done = self.act(name, measures.take, POLICY, measure, deed=PAPER, **asked)
        if not done:
            return None
        number, effect = done
        assert effect == shown
        with self.database.read() as tx:
            kept = next(one for one in measures.taken(tx) if one.number == number)
        assert (kept.measure, kept.effect) == (measure, effect.sums)
        for axis in ("commune", "programme"):
            rows = effect.by(axis).values()
            assert {k: sum(row[k] for row in rows) for k in effect.sums} == effect.sums
        return number

    def unmeasured(self, number):
        facts = {"number": number, "deed": PAPER}
        return self.act("measure-undo", measures.undo, POLICY, **facts)

    @precondition(lambda self: self.measures)
    @rule(pick=PICK)
    def undo_a_measure(self, pick):
        number = self.measures[pick % len(self.measures)]
        if undoing := self.unmeasured(number):
            self.measures.remove(number)
            assert not self.unmeasured(number)
            assert not self.unmeasured(undoing)

    @rule(kind=KINDS, places=PLACES, back=BACK, long=LONG)
    def measure_undo_and_measure_again(self, kind, places, back, long):
        """A measure that is undone was never taken; taken again it is the same book."""
        before = self.standings()
        measure = self.measure(kind, places, back, long)
        number = self.measured(f"measure-{kind}", measure)
        if not number:
            return
        after = self.standings()
        assert self.measured("measured-twice", measure) is None
        assert self.unmeasured(number)
        assert self.standings() == before
        again = self.measured(f"measure-{kind}", measure)
        assert again
        self.measures.append(again)
        assert self.standings() == after
