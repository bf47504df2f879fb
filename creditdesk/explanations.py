"""Why a loan stands where it stands: every figure opened down to entries, acts and law."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from creditdesk import ledger, records
from creditdesk.db import Tx
from creditdesk.engine import days, explaining
from creditdesk.engine.ageing import Standing, stand
from creditdesk.engine.dated import Dated
from creditdesk.engine.explaining import Collected, Earning, PlanLine, Transfer
from creditdesk.engine.journal import FINAL_DATE_MOVES, PRINCIPAL, Account, Event, Kind, Posting
from creditdesk.engine.journal import in_order as event_order
from creditdesk.engine.lifecycle import State, state_of
from creditdesk.engine.policy import Policy
from creditdesk.engine.replay import Booked
from creditdesk.engine.terms import LoanTerms

EARNING = ("in_term", "overdue", "grace")


class Act(NamedTuple):
    """What somebody did and wrote down: who, who checked, on what ground and paper, when."""

    no: int
    name: str
    by: str
    checked_by: str
    ground: str
    document_no: str
    document_on: date | None
    recorded_at: str


class Balances(NamedTuple):
    """Principal of a loan by what it is [dong]."""

    in_term: int
    overdue: int
    frozen: int


class Line(NamedTuple):
    """An entry that counts: its event, what it books, what is owed after it, and its act.

    act        which act first stated the event
    again_by   which act made it be booked anew, where one did
    days_late  days from what happened to its first entry, where more than a session lay between
    """

    no: int
    event: Event
    postings: tuple[Posting, ...]
    after: Balances
    act: Act
    again_by: Act | None
    days_late: int


class Past(NamedTuple):
    """An entry that counts no more: which act undid it, which entry stands in its place."""

    no: int
    event: Event
    postings: tuple[Posting, ...]
    act: Act
    undone_by: Act
    replaced_by: int | None


class Part(NamedTuple):
    """What a figure takes [dong, or days] from an entry, another figure or a due date."""

    amount: int
    receipt_no: str = ""
    figure: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a standing with the parts it consists of.

    rule  `entries`, `figures` and `instalments`: its parts add up to it; `stretches`: what they
          earned, rounded once; `days`: from a due date; `contract`, `decision`, `state`: said
          there, or following from figures
    """

    name: str
    value: int | str | date | None
    rule: str
    parts: tuple[Part, ...] = ()


