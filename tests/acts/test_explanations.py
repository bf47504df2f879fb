"""Explanations: every figure opened, exactly, down to entries and acts, by what was known then."""

import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random

import pytest
from click.testing import CliRunner

from creditdesk import (
    documents,
    entering,
    explanations,
    ledger,
    loans,
    narration,
    repayments,
    standings,
    words,
)
from creditdesk.cli import cli
from creditdesk.engine.accrual import Interest
from creditdesk.engine.ageing import Standing
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from tests.builders import (
    PLACES,
    POLICY,
    a_book,
    a_contract,
    a_deed,
    a_loan,
    an_invented_book,
    an_invented_contract,
    enter_late,
    terms_of,
)
from tests.engine.histories import random_history

LOAN = a_contract().loan_no
DAY = date(2026, 11, 22)
FREEZE = Event(date(2025, 9, 20), Kind.FREEZE, 20_000_000, date(2028, 9, 20), "KN1")
PAPER = replace(a_deed(ground="Mất mùa (minh họa)"), document_no="12/QĐ")
ASKED = {"loan_no", "as_of"}  # what was asked for is no figure


def explained(tx, loan_no=LOAN, day=DAY, known_on=None):
    return explanations.explain(tx, POLICY, loan_no, day, known_on)


def told(found, language="vi"):
    say = partial(words.say, language)
    return {one.name: one for one in narration.tell(found, POLICY.chart, language, say)}


def enter_on(tx, event, recorded_on, deed=PAPER):
    """Enter an event under an act that was written down on a day."""
    deed = replace(deed, recorded_at=f"{recorded_on}T02:00:00+00:00")
    entering.enter(tx, POLICY, event.kind.value, deed, loan_no=LOAN, events=[event])


def an_event(kind, day, amount, receipt_no, **more):
    return Event(date.fromisoformat(day), Kind(kind), amount, None, receipt_no, **more)


@pytest.fixture
def lived(database):
    """Return a book with a loan that paid, fell overdue, was frozen, and paid once untold."""
    with database.begin() as tx:
        signed = replace(a_deed(), recorded_at="2024-01-15T01:00:00+00:00")
        loans.sign(tx, POLICY, PLACES, contract=a_contract(), deed=signed)
        for event in (
            an_event("draw", "2024-01-15", 50_000_000, "GN1"),
            an_event("interest", "2024-06-07", 1_000_000, "TL1"),
            an_event("overdue", "2025-03-07", 6_600_000, "CQH1"),
            FREEZE,
        ):
            enter_on(tx, event, event.value_date)
        enter_on(tx, an_event("principal", "2025-04-07", 3_000_000, "TG1"), "2025-12-01")
    return database


def names_of(standing):
    """Return the names of every figure that a standing shows, interest by kind."""
    shown = set(documents.standing(standing)) - {"interest_earned"}
    return (shown | {f"interest_earned.{one.name}" for one in fields(Interest)}) - ASKED


def value_of(standing, name):
    for part in name.split("."):
        standing = getattr(standing, part)
    return standing


def assert_opened(found):
    """Every figure is there, says what the standing says, and its parts add up to it."""
    one = found.standing
    assert {figure.name for figure in found.figures} == names_of(one)
    assert {field.name for field in fields(Standing)} - ASKED <= {
        figure.name.split(".")[0] for figure in found.figures
    }
    live = {line.event.receipt_no for line in found.entries}
    for figure in found.figures:
        assert figure.value == value_of(one, figure.name)
        assert {part.receipt_no for part in figure.parts if part.receipt_no} <= live
        if figure.rule in {"entries", "figures", "instalments"}:
            assert sum(part.amount for part in figure.parts) == figure.value
        for part in figure.parts:
            if part.figure:
                assert abs(part.amount) == value_of(one, part.figure)


def assert_entries_lead_to(found):
    """The last balances are those of the standing, and interest is its stretches rounded once."""
    one = found.standing
    after = found.entries[-1].after if found.entries else (0, 0, 0)
    assert after == (one.in_term, one.overdue, one.frozen)
    for kind, told_of in documents.explanation(found)["interest"].items():
        numerators = [int(stretch["numerator"]) for stretch in told_of["stretches"]]
        denominator = int(told_of["sum"]["denominator"])
        assert sum(numerators) == int(told_of["sum"]["numerator"])
        twice = 2 * sum(numerators) + denominator
        assert told_of["rounded"] == twice // (2 * denominator)
        assert told_of["rounded"] == getattr(one.interest_earned, kind)
        assert told_of["collected"] + told_of["unpaid"] == told_of["rounded"]


@pytest.mark.parametrize("seed", [3, 4])
def test_every_figure_of_an_invented_book_is_opened(database, seed):
    book = an_invented_book(seed, count=6)
    with database.begin() as tx:
        a_book(tx, book)
        for contract, _ in book:
            for day in (contract.signed_on, date(2026, 3, 2), date(2029, 9, 1)):
                found = explained(tx, contract.loan_no, day)
                assert found.standing == standings.standing(tx, contract.loan_no, day)
                assert_opened(found)
                assert_entries_lead_to(found)


