"""Proposals: one prepares, another answers; what changed meanwhile is proposed anew."""

import json

import pytest
from click.testing import CliRunner

from creditdesk import arrears, audit, decisions, ledger, records, standings
from creditdesk.cli import cli
from creditdesk.db import Database
from creditdesk.decisions.proposals import (
    NotTheMaker,
    ProposalAnswered,
    ProposalNotFound,
    ProposalOutdated,
)
from creditdesk.engine.journal import Kind
from creditdesk.engine.lifecycle import NotInThisState, State
from tests.builders import POLICY
from tests.decided import DAY, a_decision, a_loan_in, a_paper, fact
from tests.faults.book import at_once

MOMENT = "2026-11-22T01:00:00+00:00"
BOOK = arrears.Place()


def propose(tx, loan_no, **changes):
    decision = a_decision("freeze", loan_no, reason="K4a")
    paper = a_paper(**{"checked_by": ""} | changes)
    return decisions.propose(tx, POLICY, decision=decision, deed=paper)


def approve(tx, number, by="kiem-soat"):
    return decisions.approve(tx, POLICY, number=number, by=by, recorded_at=MOMENT)


def waiting(tx, place=BOOK):
    return [one.number for one in decisions.inbox(tx, place, DAY)]


def test_a_proposal_is_approved_by_another_person_once(database):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.LATE)
        number = propose(tx, loan_no)
        (seen,) = decisions.inbox(tx, BOOK, DAY)
        with pytest.raises(ledger.SamePerson), tx.begin_nested():
            approve(tx, number, by="nguoi-lap")

        done = approve(tx, number)

        with pytest.raises(ProposalAnswered):
            approve(tx, number)
        row = records.ledger.acts_of(tx, [done.act_id])[done.act_id]
        assert standings.standing(tx, loan_no, DAY).frozen == 50_000_000
        assert waiting(tx) == []
        assert audit.verify(tx, POLICY).faults == []
    assert (seen.number, seen.by, seen.decision.loan_no) == (number, "nguoi-lap", loan_no)
    assert (row.by, row.checked_by, row.recorded_at) == ("nguoi-lap", "kiem-soat", MOMENT)
    assert (row.document_no, row.document_on) == (seen.document_no, seen.document_on)
    assert json.loads(row.particulars) == {"proposal": number, "reason": "K4a"}


def test_two_who_approve_at_once_book_it_once(database):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.LATE)
        number = propose(tx, loan_no)

    def answer(by):
        with database.begin() as tx:
            return approve(tx, number, by)

    found = at_once(lambda: answer("kiem-soat"), lambda: answer("giam-doc"))

    assert sorted(type(one).__name__ for one in found) == ["Decided", "ProposalAnswered"]
    with database.read() as tx:
        assert standings.standing(tx, loan_no, DAY).frozen == 50_000_000


def test_what_changed_since_is_proposed_anew(database):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.LATE)
        number = propose(tx, loan_no)
        fact(tx, loan_no, Kind.PRINCIPAL, DAY, 1_000_000)

        with pytest.raises(ProposalOutdated):
            approve(tx, number)

        decisions.withdraw(tx, number=number, deed=a_paper(checked_by=""))
        assert approve(tx, propose(tx, loan_no)).new
        assert standings.standing(tx, loan_no, DAY).frozen == 49_000_000


def test_another_person_refuses_and_only_the_maker_withdraws(database):
    other = a_paper(by="kiem-soat", checked_by="")
    maker = a_paper(checked_by="")
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.LATE)
        first, second = propose(tx, loan_no), propose(tx, loan_no)
        with pytest.raises(ledger.SamePerson):
            decisions.refuse(tx, number=first, deed=maker)
        with pytest.raises(NotTheMaker):
            decisions.withdraw(tx, number=second, deed=other)
        with pytest.raises(ledger.GroundMissing):
            decisions.refuse(tx, number=first, deed=a_paper("kiem-soat", "", ground=""))

        decisions.refuse(tx, number=first, deed=other)
        decisions.withdraw(tx, number=second, deed=maker)

        for number in (first, second):
            with pytest.raises(ProposalAnswered):
                approve(tx, number)
        assert waiting(tx) == []
        assert standings.standing(tx, loan_no, DAY).frozen == 0


