"""Money: contracts, draws, repayments, and what is undone of them."""

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from creditdesk import differences, entering, ledger, loans, records, repayments
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.lifecycle import Act
from creditdesk.engine.money import Dong
from tests.faults.book import DEED, PLACES, POLICY, contract
from tests.faults.lives.desk import AHEAD, AMOUNTS, BACK, LATEST, PICK, SIGNED, Desk

MOST_LOANS = 5
DIRECT = {"trustee": "99", "group_no": "", "group_head": ""}
ELSEWHERE = {"commune": "19351", "village_code": "19351001"}
FURTHER = {"commune": "19363", "village_code": "19363001"}
SORTS = {
    "crop": {"first_principal_on": None, "due_on": date(2026, 12, 2)},
    "cattle": {**ELSEWHERE, "due_on": date(2028, 3, 2)},
    "learner": {
        "commune": "19351",
        "village_code": "19351002",
        "programme": "02",
        "course_end_on": date(2026, 6, 30),
    },
    "abroad": {
        "commune": "19363",
        "village_code": "19363001",
        "programme": "04",
        "due_on": date(2029, 3, 2),
    },
    "house": {
        **DIRECT,
        "programme": "12",
        "signed_on": date(2025, 9, 2),
        "rate": Decimal("0.066"),
        "due_on": date(2031, 3, 2),
    },
}
"""Contracts of 20 million that differ in what may be decided on them."""
HISTORY = [
    Kind.OVERDUE,
    Kind.EXTEND,
    Kind.FREEZE,
    Kind.UNFREEZE,
    Kind.WRITE_OFF,
    Kind.CARRY_OVER,
    Kind.SHORTEN,
]


class Money(Desk):
    """Contracts and receipts."""

    @initialize(sorts=st.permutations(sorted(SORTS)))
    def some_are_lent(self, sorts):
        for sort in sorts[:3]:
            self.sign_and_draw(sort, 20_000_000)

    @precondition(lambda self: len(self.loans) < MOST_LOANS)
    @rule(sort=st.sampled_from(sorted(SORTS)), amount=AMOUNTS)
    def one_more_is_lent(self, sort, amount):
        self.sign_and_draw(sort, amount)

    def sign_and_draw(self, sort, amount):
        said = contract(self.number + 1, approved=Dong(20_000_000), **SORTS[sort])
        facts = {"loan_no": said.loan_no, "amount": Dong(amount), "value_date": said.signed_on}
        number = self.a_number()
        assert self.act("sign", loans.sign, POLICY, PLACES, contract=said, deed=DEED)
        self.loans.append(said.loan_no)
        self.act("draw", loans.draw, POLICY, receipt_no=number, deed=DEED, **facts)

    @rule(pick=PICK, amount=AMOUNTS, back=BACK, rebook=st.booleans())
    def draw_or_rebook(self, pick, amount, back, rebook):
        day = self.day_back(back)
        loan_no = self.loan_for(Act.REBOOK if rebook else Act.DRAW, pick, day)
        one = self.standing(loan_no)
        most = one.outstanding if rebook else 20_000_000 - one.drawn
        name, call = ("rebook", loans.rebook) if rebook else ("draw", loans.draw)
        facts = {"loan_no": loan_no, "amount": Dong(min(amount, max(1, most)))}
        facts |= {"value_date": day, "receipt_no": self.a_number()}
        self.act(name, call, POLICY, deed=DEED, **facts)

    def received(self, name, loan_no, principal, interest, day):
        """Take a repayment; what it changed is told as the loan then stands."""
        facts = {"loan_no": loan_no, "value_date": day, "receipt_no": self.a_number()}
        facts |= {"principal": Dong(principal), "interest": Dong(interest)}
        taken = self.act(name, repayments.receive, POLICY, deed=DEED, **facts)
        if taken:
            asked = {"act_id": taken.act_id, "loan_no": loan_no, "today": LATEST}
            told = self.read(differences.of_act, **asked).today
            assert told.after == self.standing(loan_no)
            gone = told.before.outstanding - told.after.outstanding
            assert gone == principal
        return taken

    @rule(pick=PICK, principal=AMOUNTS | st.just(0), interest=AMOUNTS | st.just(0), back=BACK)
    def receive(self, pick, principal, interest, back):
        day = self.day_back(back)
        loan_no = self.loan_for(Act.RECEIVE_PRINCIPAL, pick, day)
        if pick % 8 == 0:
            self.pay_off(loan_no)
        else:
            principal = min(principal, self.standing(loan_no).outstanding)
            self.received("receive", loan_no, principal, interest, day)

    def pay_off(self, loan_no):
        asked = {"loan_no": loan_no, "day": self.today}
        owed = self.read(repayments.quote_full, POLICY, **asked)
        if self.received("pay-off", loan_no, owed.principal, owed.interest.sum, self.today):
            one = self.standing(loan_no, self.today)
            assert one.outstanding == 0
            assert one.interest_unpaid <= 0

    @rule(pick=PICK, back=BACK, ahead=AHEAD, kind=st.sampled_from(HISTORY), amount=AMOUNTS)
    def a_file_tells(self, pick, back, ahead, kind, amount):
        """History is entered as it was, whatever the law of decisions says of it today."""
        loan_no, day = self.loans[pick % len(self.loans)], self.day_back(back)
        amount = min(amount, max(1, self.standing(loan_no).outstanding))
        if kind in ledger.WITHOUT_AMOUNT:
            amount = 0
        until = max(day, SIGNED) + (LATEST - SIGNED) * (ahead % 7) / 14
        until = None if kind in {Kind.OVERDUE, Kind.UNFREEZE, Kind.WRITE_OFF} else until
        event = Event(day, kind, amount, until, self.a_number("T"))
        facts = {"loan_no": loan_no, "events": [event]}
        self.act(f"told-{kind.value}", entering.enter, POLICY, kind.value, DEED, **facts)

    @precondition(lambda self: self.papers())
    @rule(pick=PICK)
    def reverse(self, pick):
        papers = self.papers()
        number = papers[pick % len(papers)]
        number = number.removesuffix("/G") if pick % 2 else number
        self.act("reverse", repayments.reverse, POLICY, receipt_no=number, deed=DEED)

    @precondition(lambda self: self.papers())
    @rule(pick=PICK)
    def undo_and_enter_again(self, pick):
        papers = self.papers()
        number, before = papers[pick % len(papers)], self.standings()
        with self.database.read() as tx:
            entries = repayments._entries(tx, number)
            events = [ledger.event_of(entry) for entry in entries]
            loan_no = records.loans.find_loan_by_id(tx, entries[0].loan_id).loan_no
        if not self.act("reverse", repayments.reverse, POLICY, receipt_no=number, deed=DEED):
            return
        mark = self.a_number()
        again = [event._replace(receipt_no=f"{event.receipt_no}/{mark}") for event in events]
        facts = {"loan_no": loan_no, "events": again}
        assert self.act("enter-again", entering.enter, POLICY, "again", DEED, **facts)
        assert self.standings() == before