@pytest.mark.parametrize("seed", range(4))
def test_a_history_of_every_kind_told_out_of_order_is_opened(database, seed):
    rng = Random(seed)
    contract = an_invented_contract(rng, 1)
    contract = replace(
        contract, programme="02", course_end_on=date(contract.signed_on.year + 1, 6, 30)
    )
    events = random_history(rng, terms_of(contract), 18)
    with database.begin() as tx:
        a_book(tx, [(contract, [])])
        enter_late(tx, contract.loan_no, events, rng)
        for later in (0, 200, 900, 3000):
            day = contract.signed_on + timedelta(later)
            found = explained(tx, contract.loan_no, day)
            assert found.standing == standings.standing(tx, contract.loan_no, day)
            assert_opened(found)
            assert_entries_lead_to(found)
            assert all(told(found, language) for language in words.LANGUAGES)


def test_a_figure_without_an_explanation_is_missed(lived):
    with lived.read() as tx:
        found = explained(tx)
    with pytest.raises(AssertionError):
        assert_opened(replace(found, figures=found.figures[1:]))


# Dong, fraction a year, days by Circular 14/2017/TT-NHNN: balance x days x rate / 365.
BY_HAND = [
    (50_000_000, "0.066", 31, "50.000.000 đ × 31 ngày × 6,6 % / 365 = 280.273,9726 đ", 280_274),
    (25_000_000, "0.09", 30, "25.000.000 đ × 30 ngày × 9 % / 365 = 184.931,5068 đ", 184_932),
    (
        200_000_000,
        "0.08382",
        30,
        "200.000.000 đ × 30 ngày × 8,382 % / 365 = 1.377.863,0137 đ",
        1_377_863,
    ),
]


@pytest.mark.parametrize("case", BY_HAND)
def test_interest_is_read_aloud_as_it_is_worked_by_hand(database, case):
    amount, rate, days, sentence, interest = case
    contract = a_contract()
    with database.begin() as tx:
        a_loan(tx, drawn=amount, approved=Dong(amount), rate=Decimal(rate))
        found = explained(tx, day=contract.signed_on + timedelta(days))

    assert found.figure("interest_earned.in_term").value == interest
    assert sentence in told(found)["interest_earned.in_term"].lines[0]


def test_an_entry_names_who_first_stated_it_and_what_made_it_be_booked_anew(lived):
    with lived.read() as tx:
        found = explained(tx)
    frozen, paid = found.entry("KN1"), found.entry("TG1")

    assert (frozen.act.document_no, frozen.act.name) == ("12/QĐ", "freeze")
    assert (frozen.again_by.name, frozen.again_by.recorded_at[:10]) == ("principal", "2025-12-01")
    assert [(p.debit.name, p.credit.name, p.amount) for p in frozen.postings] == [
        ("FROZEN", "OVERDUE", 3_600_000),
        ("FROZEN", "IN_TERM", 16_400_000),
    ]
    assert (frozen.days_late, paid.days_late, paid.again_by) == (0, 238, None)
    (past,) = found.past
    assert (past.event, past.replaced_by, past.undone_by) == (FREEZE, frozen.no, frozen.again_by)
    assert [p.amount for p in past.postings] == [6_600_000, 13_400_000]


def test_what_the_books_knew_then_is_left_as_it_was(lived):
    moment = datetime(2025, 11, 30, 12, tzinfo=UTC)
    with lived.read() as tx:
        then, now = explained(tx, known_on=moment), explained(tx)

    assert_opened(then)
    assert (then.standing.principal_repaid, now.standing.principal_repaid) == (0, 3_000_000)
    assert (then.entry("KN1").again_by, then.past) == (None, ())
    assert [p.amount for p in then.entry("KN1").postings] == [6_600_000, 13_400_000]


def test_what_follows_an_act_was_not_known_before_it_whatever_a_clock_said(lived):
    with lived.begin() as tx:
        enter_on(tx, an_event("principal", "2025-05-07", 1_000_000, "TG2"), "2025-05-07")
        then = explained(tx, known_on=datetime(2025, 11, 30, tzinfo=UTC))

    assert_opened(then)
    assert then.standing.principal_repaid == 0


def test_a_loan_that_the_books_did_not_know_yet_is_not_found(lived):
    with lived.read() as tx, pytest.raises(ledger.LoanNotFound):
        explained(tx, known_on=datetime(2020, 1, 1, tzinfo=UTC))


def test_a_receipt_that_was_undone_is_past_and_counts_nowhere(lived):
    deed = replace(PAPER, recorded_at="2026-01-05T02:00:00")
    with lived.begin() as tx:
        repayments.reverse(tx, POLICY, receipt_no="TG1", deed=deed)
        found = explained(tx)

    assert_opened(found)
    undone = next(one for one in found.past if one.event.receipt_no == "TG1")
    assert (undone.undone_by.name, undone.replaced_by) == ("reverse", None)
    assert found.standing.principal_repaid == 0
    assert "đảo (hủy bút toán)" in "".join(told(found)["past"].lines)


