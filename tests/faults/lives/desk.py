"""A desk to which anything may happen: its book, its day, and how an act is done or refused."""

from collections import Counter
from datetime import date, timedelta
from string import Formatter

import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from creditdesk import ledger, records, standings, words
from creditdesk.db import Database, metadata
from creditdesk.engine.lifecycle import ACTS, state_of
from creditdesk.errors import DeskError
from tests.faults.book import DEED
from tests.keys import KEYS

SIGNED = date(2026, 3, 2)
LATEST = date(2031, 12, 31)
PICK = st.integers(0, 1000)
AMOUNTS = st.sampled_from([1, 99_999, 100_000, 5_000_000]) | st.integers(1, 9_000_000)
BACK = st.sampled_from([0, 0, 1, 31]) | st.integers(0, 120)
AHEAD = st.sampled_from([-1, 0, 1, 30, 365]) | st.integers(-60, 900)
PAPER = ledger.Deed(
    by=DEED.by,
    recorded_at=DEED.recorded_at,
    checked_by=DEED.checked_by,
    ground=DEED.ground,
    document_no="12/QĐ (mẫu)",
    document_on=SIGNED,
)
ROWS = sa.select(
    *(sa.select(sa.func.count()).select_from(t).scalar_subquery() for t in metadata.sorted_tables)
)


class Desk(RuleBasedStateMachine):
    """What all acts share; `fresh` makes a database, `drop` throws it away, `done` counts acts."""

    fresh = drop = None
    done: Counter[str]

    def __init__(self):
        super().__init__()
        self.url = self.fresh()
        self.database = Database(self.url, KEYS)
        self.loans = []
        self.number = 0
        self.today = SIGNED
        self.stirred = False

    def teardown(self):
        self.database.close()
        self.drop(self.url)

    def act(self, name, call, *args, **facts):
        """Return what an act gives, and None of one that is refused: it leaves all as it was."""
        before = self.rows()
        try:
            with self.database.begin() as tx:
                found = call(tx, *args, **facts)
        except DeskError as why:
            assert self.rows() == before
            assert_said(why)
            return None
        self.done[name] += 1
        self.stirred = True
        return True if found is None else found

    def read(self, call, *args, **facts):
        """Return what a reading gives: nothing is written by it."""
        before = self.rows()
        with self.database.read() as tx:
            found = call(tx, *args, **facts)
        assert self.rows() == before
        return found

    def rows(self):
        with self.database.read() as tx:
            return tx.execute(ROWS).first()

    def a_number(self, mark="S"):
        self.number += 1
        return f"{mark}{self.number:04d}"

    def day_back(self, back):
        return max(SIGNED, self.today - timedelta(back))

    def states(self, day):
        """Return in which state every loan is at the end of a day."""
        return [state_of(one) for one in self.standings(day)]

    def loan_for(self, act, pick, day):
        """Return a loan on which an act may be taken; now and then any."""
        pairs = zip(self.loans, self.states(day), strict=True)
        fit = [loan_no for loan_no, state in pairs if state in ACTS[act].states]
        fit = fit if fit and pick % 10 else self.loans
        return fit[pick % len(fit)]

    def standing(self, loan_no, day=LATEST):
        with self.database.read() as tx:
            return standings.standing(tx, loan_no, day)

    def standings(self, day=LATEST):
        """Return where every loan stands at the end of a day, or of all days."""
        with self.database.read() as tx:
            return [standings.standing(tx, loan_no, day) for loan_no in self.loans]

    def booked(self, loan_no):
        """Return a loan's row, and what is booked of it in the order in which it counts."""
        with self.database.read() as tx:
            loan = records.loans.find_loan(tx, loan_no)
            return loan, ledger.in_order(ledger.facts_of(tx, loan.id))

    def papers(self):
        """Return the receipt numbers that stand, of all loans: first draws come last."""
        each = [[one.event.receipt_no for one in self.booked(no)[1]] for no in self.loans]
        return [no for one in each for no in one[1:]] + [no for one in each for no in one[:1]]


def assert_said(why):
    """A refusal has a sentence in every language, and every fact that the sentence names."""
    for language in words.LANGUAGES:
        sentence = words.catalogue(language)[f"refusal.{why.code}"]
        named = {name for _, name, *_ in Formatter().parse(sentence) if name}
        assert named <= set(why.facts), (language, why)
        assert words.refusal(language, why)
