"""Decisions on one loan: what each says where it may be taken, looked at, taken, proposed."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from creditdesk import decisions, ledger, records, repayments
from creditdesk.decisions import KINDS
from creditdesk.engine import days
from creditdesk.engine.ageing import final_due_on, plan_on
from creditdesk.engine.lifecycle import ACTS, Act
from creditdesk.engine.money import Dong
from tests.faults.book import DEED, POLICY
from tests.faults.lives.desk import AHEAD, AMOUNTS, BACK, PAPER, PICK, Desk

OF_PROGRAMME = {Act.LEAVE: "02", Act.SHORTEN: "04"}
ON_DATES = [Act.REDATE, Act.EXTEND, Act.CARRY_OVER, Act.LEAVE, Act.SHORTEN]
ON_RISKS = [Act.FREEZE, Act.REFREEZE, Act.UNFREEZE, Act.WRITE_OFF]
HOW = st.fixed_dictionaries(
    {
        "pick": PICK,
        "back": BACK,
        "ahead": AHEAD,
        "amount": AMOUNTS,
        "road": st.sampled_from(["decide", "decide", "again", "propose"]),
    }
)


class Deciding(Desk):
    """Decisions with their papers, proposals and answers."""

    def __init__(self):
        super().__init__()
        self.proposals = []

    @rule(how=HOW)
    def move_dates(self, how):
        self.decide(ON_DATES, **how)

    @rule(how=HOW)
    def meet_a_loss(self, how):
        self.decide(ON_RISKS, **how)

    @rule(how=HOW)
    def judge_its_use_or_price(self, how):
        self.decide([Act.MISUSE, Act.RE_PRICE], **how)

    def decide(self, kinds, *, pick, back, road, **more):
        day = self.day_back(back)
        kind, loan_no = self.fit(kinds, pick, day)
        if kind is Act.CARRY_OVER and pick % 3:
            self.pay_interest(loan_no, day)
        texts = self.said(kind, loan_no, day, **more)
        decision = decisions.decision_of(kind.value, loan_no, day, texts)
        if road == "propose":
            self.propose(decision)
        elif road == "again":
            self.decide_undo_and_decide_again(decision)
        else:
            self.taken(decision)

    def fit(self, kinds, pick, day):
        """Return a kind of decision and a loan on which it may be taken; now and then any."""
        with self.database.read() as tx:
            loans = [records.loans.find_loan(tx, loan_no) for loan_no in self.loans]
        states = dict(zip(self.loans, self.states(day), strict=True))
        pairs = [(kind, loan) for kind in kinds for loan in loans]
        fit = [
            (kind, loan)
            for kind, loan in pairs
            if states[loan.loan_no] in ACTS[kind].states
            and loan.programme in OF_PROGRAMME.get(kind, loan.programme)
        ]
        fit = fit if fit and pick % 10 else pairs
        kind, loan = fit[pick % len(fit)]
        return kind, loan.loan_no

    def pay_interest(self, loan_no, day):
        unpaid = max(1, self.standing(loan_no, day).interest_unpaid)
        facts = {"loan_no": loan_no, "value_date": day, "receipt_no": self.a_number()}
        self.act("receive", repayments.receive, POLICY, interest=Dong(unpaid), deed=DEED, **facts)

    def said(self, kind, loan_no, day, *, ahead, amount):
        """Return what a decision of a kind says of a loan: mostly what the law allows."""
        loan, booked = self.booked(loan_no)
        last, plan = final_due_on(ledger.terms_of(loan), booked, day), plan_on(booked, day)
        if kind is Act.REDATE:
            return _redated(sorted(plan) or [last], day, ahead)
        owed = max(1, min(amount, self.standing(loan_no, day).outstanding))
        start = last if kind in {Act.EXTEND, Act.CARRY_OVER} else day
        until = start + timedelta(ahead)
        said = {
            "until": until,
            "course_end_on": days.months_after(loan.course_end_on or day, 6 + ahead % 12),
            "reason": "K1" if ahead % 5 else "K5",
            "loss": 30 + abs(ahead) % 71,
            "amount": owed,
            "rate": 3 + abs(ahead) % 7,
        }
        names = KINDS[kind].needs
        if kind is Act.FREEZE:
            names += ("loss", "amount") if ahead % 2 else ("loss", "until")
        if kind in {Act.UNFREEZE, Act.WRITE_OFF} and ahead % 2:
            names += ("amount",)
        return {name: str(said[name]) for name in names}

    def taken(self, decision):
        """Take a decision: it does what was shown before, or is refused as was shown."""
        seen = self.read(decisions.preview, POLICY, decision)
        name, facts = f"decide-{decision.act.value}", {"decision": decision, "deed": PAPER}
        done = self.act(name, decisions.decide, POLICY, **facts)
        if done and done.new:
            assert seen.refusal is None
            now = self.read(decisions.preview, POLICY, decision).before
            assert now == seen.after
        if not done:
            assert seen.refusal is not None
        return done

    def decide_undo_and_decide_again(self, decision):
        """A decision that is undone was never taken; taken again it is the same book."""
        before = self.standings()
        done = self.taken(decision)
        if not done or not done.new:
            return
        after = self.standings()
        self.undone(decision.loan_no, done.act_id)
        assert self.standings() == before
        assert self.taken(decision).new
        assert self.standings() == after

    def undone(self, loan_no, act_id):
        """Reverse the receipts of an act, newest first."""
        with self.database.read() as tx:
            loan = records.loans.find_loan(tx, loan_no)
            chain, *_ = records.ledger.chains_of(tx, [loan.id])
            rows = [row for row in chain if row.act_id == act_id]
        numbers = [row.receipt_no for row in rows if row.mirrors is None and row.replaces is None]
        for number in reversed(numbers):
            assert self.act("reverse", repayments.reverse, POLICY, receipt_no=number, deed=DEED)

    def propose(self, decision):
        facts = {"decision": decision, "deed": PAPER}
        seen = self.read(decisions.preview, POLICY, decision)
        number = self.act("propose", decisions.propose, POLICY, **facts)
        assert bool(number) == (seen.refusal is None)
        if number:
            self.proposals.append((number, seen.after))

    @precondition(lambda self: self.proposals)
    @rule(pick=PICK, answer=st.sampled_from(["approve", "approve", "refuse", "withdraw", "alone"]))
    def answer(self, pick, answer):
        number, shown = self.proposals[pick % len(self.proposals)]
        other = replace(DEED, by=PAPER.checked_by, checked_by="")
        facts = {"number": number, "by": PAPER.checked_by, "recorded_at": DEED.recorded_at}
        if answer == "refuse":
            self.act("refuse", decisions.refuse, number=number, deed=other)
        elif answer == "withdraw":
            self.act("withdraw", decisions.withdraw, number=number, deed=DEED)
        elif answer == "alone":
            facts["by"] = PAPER.by
            assert not self.act("approve", decisions.approve, POLICY, **facts)
        else:
            done = self.act("approve", decisions.approve, POLICY, **facts)
            if done and done.new:
                now = self.read(decisions.preview, POLICY, done.decision).before
                assert now == shown


def _redated(dates, day, ahead):
    """Return what re-dates the first instalment that may still be asked for."""
    far = [at for at, due in enumerate(dates[:-1]) if due > day + timedelta(20)]
    at = far[0] if far else 0
    until = min(dates[at] + timedelta(abs(ahead)), dates[min(at + 1, len(dates) - 1)])
    asked = day - timedelta(2)
    said = {"instalment": dates[at], "until": until, "asked_on": asked, "handed_in_on": day}
    return {name: str(value) for name, value in said.items()}
