"""Random histories through the real acts: not a dong apart from a ledger that shares no line."""

import shutil
from contextlib import suppress
from datetime import date, timedelta
from fractions import Fraction
from itertools import count

import hypothesis
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    precondition,
    rule,
    run_state_machine_as_test,
)

from creditdesk import arrears, closing, entering, images, loans, repayments, standings, statements
from creditdesk.db import Database
from creditdesk.engine.ageing import plan_on
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.lifecycle import NotInThisState
from creditdesk.engine.money import Dong
from creditdesk.errors import Conflict, Refused
from tests.builders import as_told, live
from tests.conftest import LONG, TEMPLATE
from tests.faults.book import DEED, PLACES, POLICY, SESSION_DAY, contract, prove
from tests.faults.model import Impossible, Loan, Said
from tests.keys import KEYS
from tests.reference import month_later

RUNS, STEPS = (400, 50) if LONG else (40, 20)
SIGNED = date(2026, 3, 2)
RATE = Fraction(66, 1000)
AMOUNTS = st.integers(1, 9_000_000) | st.sampled_from([1, 100_000, 5_000_000])
BACK = st.integers(0, 40)
PICK = st.integers(0, 1000)
LATER = st.sampled_from([-1, 0, 1, 30, 31]) | st.integers(-300, 900)
ENDS = (Kind.EXTEND, Kind.CARRY_OVER, Kind.SHORTEN)
COURSE_END, GRACE_END = date(2026, 6, 30), date(2027, 6, 30)
DAY = timedelta(1)
_names = count(1)


def rates_of(rate):
    return {"in_term": rate, "overdue": rate * Fraction(13, 10)}


