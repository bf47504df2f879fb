"""Whole lives by chance: every act in any order, and after each the book is sound and adds up."""

import shutil
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

import hypothesis
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from creditdesk import (
    arrears,
    audit,
    closing,
    images,
    ledger,
    loans,
    records,
    repayments,
    standings,
    statements,
)
from creditdesk.columns import AT
from creditdesk.db import Database, metadata
from creditdesk.engine.accrual import rate_units
from creditdesk.engine.ageing import final_due_on, plan_on, stand, terms_on
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from creditdesk.errors import DeskError
from tests.builders import as_told
from tests.conftest import LONG, TEMPLATE
from tests.faults.book import DEED, PLACES, POLICY, contract
from tests.keys import KEYS

RUNS, STEPS = (150, 60) if LONG else (12, 25)
SIGNED = date(2026, 3, 2)
LONG_AGO = date(2020, 1, 1)
LATEST = date(2031, 12, 31)
MOST_LOANS = 3
AMOUNTS = st.sampled_from([1, 99_999, 100_000, 5_000_000]) | st.integers(1, 9_000_000)
BACK = st.sampled_from([0, 0, 1, 31]) | st.integers(0, 120)
AHEAD = st.sampled_from([-1, 0, 1, 30, 365]) | st.integers(-60, 900)
PICK = st.integers(0, 1000)
MONEY = {
    "draw": loans.draw,
    "rebook": loans.rebook,
    "unfreeze": as_told(Kind.UNFREEZE),
    "write-off": as_told(Kind.WRITE_OFF),
}
ROWS = sa.select(
    *(sa.select(sa.func.count()).select_from(t).scalar_subquery() for t in metadata.sorted_tables)
)
NIGHTS = ("quiet", "transfer", "image", "close", "open")
_names = count(1)


