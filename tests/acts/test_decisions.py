"""Decisions: their limits with the day before and after, previews, versions."""

from datetime import date, timedelta

import pytest

from creditdesk import audit, decisions, ledger, records, standings
from creditdesk.decisions import law
from creditdesk.decisions.kinds import DecisionUnknown, ParameterUnreadable
from creditdesk.engine.journal import Kind
from creditdesk.engine.lifecycle import State
from creditdesk.engine.replay import (
    BeyondNextInstalment,
    ExtensionNotLater,
    InstalmentNotThere,
    MoreThanOutstanding,
    NoGraceLeft,
    ShorteningNotEarlier,
)
from tests.builders import POLICY, a_loan
from tests.decided import DAY, a_decision, a_loan_in, a_paper, decide, fact

REDATE = {
    "instalment": "2026-08-02",
    "until": "2026-09-02",
    "asked_on": "2026-06-01",
    "handed_in_on": "2026-06-01",
}
LATER = date(2026, 7, 31)
STUDENT = {"programme": "02", "course_end_on": date(2027, 6, 30)}


def standing(tx, loan_no, day=DAY):
    return standings.standing(tx, loan_no, day)


# The limits: what is said, in which state, and the refusal of one step further. The first
# instalment of a loan in term is of 2 August 2026, a Sunday; sessions are on the 7th.
WITHIN = {
    "asked five working days before": ("redate", {"asked_on": "2026-07-27"}),
    "handed in three working days before": ("redate", {"handed_in_on": "2026-07-29"}),
    "to the day of the next instalment": ("redate", {"until": "2026-09-02"}),
    "half of four years": ("extend", {"until": "2032-03-02"}),
    "twelve months of carry-over": ("carry-over", {"until": "2031-03-02"}),
    "a loss of 40 %": ("freeze", {"reason": "K1", "loss": "40", "until": "2029-06-07"}),
    "a loss of 80 %": ("freeze", {"reason": "K1", "loss": "80", "until": "2031-06-07"}),
    "a death": ("freeze", {"reason": "K4a", "until": "2031-06-07"}),
    "a rate of 30 %": ("re-price", {"rate": "30"}),
}
BEYOND = {
    "asked four working days before": ("redate", {"asked_on": "2026-07-28"}, law.AskedTooLate),
    "handed in two days before": ("redate", {"handed_in_on": "2026-07-30"}, law.HandedInTooLate),
    "handed in before it was asked": (
        "redate",
        {"handed_in_on": "2026-05-31"},
        law.PapersOutOfOrder,
    ),
    "past the next instalment": ("redate", {"until": "2026-09-03"}, BeyondNextInstalment),
    "the final instalment": (
        "redate",
        {"instalment": "2030-03-02", "until": "2030-04-02"},
        InstalmentNotThere,
    ),
    "a day above half": ("extend", {"until": "2032-03-03"}, law.ExtensionTooLong),
    "not later": ("extend", {"until": "2030-03-02"}, ExtensionNotLater),
    "a day above twelve months": ("carry-over", {"until": "2031-03-03"}, law.CarryOverTooLong),
    "a loss below 40 %": ("freeze", {"reason": "K1", "loss": "39,99"}, law.LossTooSmall),
    "a loss below 80 %": (
        "freeze",
        {"reason": "K1", "loss": "79,99", "until": "2029-06-08"},
        law.FreezeBeyondLimit,
    ),
    "a day above five years": (
        "freeze",
        {"reason": "K4a", "until": "2031-06-08"},
        law.FreezeBeyondLimit,
    ),
    "no loss told": ("freeze", {"reason": "K1"}, law.LossMissing),
    "no such reason": ("freeze", {"reason": "K9"}, law.FreezeReasonUnknown),
    "supplementary at first": ("freeze", {"reason": "K_bs"}, law.FreezeReasonUnknown),
    "no contract of work": ("shorten", {"until": "2027-01-02"}, law.NotOfProgramme),
    "no grace": ("leave", {"course_end_on": "2028-06-30"}, NoGraceLeft),
    "more than is in term": ("misuse", {"amount": "50.000.001"}, MoreThanOutstanding),
    "a rate above 30 %": ("re-price", {"rate": "30,0001"}, law.RateTooHigh),
}


