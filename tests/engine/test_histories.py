"""What holds for every loan, whatever happened to it and in whatever order it was told."""

from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from creditdesk.engine.ageing import Standing, plan_on, stand, stand_each, to_transfer
from creditdesk.engine.journal import Event, Kind, in_order, mirror
from creditdesk.engine.replay import Booked, Revision, replay, revise
from creditdesk.engine.terms import LoanTerms
from tests.engine.builders import RULE, an_event, booked
from tests.engine.histories import ORDERS, loans, random_history, random_terms

Loan = tuple[LoanTerms, list[Event]]
SEEDS = st.integers(0, 2**32)


def days_of(history: list[Event]) -> list[date]:
    """Return days that matter to a history: each event's, the day before and one long after."""
    days = {event.value_date for event in history}
    return sorted(days | {day - timedelta(1) for day in days} | {max(days) + timedelta(4000)})


def standings(terms: LoanTerms, history: list[Event]) -> list[Standing]:
    entries = booked(terms, *history)
    return [stand(terms, entries, day) for day in days_of(history)]


class Book:
    """Entries of one loan as a book keeps them: written once, undone by mirrors."""

    def __init__(self) -> None:
        self.written: dict[int, Booked] = {}
        self.undone: set[int] = set()

    @property
    def live(self) -> list[tuple[int, Booked]]:
        return [(key, entry) for key, entry in self.written.items() if key not in self.undone]

    @property
    def entries(self) -> list[Booked]:
        return sorted((entry for _, entry in self.live), key=lambda entry: in_order(entry.event))

    def write(self, revision: Revision) -> None:
        assert not revision.refused
        assert self.undone.isdisjoint(revision.mirrors)
        self.undone.update(revision.mirrors)
        for entry, replaced in revision.writes:
            assert replaced is None or replaced in revision.mirrors
            self.written[len(self.written) + 1] = entry


# The strategies themselves


def test_histories_hold_every_kind_of_event() -> None:
    rng = Random(1)
    seen = set()

    for _ in range(100):
        terms = random_terms(rng)
        history = random_history(rng, terms, 15)
        seen |= {event.kind for event in history}
        assert replay(terms, history, ORDERS)[1] == []
        assert history == sorted(history, key=in_order)
        assert history[0].kind is Kind.DRAW

    assert seen == set(Kind)


def test_long_histories_stay_valid() -> None:
    rng = Random(2)
    terms = random_terms(rng)

    history = random_history(rng, terms, 120)

    assert len(history) > 80
    assert len(booked(terms, *history)) == len(history)


# Sums


@given(loan=loans(), seed=SEEDS)
def test_a_walk_through_a_life_stands_each_day_as_that_day_alone(loan: Loan, seed: int) -> None:
    terms, history = loan
    rng, days = Random(seed), days_of(history)
    entries, chosen = booked(terms, *history), sorted(rng.choices(days, k=rng.randint(1, 9)))

    assert list(stand_each(terms, entries, chosen)) == [
        stand(terms, entries[: rng.randint(_until(entries, day), len(entries))], day)
        for day in chosen
    ]


def _until(entries: list[Booked], day: date) -> int:
    return sum(entry.event.value_date <= day for entry in entries)


@given(loans())
def test_what_was_lent_is_owed_repaid_or_given_up(loan: Loan) -> None:
    for standing in standings(*loan):
        assert standing.outstanding == standing.in_term + standing.overdue + standing.frozen
        assert (
            standing.outstanding
            == standing.drawn - standing.principal_repaid - standing.written_off
        )
        assert min(standing.in_term, standing.overdue, standing.frozen) >= 0


@given(loans())
def test_the_plan_always_holds_what_was_lent(loan: Loan) -> None:
    terms, history = loan
    entries = booked(terms, *history)

    for standing in standings(*loan):
        plan = plan_on(entries, standing.as_of)
        assert sum(plan.values()) == standing.drawn
        assert all(amount > 0 for amount in plan.values())


@given(loans())
def test_every_posting_is_positive_and_between_two_accounts(loan: Loan) -> None:
    for entry in booked(loan[0], *loan[1]):
        assert all(amount > 0 for _, _, amount in entry.postings)
        assert all(debit is not credit for debit, credit, _ in entry.postings)
        if entry.event.kind is not Kind.EXTEND:
            assert sum(posting.amount for posting in entry.postings) == entry.event.amount


# Lateness


@given(loans())
def test_what_is_late_is_owed_and_has_a_date(loan: Loan) -> None:
    for standing in standings(*loan):
        assert 0 <= standing.late_principal <= standing.outstanding
        assert (standing.late_principal > 0) == (standing.days_late > 0)
        if standing.oldest_late_due_on is not None:
            late_since = standing.as_of - standing.oldest_late_due_on
            assert late_since.days == standing.days_late
        assert standing.late_principal + standing.next_due_principal <= standing.outstanding


@given(loans())
def test_something_falls_due_while_something_is_owed_that_is_not_late(loan: Loan) -> None:
    for standing in standings(*loan):
        coming = standing.outstanding > standing.late_principal
        assert (standing.next_due_on is not None) == coming
        assert (standing.next_due_principal > 0) == coming


