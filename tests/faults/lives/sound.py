"""What holds whatever happened: of the book, of its figures by columns, maps and explanations."""

from datetime import date, timedelta

from hypothesis.stateful import invariant, precondition

from creditdesk import audit, explanations, ledger, records, standings, statements
from creditdesk.columns import AT
from creditdesk.engine.ageing import stand
from creditdesk.figures import FIGURE_NAMES
from creditdesk.statements import Question
from tests.faults.book import POLICY
from tests.faults.lives.desk import SIGNED, Desk

LONG_AGO = date(2020, 1, 1)


class Sound(Desk):
    """The invariants, asked of what has stirred; the dear ones at the end of a life."""

    def teardown(self):
        self.statements_add_up()
        super().teardown()

    @precondition(lambda self: self.stirred)
    @invariant()
    def the_book_is_sound_and_adds_up(self):
        self.stirred = False
        with self.database.read() as tx:
            assert audit.verify(tx, POLICY).faults == []
            for province in records.loans.provinces(tx):
                over, now = standings.axes(tx, province), standings.image(tx, province, self.today)
                columns_are_the_engine(tx, over, now)
                before = standings.image(tx, province, max(SIGNED, self.today - timedelta(45)))
                gone = now.values - before.values
                moved = gone[AT["drawn"]] - gone[AT["repaid"]] - gone[AT["written_off"]]
                assert (before.outstanding + moved == now.outstanding).all()
                assert (now["in_term"] + now["overdue"] + now["frozen"] == now.outstanding).all()
                assert ((now.late >= 0) & (now.late <= now.outstanding)).all()
        if self.loans:
            self.every_figure_is_opened(self.loans[self.number % len(self.loans)])

    def every_figure_is_opened(self, loan_no):
        """Figures of an explanation are those of the standing, and their parts add up."""
        with self.database.read() as tx:
            found = explanations.explain(tx, POLICY, loan_no, self.today)
        one = self.standing(loan_no, self.today)
        assert found.standing == one
        for figure in found.figures:
            value = one
            for name in figure.name.split("."):
                value = getattr(value, name)
            assert figure.value == value
            if figure.rule in {"entries", "figures", "instalments"}:
                assert sum(part.amount for part in figure.parts) == value
        after = found.entries[-1].after if found.entries else (0, 0, 0)
        assert after == (one.in_term, one.overdue, one.frozen)

    def statements_add_up(self):
        since = max(SIGNED, self.today - timedelta(45))
        with self.database.read() as tx:
            before, now, gone = (
                asked(tx, Question(first, day)).total
                for first, day in (
                    (LONG_AGO, since - timedelta(1)),
                    (LONG_AGO, self.today),
                    (since, self.today),
                )
            )
            then = asked(tx, Question(LONG_AGO, self.today, map_of=SIGNED)).total
            programmes = asked(tx, Question(LONG_AGO, self.today, ("programme",))).total
            bridged = statements.bridge(tx, Question(LONG_AGO, self.today), then=SIGNED)
        moved = gone.drawn - gone.principal_collected - gone.written_off
        assert before.outstanding + moved == now.outstanding
        assert now.outstanding == now.in_term + now.overdue + now.frozen
        assert then == now == programmes == bridged.total
        for rows in (bridged.rows, bridged.then, bridged.now):
            assert_adds_up(rows, now)


def asked(tx, question):
    """Return a portfolio whose rows add up to its total."""
    found = statements.portfolio(tx, POLICY, question)
    assert_adds_up(found.rows, found.total)
    return found


def assert_adds_up(rows, total):
    sums = statements.add(row.figures for row in rows)
    for name in FIGURE_NAMES:
        assert name == "households" or getattr(sums, name) == getattr(total, name)


def columns_are_the_engine(tx, over, book):
    """Compare what the columns say of every loan with the engine's standing of it."""
    earned = standings.earned(tx, over, book)
    for at, loan in enumerate(records.loans.loans_by_id(tx, over.ids.tolist())):
        booked = ledger.in_order(ledger.facts_of(tx, loan.id))
        one = stand(ledger.terms_of(loan), booked, book.day)
        interest = one.interest_earned
        assert one.outstanding == one.in_term + one.overdue + one.frozen
        assert (
            *(book[name][at] for name in ("in_term", "overdue", "frozen", "drawn")),
            *(book.late[at], *(kind[at] for kind in earned)),
        ) == (
            *(one.in_term, one.overdue, one.frozen, one.drawn, one.late_principal),
            *(interest.in_term, interest.overdue, interest.grace),
        )