class Law(NamedTuple):
    """A value of policy that a loan's figures rest on, since when, and who says so how surely."""

    name: str
    since: date
    value: str
    source: str
    confidence: str
    checked_on: date


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a loan stands where it stands on a day, by what the books knew at a moment.

    state      where it is in its life, by what weighs most, on which it hangs what may be decided
    decisions  receipts of what two people decided, in the order in which it counts
    """

    standing: Standing
    state: State
    known_on: datetime | None
    terms: LoanTerms
    contract: Act
    figures: tuple[Figure, ...]
    entries: tuple[Line, ...]
    past: tuple[Past, ...]
    earnings: tuple[Earning, ...]
    collections: tuple[Collected, ...]
    plan: tuple[PlanLine, ...]
    decisions: tuple[str, ...]
    transfer: Transfer
    laws: tuple[Law, ...]

    def figure(self, name: str) -> Figure:
        """Return one figure of the standing."""
        return next(figure for figure in self.figures if figure.name == name)

    def entry(self, receipt_no: str) -> Line:
        """Return the entry that counts of a receipt."""
        return next(line for line in self.entries if line.event.receipt_no == receipt_no)


def explain(
    tx: Tx, policy: Policy, loan_no: str, as_of: date, known_on: datetime | None = None
) -> Explanation:
    """Return why a loan stands where it stands at the end of a day.

    known_on  the books as they were at this moment: what was written down later is left out

    Raises LoanNotFound.
    """
    loan = records.moves.find_loan_on(tx, loan_no, as_of)
    chain = _chain(tx, loan, as_of, known_on) if loan is not None else None
    if loan is None or chain is None:
        raise ledger.LoanNotFound(loan_no=loan_no)
    terms = ledger.terms_of(loan)
    live = [fact.booked for fact in chain.live]
    standing = stand(terms, live, as_of)
    earned = explaining.earnings(terms, live, as_of)
    order = policy.repayment_order.interest.at(loan.signed_on)
    plan = explaining.plan_lines(live, standing)
    return Explanation(
        standing=standing,
        state=state_of(standing),
        known_on=known_on,
        terms=terms,
        contract=chain.contract,
        figures=tuple(_figures(chain.live, standing, plan)),
        entries=tuple(_lines(chain, loan.session_day)),
        past=chain.past,
        earnings=tuple(earned),
        collections=tuple(explaining.collections(earned, live, order, as_of)),
        plan=tuple(plan),
        decisions=tuple(
            booked.event.receipt_no for booked in live if booked.event.kind in ledger.DECISIONS
        ),
        transfer=explaining.transfer(terms, live, policy.overdue_rule, as_of),
        laws=tuple(_laws(policy, loan)),
    )


class _Chain(NamedTuple):
    """What the book said of a loan at a moment, of events up to a day, in the order they count."""

    contract: Act
    live: list[ledger.Fact]
    past: tuple[Past, ...]
    first: Mapping[str, Act]
    again: Mapping[int, Act]


def _chain(tx: Tx, loan: Any, as_of: date, known_on: datetime | None) -> _Chain | None:
    """Return what was known of a loan; None where not even its contract was."""
    entries, postings, plans = records.ledger.chains_of(tx, [loan.id])
    rows = records.ledger.acts_by_id(tx, {loan.act_id, *(row.act_id for row in entries)})
    acts = {key: _act(row) for key, row in rows.items()}
    later = (key for key, act in acts.items() if known_on and _moment(act) > known_on)
    # A clock may go back: what follows an act in the book was not known before it.
    first_later = min(later, default=None)
    known = {key for key in acts if first_later is None or key < first_later}
    if loan.act_id not in known:
        return None
    held = [row for row in entries if row.act_id in known and row.value_date <= as_of]
    undone = {row.mirrors: acts[row.act_id] for row in held if row.mirrors is not None}
    replaced = {row.replaces: row.id for row in held if row.replaces is not None}
    facts = ledger.facts_in(held, postings, plans).get(loan.id, ())
    parts = ledger.postings_by_entry(postings)
    past = tuple(
        Past(
            row.id,
            ledger.event_of(row),
            parts.get(row.id, ()),
            acts[row.act_id],
            undone[row.id],
            replaced.get(row.id),
        )
        for row in held
        if row.id in undone
    )
    again = {row.id: acts[row.act_id] for row in held if row.replaces is not None}
    plain = (row for row in held if row.replaces is None and row.mirrors is None)
    first = {row.receipt_no: acts[row.act_id] for row in plain}
    live = sorted(facts, key=lambda fact: event_order(fact.booked.event))
    return _Chain(acts[loan.act_id], live, past, first, again)


def _act(row: Any) -> Act:
    said = (row.ground, row.document_no, row.document_on, row.recorded_at)
    return Act(row.id, row.name, row.by, row.checked_by, *said)


def _moment(act: Act) -> datetime:
    """Return when an act was written down."""
    said = datetime.fromisoformat(act.recorded_at)
    return said if said.tzinfo else said.replace(tzinfo=UTC)


def _lines(chain: _Chain, session_day: int) -> Iterable[Line]:
    """Yield the entries that count, with what is owed after each."""
    owed = dict.fromkeys(PRINCIPAL, 0)
    known_since = _moment(chain.contract).astimezone(days.ZONE).date()
    for entry_id, (event, postings, _) in chain.live:
        for account in PRINCIPAL:
            owed[account] += _moved(postings, account)
        act = chain.first[event.receipt_no]
        told = max(event.value_date, known_since)
        booked = _moment(act).astimezone(days.ZONE).date()
        late = (booked - told).days if booked > days.next_session(session_day, told) else 0
        after = Balances(*(owed[account] for account in PRINCIPAL))
        yield Line(entry_id, event, postings, after, act, chain.again.get(entry_id), late)


def _moved(postings: Iterable[Posting], account: Account) -> int:
    return sum(
        amount * ((debit is account) - (credit is account)) for debit, credit, amount in postings
    )


def _figures(
    live: Sequence[ledger.Fact], standing: Standing, plan: Sequence[PlanLine]
) -> Iterable[Figure]:
    """Yield every figure of a standing with what it consists of."""
    one = standing
    facts = [fact.booked for fact in live]
    status = ("drawn", "outstanding", "written_off")
    state = tuple(Part(getattr(one, name), figure=name) for name in status)
    yield Figure("status", one.status, "state", state)
    for name in ("drawn", "principal_repaid", "written_off"):
        yield _sum(name, one, facts)
    owed = tuple(Part(getattr(one, name), figure=name) for name in Balances._fields)
    yield Figure("outstanding", one.outstanding, "figures", owed)
    for account, name in zip(PRINCIPAL, Balances._fields, strict=True):
        moves = [Part(_moved(b.postings, account), b.event.receipt_no) for b in facts]
        held = tuple(part for part in moves if part.amount)
        yield Figure(name, getattr(one, name), "entries", held)
    yield from _figures_of_days(one, plan)
    for kind in EARNING:
        yield Figure(f"interest_earned.{kind}", getattr(one.interest_earned, kind), "stretches")
    yield _sum("interest_collected", one, facts)
    earned = (
        Part(getattr(one.interest_earned, k), figure=f"interest_earned.{k}") for k in EARNING
    )
    less = Part(-one.interest_collected, figure="interest_collected")
    yield Figure("interest_unpaid", one.interest_unpaid, "figures", (*earned, less))
    yield Figure("due_on", one.due_on, "contract")
    given = [b.event.receipt_no for b in facts if b.event.kind in FINAL_DATE_MOVES][-1:]
    yield Figure("extended_to", one.extended_to, "decision", tuple(Part(0, no) for no in given))


_SUMS: Mapping[str, Mapping[Kind, int]] = {
    "drawn": {Kind.DRAW: 1, Kind.REBOOK: -1},
    "principal_repaid": {Kind.PRINCIPAL: 1},
    "written_off": {Kind.WRITE_OFF: 1},
    "interest_collected": {Kind.INTEREST: 1},
}


def _sum(name: str, one: Standing, facts: Iterable[Booked]) -> Figure:
    """Return a figure that is a sum of the amounts of events of some kinds."""
    signs = _SUMS[name]
    parts = (
        Part(signs[booked.event.kind] * booked.event.amount, booked.event.receipt_no)
        for booked in facts
        if booked.event.kind in signs
    )
    return Figure(name, getattr(one, name), "entries", tuple(parts))


def _figures_of_days(one: Standing, plan: Sequence[PlanLine]) -> Iterable[Figure]:
    """Yield what is late and what comes next, from the instalments."""
    late = tuple(Part(line.late, due_on=line.due_on) for line in plan if line.late)
    oldest = (Part(one.days_late, due_on=one.oldest_late_due_on),) if late else ()
    ahead = (Part(one.next_due_principal, due_on=one.next_due_on),) if one.next_due_on else ()
    yield Figure("late_principal", one.late_principal, "instalments", late)
    yield Figure("days_late", one.days_late, "days", oldest)
    yield Figure("oldest_late_due_on", one.oldest_late_due_on, "days", oldest)
    yield Figure("next_due_on", one.next_due_on, "days", ahead)
    yield Figure("next_due_principal", one.next_due_principal, "instalments", ahead)


def _laws(policy: Policy, loan: Any) -> Iterable[Law]:
    """Yield the values of policy that a contract's figures rest on."""
    signed = loan.signed_on
    programme = policy.programmes.get(loan.programme)
    count, order, rule = policy.day_count, policy.repayment_order, policy.overdue_rule
    yield from _law("basis", count.basis.dated(signed))
    yield from _law("counted_day", count.counted_day.dated(signed))
    yield from _law("rounding", count.rounding.dated(signed))
    if programme:
        multiple = programme.overdue_multiple
        yield from _law("overdue_multiple", multiple.dated(signed) or multiple.first)
    if programme and loan.grace_until:
        grace = programme.grace_interest.dated(signed) or programme.grace_interest.first
        yield from _law("grace_months", grace, grace and grace.value.months)
    yield from _law("principal_order", order.principal.dated(signed))
    yield from _law("interest_order", order.interest.dated(signed))
    yield from _law("final_due", rule.final_due.dated(signed))
    # A contract of before the rule is told which rule does not reach it.
    yield from _law("instalments", rule.instalments.dated(signed) or rule.instalments.first)


def _law(name: str, found: Dated[Any] | None, value: Any = None) -> Iterable[Law]:
    if found is not None:
        value = found.value if value is None else value
        text = ", ".join(value) if isinstance(value, tuple) else str(value)
        text = {"True": "yes", "False": "no"}.get(text, text)
        yield Law(name, found.since, text, found.source, found.confidence, found.checked_on)