def in_term(database):
    """Fill a book with a loan in term, for the tests of limits, and return its number."""
    with database.begin() as tx:
        return a_loan_in(tx, State.IN_TERM, 99)


@pytest.fixture
def filling():
    return in_term


def decided(tx, loan_no, kind, said):
    if kind == "redate":
        handed = {"handed_in_on": said.get("asked_on", "2026-06-01")}
        return decide(tx, kind, loan_no, LATER, **REDATE | handed | said)
    if kind == "carry-over":
        fact(tx, loan_no, Kind.INTEREST, DAY, standing(tx, loan_no).interest_unpaid)
    return decide(tx, kind, loan_no, **said)


@pytest.mark.parametrize("case", WITHIN)
def test_a_decision_within_its_limit_is_booked(database, held, case):
    with database.begin() as tx:
        assert decided(tx, held, *WITHIN[case]).new
        assert audit.verify(tx, POLICY).faults == []


@pytest.mark.parametrize("case", BEYOND)
def test_a_decision_one_step_further_is_refused(database, held, case):
    kind, said, refusal = BEYOND[case]
    with database.begin() as tx, pytest.raises(refusal):
        decided(tx, held, kind, said)


def test_a_request_may_be_handed_in_on_the_day_of_the_session(database):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.IN_TERM, session_day=2)
        said = REDATE | {"handed_in_on": "2026-08-02", "asked_on": "2026-07-20"}

        assert decide(tx, "redate", loan_no, date(2026, 8, 2), **said).new


def test_a_refusal_names_the_limit_and_its_source(database, held):
    with database.begin() as tx, pytest.raises(law.AskedTooLate) as refusal:
        decided(tx, held, "redate", {"asked_on": "2026-07-28"})

    assert refusal.value.facts["limit"] == 5
    assert refusal.value.facts["latest"] == date(2026, 7, 27)
    assert "597/NHCS-TDNN" in refusal.value.facts["source"]


def test_before_the_letter_of_2026_nobody_counted_working_days(database):
    with database.begin() as tx:
        loan_no = a_loan(tx)
        said = dict.fromkeys(("asked_on", "handed_in_on"), "2026-01-14")
        days = {"instalment": "2026-01-15", "until": "2026-06-15"}

        assert decide(tx, "redate", loan_no, date(2026, 1, 14), **days, **said).new is True


def test_a_short_loan_is_extended_by_twelve_months(database):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.IN_TERM, due_on=date(2027, 3, 2))

        with pytest.raises(law.ExtensionTooLong) as refusal:
            decide(tx, "extend", loan_no, until="2028-03-03")
        assert decide(tx, "extend", loan_no, until="2028-03-02").new
    assert (refusal.value.facts["limit"], refusal.value.facts["latest"].year) == (12, 2028)


def test_principal_is_carried_over_once_and_only_with_its_interest_paid(database):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.IN_TERM)
        with pytest.raises(law.InterestUnpaid):
            decide(tx, "carry-over", loan_no, until="2030-09-02")

        fact(tx, loan_no, Kind.INTEREST, DAY, standing(tx, loan_no).interest_unpaid)
        decide(tx, "carry-over", loan_no, until="2030-09-02")

        with pytest.raises(law.CarriedOverBefore):
            decide(tx, "carry-over", loan_no, until="2031-03-02")


def test_a_programme_without_seasons_carries_nothing_over(database):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.IN_TERM, **STUDENT)

        with pytest.raises(law.NotOfProgramme):
            decide(tx, "carry-over", loan_no, until="2030-09-02")


def test_a_leave_moves_grace_and_plan_by_as_many_months(database):
    with database.begin() as tx:
        loan_no = a_loan_in(
            tx, State.IN_TERM, **STUDENT | {"first_principal_on": date(2028, 8, 2)}
        )
        with pytest.raises(NoGraceLeft):
            decide(tx, "leave", loan_no, course_end_on="2027-06-30")

        decide(tx, "leave", loan_no, course_end_on="2028-01-30")

        after = standing(tx, loan_no)
        later = standing(tx, loan_no, date(2029, 1, 30))
        known = audit.verify(tx, POLICY).faults
    assert (after.next_due_on, after.extended_to) == (date(2029, 3, 2), date(2030, 10, 2))
    assert (later.interest_earned.in_term, later.interest_earned.grace > 0) == (0, True)
    assert known == []


