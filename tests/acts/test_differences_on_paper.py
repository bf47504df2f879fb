"""Differences on paper: between two days, between two days of knowledge, traced to their loans."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from creditdesk import entering, papers
from creditdesk.engine.journal import Event, Kind
from creditdesk.engine.money import Dong
from creditdesk.papers import Asked
from creditdesk.statements import NotYetKnown, PeriodBackwards
from tests.builders import POLICY, a_book, a_deed, a_loan, an_invented_book

AS_OF = date(2026, 9, 30)
MADE = datetime(2026, 12, 20, 3, tzinfo=UTC)
LATE = date(2026, 12, 1)


def receive(tx, loan_no, value_date, amount, recorded_on):
    at = datetime(recorded_on.year, recorded_on.month, recorded_on.day, 2, tzinfo=UTC)
    deed = replace(a_deed(), recorded_at=at.isoformat())
    event = Event(value_date, Kind.PRINCIPAL, Dong(amount), None, f"PT{amount}")
    entering.enter(tx, POLICY, "receive", deed, loan_no=loan_no, events=[event])


def made(tx, kind, **more):
    asked = Asked(**{"as_of": AS_OF, "made_at": MADE, "place": "44"} | more)
    value = papers.kind_of(kind).value(tx, POLICY, asked)
    assert value.evidence.failed == ()
    return value


def cells(value, part=0):
    """Return the lines of a part: columns with one name are told apart by what they share."""
    names = [f"{one.group.partition(':')[2]}.{one.code}" for one in value.parts[part].columns]
    return [dict(zip(names, line.cells, strict=True)) for line in value.parts[part].lines]


@pytest.fixture
def two_loans(database):
    """Enter two loans: each repaid in time, and one of them also what was entered late."""
    with database.begin() as tx:
        first, second = a_loan(tx, 1), a_loan(tx, 2, commune="19351")
        receive(tx, first, date(2026, 9, 4), 3_000_000, date(2026, 11, 22))
        receive(tx, second, date(2026, 9, 9), 1_000_000, date(2026, 11, 22))
        receive(tx, second, date(2026, 5, 5), 2_000_000, LATE)
    return first, second


def test_between_two_days_what_flowed_makes_the_change(database, two_loans):
    first, second = two_loans
    with database.read() as tx:
        days = made(tx, "difference", since=date(2026, 9, 1))
        loans = made(tx, "difference-loans", since=date(2026, 9, 1))

    total = cells(days)[-1]
    told = [total[f"outstanding.{name}"] for name in ("before", "now", "change")]
    assert [*told, total[".principal"]] == [98_000_000, 94_000_000, -4_000_000, 4_000_000]
    assert {row[".loan_differs"] for row in cells(loans)} >= {first, second}
    assert [row[".receipt"] for row in cells(loans, 1)] == ["PT3000000", "PT1000000"]
    assert loans.seen == {"0000000001", "0000000002"}


def test_between_two_days_of_knowledge_only_what_came_late_differs(database, two_loans):
    _, second = two_loans
    known = {"known_before": LATE - timedelta(days=1)}
    with database.read() as tx:
        days, loans = (made(tx, kind, **known) for kind in ("difference", "difference-loans"))
        until_then = made(
            tx, "difference", known_before=date(2026, 11, 29), known_on=date(2026, 11, 30)
        )

    rows = {row[".code"]: row for row in cells(days)}
    assert rows["19333"]["outstanding.change"] == 0
    assert rows["19351"]["outstanding.change"] == -2_000_000
    assert [row[".loan_differs"] for row in cells(loans) if row[".no"] == "1"] == [second]
    # The later repayment was booked anew behind the late one: it is no difference.
    (traced,) = cells(loans, 1)
    assert (traced[".receipt"], traced[".day"], traced[".recorded_on"]) == (
        *("PT2000000", date(2026, 5, 5)),
        LATE,
    )
    assert cells(until_then)[-1]["outstanding.change"] == 0
    assert days.evidence.number != until_then.evidence.number
    assert "known_2026-11-30" in days.evidence.file_name


def test_knowledge_that_is_not_over_or_not_the_earlier_one_is_refused(database, two_loans):
    with database.read() as tx:
        with pytest.raises(NotYetKnown):
            made(tx, "difference", known_before=MADE.date())
        with pytest.raises(PeriodBackwards):
            made(tx, "difference", known_before=LATE, known_on=LATE)


def test_loans_and_entries_make_the_difference_of_any_book_by_any_axis(database):
    with database.begin() as tx:
        a_book(tx, an_invented_book(11, count=12))
    with database.read() as tx:
        for by in ("commune", "status", "term", "group"):
            asked = {"since": date(2025, 6, 1), "by": by}
            rows = cells(made(tx, "difference", **asked))
            (part, _) = made(tx, "difference-loans", **asked).parts
            at = [column.code for column in part.columns].index("change")
            leads = [line.cells[at] for line in part.lines if line.kind == "lead"]
            changes = [row["outstanding.change"] for row in rows[:-1]]
            assert sorted(filter(None, leads)) == sorted(filter(None, changes))
            assert part.lines[-1].cells[at] == rows[-1]["outstanding.change"]