class Histories(RuleBasedStateMachine):
    """A desk and a model beside it; `fresh` makes a database and `drop` throws it away."""

    fresh = drop = None

    def __init__(self):
        super().__init__()
        self.url = self.fresh()
        self.database = Database(self.url, KEYS)
        self.model = []
        self.papers = {}
        self.moves = {}
        self.history = set()
        self.today = SIGNED
        self.number = 0

    def teardown(self):
        prove(self.database)
        with self.database.read() as tx:
            question = statements.Question(SIGNED, self.today)
            total = statements.portfolio(tx, POLICY, question).total
        states = [loan.on(self.today) for loan in self.model]
        assert total.outstanding == sum(state.owed for state in states)
        assert total.overdue == sum(state.held["overdue"] for state in states)
        assert total.frozen == sum(state.held["frozen"] for state in states)
        assert total.late_principal == sum(state.late(self.today)[0] for state in states)
        assert total.interest_unpaid == sum(
            sum(loan.interest(self.today)) - state.sums["interest"]
            for loan, state in zip(self.model, states, strict=True)
        )
        self.database.close()
        self.drop(self.url)

    def next_number(self):
        self.number += 1
        return f"S{self.number:04d}"

    def loan_at(self, pick):
        return pick % len(self.model)

    def day_back(self, back):
        return max(SIGNED, self.today - timedelta(back))

    def act(self, call, **facts):
        """Return whether the desk does an act; what it refuses changes nothing."""
        return self.refusal(call, **facts) is None

    def refusal(self, call, **facts):
        """Return why the desk does not do an act, None where it does."""
        try:
            with self.database.begin() as tx:
                call(tx, POLICY, deed=DEED, **facts)
        except (Refused, Conflict) as why:
            return why
        return None

    def both(self, at, said, call, **facts):
        """Do an act at the desk and in the model: both do it, or both refuse.

        What the law of states refuses (tests/acts/test_states.py) the model knows nothing of.
        """
        try:
            after = self.model[at].also(*said)
        except Impossible:
            after = None
        number = said[0].number.partition("/")[0]
        loan_no = self.model[at].number
        why = self.refusal(call, loan_no=loan_no, receipt_no=number, **facts)
        if isinstance(why, NotInThisState):
            return
        assert (why is None) == (after is not None)
        if after is not None:
            self.model[at] = after
            self.papers[number] = (at, [one.number for one in said], call, facts)
        self.compare(at)

    def compare(self, at):
        loan = self.model[at]
        state = loan.on(self.today)
        late, since = state.late(self.today)
        with self.database.read() as tx:
            one = standings.standing(tx, loan.number, self.today)
            plan = plan_on(live(tx, loan.number), date.max)
        planned = loan.on(date.max).plan
        assert plan == {on: planned[on] for on in sorted(planned) if planned[on]}
        assert (one.in_term, one.overdue, one.frozen) == tuple(state.held.values())
        assert one.drawn == state.sums["draw"] - state.sums["rebook"]
        assert one.principal_repaid == state.sums["principal"]
        assert one.written_off == state.sums["write-off"]
        assert one.interest_collected == state.sums["interest"]
        assert (one.late_principal, one.oldest_late_due_on) == (late, since)
        earned = one.interest_earned
        assert (earned.in_term, earned.overdue, earned.grace) == loan.interest(self.today)

    @rule(instalments=st.sampled_from([1, 2, 5, 24]), amount=AMOUNTS, learns=st.booleans())
    def sign_and_draw(self, instalments, amount, learns):
        if len(self.model) == 4:
            return
        at = len(self.model)
        months = [(2026 + m // 12, m % 12 + 1) for m in range(3, 3 + instalments)]
        dates = tuple(date(year, month, 2) for year, month in months)
        first = dates[0] if instalments > 1 else None
        terms = {"first_principal_on": first, "due_on": dates[-1], "every_months": 1}
        if learns:
            terms |= {"programme": "02", "course_end_on": COURSE_END}
        said = contract(at + 1, signed_on=SIGNED, approved=Dong(20_000_000), **terms)
        assert self.act(
            lambda tx, policy, **facts: loans.sign(tx, policy, PLACES, **facts), contract=said
        )
        grace = GRACE_END if learns else None
        loan = Loan(said.loan_no, SIGNED, rates_of(RATE), dates, 20_000_000, grace=grace)
        self.model.append(loan)
        self.draw(at, amount, 1000)

    @precondition(lambda self: self.model)
    @rule(pick=PICK, amount=AMOUNTS, back=BACK)
    def draw(self, pick, amount, back):
        at = self.loan_at(pick)
        sums = self.model[at].on(date.max).sums
        facts = {"amount": Dong(amount), "value_date": self.day_back(back)}
        if sums["draw"] - sums["rebook"] + amount > self.model[at].approved:
            number = self.next_number()
            loan_no = self.model[at].number
            assert not self.act(loans.draw, loan_no=loan_no, receipt_no=number, **facts)
            return
        said = Said(facts["value_date"], "draw", self.next_number(), amount)
        self.both(at, [said], loans.draw, **facts)

    @precondition(lambda self: self.model)
    @rule(
        pick=PICK,
        amount=AMOUNTS,
        back=BACK,
        kind=st.sampled_from(["rebook", "unfreeze", "write-off"]),
    )
    def decide(self, pick, amount, back, kind):
        calls = {"rebook": loans.rebook, "unfreeze": as_told(Kind.UNFREEZE)}
        day = self.day_back(back)
        said = Said(day, kind, self.next_number(), amount)
        call = calls.get(kind, as_told(Kind.WRITE_OFF))
        self.history |= {said.number} if kind != "rebook" else set()
        self.both(self.loan_at(pick), [said], call, amount=Dong(amount), value_date=day)

    @precondition(lambda self: self.model)
    @rule(pick=PICK, amount=AMOUNTS, back=BACK)
    def freeze(self, pick, amount, back):
        day = self.day_back(back)
        until = day + timedelta(200)
        said = Said(day, "freeze", self.next_number(), amount, until)
        facts = {"amount": Dong(amount), "value_date": day, "until": until}
        self.history.add(said.number)
        self.both(self.loan_at(pick), [said], as_told(Kind.FREEZE), **facts)

    @precondition(lambda self: self.model)
    @rule(pick=PICK, back=BACK, later=LATER, kind=st.sampled_from(ENDS))
    def move_the_end(self, pick, back, later, kind):
        start = self.model[self.loan_at(pick)].on(date.max).dates[-1]
        day = self.day_back(back)
        self.agree(pick, kind, day, until=(day if kind is Kind.SHORTEN else start) + later * DAY)

    @precondition(lambda self: self.model)
    @rule(pick=PICK, which=PICK, back=BACK, later=LATER)
    def redate(self, pick, which, back, later):
        day = self.day_back(back)
        dates = self.model[self.loan_at(pick)].on(date.max).dates
        to_come = [on for on in dates[:-1] if on >= day] or dates
        of = to_come[which % len(to_come)]
        self.agree(pick, Kind.REDATE, day, until=of + later * DAY, of=of)

    @precondition(lambda self: self.model)
    @rule(pick=PICK, back=BACK, months=st.integers(0, 12), later=st.integers(-1, 400))
    def leave(self, pick, back, months, later):
        now = self.model[self.loan_at(pick)].on(date.max)
        of = month_later(now.grace or SIGNED, months)
        until = now.dates[-1] + later * DAY
        self.agree(pick, Kind.LEAVE, self.day_back(back), until=until, of=of)

    @precondition(lambda self: self.model)
    @rule(pick=PICK, back=BACK, units=st.sampled_from([0, 1, 5_400_000, 12_345_678]))
    def reprice(self, pick, back, units):
        rates = (units, units * 13 // 10)
        self.agree(pick, Kind.RATE, self.day_back(back), rates=rates)

    def agree(self, pick, kind, day, *, until=None, of=None, rates=(0, 0)):
        """Enter a decision by the road that every act takes."""

        def decide(tx, policy, *, loan_no, receipt_no, deed, value_date):
            event = Event(value_date, kind, 0, until, receipt_no, of, *rates)
            entering.enter(tx, policy, kind.value, deed, loan_no=loan_no, events=[event])

        by_name = {"in_term": Fraction(rates[0], 10**8), "overdue": Fraction(rates[1], 10**8)}
        said = Said(day, kind.value, self.next_number(), 0, until, of, by_name)
        self.history.add(said.number)
        self.both(self.loan_at(pick), [said], decide, value_date=day)

    @precondition(lambda self: self.model)
    @rule(pick=PICK, principal=AMOUNTS | st.just(0), interest=AMOUNTS | st.just(0), back=BACK)
    def receive(self, pick, principal, interest, back):
        paid = {"principal": principal, "interest": interest}
        kinds = [kind for kind in paid if paid[kind]]
        if not kinds:
            return
        number, day = self.next_number(), self.day_back(back)
        marks = (
            {"principal": "/G", "interest": "/L"} if len(kinds) == 2 else dict.fromkeys(kinds, "")
        )
        said = [Said(day, kind, number + marks[kind], paid[kind]) for kind in kinds]
        facts = {kind: Dong(amount) for kind, amount in paid.items()}
        self.both(self.loan_at(pick), said, repayments.receive, value_date=day, **facts)

    @precondition(lambda self: self.papers)
    @rule(pick=PICK)
    def say_again(self, pick):
        number = sorted(self.papers)[pick % len(self.papers)]
        at, numbers, call, facts = self.papers[number]
        stands = {one.number for one in self.model[at].said} & set(numbers)
        said = self.act(call, loan_no=self.model[at].number, receipt_no=number, **facts)
        # What was taken back is not said again under the number that it had; what was entered as
        # history, not done at the desk, is known by it and changes nothing.
        assert said == (bool(stands) or number in self.history)
        self.compare(at)

    @precondition(lambda self: self.papers)
    @rule(pick=PICK)
    def reverse(self, pick):
        known = {number: (at, numbers) for number, (at, numbers, _, _) in self.papers.items()}
        known |= {number: (at, [number]) for number, at in self.moves.items()}
        number = sorted(known)[pick % len(known)]
        at, numbers = known[number]
        try:
            stands = {one.number for one in self.model[at].said} & set(numbers)
            after = self.model[at].without(numbers) if stands else None
        except Impossible:
            after = None
        done = self.act(repayments.reverse, receipt_no=number)
        assert done == (after is not None)
        self.model[at] = after or self.model[at]
        self.compare(at)

    @rule()
    def transfer(self):
        session = self.today.replace(day=SESSION_DAY)
        if session > self.today:
            return
        after, told = list(self.model), {}
        try:
            for at, loan in enumerate(self.model):
                amount = loan.to_transfer(session)
                number = free(f"CQH/{loan.number}/{session}", self.moves)
                if amount:
                    after[at] = loan.also(Said(session, "overdue", number, amount))
                    told[number] = at
        except Impossible:
            after = None
        done = self.act(arrears.transfer, session=session, place=arrears.Place())
        assert done == (after is not None)
        if done:
            self.model = after
            self.moves |= told
        for at in range(len(self.model)):
            self.compare(at)

    @rule(later=st.integers(1, 70))
    def close_day(self, later):
        self.today += timedelta(later)
        with self.database.begin() as tx:
            closing.close_day(tx, day=self.today, today=self.today, moment="m")

    @rule(back=BACK)
    def keep_image(self, back):
        with self.database.begin() as tx:
            images.keep(tx, self.day_back(back))

    @precondition(lambda self: self.model)
    @rule(pick=PICK)
    def crash_and_reopen(self, pick):
        at = self.loan_at(pick)
        facts = {"loan_no": self.model[at].number, "value_date": self.today}
        with suppress(KeyboardInterrupt, Refused), self.database.begin() as tx:
            images.keep(tx, self.today)
            interest = Dong(1_000_000)
            repayments.receive(
                tx, POLICY, receipt_no="LOST", interest=interest, deed=DEED, **facts
            )
            raise KeyboardInterrupt
        self.database.close()
        self.database = Database(self.url, KEYS)
        self.compare(at)


def free(number, used):
    found, again = number, 1
    while found in used:
        again += 1
        found = f"{number}/{again}"
    return found


def play(fresh, drop, runs):
    """Run histories, each on a fresh database."""
    machine = type(
        "Machine", (Histories,), {"fresh": staticmethod(fresh), "drop": staticmethod(drop)}
    )
    run_state_machine_as_test(
        machine,
        settings=hypothesis.settings(
            max_examples=runs,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(hypothesis.HealthCheck),
        ),
    )


def test_histories_on_sqlite_are_not_a_dong_apart_from_the_model(sqlite_template, tmp_path):
    def fresh():
        path = tmp_path / f"{next(_names)}.sqlite"
        shutil.copy(sqlite_template, path)
        return f"sqlite:///{path}"

    def drop(url):
        for path in tmp_path.glob(f"{url.rpartition('/')[2]}*"):
            path.unlink()

    play(fresh, drop, RUNS)


def test_histories_on_postgresql_are_not_a_dong_apart_from_the_model(postgresql):
    def fresh():
        name = f"cd_history_{next(_names)}"
        postgresql.create(name, TEMPLATE)
        return postgresql.url(name)

    def drop(url):
        postgresql.drop(url.partition("@/")[2].partition("?")[0])

    play(fresh, drop, RUNS // 4)