def test_a_contract_of_work_that_ended_early_shortens_its_loan(database):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.IN_TERM, programme="04")
        with pytest.raises(ShorteningNotEarlier):
            decide(tx, "shorten", loan_no, until="2030-03-02")

        decide(tx, "shorten", loan_no, until="2026-10-02")

        found = decisions.preview(tx, POLICY, a_decision("misuse", loan_no, amount="1"))
    assert [due_on for due_on, _ in found.before.schedule] == [
        date(2026, 8, 2),
        date(2026, 9, 2),
        date(2026, 10, 2),
    ]


def test_frozen_debt_is_extended_up_to_the_end_of_its_freeze_and_not_later(database):
    end = DAY
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.FROZEN, frozen_until=end)

        with pytest.raises(law.FreezeOver):
            decide(tx, "extend", loan_no, end + timedelta(1), until="2031-03-02")
        assert decide(tx, "extend", loan_no, end, until="2031-03-02").new


@pytest.mark.parametrize(
    ("kind", "said"), [("refreeze", {"until": "2027-06-07"}), ("write-off", {"reason": "K4a"})]
)
def test_what_follows_on_a_freeze_waits_for_its_end(database, kind, said):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.FROZEN, frozen_until=DAY + timedelta(1))

        with pytest.raises(law.FreezeRuns):
            decide(tx, kind, loan_no, **said)
        assert decide(tx, kind, loan_no, DAY + timedelta(1), **said).new


@pytest.mark.parametrize(
    ("kind", "said"), [("refreeze", {"until": "2027-06-07"}), ("write-off", {"reason": "K4a"})]
)
def test_what_follows_on_a_freeze_needs_one(database, kind, said):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.IN_TERM)
        fact(tx, loan_no, Kind.OVERDUE, DAY, 1_000_000)

        with pytest.raises(law.NeverFrozen):
            decide(tx, kind, loan_no, **said)


def test_a_supplementary_freeze_holds_the_same_debt_under_a_new_end(database):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.FROZEN, frozen_until=DAY)
        with pytest.raises(law.FreezeReasonUnknown):
            decide(tx, "refreeze", loan_no, until="2027-06-07", reason="K1")
        with pytest.raises(law.FreezeBeyondLimit):
            decide(tx, "refreeze", loan_no, until="2031-06-08")

        decide(tx, "refreeze", loan_no, until="2031-06-07", reason="K_bs")

        found = standing(tx, loan_no)
        assert audit.verify(tx, POLICY).faults == []
    assert (found.frozen, found.in_term) == (1_000_000, 49_000_000)


def test_a_supplementary_freeze_takes_back_what_had_become_overdue(database):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.OVERDUE)

        decide(tx, "refreeze", loan_no, until="2027-06-07")

        assert standing(tx, loan_no).frozen == 1_000_000


def test_misused_money_is_overdue_at_once_and_another_rate_counts_from_its_day(database):
    with database.begin() as tx:
        misused, priced = a_loan_in(tx, State.IN_TERM, 1), a_loan_in(tx, State.IN_TERM, 2)

        decide(tx, "misuse", misused, amount="20.000.000")
        decide(tx, "re-price", priced, rate="5,4")

        seen = [
            decisions.preview(tx, POLICY, a_decision("unfreeze", one)) for one in (misused, priced)
        ]
    # 30 million at 6.6 % and 20 million at 8.58 %; 50 million at 5.4 %.
    assert [one.before.a_day for one in seen] == [5_425 + 4_701, 7_397]
    assert standing_of(seen[0]) == (30_000_000, 20_000_000)


def standing_of(seen):
    return seen.before.standing.in_term, seen.before.standing.overdue