def test_what_would_be_refused_is_not_proposed(database):
    with database.begin() as tx:
        loan_no = a_loan_in(tx, State.CLOSED)

        with pytest.raises(NotInThisState):
            propose(tx, loan_no)
        with pytest.raises(ledger.DocumentMissing):
            propose(tx, loan_no, document_on=None)
        with pytest.raises(ProposalNotFound):
            approve(tx, 404)


def test_the_inbox_is_of_a_place(database):
    elsewhere = {"commune": "19363", "group_no": "9363001"}
    with database.begin() as tx:
        here = propose(tx, a_loan_in(tx, State.LATE, 1))
        there = propose(tx, a_loan_in(tx, State.LATE, 2, **elsewhere))

        assert waiting(tx) == [here, there]
        assert waiting(tx, arrears.place_of("19363", DAY)) == [there]
        assert waiting(tx, arrears.place_of("79", DAY)) == []


@pytest.mark.parametrize("table", ["proposal", "proposal_answer"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET act_id = 1", "DELETE FROM {}"])
def test_proposals_and_answers_are_never_edited(database, table, verb):
    with database.begin() as tx:
        approve(tx, propose(tx, a_loan_in(tx, State.LATE)))

    with pytest.raises(Exception, match="append-only"), database.begin() as tx:  # noqa: PT011
        tx.exec_driver_sql(verb.format(table))


@pytest.fixture
def desk(sqlite_url, monkeypatch):
    """Return a function that runs a command and returns its document, or its text."""
    monkeypatch.setenv("CREDITDESK_DATABASE_URL", sqlite_url)

    def run(line, expect=0):
        done = CliRunner().invoke(cli, line.split())
        assert done.exit_code == expect, done.output
        return json.loads(done.stdout) if "--json" in line else done.stdout

    return run


PAPER = "--ground lũ --document 12/QĐ --document-on 2026-06-01"


def test_decisions_are_reached_by_commands(desk, sqlite_url):
    door = Database(sqlite_url)
    with door.begin() as tx:
        loan_no = a_loan_in(tx, State.LATE)
    door.close()
    said = f"freeze {loan_no} --day 2026-06-07 --reason K1 --loss 60 --by an"

    seen = desk(f"decide {said} --preview --json")
    assert (seen["before"]["state"], seen["after"]["state"]) == ("late", "frozen")
    assert seen["after"]["interest_a_day"] == 0
    assert "khoanh nợ" in desk(f"decide {said} --preview")
    refused = desk(f"decide unfreeze {loan_no} --day 2026-06-07 --by an --preview --json", 1)
    assert refused["refusal"]["code"] == "not-in-this-state"
    assert "chậm trả" in desk(f"decide unfreeze {loan_no} --day 2026-06-07 --by an --preview", 1)
    desk(f"decide forgive {loan_no} --day 2026-06-07 --by an", expect=2)
    desk(f"decide extend {loan_no} --day 2026-06-07 --by an --preview", expect=2)

    first = desk(f"propose {said} {PAPER} --json")["number"]
    second = desk(f"propose {said} {PAPER} --json")["number"]
    desk(f"propose {said} {PAPER}")
    assert [row["number"] for row in desk("inbox --json")["rows"]] == [first, second, second + 1]
    assert desk("inbox --as-of 2026-06-07 --place 44").count(loan_no) == 3
    desk(f"refuse {first} --by binh --ground thiếu")
    assert desk(f"withdraw {second} --by an --ground nhầm --json")["answer"] == "withdrawn"
    desk(f"approve {second + 1} --by an", expect=1)
    assert desk(f"approve {second + 1} --by binh --json")["new"]

    ended = f"decide unfreeze {loan_no} --day 2026-06-08 --by an --checked-by binh {PAPER}"
    desk(ended)
    assert not desk(f"{ended} --json")["new"]
    assert desk(
        f"decide extend {loan_no} --day 2026-06-09 --until 2031-03-02 --by an "
        f"--checked-by binh {PAPER} --json"
    )["new"]
    found = desk(f"schedule {loan_no} --versions --json")["versions"]
    assert [one["act"] for one in found] == ["draw", "extend"]
    assert desk(f"schedule {loan_no}").count("02/03/2031") == 1
    assert desk("verify --json")["holds"]
