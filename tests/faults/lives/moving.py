"""Moves of households, groups and villages: looked at dry, done, undone, done again."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from creditdesk import moves, records
from creditdesk.figures import Moved
from creditdesk.moves import Change, Order
from tests.faults.lives.desk import BACK, LATEST, PAPER, PICK, SIGNED, Desk

TO = st.sampled_from(
    [
        Change(commune="19351", session_day=20),
        Change(commune="19363"),
        Change(commune="19333"),
        Change(village_code="19333002"),
        Change(group_no="9333001"),
        Change(office="004402"),
        Change(session_day=1),
        Change(commune="26506"),
        Change(commune="1"),
        Change(),
    ]
)


class Moving(Desk):
    """Moves."""

    def __init__(self):
        super().__init__()
        self.moves = []

    @rule(kind=st.sampled_from(["household", "group", "village"]), pick=PICK, to=TO, back=BACK)
    def move(self, kind, pick, to, back):
        """A move does what its dry run showed; undone it never was, and done again it is."""
        before = self.places()
        if not (moved := self.moved(kind, pick, to, back)):
            return
        if pick % 2:
            after, facts = self.places(), {"act_id": moved.act_id, "deed": PAPER}
            assert self.act("undo-move", moves.undo, **facts)
            assert self.places() == before
            assert self.act("undo-move", moves.undo, **facts) is None
            moved = self.moved(kind, pick, to, back)
            assert self.places() == after
        self.moves.append(moved.act_id)

    def moved(self, kind, pick, to, back):
        order, call, facts = Order(self.day_back(back), PAPER), CALLS[kind], self.of(kind, pick)
        dry = self.act("dry", call, to=to, order=replace(order, dry=True), **facts)
        done = self.act(f"move-{kind}", call, to=to, order=order, **facts)
        if dry and done:
            assert replace(done, act_id=None) == dry
        assert dry or not done
        return done if done and done.act_id else None

    def of(self, kind, pick):
        """Return whose move it is: of a loan's household, group or village on this day."""
        with self.database.read() as tx:
            loan_no = self.loans[pick % len(self.loans)]
            loan = records.moves.find_loan_on(tx, loan_no, self.today)
            if kind == "group":
                return {"group_no": loan.group_no or "0000001"}
            if kind == "village":
                return {"village_code": loan.village_code}
            rows = records.households.customers_of(tx, [loan.customer_id])
        return {"household_no": rows[loan.customer_id].customer_no}

    def places(self):
        """Return where every loan is on three days."""
        with self.database.read() as tx:
            return [
                tuple(getattr(there, name) for name in records.moves.PLACE)
                for loan_no in self.loans
                for day in (SIGNED, self.today, LATEST)
                for there in [records.moves.find_loan_on(tx, loan_no, day)]
            ]

    @precondition(lambda self: self.moves)
    @rule(pick=PICK)
    def undo_a_move(self, pick):
        number = self.moves[pick % len(self.moves)]
        if self.act("undo-move", moves.undo, act_id=number, deed=PAPER):
            self.moves.remove(number)


CALLS: Mapping[str, Callable[..., Moved]] = {
    "household": moves.move_household,
    "group": moves.move_group,
    "village": moves.move_village,
}