def test_the_paper_and_what_it_says_are_kept_with_the_act(database):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.IN_TERM)
        done = decide(tx, "freeze", loan_no, reason="K1", loss="60")

        row = records.ledger.acts_of(tx, [done.act_id])[done.act_id]
    assert (row.name, row.by, row.checked_by) == ("freeze", "nguoi-lap", "kiem-soat")
    assert (row.document_no, row.document_on) == ("12/QĐ-NHCS", date(2026, 6, 1))
    assert row.particulars == '{"loss": "60", "reason": "K1"}'


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"document_no": " "}, ledger.DocumentMissing),
        ({"document_on": None}, ledger.DocumentMissing),
        ({"ground": ""}, ledger.GroundMissing),
        ({"checked_by": ""}, ledger.CheckerMissing),
        ({"checked_by": "Nguoi-lap"}, ledger.SamePerson),
        ({"today": DAY - timedelta(days=1)}, ledger.DayAhead),
        ({"document_on": DAY + timedelta(days=2), "today": DAY}, ledger.DayAhead),
    ],
)
def test_a_decision_is_of_two_people_on_a_ground_and_a_paper(database, changes, refusal):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.IN_TERM)

        with pytest.raises(refusal):
            decide(tx, "misuse", loan_no, amount="1", deed=a_paper(**changes))


def test_an_unknown_loan_is_not_found(database):
    decision = a_decision("misuse", "6600000000000404", amount="1")
    with database.begin() as tx:
        for ask in (
            lambda: decisions.preview(tx, POLICY, decision),
            lambda: decisions.decide(tx, POLICY, decision=decision, deed=a_paper()),
            lambda: decisions.propose(tx, POLICY, decision=decision, deed=a_paper()),
            lambda: decisions.versions(tx, decision.loan_no),
        ):
            with pytest.raises(ledger.LoanNotFound):
                ask()


@pytest.mark.parametrize(
    ("kind", "texts", "name", "why"),
    [
        ("extend", {}, "until", "missing"),
        ("extend", {"until": "2030-02-30"}, "until", "ill-formed"),
        ("unfreeze", {"until": "2030-03-02"}, "until", "unknown"),
        ("misuse", {"amount": "1,5"}, "amount", "ill-formed"),
        ("misuse", {"amount": "0"}, "amount", "ill-formed"),
        ("freeze", {"reason": "K1; --", "loss": "60"}, "reason", "ill-formed"),
        ("freeze", {"reason": "K1", "loss": "60 %"}, "loss", "ill-formed"),
        ("freeze", {"reason": "K1", "loss": "100,01"}, "loss", "ill-formed"),
    ],
)
def test_a_decision_says_what_its_kind_needs_and_nothing_else(kind, texts, name, why):
    with pytest.raises(ParameterUnreadable) as refusal:
        a_decision(kind, "1", **texts)

    assert (refusal.value.facts["name"], refusal.value.facts["unreadable"]) == (name, why)


def test_no_decision_is_of_an_unknown_kind():
    with pytest.raises(DecisionUnknown):
        a_decision("forgive", "1")


def test_a_preview_shows_both_schedules_and_writes_nothing(database):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.IN_TERM)
    decision = a_decision("extend", loan_no, until="2031-03-02")

    with database.begin() as tx:
        seen = decisions.preview(tx, POLICY, decision)
        decisions.decide(tx, POLICY, decision=decision, deed=a_paper())
        done = decisions.preview(tx, POLICY, decision)

    assert (seen.before.due_on, seen.after.due_on) == (date(2030, 3, 2), date(2031, 3, 2))
    assert seen.before.schedule[:-1] == seen.after.schedule[:-1]
    assert seen.after == done.before
    assert isinstance(done.refusal, ExtensionNotLater)
    assert done.after is None


def test_every_schedule_is_kept_with_the_act_that_made_it(database):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.IN_TERM)
        decide(tx, "extend", loan_no, until="2031-03-02")
        decide(tx, "misuse", loan_no, amount="1.000")

        first, last = decisions.versions(tx, loan_no)

    assert [(one.act, one.checked_by) for one in (first, last)] == [
        ("draw", "kiem-soat"),
        ("extend", "kiem-soat"),
    ]
    assert (last.document_no, last.value_date) == ("12/QĐ-NHCS", DAY)
    assert (first.plan[-1][0], last.plan[-1][0]) == (date(2030, 3, 2), date(2031, 3, 2))
    assert sum(amount for _, amount in last.plan) == 50_000_000