def test_a_final_due_date_is_that_of_its_decision(lived):
    until = date(2028, 1, 15)
    event = Event(date(2026, 6, 1), Kind.EXTEND, 0, until, "GH1")
    with lived.begin() as tx:
        enter_on(tx, event, "2026-06-01")
        found = explained(tx)
        before = explained(tx, day=date(2026, 5, 31))

    assert [part.receipt_no for part in found.figure("extended_to").parts] == ["GH1"]
    assert before.figure("extended_to").parts == ()
    assert found.decisions == ("CQH1", "KN1", "GH1")
    assert "đến 15/01/2028" in told(found)["extended_to"].lines[0]
    last = found.plan[-1]
    assert (last.due_on, last.origins) == (until, (("GH1", 16_800_000),))


def test_decisions_without_money_are_told_with_their_dates_and_rates(lived):
    moved = Event(date(2025, 12, 1), Kind.REDATE, 0, date(2026, 7, 15), "DC1", date(2026, 1, 15))
    rate = Event(date(2025, 10, 10), Kind.RATE, 0, None, "LS1", None, 5_400_000, 7_020_000)
    with lived.begin() as tx:
        enter_on(tx, moved, "2025-12-01")
        enter_on(tx, rate, "2025-12-01")
        lines = told(explained(tx))

    said = "".join(lines["entries"].lines)
    assert "kỳ đến hạn 15/01/2026" in said
    assert "đến 15/07/2026" in said
    assert "5,4 %/năm, quá hạn 7,02 %/năm" in said
    assert "lãi suất theo quyết định LS1" in lines["interest_earned.in_term"].lines[-3]
    assert "Điều chỉnh kỳ hạn trả nợ gốc DC1" in "".join(lines["late_principal"].lines)


def test_a_students_grace_is_told_with_its_law_and_its_end(database):
    signed_on, end = date(2024, 9, 5), date(2025, 6, 30)
    with database.begin() as tx:
        loan_no = a_loan(tx, programme="02", signed_on=signed_on, course_end_on=end)
        found = explained(tx, loan_no, date(2026, 12, 1))
    laws = {law.name: law.value for law in found.laws}

    assert laws["grace_months"] == "12"
    assert [one.stretch.kind for one in found.earnings] == ["grace", "in_term"]
    assert "hết ân hạn" in told(found)["interest_earned.in_term"].lines[0]


def test_the_law_says_who_says_so_and_how_surely(lived):
    with lived.read() as tx:
        found = explained(tx)
    laws = {law.name: law for law in found.laws}

    assert laws["instalments"].source == "Công văn 597/NHCS-TDNN ngày 30/01/2026"
    assert (laws["instalments"].since, laws["instalments"].confidence) == (date(2026, 3, 1), "S")
    assert laws["overdue_multiple"].value == "1.3"
    assert found.transfer.why == "instalment-not-moved"
    assert "1,3 lần" in "".join(told(found)["laws"].lines)


def test_a_document_holds_whole_dong_and_exact_text(lived):
    with lived.read() as tx:
        found = documents.explanation(explained(tx))
        standing = documents.standing(standings.standing(tx, LOAN, DAY))

    text = json.dumps(found)
    assert found["standing"] == standing
    assert json.loads(text, parse_float=pytest.fail) == found
    first = found["interest"]["overdue"]["stretches"][0]
    assert first == {
        "from": "2025-03-07",
        "to": "2025-04-07",
        "days": 31,
        "balance": 6_600_000,
        "rate": "8.58",
        "divisor": 365,
        "numerator": str(6_600_000 * 31 * 8_580_000),
        "denominator": "36500000000",
        "decimal": "48095.0137",
        "began_by": ["CQH1"],
        "rate_by": None,
    }


@pytest.fixture
def run(lived, database_url, monkeypatch):
    """Return a function that runs `explain` on the book and returns what came of it."""
    monkeypatch.setenv("CREDITDESK_DATABASE_URL", database_url)
    return lambda *more: CliRunner().invoke(cli, ["explain", *more, "--as-of", str(DAY)])


@pytest.mark.parametrize(
    ("known_on", "repaid"),
    [
        ("2025-11-30", 0),
        ("2025-12-01", 3_000_000),
        ("2025-12-01T08:59", 0),
        ("2025-12-01T02:00+00:00", 3_000_000),
    ],
)
def test_the_command_asks_what_was_known_on_a_day_or_at_a_moment(run, known_on, repaid):
    done = run(LOAN, "--known-on", known_on, "--json")

    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout)["standing"]["principal_repaid"] == repaid


def test_the_command_reads_aloud_in_every_language(run, monkeypatch):
    for language in words.LANGUAGES:
        monkeypatch.setenv("CREDITDESK_LANGUAGE", language)
        done = run(LOAN)
        assert done.exit_code == 0
        assert "explain." not in done.stdout
        assert "figure." not in done.stdout


@pytest.mark.parametrize(
    ("words_", "status"),
    [
        (["6600000000000404"], 1),
        ([LOAN, "--known-on", "yesterday"], 2),
        ([LOAN, "--known-on", "2025-12-01Tnoon"], 2),
    ],
)
def test_the_command_refuses_what_is_not_there(run, words_, status):
    assert run(*words_).exit_code == status
