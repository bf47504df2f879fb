"""Applications: step by step from the form to the contract, with refusals and steps taken back."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from creditdesk import applications, loans
from creditdesk.applications import Line
from creditdesk.engine.money import Dong
from creditdesk.engine.procedure import BEFORE_SIGNING, RULES, State, Step
from tests import applicants
from tests.faults.book import DEED, POLICY
from tests.faults.lives.desk import PICK, Desk

MOST = 5
AMOUNT = st.sampled_from([20, 50, 50, 100, 101])
STANDING = st.sampled_from(["HN", "HN", "HN", "HCN", ""])
WAYS = ["next"] * 12 + ["no", "refuse", "withdraw", "any", "back"]


class Applying(Desk):
    """Applications."""

    def __init__(self):
        super().__init__()
        self.asked = []

    @precondition(lambda self: len(self.asked) < MOST)
    @rule(amount=AMOUNT, standing=STANDING)
    def apply(self, amount, standing):
        number = self.number = self.number + 1
        facts = {"applied_on": self.today, "amount": Dong(amount * 1_000_000)}
        if self.act("apply", applicants.applied, number, standing=standing, **facts):
            self.asked.append(number)

    @precondition(lambda self: self.asked)
    @rule(pick=PICK, ways=st.lists(st.sampled_from(WAYS), min_size=1, max_size=4))
    def some_steps(self, pick, ways):
        waiting = [no for no in self.asked if self.dossier(no).state in BEFORE_SIGNING]
        asked = waiting if waiting and pick % 10 else self.asked
        number = asked[pick % len(asked)]
        for way in ways:
            self.go(number, way, pick)

    def go(self, number, way, pick):
        case = self.dossier(number)
        steps = {"any": applicants.ROAD, "refuse": [Step.REFUSE], "withdraw": [Step.WITHDRAW]}
        road = dict(zip(BEFORE_SIGNING, applicants.ROAD, strict=True))
        those = steps.get(way, [road.get(case.state, Step.REVIEW)])
        step = those[pick % len(those)]
        if way == "back":
            self.take_back(number, case)
        elif step is Step.SIGN:
            self.sign_what_was_asked(number)
        else:
            self.step(number, step, accepted=way != "no" or not RULES[step].answered)

    def dossier(self, number):
        return self.read(applications.dossier, POLICY, f"D{number}", self.today)

    def step(self, number, step, *, accepted):
        known = f"D{number}"
        refused = not accepted or step is Step.REFUSE
        lines = [Line(known, accepted=accepted, reason="other" if refused else "")]
        said = {"draw_on": self.today} if step is Step.NOTIFY else {}
        paper = applicants.a_paper(step, self.today, number=f"{step.value}/{number}", **said)
        facts = {"lines": lines, "paper": paper, "list_no": f"list/{number}"}
        if self.act(f"step-{step.value}", applicants.take, step, known, **facts):
            last = self.dossier(number).lines[-1]
            assert (last.step, last.accepted, last.on_day) == (step, not refused, self.today)

    def take_back(self, number, case):
        """Take the last step back: the application stands where it stood before."""
        if not case.lines:
            return
        facts = {"application_no": f"D{number}", "step": case.lines[-1].step, "deed": DEED}
        if self.act("step-back", applications.take_back, **facts):
            states = [State.APPLIED, *(line.state for line in case.lines)]
            assert self.dossier(number).state is states[-2]

    def sign_what_was_asked(self, number):
        facts = {"signed_on": self.today}
        signed = self.act("step-sign", applicants.signed, f"D{number}", number, **facts)
        if signed:
            self.loans.append(signed.loan_no)
            asked = {"loan_no": signed.loan_no, "amount": Dong(20_000_000)}
            asked |= {"value_date": self.today, "receipt_no": self.a_number("GN")}
            self.act("draw", loans.draw, POLICY, deed=DEED, **asked)