@given(loans(), st.integers(1, 4000), st.integers(1, 100))
def test_a_payment_never_makes_later(loan: Loan, after: int, percent: int) -> None:
    terms, history = loan
    day = history[-1].value_date + timedelta(after)
    before = stand(terms, booked(terms, *history), day)
    amount = before.outstanding * percent // 100
    paid = [an_event("principal", day, amount)] if amount else []

    standing = stand(terms, booked(terms, *history, *paid), day)

    assert standing.late_principal <= before.late_principal
    assert standing.days_late <= before.days_late
    assert standing.outstanding == before.outstanding - amount


@given(loans(), st.lists(st.integers(1, 4000), min_size=2))
def test_without_a_payment_lateness_only_grows(loan: Loan, steps: list[int]) -> None:
    terms, history = loan
    entries = booked(terms, *history)
    days = [history[-1].value_date + timedelta(step) for step in sorted(steps)]

    late = [stand(terms, entries, day).late_principal for day in days]

    assert late == sorted(late)


@given(loans(), st.integers(0, 2000))
def test_what_the_rule_moves_is_late_and_in_term_and_moved_once(loan: Loan, after: int) -> None:
    terms, history = loan
    entries = booked(terms, *history)

    for day in (*days_of(history)[:-1], history[-1].value_date + timedelta(after)):
        standing = stand(terms, entries, day)
        amount = to_transfer(terms, entries, RULE, day)
        assert 0 <= amount <= standing.late_principal
        assert amount <= standing.in_term

    if amount:
        moved = booked(terms, *history, an_event("overdue", day, amount))
        # A freeze of the same day comes after the transfer and takes from what it moved.
        frozen = sum(
            event.amount
            for event in history
            if event.kind is Kind.FREEZE and event.value_date == day
        )
        assert to_transfer(terms, moved, RULE, day) <= frozen
        assert stand(terms, moved, day).late_principal == standing.late_principal


# The order in which things are told


@given(loans(), SEEDS)
def test_events_count_by_their_day_not_by_the_order_of_their_telling(
    loan: Loan, seed: int
) -> None:
    terms, history = loan
    shuffled = Random(seed).sample(history, len(history))

    assert replay(terms, shuffled, ORDERS) == replay(terms, history, ORDERS)


@given(loans())
def test_a_day_does_not_depend_on_what_came_after(loan: Loan) -> None:
    terms, history = loan
    entries = booked(terms, *history)

    for count in range(1, len(history) + 1):
        assert booked(terms, *history[:count]) == entries[:count]


@given(loans(most=10), SEEDS)
def test_late_news_in_any_order_end_in_the_same_book(loan: Loan, seed: int) -> None:
    # Receipts arrive in any order; what cannot stand yet waits until the rest has come.
    terms, history = loan
    waiting = Random(seed).sample(history, len(history))
    book = Book()

    while waiting:
        for event in waiting:
            revision = revise(terms, ORDERS, book.live, [event])
            if not revision.refused:
                book.write(revision)
                waiting.remove(event)
                break
        else:
            break
    book.write(revise(terms, ORDERS, book.live, waiting))

    assert book.entries == booked(terms, *history)


@given(loans(), SEEDS)
def test_an_event_undone_and_entered_again_leaves_the_same_book(loan: Loan, seed: int) -> None:
    terms, history = loan
    book = Book()
    book.write(revise(terms, ORDERS, [], history))
    key = Random(seed).choice([key for key, _ in book.live])
    event = book.written[key].event

    undo = revise(terms, ORDERS, book.live, [], remove={key})
    if undo.refused:
        return
    book.write(undo)
    assert event not in [entry.event for entry in book.entries]
    book.write(revise(terms, ORDERS, book.live, [event]))

    assert book.entries == booked(terms, *history)


@given(loans(), SEEDS)
def test_a_revision_touches_only_what_differs(loan: Loan, seed: int) -> None:
    terms, history = loan
    late = Random(seed).choice(history)
    others = [event for event in history if event is not late]
    entries, refused = replay(terms, others, ORDERS)
    if refused:
        return
    live = list(enumerate(entries, start=1))

    revision = revise(terms, ORDERS, live, [late])

    after = {entry.event: entry for entry in booked(terms, *history)}
    changed = {key for key, entry in live if after[entry.event] != entry}
    assert set(revision.mirrors) == changed
    assert {(entry.event, replaced) for entry, replaced in revision.writes} == {
        (late, None),
        *((entry.event, key) for key, entry in live if key in changed),
    }
    assert all(after[entry.event] == entry for entry, _ in revision.writes)


@given(loans())
def test_mirrors_empty_every_account(loan: Loan) -> None:
    entries = booked(loan[0], *loan[1])
    undone = [entry._replace(postings=mirror(entry.postings)) for entry in entries]

    standing = stand(loan[0], [*entries, *undone], date.max)

    assert standing.outstanding == 0
    assert (standing.in_term, standing.overdue, standing.frozen) == (0, 0, 0)