class Lives(RuleBasedStateMachine):
    """A desk to which anything may happen; `fresh` makes a database and `drop` throws it away."""

    fresh = drop = None

    def __init__(self):
        super().__init__()
        self.url = self.fresh()
        self.database = Database(self.url, KEYS)
        self.loans = []
        self.papers = []
        self.number = 0
        self.today = SIGNED
        self.stirred = False

    def teardown(self):
        self.a_statement_adds_up()
        self.database.close()
        self.drop(self.url)

    # What happens

    def act(self, call, *args, **facts):
        """Return whether an act is done; one that is refused leaves every table as it was."""
        before = self.rows()
        try:
            with self.database.begin() as tx:
                call(tx, *args, **facts)
        except DeskError:
            assert self.rows() == before
            return False
        self.stirred = True
        return True

    def rows(self):
        with self.database.read() as tx:
            return tx.execute(ROWS).first()

    def enter(self, pick, call, *args, **facts):
        self.number += 1
        number = f"S{self.number:04d}"
        loan_no = self.loans[pick % len(self.loans)]
        if self.act(call, POLICY, *args, loan_no=loan_no, receipt_no=number, deed=DEED, **facts):
            self.papers.append(number)

    def day_back(self, back):
        return max(SIGNED, self.today - timedelta(back))

    def decide(self, pick, day, kind, *, until=None, of=None, rates=(0, 0)):
        """Enter a decision by the road that every act takes."""

        def entered(tx, policy, *, loan_no, receipt_no, deed):
            event = Event(day, kind, 0, until, receipt_no, of, *rates)
            ledger.enter(tx, policy, kind.value, deed, loan_no=loan_no, events=[event])

        self.enter(pick, entered)

    def standing(self, pick):
        with self.database.read() as tx:
            return standings.standing(tx, self.loans[pick % len(self.loans)], LATEST)

    def dates(self, pick):
        """Return the due dates of a loan as they stand, and the end of its grace."""
        with self.database.read() as tx:
            loan = records.loans.find_loan(tx, self.loans[pick % len(self.loans)])
            booked = ledger.in_order(ledger.facts_of(tx, loan.id))
        terms = ledger.terms_of(loan)
        dates = {*plan_on(booked, date.max), final_due_on(terms, booked, date.max)}
        return sorted(dates), terms_on(terms, booked, date.max).grace_until or SIGNED

    @precondition(lambda self: len(self.loans) < MOST_LOANS)
    @rule(instalments=st.sampled_from([1, 24, 60]), amount=AMOUNTS, learner=st.booleans())
    def sign_and_draw(self, instalments, amount, learner):
        months = [(2026 + m // 12, m % 12 + 1) for m in range(3, 3 + instalments)]
        dates = [date(year, month, 2) for year, month in months]
        said = contract(
            len(self.loans) + 1,
            approved=Dong(20_000_000),
            first_principal_on=dates[0] if instalments > 1 else None,
            due_on=dates[-1],
            programme="02" if learner else "01",
            course_end_on=date(2026, 6, 30) if learner else None,
        )
        assert self.act(loans.sign, POLICY, PLACES, contract=said, deed=DEED)
        self.loans.append(said.loan_no)
        self.enter(len(self.loans) - 1, loans.draw, amount=Dong(amount), value_date=SIGNED)

    @precondition(lambda self: self.loans)
    @rule(pick=PICK, amount=AMOUNTS, back=BACK, kind=st.sampled_from(sorted(MONEY)))
    def move_money(self, pick, amount, back, kind):
        one = self.standing(pick)
        most = {"draw": 20_000_000 - one.drawn, "unfreeze": one.frozen}
        amount = min(amount, max(1, most.get(kind, one.outstanding)))
        facts = {"amount": Dong(amount), "value_date": self.day_back(back)}
        self.enter(pick, MONEY[kind], **facts)

    @precondition(lambda self: self.loans)
    @rule(pick=PICK, principal=AMOUNTS | st.just(0), interest=AMOUNTS | st.just(0), back=BACK)
    def receive(self, pick, principal, interest, back):
        principal = min(principal, self.standing(pick).outstanding)
        facts = {"principal": Dong(principal), "interest": Dong(interest)}
        self.enter(pick, repayments.receive, value_date=self.day_back(back), **facts)

    @precondition(lambda self: self.loans)
    @rule(pick=PICK, amount=AMOUNTS, back=BACK, ahead=AHEAD)
    def freeze(self, pick, amount, back, ahead):
        day, amount = self.day_back(back), min(amount, max(1, self.standing(pick).outstanding))
        facts = {"value_date": day, "until": day + timedelta(ahead)}
        self.enter(pick, as_told(Kind.FREEZE), amount=Dong(amount), **facts)

    @precondition(lambda self: self.loans)
    @rule(
        pick=PICK,
        back=BACK,
        ahead=AHEAD,
        kind=st.sampled_from([Kind.EXTEND, Kind.CARRY_OVER, Kind.SHORTEN]),
    )
    def move_the_end(self, pick, back, ahead, kind):
        dates, _ = self.dates(pick)
        day = self.day_back(back)
        start = day if kind is Kind.SHORTEN else dates[-1]
        self.decide(pick, day, kind, until=start + timedelta(ahead))

    @precondition(lambda self: self.loans)
    @rule(pick=PICK, which=PICK, back=BACK, ahead=AHEAD)
    def redate(self, pick, which, back, ahead):
        dates, _ = self.dates(pick)
        day, at = self.day_back(back), which % len(dates)
        to_come = [at for at, due in enumerate(dates[:-1]) if due >= day]
        at = to_come[which % len(to_come)] if to_come else at
        until = min(dates[at] + timedelta(ahead), dates[min(at + 1, len(dates) - 1)])
        self.decide(pick, day, Kind.REDATE, until=until, of=dates[at])

    @precondition(lambda self: self.loans)
    @rule(pick=PICK, back=BACK, months=st.integers(0, 12))
    def take_leave(self, pick, back, months):
        dates, grace = self.dates(pick)
        of = loans.days.months_after(grace, months)
        until = loans.days.months_after(dates[-1], months)
        self.decide(pick, self.day_back(back), Kind.LEAVE, until=until, of=of)

    @precondition(lambda self: self.loans)
    @rule(pick=PICK, back=BACK, rate=st.sampled_from(["0.03", "0.054", "0.0825", "0.36"]))
    def reprice(self, pick, back, rate):
        units = rate_units(Decimal(rate))
        self.decide(pick, self.day_back(back), Kind.RATE, rates=(units, units * 13 // 10))

    @precondition(lambda self: self.papers)
    @rule(pick=PICK)
    def reverse(self, pick):
        number = self.papers[pick % len(self.papers)]
        if self.act(repayments.reverse, POLICY, receipt_no=number, deed=DEED):
            self.papers.remove(number)

    @precondition(lambda self: self.papers)
    @rule(pick=PICK)
    def undo_and_enter_again(self, pick):
        number = self.papers[pick % len(self.papers)]
        before = self.standings()
        with self.database.read() as tx:
            entries = repayments._entries(tx, number)
            events = [ledger.event_of(entry) for entry in entries]
            loan_no = records.loans.find_loan_by_id(tx, entries[0].loan_id).loan_no
        if not self.act(repayments.reverse, POLICY, receipt_no=number, deed=DEED):
            return
        self.papers.remove(number)
        again = [
            event._replace(receipt_no=f"{event.receipt_no}/{self.number}") for event in events
        ]
        assert self.act(ledger.enter, POLICY, "again", DEED, loan_no=loan_no, events=again)
        self.papers += [event.receipt_no for event in again]
        assert self.standings() == before

    @rule(later=st.integers(0, 120), back=st.integers(0, 3), then=st.sampled_from(NIGHTS))
    def time_passes(self, later, back, then):
        self.today = min(LATEST, self.today + timedelta(later))
        self.stirred = True
        day = loans.days.months_after(self.today, -back)
        month = day.isoformat()[:7]
        if then == "close":
            self.act(closing.close_month, month=month, today=self.today, moment="m")
        if then == "open":
            self.act(closing.open_month, month=month, deed=DEED)
        if then == "transfer":
            session = self.today.replace(day=10)
            self.act(arrears.transfer, POLICY, session=session, place=arrears.Place(), deed=DEED)
        if then == "image":
            self.act(images.keep, day)

    # What holds whatever happened

    def standings(self):
        with self.database.read() as tx:
            return [standings.standing(tx, loan_no, LATEST) for loan_no in self.loans]

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

    def a_statement_adds_up(self):
        since = max(SIGNED, self.today - timedelta(45))
        with self.database.read() as tx:
            before, now, gone = (
                statements.portfolio(tx, POLICY, statements.Question(first, day)).total
                for first, day in (
                    (LONG_AGO, since - timedelta(1)),
                    (LONG_AGO, self.today),
                    (since, self.today),
                )
            )
        moved = gone.drawn - gone.principal_collected - gone.written_off
        assert before.outstanding + moved == now.outstanding
        assert now.outstanding == now.in_term + now.overdue + now.frozen


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


def play(fresh, drop, runs):
    """Run lives, each on a fresh database."""
    machine = type("Machine", (Lives,), {"fresh": staticmethod(fresh), "drop": staticmethod(drop)})
    run_state_machine_as_test(
        machine,
        settings=hypothesis.settings(
            max_examples=runs,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=not LONG,
            suppress_health_check=list(hypothesis.HealthCheck),
        ),
    )


def test_lives_on_sqlite_are_sound_at_every_step(sqlite_template, tmp_path):
    def fresh():
        path = tmp_path / f"{next(_names)}.sqlite"
        shutil.copy(sqlite_template, path)
        return f"sqlite:///{path}"

    def drop(url):
        for path in tmp_path.glob(f"{url.rpartition('/')[2]}*"):
            path.unlink()

    play(fresh, drop, RUNS)


def test_lives_on_postgresql_are_sound_at_every_step(postgresql):
    def fresh():
        name = f"cd_life_{next(_names)}"
        postgresql.create(name, TEMPLATE)
        return postgresql.url(name)

    def drop(url):
        postgresql.drop(url.partition("@/")[2].partition("?")[0])

    play(fresh, drop, RUNS // 4)
